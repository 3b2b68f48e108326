"""The staff's desk: behind the PIN, facts and tests, and nothing that could delete a rating.

It belongs to the frame loop. What takes time (hashing the PIN, writing a stick) runs in a thread of its own and is looked
for in `tick`. Every action is recorded in the journal; the desk itself never touches it.
"""

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import assert_never

from hardware.events import BUTTONS
from hardware.panel import Panel
from kiosk.desk import pin
from kiosk.errors import KioskError
from kiosk.show.texts import Texts
from survey.record.bodies import (
    ASSISTING,
    CLOSED,
    EXPORT_FAILED,
    EXPORTED,
    LOCKED,
    OPENED,
    RESTARTED,
    TESTED,
    WRONG_PIN,
    Staff,
)
from survey.visit.action import BACKSPACE, Word, parse
from survey.visit.state import Press, Touch
from survey.wire.trouble import Trouble, trouble
from uplink.errors import UplinkError

log = logging.getLogger(__name__)

Note = Callable[[Staff], None]
"""Record what staff did, as the body of a `staff` record."""
Export = Callable[[], int]
"""Copy what is not confirmed to a stick; gives the number of records."""


class Page(StrEnum):
    """What the desk shows."""

    PIN = "pin"
    FACTS = "facts"
    MORE = "more"
    TEST = "test"
    RESTART = "restart"
    CLOSED = "closed"


class Deed(StrEnum):
    """What staff can do; the values are the names of the actions on the screen."""

    PIN_LESS = "pin-less"
    PIN_MORE = "pin-more"
    PIN_TAKE = "pin-take"
    PIN_ENTER = "pin-enter"
    TEST = "staff-test"
    USB = "staff-usb"
    MORE = "staff-more"
    CLOSE = "staff-close"
    LANGUAGE = "staff-language"
    RESTART = "staff-restart"
    FACTS = "staff-facts"
    TOUCH = "staff-touch"
    RESTART_NOW = "staff-restart-now"
    ASSIST = "staff-assist"


@dataclass(frozen=True, slots=True)
class DeskState:
    """Everything the desk's screens are drawn from."""

    page: Page = Page.CLOSED
    typed: str = ""
    dial: int = 0
    """The digit that the buttons have dialled, for whoever enters the PIN without touch."""
    locked_until: float = 0.0
    last_input: float = 0.0
    checking: bool = False
    exporting: bool = False
    message: tuple[str, dict[str, object]] | None = None
    """A text key and its values: what came of the last action."""
    trouble: Trouble | None = None
    """Why the last action came to nothing."""
    tested: frozenset[int] = frozenset()
    touched: bool = False
    language: str = "id"
    pin_set: bool = True


OPTIONS: dict[Page, tuple[Deed, ...]] = {
    Page.PIN: (Deed.PIN_LESS, Deed.PIN_MORE, Deed.PIN_TAKE, Deed.PIN_ENTER),
    Page.FACTS: (Deed.TEST, Deed.USB, Deed.MORE, Deed.CLOSE),
    Page.MORE: (Deed.LANGUAGE, Deed.ASSIST, Deed.RESTART, Deed.FACTS),
    Page.TEST: (Deed.TOUCH, Deed.FACTS),
    Page.RESTART: (Deed.FACTS, Deed.RESTART_NOW),
    Page.CLOSED: (),
}
"""What can be done on each page, in the order of the buttons."""


@dataclass(slots=True)
class _Result:
    """What a thread found out; read by the frame loop once `done`."""

    done: bool = False
    good: bool = False
    count: int = 0
    trouble: Trouble | None = None


@dataclass(slots=True)
class StaffDesk:
    """The desk of one kiosk."""

    home: Path
    panel: Panel
    note: Note
    export: Export
    restart: Callable[[], None]
    assist: Callable[[float], None]
    """Record the next visit as pressed by staff, from this moment on."""
    languages: tuple[str, ...]
    lock_seconds: float
    say: Callable[[Sequence[str], str], None] | None
    """Speaks, where there is a voice: so that the test is heard too."""
    state: DeskState = field(default_factory=DeskState)
    _work: _Result | None = None

    def open(self, now: float) -> None:
        """Show the PIN entry."""
        self.state = DeskState(
            page=Page.PIN,
            last_input=now,
            locked_until=now + pin.tries(self.home).lock_seconds,
            language=self.languages[0],
            pin_set=pin.has_pin(self.home),
        )

    def take(self, event: "Press | Touch", now: float) -> bool:
        """Take an input; False when the desk is closed."""
        self.state = replace(self.state, last_input=now)
        if isinstance(event, Press):
            if self.state.page is Page.TEST:
                self._test_button(event.place + 1)
                return True
            options = OPTIONS[self.state.page]
            action = options[event.place] if event.place < len(options) else ""
        else:
            action = event.action
        self._act(action, now)
        return self.state.page is not Page.CLOSED

    def tick(self, now: float) -> bool:
        """Look for what the threads found out; False when the desk has locked itself."""
        if self._work is not None and self._work.done:
            self._take_result(self._work, now)
        if now >= self.state.last_input + self.lock_seconds and not self.state.exporting:
            self._close(LOCKED)
        return self.state.page is not Page.CLOSED

    def locks_in(self, now: float) -> int:
        """Give the seconds until the desk locks itself."""
        return max(0, round(self.state.last_input + self.lock_seconds - now))

    def _deed(self, action: str) -> Deed | None:
        """Read an action's name; the enter and escape keys of a keyboard mean something at the PIN."""
        if self.state.page is Page.PIN and action in (Word.NEXT, Word.BACK):
            return Deed.PIN_ENTER if action == Word.NEXT else Deed.CLOSE
        return next((deed for deed in (*OPTIONS[self.state.page], Deed.CLOSE) if deed == action), None)

    def _act(self, action: str, now: float) -> None:  # noqa: C901, PLR0912 - one branch an action
        state = self.state
        choice = parse(action)
        if choice is not None and choice.word is Word.KEY and state.page is Page.PIN:
            self._type(choice.argument)
            return
        deed = self._deed(action)
        match deed:
            case None:
                return
            case Deed.PIN_LESS | Deed.PIN_MORE:
                self.state = replace(state, dial=(state.dial + (1 if deed is Deed.PIN_MORE else -1)) % 10)
            case Deed.PIN_TAKE:
                self._type(str(state.dial))
            case Deed.PIN_ENTER:
                self._check(now)
            case Deed.TEST:
                for button in BUTTONS:  # each is lit by its own press: a dark one has no working light
                    self.panel.light(button, on=False)
                self._go(Page.TEST, tested=frozenset(), touched=False)
            case Deed.TOUCH:
                self.panel.beep()
                self.state = replace(state, touched=True)
            case Deed.USB:
                self._export()
            case Deed.LANGUAGE:
                place = (self.languages.index(state.language) + 1) % len(self.languages)
                self.state = replace(state, language=self.languages[place])
            case Deed.RESTART:
                self._go(Page.RESTART)
            case Deed.RESTART_NOW:
                self.note(Staff(RESTARTED))
                self.restart()
            case Deed.ASSIST:
                self.note(Staff(ASSISTING))
                self.assist(now)
                self._close(CLOSED)
            case Deed.MORE:
                self._go(Page.MORE)
            case Deed.FACTS:
                self._leave_test()
                self._go(Page.FACTS)
            case Deed.CLOSE:
                self._close(CLOSED)
            case _:
                assert_never(deed)

    def _type(self, key: str) -> None:
        typed = self.state.typed[:-1] if key == BACKSPACE else self.state.typed + key * key.isdigit()
        self.state = replace(self.state, typed=typed[: pin.MAX_DIGITS], message=None, trouble=None)

    def _check(self, now: float) -> None:
        state = self.state
        if state.checking or not state.typed:
            return
        if now < state.locked_until or not state.pin_set:
            self.state = replace(state, typed="")
            return
        self.state = replace(state, checking=True, typed="")
        result = self._begin()

        def check(typed: str = state.typed) -> None:
            try:
                result.good = pin.check(self.home, typed)
            except KioskError as error:
                log.error("%s", error)  # noqa: TRY400 - the sentence says all
                result.trouble = trouble("pin_unreadable")
            result.done = True

        threading.Thread(target=check, name="pin", daemon=True).start()

    def _export(self) -> None:
        if self.state.exporting:
            return
        self.state = replace(self.state, exporting=True, message=("staff.usb_busy", {}), trouble=None)
        result = self._begin()

        def export() -> None:
            try:
                result.count = self.export()
                result.good = True
            except UplinkError as error:
                log.warning("nothing was copied to a stick: %s", error)
                result.trouble = error.trouble
            except OSError as error:
                log.warning("nothing was copied to a stick: %s", error)
                result.trouble = trouble("stick_fails")
            result.done = True

        threading.Thread(target=export, name="export", daemon=True).start()

    def _begin(self) -> _Result:
        self._work = _Result()
        return self._work

    def _take_result(self, result: _Result, now: float) -> None:
        self._work = None
        if self.state.exporting:
            message: tuple[str, dict[str, object]] = (
                ("staff.usb_done", {"count": result.count}) if result.good else ("staff.usb_failed", {})
            )
            self.note(Staff(EXPORTED, records=result.count) if result.good else Staff(EXPORT_FAILED))
            self.state = replace(
                self.state, exporting=False, message=message, trouble=result.trouble, last_input=now
            )
            return
        if self.state.page is not Page.PIN:
            return
        if result.good:
            self.note(Staff(OPENED))
            self.state = replace(self.state, checking=False, last_input=now)
            self._go(Page.FACTS)
            return
        self.note(Staff(WRONG_PIN))
        lock = pin.tries(self.home).lock_seconds
        self.state = replace(
            self.state,
            checking=False,
            locked_until=now + lock,
            message=("pin.wrong_now", {}),
            trouble=result.trouble,
            last_input=now,
        )

    def _test_button(self, button: int) -> None:
        self.panel.beep()
        tested = self.state.tested
        # Pressed once more it leads back: whoever has no touch gets out, also where another button is broken.
        if button in tested:
            self._leave_test()
            self._go(Page.FACTS)
            return
        self.panel.light(button, on=True)
        if self.say is not None:
            self.say((Texts(self.state.language).get("staff.button", number=button),), self.state.language)
        self.state = replace(self.state, tested=tested | {button})

    def _leave_test(self) -> None:
        if self.state.page is Page.TEST:
            self.note(Staff(TESTED, buttons=tuple(sorted(self.state.tested)), touch=self.state.touched))

    def _go(self, page: Page, **changes: object) -> None:
        self.state = replace(self.state, page=page, message=None, trouble=None, **changes)  # type: ignore[arg-type]

    def _close(self, how: str) -> None:
        if self.state.page not in (Page.PIN, Page.CLOSED):
            self._leave_test()
            self.note(Staff(how))
        self.state = DeskState()
