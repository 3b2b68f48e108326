"""The words and icons of a visit's actions."""

from collections.abc import Mapping
from typing import assert_never

from kiosk.show.labels import age_label
from kiosk.show.texts import Texts, language
from survey.instrument.ages import span
from survey.instrument.instrument import Kind, in_language
from survey.instrument.profile import AGE, JOB
from survey.visit.action import BACKSPACE, Choice, Word, key, parse
from survey.visit.informed import floor_at
from survey.visit.offer import question_key, tile_pages, tiles
from survey.visit.plan import Plan
from survey.visit.reading import LARGE_PAGES, is_whole, reads_on
from survey.visit.services import forms_of, unit_called, unit_name
from survey.visit.spelling import TREES
from survey.visit.state import State, Step

_OF_STEPS: Mapping[tuple[Step, Word], tuple[str, str]] = {
    (Step.TEXT, Word.NEXT): ("complaint.send", "next"),
    (Step.PHONE, Word.NEXT): ("phone.save", "next"),
    (Step.CODE, Word.NEXT): ("code.look", "next"),
    (Step.WORD, Word.NEXT): ("complaint.send", "next"),
    (Step.HEARD, Word.NEXT): ("complaint.send", "next"),
    (Step.STANDING, Word.BACK): ("standing.again", "back"),
    **{
        (step, Word.MORE): ("action.next", "next")
        for step in (*LARGE_PAGES, Step.STANDARD, Step.NEWS, Step.COUNTERS)
    },
    (Step.STANDING, Word.MORE): ("standing.more", "next"),
    (Step.STANDING, Word.LOOK): ("standing.try_again", ""),
    (Step.STANDING, Word.NUMBER): ("standing.number", ""),
    (Step.WITHDRAW, Word.BACK): ("withdraw.no", "back"),
    (Step.WITHDRAW, Word.WITHDRAW): ("withdraw.yes", ""),
}
"""Words that are called otherwise on some screens."""
_VOLUMES = ("speech.louder", "speech.loudest", "speech.softer", "speech.usual_volume")
_PACES = ("speech.faster", "speech.fastest", "speech.slower", "speech.usual_pace")
"""What the next press leads to."""


def action_label(  # noqa: C901, PLR0911, PLR0912 - one line a word
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
        case Word.STANDARD:
            return next(one.name for one in plan.standards if one.code == choice.argument), ""
        case Word.PROFILE:
            return _profile_label(plan, state, texts, choice.argument), ""
        case Word.CALLED:
            called = plan.called[int(choice.argument) - 1]
            unit = unit_name(plan, unit_called(plan, int(choice.argument)))
            return texts.get("service.ticket", ticket=called.ticket, unit=unit), ""
        case Word.WITHIN if state.step is Step.SERVICE:
            return unit_name(plan, int(choice.argument)), ""
        case Word.WITHIN:
            return age_label(texts, span(plan.profile[state.place].steps[int(choice.argument) - 1])), ""
        case Word.TOPIC:
            return texts.get(f"topic.{choice.argument}"), f"topic-{choice.argument}"
        case Word.ANSWER:
            return _answer_label(plan, state, int(choice.argument))
        case Word.GROUP:
            return _group_label(state, texts, choice.argument), ""
        case Word.KEY:
            erases = choice.argument == BACKSPACE
            return (texts.get("keyboard.erase"), "backspace") if erases else (choice.argument, "")
        case Word.COUNTER:
            one = plan.counters[int(choice.argument)]
            return one.number or one.name, ""
        case Word.FOLLOWING if state.step is Step.COUNTERS:
            return texts.get("counters.following"), "next"
        case Word.MORE if state.step is Step.COUNTERS and floor_at(plan, state) is not None:
            above = floor_at(plan, state._replace(page=state.page + 1))
            return (texts.get("counters.list") if above is None else above.name), "more"
        case Word.LANGUAGE:
            return _other_language(plan, state), ""
        case Word.NEXT if state.step is Step.TEXT and not state.text.strip() and not plan.microphone:
            return texts.get("complaint.send_bare"), "next"
        case Word.BACK if state.step is Step.STANDING and state.found is not None:
            return texts.get("standing.from_start"), "back"
        case Word.WHOLE:
            return texts.get("question.answers" if is_whole(state) else "question.whole"), ""
        case Word.MORE if state.step is Step.TICKET and not reads_on(state):
            return texts.get("ticket.code"), ""
        case Word.MORE if state.step is Step.STANDING and state.large_text:
            return texts.get("action.next"), "next"
        case Word.MORE if state.step is Step.TOPICS:
            last = state.page % tile_pages(plan) == tile_pages(plan) - 1
            return texts.get("tiles.first" if last else "tiles.more"), "tiles"
        case Word.PICK:
            picked = _is_picked(tiles(plan, state)[state.focus], state)
            return texts.get("tiles.unpick" if picked else "tiles.pick"), "check"
        case word:
            text, icon = _OF_STEPS.get((state.step, word)) or _text_of(word, state)
            return texts.get(text), icon


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
        case Word.ABOUT | Word.NEWS | Word.COUNTERS:
            return f"{word}.name", ""
        case Word.STANDARDS:
            return "standards.name", ""
        case Word.PAUSE:
            return ("idle.pause" if state.still_at is None else "idle.play"), ""
        case Word.PREFERENCES:
            return "preferences.name", ""
        case Word.SPEECH:
            return ("speech.stop" if state.aids.aloud else "speech.start"), "speak"
        case Word.VOLUME:
            return _VOLUMES[state.aids.volume], ""
        case Word.PACE:
            return _PACES[state.aids.pace], ""
        case Word.TEXT_SIZE:
            return ("action.smaller_text" if state.large_text else "action.larger_text"), ""
        case Word.CONTRAST:
            return "action.contrast", ""
        case Word.NO:
            return "offer.no", ""
        case Word.TICK:
            return ("consent.untick" if state.consented else "consent.tick"), ""
        case Word.NOTED:
            return "action.noted", ""
        case Word.TEST:
            return "visit.test", ""
        case Word.CLOSE:
            return "action.close", ""
        case Word.OFFICER:
            return "tiles.officer", "officer"
        case Word.PREVIOUS:
            return "tiles.previous", "back"
        case Word.FOLLOWING:
            return "tiles.following", "next"
        case Word.NEW:
            return "complaints.new", ""
        case Word.LOOK:
            return "complaints.look", ""
        case Word.CANCEL:
            return "action.cancel", "back"
        case Word.SPEAK:
            return "speaking.name", "microphone"
        case Word.START:
            return "speaking.start", "microphone"
        case Word.STOP:
            return "speaking.stop", "check"
        case Word.REPLAY:
            return "speaking.replay", "speak"
        case Word.AGAIN:
            return "speaking.again", ""
        case Word.NUMBER:
            return "ticket.number", ""
        case Word.WORD | Word.SETTLED | Word.UNSETTLED | Word.OTHER | Word.WITHDRAW:
            return f"standing.{word}", ""
        case (
            Word.ANSWER
            | Word.SERVICE
            | Word.STANDARD
            | Word.COUNTER
            | Word.PROFILE
            | Word.WITHIN
            | Word.CALLED
            | Word.TOPIC
            | Word.WHOLE
            | Word.LANGUAGE
            | Word.GROUP
            | Word.KEY
            | Word.PICK
        ):
            raise ValueError(f"what {word} is called depends on the screen")
        case _:
            assert_never(word)


def _is_picked(tile: str, state: State) -> bool:
    choice = parse(tile)
    if choice is None:
        return False
    return choice.argument in state.topics or (choice.word is Word.OFFICER and state.about_officer)


def _group_label(state: State, texts: Texts, characters: str) -> str:
    if not characters:
        return texts.get("keyboard.others")
    letters = " ".join(characters)
    erases = any(key(BACKSPACE) in TREES[state.step].get(branch, ()) for branch in _below(state, characters))
    return f"{letters} · {texts.get('keyboard.erase')}" if erases else letters


def _below(state: State, characters: str) -> tuple[str, ...]:
    """The branches of the buttons' tree that begin with a group: itself, and the rest that its fourth button has."""
    return tuple(branch for branch in TREES[state.step] if branch and characters.endswith(branch))


def _other_language(plan: Plan, state: State) -> str:
    languages = plan.languages
    following = languages[(languages.index(state.language) + 1) % len(languages)]
    return language(following).name


def _answer_label(plan: Plan, state: State, value: int) -> tuple[str, str]:
    if state.step is Step.IDLE or state.faces:
        question = plan.pulse.questions[0]
        icon = f"face-{[option.value for option in question.options].index(value) + 1}"
    else:
        form = forms_of(plan, state)[state.form]
        question = form.question(question_key(plan, state))
        values = [option.value for option in question.options]
        # Yes, not sure and no are no steps of a ladder: a picture of one would say which is better.
        icon = "" if form.kind is Kind.SHARES else f"step-{values.index(value) + 1}-of-{len(values)}"
    label = next(option.label for option in question.options if option.value == value)
    return in_language(label, state.language).rstrip("."), icon


def _profile_label(plan: Plan, state: State, texts: Texts, value: str) -> str:
    key = plan.profile[state.place].key
    if key == JOB and value == "pns" and "petani" in plan.profile[state.place].values:
        value = "asn"  # the annex prints PNS; the finer list is ours, and since 2023 it is ASN
    return age_label(texts, value) if key == AGE else texts.get(f"profile.{key}.{value}")


def is_told(plan: Plan, state: State, choice: Choice) -> bool:
    """Tell whether a value of the attribute that is asked, or a run of its values, is what the visitor told before."""
    attribute = plan.profile[state.place]
    told = dict(state.profile).get(attribute.key)
    if choice.word is Word.WITHIN:
        return told in attribute.steps[int(choice.argument) - 1]
    return told == choice.argument
