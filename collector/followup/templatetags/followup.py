"""Dates of the follow-up's pages."""

from datetime import date

from django import template

from collector.language import spoken
from collector.local import day_text

register = template.Library()


@register.filter
def long_day(day: date) -> str:
    """Give a day as `3 November 2026`, in the page's language."""
    return day_text(day, spoken())
