"""The moves that all screens of a visit share: put up another, hand over what was given, end."""

from collections.abc import Callable
from typing import Any

from survey.record.complaint import AdditionKind
from survey.record.phone import read_phone
from survey.record.response import Response
from survey.visit.coded import MakeCode
from survey.visit.effects import Effect, Hush, SaveAddition, SaveComplaint, SaveResponse, Speak, Thanked
from survey.visit.offer import question_key
from survey.visit.plan import Plan
from survey.visit.services import forms_of, is_asked_first
from survey.visit.state import Ended, State, Step

SPEAKING = frozenset({Step.RECORDING, Step.HEARD})
"""Where something that was said may be held; on every other screen it is gone, or with the journal."""

Moved = tuple[State, tuple[Effect, ...]]
Handler = Callable[[Plan, State, str, float], Moved]


def go(state: State, step: Step, now: float, **changes: Any) -> Moved:
    """Put up another screen."""
    fresh: dict[str, Any] = {
        "page": 0,
        "focus": 0,
        "branch": "",
        "menu": False,
        "faces": False,
        "pressed": None,
        "holding": False,
    }
    return state._replace(step=step, since=now, **(fresh | changes)), (Hush(),)


def to(step: Step) -> Handler:
    """Make the handler of an action that only leads to another screen."""

    def handler(_plan: Plan, state: State, _argument: str, now: float) -> Moved:
        return go(state, step, now)

    return handler


def listen(_plan: Plan, state: State, _argument: str, _now: float) -> Moved:
    """Have the screen read aloud."""
    return state._replace(listens=True), (Speak(),)


def leave(plan: Plan, state: State, ended: Ended, now: float) -> Moved:
    """End the visit as it stands: what was answered, picked or written is handed to the journal, everything else is forgotten."""
    state, effects = close_form(plan, state, ended, now)
    state, more = save_draft(state)
    effects += more
    # From faces to faces nothing changes for whoever is about to press: no moment of that is deaf.
    same = state.step is Step.IDLE or state.faces
    quiet = state.quiet_until if same else now + plan.timing.quiet
    idle = State(
        since=state.since if state.faces else now,
        last_input=state.last_input,
        quiet_until=quiet,
        visit=state.visit,
        language=plan.languages[0],
        unsaved=state.unsaved,
    )
    return idle, (*effects, Hush())


def close_form(plan: Plan, state: State, ended: Ended, now: float) -> Moved:
    """Hand the open questionnaire to the journal, if anything of it was answered."""
    if not (state.form_open and (state.answers or state.service or state.profile)):
        return state._replace(form_open=False), ()
    form = forms_of(plan, state)[state.form]
    answers = state.given
    complete = form.is_complete(answers)
    token = f"{state.visit}/{form.name}"
    asked = question_key(plan, state) if state.step is Step.QUESTION else None
    response = Response(
        instrument=form.id,
        version=form.version,
        answers=answers,
        complete=complete,
        visit=state.visit,
        ended=ended,
        ended_at=None if ended is Ended.FINISHED else asked,
        service=state.service,
        unit=next((one.unit for one in plan.services if one.code == state.service), ""),
        profile=dict(state.profile),
        language=state.language,
        channel=channel_of(state),
        duration_s=max(0, round(now - state.form_started)),
    )
    state = state._replace(
        answers=(),
        form_open=False,
        unsaved=state.unsaved | {token},
        owed=state.owed | {token},
        partial=state.partial or not complete,
    )
    return state, (SaveResponse(token, response),)


def finish(plan: Plan, state: State, now: float) -> Moved:
    """Lead to the thanks, by way of waiting where the journal is not done."""
    return arrive(plan, state, Step.THANKS, now)


def arrive(plan: Plan, state: State, step: Step, now: float) -> Moved:
    """Put up a screen that says something is kept, once it is; the thanks, once the visit has its code too."""
    del plan
    if state.unsaved:
        return go(state, Step.SAVING, now, back_to=step)
    if step is Step.THANKS and state.rated and not state.coded:
        state, effects = go(state, Step.SAVING, now, back_to=step)
        return state, (*effects, MakeCode(state.visit))
    thanked = (Thanked(state.owed),) if state.owed else ()
    if step is Step.TICKET:
        state, effects = show_ticket(state, now, owed=frozenset())
    else:
        state, effects = go(state, step, now, owed=frozenset())
        effects += (Speak(),) if step is Step.THANKS and state.own_code and state.listens else ()
    return state, (*effects, *thanked)


def open_form(plan: Plan, state: State, now: float) -> Moved:
    """Begin the questionnaire, or go on with the one that was begun."""
    if not state.form_open:
        state = state._replace(form=0, form_open=True, form_started=now)
    if is_asked_first(plan) and state.form == 0 and not state.answers:
        return go(state, Step.SERVICE, now, place=0)
    return go(state, Step.QUESTION, now, place=0)


def adds(state: State) -> bool:
    """Tell whether what was written or said belongs to an earlier complaint."""
    here = state.speaks_from if state.step in SPEAKING or state.step is Step.SPEAK else state.step
    return here is Step.WORD


def save_draft(state: State) -> Moved:
    """Hand over what was picked or written and not sent, if there is any: the complaint, or the word more to an earlier one.

    What was said and not sent is not among it.
    """
    if not state.has_draft:
        return state, ()
    return save_word(state) if adds(state) else save_complaint(state)


def save_complaint(state: State, *, spoken: bool = False) -> Moved:
    """Hand the complaint over as it stands; what was picked and written is then no longer in the state."""
    state = _counted(state)
    token = f"{state.visit}/complaint"
    effect = SaveComplaint(
        token=token,
        visit=state.visit,
        topics=state.topics,
        about_officer=state.about_officer,
        text=state.text.strip(),
        service=state.service,
        language=state.language,
        spoken=spoken,
    )
    state = _handed_over(state, token)._replace(complained=True, topics=(), about_officer=False, text="")
    return state, (effect,)


def save_word(state: State) -> Moved:
    """Hand over a word more to the complaint that was looked up."""
    words = state.text.strip()
    return save_addition(state._replace(text=""), AdditionKind.WORD, text=words)


def save_addition(state: State, kind: AdditionKind, *, text: str = "") -> Moved:
    """Hand over what is added to the complaint that was just made, or to the one that was looked up."""
    state = _counted(state)
    token = f"{state.visit}/{'spoken' if kind is AdditionKind.SPOKEN else 'addition'}"
    number = read_phone(state.phone) if kind is AdditionKind.NUMBER else None
    effect = SaveAddition(
        token=token,
        visit=state.visit,
        code=state.ticket or state.code,
        kind=kind,
        text=text,
        phone=number or "",
    )
    return _handed_over(state, token)._replace(added=kind, phone="", consented=False), (effect,)


def show_ticket(state: State, now: float, **changes: Any) -> Moved:
    """Put up the ticket, and read it to whoever has had screens read."""
    state, effects = go(state, Step.TICKET, now, **changes)
    return state, (*effects, *((Speak(),) if state.listens else ()))


def _counted(state: State) -> State:
    """A complaint or an addition alone is a visit too, once it is handed over."""
    return state if state.counted else state._replace(visit=state.visit + 1, counted=True)


def _handed_over(state: State, token: str) -> State:
    return state._replace(unsaved=state.unsaved | {token}, owed=state.owed | {token})


def channel_of(state: State) -> str:
    """Say how a response was given: `button`, `touch` or `mixed`."""
    if state.by_button and state.by_touch:
        return "mixed"
    return "touch" if state.by_touch else "button"
