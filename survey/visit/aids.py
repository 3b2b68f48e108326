"""Aids for whoever cannot see, reach or read the screen: speech mode, and a menu by the buttons from every screen.

In speech mode every screen is read on arrival, the first press of a button reads its option and the second takes it, and any press
interrupts. It begins by a chord that is held, which is never an answer, and ends with the visit. Here is what it adds to a move of the
visit; what is read is made of the view, once that has been drawn (`kiosk.show.aloud.spoken`).
"""

from collections.abc import Mapping

from survey.visit.action import Word
from survey.visit.aided import Aid, Aids, Spoken
from survey.visit.effects import Effect, Hush, Speak
from survey.visit.manner import Manner, manner_of
from survey.visit.moves import Handler, Moved, listen
from survey.visit.plan import Plan
from survey.visit.reading import is_whole
from survey.visit.state import State, Step

LEVELS = 4
"""So many volumes and paces there are; from the last one leads on to the first, which is the kiosk's own."""
_MOVES = frozenset({Word.PREVIOUS, Word.FOLLOWING})
"""What a press does at once also in speech mode: it moves, and what it moved to is read."""


def call(  # noqa: PLR0911 - one line a call
    plan: Plan, state: State, aid: Aid, now: float
) -> Moved:
    """Take a chord, the fifth button or a plug: begin or end speech mode, read again, or open the menu."""
    if state.step is Step.STAFF:
        return state, ()
    if aid in (Aid.PLUGGED, Aid.UNPLUGGED):  # whoever is just pressing is not interrupted
        changes = plan.speech and state.aids.aloud is not (aid is Aid.PLUGGED)
        return _speech(plan, state._replace(last_input=now), "", now) if changes else (state, ())
    if aid is Aid.FIFTH and (state.pressed is not None or not plan.speech):
        return state, ()  # a face that was just pressed is another person's vote
    if aid is Aid.FIFTH and state.aids.aloud:
        return _listen(plan, state._replace(last_input=now), "", now)
    state = state._replace(last_input=now, pressed=None, holding=False)
    if aid in (Aid.SPEECH, Aid.FIFTH) or (aid is Aid.FIFTH_HELD and state.aids.aloud):
        return _speech(plan, state, "", now) if plan.speech else (state, ())
    if state.menu or manner_of(state.step) is Manner.DEAF:
        return state, ()
    return open_menu(state, now, wide=True)


def open_menu(state: State, now: float, *, wide: bool) -> Moved:
    """Lay the menu over the screen; a wide one offers more than the ways out."""
    aids = state.aids._replace(wide=wide or state.aids.aloud, page=0, heard="")
    return state._replace(menu=True, pressed=None, holding=False, since=now, last_input=now, aids=aids), (
        Hush(),
    )


def reads_first(state: State, word: Word, action: str) -> bool:
    """Tell whether a press only has its option read."""
    return state.aids.aloud and word not in _MOVES and state.aids.heard != action


def read(state: State, action: str, now: float) -> Moved:
    """Have an option read; the next press of the same button takes it."""
    aids = state.aids._replace(heard=action)
    return state._replace(last_input=now, aids=aids), (Hush(), Speak(Spoken.OPTION, action))


def with_speech(before: State, after: State, effects: tuple[Effect, ...]) -> Moved:
    """Add to a move what speech mode says of it: the screen that came up, or what changed on it."""
    if not (before.aids.aloud or after.aids.aloud) or before is after:
        return after, effects
    if not after.aids.aloud:
        ended = (Speak(Spoken.END),) if after.step is not Step.STAFF else ()
        return after, (*effects, *ended)
    if not before.aids.aloud:
        return after, effects
    if _screen(before) != _screen(after):
        return after._replace(aids=after.aids._replace(heard="")), (*effects, Hush(), Speak())
    if _content(before) != _content(after):
        return after._replace(aids=after.aids._replace(heard="")), (*effects, Hush(), Speak(Spoken.CHANGE))
    return after, effects


def _screen(state: State) -> tuple[object, ...]:
    menu = state.aids.page if state.menu else None
    whole = is_whole(state)
    return (
        state.step,
        state.form,
        state.place,
        state.page,
        whole,
        menu,
        state.outcome,
        state.language,
        state.visit,
    )


def _content(state: State) -> tuple[object, ...]:
    return (
        state.focus,
        state.branch,
        state.code,
        state.phone,
        state.topics,
        state.about_officer,
        state.consented,
        state.large_text,
        state.contrast,
        state.aids.volume,
        state.aids.pace,
    )


# -- what can be chosen in the menu


def language(plan: Plan, state: State, _argument: str, _now: float) -> Moved:
    """Go on to the next language."""
    languages = plan.languages
    following = languages[(languages.index(state.language) + 1) % len(languages)]
    return state._replace(language=following), (Hush(),)


def text_size(_plan: Plan, state: State, _argument: str, _now: float) -> Moved:
    """Change between ordinary and large text."""
    return state._replace(large_text=not state.large_text), ()


def contrast(_plan: Plan, state: State, _argument: str, _now: float) -> Moved:
    """Change between ordinary and high contrast."""
    return state._replace(contrast=not state.contrast), ()


def _volume(_plan: Plan, state: State, _argument: str, _now: float) -> Moved:
    return state._replace(aids=state.aids._replace(volume=(state.aids.volume + 1) % LEVELS)), ()


def _pace(_plan: Plan, state: State, _argument: str, _now: float) -> Moved:
    return state._replace(aids=state.aids._replace(pace=(state.aids.pace + 1) % LEVELS)), ()


def _more(_plan: Plan, state: State, _argument: str, _now: float) -> Moved:
    return state._replace(aids=state.aids._replace(page=state.aids.page + 1)), (Hush(),)


def _speech(_plan: Plan, state: State, _argument: str, now: float) -> Moved:
    if state.aids.aloud:
        return state._replace(aids=Aids(), menu=False, listens=False), (Hush(),)
    aids = state.aids._replace(aloud=True, heard="", page=0)
    # A menu that was open is left: speech begins with the screen itself.
    return state._replace(aids=aids, menu=False, listens=True, since=now), (Hush(), Speak(Spoken.BEGIN))


def _listen(plan: Plan, state: State, argument: str, now: float) -> Moved:
    return listen(plan, state._replace(menu=False, since=now), argument, now)


IN_MENU: Mapping[Word, Handler] = {
    Word.LANGUAGE: language,
    Word.TEXT_SIZE: text_size,
    Word.CONTRAST: contrast,
    Word.VOLUME: _volume,
    Word.PACE: _pace,
    Word.MORE: _more,
    Word.SPEECH: _speech,
    Word.LISTEN: _listen,
}
"""What the menu does by itself, on whatever screen it lies; most of it leaves the menu open, for it is pressed again and again."""
