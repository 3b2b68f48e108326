"""The moves that all screens of a visit share: put up another, hand answers over, end, type."""

from collections.abc import Callable
from typing import Any

from survey.record.complaint import MAX_PHONE_DIGITS, MAX_TEXT_CHARACTERS
from survey.record.response import Response
from survey.visit.action import BACKSPACE
from survey.visit.offer import question_key
from survey.visit.plan import Plan
from survey.visit.state import Effect, Ended, Hush, SaveResponse, State, Step, Thanked

Moved = tuple[State, tuple[Effect, ...]]
Handler = Callable[[Plan, State, str, float], Moved]


def go(state: State, step: Step, now: float, **changes: Any) -> Moved:
    """Put up another screen."""
    fresh: dict[str, Any] = {"page": 0, "menu": False, "pressed": None, "holding": False}
    return state._replace(step=step, since=now, **(fresh | changes)), (Hush(),)


def leave(plan: Plan, state: State, ended: Ended, now: float) -> Moved:
    """End the visit as it stands: what was answered is handed to the journal, everything else is forgotten."""
    state, effects = close_form(plan, state, ended, now)
    quiet = now + plan.timing.quiet if state.step is not Step.IDLE else state.quiet_until
    idle = State(
        since=now,
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
    form = plan.forms[state.form]
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
    """Put up a screen that says something is kept, once it is."""
    del plan
    if state.unsaved:
        return go(state, Step.SAVING, now, back_to=step)
    thanked = (Thanked(state.owed),) if state.owed else ()
    state, effects = go(state, step, now, owed=frozenset())
    return state, (*effects, *thanked)


def type_key(state: State, key: str) -> State:
    """Take one key of the screen's keyboard: a character, `backspace`, or a layout to change to."""
    if key in ("letters", "capitals", "symbols"):
        return state._replace(layout=key)
    if state.step is Step.PHONE:
        typed = (
            state.phone[:-1] if key == BACKSPACE else state.phone + key * (key.isascii() and key.isdigit())
        )
        return state._replace(phone=typed[:MAX_PHONE_DIGITS])
    if key == BACKSPACE:
        return state._replace(text=state.text[:-1])
    if len(key) != 1 or not key.isprintable():
        return state
    layout = "letters" if state.layout == "capitals" else state.layout
    return state._replace(text=(state.text + key)[:MAX_TEXT_CHARACTERS], layout=layout)


def toggle_topic(state: State, topic: str) -> State:
    """Pick a topic, or put it back."""
    if topic in state.topics:
        return state._replace(topics=tuple(other for other in state.topics if other != topic))
    return state._replace(topics=(*state.topics, topic))


def channel_of(state: State) -> str:
    """Say how a response was given: `button`, `touch` or `mixed`."""
    if state.by_button and state.by_touch:
        return "mixed"
    return "touch" if state.by_touch else "button"
