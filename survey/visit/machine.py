"""A visit, from the smiley to the thanks, as one pure table: `(state, event, now) → (state, effects)`.

What happens on a screen stands in `survey.visit.table`, what can be chosen there in `survey.visit.offer`. Here is what holds
on every screen: who may press when, highlights, time-outs, the journal's answers, staff. The promises, which a property test
tries to break with any sequence of events:

* every answer is in the state or was handed over in a `SaveResponse`; leaving a questionnaire in any way hands it over;
* what was picked or written of a complaint is kept likewise, unless the visitor says *Batal*;
* what was said is kept only where the visitor sends it, and held by nobody once its screens are left;
* thanks are said only for records the journal has called durable;
* from every state a visitor, the time or the journal leads on; nothing is a dead end;
* the code of a ticket is shown to whoever made the complaint, and to nobody who comes after.
"""

from survey.visit.action import Choice, Word, parse
from survey.visit.aided import Aid, Aids
from survey.visit.aids import IN_MENU, call, open_menu, read, reads_first, with_speech
from survey.visit.complaining import give_up_looking, type_code
from survey.visit.effects import Accepted, Effect, Hush, Ignored, Speak
from survey.visit.manner import MENU, TYPED, Manner, manner_of
from survey.visit.moves import (
    SPEAKING,
    Moved,
    arrive,
    close_form,
    finish,
    go,
    leave,
)
from survey.visit.offer import offer
from survey.visit.plan import Plan
from survey.visit.speaking import forgotten, happen, stop_recording
from survey.visit.speech import NotRecorded, Recorded, Replayed
from survey.visit.spelling import type_key
from survey.visit.state import (
    AidCalled,
    Coded,
    Ended,
    Event,
    Found,
    FoundCode,
    Hold,
    Outcome,
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
from survey.visit.table import TABLE
from survey.visit.testing import coded, found_visit
from survey.visit.waits import expires_at, faces_at, is_warned, ready_at
from survey.wire.ticket_states import TicketState

_HIGHLIGHTED = frozenset({Word.ANSWER, Word.SERVICE, Word.PROFILE, Word.WITHIN, Word.CALLED, Word.STANDARD})
"""Choices that are shown highlighted for a moment, and can be voided by a chord, before they are taken."""
_STAYING = frozenset(
    {
        Word.TOPIC,
        Word.OFFICER,
        Word.PREVIOUS,
        Word.FOLLOWING,
        Word.PICK,
        Word.COUNTER,
        Word.GROUP,
        Word.TICK,
        Word.TEXT_SIZE,
        Word.CONTRAST,
        Word.LANGUAGE,
        Word.VOLUME,
        Word.PACE,
        Word.LISTEN,
        Word.PAUSE,
        Word.KEY,
    }
)
"""Choices that leave the same screen up: pressing them quickly one after another is meant."""


def begin(plan: Plan, *, now: float, visit: int = 0) -> State:
    """Give the idle state a kiosk starts with."""
    return State(since=now, last_input=now, visit=visit, language=plan.languages[0])


def advance(plan: Plan, state: State, event: Event, now: float) -> Moved:
    """Take one event; gives the new state and what the world has to do."""
    after, effects = _advance(plan, state, event, now)
    after, more = forgotten(state, after)
    return with_speech(state, after, (*effects, *more))


def _advance(  # noqa: C901, PLR0911, PLR0912 - one branch an event
    plan: Plan, state: State, event: Event, now: float
) -> Moved:
    match event:
        case Tick():
            return _tick(plan, state, now)
        case Press() | Touch() if is_warned(plan, state, now):
            return state._replace(last_input=now), (Accepted(),)
        case Press(place):
            options = offer(plan, state).options
            return _choose(plan, state, options[place] if place < len(options) else "", now, touch=False)
        case Touch(action):
            return _choose(plan, state, action, now, touch=True)
        case Release():
            return _tick(plan, state._replace(holding=False), now) if state.holding else (state, ())
        case Hold():
            return _hold(plan, state, now)
        case Void():
            return state._replace(pressed=None, holding=False, last_input=now), ()
        case Saved(token, ticket):
            return _saved(plan, state, token, ticket, now)
        case Found(code, found):
            return _found(state, code, found, now)
        case FoundCode(letters, kept):
            return found_visit(state, letters, kept, now)
        case Coded():
            return coded(plan, state, event, now)
        case Recorded() | NotRecorded() | Replayed():
            return happen(state, event, now)
        case SaveFailed(token):
            return _failed(plan, state, token, now)
        case Restored():
            return _restored(plan, state, now)
        case AidCalled(Aid.FIFTH) if state.faces and state.pressed is None and not state.menu:
            return TABLE[Step.INVITATION, Word.RESUME](plan, state._replace(last_input=now), "", now)
        case AidCalled(aid):
            return call(plan, state, aid, now)
        case StaffCalled():
            return _staff_called(plan, state, now)
        case StaffLeft():
            return _staff_left(plan, state, now)


def due(plan: Plan, state: State) -> float | None:
    """Give the next moment at which a `Tick` will change something, or None."""
    moments = (_commits_at(plan, state), expires_at(plan, state), faces_at(plan, state))
    return min((moment for moment in moments if moment is not None), default=None)


def _choose(plan: Plan, state: State, action: str, now: float, *, touch: bool) -> Moved:
    choice = parse(action)
    refused = _refusal(plan, state, action, choice, now)
    if refused or choice is None:
        quiet = (
            now + plan.timing.quiet
            if state.step is Step.IDLE and now < state.quiet_until
            else state.quiet_until
        )
        return state._replace(last_input=now, quiet_until=quiet), (Ignored(refused or "mash"),)
    if state.faces and choice.word is Word.ANSWER:  # another person's hand
        state = state._replace(by_touch=False, by_button=False)
    state = state._replace(
        last_input=now, by_touch=state.by_touch or touch, by_button=state.by_button or not touch
    )
    if not touch and reads_first(state, choice.word, action):
        state, effects = read(state, action, now)
        return state, (Accepted(), *effects)
    state = state._replace(aids=state.aids._replace(heard=""))
    waits = manner_of(state.step) is Manner.STEERED and not state.menu and not touch
    if choice.word in _HIGHLIGHTED or waits:
        return state._replace(pressed=action, pressed_at=now, holding=not touch), (Accepted(),)
    return _take(plan, state, choice, now, (Accepted(),))


def _refusal(plan: Plan, state: State, action: str, choice: Choice | None, now: float) -> str:
    """Say why an input is no choice now, or nothing."""
    if state.step is Step.FAILED:
        return "failed"
    word = choice.word if choice is not None else None
    manner = manner_of(state.step)
    typing = word is Word.KEY and state.step in TYPED and not state.menu
    fresh = now < ready_at(plan, state) and word not in _STAYING
    if (
        manner is Manner.DEAF
        or state.pressed is not None
        or (state.step is Step.IDLE and now < state.quiet_until)
        or fresh
        or not (typing or action in offer(plan, state).actions)
    ):
        return "mash"
    return ""


def _take(plan: Plan, state: State, choice: Choice, now: float, effects: tuple[Effect, ...] = ()) -> Moved:
    if state.menu and choice.word in IN_MENU:
        state, more = IN_MENU[choice.word](plan, state, choice.argument, now)
        return state, (*effects, *more)
    if state.menu:
        state = state._replace(menu=False, since=now)
        if choice.word is Word.RESUME:
            return state, (*effects, Hush())
    if choice.word is Word.KEY:
        state = type_key(state, choice.argument)
        state, more = type_code(state, now) if state.step is Step.CODE else (state, ())
        return state, (*effects, *more)
    step = Step.INVITATION if state.faces else state.step
    state, more = TABLE[step, choice.word](plan, state, choice.argument, now)
    return state, (*effects, *more)


def _hold(plan: Plan, state: State, now: float) -> Moved:
    if state.faces and state.pressed is not None:
        return TABLE[Step.INVITATION, Word.RESUME](plan, state, "", now)
    # In speech mode the press that is held was to read an option: that is no choice, so every screen has its menu.
    held = bool(state.aids.heard) or (state.pressed is not None and manner_of(state.step) in MENU)
    if state.menu or not held:
        return state, ()
    return open_menu(state, now, wide=False)


def _commits_at(plan: Plan, state: State) -> float | None:
    if state.pressed is None or (state.holding and (state.faces or manner_of(state.step) in MENU)):
        return None
    steered = manner_of(state.step) is Manner.STEERED and not state.faces
    return state.pressed_at + (0.0 if steered else plan.timing.highlight)


def _tick(plan: Plan, state: State, now: float) -> Moved:
    commits_at = _commits_at(plan, state)
    pressed = parse(state.pressed) if state.pressed is not None else None
    if commits_at is not None and now >= commits_at and pressed is not None:
        return _take(plan, state._replace(pressed=None, holding=False), pressed, now)
    expires = expires_at(plan, state)
    if expires is not None and now >= expires:
        return _expire(plan, state, now)
    turns = faces_at(plan, state)
    if turns is not None and now >= turns:
        # Deaf for a moment: whoever was about to answer what stood here did not mean a face.
        return state._replace(faces=True, menu=False, quiet_until=now + plan.timing.quiet), (Hush(),)
    return state, ()


def _expire(plan: Plan, state: State, now: float) -> Moved:
    match state.step:
        case Step.SAVING:
            gave_up = Coded(state.visit, None)
            return _failed(plan, state, "", now) if state.unsaved else coded(plan, state, gave_up, now)
        case Step.LOOKING:
            return give_up_looking(plan, state, now)
        case Step.RECORDING:
            return stop_recording(state, now)
        case Step.OFFER if not state.faces:
            return finish(plan, state, now)
        case Step.TICKET | Step.KEPT:
            word = Word.NOTED if state.step is Step.TICKET else Word.CLOSE
            return TABLE[state.step, word](plan, state, "", now)
        case _:
            return leave(plan, state, Ended.TIMEOUT, now)


def _saved(plan: Plan, state: State, token: str, ticket: str | None, now: float) -> Moved:
    if token not in state.unsaved:
        return state, ()
    # A complaint whose maker has walked away may become durable while the next visitor waits for theirs.
    waits = state.step is Step.SAVING and state.back_to is Step.TICKET
    mine = ticket is not None and waits and token == f"{state.visit}/complaint"
    state = state._replace(unsaved=state.unsaved - {token}, ticket=ticket if mine else state.ticket)
    if state.step is Step.SAVING and not state.unsaved:
        return arrive(plan, state, state.back_to, now)
    return state, ()


def _found(state: State, code: str, found: TicketState | None, now: float) -> Moved:
    if state.step is not Step.LOOKING or code != state.code:
        return state, ()
    outcome = Outcome.UNKNOWN if found is None else Outcome.FOUND
    state, effects = go(state, Step.STANDING, now, outcome=outcome, found=found)
    return state, (*effects, *((Speak(),) if state.listens else ()))


def _failed(plan: Plan, state: State, token: str, now: float) -> Moved:
    # What was picked, written and said is not handed over: the screen that comes says that it is not kept.
    lost = bool(token) or bool(state.unsaved) or state.has_draft or state.step in SPEAKING
    state, effects = close_form(plan, state, Ended.FAULT, now)
    state = state._replace(not_kept=state.not_kept or lost, unsaved=frozenset())
    if state.step is Step.STAFF:
        return state._replace(back_to=Step.FAILED), effects
    if state.step is Step.FAILED:
        return state, effects
    kept = begin(plan, now=now, visit=state.visit)._replace(not_kept=state.not_kept, language=state.language)
    kept = kept._replace(aids=Aids(aloud=state.aids.aloud))
    return kept._replace(step=Step.FAILED), (*effects, Hush())


def _restored(plan: Plan, state: State, now: float) -> Moved:
    if state.step is Step.STAFF:
        return state._replace(back_to=Step.IDLE, not_kept=False), ()
    if state.step is Step.FAILED:
        return begin(plan, now=now, visit=state.visit), ()
    return state, ()


def _staff_called(plan: Plan, state: State, now: float) -> Moved:
    if state.step is Step.STAFF:
        return state, ()
    back_to = Step.FAILED if state.step is Step.FAILED else Step.IDLE
    not_kept = state.not_kept
    state, effects = leave(plan, state, Ended.STAFF, now)
    return go(state._replace(back_to=back_to, not_kept=not_kept), Step.STAFF, now)[0], effects


def _staff_left(plan: Plan, state: State, now: float) -> Moved:
    if state.step is not Step.STAFF:
        return state, ()
    fresh = begin(plan, now=now, visit=state.visit)._replace(unsaved=state.unsaved, not_kept=state.not_kept)
    return fresh._replace(step=state.back_to), ()
