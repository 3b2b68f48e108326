"""The staff's desk: behind the PIN, facts, tests and what staff may set, and nothing that could delete a rating.

It belongs to the frame loop. What takes time (hashing the PIN, writing a stick, joining a Wi-Fi) runs in a thread of its own and is
looked for in `tick`. Every action is recorded in the journal; the desk itself never touches it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import assert_never

from hardware.events import BUTTONS
from hardware.panel import Panel
from kiosk.desk import pin
from kiosk.desk.pages import ALWAYS, OPTIONS, TILES, Case, Copied, Deed, DeskState, Offered, Page
from kiosk.desk.sheet import Note, Sheet, Tiles
from kiosk.desk.work import Work
from kiosk.show.texts import Texts
from survey.record.staff import (
    ASSISTING,
    CASE_CHECKED,
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


@dataclass(slots=True)
class StaffDesk:
    """The desk of one kiosk."""

    home: Path
    panel: Panel
    note: Note
    export: Callable[[], Copied]
    """Copy what is not confirmed to a stick."""
    restart: Callable[[], None]
    assist: Callable[[float], None]
    """Record the next visit as pressed by staff, from this moment on."""
    languages: tuple[str, ...]
    lock_seconds: float
    say: Callable[[Sequence[str], str], None] | None
    """Speaks, where there is a voice: so that the test is heard too."""
    sheets: Mapping[Deed, Offered]
    """Pages with a state of their own."""
    case: Case
    state: DeskState = field(default_factory=DeskState)
    tiles: Tiles = field(default_factory=Tiles)
    sheet: Sheet | None = None
    _checking: "Work[bool] | None" = None
    _exporting: "Work[Copied] | None" = None

    def open(self, now: float) -> None:
        """Show the PIN entry."""
        self.state = DeskState(
            page=Page.PIN,
            last_input=now,
            locked_until=now + pin.tries(self.home).lock_seconds,
            language=self.languages[0],
            pin_set=pin.has_pin(self.home),
        )

    def offered(self) -> tuple[Deed, ...]:
        """Name the tiles: what can be done here."""
        wanted = {deed for deed, sheet in self.sheets.items() if sheet.when()} | ALWAYS
        if self.case.opened():
            wanted.add(Deed.CASE)
        return tuple(deed for deed in TILES if deed in wanted)

    def take(self, event: "Press | Touch", now: float) -> bool:
        """Take an input; False when the desk is closed."""
        self.state = replace(self.state, last_input=now)
        if isinstance(event, Press):
            if self.state.page is Page.TEST:
                self._test_button(event.place + 1)
                return True
            options = self._options()
            action = options[event.place] if event.place < len(options) else ""
        else:
            action = event.action
        if self.state.page is Page.SHEET and self.sheet is not None and action != Deed.CLOSE:
            if action and not self.sheet.act(action, now):
                self._go(Page.MORE)
        elif self.state.page is Page.MORE and action not in set(Deed):
            self._take_tile(action, now)
        else:
            self._act(action, now)
        return self.state.page is not Page.CLOSED

    def tick(self, now: float) -> bool:
        """Look for what the threads found out; False when the desk has locked itself."""
        self._take_results(now)
        busy = self.state.exporting
        if self.sheet is not None and self.state.page is Page.SHEET:
            self.sheet.tick(now)
            busy = busy or self.sheet.working
        if busy:
            self.state = replace(self.state, last_input=now)
        elif now >= self.state.last_input + self.lock_seconds:
            self._close(LOCKED)
        return self.state.page is not Page.CLOSED

    def locks_in(self, now: float) -> int:
        """Give the seconds until the desk locks itself."""
        return max(0, round(self.state.last_input + self.lock_seconds - now))

    def _options(self) -> Sequence[str]:
        if self.state.page is Page.SHEET and self.sheet is not None:
            return self.sheet.options()
        return self.tiles.options() if self.state.page is Page.MORE else OPTIONS[self.state.page]

    def _take_tile(self, action: str, now: float) -> None:
        if action == Word.BACK:
            self._go(Page.FACTS)
            return
        offered = self.offered()
        place = self.tiles.take(action, len(offered))
        if place is not None:
            self._act(offered[place], now)

    def _deed(self, action: str) -> Deed | None:
        """Read an action's name; the enter and escape keys of a keyboard mean something at the PIN."""
        page = self.state.page
        if page is Page.PIN and action in (Word.NEXT, Word.BACK):
            return Deed.PIN_ENTER if action == Word.NEXT else Deed.CLOSE
        allowed = self.offered() if page is Page.MORE else OPTIONS[page]
        return next((deed for deed in (*allowed, Deed.FACTS, Deed.CLOSE) if deed == action), None)

    def _act(self, action: str, now: float) -> None:  # noqa: C901, PLR0912, PLR0915 - one branch an action
        state = self.state
        choice = parse(action)
        if choice is not None and choice.word is Word.KEY and state.page is Page.PIN:
            self._type(choice.argument)
            return
        deed = self._deed(action)
        if state.page is Page.PIN and deed is Deed.FACTS:
            return  # not before the PIN
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
            case Deed.CODE:
                self._go(Page.CODE)
            case Deed.CODE_READ | Deed.CODE_UNREAD:
                self._end_test(code_read=deed is Deed.CODE_READ)
                self._go(Page.FACTS)
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
            case Deed.CASE:
                self.note(Staff(CASE_CHECKED))
                self.case.checked()
                self._go(Page.FACTS)
            case Deed.HOURS | Deed.PLACE | Deed.WIFI | Deed.PHONE | Deed.TRAINING:
                self.sheet = self.sheets[deed].make()
                self._go(Page.SHEET)
            case Deed.MORE:
                self._go(Page.MORE)
            case Deed.FACTS:
                self._end_test()
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
        self._checking = Work("pin", partial(pin.check, self.home, state.typed), fails=_pin_trouble)

    def _export(self) -> None:
        if not self.state.exporting:
            self.state = replace(self.state, exporting=True, message=("staff.usb_busy", {}), trouble=None)
            self._exporting = Work("export", self.export, fails=_stick_trouble)

    def _take_results(self, now: float) -> None:
        if (exporting := self._exporting) is not None and exporting.done:
            self._exporting = None
            made = exporting.made
            self.note(Staff(EXPORTED, records=made.records) if made is not None else Staff(EXPORT_FAILED))
            message = ("staff.usb_done", made._asdict()) if made is not None else ("staff.usb_failed", {})
            self.state = replace(
                self.state, exporting=False, message=message, trouble=exporting.trouble, last_input=now
            )
        if (checking := self._checking) is not None and checking.done:
            self._checking = None
            if self.state.page is Page.PIN:
                self._take_pin(good=checking.made is True, told=checking.trouble, now=now)

    def _take_pin(self, *, good: bool, told: Trouble | None, now: float) -> None:
        self.state = replace(self.state, checking=False, last_input=now)
        if good:
            self.note(Staff(OPENED))
            self._go(Page.FACTS)
            return
        self.note(Staff(WRONG_PIN))
        lock = pin.tries(self.home).lock_seconds
        self.state = replace(self.state, locked_until=now + lock, message=("pin.wrong_now", {}), trouble=told)

    def _test_button(self, button: int) -> None:
        self.panel.beep()
        tested = self.state.tested
        # Pressed once more it leads on: whoever has no touch gets out, also where another button is broken.
        if button in tested:
            self._go(Page.CODE)
            return
        self.panel.light(button, on=True)
        if self.say is not None:
            self.say((Texts(self.state.language).get("staff.button", number=button),), self.state.language)
        self.state = replace(self.state, tested=tested | {button})

    def _end_test(self, *, code_read: bool | None = None) -> None:
        if self.state.page in (Page.TEST, Page.CODE):
            tried = tuple(sorted(self.state.tested))
            self.note(Staff(TESTED, buttons=tried, touch=self.state.touched, code_read=code_read))

    def _go(self, page: Page, **changes: object) -> None:
        self.state = replace(self.state, page=page, message=None, trouble=None, **changes)  # type: ignore[arg-type]

    def _close(self, how: str) -> None:
        if self.state.page not in (Page.PIN, Page.CLOSED):
            self._end_test()
            self.note(Staff(how))
        self.state, self.sheet = DeskState(), None


def _pin_trouble(error: Exception) -> Trouble:
    del error  # only the file can be at fault
    return trouble("pin_unreadable")


def _stick_trouble(error: Exception) -> Trouble:
    return error.trouble if isinstance(error, UplinkError) else trouble("stick_fails")
