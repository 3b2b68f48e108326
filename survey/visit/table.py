"""The table of a visit: for each screen and each action, where it leads and what is recorded on the way."""

from collections.abc import Mapping

from survey.record.response import Response
from survey.visit.action import Word
from survey.visit.aids import contrast, language, text_size
from survey.visit.complaining import COMPLAINING
from survey.visit.effects import Hush, SaveResponse
from survey.visit.informed import READ, floor_at, information_pages
from survey.visit.moves import (
    Handler,
    Moved,
    channel_of,
    close_form,
    finish,
    go,
    leave,
    listen,
    open_form,
    to,
)
from survey.visit.offer import is_invited, question_key
from survey.visit.plan import Plan
from survey.visit.reading import LARGE_PAGES
from survey.visit.services import about, forms_of, is_asked_first, of_units, unit_called
from survey.visit.speaking import SPOKEN
from survey.visit.state import Ended, State, Step
from survey.visit.testing import TESTING

_LOW = (1, 2)
"""Values of the smiley after which the way leads to *Apa yang kurang?* first, and to the questions after that."""

# -- the smiley and the invitation


def _rate(plan: Plan, state: State, value: str, now: float) -> Moved:
    visit = state.visit + 1
    token = f"{visit}/{plan.pulse.name}"
    key = plan.pulse.question_order[0]
    response = Response(
        instrument=plan.pulse.id,
        version=plan.pulse.version,
        answers={key: int(value)},
        complete=True,
        visit=visit,
        ended=Ended.FINISHED,
        language=state.language,
        channel=channel_of(state),
    )
    state = state._replace(
        visit=visit,
        counted=True,
        rated=True,
        by_button=False,
        by_touch=False,
        unsaved=state.unsaved | {token},
        owed=frozenset({token}),
    )
    after = Step.INVITATION if plan.forms else Step.OFFER if plan.complaint else Step.THANKS
    if plan.complaint and int(value) in _LOW:
        after = Step.TOPICS
        state = state._replace(complaint_from=Step.SERVICE)
    state, effects = go(state, Step.SAVING, now, back_to=after)
    return state, (SaveResponse(token, response), *effects)


def _rate_next(plan: Plan, state: State, value: str, now: float) -> Moved:
    """The next visitor rates while the last one's visit stands: that is over, and what was answered of it is kept."""
    by_button, by_touch = state.by_button, state.by_touch
    state, effects = leave(plan, state, Ended.TIMEOUT, now)
    state, more = _rate(plan, state._replace(by_button=by_button, by_touch=by_touch), value, now)
    return state, (*effects, *more)


def _go_on(plan: Plan, state: State, _argument: str, now: float) -> Moved:
    """Whoever was here is here still: back to where the faces came, an invitation being answered by that."""
    if is_invited(state):
        return open_form(plan, state, now)
    return state._replace(faces=False, pressed=None, holding=False, since=now), (Hush(),)


def _accept(plan: Plan, state: State, _argument: str, now: float) -> Moved:
    return open_form(plan, state, now)


def _decline(plan: Plan, state: State, _argument: str, now: float) -> Moved:
    state, effects = close_form(plan, state, Ended.DECLINED, now)
    state, more = finish(plan, state, now)
    return state, (*effects, *more)


def _more(_plan: Plan, state: State, _argument: str, now: float) -> Moved:
    return state._replace(page=state.page + 1, focus=0, since=now), (Hush(),)


def _whole(_plan: Plan, state: State, _argument: str, now: float) -> Moved:
    return state._replace(branch="" if state.branch else Word.WHOLE, since=now), (Hush(),)


# -- what the unit promises


def _read_standard(plan: Plan, state: State, code: str, now: float) -> Moved:
    place = next(place for place, standard in enumerate(plan.standards) if standard.code == code)
    return go(state, Step.STANDARD, now, place=place)


def _back_in_standard(_plan: Plan, state: State, _argument: str, now: float) -> Moved:
    if state.page:
        return state._replace(page=state.page - 1, since=now), (Hush(),)
    return go(state, Step.STANDARDS, now)


def _next_counter(plan: Plan, state: State, _argument: str, _now: float) -> Moved:
    floor = floor_at(plan, state)
    count = len(floor.counters) if floor is not None else 1
    return state._replace(focus=(state.focus + 1) % count), (Hush(),)


def _point(plan: Plan, state: State, place: str, _now: float) -> Moved:
    floor = floor_at(plan, state)
    focus = floor.counters.index(int(place)) if floor is not None else 0
    return state._replace(focus=focus), (Hush(),)


def _back_a_page(plan: Plan, state: State, _argument: str, now: float) -> Moved:
    page = state.page
    if state.step is Step.COUNTERS:  # in speech mode and in large text there are fewer or more of them
        page = min(page, information_pages(plan, state) - 1)
    if page:
        return state._replace(page=page - 1, focus=0, since=now), (Hush(),)
    return go(state, Step.IDLE, now, place=0)


def _to_idle(_plan: Plan, state: State, _argument: str, now: float) -> Moved:
    """Nothing was given, and whoever read stands here still: language and text size stay."""
    return go(state, Step.IDLE, now, place=0)


def _pause(_plan: Plan, state: State, _argument: str, now: float) -> Moved:
    return state._replace(still_at=now if state.still_at is None else None), ()


# -- service, profile, questions


def _choose_unit(plan: Plan, state: State, number: str, now: float) -> Moved:
    of_unit = of_units(plan)[int(number) - 1]
    if len(of_unit) == 1:
        return _choose_service(plan, state, of_unit[0].code, now)
    return go(state, Step.SERVICE, now, place=int(number))


def _choose_ticket(plan: Plan, state: State, number: str, now: float) -> Moved:
    return _choose_unit(plan, state, str(unit_called(plan, int(number))), now)


def _choose_service(plan: Plan, state: State, code: str, now: float) -> Moved:
    return _after_service(plan, about(plan, state, code), now)


def _skip_service(plan: Plan, state: State, _argument: str, now: float) -> Moved:
    return _after_service(plan, about(plan, state, None), now)


def _after_service(plan: Plan, state: State, now: float) -> Moved:
    if is_asked_first(plan):
        return go(state, Step.QUESTION, now, place=0)
    if plan.profile:
        return go(state, Step.PROFILE, now, place=0)
    return _end_form(plan, state, now)


def _within(_plan: Plan, state: State, run: str, now: float) -> Moved:
    return state._replace(page=int(run), since=now), (Hush(),)


def _choose_profile(plan: Plan, state: State, value: str, now: float) -> Moved:
    return _after_profile(plan, state, value, now)


def _skip_profile(plan: Plan, state: State, _argument: str, now: float) -> Moved:
    return _after_profile(plan, state, None, now)


def _after_profile(plan: Plan, state: State, value: str | None, now: float) -> Moved:
    key = plan.profile[state.place].key
    others = tuple((name, old) for name, old in state.profile if name != key)
    profile = others if value is None else (*others, (key, value))
    if state.place + 1 < len(plan.profile):
        return go(state, Step.PROFILE, now, place=state.place + 1, profile=profile)
    return _end_form(plan, state._replace(profile=profile), now)


def _answer(plan: Plan, state: State, value: str, now: float) -> Moved:
    key = question_key(plan, state)
    return _after_question(plan, state._replace(answers=_with(state, key, int(value))), now)


def _skip_question(plan: Plan, state: State, _argument: str, now: float) -> Moved:
    return _after_question(plan, state._replace(answers=_with(state, question_key(plan, state), None)), now)


def _with(state: State, key: str, value: int | None) -> tuple[tuple[str, int], ...]:
    others = tuple((name, old) for name, old in state.answers if name != key)
    return others if value is None else (*others, (key, value))


def _after_question(plan: Plan, state: State, now: float) -> Moved:
    if state.place + 1 < len(forms_of(plan, state)[state.form].questions):
        return go(state, Step.QUESTION, now, place=state.place + 1)
    if state.form == 0 and plan.services and not is_asked_first(plan):
        # Whoever walks away from these has answered all questions.
        return go(state, Step.SERVICE, now, place=0)
    if state.form == 0 and plan.profile:
        return go(state, Step.PROFILE, now, place=0)
    return _end_form(plan, state, now)


def _end_form(plan: Plan, state: State, now: float) -> Moved:
    """Hand the questionnaire over, and lead on to the next one or to the end."""
    state, effects = close_form(plan, state, Ended.FINISHED, now)
    if state.form + 1 < len(forms_of(plan, state)):
        state, more = go(
            state, Step.QUESTION, now, place=0, form=state.form + 1, form_open=True, form_started=now
        )
    elif plan.complaint and not state.complained:
        state, more = go(state, Step.OFFER, now)
    else:
        state, more = finish(plan, state, now)
    return state, (*effects, *more)


def _back(  # noqa: PLR0911 - one line a screen
    plan: Plan, state: State, _argument: str, now: float
) -> Moved:
    if state.step is Step.QUESTION and state.place > 0:
        return go(state, Step.QUESTION, now, place=state.place - 1)
    if state.step is Step.QUESTION and state.form > 0:
        return go(state, Step.QUESTION, now)  # the form before is with the journal already
    if state.step is Step.QUESTION and is_asked_first(plan):
        return go(state, Step.SERVICE, now, place=0)
    if state.step is Step.SERVICE and state.place:
        return go(state, Step.SERVICE, now, place=0)
    if state.step is Step.QUESTION or (state.step is Step.SERVICE and is_asked_first(plan)):
        return go(
            state, Step.INVITATION, now
        )  # the questionnaire stays open; to accept again goes on with it
    if state.step is Step.PROFILE and state.page and plan.profile[state.place].steps:
        return go(state, Step.PROFILE, now)  # to the first of its two steps
    if state.step is Step.PROFILE and state.place > 0:
        return go(state, Step.PROFILE, now, place=state.place - 1)
    if state.step is Step.PROFILE and plan.services and not is_asked_first(plan):
        return go(state, Step.SERVICE, now, place=0)
    return go(state, Step.QUESTION, now, place=len(forms_of(plan, state)[state.form].questions) - 1)


def _close(plan: Plan, state: State, _argument: str, now: float) -> Moved:
    return leave(plan, state, Ended.FINISHED, now)


TABLE: Mapping[tuple[Step, Word], Handler] = {
    **COMPLAINING,
    **SPOKEN,
    **TESTING,
    (Step.IDLE, Word.ANSWER): _rate,
    (Step.IDLE, Word.LANGUAGE): language,
    (Step.IDLE, Word.TEXT_SIZE): text_size,
    (Step.IDLE, Word.CONTRAST): contrast,
    (Step.IDLE, Word.LISTEN): listen,
    (Step.IDLE, Word.PAUSE): _pause,
    **{
        (step, word): to(Step(word))
        for step, words in ((Step.IDLE, (Word.ABOUT, *READ)), (Step.ABOUT, READ))
        for word in words
    },
    (Step.ABOUT, Word.LISTEN): listen,
    (Step.ABOUT, Word.BACK): _to_idle,
    **{(step, Word.MORE): _more for step in (Step.NEWS, Step.COUNTERS)},
    **{(step, Word.LISTEN): listen for step in (Step.NEWS, Step.COUNTERS)},
    **{(step, Word.BACK): _back_a_page for step in (Step.NEWS, Step.COUNTERS)},
    **{(step, Word.CLOSE): _to_idle for step in (Step.NEWS, Step.COUNTERS)},
    (Step.COUNTERS, Word.FOLLOWING): _next_counter,
    (Step.COUNTERS, Word.COUNTER): _point,
    (Step.STANDARDS, Word.STANDARD): _read_standard,
    (Step.STANDARDS, Word.MORE): _more,
    (Step.STANDARDS, Word.LISTEN): listen,
    (Step.STANDARDS, Word.BACK): _to_idle,
    (Step.STANDARD, Word.MORE): _more,
    (Step.STANDARD, Word.LISTEN): listen,
    (Step.STANDARD, Word.BACK): _back_in_standard,
    (Step.STANDARD, Word.CLOSE): _to_idle,
    (Step.INVITATION, Word.ANSWER): _rate_next,
    (Step.INVITATION, Word.ACCEPT): _accept,
    (Step.INVITATION, Word.RESUME): _go_on,
    (Step.INVITATION, Word.DECLINE): _decline,
    (Step.INVITATION, Word.PREFERENCES): to(Step.PREFERENCES),
    (Step.INVITATION, Word.LISTEN): listen,
    (Step.PREFERENCES, Word.LANGUAGE): language,
    (Step.PREFERENCES, Word.TEXT_SIZE): text_size,
    (Step.PREFERENCES, Word.CONTRAST): contrast,
    (Step.PREFERENCES, Word.LISTEN): listen,
    (Step.PREFERENCES, Word.BACK): to(Step.INVITATION),
    (Step.SERVICE, Word.SERVICE): _choose_service,
    (Step.SERVICE, Word.WITHIN): _choose_unit,
    (Step.SERVICE, Word.CALLED): _choose_ticket,
    (Step.SERVICE, Word.SKIP): _skip_service,
    (Step.SERVICE, Word.MORE): _more,
    (Step.SERVICE, Word.LISTEN): listen,
    (Step.SERVICE, Word.BACK): _back,
    (Step.PROFILE, Word.PROFILE): _choose_profile,
    (Step.PROFILE, Word.WITHIN): _within,
    (Step.PROFILE, Word.SKIP): _skip_profile,
    (Step.PROFILE, Word.MORE): _more,
    (Step.PROFILE, Word.LISTEN): listen,
    (Step.PROFILE, Word.BACK): _back,
    (Step.QUESTION, Word.ANSWER): _answer,
    (Step.QUESTION, Word.SKIP): _skip_question,
    (Step.QUESTION, Word.MORE): _more,
    (Step.QUESTION, Word.LISTEN): listen,
    (Step.QUESTION, Word.BACK): _back,
    (Step.QUESTION, Word.WHOLE): _whole,
    **{(step, Word.MORE): _more for step in LARGE_PAGES},
    (Step.OFFER, Word.NO): _decline,
    (Step.OFFER, Word.LISTEN): listen,
    (Step.THANKS, Word.CLOSE): _close,
}
