"""Where a kiosk may stand: the places that the collector names for it, of which staff says at which one it is."""

import re
from typing import NamedTuple

MOST_STANDS = 40
_CODE = r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}"
_MAX_NAME = 120


class Stand(NamedTuple):
    """One place of a unit, such as a market stall."""

    code: str
    name: str


def read_stands(value: object) -> tuple[Stand, ...]:
    """Read the places of a kiosk, each `{"code","name"}`.

    Raises:
        ValueError: they are none; the message says what they must be.
    """
    if not isinstance(value, list) or len(value) > MOST_STANDS:
        raise ValueError(f"places is a list of at most {MOST_STANDS}")
    stands = []
    for entry in value:
        code, name = (entry.get("code"), entry.get("name")) if isinstance(entry, dict) else (None, None)
        sound = isinstance(code, str) and re.fullmatch(_CODE, code) and isinstance(name, str)
        if not sound or not 0 < len(str(name)) <= _MAX_NAME:
            raise ValueError("a place has a code of letters and digits, and a name")
        stands.append(Stand(str(code), str(name)))
    if len({stand.code for stand in stands}) != len(stands):
        raise ValueError("two places have the same code")
    return tuple(stands)
