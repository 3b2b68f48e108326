"""Words and dates of the desk's pages."""

from datetime import date, datetime

from django import template
from django.conf import settings

from collector.accounts import roles
from collector.desk import wording
from collector.followup.reading import ItemRead
from collector.followup.sentences import months
from collector.followup.standing import Standing
from collector.language import say_here, spoken
from collector.local import Moment, day_text, local_date, minute_text, month_text, period_text
from collector.standards.components import Completeness
from survey.index.periods import parse

register = template.Library()

_SMALL = 10


@register.filter
def role(name: str) -> str:
    """Give a role in the page's language."""
    return say_here(f"desk.role_{name.replace(' ', '_')}") if name in roles.ROLES else name


@register.filter
def day(moment: date) -> str:
    """Give a day as `3 November 2026`."""
    return day_text(moment, spoken())


@register.filter
def short_day(moment: date) -> str:
    """Give a day as `3 Nov`."""
    return f"{moment.day} {month_text(moment, spoken())[:3]}"


@register.filter
def weekday(moment: date) -> str:
    """Give a day as `Senin, 3 November 2026`."""
    name = say_here(f"desk.day_{moment.weekday()}")
    return f"{name}, {day(moment)}"


@register.filter
def local_day(moment: datetime) -> str:
    """Give the day of a moment, where the collector stands."""
    return day(local_date(moment, settings.IKM_TIME_ZONE))


@register.filter
def local_minute(moment: Moment) -> str:
    """Give day and minute of a moment, where the collector stands."""
    return minute_text(moment, settings.IKM_TIME_ZONE)


@register.filter
def planned(item: ItemRead) -> str:
    """Give the months of a plan: `Januari–Maret 2027`."""
    return months(item.first_month, item.last_month, spoken())


@register.filter
def step_words(what: str) -> str:
    """Give what a step of a plan was."""
    return say_here(f"desk.step_{what}")


@register.filter
def period_title(identifier: str) -> str:
    """Give what a period is called, by its identifier: `Triwulan III Tahun 2026`."""
    return period_text(parse(identifier), spoken())


@register.filter
def warning(standing: Standing) -> str:
    """Say what is about to be lost of a follow-up: `9 hari lagi untuk nilai 5`; empty where nothing is."""
    if standing.loss is None:
        return ""
    days, level = standing.loss.days_left, standing.loss.level
    if not days:
        return say_here("desk.last_day_for_level", level=level)
    return say_here("desk.days_for_level", days=days, level=level)


@register.filter
def completeness(found: Completeness) -> str:
    """Say how complete a standard is."""
    return wording.completeness_words(found)


@register.filter
def count_words(number: int) -> str:
    """Give a small number in words."""
    return say_here(f"desk.number_{number}") if number < _SMALL else str(number)


@register.filter
def evaluates(user: roles.Account) -> bool:
    """Tell whether an account evaluates units, and so may invite their officers."""
    return roles.has_role(user, roles.EVALUATORS)


@register.filter
def has_units(user: roles.Account) -> bool:
    """Tell whether an account has anything to do with units."""
    return roles.has_role(user, roles.OFFICERS)
