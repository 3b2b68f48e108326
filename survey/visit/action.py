"""What a visitor can do, as words with an argument: `answer:3`, `service:kk`, `back`.

Between visit and screen an action is its name, a text: the screen says which was touched, the visit which may be. Whoever needs to
know what a name means reads it with `parse`; nobody else takes one apart or puts one together.
"""

from enum import StrEnum
from typing import NamedTuple


class Word(StrEnum):
    """Every kind of action; a word without an argument is the name itself."""

    ANSWER = "answer"
    SERVICE = "service"
    PROFILE = "profile"
    WITHIN = "within"
    """One run of a list that is asked in two steps, by its number from 1 on."""
    CALLED = "called"
    """The number of one's own ticket, among those called last, by its place from 1 on."""
    TOPIC = "topic"
    OFFICER = "officer"
    """*Ini tentang petugas*, on or off."""
    PREVIOUS = "previous"
    FOLLOWING = "following"
    PICK = "pick"
    """Take the tile that the buttons are on."""
    GROUP = "group"
    """A group of characters, on the way of the buttons to one of them."""
    KEY = "key"
    """A key of the on-screen keyboard: a character, `BACKSPACE`, or a layout to change to."""
    BACK = "back"
    NEXT = "next"
    SKIP = "skip"
    LISTEN = "listen"
    MORE = "more"
    WHOLE = "whole"
    """The official sentence by itself, or the answers again."""
    RESUME = "resume"
    ACCEPT = "accept"
    DECLINE = "decline"
    COMPLAINT = "complaint"
    PAUSE = "pause"
    """Stop what turns and shines on the idle screen, or have it go on."""
    ABOUT = "about"
    """To what can be read before a visit begins."""
    NEWS = "news"
    COUNTERS = "counters"
    COUNTER = "counter"
    """Point at one on a floor's plan, by its place in the list."""
    STANDARDS = "standards"
    """What is asked for and what it costs, before a visit begins."""
    STANDARD = "standard"
    """Of one service, by its code."""
    NEW = "new"
    LOOK = "look"
    CANCEL = "cancel"
    """Leave, and forget what was picked, written or said here."""
    NUMBER = "number"
    WORD = "word"
    SETTLED = "settled"
    UNSETTLED = "unsettled"
    OTHER = "other"
    WITHDRAW = "withdraw"
    SPEAK = "speak"
    """Speak instead of writing."""
    START = "start"
    STOP = "stop"
    REPLAY = "replay"
    AGAIN = "again"
    PREFERENCES = "preferences"
    SPEECH = "speech"
    """Speech mode, on or off."""
    VOLUME = "volume"
    PACE = "pace"
    LANGUAGE = "language"
    TEXT_SIZE = "text-size"
    CONTRAST = "contrast"
    NO = "no"
    TICK = "tick"
    NOTED = "noted"
    TEST = "test"
    """Declare this visit a test, with an auditor's card."""
    CLOSE = "close"


BACKSPACE = "backspace"
"""The argument of the key that takes the last character back."""

_CONTROL_KEYS = {"\b": f"{Word.KEY}:{BACKSPACE}", "\r": Word.NEXT, "\x1b": Word.BACK}
_WORDS = {str(word): word for word in Word}


class Choice(NamedTuple):
    """An action taken apart."""

    word: Word
    argument: str = ""


def parse(name: str) -> Choice | None:
    """Read the name of an action; None where it is no action of a visit."""
    text, _, argument = name.partition(":")
    word = _WORDS.get(text)
    return Choice(word, argument) if word is not None else None


def name_of(word: Word, argument: object) -> str:
    """Give the name of an action with an argument."""
    return f"{word}:{argument}"


def key(argument: str) -> str:
    """Give the name of a key's action."""
    return name_of(Word.KEY, argument)


def typed_action(text: str) -> str:
    """Give the name of the action that a key of a real keyboard means."""
    return _CONTROL_KEYS.get(text) or key(text)
