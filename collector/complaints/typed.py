"""A code as it was typed, and what is wrong with it in words that help: without looking anything up."""

from typing import NamedTuple

from survey.record.ticket import ALPHABET, CODE_CHARACTERS, read_code

_IGNORED = " .-\u00a0\t\r\n"
_RATHER = {
    "0": "D Q", "O": "D Q", "1": "7 T J", "I": "T J", "L": "T J", "2": "7", "Z": "7", "5": "6", "S": "6 3", "8": "3 6 R", "B": "R P", "U": "W J", "V": "W Y",
}  # fmt: skip
"""What no code has, and what may have been read as it."""


class Instead(NamedTuple):
    """A letter that is in no code."""

    letter: str
    perhaps: tuple[str, ...]
    """What it may really be."""


class Fault(NamedTuple):
    """What is wrong with a typed code."""

    kind: str
    """`empty`, `letters`, `length` or `check`."""
    instead: tuple[Instead, ...] = ()
    typed: int = 0
    """How many letters and digits were typed."""


def fault(text: str) -> Fault | None:
    """Give what is wrong with a code as typed; None where it can be one."""
    plain = "".join(one for one in text.upper() if one not in _IGNORED)
    if not plain:
        return Fault("empty")
    strange = dict.fromkeys(one for one in plain if one not in ALPHABET)
    if strange:
        known = tuple(Instead(one, tuple(_RATHER.get(one, "").split())) for one in strange)
        return Fault("letters", known[:5], len(plain))
    if len(plain) != CODE_CHARACTERS:
        return Fault("length", typed=len(plain))
    return None if read_code(text) is not None else Fault("check", typed=len(plain))
