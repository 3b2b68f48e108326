"""How long a question should stand before the faces come: what a next visitor's press is taken for, against whom the faces interrupt.

Somebody reads the nine questions, each reader at a pace of their own and each screen a little slower or quicker, and one in five walks away
in the middle. The next one presses a face without reading what stands there, after a pause of 2 seconds and an exponential one of 15. A rule
says after how many seconds without input the faces stand there: a number, or a share of the slowest screen this visitor has needed. Says for
each rule how many of those who come while the question could still stand are taken for the one before, how many of the readers who stay meet
the faces at all, and how many of their screens. The spread of the readers (`_SPREAD`, `_WITHIN`) is an assumption; nobody has been timed.
"""

import random
from collections.abc import Callable, Sequence
from typing import NamedTuple

from kiosk.config import Config
from kiosk.rehearsal.samples import AROUND
from kiosk.remote.plan import make_plan
from kiosk.show.aloud.spoken import pieces
from kiosk.show.present import present
from kiosk.show.texts import Texts
from survey.visit.state import State, Step

FINDING_SECONDS = 2.2
VISITORS = 20_000
_SPREAD, _WITHIN = 0.35, 0.3
"""Of readers around 150 words a minute, and of one reader's screens around their own pace, as standard deviations of the logarithm."""
_LONGEST = 25.0

Rule = Callable[[Sequence[float]], float]
"""From the seconds that the visitor has needed on the questions before to those after which the faces come."""


class Outcome(NamedTuple):
    """Shares of what became of a rule's visitors."""

    taken: float
    met: float
    screens: float


def fixed(seconds: float) -> Rule:
    """The same for everybody."""
    return lambda _before: seconds


def paced(times: float, least: float) -> Rule:
    """So many times the slowest question so far, within limits; the longest on the first ones, where no pace is known."""
    return lambda before: min(_LONGEST, max(least, times * max(before))) if len(before) > 1 else _LONGEST


def words_of_questions() -> list[int]:
    """How many words stand on each question's screen."""
    plan = make_plan(Config())
    found = []
    for place in range(len(plan.forms[0].questions)):
        view = present(plan, State(step=Step.QUESTION, place=place), AROUND, Texts("id"), 1.0)
        read = pieces(view, "id") if view is not None else ()
        found.append(sum(len(piece.replace("Tombol ", "").split()) for piece in read))
    return found


def measure(rule: Rule, words: Sequence[int], dice: random.Random) -> Outcome:
    """Play the visitors of one rule."""
    came = taken = stayed = met = screens = shown = 0
    for _ in range(VISITORS):
        pace = 150 * dice.lognormvariate(0, _SPREAD)
        leaves = dice.randrange(len(words)) if dice.random() < 0.2 else -1
        before: list[float] = []
        interrupted = False
        for place, count in enumerate(words):
            turns = rule(before)
            if place == leaves:
                comes = 2 + dice.expovariate(1 / 15)
                came += comes < 45
                taken += comes < turns
                break
            needed = FINDING_SECONDS + count * 60 / pace * dice.lognormvariate(0, _WITHIN)
            screens += 1
            shown += needed > turns
            interrupted |= needed > turns
            before.append(needed)
        else:
            stayed += 1
            met += interrupted
    return Outcome(taken / came, met / stayed, shown / screens)


def main() -> None:
    """Print a line a rule."""
    words = words_of_questions()
    rules = [(f"after {seconds:g} s", fixed(seconds)) for seconds in (6, 10, 15, 20, 25)]
    for times in (1.5, 2.0, 2.5):
        rules += [
            (f"{times:g} times the slowest, at least {least:g} s", paced(times, least))
            for least in (8.0, 12.0)
        ]
    for name, rule in rules:
        found = measure(rule, words, random.Random(1))
        print(
            f"{name:38} taken for the one before {found.taken:6.1%}  readers who meet the faces {found.met:6.1%}"
            f"  of screens {found.screens:6.2%}"
        )


if __name__ == "__main__":
    main()
