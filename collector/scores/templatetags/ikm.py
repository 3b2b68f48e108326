"""Filters for templates: numbers, days and official terms as the page's language writes them, its address in the other, and the places of marks in a chart."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django import template
from django.conf import settings

from collector.language import INDONESIAN, Address, in_both, spoken
from collector.local import day_text, days_text, local_date, period_text
from collector.scores.ask.results import Timing
from collector.scores.show import charts, formats, labels
from collector.scores.show.as_text import timing_lines
from collector.words.catalogue import say
from survey.index.doubt import Interval
from survey.index.periods import Period, parse

register = template.Library()


@register.filter
def comma(value: Decimal | int | None) -> str:
    """Write a number as the page's language does; nothing where there is none."""
    return "" if value is None else formats.comma(value, spoken())


@register.filter
def timing_sentences(told: Mapping[str, int]) -> list[str]:
    """Say what is doubtful about the times of an index, as a release has it."""
    timing = Timing(told["late"], told["redated"], told["maybe_outside"], told["maybe_inside"])
    return list(timing_lines(timing, spoken()))


@register.filter
def published_day(moment: str) -> str:
    """Write the day of a release's moment, where the collector stands."""
    return day_text(local_date(datetime.fromisoformat(moment), settings.IKM_TIME_ZONE), spoken())


@register.filter
def long_day(day: date) -> str:
    """Write a day with its month's name, in the page's language: `1 Oktober 2026`."""
    return day_text(day, spoken())


@register.filter
def due_day(day: str) -> str:
    """Write the day that a release was due on, as it stands in its content."""
    return day_text(date.fromisoformat(day), spoken())


@register.filter
def places(value: Decimal | int | None, digits: int) -> str:
    """Write a number with so many decimals; nothing where there is none."""
    return (
        "" if value is None else formats.comma(Decimal(value).quantize(Decimal(1).scaleb(-digits)), spoken())
    )


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
    return formats.percent(Fraction(part) / Fraction(whole), spoken()) if whole else "–"


@register.filter
def svg(number: float) -> str:
    """Write a coordinate: with a point, whatever language the page is in."""
    return f"{number:g}"


@register.filter
def ending(how: str) -> str:
    """Say how a questionnaire ended."""
    return labels.ending_name(how, spoken())


@register.filter
def at(found: Mapping[str, Any], key: str) -> Any:
    """Give what stands under a key that only a row knows."""
    return found[key]


@register.filter
def reason(word: str) -> str:
    """Say why nothing can be told of a change."""
    return say(f"mend.reason_{word}", spoken())


@register.filter
def period_name(period: Period | Mapping[str, str]) -> str:
    """Say what a period is called, or a period as a release has it."""
    if isinstance(period, Period):
        return period_text(period, spoken())
    return period["title"] if spoken() == INDONESIAN else period_text(parse(period["id"]), spoken())


@register.filter
def days_of(period: Period) -> str:
    """Say the first and the last day of a period."""
    return days_text(period, spoken())


@register.filter
def in_words(words: Mapping[str, Any]) -> Any:
    """Choose, of what a release says in each language, what it says in the page's."""
    return words.get(spoken()) or words.get(INDONESIAN)


@register.filter
def gloss(term: str) -> str:
    """Say in the page's language what an official word means: nothing in Indonesian, and nothing where we have no word for it."""
    return labels.gloss(term, spoken())


@register.filter
def called(value: str) -> str:
    """Say one of our own codes, such as a state, in the page's language."""
    return labels.called(value, spoken())


@register.simple_tag(takes_context=True)
def languages(context: template.Context, address: str = "") -> tuple[Address, ...]:
    """Give a page's addresses in both languages: those of the page that is being made, unless another is named.

    Nothing where the page does not know its address, as the one after a failure.
    """
    request = context.get("request")
    here = address or context.get("here") or (request.get_full_path() if request is not None else "")
    return in_both(here) if here else ()
