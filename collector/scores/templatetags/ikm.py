"""Filters for templates: numbers as people here write them, and the places of marks in a chart."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from django import template

from collector.scores.ask.results import GroupPart, Result, Timing
from collector.scores.show import charts, doubts, formats, labels
from collector.scores.show.as_text import timing_lines
from collector.scores.show.charts import Scale
from collector.scores.tallies import minutes
from collector.scores.tallies.minutes import Span
from collector.words.catalogue import say
from survey.index.clusters import DayEffect
from survey.index.indices import ElementIndex, Index
from survey.index.sampling import METHOD

register = template.Library()


@register.filter
def comma(value: Decimal | int | None) -> str:
    """Write a number with a decimal comma; nothing where there is none."""
    return "" if value is None else formats.comma(value)


@register.filter
def nrr(value: Fraction) -> str:
    """Write a mean answer."""
    return formats.comma(formats.decimal(value, formats.NRR_DIGITS))


@register.filter
def weighted_by_key(index: Index) -> dict[str, str]:
    """Give the printed weighted mean of each element by its key, and their sum under nothing."""
    column = formats.weighted_column(index)
    printed = {element.key: formats.comma(one) for element, one in zip(index.elements, column, strict=True)}
    return printed | {"": formats.comma(sum(column, Decimal(0)))}


@register.filter
def method_sentence(_index: Index) -> str:
    """Say how respondents come about: so far there is one way."""
    return say("doubt.method", "id", method=METHOD)


@register.filter
def percent(share: Fraction | float) -> str:
    """Write a counted share of 1 in percent."""
    return formats.percent(share)


@register.filter
def category_words(index: Index) -> str:
    """Say how sure a category is."""
    return doubts.category_words(index, "id")


@register.filter
def interval_sentence(index: Index) -> str:
    """Say where the true value lies."""
    return doubts.interval_line(index, "id")


@register.filter
def other_policy_sentences(result: Result) -> list[str]:
    """Say what the index is under the other policy, where many broke off."""
    return list(doubts.other_policy_lines(result, "id"))


@register.filter
def timing_sentences(timing: Timing | None) -> list[str]:
    """Say what is doubtful about the times of an index."""
    return list(timing_lines(timing, "id")) if timing is not None else []


@register.filter
def day_sentences(days: DayEffect | None) -> list[str]:
    """Say what the days of an index do to its doubt."""
    return list(doubts.day_lines(days, "id"))


@register.filter
def statement_sentences(result: Result) -> list[str]:
    """Say whose statement the sample is measured against."""
    return list(doubts.statement_lines(result, "id"))


@register.filter
def scale(index: Index) -> Scale:
    """Give the marks of an index on its scale."""
    return charts.scale(index)


@register.filter
def bar(element: ElementIndex) -> tuple[float, float, float]:
    """Give the marks of an element's bar."""
    return charts.bar(element.value, element.interval)


@register.filter
def clock(minute: int) -> str:
    """Write a minute of the day as a time."""
    return minutes.clock(minute)


@register.filter(name="minutes")
def minutes_of(span: Span) -> int:
    """Give how long a span is."""
    return span.end - span.start


@register.filter
def svg(number: float) -> str:
    """Write a coordinate: with a point, whatever language the page is in."""
    return f"{number:g}"


@register.filter
def name(part: GroupPart) -> str:
    """Give what people call a part of a group."""
    return labels.part_name(part, labels.page_language())


@register.filter
def ending(how: str) -> str:
    """Say how a questionnaire ended."""
    return labels.ending_name(how, labels.page_language())


@register.filter
def of(names: Mapping[str, str], key: str) -> str:
    """Look a key up."""
    return names.get(key, key)
