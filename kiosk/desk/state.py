"""The staff's desk: behind the PIN, facts and tests, and nothing that could delete a rating.

It belongs to the frame loop. What takes time (hashing the PIN, writing a stick) runs in a thread of its own and is looked
for in `tick`. Every action is recorded in the journal; the desk itself never touches it.
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path

from hardware.events import BUTTONS
from hardware.panel import Panel
from kiosk.desk import pin
from kiosk.errors import KioskError
from survey.record.bodies import (
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


OPTIONS: dict[Page, tuple[str, ...]] = {
    Page.PIN: ("pin-less", "pin-more", "pin-take", "pin-enter"),
    Page.FACTS: ("staff-test", "staff-usb", "staff-more", "staff-close"),
    Page.MORE: ("staff-language", "staff-restart", "staff-facts", "staff-close"),
    Page.TEST: ("staff-touch", "staff-facts"),
    Page.RESTART: ("staff-facts", "staff-restart-now"),
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
    languages: tuple[str, ...] = ("id", "en")
    lock_seconds: float = 60.0
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

    def _act(self, action: str, now: float) -> None:  # noqa: C901, PLR0912 - one branch an action
        state = self.state
        if action.startswith("key:") and state.page is Page.PIN:
            self._type(action.removeprefix("key:"))
            return
        if action in ("next", "back") and state.page is Page.PIN:  # the enter and escape keys of a keyboard
            action = "pin-enter" if action == "next" else "staff-close"
        if action not in (*OPTIONS[state.page], "staff-close"):
            return
        match action:
            case "pin-less" | "pin-more":
                self.state = replace(state, dial=(state.dial + (1 if action == "pin-more" else -1)) % 10)
            case "pin-take":
                self._type(str(state.dial))
            case "pin-enter":
                self._check(now)
            case "staff-test":
                self._go(Page.TEST, tested=frozenset(), touched=False)
            case "staff-touch":
                self.panel.beep()
                self.state = replace(state, touched=True)
            case "staff-usb":
                self._export()
            case "staff-language":
                place = (self.languages.index(state.language) + 1) % len(self.languages)
                self.state = replace(state, language=self.languages[place])
            case "staff-restart":
                self._go(Page.RESTART)
            case "staff-restart-now":
                self.note(Staff(RESTARTED))
                self.restart()
            case "staff-more":
                self._go(Page.MORE)
            case "staff-facts":
                self._leave_test()
                self._go(Page.FACTS)
            case "staff-close":
                self._close(CLOSED)

    def _type(self, key: str) -> None:
        typed = self.state.typed[:-1] if key == "backspace" else self.state.typed + key * key.isdigit()
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
        if tested == frozenset(BUTTONS):  # all work: the next press leads back, for whoever has no touch
            self._leave_test()
            self._go(Page.FACTS)
            return
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
