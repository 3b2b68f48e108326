"""What a release would say, worked out before it is written, and whether that still stands when it is.

Working out takes longer than writing and needs nobody to wait: only the writing happens in the transaction that others wait for.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from collector import clock
from collector.errors import CollectorError
from collector.fleet.models import Unit
from collector.releases import content, editions
from collector.releases.content import Head
from collector.releases.editions import Edition
from collector.releases.models import Release
from survey.index.periods import Period, parse


@dataclass(frozen=True, slots=True)
class Draft:
    """All that is frozen with a release, and what it was worked out from; plain values, which another process may send."""

    address: str
    number: int
    at: datetime
    said: Mapping[str, Any]
    """Everything but the change since the period before."""
    basis: bytes
    breakdown: bytes
    n: int | None
    seen: tuple[int, int, int]
    """The counts before anything else was looked at."""
    beside: tuple[tuple[int, str], ...]
    """The editions that protection looked at, with their states."""

    def is_of(self, release: Release) -> bool:
        """Tell whether it was worked out for this edition."""
        return (self.address, self.number) == (release.address, release.number)

    def still_stands(self, unit: Unit, period: Period, *, instrument: str) -> bool:
        """Tell whether nobody's answers came in, went or were flagged since, and no edition came out beside it.

        Who is counted and who is protected may differ otherwise.
        """
        return self.beside == editions.standing(
            editions.connected(unit, period)
        ) and self.seen == editions.counts(unit, period, instrument)


def work_out(release: Release, found: Edition, *, corrects: Release | None = None) -> Draft:
    """Give all that an edition says under a release's address; it need not be kept yet. `found` has passed protection."""
    now = clock.now()
    head = head_of(release, corrects=corrects)
    return Draft(
        address=release.address,
        number=release.number,
        at=now,
        said=found.content(head, at=now),
        basis=found.basis(),
        breakdown=found.breakdown(),
        n=found.n,
        seen=found.seen,
        beside=found.beside,
    )


def head_of(release: Release, *, corrects: Release | None = None) -> Head:
    """Give whose number a release is, of which period and under which address."""
    return Head(
        subject=content.subject_of(release.unit) if release.unit is not None else {},
        period=parse(release.period),
        address=release.address,
        number=release.number,
        corrects=corrects.address if corrects is not None else None,
    )


def of_unit(release: Release, *, instrument: str) -> Draft | None:
    """Work out a unit's release; None where it must wait, which whoever writes finds and says."""
    unit = release.unit
    if unit is None:
        return None
    try:
        return work_out(release, editions.of_unit(unit, parse(release.period), instrument=instrument))
    except CollectorError:  # said where it would be written, with its reason
        return None
