"""Shares as JSON's values, as rows of a table and as lines for a console: a question after the other, and nothing of the whole."""

from collections.abc import Iterator, Sequence

from collector.scores.ask.results import Result
from collector.scores.show.formats import comma, design_effect
from collector.words.catalogue import say
from survey.index.sampling import METHOD
from survey.index.shares import QuestionShares
from survey.instrument.instrument import Instrument, in_language
from survey.instrument.wording import rule_line

_LANGUAGE = "id"
COLUMNS = (
    "element", "name", "question", "n", "answer", "label", "count", "percent", "interval_low", "interval_high",
    "index_name", "method", "rule",
)  # fmt: skip
"""Of a table with a row an answer."""


def label_of(instrument: Instrument, key: str, value: int, language: str = _LANGUAGE) -> str:
    """Give the words of an answer to a question."""
    options = instrument.question(key).options
    return in_language(next(one.label for one in options if one.value == value), language)


def as_values(instrument: Instrument, found: Sequence[QuestionShares]) -> list[dict[str, object]]:
    """Give the shares as JSON's values."""
    return [
        {
            "key": one.key,
            "name": in_language(instrument.element(one.key).name, _LANGUAGE),
            "question": in_language(instrument.question(one.key).wording, _LANGUAGE),
            "n": one.n,
            "design_effect": one.days and design_effect(one.days),
            "answers": [
                {
                    "value": answer.value,
                    "label": label_of(instrument, one.key, answer.value),
                    "count": answer.count,
                    "percent": float(answer.percent),
                    "interval": answer.interval
                    and {
                        "low": float(answer.interval.low),
                        "high": float(answer.interval.high),
                        "level": answer.interval.level,
                    },
                }
                for answer in one.answers
            ],
        }
        for one in found
    ]


def rows(instrument: Instrument, result: Result) -> Iterator[list[object]]:
    """Give a row an answer, under `COLUMNS`; none of a group of which nothing is told."""
    for one in result.shares or ():
        name = in_language(instrument.element(one.key).name, _LANGUAGE)
        asked = in_language(instrument.question(one.key).wording, _LANGUAGE)
        for answer in one.answers:
            low, high = (answer.interval.low, answer.interval.high) if answer.interval else (None, None)
            yield [
                one.key, name, asked, one.n, answer.value, label_of(instrument, one.key, answer.value),
                answer.count, answer.percent, low, high, instrument.index_name, METHOD, rule_line(instrument),
            ]  # fmt: skip


def lines(instrument: Instrument, result: Result, language: str) -> Iterator[str]:
    """Give each question with the shares of its answers, and what they are."""
    for one in result.shares or ():
        yield say(
            "shares.question",
            language,
            name=in_language(instrument.element(one.key).name, language),
            question=in_language(instrument.question(one.key).wording, language),
            n=comma(one.n),
        )
        for answer in one.answers:
            low, high = (
                (comma(answer.interval.low), comma(answer.interval.high)) if answer.interval else ("–", "–")
            )
            yield say(
                "shares.answer",
                language,
                label=label_of(instrument, one.key, answer.value, language),
                percent=comma(answer.percent),
                low=low,
                high=high,
                count=comma(answer.count),
            )
    yield say("shares.rule", language, rule=rule_line(instrument))
    yield say("doubt.method", language, method=METHOD)
