"""PEKPPP's levels from 0 to 5 of the indicators that our evidence decides, and what a level more is worth. Pure functions over counts.

Indicators 8 and 9 are in `collector.followup.levels`. The levels are those of form F-02 A as public systems restate it.
"""

from collections.abc import Sequence
from datetime import date
from fractions import Fraction

from survey.index.pekppp import ASPECTS, F02_WEIGHT, HIGHEST

LAPOR_TARGET = Fraction(9, 10)
_HALF = Fraction(1, 2)
RUNGS = ("by_rule", "printed", "electronic", "followed")
"""What indicator 6 asks for beside a survey, in its order: each level needs all before it."""


def forum_level(groups: int) -> int:
    """Give the level of indicator 2: how many of the five groups came to a forum."""
    return min(groups, HIGHEST)


STANDARD_RUNGS = ("complete", "decreed", "involved", "monitored")
"""What indicator 1 asks for beside a standard, in its order: all fourteen components, a decree, citizens in drawing it up, monitoring."""


def standard_level(*, written: bool, **reached: bool) -> int:
    """Give the level of indicator 1: 0 no standard, 1 one that lacks components, then one more for each of `STANDARD_RUNGS` without a gap."""
    if not written:
        return 0
    level = 1
    for rung in STANDARD_RUNGS:
        if not reached[rung]:
            return level
        level += 1
    return level


def review_level(reviewed: Sequence[date | None], day: date) -> int:
    """Give the level of indicator 4 from the day of each service's last review, None for none.

    5 all within a year, 4 some within a year, 3 all within two, 2 some within two, 1 all, longer ago, 0 else.
    """
    for highest, years in ((5, 1), (3, 2)):
        within = [one is not None and years_before(day, years) <= one <= day for one in reviewed]
        if any(within):
            return highest if all(within) else highest - 1
    return 1 if reviewed and all(one is not None for one in reviewed) else 0


def years_before(day: date, years: int) -> date:
    """Give the same day some years earlier; the last of February for a leap day that is not there."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def promise_level(*, issued: bool, posted: bool) -> int:
    """Give the level of indicator 5: 0 no maklumat, 3 one that is signed, 5 one that hangs on the wall too.

    It is in public on our pages from the moment it is kept, so 4, on the wall alone, is not reached here. That its text is as the rules
    ask (below that it would be 2) is for an evaluator to judge.
    """
    if not issued:
        return 0
    return 5 if posted else 3


def survey_level(*, held: bool, **reached: bool) -> int:
    """Give the level of indicator 6: 0 no survey, 1 one that is not by the rule, then one more for each of `RUNGS` without a gap."""
    if not held:
        return 0
    level = 1
    for rung in RUNGS:
        if not reached[rung]:
            return level
        level += 1
    return level


def media_level(kinds: int) -> int:
    """Give the level of indicator 7: how many kinds of media the result was published in; five, and more, are 5."""
    return min(kinds, HIGHEST)


def complaint_level(received: int, resolved: int, lapor: tuple[int, int] | None = None) -> int:
    """Give the level of indicator 28 from complaints received and resolved in a year, and of those in SP4N-LAPOR!.

    Outside of SP4N-LAPOR! at most 2: 0 none came, 1 under half of them resolved, 2 half and more. In it: 3 under half, 4 from half on,
    5 from 90 % on.

    Raises:
        ValueError: more were resolved than came.
    """
    for came, done in ((received, resolved), lapor or (0, 0)):
        if not 0 <= done <= came:
            raise ValueError(f"{done} resolved of {came}")
    if lapor is not None and lapor[0]:
        share = Fraction(lapor[1], lapor[0])
        return 3 if share < _HALF else 4 if share < LAPOR_TARGET else 5
    if not received:
        return 0
    return 1 if Fraction(resolved, received) < _HALF else 2


def needed_of(whole: int, done: int, share: Fraction) -> int:
    """Give how many more of a whole must be done until a share is reached."""
    return max(0, -((-share * whole) // 1) - done)


def worth(number: int, levels: int = 1) -> Fraction:
    """Give what so many levels more of an indicator add to the IPP, exact."""
    weight, share = next(
        (weight, indicators[number]) for weight, indicators in ASPECTS.values() if number in indicators
    )
    return F02_WEIGHT * Fraction(weight * share * levels, 10_000)
