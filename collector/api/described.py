"""What other rooms answer below `/api/v1/`, for the contract's document: one line an address."""

from collections.abc import Sequence
from typing import NamedTuple


class _Door(NamedTuple):
    path: str
    summary: str
    asked: Sequence[str] = ()
    """What may be asked behind the question mark."""
    method: str = "get"
    answer: str = "application/json"


_QUESTION = ("unit", "region", "agency", "period", "from", "to", "instrument", "by", "format", "for")
_DOORS = (
    _Door("releases", "What is published, the oldest first", ("unit", "region", "agency", "place", "ipp", "period", "instrument", "after")),
    _Door("releases/{address}.json", "A release"),
    _Door("releases/{address}.csv", "A release as a table", answer="text/csv"),
    _Door("indices", "Numbers as they stand now, for auditors (scope `indices`)", _QUESTION),
    _Door("breakdowns", "Groups of a released period, for evaluators (scope `breakdowns`)", _QUESTION),
    _Door("ipp", "An evaluation as it stands now, for auditors (scope `indices`)", ("unit", "period", "round")),
    _Door("explain", "How an index is reckoned"),
    _Door("verdicts/{unit}", "The newest signed verdict on a unit", ("period",)),
    _Door("followup/{unit}.json", "What a unit does about its releases"),
    _Door("standards/{unit}.json", "What a unit promises"),
    _Door("standards/{unit}.csv", "What a unit promises, as a table", answer="text/csv"),
    _Door("log/{kiosk}", "Kiosks: news of the log of facts", answer="application/octet-stream"),
    _Door("trail", "Where the audit trail ends"),
    _Door("batches", "Kiosks: one batch, answered with a receipt", method="post", answer="application/octet-stream"),
    _Door("enrol", "Kiosks: a one-time code for a name and a certificate", method="post"),
    _Door("ca", "Kiosks: the certificate authority", answer="application/x-pem-file"),
    _Door("settings/{kiosk}", "Kiosks: signed settings", answer="application/octet-stream"),
    _Door("tickets/{kiosk}", "Kiosks: how sealed tickets stand", answer="application/octet-stream"),
)  # fmt: skip


def paths() -> dict[str, object]:
    """Give them as OpenAPI has them."""
    found: dict[str, dict[str, object]] = {}
    for one in _DOORS:
        found.setdefault(f"/api/v1/{one.path}", {})[one.method] = _operation(one)
    return dict(found)


def _operation(one: _Door) -> dict[str, object]:
    parts = [part.partition("}")[0] for part in one.path.split("{")[1:]]
    words = [_parameter(name, "path") for name in parts] + [_parameter(name, "query") for name in one.asked]
    refused = {"$ref": "#/components/schemas/Problem"}
    return {
        "summary": one.summary,
        "parameters": words,
        "responses": {
            "200": {"description": "The answer", "content": {one.answer: {"schema": {}}}},
            "default": {"description": "A refusal", "content": {"application/json": {"schema": refused}}},
        },
    }


def _parameter(name: str, where: str) -> dict[str, object]:
    return {"name": name, "in": where, "required": where == "path", "schema": {"type": "string"}}
