"""What is read aloud of a screen: its words in order, one option, or what an input has changed on it.

Made of the view and of nothing else, so that whoever listens hears what stands on the screen. Without speech mode nothing is read that
tells what a visitor has pressed or typed: others may stand by. In speech mode it is, because there is no other way to check it.
"""

from collections.abc import Iterable
from typing import assert_never

from kiosk.show.texts import Texts
from kiosk.show.views import (
    Action,
    BandedView,
    ChoiceView,
    ConsentView,
    KeyboardView,
    LetterView,
    MessageView,
    NoticeView,
    Plain,
    PlanView,
    StaffView,
    TicketView,
    TilesView,
    Told,
    View,
    WarnedView,
)
from survey.record.ticket import ALPHABET
from survey.visit.aided import Spoken
from survey.visit.effects import Speak

_SPELLED = ("code", "digits")
"""Keyboards on which single characters are typed that must be heard one by one."""


class Passing(str):
    """A piece that is a visitor's own, such as the answer to a complaint: no file of it stays."""

    __slots__ = ()


class Tone(str):
    """A short tone in a piece's place."""

    __slots__ = ()


TONE = Tone("tone")


def pieces(view: View, code: str) -> tuple[str, ...]:
    """What is read of a view, in order; nothing that tells what a visitor has entered."""
    if isinstance(view, BandedView):
        return (view.text, *pieces(view.under, code))
    return _pieces(view, code)


def _pieces(view: Plain, code: str) -> tuple[str, ...]:  # noqa: C901 - one branch a kind of view
    texts = Texts(code)
    match view:
        case ChoiceView():
            read = (view.title, view.subtitle, *_options(view.options, texts), *_told(view.told))
        case MessageView():
            read = (view.title, view.text, *_options(view.options, texts))
        case ConsentView():
            read = (view.title, *view.paragraphs, view.box_label, *_options(view.options, texts))
        case TicketView():
            # Character by character: a file with a whole code would keep a visitor's ticket on the disk.
            number = (texts.get("visit.number"), *view.number) if view.number else ()
            spelled = (
                *number,
                *((texts.get("visit.letters_name"),) if number else ()),
                *_spelled(view.code, texts),
            )
            read = (view.title, *spelled, view.text, *_options(view.options, texts))
        case KeyboardView():
            read = (view.title, view.note, *_options(view.options, texts))
        case TilesView():
            # The tile that the buttons are on comes first: it is what *pick* would take.
            here = view.tiles[view.focus].label
            others = (tile.label for tile in view.tiles if tile.label != here)
            read = (view.title, view.subtitle, here, *_options(view.options, texts), *others)
        case LetterView():
            read = (view.title, *map(Passing, view.paragraphs), *_options(view.options, texts))
        case WarnedView():
            read = (view.title, view.text, *_options(view.options, texts))
        case PlanView():
            read = (view.title, *view.read, *_options(view.options, texts))
        case StaffView() | NoticeView():
            read = ()
        case _:
            assert_never(view)
    return _plain(read)


def said(view: View, speak: Speak, code: str) -> tuple[str, ...]:
    """What an order to speak has read of the view that it led to."""
    texts = Texts(code)
    if isinstance(view, BandedView):
        whole = speak.what in (Spoken.SCREEN, Spoken.BEGIN)
        read = said(view.under, speak, code)
        return (*read[:1], view.text, *read[1:]) if whole else read
    match speak.what:
        case Spoken.SCREEN:
            title, *rest = pieces(view, code) or ("",)
            return _plain((title, view.bar.right if isinstance(view, TilesView) else "", *rest))
        case Spoken.BEGIN:
            return (TONE, texts.get("speech.begin"), texts.get("speech.loud"), *pieces(view, code))
        case Spoken.OPTION:
            return _plain(_option(view, speak.option, texts))
        case Spoken.CHANGE:
            return _plain(_changed(view, texts))
        case Spoken.END:
            return (texts.get("speech.end"),)
        case what:
            assert_never(what)


def _option(view: Plain, name: str, texts: Texts) -> Iterable[str]:
    if isinstance(view, StaffView | NoticeView):
        return ()
    found = [option for option in view.options if option.name == name]
    if isinstance(view, TilesView) and found and found[0].name == "pick":
        return (*_options(found, texts), *_tile(view, texts))
    chosen = (texts.get("speech.chosen"),) if found and found[0].chosen else ()
    return (*_options(found, texts), *chosen)


def _changed(view: Plain, texts: Texts) -> Iterable[str]:
    """Where something is typed or picked: what stands there now, and what the buttons do next."""
    match view:
        case TilesView():
            return (*_tile(view, texts), *_options(view.options, texts))
        case KeyboardView() if view.layout in _SPELLED:
            last = map(Passing, _spelled(view.text[-1:], texts))
            return (*last, view.note, *_options(view.options, texts))
        case StaffView() | NoticeView() | WarnedView():
            return ()
        case PlanView():
            pointed = [read for read, room in zip(view.read, view.rooms, strict=True) if room.chosen]
            return (*pointed, *_options(view.options, texts))
        case ConsentView():
            return (
                texts.get("speech.chosen" if view.ticked else "speech.open"),
                *_options(view.options, texts),
            )
        case _:
            return _options(view.options, texts)


def _tile(view: TilesView, texts: Texts) -> tuple[str, ...]:
    tile = view.tiles[view.focus]
    place = texts.get("speech.place", number=view.focus + 1, count=len(view.tiles))
    return (tile.label, *((texts.get("speech.chosen"),) if tile.chosen else ()), place)


def _spelled(code: str, texts: Texts) -> tuple[str, ...]:
    """One piece a character, as the catalogue names it; digits that no code has are read as they stand."""
    return tuple(
        texts.get(f"spell.{character}") if character in ALPHABET else character
        for character in code
        if character != " "
    )


def _plain(read: Iterable[str]) -> tuple[str, ...]:
    return tuple(type(piece)(piece.replace("**", "")) for piece in read if piece)


def _told(told: Told | None) -> tuple[str, ...]:
    """All that turns, whichever page is shown: whoever listens cannot wait for the others."""
    if told is None:
        return ()
    turning = dict.fromkeys(text for page in told.pages for text in page)  # what several say is said once
    return (told.caption, told.value, told.doubt, *turning)


def _options(options: Iterable[Action], texts: Texts) -> list[str]:
    return [
        texts.get("speech.option", number=option.button, label=_heard(option.label, texts))
        if option.button
        else option.label
        for option in options
    ]


def _heard(label: str, texts: Texts) -> str:
    """A key or a group of them is named character by character, as the ticket was."""
    keys, _, rest = label.partition(" · ")
    characters = keys.split()
    if not characters or not all(len(one) == 1 and one in ALPHABET for one in characters):
        return label
    return ", ".join((*(texts.get(f"spell.{one}") for one in characters), *filter(None, [rest])))
