"""Which way out is taken, and when it is tried again.

The first transport is the usual one. One that fails several times in a row, or that stays mute though it is connected, makes way for the
next; from then on they are tried in turn until one carries a receipt, and the usual one is tried again from time to time.
"""

import logging
from collections.abc import Callable

from uplink.errors import Unreachable
from uplink.forwarder.backoff import Backoff
from uplink.forwarder.config import Pace
from uplink.forwarder.senders.sender import Sender

_SOUND_SECONDS = 60.0

log = logging.getLogger(__name__)


class Roads:
    """The transports of one courier."""

    def __init__(
        self, transports: tuple[Sender, ...], *, now: Callable[[], float], pace: Pace, spread_seconds: float
    ) -> None:
        self._transports = transports
        self._now = now
        self._pace = pace
        self.backoff = Backoff(
            first_seconds=pace.reconnect_first_seconds, cap_seconds=pace.reconnect_cap_seconds
        )
        self._place = 0
        self._failures = 0
        # After a power cut all kiosks of a district start together: their first calls are spread out.
        self._retry_at = now() + self.backoff.spread(spread_seconds)
        self._return_at = 0.0
        self._opened_at = 0.0
        self.is_open = False

    @property
    def sender(self) -> Sender:
        """The transport in use."""
        return self._transports[self._place]

    def open(self) -> bool:
        """Connect where that is due; tells whether a connection was made just now, be it the usual one again.

        Raises:
            Unreachable: it was due and is not to be had.
        """
        now = self._now()
        if self.is_open:
            return self._place > 0 and now >= self._return_at and self._returned()
        if now < self._retry_at:
            return False
        self.sender.open()
        self._opened()
        return True

    def lost(self, *, mute: bool) -> None:
        """Let go of a connection that ended or could not be made; `mute`: it was there, and nobody answered on it."""
        self.sender.close()
        if self.is_open and not mute and self._now() - self._opened_at > _SOUND_SECONDS:
            # It served well and had merely little to do: its end is no mark against this transport.
            self._failures = 0
            self.backoff.succeeded()
        self.is_open = False
        self._failures += 1
        if mute and self._failures < self._pace.failures_before_fallback:
            self._failures = self._pace.failures_before_fallback
            self.backoff.succeeded()  # the next road is tried soon
        self._retry_at = self._now() + self.backoff.next_wait()
        if self._failures >= self._pace.failures_before_fallback and len(self._transports) > 1:
            self._place = (self._place + 1) % len(self._transports)

    def succeeded(self) -> None:
        """Take note that a receipt came."""
        self._failures = 0
        self.backoff.succeeded()

    def begin_anew(self) -> None:
        """Close, and connect again at once: another stream is carried, which is no fault of the road."""
        self.sender.close()
        self.is_open = False
        self.succeeded()
        self._retry_at = self._now()

    def close(self) -> None:
        """Close all of them."""
        for sender in self._transports:
            sender.close()
        self.is_open = False

    def _opened(self) -> None:
        self.is_open = True
        self._opened_at = self._now()
        self._return_at = self._now() + self._pace.return_seconds

    def _returned(self) -> bool:
        self._return_at = self._now() + self._pace.return_seconds
        usual = self._transports[0]
        try:
            usual.open()
        except Unreachable as error:
            log.debug("%s is still not to be had: %s", usual.transport, error)
            return False
        self.sender.close()
        self._place = 0
        self._opened()
        return True
