"""The contract: addresses for programs with their forms, and OpenAPI from them. Who may have what is decided where every door asks it.

What other rooms answer below `/api/v1/` (releases, indices, the kiosks' doors) stays with them; `described.py` says it in the same document.
"""

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI, Query, Schema
from ninja.errors import AuthenticationError, ValidationError
from ninja.openapi.docs import ABS_TPL_PATH, Swagger
from ninja.security import HttpBearer

from collector.accounts import roles
from collector.accounts.roles import Account
from collector.api import described, paging
from collector.api.refusals import Refused, refusal
from collector.complaints import sight
from collector.evidence import needs
from collector.evidence.kiosks import KnownKiosk, known
from collector.headers import PAGE
from collector.local import moment_of

DOCS = PAGE.replace("img-src 'self'", "img-src 'self' data:") + "; script-src 'self'; connect-src 'self'"
"""For the page of the contract: scripts and pictures that come with the package, and nothing of anybody else's."""


class Contract(NinjaAPI):
    """Our addresses, with those that other rooms answer."""

    def get_openapi_schema(self, **given: Any) -> Any:
        """Give the document."""
        schema = super().get_openapi_schema(**given)
        schema["paths"].update(described.paths())
        return schema


class Token(HttpBearer):
    """Somebody whom `collector.api.door` found: by a token, or by the session of a browser."""

    def __call__(self, request: HttpRequest) -> Account | None:
        """Give who asks."""
        return request.user if request.user.is_authenticated else None

    def authenticate(self, request: HttpRequest, token: str) -> None:
        """Never asked: the door did it."""


def _own_policy(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    def shown(*given: Any, **named: Any) -> HttpResponse:
        response = view(*given, **named)
        response["Content-Security-Policy"] = DOCS
        return response

    return shown


class _Page(Swagger):
    """The document for people, with the scripts and styles that come with Ninja: nothing from elsewhere."""

    template_cdn = str(ABS_TPL_PATH / "swagger.html")


api = Contract(
    title="IKM",
    version="1",
    description="Published numbers for everybody; fleet, complaints and running numbers for tokens of those who may see them.",
    docs=_Page(),
    docs_decorator=_own_policy,
    urls_namespace="api",
)


class Problem(Schema):
    """A refusal."""

    code: str
    message: str
    remedy: str


class Me(Schema):
    """Whoever asks: an account, and the offices it asks with."""

    account: str
    offices: list[str]


class UnitLine(Schema):
    """A unit."""

    code: str
    name: str
    region: str
    agency: str | None
    time_zone: str


class KioskLine(Schema):
    """A kiosk and how it stands."""

    name: str
    unit: str | None
    place: str | None
    online: bool | None
    received_at: datetime | None
    backlog: int | None
    awaited: int
    lost: int
    settings_version: int
    revoked: bool


class ComplaintLine(Schema):
    """A complaint as lists show it: nothing of what was written, nor of who wrote it."""

    number: str
    unit: str
    topics: list[str]
    status: str
    level: str
    due_on: date | None


class Units(Schema):
    """A page of units."""

    units: list[UnitLine]
    next: str | None


class Kiosks(Schema):
    """A page of kiosks."""

    kiosks: list[KioskLine]
    next: str | None


class Complaints(Schema):
    """A page of complaints."""

    complaints: list[ComplaintLine]
    next: str | None


_REFUSED = {400: Problem, 401: Problem, 403: Problem, 422: Problem, 429: Problem, 503: Problem}
_KNOWN = Token()
Limit = Annotated[int, Query(ge=1, le=paging.MOST, description="how many at most")]
After = Annotated[str, Query(max_length=200, description="`next` of the page before")]


@api.get("me", response={200: Me, **_REFUSED}, auth=_KNOWN, tags=[described.WITH_A_TOKEN], summary="Who asks")
def me(request: HttpRequest) -> dict[str, object]:
    """Give the account and the offices that count for this request."""
    held = roles.held(request.user)
    offices = [f"{office.role}: {office.scope}".removesuffix(": ") for office in held]
    return {"account": request.user.get_username(), "offices": offices}


@api.get(
    "units",
    response={200: Units, **_REFUSED},
    auth=_KNOWN,
    tags=[described.WITH_A_TOKEN],
    summary="Units in reach",
)
def units(request: HttpRequest, limit: Limit = 100, after: After = "") -> dict[str, object]:
    """List the units that the offices of officers and evaluators reach (scope `fleet`)."""
    offices = roles.held(request.user, roles.OFFICERS)
    rows = roles.units_of(offices).filter(hidden_on=None).select_related("agency")
    found, following = paging.page(rows, after=after, limit=limit, of="units")
    lines = [
        {
            "code": one.code,
            "name": one.name,
            "region": one.region_id,
            "agency": one.agency.code if one.agency is not None else None,
            "time_zone": one.time_zone,
        }
        for one in found
    ]
    return {"units": lines, "next": following}


@api.get(
    "kiosks",
    response={200: Kiosks, **_REFUSED},
    auth=_KNOWN,
    tags=[described.WITH_A_TOKEN],
    summary="Kiosks with their health",
)
def kiosks(request: HttpRequest, limit: Limit = 100, after: After = "") -> dict[str, object]:
    """List the kiosks that stand at units in reach (scope `fleet`)."""
    offices = roles.held(request.user, roles.OFFICERS)
    rows = needs.standing_now(roles.units_of(offices))
    found, following = paging.page(rows, after=after, limit=limit, of="kiosks")
    return {"kiosks": [_kiosk(one) for one in known(found)], "next": following}


@api.get(
    "complaints",
    response={200: Complaints, **_REFUSED},
    auth=_KNOWN,
    tags=[described.WITH_A_TOKEN],
    summary="Complaints, without words",
)
def complaints(request: HttpRequest, limit: Limit = 100, after: After = "") -> dict[str, object]:
    """List the complaints that the offices see (scope `complaints`); what is kept from a desk is kept from its tokens."""
    rows = sight.visible(request.user).select_related("unit")
    found, following = paging.page(rows, after=after, limit=limit, of="complaints")
    lines = [
        {
            "number": one.number,
            "unit": one.unit.code,
            "topics": one.topics,
            "status": one.status,
            "level": one.level,
            "due_on": one.due_on,
        }
        for one in found
    ]
    return {"complaints": lines, "next": following}


@api.exception_handler(Refused)
def _refused(_request: HttpRequest, error: Refused) -> HttpResponse:
    return refusal(error.status, error.code, error.message)


@api.exception_handler(AuthenticationError)
def _unknown(_request: HttpRequest, _error: AuthenticationError) -> HttpResponse:
    return refusal(401)


@api.exception_handler(ValidationError)
def _wrong(_request: HttpRequest, error: ValidationError) -> HttpResponse:
    said = "; ".join(f"{one['loc'][-1]}: {one['msg']}" for one in error.errors)
    return refusal(422, "parameters", said)


def _kiosk(one: KnownKiosk) -> dict[str, object]:
    return {
        "name": one.kiosk.name,
        "unit": one.stand.unit.code if one.stand is not None else None,
        "place": one.stand.place.code if one.stand is not None else None,
        "online": one.state.online if one.state is not None else None,
        "received_at": moment_of(one.received_ms) if one.received_ms else None,
        "backlog": one.health.backlog if one.health is not None else None,
        "awaited": one.awaited,
        "lost": one.lost,
        "settings_version": one.settings.version,
        "revoked": one.revoked,
    }
