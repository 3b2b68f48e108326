"""What other rooms answer below `/api/v1/`, for the contract's document: one line an address, with every status it answers with."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from collector.api import forms
from collector.api.forms import Form
from collector.releases.cells import asking
from collector.releases.show import api as releases
from collector.scores.ask import explaining, words

_JSON, _CSV, _BYTES = "application/json", "text/csv", "application/octet-stream"
_SAID: Mapping[int, str] = {
    400: "It cannot be asked", 401: "The token does not work", 403: "This is for somebody else", 404: "There is nothing of it",
    409: "It contradicts what is there", 413: "It is too large", 429: "Too many in this minute",
    503: "It cannot be answered now; `Retry-After` says when to ask again",
}  # fmt: skip
WITH_A_TOKEN, PUBLISHED, OF_KIOSKS = "With a token", "Published: for everybody", "Doors of the kiosks"
"""Under which the page of the contract lists an address."""
SECURITY = "Token"
"""As the contract names the token of whoever asks."""


class _Door(NamedTuple):
    path: str
    summary: str
    asked: Sequence[str] = ()
    """What may be asked behind the question mark."""
    refuses: Sequence[int] = ()
    """With which statuses, beside those of everything that programs ask."""
    form: Form | None = None
    types: Sequence[str] = (_JSON,)
    scope: str = ""
    of_kiosks: bool = False
    sent: tuple[str, Form] | None = None
    """What is posted: its type and form; what is not posted is got."""


_ADDRESS = "[A-Za-z0-9-]{8,12}"
_PARTS: Mapping[str, str] = {
    "address": _ADDRESS,
    "unit": "[A-Za-z0-9._-]{1,40}",
    "kiosk": "[A-Za-z0-9._-]{1,32}",
}
"""What stands in an address, by its name."""
_LIVE = tuple(one for one in words.WORDS if one not in words.AT_THE_CONSOLE)
_DOORS = (
    _Door(
        "releases", "What is published, the oldest first",
        releases.ASKED, (400,), forms.RELEASES,
    ),
    _Door("releases/{address}.json", "A release", (), (404,), forms.RELEASE),
    _Door("releases/{address}.csv", "A release as a table", ("for",), (404,), types=(_CSV,)),
    _Door("exports", "Open data: every data set, with the addresses of its files", ("region", "agency"), (404,), forms.EXPORTS),
    _Door(
        "indices", "Numbers as they stand now, for auditors", _LIVE, (400, 403, 404), forms.INDICES, (_JSON, _CSV), "indices"
    ),
    _Door(
        "breakdowns", "Groups of a released period, for evaluators", asking.WORDS, (400, 403, 404), forms.BREAKDOWNS, (_JSON, _CSV),
        "breakdowns",
    ),
    _Door(
        "ipp", "An evaluation as it stands now, for auditors", ("unit", "period", "round", "quota", "quota_source", "zero_below_quota"),
        (400, 403, 404), forms.IPP, scope="indices",
    ),
    _Door("explain", "How an index is reckoned", explaining.WORDS, (400,), forms.EXPLAINED),
    _Door("verdicts/{unit}", "The newest signed verdict on a unit", ("period",), (404,), forms.VERDICT),
    _Door("followup/{unit}.json", "What a unit does about its releases", (), (404,), forms.FOLLOWUP),
    _Door("standards/{unit}.json", "What a unit promises", (), (404,), forms.STANDARDS),
    _Door("standards/{unit}.csv", "What a unit promises, as a table", ("for",), (404,), types=(_CSV,)),
    _Door("trail", "Where the audit trail ends", form=forms.TRAIL),
    _Door("log/{kiosk}", "Kiosks: news of the log of facts", refuses=(404,), types=(_BYTES,), of_kiosks=True),
    _Door(
        "batches", "Kiosks: one batch, answered with a receipt", (), (400, 403, 409, 413), types=(_BYTES,), of_kiosks=True,
        sent=(_BYTES, {"type": "string", "format": "binary"}),
    ),
    _Door(
        "enrol", "Kiosks: a one-time code for a name and a certificate", (), (400, 403), forms.ENROLLED, of_kiosks=True,
        sent=(_JSON, forms.ENROLMENT),
    ),
    _Door("ca", "Kiosks: the certificate authority", types=("application/x-pem-file",), of_kiosks=True),
    _Door("settings/{kiosk}", "Kiosks: signed settings", refuses=(404,), types=(_BYTES,), of_kiosks=True),
    _Door("tickets/{kiosk}", "Kiosks: how sealed tickets stand", refuses=(404,), types=(_BYTES,), of_kiosks=True),
)  # fmt: skip


def paths() -> dict[str, object]:
    """Give them as OpenAPI has them."""
    return {f"/api/v1/{one.path}": {"post" if one.sent else "get": _operation(one)} for one in _DOORS}


def _operation(one: _Door) -> dict[str, object]:
    parts = [part.partition("}")[0] for part in one.path.split("{")[1:]]
    asked = [_parameter(name, "path") for name in parts] + [_parameter(name, "query") for name in one.asked]
    tag = OF_KIOSKS if one.of_kiosks else WITH_A_TOKEN if one.scope else PUBLISHED
    found: dict[str, object] = {
        "tags": [tag],
        "summary": one.summary,
        "parameters": asked,
        "responses": _responses(one),
    }
    if one.sent:
        kind, form = one.sent
        found["requestBody"] = {"required": True, "content": {kind: {"schema": form}}}
    if one.scope:
        found["security"] = [{SECURITY: []}]
        found["description"] = f"A token needs the scope `{one.scope}`."
    return found


def _responses(one: _Door) -> dict[str, object]:
    refusal = forms.KIOSKS_REFUSAL if one.of_kiosks else {"$ref": "#/components/schemas/Problem"}
    statuses = sorted({*one.refuses, 503} if one.of_kiosks else {*one.refuses, 401, 429, 503})
    content = {
        kind: {"schema": one.form if one.form is not None and kind == _JSON else {}} for kind in one.types
    }
    return {
        "200": {"description": "The answer", "content": content},
        **{
            str(status): {"description": _SAID[status], "content": {_JSON: {"schema": refusal}}}
            for status in statuses
        },
    }


def _parameter(name: str, where: str) -> dict[str, object]:
    form: dict[str, object] = {"type": "string"}
    if where == "path":
        form["pattern"] = f"^{_PARTS[name]}$"
    return {"name": name, "in": where, "required": where == "path", "schema": form}
