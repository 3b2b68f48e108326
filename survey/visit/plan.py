"""What a visit at one kiosk consists of: the data that the visit's table works on. Changes only between visits."""

from typing import NamedTuple

from survey.instrument.instrument import Instrument
from survey.instrument.profile import Attribute
from survey.record.complaint import TOPICS


class VisitTiming(NamedTuple):
    """All times of a visit, in seconds; the values are set in the configuration, `[visit]`."""

    highlight: float
    """How long a chosen answer stays highlighted before the screen moves on; a chord can still void it."""
    settle: float
    """How long a fresh screen is deaf: whoever presses twice by mistake meant the last screen."""
    idle: float
    """Without any input for so long, the visit ends and what was answered is kept."""
    writing: float
    """The same where something is typed or has to be read first."""
    invitation: float
    queue: float
    """After so long without input an invitation to go on shows the faces again: a press is then the next visitor's."""
    nudge: float
    """For so long before that the screen asks whether somebody is still there: by the faces, where a press is the next visitor's."""
    thanks: float
    ticket: float
    """Long enough to copy a code by hand."""
    speaking: float
    """So long a visitor can speak at most."""
    saving: float
    """A record that is not durable by then counts as a failed disk."""
    quiet: float
    """After a visit the buttons must rest for so long before the next one starts: mashing starts no second visit. A fresh ticket is deaf
    for as long: it is shown once."""


ALL_TOPICS = tuple(topic.code for topic in TOPICS)


class OfferedService(NamedTuple):
    """A service the unit offers, as the enrolment or the settings list it."""

    code: str
    name: str
    unit: str = ""
    """The unit it belongs to, where that is another one than the kiosk's own."""
    unit_name: str = ""
    first: str = ""
    """The first day on which it is offered, as `2026-11-24`; empty: it always was."""
    last: str = ""
    """The last day; empty: there is none."""
    form: Instrument | None = None
    """What is asked of whoever chooses it, in the place of what the kiosk asks; a course has questions of its own."""


class Standard(NamedTuple):
    """What the unit promises of a service: those of the six public components that have a text, in their order."""

    code: str
    name: str
    texts: tuple[tuple[str, str], ...]


class Counter(NamedTuple):
    """One counter of a place with many."""

    name: str
    floor: str
    way: str = ""
    """How to get there, in the place's own words."""
    number: str = ""
    here: bool = False
    """This kiosk stands beside it."""
    box: tuple[int, int, int, int] | None = None
    """Where it lies on its floor's plan: from the left, from the top, width and height, in squares of whatever size; None where it is not drawn."""
    unit: str = ""
    """Whose it is, where that is another unit than the kiosk's own."""

    @property
    def key(self) -> str:
        """Give what a queue system calls it by: its number, or its name where it has none."""
        return self.number or self.name


class Called(NamedTuple):
    """A ticket that a queue system has called, and the unit it was called to."""

    ticket: str
    unit: str


class Plan(NamedTuple):
    """What is asked, in which order, and what may be skipped."""

    pulse: Instrument
    """One question; its answer is recorded at once."""
    forms: tuple[Instrument, ...]
    """The questionnaires offered after it, in order."""
    services: tuple[OfferedService, ...]
    profile: tuple[Attribute, ...]
    skip: bool
    """Whether questions may be skipped; service and profile always may."""
    complaint: bool
    contact: bool
    """Whether a telephone number may be left: only where it can be sealed at once."""
    topics: tuple[str, ...]
    languages: tuple[str, ...]
    """The first is the kiosk's own; every visit begins in it."""
    speech: bool
    """Whether screens can be read aloud."""
    microphone: bool
    """Whether a visitor can speak instead of writing."""
    timing: VisitTiming
    standards: tuple[Standard, ...]
    """What can be read of the unit's services before a visit begins."""
    counters: tuple[Counter, ...]
    """Where which counter is, at a place with many."""
    called: tuple[Called, ...]
    """The tickets called last, the newest first: whoever knows theirs has said who served them. No record has one."""
    waiting: tuple[tuple[str, int], ...]
    """How many wait, as a band (`survey.wire.crowd`), by the counter's key."""
