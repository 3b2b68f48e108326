"""What a screen shows and what comes back from it, as plain data: the border between the visit and the pixels.

`kiosk.show.present` makes a view of the visit's state; `kiosk.draw.screens` draws it and says which rectangle means which
action; `kiosk.draw.window` turns fingers, mouse and keys into the events at the end of this module. None knows the other's
inside. Texts arrive here already in the visitor's language; `**bold**` is understood in the texts of a message, a
consent and a ticket.

Names of actions are the brain's to choose, except those that a screen adds by itself: `TICK`, `CORNER`, and the keys of
the on-screen keyboard, `KEY` followed by the character (`key:a`, `key: `), by `backspace`, or by the layout to change
to (`key:letters`, `key:capitals`, `key:symbols`, `key:signs`).
"""

from typing import NamedTuple

from survey.named import Bare, distinct
from survey.visit.action import Word, key

TICK = Word.TICK
"""Action of the consent's box; an option of the same name may offer it to the buttons."""
CORNER = "corner"
"""Action of the screen's upper right corner, where staff holds a finger; visible nowhere."""
KEY = key("")
"""Prefix of the actions of the on-screen keyboard."""


class Action(NamedTuple):
    """Something that can be chosen; `name` is what the loop receives when it is touched or its button pressed."""

    name: str
    label: str
    icon: str = ""
    """`face-1` … `face-4`, `step-2-of-4`, `back`, `skip`, `speak`, `next`, … or nothing."""
    button: int | None = None
    """The physical button (1-4) that means the same, shown as a number beneath."""
    strong: bool = False
    """Drawn with the accent: the ordinary way on."""
    chosen: bool = False
    """A toggle that is on, or the answer given before."""


class Bar(NamedTuple):
    """What stands above and below every screen."""

    sign: str = ""
    """An icon before everything else, for a word to staff that nobody else need mind."""
    left: str = ""
    left_strong: str = ""
    right: str = ""
    note: str = ""
    """Bottom left, in the secondary colour: the published index, or why something is not possible."""
    note_strong: str = ""
    """Stands before the note."""
    actions: tuple[Action, ...] = ()
    """Bottom right (a `back` is drawn bottom left)."""
    progress: tuple[int, int] | None = None
    """`(done, all)`."""


class Page(NamedTuple):
    """One of the things an idle screen tells in turn."""

    heading: str
    text: str
    note: str = ""


class Told(NamedTuple):
    """What an idle screen tells of its unit, beneath the faces: its last index, and one of a few pages that turn slowly."""

    caption: str
    """Of which time the index is, and of how many."""
    value: str = ""
    """The index and its category in words; nothing where none is published."""
    doubt: str = ""
    pages: tuple[Page, ...] = ()
    page: int = 0
    """Which of them is shown."""
    pause: Action | None = None
    """Stops what turns and shines, or lets it go on."""


@distinct
class ChoiceView(NamedTuple):
    """A question with at most four equal answers: the smiley, an official question, a page of a list."""

    bar: Bar
    title: str
    subtitle: str
    options: tuple[Action, ...]
    pressed: int | None = None
    """Place (0-3) of the answer that was just pressed, highlighted in the next frame."""
    told: Told | None = None
    glow: int = 0
    """How far the answers shine, from 0 to `GLOW`: all alike, so that nobody is led to one."""


@distinct
class MessageView(NamedTuple):
    """One message in the middle: thanks, please wait, closed, out of service."""

    bar: Bar
    title: str
    text: str
    icon: str = ""
    options: tuple[Action, ...] = ()
    dimmed: bool = False


@distinct
class KeyboardView(NamedTuple):
    """Text entry; with the four buttons alone it can be skipped and sent."""

    bar: Bar
    title: str
    text: str
    hint: str
    limit: int
    layout: str = "letters"
    """`letters`, `capitals`, `symbols`, `signs`, `digits`, `pin`, `code` (a ticket's), `enrolment` (an enrolment code's)."""
    concealed: bool = False
    options: tuple[Action, ...] = ()
    space: str = ""
    """The word on the space bar."""
    note: str = ""
    """A word on what stands there: what is missing, or that it is whole."""
    every: bool = False
    """Every character can be typed that a password may have: there is a way to the rarer signs."""


@distinct
class TilesView(NamedTuple):
    """Up to eight tiles to pick several of. The fingers touch them; the buttons move from one to the next."""

    bar: Bar
    title: str
    subtitle: str
    tiles: tuple[Action, ...]
    focus: int
    """Place of the tile that the buttons are on."""
    options: tuple[Action, ...] = ()


@distinct
class LetterView(NamedTuple):
    """Something to read, in paragraphs, and what can be said to it."""

    bar: Bar
    title: str
    paragraphs: tuple[str, ...]
    options: tuple[Action, ...] = ()


@distinct
class PlanView(NamedTuple):
    """The plan of a floor, and what is known of the counter that is pointed at; `read` is how all of them are read aloud."""

    bar: Bar
    title: str
    rooms: tuple[Action, ...]
    """The counters, each with its number, or its name where it has none; the one that is pointed at is chosen."""
    boxes: tuple[tuple[int, int, int, int], ...]
    mark: int | None
    """Place of the one beside which this kiosk stands; `here` are the words for it."""
    name: str
    way: str
    here: str
    read: tuple[str, ...]
    options: tuple[Action, ...] = ()


@distinct
class TicketView(NamedTuple):
    """The complaint's ticket: a code to read aloud and a QR code for its status page."""

    bar: Bar
    title: str
    text: str
    code: str
    url: str
    options: tuple[Action, ...] = ()
    spoken: str = ""
    """How the code is read aloud, for whoever dictates it."""
    caption: str = ""
    """What the QR code is for."""
    number: str = ""
    """A number that belongs to the code, as it is read aloud, digit by digit; `spoken` shows it."""


@distinct
class ConsentView(NamedTuple):
    """The consent text before the phone number, with a box that is never ticked beforehand."""

    bar: Bar
    title: str
    paragraphs: tuple[str, ...]
    box_label: str
    ticked: bool
    options: tuple[Action, ...] = ()


class StaffRow(NamedTuple):
    """One fact of the staff screen; `state` is `ok`, `warn`, `bad` or nothing."""

    label: str
    value: str
    state: str = ""
    detail: str = ""


@distinct
class StaffView(NamedTuple):
    """The staff screen: facts in two columns, and what can be done."""

    bar: Bar
    title: str
    rows: tuple[StaffRow, ...]
    messages: tuple[str, ...] = ()
    options: tuple[Action, ...] = ()


@distinct
class NoticeView(NamedTuple):
    """Why this kiosk is not in service yet: a word for citizens, steps for staff, and facts to say on the telephone."""

    bar: Bar
    title: str
    text: str
    heading: str
    steps: tuple[str, ...]
    facts_title: str
    facts: tuple[tuple[str, str], ...]
    """Label and value."""
    message: str = ""
    """The machine's own sentence, as it stands in the log; `options` are what staff can do about it here."""
    options: tuple[Action, ...] = ()


Screenful = (
    ChoiceView
    | TilesView
    | MessageView
    | KeyboardView
    | TicketView
    | ConsentView
    | LetterView
    | PlanView
    | StaffView
    | NoticeView
)


@distinct
class WarnedView(NamedTuple):
    """The question whether somebody is still there, over a screen that stays where it is; any press or touch answers it."""

    under: Screenful
    title: str
    text: str
    options: tuple[Action, ...]
    left: int
    """Seconds."""
    of: int

    @property
    def bar(self) -> Bar:
        """Give no bar: those of the screen beneath cannot be reached."""
        return Bar()


Plain = Screenful | WarnedView


@distinct
class BandedView(NamedTuple):
    """Any screen below a band that says what it is for: nothing beneath may be taken for what it looks like."""

    under: Plain
    text: str

    @property
    def bar(self) -> Bar:
        """Give the bar of the screen beneath."""
        return self.under.bar


View = Plain | BandedView


LARGE_TEXT = 1.4
"""How many times as large text is wished in large type, where it is not very large already."""


GLOW = 3
"""The brightest step of the slow pulse by which an idle kiosk is seen from afar."""


class Look(NamedTuple):
    """How everything is drawn, whatever the view."""

    size: tuple[int, int]
    text_scale: float = 1.0
    high_contrast: bool = False
    sunlit: bool = False
    """The panel stands in the sun: black on white, for everybody."""
    rotation: int = 0
    """0, 90, 180 or 270 degrees, done in the application."""
    fonts: tuple[str, ...] = ()
    """Font files to prefer, before the installed ones."""


@distinct
class Touched(NamedTuple):
    """A finger or the mouse went down on an action. `at` is `time.monotonic()`."""

    name: str
    at: float


@distinct
class Lifted(NamedTuple):
    """The finger that touched `name` left the screen; tells how long it was held."""

    name: str
    at: float


@distinct
class ButtonKey(NamedTuple):
    """A key that stands in for a physical button: 1-4 (or F1-F4, also while text is typed)."""

    button: int
    down: bool
    at: float


@distinct
class Typed(NamedTuple):
    """A key of a real keyboard: one character; backspace, enter and escape come as 8, 13 and 27."""

    text: str
    at: float


class Quit(Bare):
    """The window was closed."""

    __slots__ = ()


Input = Touched | Lifted | ButtonKey | Typed | Quit
