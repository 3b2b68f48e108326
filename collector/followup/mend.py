"""Did the mend help? The change of a plan's element between the releases before and after the day it was done, with its doubt.

Nothing but what two releases froze goes into it: the element's value and its 95 % interval, which holds the larger of the doubt between
people and the doubt between days (`survey.index.clusters`). The difference is that of `survey.index.doubt.difference`.

Whoever mends what was lowest picks it by its bad luck too: the lowest of nine equals rises by itself. Where the release before is the
one that showed the plan, both intervals are widened to the level 1 - 0.05 / k of its k elements (Bonferroni), so that *membaik*
comes of chance no more often than promised, whichever element was picked. `tests/collector/followup/test_mend.py` measures it.

A number says that something changed, and never why: season, staff and whatever else was done count in it too.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from collector.fleet.models import Unit
from collector.followup.reading import ItemRead
from collector.local import local_date
from collector.releases.content import interval_of, opened, two_decimals
from collector.releases.models import Release
from collector.releases.moved import Reason, element_of, judged
from collector.releases.policy import official
from collector.releases.states import State
from survey.index.doubt import Change, Difference, Interval
from survey.index.periods import PeriodKind, around, parse


class Seen(StrEnum):
    """What the releases say of a mend, in the words that everybody reads."""

    BETTER = "membaik"
    WORSE = "memburuk"
    NOT_YET = "belum terlihat"
    WAITING = "menunggu rilis"


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two releases."""

    address: str
    period: str
    value: Decimal
    interval: Interval | None


@dataclass(frozen=True, slots=True)
class Mend:
    """What the releases say of one plan that is done."""

    seen: Seen
    reason: Reason
    before: Side | None = None
    after: Side | None = None
    difference: Difference | None = None
    is_widened: bool = False
    """Whether the doubt allows for the element's having been picked because it was low."""
    is_late_entry: bool = False
    """Whether the day was entered only after the release after it was out, so that it may have been chosen to suit."""


def mends(unit: Unit, items: Iterable[ItemRead]) -> dict[int, Mend]:
    """Give what the releases say of each plan that is done, by the plan's number."""
    wanted = {one.number: (one, one.done_on) for one in items if one.done_on is not None and one.is_done}
    if not wanted:
        return {}
    out = Release.objects.filter(unit=unit, subject="unit", state=State.PUBLISHED).exclude(n=None)
    releases = list(out.defer("basis", "breakdown").order_by("first_day", "number"))
    return {number: _mend(unit, one, day, releases) for number, (one, day) in wanted.items()}


def _mend(unit: Unit, item: ItemRead, day: date, releases: Iterable[Release]) -> Mend:
    if not item.element:
        return Mend(Seen.NOT_YET, Reason.NO_ELEMENT)
    kind = _kind(unit, item, day)
    alike = [one for one in releases if one.instrument == item.instrument and parse(one.period).kind is kind]
    earlier = [one for one in alike if one.last_day < day]
    later = [one for one in alike if one.first_day > day]
    before = _side(earlier[-1], item.element) if earlier else None
    if before is None:
        return Mend(Seen.NOT_YET, Reason.NO_BEFORE)
    if not later:
        return Mend(Seen.WAITING, Reason.NO_AFTER, before)
    picked = earlier[-1].period == item.period
    reason, found = judged(opened(earlier[-1]), opened(later[0]), item.element, picked=picked)
    return Mend(
        _SEEN[found.change] if found is not None else Seen.NOT_YET,
        reason,
        before,
        _side(later[0], item.element),
        found,
        is_widened=picked,
        is_late_entry=_is_late(item, later[0], unit.time_zone),
    )


_SEEN = {Change.BETTER: Seen.BETTER, Change.WORSE: Seen.WORSE, Change.CANNOT_TELL: Seen.NOT_YET}


def _kind(unit: Unit, item: ItemRead, day: date) -> PeriodKind:
    """Give the kind of period that is compared: that of the release which showed it, or the official one."""
    if item.period:
        return parse(item.period).kind
    return PeriodKind(official(unit, around(day, PeriodKind.QUARTER)).period_kind)


def _is_late(item: ItemRead, after: Release, zone: str) -> bool:
    if after.published_at is None or item.recorded_on is None:
        return False
    return item.recorded_on >= local_date(after.published_at, zone)


def _side(release: Release, key: str) -> Side | None:
    found = element_of(opened(release)["index"], key)
    if found is None:
        return None
    return Side(release.address, release.period, two_decimals(found["value"]), interval_of(found))
