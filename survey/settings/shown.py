"""What an idle kiosk shows of its unit: the index of the last release, what was mended, what is promised of each service.

All of it comes by the signed settings, and all of it is published elsewhere too; nothing of it is live. Both ends read it here.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import combinations
from typing import NamedTuple

from survey.visit.plan import Counter, Standard

PUBLISHED_INDEX = "published_index"
MENDED = "mended"
STANDARDS = "standards"
COUNTERS = "counters"

COMPONENTS = ("persyaratan", "prosedur", "waktu", "biaya", "produk", "pengaduan")
"""The six components of a service standard that must be published (UU 25/2009, PermenPAN-RB 15/2014), in their order."""
MAX_MENDED = 4
MAX_PROBLEM = 90
MAX_RESULT = 110
"""Characters that the smallest panel shows of each."""
MAX_STANDARDS = 20
MAX_COMPONENT = 600
"""Characters of a component; what is longer is read on its public page."""
MAX_COUNTERS = 40
MAX_COUNTER_UNIT = 40
MAX_NUMBER, MAX_COUNTER_NAME, MAX_FLOOR, MAX_WAY = 6, 60, 24, 60
MAX_SQUARES = 100
"""How wide and how long the plan of a floor may be, in its own squares."""
MAX_FLOORS = 8
Square = tuple[int, int, int, int]
_VALUE = r"\d{1,3}\.\d{2}"
_ADDRESS = r"[0-9A-Z]{8}"


class SettingsRefused(ValueError):  # noqa: N818 - named for what is done with them
    """The settings cannot be used; `key` names the value to blame, the message says what it must be."""

    def __init__(self, key: str, message: str) -> None:
        super().__init__(message)
        self.key = key


class ShownIndex(NamedTuple):
    """The unit's index in its newest release, as the idle screen shows it: never without its doubt."""

    period: str
    value: str
    """Two decimals and a dot, as `84.12`; the interval's ends likewise."""
    low: str
    high: str
    category: str
    n: int
    archived: int
    """How many of them come from an archive."""
    address: str
    """The release's: whoever reads the screen finds it again under that."""


class Mended(NamedTuple):
    """One thing that was said, and what was done about it."""

    problem: str
    result: str
    done_on: date


def shortened(text: str, most: int) -> str:
    """Give a text as short as it may be, cut between words and marked where it was."""
    if len(text) <= most:
        return text
    head = text[: most - 1]
    at = max(head.rfind(" "), head.rfind("\n"))
    return f"{head[:at] if at > 0 else head}".rstrip(" ,;.\n") + "…"


def read_index(value: object) -> ShownIndex:
    """Read the index to show.

    Raises:
        SettingsRefused: it is none, or lacks its doubt.
    """
    if not isinstance(value, dict):
        raise SettingsRefused(PUBLISHED_INDEX, "published_index is an object")
    category, n, period = (value.get(key) for key in ("category", "n", "period"))
    number, low, high = (_two_decimals(value, key) for key in ("value", "low", "high"))
    if category not in ("A", "B", "C", "D"):
        raise SettingsRefused(PUBLISHED_INDEX, "published_index.category is A, B, C or D")
    if not isinstance(n, int) or isinstance(n, bool) or n < 1:
        raise SettingsRefused(
            PUBLISHED_INDEX,
            "published_index.n says how many responses: an index is never shown without it",
        )
    archived = value.get("archived", 0)
    if not isinstance(archived, int) or isinstance(archived, bool) or not 0 <= archived <= n:
        raise SettingsRefused(
            PUBLISHED_INDEX, "published_index.archived says how many of n are from an archive"
        )
    if not isinstance(period, str) or not 0 < len(period) <= 40:
        raise SettingsRefused(PUBLISHED_INDEX, "published_index.period is a text")
    address = value.get("address")
    if not isinstance(address, str) or not re.fullmatch(_ADDRESS, address):
        raise SettingsRefused(
            PUBLISHED_INDEX, "published_index.address is a release's, of eight letters and digits"
        )
    return ShownIndex(
        period=period,
        value=number,
        low=low,
        high=high,
        category=category,
        n=n,
        archived=archived,
        address=address,
    )


def _two_decimals(value: Mapping[str, object], key: str) -> str:
    number = value.get(key)
    if not isinstance(number, str) or not re.fullmatch(_VALUE, number):
        raise SettingsRefused(PUBLISHED_INDEX, f"published_index.{key} is a text with two decimals, as 84.12")
    return number


def read_mended(value: object) -> tuple[Mended, ...]:
    """Read what was done about what citizens said.

    Raises:
        SettingsRefused: it is no such list.
    """
    if not isinstance(value, list) or len(value) > MAX_MENDED:
        raise SettingsRefused(MENDED, f"mended is a list of at most {MAX_MENDED}")
    return tuple(_mended(one) for one in value)


def _mended(value: object) -> Mended:
    fields = value if isinstance(value, dict) else {}
    try:
        done_on = date.fromisoformat(str(fields.get("done_on")))
    except ValueError as error:
        raise SettingsRefused(MENDED, "mended.done_on is a day, as 2026-11-16") from error
    return Mended(
        problem=_short(MENDED, fields, "problem", most=MAX_PROBLEM),
        result=_short(MENDED, fields, "result", most=MAX_RESULT),
        done_on=done_on,
    )


def read_standards(value: object) -> tuple[Standard, ...]:
    """Read what is promised of each service.

    Raises:
        SettingsRefused: it is no such list, or a component is none of the six.
    """
    if not isinstance(value, list) or len(value) > MAX_STANDARDS:
        raise SettingsRefused(STANDARDS, f"standards is a list of at most {MAX_STANDARDS}")
    found = tuple(_standard(one) for one in value)
    if len({one.code for one in found}) != len(found):
        raise SettingsRefused(STANDARDS, "two standards are of the same service")
    return found


def _standard(value: object) -> Standard:
    fields = value if isinstance(value, dict) else {}
    texts = fields.get("texts")
    if not isinstance(texts, dict) or not texts or not texts.keys() <= set(COMPONENTS):
        raise SettingsRefused(STANDARDS, f"standards.texts names some of {', '.join(COMPONENTS)}")
    return Standard(
        code=_short(STANDARDS, fields, "code", most=64),
        name=_short(STANDARDS, fields, "name", most=200),
        texts=tuple(
            (key, _short(STANDARDS, texts, key, most=MAX_COMPONENT)) for key in COMPONENTS if key in texts
        ),
    )


def read_counters(value: object) -> tuple[Counter, ...]:
    """Read where which counter is.

    Raises:
        SettingsRefused: it is no such list, the kiosk stands beside two of them, or two lie at the same place of a floor.
    """
    if not isinstance(value, list) or len(value) > MAX_COUNTERS:
        raise SettingsRefused(COUNTERS, f"counters is a list of at most {MAX_COUNTERS}")
    found = tuple(_counter(one) for one in value)
    if sum(one.here for one in found) > 1:
        raise SettingsRefused(COUNTERS, "counters.here is true of one at most")
    if len({one.floor for one in found}) > MAX_FLOORS:
        raise SettingsRefused(COUNTERS, f"counters.floor names at most {MAX_FLOORS} floors")
    for one, other in combinations(found, 2):
        if one.floor == other.floor and overlap(one.box, other.box):
            raise SettingsRefused(COUNTERS, f"counters.box: {one.name} and {other.name} lie over each other")
    return found


def overlap(one: Sequence[int] | None, other: Sequence[int] | None) -> bool:
    """Tell whether two things lie over each other on a plan; what is not drawn lies nowhere."""
    if not one or not other:
        return False
    return all(
        one[side] < other[side] + other[side + 2] and other[side] < one[side] + one[side + 2]
        for side in (0, 1)
    )


def _box(fields: Mapping[str, object]) -> Square | None:
    """Read where a counter lies on its floor's plan."""
    box = fields.get("box")
    if box is None:
        return None
    if not isinstance(box, list) or len(box) != 4 or not all(type(one) is int for one in box):
        raise SettingsRefused(
            COUNTERS, "counters.box is four whole numbers: from the left, from the top, width, height"
        )
    x, y, width, height = box
    if min(x, y) < 0 or min(width, height) < 1 or max(x + width, y + height) > MAX_SQUARES:
        raise SettingsRefused(
            COUNTERS, f"counters.box lies within a square of {MAX_SQUARES} by {MAX_SQUARES}"
        )
    return x, y, width, height


def _counter(value: object) -> Counter:
    fields = value if isinstance(value, dict) else {}
    here = fields.get("here", False)
    if not isinstance(here, bool):
        raise SettingsRefused(COUNTERS, "counters.here is true or false")
    return Counter(
        name=_short(COUNTERS, fields, "name", most=MAX_COUNTER_NAME),
        floor=_short(COUNTERS, fields, "floor", most=MAX_FLOOR),
        way=_short(COUNTERS, fields, "way", most=MAX_WAY) if fields.get("way") else "",
        number=_short(COUNTERS, fields, "number", most=MAX_NUMBER) if fields.get("number") else "",
        here=here,
        box=_box(fields),
        unit=_short(COUNTERS, fields, "unit", most=MAX_COUNTER_UNIT) if fields.get("unit") else "",
    )


def _short(key: str, fields: Mapping[str, object], name: str, *, most: int) -> str:
    text = fields.get(name)
    if not isinstance(text, str) or not 0 < len(text) <= most:
        raise SettingsRefused(key, f"{key}.{name} is a text of 1 to {most} characters")
    return text
