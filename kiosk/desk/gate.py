"""The staff's PIN before anything can be typed at a kiosk that is revoked: whoever brings a code must be its staff."""

from collections.abc import Callable
from functools import partial
from math import ceil
from pathlib import Path

from kiosk.desk import pin
from kiosk.desk.enrolling import PIN
from kiosk.desk.sheet import Sheet
from kiosk.desk.spelling import Spelling
from kiosk.desk.work import Work
from kiosk.show.texts import Texts
from kiosk.show.views import Bar, Plain
from survey.visit.action import Word
from survey.wire.trouble import Trouble, trouble


class Gate:
    """Asks for the PIN as the desk does, with the same count of wrong tries, and gives what lies behind it."""

    working = False

    def __init__(self, home: Path, behind: Callable[[], Sheet], now: float) -> None:
        self._home = home
        self._behind = behind
        self._typing = Spelling(most=pin.MAX_DIGITS, script=PIN)
        self._locked_until = now + pin.tries(home).lock_seconds
        self._now = now
        self._said = ""
        """The key of what is wrong."""
        self._checking: Work[bool] | None = None
        self.passed: Sheet | None = None
        """What lies behind, once the PIN was right."""

    def options(self) -> tuple[str, ...]:
        """Name the actions of the buttons."""
        return self._typing.options()

    def act(self, action: str, now: float) -> bool:
        """Type, or have it checked; False when staff has given up."""
        if action == Word.BACK:
            return False
        if action != Word.NEXT:
            self._typing.take(action)
        elif self._checking is None:
            typed, self._typing = self._typing.text, Spelling(most=pin.MAX_DIGITS, script=PIN)
            if typed and now >= self._locked_until:
                self._checking = Work("pin", partial(pin.check, self._home, typed), fails=_trouble)
        return True

    def tick(self, now: float) -> None:
        """Look for what came of it."""
        self._now = now
        if self._checking is None or not self._checking.done:
            return
        checked, self._checking = self._checking, None
        if checked.made:
            self.passed = self._behind()
            return
        self._locked_until = now + pin.tries(self._home).lock_seconds
        self._said = "pin.none" if checked.trouble is not None else "pin.wrong_now"

    def view(self, texts: Texts, bar: Bar) -> Plain:
        """Show how many digits were typed, and how long no other try is taken."""
        seconds = ceil(self._locked_until - self._now)
        title = "pin.wrong" if seconds > 0 else self._said or "pin.title"
        return self._typing.view(
            texts, bar, title=texts.get(title, seconds=seconds), hint=texts.get("pin.hint"), secret=True
        )


def _trouble(error: Exception) -> Trouble:
    del error  # only the file can be at fault
    return trouble("pin_unreadable")
