"""How much of what a unit's kiosks wrote is here: facts that cost nothing to look up, for its page.

They are what the kiosks proved and the collector holds, not a check of every signature; `ikm-collector audit` makes that.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from collector.evidence.models import Conflict, Stream
from collector.evidence.proof.checking import lost_here
from collector.evidence.standing import COUNTING
from collector.fleet.models import Unit
from collector.local import moment_of
from collector.scores.models import Series


@dataclass(frozen=True, slots=True)
class Holding:
    """What is held of one kiosk."""

    kiosk: str
    received: int
    """Records held."""
    lost_here: int
    """Records this collector had and lost."""
    awaited: int
    """Records the kiosk has proven to have written and that have not arrived."""
    conflicts: int
    """Batches that tell another story than the one held."""
    received_at: datetime


def holdings(unit: Unit) -> list[Holding]:
    """Give what is held of every kiosk that earned something for a unit."""
    kiosks = Series.objects.filter(unit=unit).values("kiosk")
    found: dict[str, Holding] = {}
    counting = Stream.objects.filter(kiosk__in=kiosks, standing__in=COUNTING)
    for stream in counting.select_related("kiosk").order_by("kiosk__name"):
        name = stream.kiosk.name
        received_at = moment_of(stream.received_ms)
        held = found.get(name, Holding(name, 0, 0, 0, 0, received_at))
        lost = sum(last - first + 1 for first, last in lost_here(stream))
        found[name] = replace(
            held,
            received=held.received + stream.through - lost,
            lost_here=held.lost_here + lost,
            awaited=held.awaited + max(0, stream.heard_seq - stream.through),
            received_at=max(held.received_at, received_at),
        )
    conflicts = Conflict.objects.filter(stream__kiosk__in=kiosks, stream__standing__in=COUNTING).values_list(
        "stream__kiosk__name", flat=True
    )
    return list(_with_conflicts(found, conflicts).values())


def _with_conflicts(found: dict[str, Holding], conflicts: Iterable[str]) -> dict[str, Holding]:
    for name in conflicts:
        found[name] = replace(found[name], conflicts=found[name].conflicts + 1)
    return found
