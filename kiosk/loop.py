"""The frame loop: input in, the visit moved, effects out, one frame drawn. Nothing in it blocks.

One `step()` is one frame: it waits for input (never longer than the next thing that is due), drains the panel's edges
through the debouncer, takes the journal's answers, lets time act, draws if the view has changed, and pings the watchdog.
Events act at their own moments in order, whatever the frame rate, so that a simulation with a jumping clock and a finger
on a real kiosk go through exactly the same code.
"""

import logging
from collections import deque
from collections.abc import Callable
from operator import is_

from hardware.debounce import Debouncer
from hardware.errors import PanelFault
from hardware.events import (
    BUTTONS,
    Chord,
    ChordHeld,
    Freed,
    Held,
    Pressed,
    Rejected,
    Released,
    Signal,
    Stuck,
)
from hardware.panel import Panel
from kiosk.ports import Desk, Display, Housekeeping, Voice
from kiosk.recorder import Recorder
from kiosk.show.present import Surroundings, next_change, present
from kiosk.show.views import CORNER, ButtonKey, Input, Lifted, Quit, Touched, Typed, View
from kiosk.times import Times
from kiosk.watch.counters import Counters
from kiosk.watch.watchdog import Watchdog
from survey.visit.machine import advance, begin, due
from survey.visit.plan import Plan
from survey.visit.state import (
    Accepted,
    Effect,
    Event,
    Hold,
    Hush,
    Ignored,
    Press,
    Release,
    Restored,
    SaveComplaint,
    SaveFailed,
    SaveResponse,
    Speak,
    StaffCalled,
    StaffLeft,
    State,
    Step,
    Thanked,
    Tick,
    Touch,
    Void,
)

log = logging.getLogger(__name__)

FRAME_SECONDS = 1 / 60
_LONGEST_WAIT_SECONDS = 1.0
_STORAGE_CHECK_SECONDS = 1.0
_PANEL_CHECK_SECONDS = 1.0


class Loop:
    """The kiosk's one frame loop; everything it uses is given to it."""

    def __init__(
        self,
        *,
        plan: Plan,
        panel: Panel,
        debouncer: Debouncer,
        display: Display,
        recorder: Recorder,
        times: Times,
        housekeeping: Housekeeping,
        watchdog: Watchdog | None = None,
        voice: Voice | None = None,
        staff_buttons: frozenset[int] = frozenset({1, 4}),
        staff_hold_seconds: float = 3.0,
        first_visit: int = 0,
    ) -> None:
        self.plan = plan
        self.panel = panel
        self.recorder = recorder
        self.counters = Counters()
        self.debouncer = debouncer
        self.times = times
        self.running = True
        self.frames = 0
        self.answered = 0
        """Complete questionnaires since the start."""
        self._display = display
        self._housekeeping = housekeeping
        self.desk: Desk | None = None
        self.make_desk: Callable[[], Desk] | None = None
        """Makes the staff's screen when it is first called for; without it nobody can call staff."""
        self._watchdog = watchdog or Watchdog({})
        self._voice = voice
        self._staff_buttons = staff_buttons
        self._staff_hold_seconds = staff_hold_seconds
        self._corner_since: float | None = None
        self._clock = times.monotonic()
        self._storage_checked = float("-inf")
        self._probing = False
        self._panel_checked = float("-inf")
        self._panel_differs: set[int] = set()
        self.state = begin(plan, now=self._clock, visit=first_visit)
        self._view: View | None = None
        self._drawn: tuple[State, Surroundings, Plan] | None = None
        self._redraw_at = 0.0
        self._look = (self.state.large_text, self.state.contrast)
        self._surroundings = housekeeping.surroundings(self._clock)
        self._events: deque[tuple[Event, float]] = deque()

    def run(self) -> None:
        """Repeat `step` until somebody stops the kiosk."""
        while self.running:
            self.step()

    def stop(self) -> None:
        """End `run` after the present frame."""
        self.running = False

    def step(self) -> None:
        """Make one frame."""
        inputs = self._display.events(self._wait())
        now = self.times.monotonic()
        for given in inputs:
            self._take_input(given, now)
        self._drain_panel(now)
        for result in self.recorder.results():
            self._apply(result, now)
        self._let_time_act(now)
        self._housekeeping.step(now, self)
        self._check_storage(now)
        self._check_panel(now)
        self._draw(now)
        self._watchdog.ping(now)
        self.frames += 1

    def due(self) -> float | None:
        """Give the next moment at which the loop has something to do without any input."""
        moments = (
            due(self.plan, self.state),
            self.debouncer.due(),
            next_change(self.plan, self.state, self._clock),
        )
        return min((moment for moment in moments if moment is not None), default=None)

    @property
    def view(self) -> View | None:
        """What is on the screen."""
        return self._view

    def use(self, plan: Plan) -> None:
        """Go on with another plan; only between visits."""
        if self.state.step is not Step.IDLE:
            raise RuntimeError("a plan changes only between visits")
        self.plan = plan
        if self.state.language not in plan.languages:
            self.state = self.state._replace(language=plan.languages[0])

    def inject(self, event: Event) -> None:
        """Let something happen to the visit that came from neither panel nor screen."""
        self._apply(event, self.times.monotonic())

    # -- input

    def _wait(self) -> float:
        longest = FRAME_SECONDS if self.recorder.waiting else _LONGEST_WAIT_SECONDS
        moment = self.due()
        return longest if moment is None else min(max(0.0, moment - self.times.monotonic()), longest)

    def _take_input(self, given: Input, now: float) -> None:
        match given:
            case Quit():
                self.stop()
            case ButtonKey(button, down):
                move = getattr(
                    self.panel, "move", None
                )  # only a simulated panel has buttons that keys can move
                if move is not None:
                    move(button, down=down, at=now)
            case Touched(action):
                if action == CORNER:
                    self._corner_since = now
                else:
                    self._touch(action, now)
            case Lifted(action):
                if action == CORNER:
                    self._corner_since = None
            case Typed(text):
                self._touch(
                    {"\b": "key:backspace", "\r": "next", "\x1b": "back"}.get(text, f"key:{text}"), now
                )

    def _touch(self, action: str, now: float) -> None:
        self._give(Touch(action), now)

    def _give(self, event: "Press | Touch", now: float) -> None:
        if self.state.step is Step.STAFF and self.desk is not None:
            if not self.desk.take(event, now):
                self._apply(StaffLeft(), now)
            return
        self._apply(event, now)

    def _drain_panel(self, now: float) -> None:
        edges = self.panel.edges
        while not edges.empty():
            self._take_signals(self.debouncer.feed(edges.get_nowait()))
        self._take_signals(self.debouncer.advance(now))

    def _take_signals(self, signals: list[Signal]) -> None:  # noqa: C901 - one branch a signal
        for signal in signals:
            match signal:
                case Pressed(button, at):
                    self._give(Press(button - 1), at)
                case Released(_, at):
                    self._apply(Release(), at)
                case Held(button, at):
                    self._apply(Hold(button - 1), at)
                case Chord(_, at):
                    self._apply(Void(), at)
                case ChordHeld(buttons, at):
                    if buttons == self._staff_buttons:
                        self._call_staff(at)
                case Rejected(reason):
                    self.counters.rejected[reason] += 1
                case Stuck(button):
                    log.warning("button %d is stuck and ignored until it is free", button)
                case Freed(button):
                    log.warning("button %d is free again", button)

    def _call_staff(self, now: float) -> None:
        if self.desk is None and self.make_desk is not None:
            self.desk = self.make_desk()
        if self.desk is not None and self.state.step is not Step.STAFF:
            self.desk.open(now)
            self._apply(StaffCalled(), now)

    # -- the visit

    def _apply(self, event: Event, at: float) -> None:
        """Let one event act at its moment, after everything that time does before it."""
        at = max(at, self._clock)
        self._run_clock(at)
        self._clock = at
        before = self.state
        self.state, effects = advance(self.plan, self.state, event, at)
        self._after(before, effects)

    def _run_clock(self, until: float) -> None:
        while (moment := due(self.plan, self.state)) is not None and moment <= until:
            self._clock = max(self._clock, moment)
            before = self.state
            self.state, effects = advance(self.plan, self.state, Tick(), self._clock)
            self._after(before, effects)

    def _after(self, before: State, effects: tuple[Effect, ...]) -> None:
        for effect in effects:
            self._perform(effect)
        if self.state.visit > before.visit:
            self.counters.visits += 1
        if self.state.step is Step.INVITATION and before.step is Step.SAVING and not self.state.complained:
            self.counters.asked += 1
        if self.state.step is Step.IDLE and before.step is not Step.IDLE:
            self.recorder.forget_unthanked()

    def _perform(self, effect: Effect) -> None:  # noqa: C901 - one branch an effect
        match effect:
            case SaveResponse():
                if effect.response.complete and effect.response.instrument != self.plan.pulse.id:
                    self.counters.answered += 1
                    self.answered += 1
                self.recorder.save_response(effect, outside_hours=self._surroundings.closed)
            case SaveComplaint():
                self.recorder.save_complaint(effect)
            case Accepted():
                self.counters.presses += 1
                self.panel.beep()
            case Ignored(reason):
                self.counters.rejected[reason] += 1
            case Thanked(tokens):
                self.recorder.thank(tokens)
            case Speak():
                if self._voice is not None and self._view is not None:
                    self._voice.speak(self._view, self.state.language)
            case Hush():
                if self._voice is not None:
                    self._voice.hush()

    def _let_time_act(self, now: float) -> None:
        self._run_clock(now)
        self._clock = max(self._clock, now)
        if self._corner_since is not None and now >= self._corner_since + self._staff_hold_seconds:
            self._corner_since = None
            self._call_staff(now)
        if self.state.step is Step.STAFF and self.desk is not None and not self.desk.tick(now):
            self._apply(StaffLeft(), now)

    def _check_storage(self, now: float) -> None:
        """Go out of service when the disk cannot keep records, and come back when one was kept."""
        if now < self._storage_checked + _STORAGE_CHECK_SECONDS:
            return
        self._storage_checked = now
        accepting = self.recorder.state().accepting
        failed = self.state.step is Step.FAILED or (
            self.state.step is Step.STAFF and self.state.back_to is Step.FAILED
        )
        if not accepting and self.state.step in (Step.IDLE, Step.STAFF) and not failed:
            self._apply(SaveFailed(), now)
        elif failed and accepting and not self._probing:
            self._probing = True
            self.recorder.probe()
        elif failed and accepting and self.recorder.probe_succeeded():
            self._probing = False
            self._apply(Restored(), now)
        elif self._probing and not self.recorder.probe_pending():
            self._probing = False

    def _check_panel(self, now: float) -> None:
        """Notice that edges have stopped arriving: a dead notification thread looks like a quiet day.

        Raises:
            PanelFault: a pin's level has differed from what its edges said for two looks in a row.
        """
        if now < self._panel_checked + _PANEL_CHECK_SECONDS:
            return
        self._panel_checked = now
        levels = self.panel.levels()
        differing = {button for button in BUTTONS if levels[button] != self.debouncer.level(button)}
        if differing & self._panel_differs:
            raise PanelFault(
                f"the edges of buttons {sorted(differing)} no longer arrive; the program is started again to mend it"
            )
        self._panel_differs = differing

    # -- the screen

    def _draw(self, now: float) -> None:
        around = self._surroundings = self._housekeeping.surroundings(now)
        if self.state.step is Step.STAFF and self.desk is not None:
            self._drawn = None
            self._show(self.desk.view(now))
            return
        drawn = (self.state, around, self.plan)
        if self._drawn is not None and now < self._redraw_at and all(map(is_, drawn, self._drawn)):
            return  # nothing that a view is made of has changed
        self._drawn = drawn
        change = next_change(self.plan, self.state, self._clock)
        self._redraw_at = float("inf") if change is None else change
        texts = self._housekeeping.texts(self.state.language)
        view = present(self.plan, self.state, around, texts, self._clock)
        look = (self.state.large_text, self.state.contrast)
        if look != self._look:
            self._look = look
            self._display.change_look(text_scale=1.25 if look[0] else 1.0, high_contrast=look[1])
            view = view or self._view
        if view is not None:
            self._show(view)
        lit = self.state.pressed is None and self.state.step is not Step.FAILED
        for button in BUTTONS:
            self.panel.light(button, on=lit)

    def _show(self, view: View) -> None:
        self._view = view
        self._display.show(view)
