"""Text typed at the desk: by the keys on the screen, or by four buttons, in four presses a character."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from kiosk.show.texts import Texts
from kiosk.show.views import KEY, Action, Bar, KeyboardView
from survey.visit.action import BACKSPACE, Word, key, name_of

_LOWER = "abcdefghijklmnopqrstuvwxyz"
_SIGNS = "0123456789.-_@#!?/:&+*=$%()'\",;<>[]{}\\^`|~ "
_LAYOUTS = frozenset({"letters", "capitals", "symbols", "signs"})
_END = "end"
"""The fourth of the first groups: take back, done, leave."""


def _printable(typed: str) -> str:
    return typed if len(typed) == 1 and typed.isascii() and typed.isprintable() else ""


class Script(NamedTuple):
    """What can be typed: the first three groups of the buttons, the keys for fingers, and how both are taken and shown."""

    groups: tuple[str, str, str]
    layout: str
    meant: Callable[[str], str] = _printable
    """Give the character that is meant by a typed one; nothing where it cannot stand here."""
    shown: Callable[[str], str] = str


WORDS = Script((_LOWER, _LOWER.upper(), _SIGNS), "letters")


class Spelling:
    """What has been typed so far, and where among the groups of characters the buttons are."""

    def __init__(self, *, most: int, text: str = "", script: Script = WORDS) -> None:
        self.text = text
        self._most = most
        self._script = script
        self._layout = script.layout
        self._branch = ""

    def options(self) -> tuple[str, ...]:
        """Name the actions of the four buttons."""
        if self._branch == _END:
            return key(BACKSPACE), Word.NEXT, _group(""), Word.BACK
        if not self._branch:
            return (*map(_group, self._script.groups), _group(_END))
        return tuple(key(part) if len(part) == 1 else _group(part) for part in _parts(self._branch))

    def take(self, action: str) -> None:
        """Take a key or a group; what leads on or away is not for here."""
        prefix = _group("")
        if action.startswith(prefix):
            self._branch = action.removeprefix(prefix)
        elif action.startswith(KEY):
            self._type(action.removeprefix(KEY))

    def _type(self, typed: str) -> None:
        # Whoever takes back often takes back more: that stays at hand.
        self._branch = self._branch if typed == BACKSPACE and self._branch == _END else ""
        if typed in _LAYOUTS and self._script is WORDS:
            self._layout = typed
        elif typed == BACKSPACE:
            self.text = self.text[:-1]
        elif character := self._script.meant(typed):
            self.text = (self.text + character)[: self._most]
            self._layout = "letters" if self._layout == "capitals" else self._layout
            if len(self.text) == self._most:  # nothing more can be typed: what leads on is at hand
                self._branch = _END

    def view(self, texts: Texts, bar: Bar, *, title: str, hint: str, secret: bool) -> KeyboardView:
        """Give the keyboard; of a secret only the last character is to be read."""
        shown = "•" * (len(self.text) - 1) + self.text[-1:] if secret else self._script.shown(self.text)
        return KeyboardView(
            bar=bar,
            title=title,
            text=shown,
            hint=hint,
            limit=self._most,
            layout=self._layout,
            options=tuple(
                Action(name, _label(name, texts), button=place, strong=name == Word.NEXT)
                for place, name in enumerate(self.options(), start=1)
            ),
            space=texts.get("keyboard.space"),
            every=True,
        )


def _group(characters: str) -> str:
    return name_of(Word.GROUP, characters)


def _parts(characters: str) -> Sequence[str]:
    """Part some characters into four of nearly the same length."""
    count = min(4, len(characters))
    size, more = divmod(len(characters), count)
    parts, at = [], 0
    for place in range(count):
        end = at + size + (place < more)
        parts.append(characters[at:end])
        at = end
    return parts


def _label(name: str, texts: Texts) -> str:
    fixed = {
        key(BACKSPACE): "keyboard.erase",
        Word.NEXT: "action.next",
        Word.BACK: "action.cancel",
        _group(""): "desk.letters",
        _group(_END): "desk.end",
    }
    if name in fixed:
        return texts.get(fixed[name])
    typed = name.removeprefix(_group("")).removeprefix(KEY)
    named = [texts.get("keyboard.space") if one == " " else one for one in (typed[0], typed[-1])]
    return named[0] if len(typed) == 1 else f"{named[0]} … {named[1]}" if len(typed) > 4 else " ".join(typed)
