"""No sequence of events reaches a dead end or an unrecorded answer, or says thanks too early."""

from hypothesis import given, settings
from hypothesis import strategies as st

from survey.visit.machine import advance, begin, due
from survey.visit.offer import offer, question_key
from survey.visit.plan import Plan
from survey.visit.state import (
    Event,
    Hold,
    Press,
    Release,
    Restored,
    SaveComplaint,
    Saved,
    SaveFailed,
    SaveResponse,
    StaffCalled,
    StaffLeft,
    State,
    Step,
    Thanked,
    Tick,
    Touch,
    Void,
)
from tests.survey.visits import full_plan

PLANS = (
    full_plan(),
    full_plan(services=(), profile=(), skip=False, speech=False),
    full_plan(forms=()),
    full_plan(forms=(), complaint=False, languages=("id",)),
    full_plan(complaint=False, contact=False),
)

# Most events are sensible for the screen they meet: the number picks among what is offered there.
events = st.one_of(
    st.tuples(st.just("press"), st.integers(0, 3)),
    st.tuples(st.just("offered"), st.integers(0, 9)),
    st.tuples(st.just("offered"), st.integers(0, 9)),
    st.tuples(st.just("offered"), st.integers(0, 9)),
    st.tuples(st.just("key"), st.integers(0, 9)),
    st.tuples(st.just("saved"), st.just(0)),
    st.tuples(st.just("saved"), st.just(0)),
    st.tuples(
        st.sampled_from(["hold", "release", "void", "tick", "staff", "left", "restored"]), st.integers(0, 3)
    ),
    st.tuples(st.just("failed"), st.just(0)),
)
steps = st.lists(st.tuples(events, st.sampled_from([0.0, 0.1, 0.3, 0.5, 0.5, 1.2, 12.0, 50.0])), max_size=120)


class Judge:
    """Plays a sequence and checks the promises after every event."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.now = 10.0
        self.state = begin(plan, now=self.now)
        self.outstanding: list[str] = []
        self.durable: set[str] = set()

    def event(self, kind: str, number: int) -> Event:  # noqa: C901 - one line a kind
        choices = sorted(offer(self.plan, self.state).actions)
        match kind:
            case "press":
                return Press(number)
            case "offered":
                return Touch(choices[number % len(choices)] if choices else "nothing")
            case "key":
                return Touch(f"key:{number}")
            case "saved" if self.outstanding:
                token = self.outstanding.pop(0)
                self.durable.add(token)
                return Saved(token, "ABCDEFGH" if token.endswith("complaint") else None)
            case "failed":
                return SaveFailed(self.outstanding.pop(0) if self.outstanding else "")
            case "hold":
                return Hold(number)
            case "release":
                return Release()
            case "void":
                return Void()
            case "staff":
                return StaffCalled()
            case "left":
                return StaffLeft()
            case "restored":
                return Restored()
            case _:
                return Tick()

    def give(self, event: Event) -> None:
        before, handed_over = self.state, {}
        self.state, effects = advance(self.plan, self.state, event, self.now)
        for effect in effects:
            match effect:
                case SaveResponse(token, response):
                    self.outstanding.append(token)
                    handed_over = dict(response.answers)
                case SaveComplaint(token=token):
                    self.outstanding.append(token)
                case Thanked(tokens):
                    assert tokens <= self.durable, "thanked before it was durable"
        self.check_nothing_lost(before, handed_over)
        if self.state.step is Step.THANKS:
            assert not self.state.unsaved

    def check_nothing_lost(self, before: State, handed_over: dict[str, int]) -> None:
        """Every answer that was in the state is there still, or was handed over, or is the one just skipped."""
        for key, value in before.given.items():
            kept = self.state.given.get(key, handed_over.get(key))
            on_screen = before.step is Step.QUESTION and key == question_key(self.plan, before)
            assert kept == value or on_screen, (key, before, self.state)


@given(plan=st.sampled_from(PLANS), sequence=steps)
@settings(max_examples=200, deadline=None)
def test_no_sequence_loses_an_answer_or_thanks_too_early(plan: Plan, sequence: list) -> None:
    judge = Judge(plan)
    for (kind, number), pause in sequence:
        judge.now += pause
        judge.give(judge.event(kind, number))


@given(plan=st.sampled_from(PLANS), sequence=steps)
@settings(max_examples=200, deadline=None)
def test_no_sequence_reaches_a_dead_end(plan: Plan, sequence: list) -> None:
    """Left alone with a journal that answers, every state comes home to idle by itself."""
    judge = Judge(plan)
    for (kind, number), pause in sequence:
        judge.now += pause
        judge.give(judge.event(kind, number))
    for _ in range(60):
        while judge.outstanding:
            judge.give(judge.event("saved", 0))
        match judge.state.step:
            case Step.STAFF:
                judge.give(StaffLeft())
            case Step.FAILED:
                judge.give(Restored())
            case _ if judge.state.holding:
                judge.give(Release())
        moment = due(plan, judge.state)
        if moment is None:
            continue
        judge.now = max(judge.now, moment)
        judge.give(Tick())
    assert judge.state.step is Step.IDLE
    assert not judge.state.unsaved


@given(plan=st.sampled_from(PLANS), sequence=steps)
@settings(max_examples=200, deadline=None)
def test_a_visitor_can_always_do_something_where_input_is_taken(plan: Plan, sequence: list) -> None:
    judge = Judge(plan)
    for (kind, number), pause in sequence:
        judge.now += pause
        judge.give(judge.event(kind, number))
        here = offer(plan, judge.state)
        assert len(here.options) <= 4
        if judge.state.step not in (Step.SAVING, Step.FAILED, Step.STAFF):
            assert here.options, "a visitor with only buttons could not go on"
