"""What the kiosk asks of a microphone, and what comes of it: the programs' (`hardware.microphone`), or a simulated one."""

from typing import NamedTuple, Protocol


class Recording(NamedTuple):
    """What was said."""

    speech: bytes


class Played(NamedTuple):
    """Playing has come to its end."""


class Failed(NamedTuple):
    """Nothing was recorded, or nothing could be played."""

    reason: str


Outcome = Recording | Played | Failed


class Microphone(Protocol):
    """A microphone with a loudspeaker; every call returns at once."""

    def fault(self) -> str:
        """Say what is missing for it to work; nothing where all is there."""
        ...

    def record(self, seconds: int) -> None:
        """Begin to record, for at most so long; what went on before is dropped."""
        ...

    def stop(self) -> None:
        """End recording: what was said until now is the recording."""
        ...

    def play(self, speech: bytes) -> None:
        """Play a recording; what went on before is dropped."""
        ...

    def set_volume(self, percent: int) -> None:
        """Play as loud as this, 0 to 100, from the next time on."""
        ...

    def hush(self) -> None:
        """Drop what goes on; nothing comes of it any more."""
        ...

    def poll(self) -> Outcome | None:
        """Give what came of the latest call, once."""
        ...

    def close(self) -> None:
        """Let go of the devices."""
        ...
