"""Where a visit stands, and what can happen to it."""

from enum import StrEnum
from typing import NamedTuple

from survey.named import Bare, distinct
from survey.record.complaint import AdditionKind
from survey.record.visit_code import VisitCode
from survey.visit.aided import Aid, Aids
from survey.visit.coded import KeptCode
from survey.visit.speech import SpeechEvent
from survey.wire.ticket_states import TicketState


class Step(StrEnum):
    """The screen a visit is on."""

    IDLE = "idle"
    INVITATION = "invitation"
    PREFERENCES = "preferences"
    ABOUT = "about"
    """What to read before a visit begins, where there is more than one thing."""
    NEWS = "news"
    """What an idle screen tells of its unit, page by page: in large text it has no room beneath the faces."""
    COUNTERS = "counters"
    """Where which counter is."""
    STANDARDS = "standards"
    """Which service to read the standard of."""
    STANDARD = "standard"
    """Requirements, way, time, cost, product and complaints of one service."""
    SERVICE = "service"
    PROFILE = "profile"
    QUESTION = "question"
    OFFER = "offer"
    COMPLAINTS = "complaints"
    """To complain anew, or to see how an earlier complaint stands."""
    TOPICS = "topics"
    TEXT = "text"
    SPEAK = "speak"
    """What becomes of what is said, before anything is recorded."""
    RECORDING = "recording"
    HEARD = "heard"
    TICKET = "ticket"
    CONSENT = "consent"
    PHONE = "phone"
    CODE = "code"
    LOOKING = "looking"
    STANDING = "standing"
    """How a complaint stands, and what can be said to that."""
    WORD = "word"
    """A word more to a complaint that was filed."""
    WITHDRAW = "withdraw"
    KEPT = "kept"
    """What was added to a complaint is kept."""
    TESTED = "tested"
    """The visit is declared a test."""
    SAVING = "saving"
    THANKS = "thanks"
    FAILED = "failed"
    STAFF = "staff"


class Ended(StrEnum):
    """How a visit ended, as its response says."""

    FINISHED = "finished"
    DECLINED = "declined"
    TIMEOUT = "timeout"
    STAFF = "staff"
    FAULT = "fault"


class Outcome(StrEnum):
    """What came of looking for a complaint."""

    FOUND = "found"
    UNKNOWN = "unknown"
    """Nothing has been heard of it at this kiosk."""
    LATE = "late"
    """Nobody answered in time; that says nothing about the complaint."""


class State(NamedTuple):
    """One visit, or the wait for one. Never changed, only replaced."""

    step: Step = Step.IDLE
    since: float = 0.0
    """When this screen came up."""
    last_input: float = 0.0
    quiet_until: float = 0.0
    visit: int = 0
    """Number of the latest visit in this boot."""
    back_to: Step = Step.IDLE
    """Where a save in progress leads on to, and where the staff screen leads back to."""
    complaint_from: Step = Step.IDLE
    """The screen a complaint was begun on; `SERVICE` where the questionnaire comes after it."""
    form: int = 0
    place: int = 0
    """Which question of the form, or which attribute of the profile."""
    page: int = 0
    focus: int = 0
    """The tile that the buttons are on."""
    branch: str = ""
    """How far the buttons have come towards a character, or that the rest of the choices is shown."""
    faces: bool = False
    """The faces stand here again: a press is the next visitor's rating, and who was here goes on by touch or by holding."""
    menu: bool = False
    """The menu that a held button opens lies over the screen."""
    pressed: str | None = None
    """The action that is highlighted and will be taken in a moment."""
    pressed_at: float = 0.0
    holding: bool = False
    """The pressed button is still down, and the screen waits for its release."""
    form_open: bool = False
    """A questionnaire was begun and is not with the journal yet."""
    form_started: float = 0.0
    answers: tuple[tuple[str, int], ...] = ()
    service: str | None = None
    profile: tuple[tuple[str, str], ...] = ()
    counted: bool = False
    """This visit has its number."""
    rated: bool = False
    """The smiley of this visit was given."""
    partial: bool = False
    """A questionnaire of this visit was broken off."""
    by_button: bool = False
    by_touch: bool = False
    topics: tuple[str, ...] = ()
    about_officer: bool = False
    text: str = ""
    speaks_from: Step = Step.TEXT
    """The screen that is spoken for: `TEXT` or `WORD`."""
    spoken: int = 0
    """So many seconds were recorded and wait to be sent; 0 for none."""
    not_recorded: bool = False
    """The microphone failed; the screen says so."""
    consented: bool = False
    phone: str = ""
    """As typed."""
    layout: str = "letters"
    ticket: str | None = None
    """The code of the complaint that was just made."""
    has_number: bool = False
    """A telephone number was left with it."""
    complained: bool = False
    code: str = ""
    """The code of an earlier complaint, as typed."""
    outcome: Outcome | None = None
    found: TicketState | None = None
    found_code: KeptCode | None = None
    """What is known here of the visit whose letters were typed."""
    no_visit: bool = False
    """The letters that stand there are of no visit that is known here; said beside them and read by nobody, for a ticket's code just goes on."""
    coded: bool = False
    """The code of this visit was made, or given up."""
    own_code: VisitCode | None = None
    """What this visitor takes along; shown with the thanks and nowhere after."""
    testing: bool = False
    """A test card's code is typed: the visitor says to be an auditor."""
    added: AdditionKind | None = None
    """What was added last."""
    still_at: float | None = None
    """When the visitor stopped what turns and shines on the idle screen; it stays as it was then."""
    listens: bool = False
    """This visitor has had a screen read aloud."""
    aids: Aids = Aids()
    language: str = "id"
    large_text: bool = False
    contrast: bool = False
    unsaved: frozenset[str] = frozenset()
    """What has been handed to the journal and is not yet known to be durable."""
    owed: frozenset[str] = frozenset()
    """What this visitor has given and has not yet been thanked for."""
    not_kept: bool = False
    """Something the visitor gave could not be saved; the screen says so."""

    @property
    def given(self) -> dict[str, int]:
        """The answers of the present form."""
        return dict(self.answers)

    @property
    def has_draft(self) -> bool:
        """Tell whether something was picked or written that is not with the journal yet."""
        return bool(self.topics or self.about_officer or self.text.strip())


# -- what can happen


@distinct
class Press(NamedTuple):
    """A lone button was pressed; `place` is 0 to 3 from the left."""

    place: int


class Release(Bare):
    """The pressed button was let go."""

    __slots__ = ()


@distinct
class Hold(NamedTuple):
    """The button that was pressed has been held."""

    place: int


class Void(Bare):
    """The press was none after all: another button was down with it."""

    __slots__ = ()


@distinct
class Touch(NamedTuple):
    """The action of this name was touched."""

    action: str


class Tick(Bare):
    """Time has passed."""

    __slots__ = ()


@distinct
class Saved(NamedTuple):
    """The journal reports this record durable."""

    token: str
    ticket: str | None = None
    """The code of a complaint."""


@distinct
class Found(NamedTuple):
    """How the complaint with this code stands; None where nothing has been heard of it here."""

    code: str
    state: TicketState | None


@distinct
class SaveFailed(NamedTuple):
    """The journal could not keep this record, or can keep none at all (an empty token)."""

    token: str = ""


@distinct
class Coded(NamedTuple):
    """The code of this visit; None where none can be made."""

    visit: int
    code: VisitCode | None


@distinct
class FoundCode(NamedTuple):
    """What is known here of the visit with these letters; None for nothing."""

    letters: str
    found: KeptCode | None


class Restored(Bare):
    """The journal works again, proven by a durable record."""

    __slots__ = ()


@distinct
class AidCalled(NamedTuple):
    """A chord was held that is no answer but asks for help."""

    aid: Aid


class StaffCalled(Bare):
    """Staff asked for their screen."""

    __slots__ = ()


class StaffLeft(Bare):
    """The staff screen was closed or locked itself."""

    __slots__ = ()


Event = (
    Press
    | Release
    | Hold
    | Void
    | Touch
    | Tick
    | Saved
    | Found
    | Coded
    | FoundCode
    | SpeechEvent
    | SaveFailed
    | Restored
    | AidCalled
    | StaffCalled
    | StaffLeft
)
