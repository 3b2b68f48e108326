"""Who finishes the questionnaire, by the first smiley: where the discontented leave more often, the index is too high, and its reader must know.

A questionnaire that was finished is no answer, but it is somebody's doing. So what is said is a share of many, rounded to tens: no total of
people follows from it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from collector.fleet.models import Unit
from collector.releases.people import people_of, visits_of
from collector.scores.ask.lookups import find_form
from collector.scores.ask.queries import PULSE
from survey.index.periods import Period
from survey.index.sampling import SMALLEST_GROUP

FEWEST_PRESSED = 4 * SMALLEST_GROUP
"""Of fewer people a share in tens would still tell of single ones."""
STEP_PERCENT = 10
TELLING_PERCENT = 20
"""Shares that lie so far apart are said to bend the index."""


@dataclass(frozen=True, slots=True)
class Completion:
    """How many of those who pressed one of some smileys finished the questionnaire."""

    smileys: tuple[int, ...]
    percent: int | None
    """Rounded to tens; None where too few pressed, finished or left."""


def completion(unit: Unit, period: Period, *, instrument: str) -> list[Completion]:
    """Give it for the lower and the upper half of the smileys; nothing where nobody was asked."""
    pulse, pulse_form = find_form(PULSE)
    asked, _ = find_form(instrument)
    if pulse is None or asked is None:
        return []
    pressed = people_of(unit, period, form=pulse)
    finished = [one for one in people_of(unit, period, form=asked) if one.complete]
    visits = visits_of([one.number for one in (*pressed, *finished)])
    done = {visits[one.number] for one in finished}
    smileys = {one.number: next(iter(pulse_form.decode(one.answered).values()), 0) for one in pressed}
    values = pulse_form.instrument.values
    middle = len(values) // 2
    return [
        Completion(
            half, _percent([visits[number] in done for number, value in smileys.items() if value in half])
        )
        for half in (tuple(values[:middle]), tuple(values[middle:]))
    ]


def _percent(finished: Sequence[bool]) -> int | None:
    whole, done = len(finished), sum(finished)
    if whole < FEWEST_PRESSED or any(0 < part < SMALLEST_GROUP for part in (done, whole - done)):
        return None
    # Half a step is rounded up: the same on every machine.
    return (done * 100 + whole * STEP_PERCENT // 2) // (whole * STEP_PERCENT) * STEP_PERCENT


def bends(low: int | None, high: int | None) -> bool:
    """Tell whether the discontented leave so much more often that the index is likely too high."""
    return low is not None and high is not None and high - low >= TELLING_PERCENT
