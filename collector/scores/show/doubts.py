"""What is doubtful about an index, in sentences: the console and the pages say the same."""

from collections.abc import Iterator, Mapping
from decimal import Decimal

from django.conf import settings

from collector.local import local_date
from collector.scores.ask.results import Result
from collector.scores.show.formats import comma, confidence, percent
from collector.words.catalogue import say
from survey.index.clusters import FEWEST_DAYS, DayEffect
from survey.index.indices import Index

_ALMOST_CERTAIN, _LIKELY, _NEARLY_EQUAL = 0.95, 2 / 3, 0.2


def day_lines(effect: DayEffect | None, language: str) -> Iterator[str]:
    """Say how many days the answers come from, what that does to the doubt, and where the days are too few to tell."""
    if effect is None or not effect.days:
        return
    if effect.design_effect is None:
        yield say("doubt.one_day", language)
    else:
        yield say(
            "doubt.days", language, days=effect.days, effect=comma(tenths(effect.design_effect), language)
        )
    if not effect.is_judged:
        yield say("doubt.few_days", language, fewest=FEWEST_DAYS)


def interval_line(index: Index, language: str) -> str:
    """Say where the true value lies and which category that makes, in words a reader without statistics takes rightly."""
    interval = index.interval
    if interval is None:
        return say("doubt.one_person", language)
    said = say(
        "index.interval", language, low=comma(interval.low, language), high=comma(interval.high, language)
    )
    return f"{said} {category_words(index, language)}" if index.likelihoods else f"{said.removesuffix(';')}."


def category_words(index: Index, language: str) -> str:
    """Say how sure the category is, of an index that has one: almost certain, likely, maybe, or open between the two likeliest.

    Almost certain is said from 95 % on and only where there are days enough to judge by; likely where the category is
    at least twice as likely as all others together; open where less than a fifth parts the two.
    """
    judged = index.days is None or index.days.is_judged
    return grade_words(index.letter or "", index.likelihoods, judged=judged, language=language)


def grade_words(grade: str, likelihoods: Mapping[str, float], *, judged: bool, language: str) -> str:
    """Say the same of a letter and every letter's probability; `judged` tells whether the days are enough to judge by."""
    share = likelihoods.get(grade, 0.0)
    if share >= _ALMOST_CERTAIN and judged:
        return say("doubt.certain", language, grade=grade, confidence=confidence(share, language))
    if share >= _LIKELY:
        return say("doubt.likely", language, grade=grade, confidence=confidence(share, language))
    (one, first), (other, second) = sorted(likelihoods.items(), key=lambda pair: -pair[1])[:2]
    near, far = whole_percent(first), whole_percent(second)
    if first - second <= _NEARLY_EQUAL:
        return say("doubt.open", language, one=one, first=near, other=other, second=far)
    return say("doubt.maybe", language, one=one, first=near, other=other, second=far)


def other_policy_lines(result: Result, language: str) -> Iterator[str]:
    """Give the index under the other policy, where many broke off."""
    other = result.other_policy
    if other is None or result.n is None:
        return
    yield say(
        f"doubt.other_{other.policy.value}",
        language,
        share=percent(result.incomplete / (result.n + result.incomplete), language),
        value=graded(other, language),
        n=other.n,
    )


def graded(index: Index, language: str) -> str:
    """Write an index with its letter, where it has one: `81,48 B`, `3,60`."""
    value = comma(index.value, language)
    return f"{value} {index.letter}" if index.letter else value


def whole_percent(share: float) -> str:
    """Write a probability in whole percent."""
    return f"{round(100 * share)} %"


def response_lines(result: Result, language: str) -> Iterator[str]:
    """Say how many were served, asked and answered, as far as it is known: silence has opinions too."""
    if result.n is None or (result.served is None and result.asked is None):
        return
    served, asked = (
        say("doubt.unknown", language) if count is None else comma(count, language)
        for count in (result.served, result.asked)
    )
    yield say("doubt.response", language, served=served, asked=asked, answered=comma(result.n, language))


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
            "index.exceeded",
            language,
            collected=comma(sample.collected, language),
            population=comma(sample.population, language),
        )
    elif result.asked is not None and result.asked > sample.population:
        yield say(
            "index.more_pressed",
            language,
            pressed=comma(result.asked, language),
            population=comma(sample.population, language),
        )
    if stated.at is None:
        yield say("index.stated_by_asker", language)
    else:
        day = local_date(stated.at, settings.IKM_TIME_ZONE)
        yield say("index.stated", language, who=stated.by, when=day.isoformat())


def tenths(number: float) -> Decimal:
    """Give a figure of doubt with one decimal."""
    return Decimal(round(number * 10)).scaleb(-1)
