"""The states of a release, and which may follow which."""

from collections.abc import Mapping
from enum import StrEnum


class State(StrEnum):
    """Where a release stands; the words are those that everybody reads."""

    OPEN = "terbuka"
    """It is being prepared."""
    SUBMITTED = "diajukan"
    """The unit has handed it in."""
    RETURNED = "perlu diperbaiki"
    """The evaluator has sent it back, with a reason."""
    PUBLISHED = "terbit"
    NOT_REPORTED = "tidak melapor"
    """Its day has passed and nothing was published."""
    WITHDRAWN = "ditarik"
    """It was published once, and stays readable with the reason and its successor."""


PENDING = (State.OPEN, State.SUBMITTED, State.RETURNED, State.NOT_REPORTED)
"""Nothing of it is out yet; the evaluator may publish it from here, with or without the unit."""
SHOWN = (State.PUBLISHED, State.NOT_REPORTED, State.WITHDRAWN)
"""What everybody sees."""

FOLLOWS: Mapping[State, tuple[State, ...]] = {
    State.OPEN: (State.SUBMITTED, State.PUBLISHED, State.NOT_REPORTED),
    State.SUBMITTED: (State.RETURNED, State.PUBLISHED, State.NOT_REPORTED),
    State.RETURNED: (State.SUBMITTED, State.PUBLISHED, State.NOT_REPORTED),
    State.NOT_REPORTED: (State.SUBMITTED, State.PUBLISHED),
    State.PUBLISHED: (State.WITHDRAWN,),
    State.WITHDRAWN: (),
}
