"""Between the visit and the microphone: performs what the visit asks of it, and holds what was said until it is sent or forgotten.

Belongs to the frame loop; the microphone's thread is met only by `poll`. What was said is in memory here, and nowhere else on the kiosk.
"""

import logging

from hardware.spoken import Failed, Microphone, Played, Recording
from survey.record import ogg
from survey.record.spoken import parts
from survey.visit.speech import (
    ForgetSpeech,
    NotRecorded,
    Record,
    Recorded,
    Replay,
    Replayed,
    SpeechEffect,
    SpeechEvent,
    StopRecording,
)
from survey.wire.trouble import Trouble, trouble

log = logging.getLogger(__name__)


class Speaking:
    """The loop's way to the microphone; without one nothing is ever recorded."""

    def __init__(self, microphone: Microphone | None) -> None:
        self._microphone = microphone
        self._speech = b""
        self._parts: tuple[bytes, ...] = ()
        self._broken = False
        self.busy = False
        """Whether something is recorded or played."""

    @property
    def fault(self) -> Trouble | None:
        """Why nobody can speak, or None."""
        if self._microphone is None:
            return None
        if programs := self._microphone.fault():
            return trouble("microphone_missing", programs=programs)
        return trouble("microphone_fails") if self._broken else None

    @property
    def offered(self) -> bool:
        """Whether speaking is offered: a microphone that failed once may work the next time."""
        return self._microphone is not None and not self._microphone.fault()

    def perform(self, effect: SpeechEffect) -> None:
        """Do what the visit asks for; returns at once."""
        if self._microphone is None:
            return
        match effect:
            case Record(seconds):
                self.take()
                self.busy = True
                self._microphone.record(round(seconds))
            case StopRecording():
                self._microphone.stop()
            case Replay():
                self.busy = True
                self._microphone.play(self._speech)
            case ForgetSpeech():
                self.close()

    def set_volume(self, percent: int) -> None:
        """Play as loud as this, 0 to 100, from the next time on."""
        if self._microphone is not None:
            self._microphone.set_volume(percent)

    def results(self) -> list[SpeechEvent]:
        """Give what came of it since the last call."""
        outcome = self._microphone.poll() if self._microphone is not None else None
        if outcome is None:
            return []
        self.busy = False
        match outcome:
            case Played():
                return [Replayed()]
            case Recording(speech):
                return self._recorded(speech)
            case Failed(reason):
                return self._failed(reason)

    def take(self) -> tuple[bytes, ...]:
        """Give what was said, in parts to be sealed, and hold it no longer."""
        taken, self._speech, self._parts = self._parts, b"", ()
        return taken

    def close(self) -> None:
        """Record and play no more, and forget what was said."""
        self.take()
        self.busy = False
        if self._microphone is not None:
            self._microphone.hush()

    def _recorded(self, speech: bytes) -> list[SpeechEvent]:
        length = ogg.seconds(speech)
        if not length:
            return self._failed("nothing was heard")
        try:
            self._parts = parts(speech)
        except ValueError as error:
            return self._failed(str(error))
        self._speech, self._broken = speech, False
        return [Recorded(length)]

    def _failed(self, reason: str) -> list[SpeechEvent]:
        if not self._broken:
            log.warning("the microphone: %s", reason)
        self._broken = True
        # What was recorded before can be sent all the same; it just cannot be played.
        return [Replayed() if self._speech else NotRecorded()]
