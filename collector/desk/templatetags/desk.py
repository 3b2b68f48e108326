"""Words and dates of the desk's pages."""

from collections.abc import Mapping
from datetime import date, datetime

from django import template
from django.conf import settings
from django.urls import reverse

from collector.accounts import roles
from collector.complaints.life import NOBODY
from collector.complaints.models import Stop, Ticket
from collector.complaints.rules import WORKING, Rules, Span
from collector.desk import wording
from collector.fleet.models import Unit
from collector.followup.reading import ItemRead
from collector.followup.sentences import months
from collector.followup.standing import Standing
from collector.language import later, say_here, spoken
from collector.local import Moment, day_text, local_date, minute_text, month_text, period_text
from collector.standards.components import Completeness
from collector.words.catalogue import known
from survey.index.periods import parse
from survey.record.complaint import BY_CODE

register = template.Library()

_SMALL = 10
_ROOMS: Mapping[str, str] = {
    "desk-unit-releases": later("desk.room_releases"),
    "desk-followup": later("desk.room_followup"),
    "desk-standards": later("desk.room_standards"),
    "desk-visits": later("desk.room_visits"),
    "desk-services": later("desk.room_services"),
    "desk-forums": later("desk.room_forums"),
    "desk-pekppp-last": later("desk.room_pekppp"),
    "desk-unit": later("desk.room_unit"),
    "unit": later("desk.room_public"),
}
"""What there is of a unit, by the name of its address."""


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
def administers(user: roles.Account) -> bool:
    """Tell whether an account administers the collector."""
    return roles.has_role(user, (roles.ADMINISTRATOR,))


@register.filter
def administers_all(user: roles.Account) -> bool:
    """Tell whether an account administers everything."""
    return roles.administers_all(user)


@register.filter
def has_units(user: roles.Account) -> bool:
    """Tell whether an account has anything to do with units."""
    return roles.has_role(user, roles.OFFICERS)


@register.filter
def day_at(moment: Moment, zone: str) -> str:
    """Give the day of a moment in a zone."""
    return day(local_date(moment, zone))


@register.filter
def topic_words(ticket: Ticket) -> str:
    """Say what a complaint is about, by the topics its citizen picked."""
    known_ones = [say_here(f"complaint.topic_{code}") for code in ticket.topics if code in BY_CODE]
    return "; ".join(known_ones) or "–"


@register.filter
def stop_words(why: str) -> str:
    """Say why a clock stands still."""
    return say_here(f"complaint.stop_{why}") if why in Stop.values else why


@register.filter
def step_by(who: str) -> str:
    """Say who took a step of a complaint: an account, or one of ours that is nobody."""
    return say_here(f"complaint.by_{who}") if who in NOBODY else who


@register.filter
def complaint_filter(name: str) -> str:
    """Say what a list of complaints shows."""
    return say_here(f"complaint.filter_{name}")


@register.filter
def spans(rules: Rules) -> list[tuple[str, Span]]:
    """Give what a rule set gives days for, in words."""
    named = {f"class_{name}": span for name, span in rules.classes.items()}
    others = {name: getattr(rules, name) for name in ("verify", "acknowledge", "silence", "reopen", "stop")}
    return [(_rule(name), span) for name, span in (named | others).items()]


@register.filter
def span_words(span: Span) -> str:
    """Say how many days, and counted from what."""
    unit = "working" if span.unit == WORKING else "calendar"
    return say_here(f"complaint.days_{unit}_{span.start}", days=span.days)


@register.inclusion_tag("desk/_unit_rooms.html")
def unit_rooms(unit: Unit, here: str = "") -> dict[str, object]:
    """Show the way to everything there is of a unit; `here` names the address that one stands at."""
    rooms = [
        {"words": words, "path": reverse(name, args=[unit.code]), "is_here": name == here}
        for name, words in _ROOMS.items()
    ]
    return {"unit": unit, "rooms": rooms}


def _rule(name: str) -> str:
    """Give a rule in words; a class of an agency's own by its name."""
    return (
        say_here(f"complaint.rule_{name}") if known(f"complaint.rule_{name}") else name.removeprefix("class_")
    )
