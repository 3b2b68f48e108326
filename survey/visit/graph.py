"""The graph of a visit, found by walking the table itself: what is drawn is what happens.

Every reachable state is visited with every action that is offered there, with time passing, the journal answering either way,
and staff coming and going. States are told apart by everything but their clocks and contents, so the walk ends.
"""

from collections import defaultdict, deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from survey.visit.action import parse
from survey.visit.machine import advance, begin, due
from survey.visit.offer import Manner, manner_of, offer
from survey.visit.plan import Plan
from survey.visit.state import (
    Event,
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

MENU = "menu"
EVERYWHERE = ("disk fails", "staff is called")
"""Edges that nearly every screen has; the picture leaves them out and says so."""


@dataclass(frozen=True, slots=True, order=True)
class Transition:
    """From one screen to another, by what."""

    source: str
    label: str
    target: str


def walk(plan: Plan) -> frozenset[Transition]:
    """Find every edge between screens."""
    start = begin(plan, now=0.0)
    edges: set[Transition] = set()
    seen = {_kind(start)}
    waiting = deque([start])
    while waiting:
        state = waiting.popleft()
        for label, target in _moves(plan, state):
            if target == state:
                continue
            edges.add(Transition(_name(state), label, _name(target)))
            kind = _kind(target)
            if kind not in seen:
                seen.add(kind)
                waiting.append(target)
    return frozenset(edges)


def mermaid(edges: frozenset[Transition]) -> str:
    """Give the picture as a Mermaid state diagram, one arrow for all labels between the same two screens."""
    arrows: Mapping[tuple[str, str], list[str]] = defaultdict(list)
    for edge in sorted(edges):
        noise = edge.label in EVERYWHERE or (edge.source == edge.target and edge.label == "saved")
        if not noise:
            arrows[edge.source, edge.target].append(edge.label)
    lines = ["stateDiagram-v2", "    [*] --> idle"]
    lines += [
        f"    {source} --> {target}: {', '.join(labels)}" for (source, target), labels in arrows.items()
    ]
    return "\n".join(lines)


def table(edges: frozenset[Transition]) -> str:
    """Give every edge as a Markdown table."""
    lines = ["| On | this | leads to |", "| --- | --- | --- |"]
    lines += [f"| {edge.source} | {edge.label} | {edge.target} |" for edge in sorted(edges)]
    return "\n".join(lines)


def document(plan: Plan) -> str:
    """Give the whole document."""
    edges = walk(plan)
    return f"""\
# The graph of a visit

Drawn by `ikm-kiosk visit-graph` from the visit's own table; a test compares this file with it. A word is an action that is
touched or whose button is pressed; *time-out* is nobody doing anything, *saved* and *disk fails* are the journal's answers,
*held* is a button held down. From every screen but `failed` and `staff`, *disk fails* leads to `failed` and *staff is called*
leads to `staff`; the picture leaves those arrows out, the table below has them.

Whenever a questionnaire is left, by finishing, declining, time-out, staff or a failing disk, what was answered goes to the journal.

```mermaid
{mermaid(edges)}
```

## Every arrow

{table(edges)}
"""


def _moves(plan: Plan, state: State) -> Iterator[tuple[str, State]]:
    now = max(state.since, state.last_input, state.quiet_until) + 1.0
    for action in sorted(offer(plan, state).actions):
        chosen = _after(plan, state, [Touch(action)], now)
        choice = parse(action)
        yield choice.word if choice is not None else action, chosen
    if manner_of(state.step) is Manner.LISTED and not state.menu:
        yield "held", _after(plan, state, [Press(0), Hold(0), Release()], now)
    if state.step is Step.PHONE:
        yield from _moves(plan, state._replace(phone="081234567890")) if not state.phone else ()
    for token in sorted(state.unsaved):
        yield "saved", _after(plan, state, [Saved(token, "ticket")], now)
    yield "disk fails", _after(plan, state, [SaveFailed()], now)
    yield "staff is called", _after(plan, state, [StaffCalled()], now)
    if state.step is Step.STAFF:
        yield "staff leaves", _after(plan, state, [StaffLeft()], now)
    if state.step is Step.FAILED:
        yield "disk works again", _after(plan, state, [Restored()], now)
    moment = due(plan, state)
    if moment is not None:
        yield "time-out", _after(plan, state, [Tick()], moment)


def _after(plan: Plan, state: State, events: list[Event], now: float) -> State:
    for event in events:
        state, _ = advance(plan, state, event, now)
    while state.pressed is not None and (moment := due(plan, state)) is not None:
        state, _ = advance(plan, state, Tick(), moment)
    return state


def _name(state: State) -> str:
    return MENU if state.menu else state.step.value


def _kind(state: State) -> State:
    """Give a state without its clocks and contents: what is left decides where it can lead."""
    return state._replace(
        since=0.0,
        last_input=0.0,
        quiet_until=0.0,
        started=0.0,
        form_started=0.0,
        pressed_at=0.0,
        visit=0,
        page=0,
        answers=state.answers[:1] and (("some", 1),),
        service=state.service and "some",
        profile=(("age", "<18"),) if ("age", "<18") in state.profile else (),
        topics=state.topics[:1] and ("some",),
        text="",
        phone=state.phone and "some",
        by_button=False,
        by_touch=False,
        unsaved=frozenset(token.partition("/")[2] for token in state.unsaved),
        owed=frozenset(),
        partial=False,
        not_kept=False,
        ticket=None,
        language="",
        large_text=False,
        contrast=False,
        layout="",
    )
