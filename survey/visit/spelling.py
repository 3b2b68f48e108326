"""How four buttons type: groups of characters that become smaller with every press, and what the fingers' keys do.

A digit takes two presses; a character of a ticket's code two or three, the more frequent half of each group two.
"""

from collections.abc import Mapping
from types import MappingProxyType

from survey.record.complaint import MAX_TEXT_CHARACTERS
from survey.record.phone import MAX_PHONE_DIGITS
from survey.record.ticket import ALPHABET, CODE_CHARACTERS
from survey.visit.action import BACKSPACE, Word, key, name_of
from survey.visit.state import State, Step

_LAYOUTS = frozenset({"letters", "capitals", "symbols"})
_ROOT = name_of(Word.GROUP, "")
"""Back to the first four groups."""
_ERASE = key(BACKSPACE)
_CODE_GROUPS = (ALPHABET[:6], ALPHABET[6:12], ALPHABET[12:18], ALPHABET[18:])
_AT_ONCE = 3
"""So many characters of a group stand on buttons of their own; the fourth button has the rest."""

Tree = Mapping[str, tuple[str, ...]]


def _group(characters: str) -> str:
    return name_of(Word.GROUP, characters)


def _phone_tree() -> Tree:
    tree: dict[str, tuple[str, ...]] = {"": (_group("123"), _group("456"), _group("789"), _group("0"))}
    for group in ("123", "456", "789"):
        tree[group] = (*map(key, group), _ROOT)
    # The third place is `next` once the number can be one.
    tree["0"] = (key("0"), _ERASE, _ROOT, Word.BACK)
    return MappingProxyType(tree)


def _code_tree() -> Tree:
    tree: dict[str, tuple[str, ...]] = {"": tuple(map(_group, _CODE_GROUPS))}
    for group in _CODE_GROUPS:
        rest = group[_AT_ONCE:]
        tree[group] = (*map(key, group[:_AT_ONCE]), _group(rest))
        # The last group is one character short: its place is the way to take a character back.
        own = tuple(map(key, rest)) if len(rest) == _AT_ONCE else (*map(key, rest), _ERASE)
        tree[rest] = (*own, _ROOT)
    return MappingProxyType(tree)


TREES: Mapping[Step, Tree] = MappingProxyType({Step.PHONE: _phone_tree(), Step.CODE: _code_tree()})


def type_key(state: State, key: str) -> State:
    """Take one key: a character, `backspace`, or a layout to change to. The buttons begin at the first four groups again."""
    state = state._replace(branch="")
    match state.step:
        case Step.PHONE:
            return state._replace(phone=_typed(state.phone, key, allowed="0123456789", most=MAX_PHONE_DIGITS))
        case Step.CODE:
            return state._replace(
                code=_typed(state.code, key.upper(), allowed=ALPHABET, most=CODE_CHARACTERS)
            )
        case _:
            return _written(state, key)


def _typed(text: str, key: str, *, allowed: str, most: int) -> str:
    if key.lower() == BACKSPACE:
        return text[:-1]
    return (text + key)[:most] if len(key) == 1 and key in allowed else text


def _written(state: State, key: str) -> State:
    if key in _LAYOUTS:
        return state._replace(layout=key)
    if key == BACKSPACE:
        return state._replace(text=state.text[:-1])
    if len(key) != 1 or not key.isprintable():
        return state
    layout = "letters" if state.layout == "capitals" else state.layout
    return state._replace(text=(state.text + key)[:MAX_TEXT_CHARACTERS], layout=layout)
