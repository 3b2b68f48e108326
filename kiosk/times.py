"""The clocks of the frame loop: real ones, and simulated ones that stand where a simulation puts them."""

import time
from datetime import UTC, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from survey.record.record import Stamp
from uplink.journal.stamp import Clock


class Times(Protocol):
    """What the loop asks of the time; monotonic seconds for durations, stamps for records, wall time for the screen."""

    def monotonic(self) -> float:
        """Give seconds that never go back."""
        ...

    def stamp(self) -> Stamp:
        """Give the stamp of a record that is made now."""
        ...

    def local(self) -> datetime | None:
        """Give the wall time in the unit's zone, or None while the clock is not trusted."""
        ...


class RealTimes:
    """The machine's clocks."""

    def __init__(self, clock: Clock, zone: ZoneInfo) -> None:
        self._clock = clock
        self._zone = zone

    def monotonic(self) -> float:
        """Give seconds since some moment."""
        return time.monotonic()

    def stamp(self) -> Stamp:
        """Give the stamp of now."""
        return self._clock.stamp()

    def local(self) -> datetime | None:
        """Give the wall time, if it is trusted."""
        stamp = self._clock.stamp()
        return _local(stamp, self._zone)


class SimulatedTimes:
    """Monotonic time that is advanced by the caller; stamps come from the clock given."""

    def __init__(self, clock: Clock, zone: ZoneInfo) -> None:
        self.now = 1000.0
        self._clock = clock
        self._zone = zone

    def monotonic(self) -> float:
        """Give the simulated moment."""
        return self.now

    def advance_to(self, moment: float) -> None:
        """Let time pass until `moment`; it never goes back."""
        self.now = max(self.now, moment)

    def stamp(self) -> Stamp:
        """Give the clock's stamp."""
        return self._clock.stamp()

    def local(self) -> datetime | None:
        """Give the clock's wall time, if it is trusted."""
        return _local(self._clock.stamp(), self._zone)


def _local(stamp: Stamp, zone: ZoneInfo) -> datetime | None:
    if stamp.at is None or not stamp.sync:
        return None
    return datetime.fromtimestamp(stamp.at / 1000, UTC).astimezone(zone)
