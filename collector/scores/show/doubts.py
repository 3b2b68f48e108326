"""What is doubtful about an index, in sentences: the console and the pages say the same."""

from collections.abc import Iterator
from decimal import Decimal

from collector.scores.show.formats import comma
from collector.words.catalogue import say
from survey.index.clusters import FEWEST_DAYS, DayEffect


def day_lines(effect: DayEffect | None, language: str) -> Iterator[str]:
    """Say how many days the answers come from, what that does to the doubt, and where the days are too few to tell."""
    if effect is None or not effect.days:
        return
    if effect.design_effect is None:
        yield say("doubt.one_day", language)
    else:
        yield say("doubt.days", language, days=effect.days, effect=comma(tenths(effect.design_effect)))
    if not effect.is_judged:
        yield say("doubt.few_days", language, fewest=FEWEST_DAYS)


def tenths(number: float) -> Decimal:
    """Give a figure of doubt with one decimal."""
    return Decimal(round(number * 10)).scaleb(-1)
