"""Filters for templates: numbers as people here write them, and the places of marks in a chart."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django import template
from django.conf import settings

from collector.local import local_date
from collector.scores.ask.results import Timing
from collector.scores.show import charts, formats, labels
from collector.scores.show.as_text import timing_lines
from collector.words.catalogue import say
from survey.index.doubt import Interval
from survey.index.periods import long_date

register = template.Library()


@register.filter
def comma(value: Decimal | int | None) -> str:
    """Write a number with a decimal comma; nothing where there is none."""
    return "" if value is None else formats.comma(value)


@register.filter
def timing_sentences(told: Mapping[str, int]) -> list[str]:
    """Say what is doubtful about the times of an index, as a release has it."""
    timing = Timing(told["late"], told["redated"], told["maybe_outside"], told["maybe_inside"])
    return list(timing_lines(timing, "id"))


@register.filter
def published_day(moment: str) -> str:
    """Write the day of a release's moment, where the collector stands."""
    return long_date(local_date(datetime.fromisoformat(moment), settings.IKM_TIME_ZONE))


@register.filter
def long_day(day: date) -> str:
    """Write a day with its month's name: `1 Oktober 2026`."""
    return long_date(day)


@register.filter
def due_day(day: str) -> str:
    """Write the day that a release was due on, as it stands in its content."""
    return long_date(date.fromisoformat(day))


@register.filter
def places(value: Decimal | int | None, digits: int) -> str:
    """Write a number with so many decimals; nothing where there is none."""
    return "" if value is None else formats.comma(Decimal(value).quantize(Decimal(1).scaleb(-digits)))


@register.filter
def number(value: float | None, digits: int) -> str:
    """Write a number of a program's answer with so many decimals; nothing where there is none."""
    return "" if value is None else places(Decimal(str(value)), digits)


@register.filter
def bar(element: Mapping[str, Any], scale: Mapping[str, Any]) -> tuple[float, float, float]:
    """Give the marks of an element's bar, of an element and its scale as a release has them."""
    found = element["interval"]
    interval = Interval(found["low"], found["high"]) if found else None
    return charts.bar(element["value"], interval, (float(scale["low"]), float(scale["high"])))


@register.filter
def share(part: Decimal | int, whole: Decimal | int) -> str:
    """Write what a part is of a whole, in percent; nothing of nothing."""
    return formats.percent(Fraction(part) / Fraction(whole)) if whole else "–"


@register.filter
def svg(number: float) -> str:
    """Write a coordinate: with a point, whatever language the page is in."""
    return f"{number:g}"


@register.filter
def ending(how: str) -> str:
    """Say how a questionnaire ended."""
    return labels.ending_name(how, "id")


@register.filter
def at(found: Mapping[str, Any], key: str) -> Any:
    """Give what stands under a key that only a row knows."""
    return found[key]


@register.filter
def reason(word: str) -> str:
    """Say why nothing can be told of a change."""
    return say(f"mend.reason_{word}", "id")
