"""Where a ticket may go from where: one table, and nothing goes back but by *dibuka lagi*."""

from collections.abc import Mapping

from collector.complaints.models import TicketStatus as S
from collector.errors import CollectorError

MOVES: Mapping[S, tuple[S, ...]] = {
    S.RECEIVED: (S.VERIFIED, S.FORWARDED, S.REJECTED, S.WITHDRAWN),
    S.VERIFIED: (S.FORWARDED, S.HANDLED, S.ANSWERED, S.REJECTED, S.WITHDRAWN),
    S.FORWARDED: (S.VERIFIED, S.FORWARDED, S.HANDLED, S.ANSWERED, S.REJECTED, S.WITHDRAWN),
    S.HANDLED: (S.HANDLED, S.FORWARDED, S.ANSWERED, S.WITHDRAWN),
    S.ANSWERED: (S.ANSWERED, S.DONE, S.REOPENED, S.WITHDRAWN),
    S.DONE: (S.REOPENED,),
    S.REJECTED: (S.REOPENED,),
    S.REOPENED: (S.FORWARDED, S.HANDLED, S.ANSWERED, S.WITHDRAWN),
    S.WITHDRAWN: (),
}
RUNNING = (S.RECEIVED, S.VERIFIED, S.FORWARDED, S.HANDLED, S.REOPENED)
"""Where somebody still owes an answer: only of these a date can pass."""
BY_CITIZEN = (S.WITHDRAWN,)
"""Where no officer can move a ticket to."""
BY_PASSING = (S.FORWARDED,)
"""Where a ticket comes by being passed on, which says to whom."""


def insist(before: str, after: str) -> None:
    """Insist that a ticket may go from one status to another.

    Raises:
        CollectorError: it may not; the error says where it may go (`ticket_move`, or `ticket_over` where it may go nowhere).
    """
    possible = MOVES[S(before)]
    if not possible:
        raise CollectorError("ticket_over", state=before)
    if after not in possible:
        raise CollectorError("ticket_move", state=before, wanted=after, possible=", ".join(possible))


def by_office(before: str) -> tuple[S, ...]:
    """Give where an officer may move a ticket to."""
    return tuple(one for one in MOVES[S(before)] if one not in (*BY_CITIZEN, *BY_PASSING))
