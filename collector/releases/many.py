"""Publishing a period of all units: in parts, each a transaction, so that whatever stops it loses one part and does nothing twice.

Which units are left follows from what is out, so a second run goes on where the first was stopped. What is held in memory is
a few parts, and the numbers of the units that are left. What a unit's release says is worked out before its part is written, by other
processes where they are asked for: then this one only writes.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from itertools import islice

from django.db import connection, transaction

from collector.errors import CollectorError
from collector.fleet import lasting
from collector.fleet.models import Unit
from collector.releases import drafts, publishing
from collector.releases.drafts import Draft
from collector.releases.hands import in_order
from collector.releases.models import Release
from collector.releases.owed import owes
from collector.releases.policy import officials
from collector.scores.ask.queries import DEFAULT_INSTRUMENT
from survey.index.periods import Period, parse

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
    period: Period, *, who: str, why: str = "", instrument: str = DEFAULT_INSTRUMENT, hands: int = 0
) -> Iterator[Part]:
    """Publish every unit whose official period it is, that owes it and that is not out; tells of each part when it is kept for good.

    `hands`: how many other processes work out what this one writes; 0 where it does both.
    """
    todo = _numbers_not_out(period, instrument)
    parts = [
        (tuple(todo[start : start + UNITS_A_PART]), period.identifier, instrument)
        for start in range(0, len(todo), UNITS_A_PART)
    ]
    left = len(todo)
    with closing(in_order(work_out, parts, hands=hands)) as worked_out:
        for (numbers, _, _), drafted in zip(parts, worked_out, strict=True):
            if left < len(todo) and connection.vendor == "sqlite":
                time.sleep(_PAUSE_SECONDS)
            left -= len(numbers)
            part = Part(done=len(numbers), left=left)
            with transaction.atomic():
                for unit in _units(list(drafted)):
                    try:
                        publishing.publish(
                            unit, period, who=who, why=why, instrument=instrument, draft=drafted[unit.pk]
                        )
                        part.out += 1
                    except CollectorError as error:
                        part.refused.append((unit, error))
            yield part


def work_out(numbers: Sequence[int], identifier: str, instrument: str) -> dict[int, Draft | None]:
    """Work out the releases of some units: of those whose official period it is and that owe it. None where one must wait."""
    period = parse(identifier)
    policy_of = officials(period)
    return {
        unit.pk: _draft(unit, period, instrument)
        for unit in _units(numbers)
        if policy_of(unit).period_kind == period.kind.value and owes(unit, period, instrument=instrument)
    }


def _draft(unit: Unit, period: Period, instrument: str) -> Draft | None:
    try:
        release = publishing.begun(unit, period, instrument=instrument)
    except CollectorError:  # said where it would be written, with its reason
        return None
    return drafts.of_unit(release, instrument=instrument)


def not_out(period: Period, *, instrument: str) -> Iterator[list[Unit]]:
    """Give the units whose official period it is and of which nothing was ever out, in parts, in the order of their codes."""
    policy_of = officials(period)
    rest = iter(_numbers_not_out(period, instrument))
    while part := list(islice(rest, UNITS_A_PART)):
        yield [unit for unit in _units(part) if policy_of(unit).period_kind == period.kind.value]


def _units(numbers: Sequence[int]) -> list[Unit]:
    return list(Unit.objects.filter(pk__in=numbers).select_related("region", "agency").order_by("code"))


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
    owing = Unit.objects.filter(lasting.owing(period)).exclude(pk__in=out)
    if instrument == DEFAULT_INSTRUMENT:
        owing = owing.filter(asks="")  # a course reports by its own questionnaire
    return list(owing.order_by("code").values_list("pk", flat=True))
