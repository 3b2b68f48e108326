"""What a group decides of a message: kept, contradicted, or refused."""

from typing import NamedTuple

from collector.evidence.intake.arrivals import RefusedMessage


class HeldStream(NamedTuple):
    """A stream as it is held after the group: what its receipt will say."""

    kiosk: str
    uid: str
    through: int
    link: bytes

    @property
    def uid_of_kiosk(self) -> tuple[str, str]:
        """What tells it from every other stream."""
        return (self.kiosk, self.uid)


class Kept(NamedTuple):
    """The message's stream, and how many records the message added."""

    stream: HeldStream
    new: int


class Contradicted(NamedTuple):
    """The kiosk has signed something else than what is held of the message's stream."""

    stream: HeldStream


Decided = Kept | Contradicted | RefusedMessage
