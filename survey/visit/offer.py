"""What can be done on each screen of a visit: the actions of the four buttons, and those for the finger only.

One pure function serves both ends: the table looks up what a button means, the screens draw what may be chosen.
What their names mean stands in `survey.visit.action`.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple, assert_never

from survey.instrument.ages import is_minor
from survey.instrument.profile import AGE, Attribute
from survey.record.complaint import is_phone
from survey.visit.action import Word, name_of
from survey.visit.plan import Plan
from survey.visit.state import State, Step

BUTTONS = 4


class Manner(StrEnum):
    """How a screen takes presses."""

    PLAIN = "plain"
    LISTED = "listed"
    """Four answers, or a page of a list; a held button opens a menu."""
    TYPED = "typed"
    """With a keyboard."""
    DEAF = "deaf"


def manner_of(step: Step) -> Manner:
    """Tell how a screen takes presses."""
    match step:
        case Step.SERVICE | Step.PROFILE | Step.QUESTION | Step.TOPICS:
            return Manner.LISTED
        case Step.TEXT | Step.PHONE:
            return Manner.TYPED
        case Step.SAVING | Step.FAILED | Step.STAFF:
            return Manner.DEAF
        case (
            Step.IDLE
            | Step.INVITATION
            | Step.PREFERENCES
            | Step.OFFER
            | Step.CONSENT
            | Step.TICKET
            | Step.THANKS
        ):
            return Manner.PLAIN
        case _:
            assert_never(step)


class Offer(NamedTuple):
    """The actions of one screen."""

    options: tuple[str, ...] = ()
    """At most four, in the order of the buttons from left to right."""
    extras: tuple[str, ...] = ()
    """For the finger only; whoever has only buttons reaches the same by the menu of a held button."""

    @property
    def actions(self) -> frozenset[str]:
        """All of them."""
        return frozenset(self.options) | frozenset(self.extras)


def offer(plan: Plan, state: State) -> Offer:
    """Give what can be done now."""
    if state.menu:
        return _menu(plan, state)
    return _on_screen(plan, state)


def page_of(names: Sequence[str], page: int) -> tuple[str, ...]:
    """Give one page of a list for four buttons: four names when that is all, else three and the way to the next page."""
    if len(names) <= BUTTONS:
        return tuple(names)
    size = BUTTONS - 1
    start = page % pages(len(names)) * size
    return (*names[start : start + size], Word.MORE)


def pages(count: int) -> int:
    """Give how many pages a list of `count` names has."""
    return 1 if count <= BUTTONS else -(-count // (BUTTONS - 1))


def question_key(plan: Plan, state: State) -> str:
    """Give the element that is asked."""
    return plan.forms[state.form].question_order[state.place]


def may_leave_contact(plan: Plan, state: State) -> bool:
    """Tell whether a telephone number may be asked: never of a minor (UU 27/2022, article 25)."""
    age = dict(state.profile).get(AGE)
    return plan.contact and not (age is not None and is_minor(age))


def _on_screen(plan: Plan, state: State) -> Offer:  # noqa: C901, PLR0911, PLR0912 - one branch a screen
    match state.step:
        case Step.IDLE:
            return _idle(plan)
        case Step.INVITATION:
            return _invitation(plan, state)
        case Step.PREFERENCES:
            return Offer((Word.BACK, *_looks(plan)))
        case Step.SERVICE | Step.PROFILE:
            return _listed(plan, state)
        case Step.QUESTION:
            return _question(plan, state)
        case Step.OFFER:
            return Offer((Word.NO, Word.COMPLAINT))
        case Step.TOPICS:
            return _topics(plan, state)
        case Step.TEXT:
            return Offer((Word.BACK, Word.NEXT))
        case Step.CONSENT:
            following = (Word.NEXT,) if state.consented else ()
            return Offer((Word.BACK, Word.TICK, Word.WITHOUT_PHONE, *following))
        case Step.PHONE:
            following = (Word.NEXT,) if is_phone(state.phone) else ()
            return Offer((Word.BACK, Word.WITHOUT_PHONE, *following))
        case Step.TICKET:
            return Offer((Word.NOTED,))
        case Step.THANKS:
            return Offer((Word.CLOSE,))
        case Step.SAVING | Step.FAILED | Step.STAFF:
            return Offer()
        case step:
            assert_never(step)


def _names(plan: Plan, state: State) -> tuple[str, ...]:
    if state.step is Step.SERVICE:
        return (*(name_of(Word.SERVICE, service.code) for service in plan.services), Word.SKIP)
    if state.step is Step.PROFILE:
        return _profile_names(plan.profile[state.place], state.page)
    if state.step is Step.QUESTION:
        question = plan.forms[state.form].question(question_key(plan, state))
        return tuple(name_of(Word.ANSWER, option.value) for option in question.options)
    if state.step is Step.TOPICS:
        return tuple(name_of(Word.TOPIC, topic) for topic in plan.topics)
    return ()


def _profile_names(attribute: Attribute, page: int) -> tuple[str, ...]:
    if not attribute.steps:
        return (*(name_of(Word.PROFILE, value) for value in attribute.values), Word.SKIP)
    if page == 0:
        return (*(name_of(Word.WITHIN, run) for run in range(1, len(attribute.steps) + 1)), Word.SKIP)
    return tuple(name_of(Word.PROFILE, value) for value in attribute.steps[page - 1])


def _menu(plan: Plan, state: State) -> Offer:
    names = [Word.BACK]
    if state.step is not Step.QUESTION or plan.skip:
        names.append(Word.NEXT if state.step is Step.TOPICS else Word.SKIP)
    if plan.speech:
        names.append(Word.LISTEN)
    return Offer((*names, Word.RESUME))


def _idle(plan: Plan) -> Offer:
    options = tuple(name_of(Word.ANSWER, option.value) for option in plan.pulse.questions[0].options)
    extras = (*((Word.COMPLAINT,) if plan.complaint else ()), *_looks(plan))
    return Offer(options[:BUTTONS], extras)


def _looks(plan: Plan) -> tuple[str, ...]:
    return (*((Word.LANGUAGE,) if len(plan.languages) > 1 else ()), Word.TEXT_SIZE, Word.CONTRAST)


def _invitation(plan: Plan, state: State) -> Offer:
    complaint = (Word.COMPLAINT,) if plan.complaint and not state.complained else ()
    return Offer((Word.DECLINE, *complaint, Word.PREFERENCES, Word.ACCEPT))


def _listed(plan: Plan, state: State) -> Offer:
    return Offer(page_of(_names(plan, state), state.page), (Word.BACK, *_listen(plan)))


def _question(plan: Plan, state: State) -> Offer:
    return Offer(
        page_of(_names(plan, state), state.page),
        (Word.BACK, *_listen(plan), *((Word.SKIP,) if plan.skip else ())),
    )


def _listen(plan: Plan) -> tuple[str, ...]:
    return (Word.LISTEN,) if plan.speech else ()


def _topics(plan: Plan, state: State) -> Offer:
    names = _names(plan, state)
    options = page_of(names, state.page)
    if state.topics and options[-1] == Word.MORE and state.page % pages(len(names)) == pages(len(names)) - 1:
        options = (*options[:-1], Word.NEXT)
    return Offer(options, (Word.BACK, *((Word.NEXT,) if state.topics else ())))
