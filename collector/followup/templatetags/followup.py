"""Dates of the follow-up's pages."""

from datetime import date

from django import template

from survey.index.periods import long_date

register = template.Library()


@register.filter
def long_day(day: date) -> str:
    """Give a day as `3 November 2026`."""
    return long_date(day)
