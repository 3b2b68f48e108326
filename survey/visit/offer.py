"""What can be done on each screen of a visit: the actions of the four buttons, and those for the finger only.

One pure function serves both ends: the table looks up what a button means, the screens draw what may be chosen.
What their names mean stands in `survey.visit.action`.
"""

from typing import NamedTuple, assert_never

from survey.instrument.ages import is_minor
from survey.instrument.profile import AGE, Attribute
from survey.record.complaint import WEIGHTY
from survey.record.phone import read_phone
from survey.record.ticket import CODE_CHARACTERS, read_code
from survey.record.visit_code import LETTERS
from survey.visit.action import BACKSPACE, Word, key, name_of
from survey.visit.informed import READ, floor_at, information_pages, readable
from survey.visit.lists import BUTTONS, page_of
from survey.visit.manner import MENU, manner_of
from survey.visit.plan import Plan
from survey.visit.promised import promised
from survey.visit.reading import (
    OUT,
    has_fewer,
    is_whole,
    page_number,
    reads_on,
    replies,
    standing_pages,
)
from survey.visit.services import forms_of, listed
from survey.visit.spelling import TREES
from survey.visit.state import Outcome, State, Step

_OF_SCREEN = (Word.COMPLAINT, Word.ABOUT, *READ, Word.TEST, Word.PAUSE)
"""What the wide menu offers of what the finger has."""


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


def question_key(plan: Plan, state: State) -> str:
    """Give the element that is asked."""
    return forms_of(plan, state)[state.form].question_order[state.place]


def may_leave_contact(plan: Plan, state: State) -> bool:
    """Tell whether a telephone number may be asked: never of a minor (UU 27/2022, article 25)."""
    age = dict(state.profile).get(AGE)
    return plan.contact and not (age is not None and is_minor(age))


def _on_screen(plan: Plan, state: State) -> Offer:  # noqa: C901, PLR0911, PLR0912 - one branch a screen
    if state.faces:
        return _faces(plan, state)
    if reads_on(state):
        return Offer((*OUT.get(state.step, ()), *_listen(plan), Word.MORE))
    match state.step:
        case Step.IDLE:
            return _idle(plan, state)
        case Step.INVITATION:
            return _invitation(plan, state)
        case Step.PREFERENCES:
            return Offer((Word.BACK, *_looks(plan)), _listen(plan))
        case Step.ABOUT:
            return Offer((Word.BACK, *readable(plan, state)), _listen(plan))
        case Step.NEWS:
            return Offer((Word.BACK, *_listen(plan), Word.CLOSE, Word.MORE))
        case Step.COUNTERS:
            return _counters(plan, state)
        case Step.STANDARDS:
            return Offer(_list_page(plan, state), (Word.BACK, *_listen(plan)))
        case Step.STANDARD:
            on = (Word.MORE,) if state.page < len(promised(plan, state)) - 1 else ()
            return Offer((Word.BACK, *_listen(plan), Word.CLOSE, *on))
        case Step.SERVICE | Step.PROFILE:
            return _listed(plan, state)
        case Step.QUESTION:
            return _question(plan, state)
        case Step.OFFER:
            return Offer((Word.NO, Word.COMPLAINT), _listen(plan))
        case Step.COMPLAINTS:
            new = () if state.complained else (Word.NEW,)
            return Offer((Word.BACK, *_listen(plan), *new, Word.LOOK))
        case Step.TOPICS:
            return _topics(plan, state)
        case Step.TEXT:
            return Offer((Word.BACK, *_listen(plan), *_speak(plan), Word.NEXT))
        case Step.SPEAK:
            start = () if state.not_recorded else (Word.START,)
            return Offer((Word.BACK, *_listen(plan), *start))
        case Step.RECORDING:
            return Offer((Word.CANCEL, Word.STOP))
        case Step.HEARD:
            said = (Word.REPLAY, Word.AGAIN, Word.NEXT) if state.spoken else ()
            return Offer((Word.CANCEL, *said))
        case Step.TICKET:
            number = (Word.NUMBER,) if may_leave_contact(plan, state) and not state.has_number else ()
            again = (
                (Word.MORE,) if page_number(state) else ()
            )  # the code is shown once: back to it, in large text
            return Offer((*_listen(plan), *again, *number, Word.NOTED))
        case Step.CONSENT:
            following = (Word.NEXT,) if state.consented else ()
            return Offer((Word.BACK, *_listen(plan), Word.TICK, *following))
        case Step.PHONE:
            return _phone(plan, state)
        case Step.CODE:
            return _code(plan, state)
        case Step.STANDING:
            return _standing(plan, state)
        case Step.WORD:
            following = (Word.NEXT,) if state.has_draft else ()
            out = Word.CANCEL if state.has_draft else Word.BACK
            return Offer((out, *_listen(plan), *_speak(plan), *following))
        case Step.WITHDRAW:
            return Offer((Word.BACK, *_listen(plan), Word.WITHDRAW))
        case Step.KEPT | Step.TESTED:
            return Offer((*_listen(plan), Word.CLOSE))
        case Step.THANKS if state.own_code is not None:
            return Offer((Word.CLOSE,), (*_listen(plan), Word.TEST))
        case Step.THANKS:
            return Offer((Word.CLOSE,))
        case Step.SAVING | Step.LOOKING | Step.FAILED | Step.STAFF:
            return Offer()
        case step:
            assert_never(step)


def _names(plan: Plan, state: State) -> tuple[str, ...]:
    if state.step is Step.STANDARDS:
        return tuple(name_of(Word.STANDARD, standard.code) for standard in plan.standards)
    if state.step is Step.SERVICE:
        return listed(plan, state)
    if state.step is Step.PROFILE:
        return _profile_names(plan.profile[state.place], state.page)
    if state.step is Step.QUESTION:
        question = forms_of(plan, state)[state.form].question(question_key(plan, state))
        return tuple(name_of(Word.ANSWER, option.value) for option in question.options)
    return ()


def _profile_names(attribute: Attribute, page: int) -> tuple[str, ...]:
    if not attribute.steps:
        return tuple(name_of(Word.PROFILE, value) for value in attribute.values)
    if page == 0:
        return tuple(name_of(Word.WITHIN, run) for run in range(1, len(attribute.steps) + 1))
    return tuple(name_of(Word.PROFILE, value) for value in attribute.steps[page - 1])


def _menu(plan: Plan, state: State) -> Offer:
    ways_out = _ways_out(plan, state) if manner_of(state.step) in MENU and not state.faces else ()
    if not state.aids.wide:
        return Offer(page_of((*ways_out, *_listen(plan), Word.RESUME), state.aids.page))
    return Offer(page_of(_wide_menu(plan, state, ways_out), state.aids.page))


def _wide_menu(plan: Plan, state: State, ways_out: tuple[str, ...]) -> tuple[str, ...]:
    """What the buttons reach from every screen: what the finger has on it, and how it is shown and read."""
    on_screen = _on_screen(plan, state).actions
    complaint = tuple(word for word in _OF_SCREEN if word in on_screen)
    if not state.aids.aloud:
        speech = (Word.SPEECH,) if plan.speech else ()
        return (*ways_out, *complaint, *_looks(plan), *speech, Word.RESUME)
    sound = (Word.VOLUME, Word.PACE)
    return (Word.RESUME, Word.LISTEN, *ways_out, *complaint, *sound, *_looks(plan), Word.SPEECH)


def _ways_out(plan: Plan, state: State) -> tuple[str, ...]:
    match state.step:
        case Step.TOPICS:
            return (_out_of_topics(state),)
        case Step.STANDING:
            return (Word.CLOSE,)
        case Step.PHONE | Step.CODE | Step.STANDARDS:
            return (Word.BACK,)
        case Step.QUESTION:
            whole = (Word.WHOLE,) if state.large_text else ()
            return (Word.BACK, *whole, *((Word.SKIP,) if plan.skip else ()))
        case _:
            return (Word.BACK, Word.SKIP)


def _idle(plan: Plan, state: State) -> Offer:
    complaint = (Word.COMPLAINT,) if plan.complaint else ()
    read = readable(plan, state)
    # In large text and in speech mode nothing moves that could be stopped.
    pause = () if state.large_text or state.aids.aloud else (Word.PAUSE,)
    return Offer(
        _pulse(plan),
        (*complaint, *(read if len(read) < 2 else (Word.ABOUT,)), *_listen(plan), *_looks(plan), *pause),
    )


def _pulse(plan: Plan) -> tuple[str, ...]:
    return tuple(name_of(Word.ANSWER, option.value) for option in plan.pulse.questions[0].options)[:BUTTONS]


def _looks(plan: Plan) -> tuple[str, ...]:
    return (*((Word.LANGUAGE,) if len(plan.languages) > 1 else ()), Word.TEXT_SIZE, Word.CONTRAST)


def _invitation(plan: Plan, state: State) -> Offer:
    return Offer((Word.DECLINE, *_complaint(plan, state), Word.PREFERENCES, Word.ACCEPT), _listen(plan))


def is_invited(state: State) -> bool:
    """Tell whether the questionnaire is only offered: nothing of it was begun."""
    return state.step is Step.INVITATION and not state.form_open


def _faces(plan: Plan, state: State) -> Offer:
    if is_invited(state):
        return Offer(_pulse(plan), (*_complaint(plan, state), *_listen(plan), Word.ACCEPT))
    on = () if state.step is Step.THANKS and state.own_code is None else (Word.RESUME,)
    return Offer(_pulse(plan), (*_listen(plan), *on))


def _complaint(plan: Plan, state: State) -> tuple[str, ...]:
    return (Word.COMPLAINT,) if plan.complaint and not state.complained else ()


def _counters(plan: Plan, state: State) -> Offer:
    floor = floor_at(plan, state)
    if floor is not None:
        following = (Word.FOLLOWING,) if len(floor.counters) > 1 else ()
        return Offer((Word.BACK, *_listen(plan), *following, Word.MORE), (Word.CLOSE, *floor.actions))
    on = (Word.MORE,) if state.page < information_pages(plan, state) - 1 else ()
    return Offer((Word.BACK, *_listen(plan), Word.CLOSE, *on))


def _listed(plan: Plan, state: State) -> Offer:
    return Offer(_list_page(plan, state), (Word.BACK, *_listen(plan), Word.SKIP))


def _list_page(plan: Plan, state: State) -> tuple[str, ...]:
    return page_of(_names(plan, state), state.page, fewer=has_fewer(state))


def _question(plan: Plan, state: State) -> Offer:
    if is_whole(state):
        return Offer((Word.WHOLE,), _listen(plan))
    whole = (Word.WHOLE,) if state.large_text else ()
    return Offer(
        page_of(_names(plan, state), state.page),
        (Word.BACK, *_listen(plan), *whole, *((Word.SKIP,) if plan.skip else ())),
    )


def _listen(plan: Plan) -> tuple[str, ...]:
    return (Word.LISTEN,) if plan.speech else ()


def _speak(plan: Plan) -> tuple[str, ...]:
    return (Word.SPEAK,) if plan.microphone else ()


def tiles(plan: Plan, state: State) -> tuple[str, ...]:
    """Give the tiles of a page of topics: at most `WEIGHTY` topics, the way to the others, and whether it is about an officer."""
    names = tuple(name_of(Word.TOPIC, topic) for topic in plan.topics)
    if len(names) <= WEIGHTY + 1:
        return (*names, Word.OFFICER)
    start = state.page % tile_pages(plan) * WEIGHTY
    return (*names[start : start + WEIGHTY], Word.MORE, Word.OFFICER)


def tile_pages(plan: Plan) -> int:
    """Give how many pages the topics fill."""
    return 1 if len(plan.topics) <= WEIGHTY + 1 else -(-len(plan.topics) // WEIGHTY)


def _topics(plan: Plan, state: State) -> Offer:
    out = _out_of_topics(state)
    last = Word.NEXT if state.has_draft else out
    return Offer(
        (Word.PREVIOUS, Word.FOLLOWING, Word.PICK, last),
        (*tiles(plan, state), *_listen(plan), *(() if last == out else (out,))),
    )


def _out_of_topics(state: State) -> Word:
    """Leaving what was picked is forgetting it, and the word says so."""
    if state.has_draft:
        return Word.CANCEL
    return Word.SKIP if state.complaint_from is Step.SERVICE else Word.BACK


def _phone(plan: Plan, state: State) -> Offer:
    options = TREES[Step.PHONE][state.branch]
    following = (Word.NEXT,) if read_phone(state.phone) else ()
    if following and Word.BACK in options:
        options = (*options[:2], *following, Word.BACK)
    return Offer(options, _but((Word.BACK, *_listen(plan), *following), options))


def _code(plan: Plan, state: State) -> Offer:
    options = TREES[Step.CODE][state.branch]
    if len(state.code) == CODE_CHARACTERS:  # no character more: it is right, or one has to be taken back
        options = (Word.BACK, key(BACKSPACE), *((Word.NEXT,) if read_code(state.code) else ()))
    return Offer(options, _but((Word.BACK, *_listen(plan)), options))


def asks_for_visit(state: State) -> bool:
    """Tell whether the letters of a visit stand there: a ticket's code would go on."""
    return len(state.code) == LETTERS and not state.testing


def _but(names: tuple[str, ...], options: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in names if name not in options)


def _standing(plan: Plan, state: State) -> Offer:
    extras = (*_listen(plan), Word.CLOSE)
    if state.found_code is not None and state.page < standing_pages(state) - 1:
        options: tuple[str, ...] = (Word.BACK, Word.CLOSE, Word.MORE)
    elif state.outcome is not Outcome.FOUND or state.found is None:
        again = (Word.LOOK,) if state.outcome is Outcome.LATE else ()
        options = (Word.BACK, *again, Word.CLOSE)
    elif state.page < standing_pages(state) - 1:
        options = (*((Word.BACK,) if state.page else ()), Word.CLOSE, Word.MORE)
    else:
        options = _replies(plan, state)
    return Offer(options, _but(extras, options))


def _replies(plan: Plan, state: State) -> tuple[str, ...]:
    names = replies(state, contact=may_leave_contact(plan, state))
    if len(names) < BUTTONS:
        return (*names, Word.CLOSE)
    here = BUTTONS - 1
    return (*names[here:], Word.BACK, Word.CLOSE) if state.branch else (*names[:here], Word.OTHER)
