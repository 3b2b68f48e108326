"""The IPP of each round as an evaluator's marks and the users' release give it, with its doubt."""

from dataclasses import dataclass
from fractions import Fraction

from collector.language import INDONESIAN
from collector.pekppp.facts import Evaluated, Facts
from collector.releases.content import interval_of, opened
from collector.scores.show.formats import comma, decimal
from collector.scores.show.labels import called, gloss
from collector.words.catalogue import say
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


def rounds_of(facts: Facts, language: str = INDONESIAN) -> tuple[RoundSaid, ...]:
    """Give every round in which marks were entered."""
    return tuple(_said(one, language) for one in facts.evaluated)


def _said(one: Evaluated, language: str) -> RoundSaid:
    marks = pekppp.f02(one.marks)
    f02 = comma(decimal(marks, 2), language)
    name = called(one.round.value, language)
    if one.ipp is None:
        return RoundSaid(name, f02, "", "", "", say("ipp.waits", language), "")
    ends = _ends(one)
    interval, sure = "", say("ipp.no_interval", language)
    if ends is not None:
        letters = [pekppp.CATEGORIES.classify(two_decimals(end)).letter for end in ends]
        interval = "–".join(comma(two_decimals(end), language) for end in ends)
        sure = (
            say("ipp.both_ends", language, letter=letters[0])
            if letters[0] == letters[1]
            else say("ipp.between", language, low=letters[0], high=letters[1])
        )
    return RoundSaid(
        name,
        f02,
        comma(two_decimals(Fraction(str(one.ipp["value"]))), language),
        f"{one.ipp['category']} ({gloss(one.ipp['meaning'], language) or one.ipp['meaning']})",
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
