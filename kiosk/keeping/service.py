"""What is in service: the visit as it stands, what it was asked by, and what was counted; shared by all who serve it.

Belongs to the frame loop's thread. The loop moves it, the housekeeper tells of it and changes its plan, the staff's desk can
end it; none of them needs to know the others.
"""

from collections import Counter
from datetime import date

from hardware.debounce import Debouncer
from kiosk.keeping.recorder import Recorder
from survey.record.bodies import Alive
from survey.record.response import TYPED
from survey.record.seen_log import SeenLog
from survey.visit.plan import Plan
from survey.visit.state import State, Step


class Counters:
    """Counts since the last `alive` record, so that nothing is thrown away silently."""

    def __init__(self) -> None:
        self.presses = 0
        """Presses and touches that were taken."""
        self.visits = 0
        self.asked = 0
        """Invitations to the questionnaire shown."""
        self.answered = 0
        """Complete questionnaires."""
        self.rejected: Counter[str] = Counter()

    def take(
        self,
        *,
        screen: str,
        open_now: bool,
        stuck: tuple[int, ...],
        troubles: tuple[str, ...],
        log: SeenLog | None = None,
    ) -> Alive:
        """Give the body of an `alive` record with the counts, and begin anew."""
        alive = Alive(
            screen=screen,
            open=open_now,
            presses=self.presses,
            visits=self.visits,
            asked=self.asked,
            answered=self.answered,
            rejected=dict(self.rejected),
            stuck=stuck,
            troubles=troubles,
            log=log,
        )
        self.presses = self.visits = self.asked = self.answered = 0
        self.rejected.clear()
        return alive


class Service:
    """One kiosk in service."""

    def __init__(self, plan: Plan, state: State, recorder: Recorder, debouncer: Debouncer) -> None:
        self.plan = plan
        self.state = state
        self.recorder = recorder
        self.debouncer = debouncer
        self.counted = Counters()
        """What `alive` records tell: nothing of training."""
        self.practised = Counters()
        """What was pressed in training; nobody is told."""
        self.answered = 0
        """Complete questionnaires since the start."""
        self.day: date | None = None
        """The local day that `visits_today` is counted on; None while the time is not known."""
        self.visits_today = 0
        """Since midnight, or since the start where that was later."""
        self.assisting = False
        """Staff presses for a citizen who asked for help: what this visit gives is recorded as given by the hand of staff."""
        self.assisting_until = 0.0
        """A visit that has not begun by then is not assisted any more."""
        self.training_until: float | None = None
        """Staff trains until then, and until the visit that goes on then has ended; None: it does not."""
        self.visit_before_training = 0
        """Where the count of visits goes on: a trained one leaves no record that a number would have to be kept for."""
        self.running = True

    @property
    def training(self) -> bool:
        """Whether nothing that is pressed counts, and every screen says so."""
        return self.training_until is not None

    @property
    def counters(self) -> Counters:
        """Where what is pressed now is counted."""
        return self.practised if self.training else self.counted

    def count_answered(self) -> None:
        """Count a complete questionnaire."""
        self.counters.answered += 1
        self.answered += not self.training

    def count(self, before: State) -> None:
        """Count what the latest move of the visit has begun."""
        if self.state.visit > before.visit:
            self.counters.visits += 1
            self.visits_today += not self.training
        if _is_asked(before, self.state):
            self.counters.asked += 1

    def begin_day(self, day: date | None) -> None:
        """Begin to count anew where another day has come."""
        if day is not None and day != self.day:
            if self.day is not None:
                self.visits_today = 0
            self.day = day

    def assist(self, until: float) -> None:
        """Record the next visit as pressed by staff, if it begins by then."""
        self.assisting, self.assisting_until = True, until
        self.recorder.channel = TYPED

    def end_assisting(self) -> None:
        """Record visits as their visitors' own again."""
        if self.assisting:
            self.assisting = False
            self.recorder.channel = ""

    def hand_on(self, before: State) -> None:
        """Let go of the visit before, where the next one in the queue has rated: that is another's hand."""
        if before.faces and self.state.visit > before.visit:
            self.end_assisting()
            self.recorder.forget_unthanked()

    def come_to_rest(self, before: State) -> None:
        """Let go of the visit that has ended."""
        self.recorder.forget_unthanked()
        if before.step not in _BEFORE_A_VISIT:  # the visit it is for comes now
            self.end_assisting()

    def train(self, until: float) -> None:
        """Let staff train until then: nothing is written of what is pressed."""
        self.end_assisting()
        self.training_until, self.visit_before_training = until, self.state.visit
        self.recorder.practising = True

    def end_training(self) -> None:
        """Write down what is pressed from now on; not in the middle of a visit."""
        self.training_until = None
        self.state = self.state._replace(visit=self.visit_before_training)
        self.recorder.practising = False
        self.practised = Counters()

    def stop(self) -> None:
        """End the loop after the present frame; training ends with it, so that its last minutes are told."""
        if self.training:
            self.end_training()
        self.running = False

    @property
    def resting(self) -> bool:
        """Nobody is in the middle of a visit: what it is asked by may change."""
        return self.state.step is Step.IDLE and self.state.pressed is None

    def use(self, plan: Plan) -> None:
        """Go on with another plan; only between visits."""
        if self.state.step is not Step.IDLE:
            raise RuntimeError("a plan changes only between visits")
        self.plan = plan
        if self.state.language not in plan.languages:
            self.state = self.state._replace(language=plan.languages[0])


_BEFORE_A_VISIT = frozenset({Step.STAFF, Step.ABOUT, Step.NEWS, Step.COUNTERS, Step.STANDARDS, Step.STANDARD})


def _is_asked(before: State, state: State) -> bool:
    """Tell whether this is the moment at which a visitor is first asked to answer the questionnaire."""
    invited = state.step is Step.INVITATION and before.step is Step.SAVING and not state.complained
    # After a low smiley and what was wrong the questions follow without an invitation.
    led_on = state.form_open and not before.form_open and before.step in (Step.TOPICS, Step.TICKET)
    return invited or led_on
