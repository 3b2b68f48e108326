"""Which period of a unit is to be handed in, and how far it has come."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import QuerySet

from collector import clock
from collector.fleet import lasting
from collector.fleet.models import Unit
from collector.local import local_date
from collector.releases.models import Release
from collector.releases.owed import owed_of_units
from collector.releases.policy import due, official
from collector.releases.states import State
from survey.index.periods import Period, PeriodKind, around

NOT_BEGUN = "belum diajukan"
"""Where nobody has begun a unit's release; no state of a release, for there is none."""
NOT_OWED = "tidak ditagih"
"""Where the unit had ended before the period began, or is hidden."""


_OFFERED: Mapping[PeriodKind, int] = {
    PeriodKind.QUARTER: 8,
    PeriodKind.SEMESTER: 4,
    PeriodKind.YEAR: 2,
    PeriodKind.MONTH: 12,
}
"""How many closed periods of each kind a form lists, in its order."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a unit's period has come."""

    unit: Unit
    period: Period
    release: Release | None
    """The newest edition; None where nobody has begun one."""
    due: date
    today: date

    @property
    def state(self) -> str:
        """Give its state in the words that everybody reads."""
        if self.release is not None:
            return self.release.state
        return NOT_BEGUN if lasting.owes(self.unit, self.period) else NOT_OWED

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to do something."""
        return self.state not in (State.PUBLISHED, State.WITHDRAWN, NOT_OWED)

    @property
    def waits_for_unit(self) -> bool:
        """Whether it is the unit's turn."""
        waits = (NOT_BEGUN, State.OPEN, State.RETURNED, State.NOT_REPORTED)
        return self.state in waits and lasting.owes(self.unit, self.period)

    @property
    def days_left(self) -> int:
        """Days until it is due; negative when it is late."""
        return (self.due - self.today).days

    @property
    def reason(self) -> str:
        """Why it was sent back, or withdrawn; empty otherwise."""
        if self.release is None or self.state not in (State.RETURNED, State.WITHDRAWN):
            return ""
        last = self.release.steps.order_by("-pk").first()
        return last.why if last is not None else ""


def today(zone: str = "") -> date:
    """Give the local day in a zone, or where the collector stands."""
    return local_date(clock.now(), zone or settings.IKM_TIME_ZONE)


def midnight() -> datetime:
    """Give the last midnight, where the collector stands."""
    return datetime.combine(today(), time(), ZoneInfo(settings.IKM_TIME_ZONE))


def last_closed(unit: Unit) -> Period:
    """Give a unit's newest official period that is over; of one that has ended, the last that it owes."""
    day = today(unit.time_zone)
    kind = PeriodKind(official(unit, around(day, PeriodKind.QUARTER)).period_kind)
    newest = around(day, kind).previous()
    if unit.retired_on is None or unit.retired_on > newest.first:
        return newest
    return around(unit.retired_on - timedelta(days=1), kind)


def offered(chosen: Period) -> list[Period]:
    """Give the periods that a form lists so that nobody has to know how one is written: the last of each kind, and the chosen one."""
    found = []
    for kind, many in _OFFERED.items():
        period = around(today(), kind)
        for _ in range(many):
            period = period.previous()
            found.append(period)
    return found if chosen in found else [chosen, *found]


def standing(unit: Unit, period: Period) -> Standing:
    """Give how far one unit's period has come."""
    return standings([unit], period)[unit.pk]


def standings(units: Iterable[Unit], period: Period) -> Mapping[int, Standing]:
    """Give how far a period of several units has come, found at once."""
    listed = list(units)
    newest = {release.unit_id: release for release in editions(listed, period)}
    return {
        unit.pk: Standing(
            unit, period, newest.get(unit.pk), _due(unit, period, newest.get(unit.pk)), today(unit.time_zone)
        )
        for unit in listed
    }


def editions(units: list[Unit], period: Period) -> QuerySet[Release]:
    """Give what there is of a period of units, the newest edition of each last."""
    found = Release.objects.filter(unit__in=units, period=period.identifier).filter(owed_of_units())
    return found.defer("content", "basis").order_by("number")


def _due(unit: Unit, period: Period, release: Release | None) -> date:
    return release.due if release is not None and release.due is not None else due(unit, period)
