"""Reads to a visitor what the next screen says."""

from kiosk.ports import Voice
from kiosk.show.aloud.spoken import said
from kiosk.show.views import View
from survey.visit.effects import Speak
from survey.visit.state import State


class ScreenReader:
    """Keeps what is to be read until the view is drawn that it belongs to; silent without a voice."""

    def __init__(self, voice: Voice | None) -> None:
        self._voice = voice
        self._order: Speak | None = None
        """What is read of the next view that is drawn: the one before may be a menu, or another screen."""
        self._tuned = (0, 0)

    def order(self, what: Speak) -> None:
        """Have this read of the next view."""
        self._order = what

    def hush(self) -> None:
        """Say nothing more of what was ordered or begun."""
        self._order = None
        if self._voice is not None:
            self._voice.hush()

    def release(self) -> None:
        """Leave the loudspeaker to somebody else."""
        if self._voice is not None:
            self._voice.release()

    def read(self, view: View, state: State) -> None:
        """Read what was ordered, of this view, once."""
        if self._order is None or self._voice is None:
            return
        if self._tuned != (state.aids.volume, state.aids.pace):
            self._tuned = (state.aids.volume, state.aids.pace)
            self._voice.tune(*self._tuned)
        order, self._order = self._order, None
        self._voice.say(said(view, order, state.language), state.language)
