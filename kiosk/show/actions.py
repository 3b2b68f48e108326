"""The words and icons of a visit's actions."""

from kiosk.show.labels import age_label
from kiosk.show.texts import Texts
from survey.instrument.instrument import in_language
from survey.instrument.profile import AGE
from survey.visit.offer import question_key
from survey.visit.plan import Plan
from survey.visit.state import State, Step

_LABELS = {
    "back": ("action.back", "back"),
    "next": ("action.next", "next"),
    "skip": ("action.skip", "skip"),
    "listen": ("action.listen", "speak"),
    "more": ("action.more", "more"),
    "resume": ("action.continue", "next"),
    "accept": ("invitation.yes", "next"),
    "decline": ("invitation.no", ""),
    "complaint": ("action.complaint", ""),
    "preferences": ("preferences.name", ""),
    "text-size": ("action.larger_text", ""),
    "contrast": ("action.contrast", ""),
    "no": ("offer.no", ""),
    "tick": ("consent.tick", ""),
    "without-phone": ("consent.skip", ""),
    "noted": ("action.noted", ""),
    "close": ("action.close", ""),
}


def action_label(  # noqa: PLR0911 - one line a word
    plan: Plan, state: State, texts: Texts, name: str
) -> tuple[str, str]:
    """Give the words and the icon of an action on the present screen."""
    word, _, argument = name.partition(":")
    get = texts.get
    match word:
        case "service":
            return next(service.name for service in plan.services if service.code == argument), ""
        case "profile":
            return _profile_label(plan, state, texts, argument), ""
        case "topic":
            return get(f"topic.{argument}"), ""
        case "answer":
            return _answer_label(plan, state, int(argument))
        case "language":
            return _other_language(plan, state), ""
        case "tick" if state.consented:
            return get("consent.untick"), ""
        case "text-size" if state.large_text:
            return get("action.smaller_text"), ""
        case _:
            key, icon = _LABELS[word]
            return get(key), icon


def _other_language(plan: Plan, state: State) -> str:
    languages = plan.languages
    following = languages[(languages.index(state.language) + 1) % len(languages)]
    return Texts(following).get("language.name")


def _answer_label(plan: Plan, state: State, value: int) -> tuple[str, str]:
    if state.step is Step.IDLE:
        question = plan.pulse.questions[0]
        icon = f"face-{[option.value for option in question.options].index(value) + 1}"
    else:
        question = plan.forms[state.form].question(question_key(plan, state))
        values = [option.value for option in question.options]
        icon = f"step-{values.index(value) + 1}-of-{len(values)}"
    label = next(option.label for option in question.options if option.value == value)
    return in_language(label, state.language).rstrip("."), icon


def _profile_label(plan: Plan, state: State, texts: Texts, value: str) -> str:
    key = plan.profile[state.place].key
    return age_label(texts, value) if key == AGE else texts.get(f"profile.{key}.{value}")
