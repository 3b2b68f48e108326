"""Ages: the fine bands that are asked and kept in records, and the broader ones that numbers are given in.

The annex asks years and names no bands; every office has its own. So a record keeps what was told, in bands that are narrow enough for
the bandings that have been seen in print (up to 20, 21-30, 31-40, 41-50; up to 25, 26-40, 41-60) or in years, and whoever counts
people sees `REPORTED` bands alone: `reported` is the one function that makes them, and nothing is counted without it. There is one
banding for everybody, because two bandings of the same people cut them finer than either.
"""

from collections.abc import Sequence
from functools import lru_cache
from re import fullmatch
from typing import NamedTuple

ASKED = (
    "<18",
    "18-20",
    "21-25",
    "26-30",
    "31-35",
    "36-40",
    "41-45",
    "46-50",
    "51-55",
    "56-60",
    "61-65",
    ">65",
)
"""Fine bands for an office that prints its own; the first keeps minors apart, who are asked for no contact."""

ONE_SCREEN = ("<18", "18-35", "36-55", ">55")
"""The bands of a kiosk whose settings name none: one press, and each is made of whole reported ones."""

REPORTED = ("<18", "18-25", "26-35", "36-45", "46-55", "56-65", ">65")
"""The bands in which people are counted, wherever a number is given."""

_LISTED = 8
"""So many bands and the way past them take three pages for four buttons; more are asked in two steps."""
_A_SCREEN = 4


class AgeBand(NamedTuple):
    """A band of ages in whole years; either end may be open."""

    low: int | None
    high: int | None

    def holds(self, years: int) -> bool:
        """Tell whether an age falls into the band."""
        return (self.low is None or years >= self.low) and (self.high is None or years <= self.high)

    def meets(self, other: "AgeBand") -> bool:
        """Tell whether some age falls into both."""
        return _at_most(self.low, other.high) and _at_most(other.low, self.high)


def age_band(text: str) -> AgeBand | None:
    """Read a band such as `<18`, `18-25`, `>65`, `<=20`, `65+`, or years such as `37`; None where it is none."""
    plain = text.replace(" ", "").replace("–", "-")
    if match := fullmatch(r"([0-9]{1,3})(?:-([0-9]{1,3}))?", plain):
        low, high = int(match[1]), int(match[2] or match[1])
        return AgeBand(low, high) if low <= high else None
    if match := fullmatch(r"(<=?|≤)([0-9]{1,3})", plain):
        return AgeBand(None, int(match[2]) - (match[1] == "<"))
    if match := fullmatch(r"(>=?|≥)([0-9]{1,3})", plain):
        return AgeBand(int(match[2]) + (match[1] == ">"), None)
    if match := fullmatch(r"([0-9]{1,3})\+", plain):
        return AgeBand(int(match[1]), None)
    return None


def is_minor(told: str) -> bool:
    """Tell whether everybody in a band is under 18: no contact is asked of them (UU 27/2022, article 25)."""
    read = age_band(told)
    return read is not None and read.high is not None and read.high < 18


def recognise_age(text: str, offered: Sequence[str]) -> str | None:
    """Find the band of `offered` in which a band or an age in years lies wholly; None where there is none."""
    wanted = age_band(text)
    if wanted is None:
        return None
    for value in offered:
        band = age_band(value)
        if band is not None and _inside(wanted, band):
            return value
    return None


@lru_cache(maxsize=1024)
def reported(told: str) -> str | None:
    """Give the reported band of what a record says of an age; None where it says nothing.

    What lies across two reported bands or more is given as all of these together (`21-30` as `18-35`): that is certain, and broader
    than what was told.
    """
    band = age_band(told)
    if band is None:
        return None
    met = [name for name in REPORTED if band.meets(_read(name))]
    return span(met) if 0 < len(met) < len(REPORTED) else None


def span(bands: Sequence[str]) -> str:
    """Give the band of consecutive bands together, the youngest first."""
    low, high = _read(bands[0]).low, _read(bands[-1]).high
    if low is None:
        return f"<{(high or 0) + 1}"
    return f">{low - 1}" if high is None else f"{low}-{high}"


def steps(bands: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """Give the bands of a long list in at most three runs of at most four, to be asked in two steps; nothing for other lists.

    Three runs and the way past them are one screen for four buttons, and each run is another: nobody presses more than twice.
    """
    if not _LISTED < len(bands) <= 3 * _A_SCREEN:
        return ()
    size = -(-len(bands) // 3)
    return tuple(tuple(bands[first : first + size]) for first in range(0, len(bands), size))


def _read(name: str) -> AgeBand:
    band = age_band(name)
    if band is None:
        raise ValueError(f"{name!r} is no band of ages")
    return band


def _at_most(low: int | None, high: int | None) -> bool:
    return low is None or high is None or low <= high


def _inside(inner: AgeBand, outer: AgeBand) -> bool:
    inside_low = outer.low is None or (inner.low is not None and inner.low >= outer.low)
    inside_high = outer.high is None or (inner.high is not None and inner.high <= outer.high)
    return inside_low and inside_high
