"""The part of a visit's table that is about complaints: making one, leaving a number, seeing how an earlier one stands.

What was picked and written is with the journal before anything else is asked: no later screen can lose it.
"""

from collections.abc import Mapping
from typing import Any

from survey.record.complaint import AdditionKind
from survey.record.phone import read_phone
from survey.record.ticket import read_code
from survey.visit.action import Word, parse
from survey.visit.effects import Hush, LookUp
from survey.visit.moves import (
    Handler,
    Moved,
    finish,
    go,
    leave,
    listen,
    open_form,
    save_addition,
    save_complaint,
    save_word,
    show_ticket,
    to,
)
from survey.visit.offer import asks_for_visit, tiles
from survey.visit.plan import Plan
from survey.visit.state import Ended, Outcome, State, Step
from survey.visit.testing import declare, leave_card

_NOTHING: Mapping[str, Any] = {
    "topics": (),
    "about_officer": False,
    "text": "",
    "phone": "",
    "consented": False,
}


def type_code(state: State, now: float) -> Moved:
    """Look a complaint up as soon as its code is whole, and a visit once its letters are: a ticket's code just goes on."""
    if asks_for_visit(state):
        return state._replace(no_visit=False), (LookUp(state.code),)
    if not read_code(state.code):
        return state, ()
    return declare(state, now) if state.testing else _look_up(state, now)


def give_up_looking(_plan: Plan, state: State, now: float) -> Moved:
    """Say that nobody answered in time."""
    return go(state, Step.STANDING, now, outcome=Outcome.LATE, found=None)


# -- making one


def _complain(_plan: Plan, state: State, _argument: str, now: float) -> Moved:
    return go(state, Step.COMPLAINTS, now, complaint_from=state.step, code="")


def _back_from_complaints(_plan: Plan, state: State, _argument: str, now: float) -> Moved:
    return go(state, state.complaint_from, now)


def _new(_plan: Plan, state: State, _argument: str, now: float) -> Moved:
    return go(state, Step.TOPICS, now, ticket=None, has_number=False, **_NOTHING)


def _pick(_plan: Plan, state: State, topic: str, _now: float) -> Moved:
    if topic in state.topics:
        return state._replace(topics=tuple(other for other in state.topics if other != topic)), ()
    return state._replace(topics=(*state.topics, topic)), ()


def _officer(_plan: Plan, state: State, _argument: str, _now: float) -> Moved:
    return state._replace(about_officer=not state.about_officer), ()


def _move(by: int) -> Handler:
    def handler(plan: Plan, state: State, _argument: str, _now: float) -> Moved:
        return state._replace(focus=(state.focus + by) % len(tiles(plan, state))), ()

    return handler


def _take_tile(plan: Plan, state: State, _argument: str, now: float) -> Moved:
    tile = parse(tiles(plan, state)[state.focus])
    if tile is None:
        return state, ()
    return COMPLAINING[Step.TOPICS, tile.word](plan, state, tile.argument, now)


def _more_tiles(_plan: Plan, state: State, _argument: str, _now: float) -> Moved:
    return state._replace(page=state.page + 1, focus=0), (Hush(),)


def _leave_topics(plan: Plan, state: State, _argument: str, now: float) -> Moved:
    state = state._replace(**_NOTHING)
    if state.complaint_from is Step.SERVICE:
        return _lead_on(plan, state, now)
    return go(state, Step.COMPLAINTS, now)


def _topics_done(_plan: Plan, state: State, _argument: str, now: float) -> Moved:
    return go(state, Step.TEXT, now, layout=state.layout if state.text else "capitals")


def _send(_plan: Plan, state: State, _argument: str, now: float) -> Moved:
    state, effects = save_complaint(state)
    state, more = go(state, Step.SAVING, now, back_to=Step.TICKET)
    return state, (*effects, *more)


def _noted(plan: Plan, state: State, _argument: str, now: float) -> Moved:
    return _lead_on(plan, state._replace(ticket=None), now)


def _lead_on(plan: Plan, state: State, now: float) -> Moved:
    """Go on where the visit stood before the complaint; nothing of a ticket stays."""
    state = state._replace(
        ticket=None, code="", outcome=None, found=None, found_code=None, added=None, has_number=False
    )
    match state.complaint_from:
        case Step.SERVICE if plan.forms:
            return open_form(plan, state, now)
        case Step.SERVICE | Step.OFFER:
            return finish(plan, state, now)
        case Step.INVITATION:
            return go(state, Step.INVITATION, now)
        case _:
            return leave(plan, state, Ended.FINISHED, now)


# -- leaving a number


def _number(_plan: Plan, state: State, _argument: str, now: float) -> Moved:
    return go(state, Step.CONSENT, now, phone="", consented=False)


def _tick_consent(_plan: Plan, state: State, _argument: str, _now: float) -> Moved:
    return state._replace(consented=not state.consented), ()


def _without_number(_plan: Plan, state: State, _argument: str, now: float) -> Moved:
    if state.ticket is not None:
        return show_ticket(state, now, phone="", consented=False)
    return go(state, Step.STANDING, now, phone="", consented=False)


def _leave_number(_plan: Plan, state: State, _argument: str, now: float) -> Moved:
    if not (state.consented and read_phone(state.phone)):
        return state, ()
    back_to = Step.KEPT if state.ticket is None else Step.TICKET
    state, effects = save_addition(state, AdditionKind.NUMBER)
    state, more = go(state, Step.SAVING, now, back_to=back_to, has_number=back_to is Step.TICKET)
    return state, (*effects, *more)


def _group(_plan: Plan, state: State, characters: str, _now: float) -> Moved:
    return state._replace(branch=characters), ()


# -- an earlier complaint


def _look(_plan: Plan, state: State, _argument: str, now: float) -> Moved:
    return go(state, Step.CODE, now, code="", outcome=None, found=None, found_code=None)


def _leave_code(_plan: Plan, state: State, _argument: str, now: float) -> Moved:
    return leave_card(state, now) if state.testing else go(state, Step.COMPLAINTS, now, code="")


def _look_again(_plan: Plan, state: State, _argument: str, now: float) -> Moved:
    return declare(state, now) if state.testing else _look_up(state, now)


def _look_up(state: State, now: float) -> Moved:
    state, effects = go(state, Step.LOOKING, now, outcome=None, found=None, found_code=None)
    return state, (LookUp(state.code), *effects)


def _turn(_plan: Plan, state: State, _argument: str, now: float) -> Moved:
    return state._replace(page=state.page + 1, since=now), (Hush(),)


def _other(_plan: Plan, state: State, _argument: str, now: float) -> Moved:
    return state._replace(branch=Word.OTHER, since=now), (Hush(),)


def _back_in_standing(_plan: Plan, state: State, _argument: str, now: float) -> Moved:
    """To the answer's beginning; to the code where nothing was found."""
    if state.outcome is Outcome.FOUND and state.found is not None:
        return go(state, Step.STANDING, now)
    return go(state, Step.CODE, now, outcome=None, found_code=None)


def _add(kind: AdditionKind) -> Handler:
    def handler(_plan: Plan, state: State, _argument: str, now: float) -> Moved:
        state, effects = save_addition(state, kind)
        state, more = go(state, Step.SAVING, now, back_to=Step.KEPT)
        return state, (*effects, *more)

    return handler


def _write_word(_plan: Plan, state: State, _argument: str, now: float) -> Moved:
    return go(state, Step.WORD, now, text="", layout="capitals")


def _send_word(_plan: Plan, state: State, _argument: str, now: float) -> Moved:
    if not state.text.strip():
        return state, ()
    state, effects = save_word(state)
    state, more = go(state, Step.SAVING, now, back_to=Step.KEPT)
    return state, (*effects, *more)


def _without_word(_plan: Plan, state: State, _argument: str, now: float) -> Moved:
    return go(state, Step.STANDING, now, text="")


def _close(plan: Plan, state: State, _argument: str, now: float) -> Moved:
    return _lead_on(plan, state, now)


COMPLAINING: Mapping[tuple[Step, Word], Handler] = {
    (Step.IDLE, Word.COMPLAINT): _complain,
    (Step.INVITATION, Word.COMPLAINT): _complain,
    (Step.OFFER, Word.COMPLAINT): _complain,
    (Step.COMPLAINTS, Word.LISTEN): listen,
    (Step.COMPLAINTS, Word.NEW): _new,
    (Step.COMPLAINTS, Word.LOOK): _look,
    (Step.COMPLAINTS, Word.BACK): _back_from_complaints,
    (Step.TOPICS, Word.TOPIC): _pick,
    (Step.TOPICS, Word.OFFICER): _officer,
    (Step.TOPICS, Word.PREVIOUS): _move(-1),
    (Step.TOPICS, Word.FOLLOWING): _move(1),
    (Step.TOPICS, Word.PICK): _take_tile,
    (Step.TOPICS, Word.MORE): _more_tiles,
    (Step.TOPICS, Word.LISTEN): listen,
    (Step.TOPICS, Word.BACK): _leave_topics,
    (Step.TOPICS, Word.CANCEL): _leave_topics,
    (Step.TOPICS, Word.SKIP): _leave_topics,
    (Step.TOPICS, Word.NEXT): _topics_done,
    (Step.TEXT, Word.LISTEN): listen,
    (Step.TEXT, Word.BACK): to(Step.TOPICS),
    (Step.TEXT, Word.NEXT): _send,
    (Step.TICKET, Word.LISTEN): listen,
    (Step.TICKET, Word.NUMBER): _number,
    (Step.TICKET, Word.NOTED): _noted,
    (Step.CONSENT, Word.BACK): _without_number,
    (Step.CONSENT, Word.TICK): _tick_consent,
    (Step.CONSENT, Word.LISTEN): listen,
    (Step.CONSENT, Word.NEXT): to(Step.PHONE),
    (Step.PHONE, Word.GROUP): _group,
    (Step.PHONE, Word.LISTEN): listen,
    (Step.PHONE, Word.BACK): to(Step.CONSENT),
    (Step.PHONE, Word.NEXT): _leave_number,
    (Step.CODE, Word.GROUP): _group,
    (Step.CODE, Word.LISTEN): listen,
    (Step.CODE, Word.BACK): _leave_code,
    (Step.CODE, Word.NEXT): _look_again,
    (Step.STANDING, Word.MORE): _turn,
    (Step.STANDING, Word.LISTEN): listen,
    (Step.STANDING, Word.LOOK): _look_again,
    (Step.STANDING, Word.SETTLED): _add(AdditionKind.SETTLED),
    (Step.STANDING, Word.UNSETTLED): _add(AdditionKind.UNSETTLED),
    (Step.STANDING, Word.WORD): _write_word,
    (Step.STANDING, Word.NUMBER): _number,
    (Step.STANDING, Word.OTHER): _other,
    (Step.STANDING, Word.WITHDRAW): to(Step.WITHDRAW),
    (Step.STANDING, Word.BACK): _back_in_standing,
    (Step.STANDING, Word.CLOSE): _close,
    (Step.WORD, Word.LISTEN): listen,
    (Step.WORD, Word.BACK): _without_word,
    (Step.WORD, Word.CANCEL): _without_word,
    (Step.WORD, Word.NEXT): _send_word,
    (Step.WITHDRAW, Word.LISTEN): listen,
    (Step.WITHDRAW, Word.BACK): to(Step.STANDING),
    (Step.WITHDRAW, Word.WITHDRAW): _add(AdditionKind.WITHDRAWN),
    (Step.KEPT, Word.LISTEN): listen,
    (Step.KEPT, Word.CLOSE): _close,
}
"""For each screen of a complaint and each action, where it leads and what is recorded on the way."""
