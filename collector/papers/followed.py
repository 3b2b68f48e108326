"""A unit's follow-up as papers print it: the plans that follow a release, what became of them, and PEKPPP's two levels.

The register moves where a release does not, so these papers are the same as long as it stands still; their date is that of its last
change.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from collector.followup.mend import mends
from collector.followup.models import Evidence, ItemStep
from collector.followup.reading import ItemRead, items_of
from collector.followup.sentences import mend_lines, months
from collector.followup.standing import Standing, standings
from collector.local import local_date
from collector.papers.cleaning import clean
from collector.papers.said import Said
from collector.pictures import drawn_anew
from survey.index.periods import long_date

LONGEST = 500
_PICTURES = 2
"""Of one plan; the others are named."""
_PICTURE_SIDE = 700


@dataclass(frozen=True, slots=True)
class PlanSaid:
    """One plan as papers print it."""

    number: int
    element: str
    problem: str
    action: str
    months: str
    responsible: str
    state: str
    done_on: str
    result: str
    people: str
    given_up: str
    files: tuple[str, ...]
    mend: tuple[str, ...]
    pictures: tuple[list[int], ...]
    """JPEG; empty where they are not asked for."""


@dataclass(frozen=True, slots=True)
class YearSaid:
    """The plans of one year in the two forms of the annex: by quarters and by months."""

    year: int
    rows: tuple[tuple[int, tuple[bool, ...], tuple[bool, ...]], ...]
    """A plan's place in the list, its four quarters and its twelve months."""


@dataclass(frozen=True, slots=True)
class Followed:
    """The follow-up of one release."""

    standing: Standing
    plans: tuple[PlanSaid, ...]
    years: tuple[YearSaid, ...]
    day: date
    """The day of the register's last change, or of the release."""


def followed(said: Said, *, pictures: bool = False) -> Followed:
    """Give the follow-up of a unit's release."""
    items = items_of(said.release)
    day = _changed(said, items)
    (standing,) = standings([said.release], day)
    return Followed(standing, plans_said(said, items, pictures=pictures), years_of(items), day)


def plans_said(said: Said, items: list[ItemRead], *, pictures: bool = False) -> tuple[PlanSaid, ...]:
    """Give plans as papers print them."""
    unit = said.release.unit
    seen = mends(unit, items) if unit is not None else {}
    return tuple(
        PlanSaid(
            number=one.number,
            element=f"{one.label} {clean(one.element_name)}".strip() or "Bukan satu unsur",
            problem=clean(one.problem, longest=LONGEST),
            action=clean(one.action, longest=LONGEST),
            months=months(one.first_month, one.last_month),
            responsible=clean(one.responsible),
            state=one.state,
            done_on=long_date(one.done_on) if one.done_on else "",
            result=clean(one.result, longest=2 * LONGEST),
            people=f"{one.people} orang" if one.people is not None else "",
            given_up=clean(one.given_up, longest=LONGEST),
            files=tuple(clean(file.caption or file.name) for file in one.evidence),
            mend=tuple(mend_lines(seen[one.number], "id")) if one.number in seen else (),
            pictures=tuple(_pictures(one)) if pictures else (),
        )
        for one in items
    )


def years_of(items: Iterable[ItemRead]) -> tuple[YearSaid, ...]:
    """Give the plans year by year, each with the quarters and months it takes of that year."""
    every = list(items)
    years = sorted({year for one in every for year in range(one.first_month.year, one.last_month.year + 1)})
    return tuple(
        YearSaid(
            year,
            tuple(
                (place, tuple(any(taken[3 * at : 3 * at + 3]) for at in range(4)), taken)
                for place, one in enumerate(every)
                if any(taken := _months_of(one, year))
            ),
        )
        for year in years
    )


def _months_of(item: ItemRead, year: int) -> tuple[bool, ...]:
    first = (item.first_month.year, item.first_month.month)
    last = (item.last_month.year, item.last_month.month)
    return tuple(first <= (year, month) <= last for month in range(1, 13))


def _pictures(item: ItemRead) -> Iterable[list[int]]:
    wanted = [one.pk for one in item.evidence if one.kind == "jpg"][:_PICTURES]
    for file in Evidence.objects.filter(pk__in=wanted).order_by("pk"):
        yield list(drawn_anew(bytes(file.data), name=file.name, side=_PICTURE_SIDE, form="JPEG"))


def _changed(said: Said, items: list[ItemRead]) -> date:
    unit = said.release.unit
    if unit is None or not items:
        return said.day
    last = ItemStep.objects.filter(item__unit=unit, item__number__in=[one.number for one in items]).latest(
        "pk"
    )
    days = [said.day, local_date(last.at, unit.time_zone)]
    days += [file.added_on for one in items for file in one.evidence]
    return max(days)
