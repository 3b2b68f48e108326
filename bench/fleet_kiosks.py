"""Kiosks of `bench.fleet_day`: true keys, chains and batches, and a day as villages have it.

They send as the uplink does: an answer at once, `alive` along with answers or after an hour, at most four batches under way, everything again
after ten seconds without a receipt, or twice as long as the latest ones took. `bench.fleet_lines` has their connections.
"""

import random
import socket
import time
from collections.abc import Iterator
from typing import NamedTuple

from tests.collector.fake_kiosk import FakeKiosk, pulse, skm

HOUR_MS, QUARTER_MS, DAY_MS = 3_600_000, 900_000, 86_400_000
BATCH, WINDOW, PATIENCE_SECONDS = 1_000, 4, 10.0
OPEN_H, CLOSE_H, VISITS = 8, 15, 20


class Happening(NamedTuple):
    """What one kiosk does or meets, at a moment of its day in milliseconds."""

    at: int
    what: str


def day_of(chance: random.Random, *, outage: bool, away: bool, lost_clock: bool) -> Iterator[Happening]:
    """Give what happens to one kiosk on a day, in order.

    Args:
        chance: decides.
        outage: its network is gone for some hours.
        away: it was away for months and comes back during the day.
        lost_clock: it begins the day without knowing the time.
    """
    offset = chance.randrange(QUARTER_MS)
    found = [Happening(offset + number * QUARTER_MS, "alive") for number in range(96)]
    found += [Happening(offset // 4 + hour * HOUR_MS, "state") for hour in range(24)]
    for _ in range(max(0, round(chance.gauss(VISITS, VISITS**0.5)))):
        found.append(Happening(round(chance.triangular(OPEN_H, CLOSE_H, OPEN_H + 2) * HOUR_MS), "visit"))
    if outage:
        begin = chance.randrange(DAY_MS)
        end = begin + round(min(12.0, chance.lognormvariate(1.0, 0.8)) * HOUR_MS)
        found += [Happening(begin, "gone"), Happening(min(end, DAY_MS - 1), "back")]
    if away:
        found += [Happening(0, "gone"), Happening(chance.randrange(8 * HOUR_MS, 16 * HOUR_MS), "back")]
    if lost_clock:
        found.append(Happening(chance.randrange(9 * HOUR_MS, 12 * HOUR_MS), "clock"))
    return iter(sorted(found))


class Kiosk:
    """One kiosk: what it has written, what of it is confirmed, and its connection."""

    def __init__(self, fake: FakeKiosk, chance: random.Random, begins_ms: int, *, lost_clock: bool) -> None:
        """Begin it; `begins_ms` is when it was switched on, and the moments of what it writes count from there."""
        self.fake = fake
        self.name = fake.name
        self.day_ms = 0
        """When the day that is played begins, counted from when it was switched on."""
        self.through = self.sent = self.responses = 0
        self.connection: socket.socket | None = None
        self.is_ready = self.in_outage = False
        self.inbox = b""
        self.patience = PATIENCE_SECONDS
        self._usual = 0.0
        self._since: float | None = None
        self.progress_at = 0.0
        self.is_timed = False
        self.under_way: list[tuple[int, float, bool]] = []
        """Batches without a receipt: last number, when it was sent first, whether that was in the storm."""
        self.tries = 0
        self._first_of_connection = True
        self._chance = chance
        self._begins_ms = begins_ms
        self._unsent_since: int | None = None
        if lost_clock:
            fake.reboot(clock_ms=None)
        else:
            fake.clock_ms = begins_ms
        fake.start()

    def write(self, what: str, at: int) -> bool:
        """Write what happens at a moment of the day; tells whether it is sent at once."""
        after = max(1, at - self.fake.up_ms)
        if what == "visit":
            self._visit(after)
            return True
        if what == "clock":
            self.fake.record(
                "clock",
                {"source": "ntp", "reason": "sync"},
                after_ms=after,
                at=self._begins_ms + self.fake.up_ms + after,
                sync=True,
            )
            self.fake.clock_ms = self._begins_ms
            return False
        alive = {
            "presses": 9,
            "visits": 2,
            "asked": 2,
            "answered": 1,
            "rejected": {},
            "screen": "idle",
            "open": True,
        }
        self.fake.record("alive", alive, after_ms=after)
        if self._unsent_since is None:
            self._unsent_since = at
        return at - self._unsent_since >= HOUR_MS

    def _visit(self, after: int) -> None:
        mood = self._chance.gauss(3.2, 0.6)
        values = [min(4, max(1, round(self._chance.gauss(mood, 0.4)))) for _ in range(9)]
        number = self.fake.last + 1
        salt = self._chance.randbytes(16).hex()
        self.fake.record("response", pulse(values[0], visit=number, salt=salt), after_ms=after)
        salt = self._chance.randbytes(16).hex()
        seconds = self._chance.randrange(25, 90)
        body = skm(*values, visit=number, duration_s=seconds, salt=salt)
        self.fake.record("response", body, after_ms=seconds * 1_000)
        self.responses += 2

    def batches(self, *, in_storm: bool) -> Iterator[bytes]:
        """Give what may be sent now."""
        if not self.under_way:
            self.progress_at = time.monotonic()
            if self._since is None and self.sent < self.fake.last:
                self._since = self.progress_at
        while len(self.under_way) < WINDOW and self.sent < self.fake.last:
            last = min(self.fake.last, self.sent + BATCH)
            yield self.fake.batch(self.sent + 1, last, prev=self._first_of_connection)
            self.under_way.append((last, time.monotonic(), in_storm))
            self.sent, self._first_of_connection = last, False
        if self.sent == self.fake.last:
            self._unsent_since = None

    def confirm(self, through: int, link: bytes) -> list[tuple[float, bool]]:
        """Let go what is confirmed; gives how long each batch waited, and whether it was sent in the storm.

        Raises:
            AssertionError: the collector's chain is another than ours.
        """
        if through <= self.through:
            return []
        if link != self.fake.links[through]:
            raise AssertionError(f"{self.name}: the receipt for {through} has another link")
        for seq in range(self.through, through):
            self.fake.lines[seq] = b""
        self.through = through
        self.sent = max(self.sent, through)
        now = self.progress_at = time.monotonic()
        waited = [(now - at, storm) for last, at, storm in self.under_way if last <= through]
        self.under_way = [one for one in self.under_way if one[0] > through]
        # As the uplink does it (`uplink.forwarder.patience`): whoever got receipts late waits longer for the next ones.
        if self._since is not None:
            self._usual = max(min(now - self._since, 60.0), self._usual / 2)
        self._since = now if self.under_way else None
        self.patience = max(PATIENCE_SECONDS, 2 * self._usual)
        return waited

    def parted(self) -> None:
        """Note that the connection is gone: how long it takes to come back says nothing of the collector."""
        self._since = None

    def go_back(self) -> None:
        """Send everything that is not confirmed again."""
        self.sent, self.under_way, self._first_of_connection = self.through, [], True
