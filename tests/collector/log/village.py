"""Villages whose kiosks keep real chains and tell real tallies, through the real intake: for what strangers check, and for what operators try."""

import gzip
import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any, Protocol

from collector.fleet.models import Unit
from collector.log import building
from collector.releases import counted, proof_file, publishing
from collector.releases.models import Release
from survey.index.periods import Period, parse
from survey.record.response import new_salt
from survey.record.totals import RunningTotals
from tests.collector.clocks import stopped
from tests.collector.fake_kiosk import FakeKiosk, skm

WIB = timedelta(hours=7)
QUARTER = parse("2026-TW4")
ENROLLED = date(2026, 9, 28)
Arrive = Callable[..., list[object]]


class OwnClock(Protocol):
    """A clock that whoever has a village sets."""

    moment: datetime

    def now(self) -> datetime: ...


def moment(day: date, hour: int = 9) -> datetime:
    """A local hour in Lampung."""
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC) - WIB


def ms(day: date, hour: int = 9) -> int:
    return round(moment(day, hour).timestamp() * 1000)


class Card:
    """A kiosk of a village and how far its days have come."""

    def __init__(self, kiosk: FakeKiosk, begins: date) -> None:
        self.kiosk = kiosk
        self.day = begins
        kiosk.clock_ms = ms(begins, 7)
        kiosk.up_ms = 0
        kiosk.record("boot", {"software": "1", "predecessors": []}, after_ms=1)
        self.sent = 0
        self._counted, self._counted_to = RunningTotals(), kiosk.links[0]

    def serve(self, day: date, *values: int, **more: object) -> None:
        """Serve visitors on a day, later than all before; each midnight on the way is told."""
        self.go_to(day)
        for value in values:
            self.answer(day, value, **more)

    def answer(self, day: date, *values: int, **more: object) -> None:
        """Serve one visitor, who answers each element as given."""
        self.go_to(day)
        self._at(ms(day, 9) + 60_000 * len(self.kiosk.lines))
        self.kiosk.record(
            "response", skm(*values, visit=self.kiosk.last + 1, salt=new_salt(), **more), after_ms=0
        )

    def go_to(self, day: date) -> None:
        """Let nights pass."""
        while self.day < day:
            after = self.day + timedelta(days=1)
            self._at(ms(after, 0) + 1_000)
            told = self._totals().told(
                self.kiosk.stream, day=after.isoformat(), closes=after.month != self.day.month
            )
            self.kiosk.record("tally", told.to_body(), after_ms=0)
            self.day = after

    def off(self, until: date, *values: int) -> None:
        """Be off until a day; visitors answer before the kiosk knows it again, and then it tells its totals at once."""
        self.kiosk.reboot()
        self.kiosk.record("boot", {"software": "1"}, after_ms=1)
        for value in values:
            self.kiosk.record(
                "response", skm(value, visit=self.kiosk.last + 1, salt=new_salt()), after_ms=400_000
            )
        self.kiosk.clock_ms = ms(until) - self.kiosk.up_ms
        closes = until.month != self.day.month
        told = self._totals().told(self.kiosk.stream, day=until.isoformat(), closes=closes)
        self.kiosk.record("tally", told.to_body(), after_ms=1_000)
        self.day = until

    def _totals(self) -> RunningTotals:
        """Go on counting where it stopped, as a kiosk does; from the beginning where what was counted has been changed since."""
        if self.kiosk.links[self._counted.through :][:1] != [self._counted_to]:
            self._counted = RunningTotals()
        self.kiosk.count(self._counted)
        self._counted_to = self.kiosk.links[-1]
        return self._counted

    def _at(self, at_ms: int) -> None:
        assert self.kiosk.clock_ms is not None
        self.kiosk.up_ms = max(self.kiosk.up_ms, at_ms - self.kiosk.clock_ms)

    def batches(self) -> list[bytes]:
        """Pack what was not sent yet; a batch ends behind each tally and each declared test, as the uplink ends them."""
        found = []
        first = self.sent + 1
        for seq in range(first, self.kiosk.last + 1):
            shown = any(one in self.kiosk.lines[seq - 1] for one in (b'"kind":"tally"', b'"kind":"test"'))
            if shown or seq == self.kiosk.last:
                found.append(self.kiosk.batch(first, seq))
                first = seq + 1
        self.sent = self.kiosk.last
        return found


class Village:
    """A unit, its kiosks, and everything that is done with them."""

    def __init__(self, unit: Unit, clock: OwnClock, arrive: Arrive) -> None:
        self.unit = unit
        self.clock = clock
        self._arrive = arrive
        self.cards: list[Card] = []

    def card(self, name: str = "", begins: date = ENROLLED) -> Card:
        with stopped(moment(begins, 6)):
            kiosk = FakeKiosk.enrolled(self.unit, name=name)
        self.cards.append(Card(kiosk, begins))
        return self.cards[-1]

    def send(self, until: date = date(2027, 1, 2)) -> None:
        """Let all nights pass, and everything arrive."""
        for card in self.cards:
            card.go_to(until)
            assert self._arrive(*card.batches(), received_ms=ms(until, 8))
        self.clock.moment = max(self.clock.moment, moment(until, 8))

    def receive(self, card: Card, until: date) -> None:
        """Have everything of one kiosk arrive."""
        assert self._arrive(*card.batches(), received_ms=ms(until, 8))
        self.clock.moment = max(self.clock.moment, moment(until, 8))

    def publish(self, period: Period = QUARTER, *, at: date = date(2027, 1, 5)) -> Release:
        self.clock.moment = max(self.clock.moment, moment(at))
        return publishing.publish(self.unit, period, who="console:test")

    def log(self) -> str:
        counted.open_missing()
        return building.build().note

    def proof(self, release: Release) -> dict[str, Any]:
        found = proof_file.of_release(release)
        assert found is not None
        return dict(json.loads(gzip.decompress(found)))


def counters_of(release: Release) -> dict[str, Any]:
    return dict(json.loads(bytes(Release.objects.get(pk=release.pk).counters.content)))
