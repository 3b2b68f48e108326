"""What can be done on each screen of a visit: the actions of the four buttons, and those for the finger only.

One pure function serves both ends: the table looks up what a button means, the screens draw what may be chosen.
Action names are words with an optional argument after a colon: `answer:3`, `service:kk`, `back`.
"""

from collections.abc import Sequence
from typing import NamedTuple

from survey.instrument.profile import AGE, is_minor
from survey.record.complaint import is_phone
from survey.visit.plan import Plan
from survey.visit.state import State, Step

BUTTONS = 4
MORE = "more"
SKIP = "skip"


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
    return _SCREENS[state.step](plan, state)


def page_of(names: Sequence[str], page: int) -> tuple[str, ...]:
    """Give one page of a list for four buttons: four names when that is all, else three and the way to the next page."""
    if len(names) <= BUTTONS:
        return tuple(names)
    size = BUTTONS - 1
    start = page % pages(len(names)) * size
    return (*names[start : start + size], MORE)


def pages(count: int) -> int:
    """Give how many pages a list of `count` names has."""
    return 1 if count <= BUTTONS else -(-count // (BUTTONS - 1))


def question_key(plan: Plan, state: State) -> str:
    """Give the element that is asked."""
    return plan.forms[state.form].question_order[state.place]


def list_length(plan: Plan, state: State) -> int:
    """Give the length of the list the screen pages through, or 0."""
    return len(_names(plan, state))


def may_leave_contact(plan: Plan, state: State) -> bool:
    """Tell whether a telephone number may be asked: never of a minor (UU 27/2022, article 25)."""
    age = dict(state.profile).get(AGE)
    return plan.contact and not (age is not None and is_minor(age))


def _names(plan: Plan, state: State) -> tuple[str, ...]:
    if state.step is Step.SERVICE:
        return (*(f"service:{service.code}" for service in plan.services), SKIP)
    if state.step is Step.PROFILE:
        return (*(f"profile:{value}" for value in plan.profile[state.place].values), SKIP)
    if state.step is Step.QUESTION:
        question = plan.forms[state.form].question(question_key(plan, state))
        return tuple(f"answer:{option.value}" for option in question.options)
    if state.step is Step.TOPICS:
        return tuple(f"topic:{topic}" for topic in plan.topics)
    return ()


def _menu(plan: Plan, state: State) -> Offer:
    names = ["back"]
    if state.step is not Step.QUESTION or plan.skip:
        names.append("next" if state.step is Step.TOPICS else SKIP)
    if plan.speech:
        names.append("listen")
    return Offer((*names, "resume"))


def _idle(plan: Plan, _state: State) -> Offer:
    options = tuple(f"answer:{option.value}" for option in plan.pulse.questions[0].options)
    extras = (*(("complaint",) if plan.complaint else ()), *_looks(plan))
    return Offer(options[:BUTTONS], extras)


def _looks(plan: Plan) -> tuple[str, ...]:
    return (*(("language",) if len(plan.languages) > 1 else ()), "text-size", "contrast")


def _invitation(plan: Plan, state: State) -> Offer:
    complaint = ("complaint",) if plan.complaint and not state.complained else ()
    return Offer(("decline", *complaint, "preferences", "accept"))


def _preferences(plan: Plan, _state: State) -> Offer:
    return Offer(("back", *_looks(plan)))


def _listed(plan: Plan, state: State) -> Offer:
    return Offer(page_of(_names(plan, state), state.page), ("back", *_listen(plan)))


def _question(plan: Plan, state: State) -> Offer:
    return Offer(
        page_of(_names(plan, state), state.page), ("back", *_listen(plan), *((SKIP,) if plan.skip else ()))
    )


def _listen(plan: Plan) -> tuple[str, ...]:
    return ("listen",) if plan.speech else ()


def _offer_complaint(_plan: Plan, _state: State) -> Offer:
    return Offer(("no", "complaint"))


def _topics(plan: Plan, state: State) -> Offer:
    names = _names(plan, state)
    options = page_of(names, state.page)
    if state.topics and options[-1] == MORE and state.page % pages(len(names)) == pages(len(names)) - 1:
        options = (*options[:-1], "next")
    return Offer(options, ("back", *(("next",) if state.topics else ())))


def _text(_plan: Plan, _state: State) -> Offer:
    return Offer(("back", "next"))


def _consent(_plan: Plan, state: State) -> Offer:
    return Offer(("back", "tick", "without-phone", *(("next",) if state.consented else ())))


def _phone(_plan: Plan, state: State) -> Offer:
    return Offer(("back", "without-phone", *(("next",) if is_phone(state.phone) else ())))


def _ticket(_plan: Plan, _state: State) -> Offer:
    return Offer(("noted",))


def _thanks(_plan: Plan, _state: State) -> Offer:
    return Offer(("close",))


def _nothing(_plan: Plan, _state: State) -> Offer:
    return Offer()


_SCREENS = {
    Step.IDLE: _idle,
    Step.INVITATION: _invitation,
    Step.PREFERENCES: _preferences,
    Step.SERVICE: _listed,
    Step.PROFILE: _listed,
    Step.QUESTION: _question,
    Step.OFFER: _offer_complaint,
    Step.TOPICS: _topics,
    Step.TEXT: _text,
    Step.CONSENT: _consent,
    Step.PHONE: _phone,
    Step.TICKET: _ticket,
    Step.SAVING: _nothing,
    Step.THANKS: _thanks,
    Step.FAILED: _nothing,
    Step.STAFF: _nothing,
}
