"""The frame loop: input in, the visit moved, effects out, one frame drawn. Nothing in it blocks.

One `step()` is one frame: it waits for input (never longer than the next thing that is due), drains the panel's edges
through the debouncer, takes the journal's answers, lets time act, draws if the view has changed, and pings the watchdog.
Events act at their own moments in order, whatever the frame rate, so that a simulation with a jumping clock and a finger
on a real kiosk go through exactly the same code.
"""

import logging
from collections.abc import Callable
from operator import is_

from hardware.aids import AidInputs
from hardware.events import (
    BUTTONS,
    Asked,
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
from kiosk.config import Chords
from kiosk.fitted.reader import ScreenReader
from kiosk.fitted.speaking import Speaking
from kiosk.keeping.service import Service
from kiosk.ports import Desk, Display, Housekeeping, Voice
from kiosk.show.present import next_change, present
from kiosk.show.surroundings import Surroundings
from kiosk.show.views import (
    CORNER,
    LARGE_TEXT,
    BandedView,
    ButtonKey,
    Input,
    Lifted,
    Plain,
    Quit,
    Touched,
    Typed,
    View,
    WarnedView,
)
from kiosk.times import Times
from kiosk.watch.checks import PanelCheck, StorageCheck
from kiosk.watch.watchdog import Watchdog
from survey.visit.action import typed_action
from survey.visit.aided import Aid
from survey.visit.coded import DeclareTest, MakeCode
from survey.visit.effects import (
    Accepted,
    Effect,
    Hush,
    Ignored,
    LookUp,
    SaveAddition,
    SaveComplaint,
    SaveResponse,
    Speak,
    Thanked,
)
from survey.visit.machine import advance, due
from survey.visit.plan import Plan
from survey.visit.speech import ForgetSpeech, Record, Replay, StopRecording
from survey.visit.state import (
    AidCalled,
    Event,
    Hold,
    Press,
    Release,
    StaffCalled,
    StaffLeft,
    State,
    Step,
    Tick,
    Touch,
    Void,
)

log = logging.getLogger(__name__)

FRAME_SECONDS = 1 / 60
_LONGEST_WAIT_SECONDS = 1.0
_SPEAKING_WAIT_SECONDS = 0.1
"""So soon it is seen that recording or playing has ended."""


class Loop:
    """The kiosk's one frame loop; everything it uses is given to it."""

    def __init__(
        self,
        service: Service,
        *,
        panel: Panel,
        display: Display,
        times: Times,
        housekeeping: Housekeeping,
        watchdog: Watchdog,
        voice: Voice | None,
        speaking: Speaking,
        make_desk: Callable[[], Desk] | None,
        chords: Chords,
        staff_hold_seconds: float,
        hold_seconds: float,
    ) -> None:
        self.service = service
        self.panel = panel
        self.times = times
        self.desk: Desk | None = None
        self._display = display
        self._housekeeping = housekeeping
        self._make_desk = make_desk
        """Makes the staff's screen when it is first called for; without it nobody can call staff."""
        self._watchdog = watchdog
        self._reader = ScreenReader(voice)
        self._speaking = speaking
        self._chords = chords
        self._staff_hold_seconds = staff_hold_seconds
        self._aid_inputs = AidInputs(hold_seconds=hold_seconds)
        self._corner_since: float | None = None
        self._clock = times.monotonic()
        self._storage_check = StorageCheck(service)
        self._panel_check = PanelCheck(service, panel)
        self._view: Plain | None = None
        self._shown: View | None = None
        self._drawn: tuple[State, Surroundings, Plan] | None = None
        self._redraw_at = 0.0
        self._look = (service.state.large_text, service.state.contrast)
        self._surroundings = housekeeping.surroundings(self._clock)

    def run(self) -> None:
        """Repeat `step` until somebody stops the kiosk."""
        while self.service.running:
            self.step()

    def step(self) -> None:
        """Make one frame."""
        inputs = self._display.events(self._wait())
        now = self.times.monotonic()
        for given in inputs:
            self._take_input(given, now)
        self._drain_panel(now)
        for result in (*self.service.recorder.results(), *self._speaking.results()):
            self._apply(result, now)
        self._let_time_act(now)
        self._housekeeping.step(now)
        if (event := self._storage_check.look(now)) is not None:
            self._apply(event, now)
        self._panel_check.look(now)
        self._draw(now)
        self._watchdog.ping(now)

    def due(self) -> float | None:
        """Give the next moment at which the loop has something to do without any input."""
        moments = (
            due(self.service.plan, self.service.state),
            self.service.debouncer.due(),
            self._aid_inputs.due(),
            next_change(self.service.plan, self.service.state, self._clock),
        )
        return min((moment for moment in moments if moment is not None), default=None)

    @property
    def view(self) -> Plain | None:
        """What is on the screen, below a band where there is one."""
        return self._view

    # -- input

    def _wait(self) -> float:
        longest = _SPEAKING_WAIT_SECONDS if self._speaking.busy else _LONGEST_WAIT_SECONDS
        longest = FRAME_SECONDS if self.service.recorder.busy else longest
        moment = self.due()
        return longest if moment is None else min(max(0.0, moment - self.times.monotonic()), longest)

    def _take_input(self, given: Input, now: float) -> None:
        match given:
            case Quit():
                self.service.stop()
            case ButtonKey(button, down):
                self.panel.move(button, down=down, at=now)
            case Touched(action):
                if action == CORNER:
                    self._corner_since = now
                else:
                    self._give(Touch(action), now)
            case Lifted(action):
                if action == CORNER:
                    self._corner_since = None
            case Typed(text):
                self._give(Touch(typed_action(text)), now)

    def _give(self, event: "Press | Touch", now: float) -> None:
        if self.service.state.step is Step.STAFF and self.desk is not None:
            if not self.desk.take(event, now):
                self._apply(StaffLeft(), now)
            return
        self._apply(event, now)

    def _drain_panel(self, now: float) -> None:
        edges = self.panel.edges
        while not edges.empty():
            edge = edges.get_nowait()
            judge = self.service.debouncer if edge.button in BUTTONS else self._aid_inputs
            self._take_signals(judge.feed(edge))
        self._take_signals([*self.service.debouncer.advance(now), *self._aid_inputs.advance(now)])

    def _take_signals(self, signals: list[Signal]) -> None:
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
                case ChordHeld() | Asked():
                    self._take_call(signal)
                case Rejected(reason):
                    self.service.counters.rejected[reason] += 1
                case Stuck(button) | Freed(button):
                    stuck = isinstance(signal, Stuck)
                    log.warning("button %d is %s", button, "stuck and ignored" if stuck else "free again")

    def _take_call(self, signal: ChordHeld | Asked) -> None:
        if isinstance(signal, Asked):
            self._apply(AidCalled(Aid(signal.name)), signal.at)
        elif signal.buttons == self._chords.staff:
            self._call_staff(signal.at)
        elif aid := {self._chords.speech: Aid.SPEECH, self._chords.menu: Aid.MENU}.get(signal.buttons):
            self._apply(AidCalled(aid), signal.at)

    def _call_staff(self, now: float) -> None:
        if self.desk is None and self._make_desk is not None:
            self.desk = self._make_desk()
        if self.desk is not None and self.service.state.step is not Step.STAFF:
            self.desk.open(now)
            self._apply(StaffCalled(), now)

    # -- the visit

    def _apply(self, event: Event, at: float) -> None:
        """Let one event act at its moment, after everything that time does before it."""
        at = max(at, self._clock)
        self._run_clock(at)
        self._clock = at
        before = self.service.state
        self.service.state, effects = advance(self.service.plan, self.service.state, event, at)
        self._after(before, effects)

    def _run_clock(self, until: float) -> None:
        while (moment := due(self.service.plan, self.service.state)) is not None and moment <= until:
            self._clock = max(self._clock, moment)
            before = self.service.state
            self.service.state, effects = advance(self.service.plan, self.service.state, Tick(), self._clock)
            self._after(before, effects)

    def _after(self, before: State, effects: tuple[Effect, ...]) -> None:
        self.service.hand_on(before)
        for effect in effects:
            self._perform(effect)
        self.service.count(before)
        if self.service.state.step is Step.IDLE and before.step is not Step.IDLE:
            self.service.come_to_rest(before)

    def _perform(self, effect: Effect) -> None:  # noqa: C901 - one branch an effect
        match effect:
            case SaveResponse():
                if effect.response.complete and effect.response.instrument != self.service.plan.pulse.id:
                    self.service.count_answered()
                self.service.recorder.save_response(effect, outside_hours=self._surroundings.closed)
            case SaveComplaint() | SaveAddition() | LookUp() | MakeCode() | DeclareTest():
                self.service.recorder.perform(effect, self._speaking.take)
            case Record() | StopRecording() | Replay() | ForgetSpeech():
                if isinstance(effect, Record | Replay):
                    self._reader.release()
                self._speaking.perform(effect)
            case Accepted():
                self.service.counters.presses += 1
                self.panel.beep()
            case Ignored(reason):
                self.service.counters.rejected[reason] += 1
            case Thanked(tokens):
                self.service.recorder.thank(tokens)
            case Speak():
                self._reader.order(effect)
            case Hush():
                self._reader.hush()

    def _let_time_act(self, now: float) -> None:
        self._run_clock(now)
        self._clock = max(self._clock, now)
        if self._corner_since is not None and now >= self._corner_since + self._staff_hold_seconds:
            self._corner_since = None
            self._call_staff(now)
        if self.service.state.step is Step.STAFF and self.desk is not None and not self.desk.tick(now):
            self._apply(StaffLeft(), now)

    # -- the screen

    def _draw(self, now: float) -> None:
        around = self._surroundings = self._housekeeping.surroundings(now)
        look = (self.service.state.large_text, self.service.state.contrast)
        fresh = look != self._look
        if fresh:  # the staff's screens too come up as they are made, whatever the visitor before had chosen
            self._look = look
            self._display.change_look(text_scale=LARGE_TEXT if look[0] else 1.0, high_contrast=look[1])
        if self.service.state.step is Step.STAFF and self.desk is not None:
            self._drawn = None
            self._show(self.desk.view(now))
            return
        drawn = (self.service.state, around, self.service.plan)
        if self._drawn is not None and now < self._redraw_at and all(map(is_, drawn, self._drawn)):
            self._read()
            return  # nothing that a view is made of has changed
        self._drawn = drawn
        change = next_change(self.service.plan, self.service.state, self._clock)
        self._redraw_at = float("inf") if change is None else change
        texts = self._housekeeping.texts(self.service.state.language)
        view = present(self.service.plan, self.service.state, around, texts, self._clock)
        view = view or (self._view if fresh else None)
        if view is not None:
            warns = isinstance(view, WarnedView) and not isinstance(self._view, WarnedView)
            if warns and self.service.state.aids.aloud:
                self._reader.order(Speak())
            self._show(view)
            self._read()
        lit = self.service.state.pressed is None and self.service.state.step is not Step.FAILED
        for button in BUTTONS:
            self.panel.light(button, on=lit)

    def _show(self, view: Plain) -> None:
        self._view = self._shown = view
        if self.service.training:
            texts = self._housekeeping.texts(self.service.state.language)
            self._shown = BandedView(view, texts.get("training.band"))
        self._display.show(self._shown)

    def _read(self) -> None:
        if self._shown is not None:
            self._reader.read(self._shown, self.service.state)
