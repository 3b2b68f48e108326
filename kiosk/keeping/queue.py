"""What a queue system has said: tickets called last, and how many wait. It is kept in memory alone, and no record has any of it."""

import re
from collections.abc import Mapping
from threading import Lock

from survey.visit.plan import Called, Counter, Plan
from survey.wire.crowd import band_of

TICKET = re.compile(r"[A-Z0-9][A-Z0-9-]{0,7}")
MOST_COUNTED = 9_999
FRESH_SECONDS = 600.0
"""What was said of those waiting is told for so long."""
CALLED_SECONDS = 900.0
"""So long after it was called whoever holds a ticket may have come to the kiosk."""
MOST_OFFERED = 3
_MOST_KEPT = 12


class Unsaid(Exception):  # noqa: N818 - named for what became of it
    """What was said is not taken; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class QueueBoard:
    """Belongs to the door's thread, which writes, and to the frame loop, which reads it between visits."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._counters: dict[str, Counter] = {}
        self._called: dict[str, tuple[str, float]] = {}
        """Counter and moment by ticket, in the order in which they were called."""
        self._waiting: dict[str, tuple[int, float]] = {}

    def call(self, ticket: object, counter: object, *, now: float) -> None:
        """A ticket was called to a counter; the same once more moves it.

        Raises:
            Unsaid: it is no ticket (`ticket`), or the signed settings know no such counter (`counter`).
        """
        if not isinstance(ticket, str) or not TICKET.fullmatch(ticket):
            raise Unsaid("ticket")
        with self._lock:
            key = self._known(counter)
            self._called.pop(ticket, None)
            self._called[ticket] = key, now
            while len(self._called) > _MOST_KEPT:
                del self._called[next(iter(self._called))]

    def wait(self, counters: object, *, now: float) -> None:
        """So many wait at these counters; what is wrong in one of them leaves all as they were.

        Raises:
            Unsaid: it is no object of numbers (`waiting`), or names a counter that the signed settings do not know (`counter`).
        """
        if not isinstance(counters, Mapping) or not counters:
            raise Unsaid("waiting")
        with self._lock:
            found = {}
            for counter, number in counters.items():
                if type(number) is not int or not 0 <= number <= MOST_COUNTED:
                    raise Unsaid("waiting")
                found[self._known(counter)] = number, now
            self._waiting |= found

    def told(self, plan: Plan, now: float) -> Plan:
        """Give the plan with what was said and is still fresh; the same one where nothing has changed."""
        with self._lock:
            self._counters = {one.key: one for one in plan.counters}
            units = {service.unit for service in plan.services}
            fresh = [
                (ticket, self._counters[key])
                for ticket, (key, at) in reversed(self._called.items())
                if key in self._counters and now - at < CALLED_SECONDS
            ]
            called = tuple(Called(ticket, one.unit) for ticket, one in fresh if one.unit in units)
            waiting = tuple(
                (key, band_of(self._waiting[key][0]))
                for key in self._counters
                if key in self._waiting and now - self._waiting[key][1] < FRESH_SECONDS
            )
        called = called[:MOST_OFFERED]
        if (called, waiting) == (plan.called, plan.waiting):
            return plan
        return plan._replace(called=called, waiting=waiting)

    def _known(self, counter: object) -> str:
        if not isinstance(counter, str) or counter not in self._counters:
            raise Unsaid("counter")
        return counter
