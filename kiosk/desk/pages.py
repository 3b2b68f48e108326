"""The pages of the staff's desk, what can be done on each, and the state that its screens are drawn from."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from kiosk.desk.sheet import Sheet
from survey.wire.trouble import Trouble


class Copied(NamedTuple):
    """What went onto a stick."""

    visits: int
    records: int


class Page(StrEnum):
    """What the desk shows."""

    PIN = "pin"
    FACTS = "facts"
    MORE = "more"
    SHEET = "sheet"
    TEST = "test"
    CODE = "code"
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
    CODE = "staff-code"
    CODE_READ = "staff-code-read"
    CODE_UNREAD = "staff-code-unread"
    RESTART_NOW = "staff-restart-now"
    ASSIST = "staff-assist"
    TRAINING = "staff-training"
    HOURS = "staff-hours"
    PLACE = "staff-place"
    WIFI = "staff-wifi"
    PHONE = "staff-phone"
    CASE = "staff-case"


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
    Page.MORE: (),
    Page.SHEET: (),
    Page.TEST: (Deed.TOUCH, Deed.CODE),
    Page.CODE: (Deed.CODE_READ, Deed.CODE_UNREAD, Deed.FACTS),
    Page.RESTART: (Deed.FACTS, Deed.RESTART_NOW),
    Page.CLOSED: (),
}
"""What can be done on each page, in the order of the buttons; tiles and sheets say it themselves."""
TILES = (
    Deed.ASSIST, Deed.HOURS, Deed.PLACE, Deed.WIFI, Deed.PHONE, Deed.CASE, Deed.TRAINING, Deed.LANGUAGE, Deed.RESTART
)  # fmt: skip
"""What stands behind *Pilihan lain*, in this order, where it can be done here."""
ALWAYS = frozenset({Deed.ASSIST, Deed.LANGUAGE, Deed.RESTART})
"""What can be done on every kiosk."""


class Offered(NamedTuple):
    """A page with a state of its own: how it is made, and whether there is anything to set here."""

    make: Callable[[], Sheet]
    when: Callable[[], bool]


class Case(NamedTuple):
    """The switch in the case, as the desk knows it."""

    opened: Callable[[], bool]
    """Whether it was opened since staff looked at it last."""
    checked: Callable[[], None]
    """Staff has looked at it."""
