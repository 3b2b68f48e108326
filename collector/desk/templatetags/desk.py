"""Words and dates of the desk's pages."""

from collections.abc import Mapping
from datetime import date, datetime

from django import template
from django.conf import settings
from django.urls import reverse

from collector.accounts import roles
from collector.fleet.models import Unit
from collector.followup.reading import ItemRead
from collector.followup.sentences import months
from collector.local import Moment, local_date, minute_text

register = template.Library()

_ROLES: Mapping[str, str] = {
    roles.VIEWER: "pembaca",
    roles.UNIT_OFFICER: "petugas unit",
    roles.EVALUATOR: "penilai",
    roles.AUDITOR: "pemeriksa",
    roles.ADMINISTRATOR: "pengelola",
}
_STEPS: Mapping[str, str] = {
    "added": "dicatat",
    "corrected": "diperbaiki",
    "done": "selesai",
    "reopened": "dibuka kembali",
    "dropped": "tidak dilaksanakan",
}
_MONTHS = (
    "Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September", "Oktober", "November",
    "Desember",
)  # fmt: skip
_ROOMS: Mapping[str, str] = {
    "desk-unit-releases": "Rilis",
    "desk-followup": "Tindak lanjut",
    "desk-standards": "Standar",
    "desk-visits": "Kunjungan",
    "desk-services": "Layanan dan pengguna",
    "desk-forums": "Forum",
    "desk-pekppp-last": "PEKPPP",
    "desk-unit": "Keadaan",
    "unit": "Halaman untuk warga",
}
"""What there is of a unit, by the name of its address."""
_NUMBERS = ("nol", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan")
_DAYS = ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu")


@register.filter
def role(name: str) -> str:
    """Give a role in Indonesian."""
    return _ROLES.get(name, name)


@register.filter
def day(moment: date) -> str:
    """Give a day as `3 November 2026`."""
    return f"{moment.day} {_MONTHS[moment.month - 1]} {moment.year}"


@register.filter
def short_day(moment: date) -> str:
    """Give a day as `3 Nov`."""
    return f"{moment.day} {_MONTHS[moment.month - 1][:3]}"


@register.filter
def weekday(moment: date) -> str:
    """Give a day as `Senin, 3 November 2026`."""
    return f"{_DAYS[moment.weekday()]}, {day(moment)}"


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
    return months(item.first_month, item.last_month)


@register.filter
def step_words(what: str) -> str:
    """Give what a step of a plan was, in Indonesian."""
    return _STEPS[what]


@register.filter
def count_words(number: int) -> str:
    """Give a small number in words."""
    return _NUMBERS[number] if number < len(_NUMBERS) else str(number)


@register.filter
def evaluates(user: roles.Account) -> bool:
    """Tell whether an account evaluates units, and so may invite their officers."""
    return roles.has_role(user, roles.EVALUATORS)


@register.filter
def has_units(user: roles.Account) -> bool:
    """Tell whether an account has anything to do with units."""
    return roles.has_role(user, roles.OFFICERS)


@register.inclusion_tag("desk/_unit_rooms.html")
def unit_rooms(unit: Unit, here: str = "") -> dict[str, object]:
    """Show the way to everything there is of a unit; `here` names the address that one stands at."""
    rooms = [
        {"words": words, "path": reverse(name, args=[unit.code]), "is_here": name == here}
        for name, words in _ROOMS.items()
    ]
    return {"unit": unit, "rooms": rooms}
