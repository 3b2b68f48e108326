"""The graph of a visit, found by walking the table itself: what is drawn is what happens.

Every reachable state is visited with every action that is offered there, with time passing, the journal answering either way,
and staff coming and going. States are told apart by everything but their clocks and contents, so the walk ends.
"""

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from survey.record.ticket import new_code, read_code
from survey.record.visit_code import LETTERS, VisitCode
from survey.visit.action import key, parse
from survey.visit.aided import Aid, Aids
from survey.visit.coded import KeptCode
from survey.visit.effects import Effect
from survey.visit.machine import advance, begin, due
from survey.visit.manner import MENU as HELD
from survey.visit.manner import TYPED, Manner, manner_of
from survey.visit.moves import SPEAKING
from survey.visit.offer import asks_for_visit, offer
from survey.visit.plan import Plan
from survey.visit.speech import NotRecorded, Recorded
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
)
from survey.wire.ticket_states import TicketState

MENU = "menu"
FACES = "faces"
"""A screen on which a button chooses, once the next visitor may stand there."""
_CODE = new_code(lambda _below: 7)
_STATES = (
    TicketState("diterima", at=0, due="2026-12-15"),
    TicketState("dijawab", at=0, until="2026-12-29", answer="Mulai besok loket buka sampai jam tiga. " * 10),
    TicketState("dicabut", at=0),
)
"""One of each kind that its citizen may say other things to."""
_VISIT = VisitCode("k-0001", 7, _CODE[:LETTERS])
EVERYWHERE = ("disk fails", "staff is called")
"""Edges that nearly every screen has; the picture leaves them out and says so."""


@dataclass(frozen=True, slots=True, order=True)
class Transition:
    """From one screen to another, by what."""

    source: str
    label: str
    target: str


class Edge(NamedTuple):
    """One move of a visit, with the whole states at both ends and what it asked of the world."""

    before: State
    label: str
    after: State
    effects: tuple[Effect, ...]


def edges(plan: Plan) -> Iterator[Edge]:
    """Make every move from every kind of state that can be reached, nearest first; each kind is met once."""
    start = begin(plan, now=0.0)
    seen = {kind_of(start)}
    waiting = deque([start])
    while waiting:
        state = waiting.popleft()
        for edge in _moves(plan, state):
            if edge.after == edge.before:
                continue
            yield edge
            kind = kind_of(edge.after)
            if kind not in seen:
                seen.add(kind)
                waiting.append(edge.after)


def transitions(made: Iterable[Edge]) -> frozenset[Transition]:
    """Give the moves as ways between screens."""
    return frozenset(Transition(_name(edge.before), edge.label, _name(edge.after)) for edge in made)


def mermaid(arrows_of: frozenset[Transition]) -> str:
    """Give the picture as a Mermaid state diagram, one arrow for all labels between the same two screens."""
    arrows: Mapping[tuple[str, str], list[str]] = defaultdict(list)
    for edge in sorted(arrows_of):
        noise = edge.label in EVERYWHERE or (edge.source == edge.target and edge.label == "saved")
        if not noise:
            arrows[edge.source, edge.target].append(edge.label)
    lines = ["stateDiagram-v2", "    [*] --> idle"]
    lines += [
        f"    {source} --> {target}: {', '.join(labels)}" for (source, target), labels in arrows.items()
    ]
    return "\n".join(lines)


def table(arrows_of: frozenset[Transition]) -> str:
    """Give every edge as a Markdown table."""
    lines = ["| On | this | leads to |", "| --- | --- | --- |"]
    lines += [f"| {edge.source} | {edge.label} | {edge.target} |" for edge in sorted(arrows_of)]
    return "\n".join(lines)


def document(arrows: frozenset[Transition]) -> str:
    """Give the whole document."""
    return f"""\
# The graph of a visit

Drawn by `ikm-kiosk visit-graph` from the visit's own table; a test compares this file with it. A word is an action that is
touched or whose button is pressed; *time-out* is nobody doing anything, *saved* and *disk fails* are the journal's answers,
*faces* is any of the screens on which a button chooses, once the next visitor may stand there; *held* is a button held down, *chord* two of them that open the wide menu (docs/screens.md). From every screen but `failed` and `staff`, *disk fails* leads to `failed` and *staff is called*
leads to `staff`; the picture leaves those arrows out, the table below has them.

Whenever a questionnaire is left, by finishing, declining, time-out, staff or a failing disk, what was answered goes to the journal.
What was picked or written of a complaint goes there too, unless it is left by *cancel*; when the disk fails it is not kept, and the screen says so.
What was said goes there only when it is sent.

```mermaid
{mermaid(arrows)}
```

## Every arrow

{table(arrows)}
"""


def _moves(plan: Plan, state: State) -> Iterator[Edge]:
    now = max(state.since, state.last_input, state.quiet_until) + 1.0
    yield from _chosen(plan, state, now)
    for token in sorted(state.unsaved):
        yield _after(plan, state, "saved", [Saved(token, _CODE)], now)
    if state.step is Step.SAVING and not state.unsaved:
        yield _after(plan, state, "coded", [Coded(state.visit, _VISIT)], now)
    if state.step is Step.CODE and asks_for_visit(state):
        yield _after(plan, state, "found", [FoundCode(state.code, None)], now)
        yield _after(plan, state, "found", [FoundCode(state.code, KeptCode(7, "2026-12-01", True))], now)  # noqa: FBT003 - it arrived
    if state.step is Step.LOOKING:
        yield _after(plan, state, "found", [Found(state.code, None)], now)
        for found in _STATES:
            yield _after(plan, state, "found", [Found(state.code, found)], now)
    yield from _spoken(plan, state, now)
    yield _after(plan, state, "disk fails", [SaveFailed()], now)
    yield _after(plan, state, "staff is called", [StaffCalled()], now)
    if state.step is Step.STAFF:
        yield _after(plan, state, "staff leaves", [StaffLeft()], now)
    if state.step is Step.FAILED:
        yield _after(plan, state, "disk works again", [Restored()], now)
    moment = due(plan, state)
    if moment is not None:
        yield _after(plan, state, "time-out", [Tick()], moment)


def _spoken(plan: Plan, state: State, now: float) -> Iterator[Edge]:
    if state.step in SPEAKING and not state.spoken:
        yield _after(plan, state, "recorded", [Recorded(12)], now)
        yield _after(plan, state, "microphone fails", [NotRecorded()], now)


def _chosen(plan: Plan, state: State, now: float) -> Iterator[Edge]:
    """What the visitor does: every action that is offered, a held button, a chord, typing."""
    for action in sorted(offer(plan, state).actions):
        choice = parse(action)
        yield _after(plan, state, choice.word if choice is not None else action, [Touch(action)], now)
    if (state.faces or manner_of(state.step) in HELD) and not state.menu and offer(plan, state).options:
        yield _after(plan, state, "held", [Press(0), Hold(0), Release()], now)
    if manner_of(state.step) is not Manner.DEAF and not state.menu:
        yield _after(plan, state, "chord", [AidCalled(Aid.MENU)], now)
    if state.step in TYPED and not state.menu:
        yield from _typed(plan, state, now)


def _typed(plan: Plan, state: State, now: float) -> Iterator[Edge]:
    """What typing changes: something stands there, or all of it does."""
    typed = {
        Step.PHONE: ("081234567890", state.phone),
        Step.CODE: (_CODE, state.code),
        Step.TEXT: ("x", state.text),
        Step.WORD: ("x", state.text),
    }
    wanted, there = typed[state.step]
    if not there:
        yield _after(plan, state, "key", [Touch(key(character)) for character in wanted], now)
        if state.step is Step.CODE:
            letters: list[Event] = [Touch(key(character)) for character in wanted[:LETTERS]]
            yield _after(plan, state, "letters", letters, now)


def _after(plan: Plan, state: State, label: str, events: list[Event], now: float) -> Edge:
    before = state
    effects: tuple[Effect, ...] = ()
    for event in events:
        state, more = advance(plan, state, event, now)
        effects += more
    while state.pressed is not None and (moment := due(plan, state)) is not None:
        state, more = advance(plan, state, Tick(), moment)
        effects += more
    return Edge(before, label, state, effects)


def _name(state: State) -> str:
    return MENU if state.menu else FACES if state.faces else state.step.value


def kind_of(state: State) -> State:
    """Give a state without its clocks and contents: what is left decides where it can lead."""
    return state._replace(
        since=0.0,
        last_input=0.0,
        quiet_until=0.0,
        form_started=0.0,
        pressed_at=0.0,
        visit=0,
        page=0 if state.found is None else state.page,
        focus=0,
        answers=state.answers[:1] and (("some", 1),),
        service=None,
        profile=(("age", "<18"),) if ("age", "<18") in state.profile else (),
        topics=("some",) if state.has_draft else (),
        about_officer=False,
        text=state.text and "some",
        code=read_code(state.code) or (state.code and ("letters!" if len(state.code) == LETTERS else "some")),
        own_code=state.own_code and _VISIT,
        phone=state.phone and "some",
        spoken=min(state.spoken, 1),
        speaks_from=state.speaks_from if state.step in SPEAKING or state.step is Step.SPEAK else Step.TEXT,
        not_recorded=state.not_recorded and state.step is Step.SPEAK,
        by_button=False,
        by_touch=False,
        unsaved=frozenset(token.partition("/")[2] for token in state.unsaved if state.step is Step.SAVING),
        owed=frozenset(),
        partial=state.partial and state.step in (Step.SAVING, Step.THANKS),
        ticket=state.ticket and "some",
        language="",
        large_text=state.large_text and state.step in (Step.IDLE, Step.ABOUT, Step.NEWS),
        contrast=False,
        layout="",
        no_visit=False,
        still_at=None if state.still_at is None else 0.0,
        counted=False,
        listens=False,
        aids=Aids(wide=state.aids.wide) if state.menu else Aids(),
    )
