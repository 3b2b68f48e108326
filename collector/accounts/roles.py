"""The five roles, and what an account may by the offices it holds."""

from collections.abc import Collection, Iterable

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db.models import QuerySet

from collector.accounts.models import Office
from collector.accounts.scope import EVERYWHERE, Scope
from collector.errors import CollectorError
from collector.fleet.models import Unit

VIEWER = "viewer"
UNIT_OFFICER = "unit officer"
EVALUATOR = "evaluator"
AUDITOR = "auditor"
ADMINISTRATOR = "administrator"
ROLES = (VIEWER, UNIT_OFFICER, EVALUATOR, AUDITOR, ADMINISTRATOR)
EVALUATORS = (EVALUATOR, ADMINISTRATOR)
"""Who publishes."""
OFFICERS = (UNIT_OFFICER, *EVALUATORS)
"""Who prepares and hands in."""
_SCOPES = {UNIT_OFFICER: ("unit",), EVALUATOR: ("", "region", "agency"), ADMINISTRATOR: ("", "region")}
"""What may stand as a role's scope; the others hold everywhere."""

ONLY_OFFICE = "only_office"
"""The name under which an account that acts through a token carries the one office it has then, as it was read with the token (`collector.api.tokens`)."""

THROUGH = "through_token"
"""The name under which it carries that token's number."""

_READ = "offices_read"
"""The name under which an account that only looks at a page carries its offices, once they were read."""

Account = AbstractBaseUser | AnonymousUser


def named(user: AbstractBaseUser) -> str:
    """Give who the trail says that did something: the account, and the token where a program did it for it."""
    number = getattr(user, THROUGH, None)
    return user.get_username() if number is None else f"{user.get_username()} (token {number})"


def check(role: str, scope: Scope) -> None:
    """Insist that a role can hold there.

    Raises:
        CollectorError: it cannot (`office_scope`).
    """
    given = [name for name, value in scope._asdict().items() if value is not None] or [""]
    allowed = _SCOPES.get(role, ("",))
    if len(given) > 1 or given[0] not in allowed:
        raise CollectorError("office_scope", role=role, allowed=", ".join(one or "-" for one in allowed))


def held(user: Account, roles: Collection[str] = ROLES) -> list[Office]:
    """Give the offices that an active account holds, of these roles; none for whoever is not logged in."""
    if not isinstance(user, AbstractBaseUser) or not user.is_active:
        return []
    only: Office | None = getattr(user, ONLY_OFFICE, None)
    if only is not None:
        return [only] if only.until is None and only.role in roles else []
    if not hasattr(user, _READ):
        return _read(user, roles)
    if getattr(user, _READ) is None:
        setattr(user, _READ, _read(user, ROLES))
    return [office for office in getattr(user, _READ) if office.role in roles]


def _read(user: AbstractBaseUser, roles: Collection[str]) -> list[Office]:
    found = Office.objects.filter(user=user.pk, until=None, role__in=roles)
    return list(found.select_related("unit", "region", "agency").order_by("pk"))


def looks(user: AbstractBaseUser) -> None:
    """Let an account's offices be read once: a page asks for them dozens of times, and whoever looks at one changes none.

    It lasts as long as the object does, which is made anew for each request.
    """
    setattr(user, _READ, None)


def has_role(user: Account, roles: Collection[str]) -> bool:
    """Tell whether an account is active and holds one of these roles anywhere."""
    return bool(held(user, roles))


def may(user: Account, roles: Collection[str], unit: Unit) -> bool:
    """Tell whether an account holds one of these roles for a unit."""
    return any(office.scope.holds(unit) for office in held(user, roles))


def reaches(user: Account, roles: Collection[str], *, kind: str, code: str) -> bool:
    """Tell whether an account holds one of these roles for a whole `unit`, `region`, `agency` or `place`."""
    return any(office.scope.reaches(kind, code) for office in held(user, roles))


def administers_all(user: Account) -> bool:
    """Tell whether an account administers everything, and not a region alone."""
    return any(office.scope == EVERYWHERE for office in held(user, (ADMINISTRATOR,)))


def regions_administered(user: Account) -> list[str] | None:
    """Give the codes of the regions that an account administers; None where it is everything."""
    offices = held(user, (ADMINISTRATOR,))
    if any(office.scope == EVERYWHERE for office in offices):
        return None
    return [office.region_id for office in offices if office.region_id is not None]


def units_of(offices: Iterable[Office]) -> QuerySet[Unit]:
    """Give the units that offices reach."""
    wanted = [office.scope.units() for office in offices]
    if not wanted:
        return Unit.objects.none()
    if any(not one for one in wanted):
        return Unit.objects.all()
    every = wanted[0]
    for one in wanted[1:]:
        every |= one
    return Unit.objects.filter(every)
