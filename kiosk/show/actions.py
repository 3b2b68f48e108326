"""The words and icons of a visit's actions."""

from typing import assert_never

from kiosk.show.labels import age_label
from kiosk.show.texts import Texts, language
from survey.instrument.ages import span
from survey.instrument.instrument import Kind, in_language
from survey.instrument.profile import AGE
from survey.visit.action import Choice, Word, parse
from survey.visit.offer import question_key
from survey.visit.plan import Plan
from survey.visit.state import State, Step


def action_label(  # noqa: PLR0911 - one line a word
    plan: Plan, state: State, texts: Texts, name: str
) -> tuple[str, str]:
    """Give the words and the icon of an action on the present screen.

    Raises:
        ValueError: it is no action of a visit.
    """
    choice = parse(name)
    if choice is None:
        raise ValueError(f"{name!r} is no action of a visit")
    match choice.word:
        case Word.SERVICE:
            return next(service.name for service in plan.services if service.code == choice.argument), ""
        case Word.PROFILE:
            return _profile_label(plan, state, texts, choice.argument), ""
        case Word.WITHIN:
            return age_label(texts, span(plan.profile[state.place].steps[int(choice.argument) - 1])), ""
        case Word.TOPIC:
            return texts.get(f"topic.{choice.argument}"), ""
        case Word.ANSWER:
            return _answer_label(plan, state, int(choice.argument))
        case Word.LANGUAGE:
            return _other_language(plan, state), ""
        case word:
            key, icon = _text_of(word, state)
            return texts.get(key), icon


def _text_of(  # noqa: C901, PLR0911, PLR0912 - one branch a word
    word: Word, state: State
) -> tuple[str, str]:
    """Give the text key and the icon of a word that has no argument."""
    match word:
        case Word.BACK:
            return "action.back", "back"
        case Word.NEXT:
            return "action.next", "next"
        case Word.SKIP:
            return "action.skip", "skip"
        case Word.LISTEN:
            return "action.listen", "speak"
        case Word.MORE:
            return "action.more", "more"
        case Word.RESUME:
            return "action.continue", "next"
        case Word.ACCEPT:
            return "invitation.yes", "next"
        case Word.DECLINE:
            return "invitation.no", ""
        case Word.COMPLAINT:
            return "action.complaint", ""
        case Word.PREFERENCES:
            return "preferences.name", ""
        case Word.TEXT_SIZE:
            return ("action.smaller_text" if state.large_text else "action.larger_text"), ""
        case Word.CONTRAST:
            return "action.contrast", ""
        case Word.NO:
            return "offer.no", ""
        case Word.TICK:
            return ("consent.untick" if state.consented else "consent.tick"), ""
        case Word.WITHOUT_PHONE:
            return "consent.skip", ""
        case Word.NOTED:
            return "action.noted", ""
        case Word.CLOSE:
            return "action.close", ""
        case Word.KEY:
            return "keyboard.space", ""  # keys bear their own letters
        case Word.ANSWER | Word.SERVICE | Word.PROFILE | Word.WITHIN | Word.TOPIC | Word.LANGUAGE:
            raise ValueError(f"what {word} is called depends on the screen")
        case _:
            assert_never(word)


def _other_language(plan: Plan, state: State) -> str:
    languages = plan.languages
    following = languages[(languages.index(state.language) + 1) % len(languages)]
    return language(following).name


def _answer_label(plan: Plan, state: State, value: int) -> tuple[str, str]:
    if state.step is Step.IDLE:
        question = plan.pulse.questions[0]
        icon = f"face-{[option.value for option in question.options].index(value) + 1}"
    else:
        form = plan.forms[state.form]
        question = form.question(question_key(plan, state))
        values = [option.value for option in question.options]
        # Yes, not sure and no are no steps of a ladder: a picture of one would say which is better.
        icon = "" if form.kind is Kind.SHARES else f"step-{values.index(value) + 1}-of-{len(values)}"
    label = next(option.label for option in question.options if option.value == value)
    return in_language(label, state.language).rstrip("."), icon


def _profile_label(plan: Plan, state: State, texts: Texts, value: str) -> str:
    key = plan.profile[state.place].key
    return age_label(texts, value) if key == AGE else texts.get(f"profile.{key}.{value}")


def is_told(plan: Plan, state: State, choice: Choice) -> bool:
    """Tell whether a value of the attribute that is asked, or a run of its values, is what the visitor told before."""
    attribute = plan.profile[state.place]
    told = dict(state.profile).get(attribute.key)
    if choice.word is Word.WITHIN:
        return told in attribute.steps[int(choice.argument) - 1]
    return told == choice.argument
