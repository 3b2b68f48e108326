"""What an adapter does: send a report and ask how reports stand. Two dialects are known to have existed, so there are two of them."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple, Protocol


class Report(NamedTuple):
    """A complaint on its way out; nobody's contact is in it."""

    key: str
    """Names the report for ever, 32 hexadecimal digits; the same report has the same key."""
    number: str
    """Our number of the ticket."""
    classification: str
    title: str
    text: str
    happened_on: date
    place: str
    agency: str
    category: str
    secret: bool


class Asked(NamedTuple):
    """A report that is asked for: by its tracking number, or by our number where we know none."""

    key: str
    number: str
    tracking_id: str


class State(NamedTuple):
    """What the other side says of a report."""

    tracking_id: str
    status: str
    on: date | None
    answer: str


class Adapter(Protocol):
    """The other side. Each call is one request, or a few; none of them repeats itself.

    Whoever implements it says of each failure what became of the report: `NotTaken`, `MaybeTaken` or `Refused`.
    """

    def send(self, report: Report) -> str:
        """Hand a report over; gives its tracking number.

        Raises:
            NotTaken: it was certainly not taken; it may be sent again.
            MaybeTaken: nobody knows; it must not be sent again before it was asked for.
            Refused: it will never be taken as it is.
        """

    def poll(self, asked: Sequence[Asked]) -> Sequence[State | None]:
        """Ask how reports stand, in their order; None for one that is not known there.

        Raises:
            NotTaken: there was no answer that can be used.
        """


class LaporError(Exception):
    """Base of what goes wrong there; its text is for the operator and holds nothing of a complaint."""


class NotTaken(LaporError):  # noqa: N818 - named for what became of the report
    """The other side was not reached, or said that it did not take the report."""


class MaybeTaken(LaporError):  # noqa: N818 - as above
    """The request left, and no usable answer came."""


class Refused(LaporError):  # noqa: N818 - as above
    """The other side does not take this report."""
