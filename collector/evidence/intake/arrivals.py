"""What comes in through a door, and what is answered."""

from dataclasses import dataclass

from collector.evidence.models import Door
from survey.wire.messages import Batch


@dataclass(frozen=True, slots=True)
class Arrival:
    """One message as a door received it."""

    payload: bytes
    door: Door
    received_ms: int
    vouched: str | None = None
    """The kiosk the transport says it came from (the topic); None where the transport knows nothing."""


@dataclass(frozen=True, slots=True)
class Message:
    """An arrival, read or refused."""

    arrival: Arrival
    batch: Batch | None
    refused: "RefusedMessage | None"


@dataclass(frozen=True, slots=True)
class Accepted:
    """The batch is committed, or was already, or has a gap before it; the receipt says how far the stream is held."""

    kiosk: str
    receipt: bytes
    new: int
    """Records that this message added."""


@dataclass(frozen=True, slots=True)
class RefusedMessage:
    """The message was not taken. `code` is stable; the message is for people."""

    code: str
    message: str
    kiosk: str = ""
    receipt: bytes = b""
    """For records that contradict what is held, signed by the kiosk: how far its stream is held, and with which link.

    A card that was set back learns of its lost past by this alone, where nobody has kept the receipts it was given then.
    """


Outcome = Accepted | RefusedMessage

# The catalogue of refusals beside those that `survey.wire.messages` gives for bytes that cannot be read.
KIOSK_UNKNOWN = RefusedMessage("kiosk_unknown", "no kiosk of this name is enrolled here")
KIOSK_REVOKED = RefusedMessage("kiosk_revoked", "this kiosk's key has been revoked; enrol it again")
KIOSK_TOPIC = RefusedMessage("kiosk_topic", "the batch names another kiosk than the transport it came by")
STREAM_UNKNOWN = RefusedMessage("stream_unknown", "the stream is not held here; send it from its beginning")
SIGNATURE = RefusedMessage(
    "signature", "the batch is not signed by this kiosk's key, or does not continue its stream"
)
CONFLICT = RefusedMessage("conflict", "the collector holds other records under these numbers; both are kept")
UNEXPECTED = RefusedMessage("unexpected", "the batch could not be processed; the collector's log says why")
TOO_LARGE = RefusedMessage("too_large", "the message is larger than any honest batch; send smaller ones")
