"""What the kiosk does beside visits: what screens show of the world, and the `alive` record every quarter of an hour."""

from collections.abc import Mapping

from kiosk.config import Hours
from kiosk.hours import is_open, opens_next
from kiosk.loop import Loop
from kiosk.present import Published, Surroundings
from kiosk.times import Times
from survey.record import ALIVE
from survey.visit_plan import Plan

ALIVE_SECONDS = 900.0
_LOOK_SECONDS = 1.0


class Housekeeper:
    """The ordinary housekeeping of a kiosk; belongs to the frame loop."""

    def __init__(
        self,
        times: Times,
        *,
        unit: str,
        place: str,
        hours: Mapping[str, Hours],
        published: Published | None = None,
        answer_days: int = 14,
        status_address: str = "",
    ) -> None:
        self._times = times
        self._unit = unit
        self._place = place
        self.hours = hours
        self.published = published
        self._answer_days = answer_days
        self._status_address = status_address
        self._trouble = ""
        self._looked = float("-inf")
        self._around = Surroundings()
        self._alive_at = times.monotonic() + ALIVE_SECONDS

    def surroundings(self, now: float) -> Surroundings:
        """Give what screens show besides the visit; looked up anew once a second."""
        if now < self._looked + _LOOK_SECONDS:
            return self._around
        self._looked = now
        wall = self._times.local()
        closed = not is_open(self.hours, wall)
        self._around = Surroundings(
            unit=self._unit,
            place=self._place,
            wall=wall.replace(second=0, microsecond=0) if wall else None,
            published=self.published,
            closed=closed,
            opens=opens_next(self.hours, wall) if closed and wall else None,
            answer_days=self._answer_days,
            status_address=self._status_address,
            out_of_service=self._trouble,
        )
        return self._around

    def plan(self, now: float) -> Plan | None:
        """Give no new plan: nothing changes it here."""
        del now
        return None  # noqa: RET501 - a plan may be given one day

    def step(self, now: float, loop: Loop) -> None:
        """Write the `alive` record when it is due."""
        self._trouble = loop.recorder.last_error
        if now < self._alive_at:
            return
        self._alive_at = now + ALIVE_SECONDS
        body = loop.counters.take()
        body |= {"screen": loop.state.step.value, "open": not self.surroundings(now).closed}
        stuck = sorted(loop.debouncer.stuck)
        if stuck:
            body["stuck"] = stuck
        loop.recorder.note(ALIVE, body)
