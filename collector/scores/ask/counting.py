"""Counts of groups: rows of tallies added, and days put together before they are squared."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from operator import attrgetter

from collector.fleet.models import Kiosk, Place, Service, Unit
from collector.scores.ask.fetching import Row, fetched
from collector.scores.ask.lookups import GroupKey
from collector.scores.ask.scope import (
    GROUP_DIMENSIONS,
    REGION_LENGTHS,
    SERIES_DIMENSIONS,
    Days,
    Dimension,
    Scope,
)
from collector.scores.tallies.forms import CodedForm
from collector.scores.tallies.unit_days import DayRows
from survey.index.periods import PeriodKind, around

_MANY = 900
_PERIODS = {
    Dimension.DAY: None,
    Dimension.MONTH: PeriodKind.MONTH,
    Dimension.QUARTER: PeriodKind.QUARTER,
    Dimension.SEMESTER: PeriodKind.SEMESTER,
    Dimension.YEAR: PeriodKind.YEAR,
}
_OWNERS: dict[Dimension, tuple[type[Service | Place | Kiosk], str]] = {
    Dimension.SERVICE: (Service, "code"),
    Dimension.PLACE: (Place, "code"),
    Dimension.KIOSK: (Kiosk, "name"),
}


@dataclass(slots=True)
class Sides:
    """Counts as `packing` adds them, with the flagged responses apart; dated rows where nothing else is said."""

    sound: int = 0
    flagged: int = 0

    @property
    def both(self) -> int:
        """The counts of all."""
        return self.sound + self.flagged

    def put(self, number: int, *, flagged: bool) -> None:
        """Add counts to one side."""
        if flagged:
            self.flagged += number
        else:
            self.sound += number

    def add(self, other: "Sides") -> None:
        """Add both sides of another."""
        self.sound += other.sound
        self.flagged += other.flagged


@dataclass(frozen=True, slots=True)
class Counted:
    """What was counted, in all and by group."""

    whole: Sides
    groups: dict[GroupKey, Sides]
    """Every group that has any counts; without dimensions none."""


def count(
    form_number: int, form: CodedForm, scope: Scope, days: Days, by: Sequence[Dimension] = ()
) -> Counted:
    """Give the counts of the whole and of every group.

    At most one of the dimensions may be an hour, an attribute of a profile or a way of ending. Such groups have no days
    of their own, and their whole is counted by itself, because not everybody told their profile.
    """
    if GROUP_DIMENSIONS.intersection(by):
        return Counted(count(form_number, form, scope, days).whole, parts(form_number, form, scope, days, by))
    groups: defaultdict[GroupKey, Sides] = defaultdict(Sides)
    unit_days: defaultdict[tuple[GroupKey, int, date], Sides] = defaultdict(Sides)
    rows = list(fetched(form_number, form, scope, days, by))
    coders = [coder_of(dimension, rows) for dimension in by]
    for row in rows:
        key = tuple([coder(row) for coder in coders])
        sides = groups[key] if row.is_dated else unit_days[key, row.unit, row.at]
        sides.put(row.number, flagged=row.flagged)
    for (key, _, _), day in unit_days.items():
        groups[key].add(_dated(form.days, day))
    whole = Sides()
    if SERIES_DIMENSIONS.intersection(by):  # a day of a unit is spread over its services
        days_of_units: defaultdict[tuple[int, date], Sides] = defaultdict(Sides)
        for (_, unit, at), day in unit_days.items():
            days_of_units[unit, at].add(day)
        for day in days_of_units.values():
            whole.add(_dated(form.days, day))
    else:
        for sides in groups.values():
            whole.add(sides)
    return Counted(whole, dict(groups) if by else {})


def parts(
    form_number: int, form: CodedForm, scope: Scope, days: Days, by: Sequence[Dimension]
) -> dict[GroupKey, Sides]:
    """Give the counts of groups of hours, profiles or ways of ending: dated rows whose sums over days are nought."""
    groups: defaultdict[GroupKey, Sides] = defaultdict(Sides)
    rows = list(fetched(form_number, form, scope, days, by))
    coders = [coder_of(dimension, rows) for dimension in by]
    for row in rows:
        groups[tuple([coder(row) for coder in coders])].put(form.days.dated(row.number), flagged=row.flagged)
    return dict(groups)


def _dated(rows: DayRows, day: Sides) -> Sides:
    """Give a unit's day, put together from plain rows, as dated rows."""
    sums = rows.sums_of(rows.side_of(day.sound, flagged=False) + rows.side_of(day.flagged, flagged=True))
    return Sides(rows.dated(day.sound) + sums.sound, rows.dated(day.flagged) + sums.flagged)


def coder_of(dimension: Dimension, rows: Sequence[Row]) -> Callable[[Row], str]:
    """Give the function that tells to which group of a dimension a row belongs."""
    if dimension in GROUP_DIMENSIONS:
        return attrgetter("group")
    if dimension in _PERIODS:
        return _periods(_PERIODS[dimension])
    if dimension in SERIES_DIMENSIONS:
        owner = attrgetter(dimension.value)
        model, code = _OWNERS[dimension]
        ids = {owner(row) for row in rows}
        codes: dict[object, str] = dict(model.objects.filter(pk__in=ids - {None}).values_list("pk", code))
        return lambda row: codes.get(owner(row), "")
    units = {row.unit for row in rows}
    found = Unit.objects.filter(pk__in=units) if len(units) < _MANY else Unit.objects.all()
    if dimension in REGION_LENGTHS:
        length = REGION_LENGTHS[dimension]
        of_unit = {unit: region[:length] for unit, region in found.values_list("pk", "region_id")}
    elif dimension is Dimension.AGENCY:
        of_unit = {unit: code or "" for unit, code in found.values_list("pk", "agency__code")}
    else:
        of_unit = dict(found.values_list("pk", "code"))
    return lambda row: of_unit[row.unit]


def _periods(kind: PeriodKind | None) -> Callable[[Row], str]:
    """Give the function that names the period of a kind that a row lies in; there are few, and many rows."""
    known: dict[date, str] = {}

    def of(row: Row) -> str:
        name = known.get(row.at)
        if name is None:
            name = known[row.at] = row.at.isoformat() if kind is None else around(row.at, kind).identifier
        return name

    return of
