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
    """The kiosk the road says it came from (the topic); None where the road knows nothing."""


@dataclass(frozen=True, slots=True)
class Message:
    """An arrival, read or refused."""

    arrival: Arrival
    batch: Batch | None
    refused: "Refused | None"


@dataclass(frozen=True, slots=True)
class Answer:
    """The batch is committed, or was already, or has a gap before it; the receipt says how far the stream is held."""

    kiosk: str
    receipt: bytes
    new: int
    """Records that this message added."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The message was not taken. `code` is stable; the message is for people."""

    code: str
    message: str


Outcome = Answer | Refused

# The catalogue of refusals beside those that `survey.wire.messages` gives for bytes that cannot be read.
KIOSK_UNKNOWN = Refused("kiosk_unknown", "no kiosk of this name is enrolled here")
KIOSK_REVOKED = Refused("kiosk_revoked", "this kiosk's key has been revoked; enrol it again")
KIOSK_TOPIC = Refused("kiosk_topic", "the batch names another kiosk than the road it came by")
STREAM_UNKNOWN = Refused("stream_unknown", "the stream is not held here; send it from its beginning")
SIGNATURE = Refused(
    "signature", "the batch is not signed by this kiosk's key, or does not continue its stream"
)
CONFLICT = Refused("conflict", "the collector holds other records under these numbers; both are kept")
UNEXPECTED = Refused("unexpected", "the batch could not be processed; the collector's log says why")
TOO_LARGE = Refused("too_large", "the message is larger than any honest batch; send smaller ones")
