"""The table of a visit: for each screen and each action, where it leads and what is recorded on the way."""

from collections.abc import Mapping

from survey.record.response import Response
from survey.visit.action import Word
from survey.visit.moves import (
    Handler,
    Moved,
    channel_of,
    close_form,
    finish,
    go,
    leave,
    toggle_topic,
)
from survey.visit.offer import may_leave_contact, question_key
from survey.visit.plan import Plan
from survey.visit.state import Ended, Hush, SaveComplaint, SaveResponse, Speak, State, Step

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
        rated=True,
        by_button=False,
        by_touch=False,
        unsaved=state.unsaved | {token},
        owed=frozenset({token}),
    )
    after = Step.INVITATION if plan.forms else Step.OFFER if plan.complaint else Step.THANKS
    state, effects = go(state, Step.SAVING, now, back_to=after)
    return state, (SaveResponse(token, response), *effects)


def _accept(plan: Plan, state: State, _argument: str, now: float) -> Moved:
    if not state.form_open:
        state = state._replace(form=0, form_open=True, form_started=now)
    if plan.services:
        return go(state, Step.SERVICE, now)
    return _after_service(plan, state, now)


def _decline(plan: Plan, state: State, _argument: str, now: float) -> Moved:
    state, effects = close_form(plan, state, Ended.DECLINED, now)
    state, more = finish(plan, state, now)
    return state, (*effects, *more)


def _language(plan: Plan, state: State, _argument: str, _now: float) -> Moved:
    languages = plan.languages
    following = languages[(languages.index(state.language) + 1) % len(languages)]
    return state._replace(language=following), (Hush(),)


def _text_size(_plan: Plan, state: State, _argument: str, _now: float) -> Moved:
    return state._replace(large_text=not state.large_text), ()


def _contrast(_plan: Plan, state: State, _argument: str, _now: float) -> Moved:
    return state._replace(contrast=not state.contrast), ()


def _listen(_plan: Plan, state: State, _argument: str, _now: float) -> Moved:
    return state, (Speak(),)


def _to(step: Step) -> Handler:
    def handler(_plan: Plan, state: State, _argument: str, now: float) -> Moved:
        return go(state, step, now)

    return handler


def _more(_plan: Plan, state: State, _argument: str, now: float) -> Moved:
    return state._replace(page=state.page + 1, since=now), (Hush(),)


# -- service, profile, questions


def _choose_service(plan: Plan, state: State, code: str, now: float) -> Moved:
    return _after_service(plan, state._replace(service=code), now)


def _skip_service(plan: Plan, state: State, _argument: str, now: float) -> Moved:
    return _after_service(plan, state._replace(service=None), now)


def _after_service(plan: Plan, state: State, now: float) -> Moved:
    if plan.profile:
        return go(state, Step.PROFILE, now, place=0)
    return go(state, Step.QUESTION, now, place=0)


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
    return go(state, Step.QUESTION, now, place=0, profile=profile)


def _answer(plan: Plan, state: State, value: str, now: float) -> Moved:
    key = question_key(plan, state)
    return _after_question(plan, state._replace(answers=_with(state, key, int(value))), now)


def _skip_question(plan: Plan, state: State, _argument: str, now: float) -> Moved:
    return _after_question(plan, state._replace(answers=_with(state, question_key(plan, state), None)), now)


def _with(state: State, key: str, value: int | None) -> tuple[tuple[str, int], ...]:
    others = tuple((name, old) for name, old in state.answers if name != key)
    return others if value is None else (*others, (key, value))


def _after_question(plan: Plan, state: State, now: float) -> Moved:
    if state.place + 1 < len(plan.forms[state.form].questions):
        return go(state, Step.QUESTION, now, place=state.place + 1)
    state, effects = close_form(plan, state, Ended.FINISHED, now)
    if state.form + 1 < len(plan.forms):
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
    if state.step is Step.QUESTION and plan.profile:
        return go(state, Step.PROFILE, now, place=len(plan.profile) - 1)
    if state.step is Step.PROFILE and state.page and plan.profile[state.place].steps:
        return go(state, Step.PROFILE, now)  # to the first of its two steps
    if state.step is Step.PROFILE and state.place > 0:
        return go(state, Step.PROFILE, now, place=state.place - 1)
    if state.step is not Step.SERVICE and plan.services:
        return go(state, Step.SERVICE, now)
    return go(state, Step.INVITATION, now)  # the questionnaire stays open; to accept again goes on with it


# -- the complaint


def _complain(plan: Plan, state: State, _argument: str, now: float) -> Moved:
    del plan
    return go(
        state,
        Step.TOPICS,
        now,
        complaint_from=state.step,
        topics=(),
        text="",
        phone="",
        consented=False,
        layout="capitals",
        ticket=None,
    )


def _pick(_plan: Plan, state: State, topic: str, _now: float) -> Moved:
    return toggle_topic(state, topic), ()


def _forget_complaint(plan: Plan, state: State, _argument: str, now: float) -> Moved:
    del plan
    return go(state, state.complaint_from, now, topics=(), text="", phone="", consented=False)


def _topics_done(plan: Plan, state: State, _argument: str, now: float) -> Moved:
    del plan
    return go(state, Step.TEXT, now) if state.topics else (state, ())


def _text_done(plan: Plan, state: State, _argument: str, now: float) -> Moved:
    if may_leave_contact(plan, state):
        return go(state, Step.CONSENT, now)
    return _send(plan, state._replace(phone=""), "", now)


def _tick_consent(_plan: Plan, state: State, _argument: str, _now: float) -> Moved:
    return state._replace(consented=not state.consented), ()


def _without_phone(plan: Plan, state: State, _argument: str, now: float) -> Moved:
    return _send(plan, state._replace(phone="", consented=False), "", now)


def _send(plan: Plan, state: State, _argument: str, now: float) -> Moved:
    del plan
    visit = state.visit + (
        state.complaint_from is Step.IDLE
    )  # a complaint alone is a visit too, once it is sent
    token = f"{visit}/complaint"
    effect = SaveComplaint(
        token=token,
        visit=visit,
        topics=state.topics,
        text=state.text.strip(),
        phone=state.phone if state.consented else "",
        service=state.service,
        language=state.language,
    )
    state = state._replace(
        visit=visit, unsaved=state.unsaved | {token}, owed=state.owed | {token}, complained=True
    )
    state, effects = go(
        state, Step.SAVING, now, back_to=Step.TICKET, topics=(), text="", phone="", consented=False
    )
    return state, (effect, *effects)


def _noted(plan: Plan, state: State, _argument: str, now: float) -> Moved:
    state = state._replace(ticket=None)
    if state.complaint_from is Step.OFFER:
        return finish(plan, state, now)
    if state.complaint_from is Step.INVITATION:
        return go(state, Step.INVITATION, now)
    return leave(plan, state, Ended.FINISHED, now)


def _close(plan: Plan, state: State, _argument: str, now: float) -> Moved:
    return leave(plan, state, Ended.FINISHED, now)


TABLE: Mapping[tuple[Step, Word], Handler] = {
    (Step.IDLE, Word.ANSWER): _rate,
    (Step.IDLE, Word.COMPLAINT): _complain,
    (Step.IDLE, Word.LANGUAGE): _language,
    (Step.IDLE, Word.TEXT_SIZE): _text_size,
    (Step.IDLE, Word.CONTRAST): _contrast,
    (Step.INVITATION, Word.ACCEPT): _accept,
    (Step.INVITATION, Word.DECLINE): _decline,
    (Step.INVITATION, Word.COMPLAINT): _complain,
    (Step.INVITATION, Word.PREFERENCES): _to(Step.PREFERENCES),
    (Step.PREFERENCES, Word.LANGUAGE): _language,
    (Step.PREFERENCES, Word.TEXT_SIZE): _text_size,
    (Step.PREFERENCES, Word.CONTRAST): _contrast,
    (Step.PREFERENCES, Word.BACK): _to(Step.INVITATION),
    (Step.SERVICE, Word.SERVICE): _choose_service,
    (Step.SERVICE, Word.SKIP): _skip_service,
    (Step.SERVICE, Word.MORE): _more,
    (Step.SERVICE, Word.LISTEN): _listen,
    (Step.SERVICE, Word.BACK): _back,
    (Step.PROFILE, Word.PROFILE): _choose_profile,
    (Step.PROFILE, Word.WITHIN): _within,
    (Step.PROFILE, Word.SKIP): _skip_profile,
    (Step.PROFILE, Word.MORE): _more,
    (Step.PROFILE, Word.LISTEN): _listen,
    (Step.PROFILE, Word.BACK): _back,
    (Step.QUESTION, Word.ANSWER): _answer,
    (Step.QUESTION, Word.SKIP): _skip_question,
    (Step.QUESTION, Word.MORE): _more,
    (Step.QUESTION, Word.LISTEN): _listen,
    (Step.QUESTION, Word.BACK): _back,
    (Step.OFFER, Word.NO): _decline,
    (Step.OFFER, Word.COMPLAINT): _complain,
    (Step.TOPICS, Word.TOPIC): _pick,
    (Step.TOPICS, Word.MORE): _more,
    (Step.TOPICS, Word.LISTEN): _listen,
    (Step.TOPICS, Word.BACK): _forget_complaint,
    (Step.TOPICS, Word.NEXT): _topics_done,
    (Step.TEXT, Word.BACK): _to(Step.TOPICS),
    (Step.TEXT, Word.NEXT): _text_done,
    (Step.CONSENT, Word.BACK): _to(Step.TEXT),
    (Step.CONSENT, Word.TICK): _tick_consent,
    (Step.CONSENT, Word.WITHOUT_PHONE): _without_phone,
    (Step.CONSENT, Word.NEXT): _to(Step.PHONE),
    (Step.PHONE, Word.BACK): _to(Step.CONSENT),
    (Step.PHONE, Word.WITHOUT_PHONE): _without_phone,
    (Step.PHONE, Word.NEXT): _send,
    (Step.TICKET, Word.NOTED): _noted,
    (Step.THANKS, Word.CLOSE): _close,
}
