"""Versioned rules that flag suspicious responses; nothing is ever deleted for them.

The rules are pure functions over all visits of one kiosk on one local day and, for one rule, over how busy its days before were, so that
the same evidence always gives the same flags, in whatever order it arrived. They look at visits, not at single records: the smiley and
the questionnaire of one visitor are flagged together. `docs/flags.md` says how well they find planted patterns and how often they cry wrong.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntFlag
from itertools import pairwise
from typing import NamedTuple

from collector.scores.tallies.keys import NO_HOUR

VERSION = "4"


class Flag(IntFlag):
    """Why a response is suspicious; the numbers are stored and never change their meaning."""

    MASHING = 1
    BEST_RUN = 2
    BEST_AFTER_BAD = 4
    OUTSIDE_HOURS = 8
    STAFF_NEARBY = 16
    IDENTICAL = 32
    TYPED_IDENTICAL = 64
    RHYTHM = 128
    RATE = 256


class Answered(NamedTuple):
    """One response as the rules see it. A named tuple, because a kiosk's day is made of them again whenever it has grown."""

    id: int
    visit: tuple[int, int, int]
    """Stream, boot and number: what the records of one visitor share."""
    at_ms: int
    answers: tuple[int, ...]
    """The values given, unanswered elements left out."""
    highest: int
    """The best value of the scale."""
    asked: int
    """How many elements the form has."""
    duration_s: int
    outside_hours: bool
    typed: bool = False
    """Staff typed it in from paper: its moment and its duration say nothing of a hand on the buttons."""
    hour: int = NO_HOUR
    """The local hour it was given in; `NO_HOUR` where that is too uncertain."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The numbers in the rules of one version."""

    seconds_a_question: float = 1.0
    """Nobody reads a question and chooses an answer faster than this, nine times in a row."""
    questions_for_haste: int = 5
    mash_gap_s: float = 8.0
    """Visits begun this soon after one another …"""
    mash_run: int = 3
    """… and as many of them are a hand on the buttons, not a queue."""
    best_gap_s: float = 75.0
    best_run: int = 6
    after_bad_s: float = 240.0
    after_bad_run: int = 3
    after_staff_s: float = 120.0
    identical_run: int = 4
    identical_gap_s: float = 600.0
    rhythm_run: int = 10
    """So many visits of one kind (the smiley alone, or the whole questionnaire), no other kind between them …"""
    rhythm_gap_s: float = 60.0
    """… each begun this soon after the end of the one before, …"""
    rhythm_seconds_a_question: float = 3.0
    """… are no queue where every one of them was quicker than this: some people are, ten running are one hand; …"""
    rhythm_spread: float = 0.1
    """… nor where the times from one end to the next deviate by less than this part of their mean: people are no clocks."""
    rate_least: int = 15
    """More smileys than this in one hour of the clock …"""
    rate_times: int = 2
    """… and more than so many times what this kiosk's busiest hours came to …"""
    rate_window: int = 28
    """… in as many days before …"""
    rate_days: int = 10
    """… of which at least so many had visitors, …"""
    rate_rank: int = 3
    """… are not its own visitors. What is compared is the hour of the third busiest day: a market day each week is known to it, and
    two days that were stuffed raise nothing."""
    typed_identical_run: int = 10
    """So many sheets one after another with the same answers, whatever these are, were not filled in by so many people."""


LIMITS: Mapping[str, Limits] = {VERSION: Limits()}


class _Visit:
    """What one visitor answered; all that the rules ask of it is worked out once, for they ask again and again."""

    __slots__ = ("best", "end_ms", "kind", "responses", "sequence", "start_ms", "typed", "whole")

    def __init__(self, responses: Sequence[Answered]) -> None:
        self.responses = responses
        # A questionnaire is written when it ends, and says how long it took.
        self.start_ms = min(
            [part.at_ms - 1000 * part.duration_s if part.asked > 1 else part.at_ms for part in responses]
        )
        self.end_ms = max([part.at_ms for part in responses])
        self.typed = any(part.typed for part in responses)
        """Typed in from paper, and not given at the kiosk."""
        whole = [part.answers for part in responses if len(part.answers) == part.asked > 1]
        self.whole = whole[0] if whole else None
        """The answers to a whole questionnaire."""
        answered = [part for part in responses if part.answers]
        self.kind = 2 if whole else int(bool(answered) and all(part.asked == 1 for part in answered))
        """What was answered: the whole questionnaire (2), the smiley alone (1), anything else (0)."""
        self.best = bool(answered) and all(min(part.answers) == part.highest for part in answered)
        """Answers, and nothing but the best ones."""
        self.sequence = self.whole if self.whole is not None and min(self.whole) != max(self.whole) else None
        """The answers to a whole questionnaire, unless all of them are the same."""

    @property
    def bad(self) -> bool:
        """An answer to the whole, or the mean of a questionnaire, in the lower half of the scale."""
        return any(
            part.answers and 2 * sum(part.answers) <= part.highest * len(part.answers)
            for part in self.responses
        )


def flags_of(
    responses: Iterable[Answered],
    *,
    staff: Sequence[tuple[int, int]] = (),
    past: Sequence[int] = (),
    version: str = VERSION,
) -> dict[int, Flag]:
    """Give the flags of a kiosk's day by the responses' ids; what is not in it is not suspicious.

    `staff` tells from when to when (milliseconds) somebody was on the staff screen; `past` how many smileys the busiest hour had (`busiest`)
    on each day of the window before on which there were any. It is asked for only where `asks_past` says so.
    """
    limits = LIMITS[version]
    whole = _visits(responses)
    # What these rules look at is a hand on the buttons: of sheets that staff typed in, pace and moment say nothing.
    visits = [visit for visit in whole if not visit.typed]
    found: dict[int, Flag] = {}
    rules: tuple[tuple[Flag, Callable[[Sequence[_Visit], Limits], Iterable[_Visit]]], ...] = (
        (Flag.MASHING, _mashed),
        (Flag.BEST_RUN, _best_runs),
        (Flag.BEST_AFTER_BAD, _best_after_bad),
        (Flag.OUTSIDE_HOURS, _outside_hours),
        (Flag.IDENTICAL, _identical),
        (Flag.RHYTHM, _rhythm),
    )
    for flag, rule in rules:
        _mark(found, flag, rule(visits, limits))
    _mark(found, Flag.STAFF_NEARBY, _staff_nearby(visits, staff, limits))
    _mark(found, Flag.RATE, _too_many(visits, past, limits))
    _mark(found, Flag.TYPED_IDENTICAL, _typed_identical([visit for visit in whole if visit.typed], limits))
    return found


def asks_past(responses: Iterable[Answered], *, version: str = VERSION) -> int:
    """Give how many days before a day its rules must know of: none where no hour of it was busy enough to ask."""
    limits = LIMITS[version]
    return limits.rate_window if busiest(responses) > limits.rate_least else 0


def busiest(responses: Iterable[Answered]) -> int:
    """Give how many smileys were pressed in the busiest hour of the clock."""
    return max(_by_hour(responses).values(), default=0)


def reach(version: str = VERSION) -> int:
    """Give how many days after a day its visits are looked at by the rules of those days."""
    return LIMITS[version].rate_window


def _mark(found: dict[int, Flag], flag: Flag, visits: Iterable[_Visit]) -> None:
    for visit in visits:
        for part in visit.responses:
            found[part.id] = found.get(part.id, Flag(0)) | flag


def _visits(responses: Iterable[Answered]) -> list[_Visit]:
    by_visit: dict[tuple[int, int, int], list[Answered]] = {}
    for response in sorted(responses, key=lambda part: (part.at_ms, part.id)):
        by_visit.setdefault(response.visit, []).append(response)
    visits = [_Visit(parts) for parts in by_visit.values()]
    return sorted(visits, key=lambda visit: (visit.end_ms, visit.responses[0].id))


def _mashed(visits: Sequence[_Visit], limits: Limits) -> list[_Visit]:
    hasty = [
        visit
        for visit in visits
        if any(
            len(part.answers) >= limits.questions_for_haste
            and part.duration_s < limits.seconds_a_question * len(part.answers)
            for part in visit.responses
        )
    ]
    runs = _runs(visits, lambda before, visit: visit.start_ms - before.start_ms <= 1000 * limits.mash_gap_s)
    return hasty + [visit for run in runs if len(run) >= limits.mash_run for visit in run]


def _best_runs(visits: Sequence[_Visit], limits: Limits) -> list[_Visit]:
    return [visit for run in _runs_of_best(visits, limits) if len(run) >= limits.best_run for visit in run]


def _best_after_bad(visits: Sequence[_Visit], limits: Limits) -> list[_Visit]:
    flagged = []
    for run in _runs_of_best(visits, limits):
        place = visits.index(run[0])
        before = visits[place - 1] if place else None
        if (
            len(run) >= limits.after_bad_run
            and before is not None
            and before.bad
            and run[0].start_ms - before.end_ms <= 1000 * limits.after_bad_s
        ):
            flagged += run
    return flagged


def _outside_hours(visits: Sequence[_Visit], _limits: Limits) -> list[_Visit]:
    return [visit for visit in visits if any(part.outside_hours for part in visit.responses)]


def _identical(visits: Sequence[_Visit], limits: Limits) -> list[_Visit]:
    filled = [visit for visit in visits if visit.sequence is not None]
    if len(filled) < limits.identical_run:
        return []
    runs = _runs(
        filled,
        lambda before, visit: (
            visit.sequence == before.sequence
            and visit.end_ms - before.end_ms <= 1000 * limits.identical_gap_s
        ),
    )
    return [visit for run in runs if len(run) >= limits.identical_run for visit in run]


def _rhythm(visits: Sequence[_Visit], limits: Limits) -> list[_Visit]:
    if len(visits) < limits.rhythm_run:
        return []
    runs = _runs(
        visits,
        lambda before, visit: (
            visit.kind == before.kind != 0 and visit.start_ms - before.end_ms <= 1000 * limits.rhythm_gap_s
        ),
    )
    flagged: list[_Visit] = []
    for run in runs:
        for first in range(len(run) - limits.rhythm_run + 1):
            window = run[first : first + limits.rhythm_run]
            if _is_one_hand(window, limits):
                flagged += window
    return flagged


def _is_one_hand(window: Sequence[_Visit], limits: Limits) -> bool:
    """Tell whether visits of one kind follow one another as no queue of people does."""
    if window[0].kind == 2 and all(
        part.duration_s < limits.rhythm_seconds_a_question * part.asked
        for visit in window
        for part in visit.responses
        if part.asked > 1
    ):
        return True
    between = [later.end_ms - visit.end_ms for visit, later in pairwise(window)]
    total, number = sum(between), len(between)
    # The variance with divisor number, times number squared: whole numbers, so that no rounding decides.
    spread = number * sum(each * each for each in between) - total * total
    return spread < limits.rhythm_spread**2 * total * total


def _by_hour(responses: Iterable[Answered]) -> Counter[int]:
    return Counter(
        part.hour for part in responses if part.asked == 1 and not part.typed and part.hour != NO_HOUR
    )


def _too_many(visits: Sequence[_Visit], past: Sequence[int], limits: Limits) -> list[_Visit]:
    if len(past) < limits.rate_days:
        return []
    known = sorted(past, reverse=True)[limits.rate_rank - 1]
    most = max(limits.rate_least, limits.rate_times * known)
    hours = _by_hour(part for visit in visits for part in visit.responses)
    return [visit for visit in visits if any(hours[part.hour] > most for part in visit.responses)]


def _typed_identical(typed: Sequence[_Visit], limits: Limits) -> list[_Visit]:
    filled = [visit for visit in typed if visit.whole is not None]
    runs = _runs(filled, lambda before, visit: visit.whole == before.whole)
    return [visit for run in runs if len(run) >= limits.typed_identical_run for visit in run]


def _staff_nearby(visits: Sequence[_Visit], staff: Sequence[tuple[int, int]], limits: Limits) -> list[_Visit]:
    after_ms = 1000 * limits.after_staff_s
    return [
        visit
        for visit in visits
        if any(start <= visit.end_ms and visit.start_ms <= until + after_ms for start, until in staff)
    ]


def _runs_of_best(visits: Sequence[_Visit], limits: Limits) -> list[list[_Visit]]:
    if sum([visit.best for visit in visits]) < min(limits.best_run, limits.after_bad_run):
        return []
    runs = _runs(
        visits,
        lambda before, visit: (
            before.best and visit.best and visit.start_ms - before.end_ms <= 1000 * limits.best_gap_s
        ),
    )
    return [run for run in runs if run[0].best]


def _runs(visits: Sequence[_Visit], goes_on: Callable[[_Visit, _Visit], bool]) -> list[list[_Visit]]:
    """Cut visits into runs: a visit belongs to the one before it where `goes_on` says so."""
    runs: list[list[_Visit]] = []
    for visit in visits:
        if runs and goes_on(runs[-1][-1], visit):
            runs[-1].append(visit)
        else:
            runs.append([visit])
    return runs
