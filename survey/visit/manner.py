"""How each screen of a visit takes presses."""

from enum import StrEnum
from typing import assert_never

from survey.visit.state import Step


class Manner(StrEnum):
    """How a screen takes presses."""

    PLAIN = "plain"
    LISTED = "listed"
    """Four answers, or a page of a list; a held button opens a menu."""
    STEERED = "steered"
    """The buttons move something on the screen and act when they are let go; a held one opens a menu."""
    DEAF = "deaf"


def manner_of(step: Step) -> Manner:
    """Tell how a screen takes presses."""
    match step:
        case Step.SERVICE | Step.PROFILE | Step.QUESTION | Step.STANDARDS:
            return Manner.LISTED
        case Step.TOPICS | Step.PHONE | Step.CODE | Step.STANDING:
            return Manner.STEERED
        case Step.SAVING | Step.LOOKING | Step.FAILED | Step.STAFF:
            return Manner.DEAF
        case (
            Step.IDLE
            | Step.INVITATION
            | Step.PREFERENCES
            | Step.ABOUT
            | Step.NEWS
            | Step.COUNTERS
            | Step.STANDARD
            | Step.OFFER
            | Step.COMPLAINTS
            | Step.TEXT
            | Step.SPEAK
            | Step.RECORDING
            | Step.HEARD
            | Step.TICKET
            | Step.CONSENT
            | Step.WORD
            | Step.WITHDRAW
            | Step.KEPT
            | Step.THANKS
            | Step.TESTED
        ):
            return Manner.PLAIN
        case _:
            assert_never(step)


TYPED = frozenset({Step.TEXT, Step.WORD, Step.PHONE, Step.CODE})
"""Where keys are taken."""
MENU = frozenset({Manner.LISTED, Manner.STEERED})
"""Where a held button opens a menu."""
