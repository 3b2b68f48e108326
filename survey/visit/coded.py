"""The code that a visitor takes along, and what a kiosk knows of one that comes back."""

from typing import NamedTuple

from survey.named import distinct


class KeptCode(NamedTuple):
    """A visit of this kiosk, by its letters: never what was answered."""

    number: int
    day: str
    """The local day, as `2026-12-01`; empty where the clock was not trusted."""
    arrived: bool | None
    """Whether the collector has confirmed it; None where this kiosk cannot tell, for it was given before a new card."""


@distinct
class MakeCode(NamedTuple):
    """Make the code of this visit, then say `Coded`; that takes a moment."""

    visit: int


@distinct
class DeclareTest(NamedTuple):
    """Record that this visit was a test, with what follows from the auditor's card, then say `Saved(token)`."""

    token: str
    visit: int
    card: str
    """The card's code, as `survey.record.ticket.read_code` gives it."""
