"""No sequence of events reaches a dead end, loses an answer or a complaint, shows a ticket to another, or says thanks too early."""

import functools
from collections import defaultdict

from hypothesis import given, settings
from hypothesis import strategies as st

from survey.instrument.definition import load
from survey.record.complaint import AdditionKind
from survey.record.visit_code import LETTERS, VisitCode
from survey.visit.aided import Aid
from survey.visit.coded import DeclareTest, KeptCode, MakeCode
from survey.visit.effects import LookUp, SaveAddition, SaveComplaint, SaveResponse, Thanked
from survey.visit.graph import edges, kind_of
from survey.visit.machine import advance, begin, due
from survey.visit.offer import offer, question_key
from survey.visit.plan import Counter, Plan
from survey.visit.speech import ForgetSpeech, NotRecorded, Record, Recorded, Replayed
from survey.visit.state import (
    AidCalled,
    Coded,
    Event,
    Found,
    FoundCode,
    Hold,
    Press,
    Release,
    Restored,
    Saved,
    SaveFailed,
    StaffCalled,
    StaffLeft,
    State,
    Step,
    Tick,
    Touch,
    Void,
)
from survey.wire.ticket_states import TicketState
from tests.survey.visits import CODE, full_plan

STATES = (
    None,
    TicketState("diterima", at=0, due="2026-12-15"),
    TicketState("dijawab", at=0, until="2026-12-29", answer="Loket kini buka sampai jam tiga. " * 10),
    TicketState("dicabut", at=0),
)

PLANS = (
    full_plan(),
    full_plan(services=(), profile=(), skip=False, speech=False),
    full_plan(forms=()),
    full_plan(forms=(), complaint=False, languages=("id",)),
    full_plan(complaint=False, contact=False),
    full_plan(
        microphone=False,
        counters=(
            Counter("Dukcapil", "Lantai 2", box=(0, 0, 2, 2)),
            Counter("BPJS", "Lantai 1", here=True, box=(0, 0, 2, 2)),
            Counter("Tangga", "Lantai 1", box=(2, 0, 1, 2)),
        ),
    ),
)

MIDDLE = full_plan(
    services=full_plan().services[:1],
    profile=full_plan().profile[:1],
    forms=(load("maladministrasi"),),
    counters=(Counter("KTP", "1"),),
)


@functools.cache
def middles() -> dict[Step, list[State]]:
    """States of every screen, found by walking the table: chance alone seldom types a whole code."""
    found: dict[Step, dict[State, State]] = defaultdict(dict)
    for edge in edges(MIDDLE):
        found[edge.after.step].setdefault(kind_of(edge.after), edge.after)
    return {step: list(kinds.values()) for step, kinds in found.items()}


starts = st.sampled_from(sorted(Step)).flatmap(lambda step: st.sampled_from(middles()[step]))
# Most events are sensible for the screen they meet: the number picks among what is offered there.
events = st.one_of(
    st.tuples(st.just("press"), st.integers(0, 3)),
    st.tuples(st.just("offered"), st.integers(0, 9)),
    st.tuples(st.just("offered"), st.integers(0, 9)),
    st.tuples(st.just("offered"), st.integers(0, 9)),
    st.tuples(st.sampled_from(["key", "code", "phone"]), st.integers(0, 9)),
    st.tuples(st.just("found"), st.integers(0, 3)),
    st.tuples(st.sampled_from(["coded", "coded", "letters"]), st.integers(0, 3)),
    st.tuples(st.just("microphone"), st.integers(0, 2)),
    st.tuples(st.just("saved"), st.just(0)),
    st.tuples(st.just("saved"), st.just(0)),
    st.tuples(
        st.sampled_from(["hold", "release", "void", "tick", "staff", "left", "restored"]), st.integers(0, 3)
    ),
    st.tuples(st.just("failed"), st.just(0)),
    st.tuples(st.just("called"), st.integers(0, len(Aid) - 1)),
)
steps = st.lists(st.tuples(events, st.sampled_from([0.0, 0.1, 0.3, 0.5, 0.5, 1.2, 12.0, 50.0])), max_size=120)


class Judge:
    """Plays a sequence and checks the promises after every event."""

    def __init__(self, plan: Plan, start: State | None = None) -> None:
        self.plan = plan
        self.now = 10.0
        self.state = begin(plan, now=self.now) if start is None else start
        if start is not None:
            self.now = max(start.since, start.last_input, start.quiet_until) + 1.0
        self.outstanding = sorted(self.state.unsaved)
        self.durable = set(self.state.owed - self.state.unsaved)
        self.holds_speech = self.state.step in (Step.RECORDING, Step.HEARD)
        """Whether a recording goes on or waits somewhere."""
        self.looked_up = [self.state.code] if self.state.step is Step.LOOKING else []
        self.coding: list[int] = []
        """Visits whose code is awaited."""
        self.codes: dict[str, int] = {}
        """Whose visit each code is of."""
        if self.state.own_code is not None:
            self.codes[self.state.own_code.letters] = self.state.visit
        self.tickets = {} if self.state.ticket is None else {self.state.ticket: self.state.visit}
        """Whose visit each ticket is of."""

    def event(self, kind: str, number: int) -> Event:  # noqa: C901 - one line a kind
        choices = sorted(offer(self.plan, self.state).actions)
        match kind:
            case "press":
                return Press(number)
            case "offered":
                return Touch(choices[number % len(choices)] if choices else "nothing")
            case "key":
                return Touch(f"key:{number}")
            case "called":
                return AidCalled(list(Aid)[number])
            case "found" if self.looked_up and len(self.looked_up[0]) == LETTERS:
                return FoundCode(self.looked_up.pop(0), KeptCode(7, "", None) if number else None)
            case "found" if self.looked_up:
                return Found(self.looked_up.pop(0), STATES[number])
            case "coded" if self.coding:
                visit = self.coding.pop(0)
                self.codes[f"code-{visit}"] = visit
                return Coded(visit, VisitCode("k-0001", visit, f"code-{visit}"))
            case "saved" if self.outstanding:
                token = self.outstanding.pop(0)
                self.durable.add(token)
                return Saved(token, self.ticket(token) if token.endswith("complaint") else None)
            case "failed":
                return SaveFailed(self.outstanding.pop(0) if self.outstanding else "")
            case "microphone":
                return (Recorded(12), NotRecorded(), Replayed())[number]
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

    def play(self, kind: str, number: int) -> None:
        """Let one thing happen; a code and a telephone number are typed whole, for chance would never do it."""
        if kind in ("code", "phone", "letters"):
            typed = {"code": CODE, "letters": CODE[:LETTERS], "phone": "081234567890"}
            for character in typed[kind]:
                self.give(Touch(f"key:{character}"))
        else:
            self.give(self.event(kind, number))

    def ticket(self, token: str) -> str:
        code = f"TICKET-{len(self.tickets)}"
        self.tickets[code] = int(token.partition("/")[0])
        return code

    def give(self, event: Event) -> None:  # noqa: C901 - one line an effect
        before, handed_over = self.state, {}
        complaints: list[SaveComplaint] = []
        additions: list[SaveAddition] = []
        self.state, effects = advance(self.plan, self.state, event, self.now)
        for effect in effects:
            match effect:
                case SaveResponse(token, response):
                    self.outstanding.append(token)
                    handed_over |= response.answers
                case SaveComplaint(token=token):
                    self.outstanding.append(token)
                    complaints.append(effect)
                case SaveAddition(token=token):
                    self.outstanding.append(token)
                    assert self.holds_speech or effect.kind is not AdditionKind.SPOKEN, (
                        "sent what was forgotten"
                    )
                    additions.append(effect)
                case Record():
                    self.holds_speech = True
                case ForgetSpeech():
                    self.holds_speech = False
                case DeclareTest(token=token):
                    assert before.own_code is not None, "declared a test before its code was shown"
                    self.outstanding.append(token)
                case MakeCode(visit):
                    self.coding.append(visit)
                case LookUp(code):
                    self.looked_up.append(code)
                case Thanked(tokens):
                    assert tokens <= self.durable, "thanked before it was durable"
        self.check_nothing_lost(before, handed_over)
        self.check_draft(before, event, complaints, additions)
        self.check_speech(before, event, additions)
        if self.state.ticket is not None:
            assert self.tickets[self.state.ticket] == self.state.visit, "another visitor's ticket"
        if self.state.own_code is not None:
            assert self.codes[self.state.own_code.letters] == self.state.visit, "another visitor's code"
        if self.state.step is Step.IDLE:
            kept = (self.state.ticket, self.state.code, self.state.found)
            assert kept == (None, "", None)
            assert (self.state.own_code, self.state.found_code, self.state.testing) == (None, None, False)
        if self.state.step is Step.THANKS:
            assert not self.state.unsaved

    def check_nothing_lost(self, before: State, handed_over: dict[str, int]) -> None:
        """Every answer that was in the state is there still, or was handed over, or is the one just skipped."""
        for key, value in before.given.items():
            kept = self.state.given.get(key, handed_over.get(key))
            on_screen = before.step is Step.QUESTION and key == question_key(self.plan, before)
            assert kept == value or on_screen, (key, before, self.state)

    def check_draft(
        self, before: State, event: Event, complaints: list[SaveComplaint], additions: list[SaveAddition]
    ) -> None:
        """What was picked or written is kept, unless the visitor says *Batal*, puts it back, or the screen says that it is lost."""
        if not before.has_draft:
            assert not complaints or before.step in (Step.TEXT, Step.HEARD)
            return
        kept = [(one.topics, one.about_officer, one.text) for one in complaints]
        draft = (before.topics, before.about_officer, before.text.strip())
        words = [one.text for one in additions]
        still = (self.state.topics, self.state.about_officer, self.state.text.strip())
        cancelled = event == Touch("cancel") or (
            isinstance(event, Press) and "cancel" in said(self.plan, before)
        )
        put_back = self.state.step is before.step and isinstance(event, Touch | Press | Release)
        lost = self.state.not_kept and Step.FAILED in (self.state.step, self.state.back_to)
        assert still == draft or draft in kept or draft[2] in words or cancelled or put_back or lost, (
            before,
            event,
            self.state,
        )

    def check_speech(self, before: State, event: Event, additions: list[SaveAddition]) -> None:
        """What was said is sent by *Kirim* alone, and nobody holds it once its screens are left."""
        sent = [one for one in additions if one.kind is AdditionKind.SPOKEN]
        by_hand = event == Touch("next") or (isinstance(event, Press) and "next" in said(self.plan, before))
        assert not sent or (before.step is Step.HEARD and before.spoken and by_hand), (before, event)
        assert self.holds_speech == (self.state.step in (Step.RECORDING, Step.HEARD)), (before, event)
        assert not self.state.spoken or self.state.step is Step.HEARD


def said(plan: Plan, state: State) -> tuple[str, ...]:
    return offer(plan, state).options


@given(plan=st.sampled_from(PLANS), sequence=steps)
@settings(max_examples=200, deadline=None)
def test_no_sequence_loses_an_answer_or_thanks_too_early(plan: Plan, sequence: list) -> None:
    judge = Judge(plan)
    for (kind, number), pause in sequence:
        judge.now += pause
        judge.play(kind, number)


@given(start=starts, sequence=steps)
@settings(max_examples=400, deadline=None)
def test_from_no_screen_a_sequence_loses_anything_or_shows_it_to_another(
    start: State, sequence: list
) -> None:
    judge = Judge(MIDDLE, start)
    for (kind, number), pause in sequence:
        judge.now += pause
        judge.play(kind, number)


@given(plan=st.sampled_from(PLANS), sequence=steps)
@settings(max_examples=200, deadline=None)
def test_no_sequence_reaches_a_dead_end(plan: Plan, sequence: list) -> None:
    """Left alone with a journal that answers, every state comes home to idle by itself."""
    judge = Judge(plan)
    for (kind, number), pause in sequence:
        judge.now += pause
        judge.play(kind, number)
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
        judge.play(kind, number)
        here = offer(plan, judge.state)
        assert len(here.options) <= 4
        if judge.state.step not in (Step.SAVING, Step.LOOKING, Step.FAILED, Step.STAFF):
            assert here.options, "a visitor with only buttons could not go on"
