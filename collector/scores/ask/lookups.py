"""What a question's codes mean: forms, names and stated populations, looked up with as little ado as can be.

Every answer needs these, and Django's query objects would cost it several milliseconds; so they are plain SQL.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from collector.fleet.models import Agency, Place, Region, Service, Unit
from collector.scores.ask.results import GroupPart, QuestionError, StatedUsers
from collector.scores.ask.scope import REGION_LENGTHS, Dimension, Scope
from collector.scores.tallies.forms import CodedForm, coded
from collector.servers import reading
from survey.index.periods import Period

GroupKey = tuple[str, ...]
"""The codes of a group, one for each dimension asked for."""

_NAME_OF = {
    "unit": "SELECT name FROM fleet_unit WHERE code = %s",
    "agency": "SELECT name FROM fleet_agency WHERE code = %s",
    "service": "SELECT name FROM fleet_service WHERE code = %s",
    "place": "SELECT name FROM fleet_place WHERE code = %s",
    "kiosk": "SELECT name FROM fleet_kiosk WHERE name = %s",
    "region": "SELECT name FROM fleet_region WHERE code = %s",
}
_ANY_UNIT_BELOW = "SELECT 1 FROM fleet_unit WHERE region_id LIKE %s LIMIT 1"
NOTHING_CALLED_SO = frozenset({*(f"{what}_unknown" for what in _NAME_OF), "instrument_unknown"})
"""Codes of questions about something that does not exist."""

_POPULATIONS = (
    "SELECT u.code, p.users, p.stated_by, p.stated_at FROM scores_population p JOIN fleet_unit u ON u.id = p.unit_id"
    " WHERE p.first_day = %s AND p.last_day = %s"
)
_OWNERS: Mapping[Dimension, type[Agency | Place | Region | Service | Unit]] = {
    Dimension.UNIT: Unit,
    Dimension.AGENCY: Agency,
    Dimension.SERVICE: Service,
    Dimension.PLACE: Place,
    **dict.fromkeys(REGION_LENGTHS, Region),
}


def rows(sql: str, values: Iterable[Any] = ()) -> list[tuple[Any, ...]]:
    """Give what a query finds."""
    with reading.connection().cursor() as cursor:
        cursor.execute(sql, tuple(values))
        return list(cursor.fetchall())


def find_form(name: str) -> tuple[int | None, CodedForm]:
    """Give a form's number (None before its first response) and the form: the newest version where none is named.

    Raises:
        QuestionError: there is no such instrument.
    """
    instrument, _, wanted = name.partition("@")
    known = rows("SELECT id, version FROM scores_form WHERE instrument = %s ORDER BY id DESC", [instrument])
    number, version = next(
        ((number, version) for number, version in known if wanted in ("", version)), (None, wanted or "1")
    )
    form = coded(instrument, version)
    if form is None:
        raise QuestionError("instrument_unknown", code=name)
    return number, form


def names_of(scope: Scope) -> dict[str, str]:
    """Give what people call what a scope names.

    Raises:
        QuestionError: there is no such thing.
    """
    names: dict[str, str] = {}
    for what, sql in _NAME_OF.items():
        code = getattr(scope, what)
        if code is None:
            continue
        found = rows(sql, [code])
        if not found and what == "region":  # a region may have units and no name yet
            found = [("",)] if rows(_ANY_UNIT_BELOW, [f"{code}.%"]) else []
        if not found:
            raise QuestionError(f"{what}_unknown", code=code)
        names[what] = found[0][0] or code
    return names


def populations(period: Period, *, unit: str | None) -> dict[str, StatedUsers]:
    """Give the users that were stated for units and exactly this period, by the units' codes."""
    days = [period.first.isoformat(), period.last.isoformat()]
    found = rows(f"{_POPULATIONS} AND u.code = %s", [*days, unit]) if unit else rows(_POPULATIONS, days)
    return {code: StatedUsers(users, who, _utc(at)) for code, users, who, at in found}


def _utc(moment: datetime) -> datetime:
    """Give a moment from plain SQL: SQLite's come without their zone, which is UTC."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


class Labels:
    """Gives a group's key the names that were given to its parts."""

    def __init__(self, by: tuple[Dimension, ...], keys: Iterable[GroupKey]) -> None:
        listed = list(keys)
        self._by = by
        self._names = [
            _names(dimension, {key[place] for key in listed}) for place, dimension in enumerate(by)
        ]

    def __call__(self, key: GroupKey) -> tuple[GroupPart, ...]:
        """Give the parts of a group."""
        return tuple(
            GroupPart(dimension, code, names.get(code, ""))
            for dimension, names, code in zip(self._by, self._names, key, strict=True)
        )


def _names(dimension: Dimension, codes: set[str]) -> dict[str, str]:
    """Give the names that people gave to the groups of a dimension."""
    owners = _OWNERS.get(dimension)
    if owners is None:
        return {}
    return dict(owners.objects.filter(code__in=codes).exclude(name="").values_list("code", "name"))
