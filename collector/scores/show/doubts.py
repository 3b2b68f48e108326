"""What is doubtful about an index, in sentences: the console and the pages say the same."""

from collections.abc import Iterator
from decimal import Decimal

from django.conf import settings

from collector.local import local_date
from collector.scores.ask.results import Result
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


def sample_lines(result: Result, language: str) -> Iterator[str]:
    """Say whether the sample is large enough, and whose statement that is measured against."""
    sample = result.sufficiency
    if sample is None:
        return
    if sample.exceeds_population:
        verdict = say("index.sample_exceeded", language)
    elif sample.is_sufficient:
        verdict = say("index.sample_enough", language)
    else:
        verdict = say("index.sample_short", language, missing=sample.missing)
    yield say(
        "index.sample",
        language,
        collected=sample.collected,
        required=sample.required,
        population=sample.population,
        verdict=verdict,
    )
    yield from statement_lines(result, language)


def statement_lines(result: Result, language: str) -> Iterator[str]:
    """Say who stated the number of users, and where it cannot be true."""
    sample, stated = result.sufficiency, result.stated
    if sample is None or stated is None:
        return
    if sample.exceeds_population:
        yield say(
            "index.exceeded", language, collected=comma(sample.collected), population=comma(sample.population)
        )
    if stated.at is None:
        yield say("index.stated_by_asker", language)
    else:
        day = local_date(stated.at, settings.IKM_TIME_ZONE)
        yield say("index.stated", language, who=stated.by, when=day.isoformat())


def tenths(number: float) -> Decimal:
    """Give a figure of doubt with one decimal."""
    return Decimal(round(number * 10)).scaleb(-1)
