"""The IPP of each round as an evaluator's marks and the users' release give it, with its doubt."""

from dataclasses import dataclass
from fractions import Fraction

from collector.pekppp.facts import Evaluated, Facts
from collector.releases.content import interval_of, opened
from collector.scores.show.formats import comma, decimal
from survey.index import pekppp
from survey.instrument.weights import two_decimals


@dataclass(frozen=True, slots=True)
class RoundSaid:
    """One round as papers print it."""

    name: str
    f02: str
    ipp: str
    """Empty while it is not published."""
    category: str
    interval: str
    """Between which values it lies, as far as the users' answers leave it open; empty without one."""
    sure: str
    """Whether the category holds at both ends, in words."""
    address: str


def rounds_of(facts: Facts) -> tuple[RoundSaid, ...]:
    """Give every round in which marks were entered."""
    return tuple(map(_said, facts.evaluated))


def _said(one: Evaluated) -> RoundSaid:
    marks = pekppp.f02(one.marks)
    f02 = comma(decimal(marks, 2))
    if one.ipp is None:
        return RoundSaid(one.round.value, f02, "", "", "", "IPP belum diterbitkan", "")
    ends = _ends(one)
    interval, sure = "", "selang F-03 tidak ada"
    if ends is not None:
        letters = [pekppp.CATEGORIES.classify(two_decimals(end)).letter for end in ends]
        interval = "–".join(comma(two_decimals(end)) for end in ends)
        sure = (
            f"kategori {letters[0]} di kedua ujung selang"
            if letters[0] == letters[1]
            else f"antara kategori {letters[0]} dan {letters[1]}"
        )
    return RoundSaid(
        one.round.value,
        f02,
        comma(two_decimals(Fraction(str(one.ipp["value"])))),
        f"{one.ipp['category']} ({one.ipp['meaning']})",
        interval,
        sure,
        one.users.address if one.users is not None else "",
    )


def _ends(one: Evaluated) -> tuple[Fraction, Fraction] | None:
    """Give the IPP at both ends of the users' interval: the marks have no doubt of their own that anybody could reckon."""
    index = opened(one.users)["index"] if one.users is not None else None
    interval = interval_of(index) if index else None
    if interval is None or one.ipp is None or one.ipp["f03"]["zeroed"]:
        return None
    marks = pekppp.F02_WEIGHT * pekppp.f02(one.marks)
    low, high = (marks + pekppp.F03_WEIGHT * Fraction(end) for end in (interval.low, interval.high))
    return low, high
