"""No screen promises what no transition keeps: every edge of the visit's table is walked, and every text on the way that says something is
kept, erased or answered is held against what was handed to the journal, what the journal confirmed, and what happens next."""

import re
from collections import defaultdict
from collections.abc import Callable
from typing import NamedTuple

import pytest

from kiosk.rehearsal.samples import AROUND
from kiosk.show.present import present
from kiosk.show.texts import Texts, catalogue
from survey.record.complaint import AdditionKind
from survey.visit.coded import DeclareTest
from survey.visit.effects import SaveAddition, SaveComplaint, SaveResponse
from survey.visit.graph import Edge
from survey.visit.moves import SPEAKING
from survey.visit.speech import ForgetSpeech
from survey.visit.state import State, Step
from survey.visit.waits import expires_at, warns_at
from tests.kiosk.walked import PLAN, every_edge

PROMISE = re.compile(
    r"simpan|hapus|dijawab|menjawab|catat bahwa|dilupakan|\bkept?\b|saved?\b|deleted|erased|answer(ed)?\b|noted that|forgotten",
    re.IGNORECASE,
)
NOT_FOR_VISITORS = (
    "staff.",
    "desk.",
    "training.",
    "pin.",
    "enrol.",
    "trouble.",
    "standby.",
    "idle.offline",
    "idle.clock_unknown",
    "idle.log_",
)
NO_PROMISE = {
    "idle.subtitle": "says who sees an answer",
    "idle.index_none": "says what answers are for",
    "invitation.text": "asks",
    "invitation.text_profile": "asks",
    "keyboard.erase": "names a key",
    "code.wrong": "says what to press",
    "phone.save": "names what a button does; the record it makes is walked",
    "complaint.phone_title": "says what the number is for",
    "consent.title": "asks",
    "consent.box": "is what the visitor says",
    "failed.text": "says that nothing is taken",
    "still_there.title": "asks",
    "menu.text": "says that the menu changed nothing",
    "topic.pengaduan_diabaikan": "is what the visitor says",
    "withdraw.no": "names what a button does",
    "action.noted": "is what the visitor says",
}
KEPT_BY_THE_COLLECTOR = {
    "consent.purpose",
    "consent.keeping",
    "consent.rights",
    "consent.children",
}
"""What becomes of a number at the centre; the kiosk shows it before it takes one."""

PULSE = PLAN.pulse.name


class Ghost(NamedTuple):
    """What has really happened on the way to a state."""

    handed: frozenset[tuple[str, AdditionKind | None]] = frozenset()
    """Token, and of an addition its kind."""
    durable: frozenset[str] = frozenset()


class Heard(Texts):
    """Texts that remember which were asked for."""

    def get(self, key: str, **values: object) -> str:
        self.__dict__.setdefault("keys", set()).add(key)
        return super().get(key, **values)


Rule = Callable[[State, Ghost, list[Edge]], bool]


def saved(state: State, ghost: Ghost, what: str) -> bool:
    return f"{state.visit}/{what}" in ghost.durable


def added(state: State, ghost: Ghost, kind: AdditionKind) -> bool:
    """The addition of this kind was handed over, and the journal has confirmed it."""
    what = "spoken" if kind is AdditionKind.SPOKEN else "addition"
    return (f"{state.visit}/{what}", kind) in ghost.handed and saved(state, ghost, what)


def at_the_end(out: list[Edge], kind: type) -> list:
    """What is handed over when nobody does anything."""
    return [
        effect
        for edge in out
        if edge.label == "time-out"
        for effect in edge.effects
        if isinstance(effect, kind)
    ]


def draft_is_kept(state: State, _ghost: Ghost, out: list[Edge]) -> bool:
    wanted = (state.topics, state.about_officer, state.text.strip())
    return [(one.topics, one.about_officer, one.text) for one in at_the_end(out, SaveComplaint)] == [wanted]


def speech_is_gone(_state: State, _ghost: Ghost, out: list[Edge]) -> bool:
    """Nobody does anything: what was said is not handed over, and whoever holds it is told to forget it."""
    ends = [edge for edge in out if edge.label == "time-out"]
    sent = [one for one in at_the_end(out, SaveAddition) if one.kind is AdditionKind.SPOKEN]
    return bool(ends) and not sent and all(ForgetSpeech() in edge.effects for edge in ends)


def withdrawal_is_handed_over(_state: State, _ghost: Ghost, out: list[Edge]) -> bool:
    kinds = [
        one.kind
        for edge in out
        if edge.label == "withdraw"
        for one in edge.effects
        if isinstance(one, SaveAddition)
    ]
    return kinds == [AdditionKind.WITHDRAWN]


RULES: dict[str, Rule] = {
    "invitation.title": lambda state, ghost, _: saved(state, ghost, PULSE),
    "invitation.faces": lambda state, ghost, _: saved(state, ghost, PULSE),
    "complaint.rated": lambda state, ghost, _: saved(state, ghost, PULSE),
    "still_there.rated": lambda state, ghost, _: saved(state, ghost, PULSE),
    "complaint.saved": lambda state, ghost, _: saved(state, ghost, "complaint"),
    "still_there.ticket": lambda state, ghost, _: saved(state, ghost, "complaint"),
    "ticket.text_days": lambda state, ghost, _: saved(state, ghost, "complaint"),
    "ticket.spoken_kept": lambda state, ghost, _: added(state, ghost, AdditionKind.SPOKEN),
    "still_there.spoken": speech_is_gone,
    "ticket.number_kept": lambda state, ghost, _: added(state, ghost, AdditionKind.NUMBER),
    "still_there.number": lambda state, ghost, out: (
        saved(state, ghost, "complaint") and not at_the_end(out, SaveAddition)
    ),
    "still_there.other_number": lambda _, __, out: not at_the_end(out, SaveAddition),
    "still_there.answers": lambda _, __, out: len(at_the_end(out, SaveResponse)) == 1,
    "still_there.draft": draft_is_kept,
    "still_there.word": lambda state, _, out: (
        [(one.kind, one.text) for one in at_the_end(out, SaveAddition)]
        == [(AdditionKind.WORD, state.text.strip())]
    ),
    "wait.text": lambda state, _, __: bool(state.unsaved),
    "thanks.text": lambda state, ghost, _: (
        {token for token, _ in ghost.handed} <= ghost.durable and not state.unsaved
    ),
    "thanks.partial": lambda state, ghost, _: (
        {token for token, _ in ghost.handed} <= ghost.durable and not state.unsaved
    ),
    "thanks.complaint": lambda state, ghost, _: saved(state, ghost, "complaint"),
    "failed.not_kept": lambda state, _, __: state.not_kept,
    "withdraw.text": withdrawal_is_handed_over,
    "kept.title": lambda state, ghost, _: state.added is not None and added(state, ghost, state.added),
    **{f"kept.{kind}": lambda state, ghost, _, kind=kind: added(state, ghost, kind) for kind in AdditionKind},
    "standing.due": lambda state, _, __: state.found is not None and bool(state.found.due),
    "standing.overdue": lambda state, _, __: state.found is not None and bool(state.found.due),
    "ticket_status.dijawab": lambda state, _, __: state.found is not None and state.found.status == "dijawab",
}
UNSEEN = {
    "standing.overdue": "the example's date is still to come",
    "thanks.complaint": "a complaint without a rating goes straight back to the start",
}


def promises(language: str) -> set[str]:
    return {
        key
        for key, text in catalogue(language).items()
        if PROMISE.search(text) and not key.startswith(NOT_FOR_VISITORS)
    }


def test_every_text_that_promises_something_is_known_here() -> None:
    known = set(RULES) | set(NO_PROMISE) | KEPT_BY_THE_COLLECTOR
    assert promises("id") | promises("en") <= known


def shown(state: State, language: str, moment: float) -> set[str]:
    texts = Heard(language)
    present(PLAN, state, AROUND, texts, moment)
    return texts.__dict__.get("keys", set()) & set(RULES)


class Walked(NamedTuple):
    """The whole table, by the states that its edges begin in."""

    ghosts: dict[State, Ghost]
    out: dict[State, list[Edge]]


@pytest.fixture(scope="module")
def walked() -> Walked:
    ghosts: dict[State, Ghost] = {}
    out: dict[State, list[Edge]] = defaultdict(list)
    for edge in every_edge():
        ghost = ghosts.setdefault(edge.before, Ghost())
        handed = {
            (one.token, one.kind if isinstance(one, SaveAddition) else None)
            for one in edge.effects
            if isinstance(one, SaveResponse | SaveComplaint | SaveAddition | DeclareTest)
        }
        durable = edge.before.unsaved - edge.after.unsaved if edge.label == "saved" else frozenset()
        after = Ghost(ghost.handed | handed, ghost.durable | durable)
        if edge.after.step is Step.IDLE or edge.after.step is Step.FAILED:
            after = Ghost()
        ghosts.setdefault(edge.after, after)
        out[edge.before].append(edge)
    return Walked(ghosts, out)


@pytest.mark.parametrize("language", ["id", "en"])
def test_what_a_screen_says_is_kept_is_kept(walked: Walked, language: str) -> None:
    seen: set[str] = set()
    broken = []
    for state, out in walked.out.items():
        moments = [max(state.since, state.last_input) + 1.0]
        if (warns := warns_at(PLAN, state)) is not None:
            moments.append(warns)
        for key in set().union(*(shown(state, language, moment) for moment in moments)):
            seen.add(key)
            if not RULES[key](state, walked.ghosts[state], out):
                broken.append((key, state.step, state.complaint_from))
    assert broken == []
    assert set(RULES) - seen == set(UNSEEN)


def test_what_is_kept_when_nobody_answers_was_said_before(walked: Walked) -> None:
    """The other way round: no time-out hands over what the question on the screen did not speak of."""
    says = {
        SaveResponse: "still_there.answers",
        SaveComplaint: "still_there.draft",
        SaveAddition: "still_there.word",
    }
    silent = []
    for state, out in walked.out.items():
        for kind, key in says.items():
            if not at_the_end(out, kind) or state.pressed is not None or state.step is Step.SAVING:
                continue
            expires = expires_at(PLAN, state)
            assert expires is not None
            if key not in shown(state, "id", expires - 0.1):
                silent.append((state.step, kind))
    assert silent == []


def test_not_kept_is_said_exactly_where_something_is_lost(walked: Walked) -> None:
    for out in walked.out.values():
        for edge in out:
            if edge.label == "disk fails" and edge.before.step not in (Step.FAILED, Step.STAFF):
                given = edge.before.has_draft or edge.before.step in SPEAKING
                lost = bool(edge.before.unsaved) or given
                assert edge.after.not_kept == lost, edge
                assert not any(isinstance(one, SaveComplaint | SaveAddition) for one in edge.effects)


def test_batal_hands_nothing_over(walked: Walked) -> None:
    cancelled = [edge for out in walked.out.values() for edge in out if edge.label == "cancel"]
    assert {edge.before.step for edge in cancelled} == {Step.TOPICS, Step.WORD, *SPEAKING}
    for edge in cancelled:
        assert not any(isinstance(one, SaveComplaint | SaveAddition) for one in edge.effects)
        if edge.before.step in SPEAKING:
            assert ForgetSpeech() in edge.effects
            assert (edge.after.topics, edge.after.text) == (edge.before.topics, edge.before.text)
        else:
            assert not edge.after.has_draft
