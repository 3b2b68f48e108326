"""Playing visitors: moves become presses on the simulated panel and touches on the display, and the clock jumps ahead.

Everything goes through the loop that a real finger goes through: edges on the panel's queue, the debouncer, the visit, the
journal's writer thread. Only the waiting is left out: where nothing can happen before a moment, the clock goes there.
"""

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass

from hardware.simulator import SimulatedPanel
from kiosk.loop import Loop
from kiosk.rehearsal.visitor import Move, Visitor, Wish
from kiosk.show.views import Input, Lifted, Touched, View
from kiosk.times import SimulatedTimes
from survey.visit.offer import offer
from survey.visit.state import Step
from survey.visit.waits import ready_at

_WRITER_SECONDS = 60.0
_MOST_MOVES = 2_000  # a visitor who needs more is caught in a loop: a fault of the visit, to be seen at once
_PRESS_SECONDS = 0.09
_HOLD_SECONDS = 1.6
_REST_SECONDS = 0.15
"""No finger is back on the same button sooner; it would be taken for its bounce."""


class SimulationError(Exception):
    """A simulated visit did not end as every visit must."""


class BlindDisplay:
    """A display nobody looks at: hands the visitors' touches in and shows nothing."""

    def __init__(self) -> None:
        self.touches: list[Input] = []

    def show(self, view: View) -> None:
        """Show nothing."""

    def events(self, timeout: float) -> list[Input]:
        """Give the touches made since the last frame."""
        del timeout
        given, self.touches = self.touches, []
        return given

    def change_look(
        self,
        *,
        text_scale: float | None = None,
        high_contrast: bool | None = None,
        sunlit: bool | None = None,
    ) -> None:
        """Change nothing."""

    def close(self) -> None:
        """Close nothing."""


@dataclass(frozen=True, slots=True)
class Played:
    """What became of one simulated visit."""

    number: int
    thanked: int
    """How many of its records the visitor was thanked for."""
    ended: str


class Player:
    """Plays visitors one after another on a loop with simulated times."""

    def __init__(
        self,
        loop: Loop,
        panel: SimulatedPanel,
        display: BlindDisplay,
        times: SimulatedTimes,
        *,
        dice: random.Random,
        pace: float = 0.0,
        pause: Callable[[float], object] | None = None,
    ) -> None:
        self._loop = loop
        self._panel = panel
        self._display = display
        self._times = times
        self._dice = dice
        self._pace = pace
        self._pause = pause or threading.Event().wait

    def play(self, wish: Wish) -> Played:
        """Let one visitor come, do what they wish, and go.

        Raises:
            SimulationError: the visit did not come to an end.
        """
        loop, visitor = self._loop, Visitor(wish, self._dice)
        self.rest()
        before = loop.service.recorder.thanked
        began = False
        for _ in range(_MOST_MOVES):
            state = loop.service.state
            if state.step is Step.FAILED:
                return Played(state.visit, loop.service.recorder.thanked - before, "failed")
            if began and state.step is Step.IDLE:
                return Played(state.visit, loop.service.recorder.thanked - before, "ended")
            self._settle()
            move = visitor.move(loop.service.plan, loop.service.state)
            if move is None:
                self._go_on()
            elif move.leaves:
                self._until_idle()
            else:
                self._make(move, mashes=0 if began else wish.mashes)
                began = True
        raise SimulationError(f"a visitor is caught on the screen {loop.service.state.step.value!r}")

    # -- moving fingers

    def _make(self, move: Move, *, mashes: int) -> None:
        options = offer(self._loop.service.plan, self._loop.service.state).options
        if move.hold:
            self._press(0, seconds=_HOLD_SECONDS)
        elif move.touch:
            now = self._times.now
            self._display.touches += [Touched(move.action, now), Lifted(move.action, now)]
            self._loop.step()
        else:
            place = options.index(move.action)
            self._press(place, seconds=_PRESS_SECONDS)
            for _ in range(mashes):  # more fingers while the answer is highlighted: they must change nothing
                place = (place + 1) % len(options)
                self._press(place, seconds=0.05, rest=0.05)
        self._finish()

    def _press(self, place: int, *, seconds: float, rest: float = _REST_SECONDS) -> None:
        """Put one finger on a button and lift it, and let the loop see both."""
        released = self._panel.press(place + 1, at=self._times.now, seconds=seconds)
        self._pass(released + rest)

    def _finish(self) -> None:
        """Wait until a highlighted answer is taken and the journal has answered."""
        while self._loop.service.state.pressed is not None:
            self._go_on()
        self._await_writer()

    def _settle(self) -> None:
        """Let a fresh screen become ready for input, as a person does by reading it."""
        state = self._loop.service.state
        ready = ready_at(self._loop.service.plan, state)
        if self._pace:
            ready = max(ready, state.since + self._dice.uniform(1.5, 4.0))
        if ready > self._times.now:
            self._pass(ready)

    def rest(self) -> None:
        """Stay away from the buttons until the kiosk is ready for the next visitor."""
        self._until_idle()
        self._settle()

    def _until_idle(self) -> None:
        while self._loop.service.state.step not in (Step.IDLE, Step.FAILED):
            self._go_on()

    def _go_on(self) -> None:
        """Let time pass until something happens by itself."""
        if self._loop.service.recorder.waiting:
            self._await_writer()
            return
        moment = self._loop.due()
        if moment is None:
            raise SimulationError(
                f"nothing will ever happen on the screen {self._loop.service.state.step.value!r}"
            )
        self._pass(moment)

    def _await_writer(self) -> None:
        """Wait for the journal in real time: simulated time stands still, however slow the disk is."""
        deadline = threading.Event()
        waited = 0.0
        self._loop.step()
        while self._loop.service.recorder.waiting:
            if waited > _WRITER_SECONDS:
                raise SimulationError(f"the journal has not answered for {_WRITER_SECONDS:.0f} s")
            deadline.wait(0.0005)
            waited += 0.0005
            self._loop.step()

    def _pass(self, moment: float) -> None:
        if self._pace and moment > self._times.now:
            self._pause((moment - self._times.now) / self._pace)
        self._times.advance_to(moment)
        self._loop.step()
