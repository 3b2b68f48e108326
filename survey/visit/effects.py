"""What a visit asks the world to do."""

from typing import NamedTuple

from survey.named import Bare, distinct
from survey.record.complaint import AdditionKind
from survey.record.response import Response
from survey.visit.aided import Spoken
from survey.visit.coded import DeclareTest, MakeCode
from survey.visit.speech import SpeechEffect


@distinct
class SaveResponse(NamedTuple):
    """Make this response durable, then say `Saved(token)`."""

    token: str
    response: Response


@distinct
class SaveComplaint(NamedTuple):
    """Make a complaint durable under a fresh ticket, then say `Saved(token, code)`.

    What was picked and written is in clear here and nowhere else: whoever performs this effect seals it first.
    """

    token: str
    visit: int
    topics: tuple[str, ...]
    about_officer: bool
    text: str
    service: str | None
    language: str
    spoken: bool = False
    """What was said follows, as an addition: nobody can look for names in it."""


@distinct
class SaveAddition(NamedTuple):
    """Make durable what the visitor adds to a complaint, then say `Saved(token)`; sealed first, as a complaint is. What was said is not here."""

    token: str
    visit: int
    code: str
    """The ticket's; empty for the complaint that was handed over just before."""
    kind: AdditionKind
    text: str = ""
    phone: str = ""
    """As `read_phone` gives it; only with the visitor's consent."""


@distinct
class LookUp(NamedTuple):
    """Find out how the complaint with this code stands, then say `Found`; that takes a moment."""

    code: str


class Accepted(Bare):
    """An input was taken: make the one sound and light of a press, the same for every answer."""

    __slots__ = ()


@distinct
class Ignored(NamedTuple):
    """An input was none: count it under this reason (`mash`, `failed`)."""

    reason: str


@distinct
class Thanked(NamedTuple):
    """The visitor now sees that these records are kept."""

    tokens: frozenset[str]


@distinct
class Speak(NamedTuple):
    """Read the screen that this move leads to aloud, or a part of it."""

    what: Spoken = Spoken.SCREEN
    option: str = ""
    """The action whose option is read."""


class Hush(Bare):
    """The screen changed: stop speaking."""

    __slots__ = ()


Kept = SaveResponse | SaveComplaint | SaveAddition | DeclareTest
"""What is handed to the journal."""
Effect = Kept | MakeCode | LookUp | SpeechEffect | Accepted | Ignored | Thanked | Speak | Hush
