"""Publishing a period of all units: in parts, each a transaction, so that whatever stops it loses one part and does nothing twice.

Which units are left follows from what is out, so a second run goes on where the first was stopped. What is held in memory is
one part, and the numbers of the units that are left.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from django.db import connection, transaction

from collector.errors import CollectorError
from collector.fleet.models import Unit
from collector.releases import publishing
from collector.releases.models import Release
from collector.releases.policy import officials
from collector.scores.ask.queries import DEFAULT_INSTRUMENT
from survey.index.periods import Period

UNITS_A_PART = 50
_PAUSE_SECONDS = 0.12
"""SQLite has one writer, and whoever waits for it looks again each tenth of a second: the listener's turn between two parts."""


@dataclass(slots=True)
class Part:
    """What became of some units."""

    done: int
    """Units that were looked at, whether they owed anything or not."""
    left: int
    """Units that are still to come."""
    out: int = 0
    refused: list[tuple[Unit, CollectorError]] = field(default_factory=list)
    """Those that must wait, with the reason."""


def publish_all(
    period: Period, *, who: str, why: str = "", instrument: str = DEFAULT_INSTRUMENT
) -> Iterator[Part]:
    """Publish every unit whose official period it is, that owes it and that is not out; tells of each part when it is kept for good."""
    todo = _numbers_not_out(period, instrument)
    left = len(todo)
    for units in not_out(period, instrument=instrument, numbers=todo):
        if left < len(todo) and connection.vendor == "sqlite":
            time.sleep(_PAUSE_SECONDS)
        done = min(UNITS_A_PART, left)
        left -= done
        part = Part(done=done, left=left)
        with transaction.atomic():
            for unit in units:
                if not publishing.owes(unit, period, instrument=instrument):
                    continue
                try:
                    publishing.publish(unit, period, who=who, why=why, instrument=instrument)
                    part.out += 1
                except CollectorError as error:
                    part.refused.append((unit, error))
        yield part


def not_out(period: Period, *, instrument: str, numbers: Sequence[int] | None = None) -> Iterator[list[Unit]]:
    """Give the units whose official period it is and of which nothing was ever out, in parts, in the order of their codes."""
    policy_of = officials(period)
    rest = iter(_numbers_not_out(period, instrument) if numbers is None else numbers)
    while part := list(islice(rest, UNITS_A_PART)):
        found = Unit.objects.filter(pk__in=part).select_related("region", "agency").order_by("code")
        yield [unit for unit in found if policy_of(unit).period_kind == period.kind.value]


def progress(done: int, left: int, seconds: float) -> str:
    """Say how far it is, and how long the rest takes at the pace of this run."""
    whole = f"{done} of {done + left} units"
    if not done or not left:
        return whole
    minutes = seconds / done * left / 60
    return f"{whole}, {minutes:.0f} minutes left" if minutes >= 1 else f"{whole}, less than a minute left"


def _numbers_not_out(period: Period, instrument: str) -> list[int]:
    out = Release.objects.filter(
        period=period.identifier, subject="unit", instrument=instrument, published_at__isnull=False
    ).values("unit")
    return list(Unit.objects.exclude(pk__in=out).order_by("code").values_list("pk", flat=True))
