"""Moving to another broker or another collector, as signed settings say: tried beside the road in use, and kept once it was proven.

The road in use stays open while a new address is tried. A broker counts as good when a receipt came through it that the collector
signed after the latest one we have; a collector when it gave us settings that it signed for us, no older than ours. Until then, and
after every failure, everything goes on as before, the reason is told, and the new address is tried again, less and less often. Where
the broker in use is gone for an hour, those we came from are tried likewise.
"""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from survey.record.errors import Malformed
from survey.settings.addresses import BROKER, COLLECTOR, is_worse, read_broker, read_collector
from survey.wire.messages import Settings
from survey.wire.trouble import Trouble, trouble
from uplink.errors import JournalError, Refused, Unreachable
from uplink.forwarder.backoff import Backoff
from uplink.journal.told import Addresses

_FIRST_WAIT_SECONDS = 60.0
_READERS: dict[str, Callable[[object], object]] = {BROKER: read_broker, COLLECTOR: read_collector}

log = logging.getLogger(__name__)

Try = Callable[[str], Trouble | None]
"""Tries an address, and gives why it is not good; None where it is."""


class NoProofYet(Exception):  # noqa: N818 - named for the state
    """Nothing can be tried now, which is no fault of the address."""


class Told(NamedTuple):
    """What status and health say of the addresses."""

    broker: str
    collector: str
    refused: str = ""
    """A new address that is not used."""
    why: str = ""
    """The code of the trouble that it met."""

    def to_fields(self) -> dict[str, object]:
        """Give it for the status file."""
        return self._asdict()


@dataclass
class _Road:
    name: str
    enrolled: str
    used: str
    before: str
    attempt: Try
    wanted: str
    tried: str = ""
    try_at: float = 0.0
    refused: str = ""
    why: str = ""
    waits: float = _FIRST_WAIT_SECONDS
    chance: Backoff = field(default_factory=lambda: Backoff(first_seconds=1.0, cap_seconds=1.0))


class Mover:
    """Follows the newest settings. One thread uses it, the courier's own."""

    def __init__(
        self,
        *,
        enrolled: Addresses,
        used: Addresses,
        settings: Callable[[], Settings | None],
        try_broker: Try,
        try_collector: Try,
        keep: Callable[[Addresses], None],
        now: Callable[[], float],
        again_seconds: float,
    ) -> None:
        self._settings = settings
        self._keep = keep
        self._now = now
        self._again_seconds = again_seconds
        self._broker = _Road(
            BROKER, enrolled.broker, used.broker, enrolled.broker, try_broker, wanted=enrolled.broker
        )
        self._collector = _Road(
            COLLECTOR,
            enrolled.collector,
            used.collector,
            enrolled.collector,
            try_collector,
            wanted=enrolled.collector,
        )
        self._sound_at = now()
        self._stayed_at = now()

    @property
    def told(self) -> Told:
        """Which addresses are used, and which new one is not and why."""
        refused = next((road for road in (self._broker, self._collector) if road.refused), None)
        return Told(
            self._broker.used,
            self._collector.used,
            refused.refused if refused is not None else "",
            refused.why if refused is not None else "",
        )

    def settings_came(self) -> None:
        """Look at what the newest settings say; without a word of them the addresses of the enrolment hold."""
        content = (told.content if (told := self._settings()) is not None else None) or {}
        for road in (self._broker, self._collector):
            road.wanted = road.enrolled
            if content.get(road.name) is not None:
                try:
                    road.wanted = str(_READERS[road.name](content[road.name]))
                except (
                    ValueError
                ) as error:  # the whole message is refused by the kiosk, which says so in a record
                    log.warning("%s", error)
                    road.wanted = road.used

    def turn(self, *, by_broker: bool) -> bool:
        """Try what is due; `by_broker`: the broker serves just now. Tells whether an address is another one now."""
        now = self._now()
        if by_broker:
            self._sound_at = now
        moved = [self._follow(road, now) for road in (self._broker, self._collector)]
        return any(moved) or self._go_back(now)

    def _follow(self, road: _Road, now: float) -> bool:
        if road.wanted == road.used:
            road.refused = road.tried = ""
            return False
        if road.wanted != road.tried:
            road.tried, road.try_at, road.waits = road.wanted, now, _FIRST_WAIT_SECONDS
        if now < road.try_at:
            return False
        try:
            fault = self._attempt(road, road.wanted)
        except NoProofYet:
            road.try_at = now + _FIRST_WAIT_SECONDS
            return False
        if fault is None:
            return self._move(road, road.wanted)
        if road.refused != road.wanted or road.why != fault.code:
            log.warning("the new %s %s is not used: %s", road.name, road.wanted, fault.code)
        road.refused, road.why = road.wanted, fault.code
        road.try_at = self._now() + road.waits + road.chance.spread(road.waits / 4)
        road.waits = min(self._again_seconds, road.waits * 2)
        return False

    def _attempt(self, road: _Road, address: str) -> Trouble | None:
        if is_worse(address, road.enrolled):
            return trouble("no_encryption")
        log.info("trying the %s %s", road.name, address)
        try:
            return road.attempt(address)
        except (Unreachable, Refused, JournalError) as error:
            log.info("%s", error)
            return error.trouble
        except Malformed as error:
            log.info("%s", error)
            return trouble("no_receipts")

    def _move(self, road: _Road, address: str) -> bool:
        road.before, road.used = road.used, address
        if address == road.wanted:
            road.refused = ""
        try:
            self._keep(Addresses(self._broker.used, self._collector.used))
        except OSError as error:  # a restart tries it again
            log.warning("the new %s cannot be kept: %s", road.name, error)
        log.warning("the %s is %s from now on; before, it was %s", road.name, address, road.before)
        return True

    def _go_back(self, now: float) -> bool:
        """Try the brokers we came from, where the one in use has been gone for long."""
        road = self._broker
        if now < max(self._sound_at, self._stayed_at) + self._again_seconds:
            return False
        self._stayed_at = now
        for address in _others(road):
            try:
                fault = self._attempt(road, address)
            except NoProofYet:
                return False
            if fault is None:
                road.refused, road.why = road.used, "broker_no_answer"
                road.tried, road.try_at = road.wanted, now + self._again_seconds
                return self._move(road, address)
        return False


def _others(road: _Road) -> Iterator[str]:
    yield from (address for address in dict.fromkeys((road.before, road.enrolled)) if address != road.used)
