"""PEKPPP's indicators 8 and 9 of a follow-up: share done and speed, each with its level from 0 to 5. Pure functions over counts and days.

Indicator 8: 0 no plan, 1 planned and nothing done, 2 under 30 %, 3 from 30 to 80 %, 4 over 80 %, 5 all. Indicator 9: months from the
day of the survey's report to that of the follow-up's report: at most 1, 3, 6, 9, 12 months are 5, 4, 3, 2, 1; later, or never, is 0.
A month ends on the same day of the later month, or on its last day where it is shorter, and that day still counts.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

MONTHS_OF = {5: 1, 4: 3, 3: 6, 2: 9, 1: 12}
"""How many months a level of indicator 9 allows."""
_SOME, _MOST = Fraction(30, 100), Fraction(80, 100)


@dataclass(frozen=True, slots=True)
class Loss:
    """The level that is still to be had, and its last day."""

    level: int
    last: date
    days_left: int
    """0 on the last day."""


def share_level(planned: int, done: int) -> int:
    """Give the level of indicator 8 of plans of which so many are done."""
    if not planned:
        return 0
    share = Fraction(done, planned)
    if not share:
        return 1
    if share == 1:
        return 5
    return 2 if share < _SOME else 3 if share <= _MOST else 4


def last_day(report: date, level: int) -> date:
    """Give the last day on which the follow-up's report still earns a level of indicator 9."""
    months = report.month - 1 + MONTHS_OF[level]
    year, month = report.year + months // 12, months % 12 + 1
    return date(year, month, min(report.day, monthrange(year, month)[1]))


def speed_level(report: date, followed: date) -> int:
    """Give the level of indicator 9 of the two reports' days."""
    return next((level for level in MONTHS_OF if followed <= last_day(report, level)), 0)


def next_loss(report: date, today: date) -> Loss | None:
    """Give the level that a follow-up's report of today would earn, and until when; None where there is none left to lose."""
    level = speed_level(report, today)
    if not level:
        return None
    last = last_day(report, level)
    return Loss(level, last, (last - today).days)
