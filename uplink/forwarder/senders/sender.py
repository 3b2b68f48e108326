"""What the courier asks of a way out. Two exist: MQTT and HTTPS; both carry the same bytes.

The courier calls from one thread: `open` until it succeeds, then `send` as long as `room` is above zero, and `poll`
again and again. A sender never touches the journal, keeps no backlog and decides nothing; a receipt it hands over is
not verified.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class ReceiptArrived:
    """A receipt's bytes; `fresh` says that the collector wrote them just now, in answer to us."""

    payload: bytes
    fresh: bool


@dataclass(frozen=True, slots=True)
class SettingsArrived:
    """The bytes of signed settings."""

    payload: bytes


@dataclass(frozen=True, slots=True)
class TicketsArrived:
    """The bytes of how the tickets at the kiosk's unit stand."""

    payload: bytes


@dataclass(frozen=True, slots=True)
class LogArrived:
    """The bytes of the newest checkpoint of the collector's log."""

    payload: bytes


@dataclass(frozen=True, slots=True)
class EndedArrived:
    """The bytes of the collector's word on which keys have ended."""

    payload: bytes


@dataclass(frozen=True, slots=True)
class SlotFreed:
    """A message left our hands; that says nothing about the collector."""


@dataclass(frozen=True, slots=True)
class SendRefused:
    """The broker refused a message: `code` is stable. Nobody has it; the journal still does."""

    code: str
    message: str


NOBODY_LISTENS = "nobody_listens"
"""The code of a message that arrived at the broker while no collector was connected."""

SignedArrived = SettingsArrived | TicketsArrived | LogArrived | EndedArrived
"""What the collector has signed for this kiosk; each kind has an inbox."""
Event = ReceiptArrived | SignedArrived | SlotFreed | SendRefused


class Sender(Protocol):
    """One way out."""

    @property
    def transport(self) -> str:
        """`mqtt` or `https`, for status and health."""
        ...

    @property
    def max_bytes(self) -> int:
        """The longest message this transport takes, as far as is known."""
        ...

    @property
    def room(self) -> int:
        """How many batches may be handed over now; 0 while not connected."""
        ...

    def open(self) -> None:
        """Connect; does nothing where that makes no sense or is done already.

        Raises:
            Unreachable: not now.
        """
        ...

    def send(self, batch: bytes) -> None:
        """Hand a batch over.

        Raises:
            Unreachable: not now; close and open again.
            TooLarge: half of it may pass.
            Refused: never, in this form.
        """
        ...

    def report(self, state: bytes) -> None:
        """Publish the kiosk's state where this transport has a place for it.

        Raises:
            Unreachable: not now.
        """
        ...

    def poll(self, timeout: float) -> Sequence[Event]:
        """Wait at most `timeout` seconds for something to happen, and give it.

        Raises:
            Unreachable: the connection is gone; close and open again.
        """
        ...

    def close(self) -> None:
        """End the connection; may be called at any time, and twice."""
        ...
