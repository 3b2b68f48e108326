"""What an index is asked about: whose responses, of which days, broken down by what."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from collector.scores.tallies.keys import LAST_DAY, day_date, day_number, month_date, month_number
from survey.instrument.profile import AGE, EDUCATION, JOB, SEX, USER


class Dimension(StrEnum):
    """What an index can be broken down by."""

    UNIT = "unit"
    PROVINCE = "province"
    REGENCY = "regency"
    DISTRICT = "district"
    VILLAGE = "village"
    AGENCY = "agency"
    SERVICE = "service"
    PLACE = "place"
    KIOSK = "kiosk"
    DAY = "day"
    MONTH = "month"
    QUARTER = "quarter"
    SEMESTER = "semester"
    YEAR = "year"
    HOUR = "hour"
    SEX = SEX
    AGE = AGE
    EDUCATION = EDUCATION
    JOB = JOB
    USER = USER
    DISABILITY = "disability"
    ENDED = "ended"


REGION_LENGTHS = {
    Dimension.PROVINCE: 2,
    Dimension.REGENCY: 5,
    Dimension.DISTRICT: 8,
    Dimension.VILLAGE: 13,
}
"""How much of a Kemendagri code names a region of that level."""
SERIES_DIMENSIONS = frozenset({Dimension.SERVICE, Dimension.PLACE, Dimension.KIOSK})
PERIOD_DIMENSIONS = frozenset(
    {Dimension.DAY, Dimension.MONTH, Dimension.QUARTER, Dimension.SEMESTER, Dimension.YEAR}
)
GROUP_DIMENSIONS = frozenset(
    {
        Dimension.HOUR,
        Dimension.SEX,
        Dimension.AGE,
        Dimension.EDUCATION,
        Dimension.JOB,
        Dimension.USER,
        Dimension.DISABILITY,
        Dimension.ENDED,
    }
)


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose responses: everything that fits all that is given."""

    unit: str | None = None
    units: tuple[str, ...] = ()
    """Several units, where a list shows only these; empty for no such restriction."""
    region: str | None = None
    """A Kemendagri code; its whole subtree."""
    agency: str | None = None
    service: str | None = None
    """The code of a service; codes are the units' own."""
    place: str | None = None
    kiosk: str | None = None
    archived: bool = False
    """Only history that was played in under an archive key."""

    @property
    def needs_series(self) -> bool:
        """Whether the unit alone does not tell what belongs to it."""
        return bool(self.service or self.place or self.kiosk or self.archived)


@dataclass(frozen=True, slots=True)
class Days:
    """Local days, both included, cut into whole months and what is left over at the ends."""

    first: date
    last: date
    months: tuple[int, int] | None = field(init=False)
    """First and last whole month, or None."""
    edges: tuple[tuple[int, int], ...] = field(init=False)
    """First and last day of each broken month, as day numbers."""

    def __post_init__(self) -> None:
        # Beyond these days there are no keys: a number outside them would reach into the keys of a neighbour.
        object.__setattr__(self, "first", max(self.first, day_date(0)))
        object.__setattr__(self, "last", min(self.last, day_date(LAST_DAY)))
        if self.first > self.last:
            object.__setattr__(self, "months", None)
            object.__setattr__(self, "edges", ())
            return
        first, last = month_number(self.first), month_number(self.last)
        begins_whole = self.first.day == 1
        ends_whole = day_number(self.last) + 1 == day_number(month_date(last + 1))
        whole = (first if begins_whole else first + 1, last if ends_whole else last - 1)
        edges: list[tuple[int, int]] = []
        if whole[0] > whole[1]:
            edges.append((day_number(self.first), day_number(self.last)))
        else:
            if not begins_whole:
                edges.append((day_number(self.first), day_number(month_date(whole[0])) - 1))
            if not ends_whole:
                edges.append((day_number(month_date(last)), day_number(self.last)))
        object.__setattr__(self, "months", whole if whole[0] <= whole[1] else None)
        object.__setattr__(self, "edges", tuple(edges))
