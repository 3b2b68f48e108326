"""One week in words for one person: what is due, what is short, what is silent, and what waits; the page and the mail say the same.

Everything is as of last night, and of answers only how many, as a band. Nothing personal of citizens is in it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db.models import F, QuerySet
from django.urls import reverse

from collector.accounts import roles
from collector.complaints.models import PROMISED_DAYS
from collector.complaints.waiting import Waiting, waiting
from collector.desk import periods, reminders
from collector.desk.kiosk_words import need_sentence, silent_words
from collector.desk.periods import Standing
from collector.evidence import needs
from collector.evidence.needs import SILENT_DAYS, Need
from collector.fleet import lasting
from collector.fleet.models import Unit
from collector.releases.models import Release
from collector.releases.running import Running, running
from collector.releases.states import State
from collector.scores.ask.queries import DEFAULT_INSTRUMENT
from collector.scores.models import Population
from survey.index.periods import long_date
from survey.index.sampling import required_sample

MOST_UNITS = 50
"""Of which an officer's week speaks one by one."""
LATE, SOON, NOTE = "late", "soon", "note"
_SOON_DAYS = 14


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing, in words."""

    urgency: str
    """`late`, `soon` or `note`: late ones come first."""
    title: str
    text: str
    path: str = ""
    """Where it is dealt with; a path of the pages."""


@dataclass(frozen=True, slots=True)
class Week:
    """What a person's week holds."""

    monday: date
    night: date
    """The last day that is counted."""
    entries: tuple[Entry, ...]


def monday_of(day: date) -> date:
    """Give the Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def week_of(user: AbstractBaseUser | AnonymousUser) -> Week:
    """Give the running week of an account."""
    today = periods.today()
    found = [*_of_officer(user), *_of_evaluator(user)]
    order = (LATE, SOON, NOTE)
    entries = tuple(sorted(found, key=lambda one: order.index(one.urgency)))
    return Week(monday_of(today), today - timedelta(days=1), entries)


def _of_officer(user: AbstractBaseUser | AnonymousUser) -> Iterator[Entry]:
    units = roles.units_of(roles.held(user, (roles.UNIT_OFFICER,)))
    for unit in units.filter(lasting.REAL).select_related("region").order_by("name")[:MOST_UNITS]:
        standing = periods.standing(unit, periods.last_closed(unit))
        if standing.waits_for_unit:
            yield _release_due(standing)
        elif standing.state == State.SUBMITTED:
            yield Entry(
                NOTE,
                f"{unit.name}: {standing.period.title} menunggu penilai",
                "Sudah diajukan.",
                _desk(standing),
            )
        yield from _sample(unit)
    held = units.order_by()
    yield from _silent(held)
    yield from _complaints(waiting(held, midnight=periods.midnight(), with_officers=False))


def _of_evaluator(user: AbstractBaseUser | AnonymousUser) -> Iterator[Entry]:
    offices = roles.held(user, roles.EVALUATORS)
    if not offices:
        return
    units = roles.units_of(offices).order_by()
    real = units.filter(lasting.REAL)
    releases = Release.objects.filter(unit__in=real, instrument=DEFAULT_INSTRUMENT)
    path = reverse("desk-releases")
    if number := releases.filter(state=State.SUBMITTED).count():
        text = "Terbitkan, atau kembalikan dengan alasan."
        yield Entry(SOON, f"{number} rilis diajukan dan belum diputuskan", text, f"{path}?state=diajukan")
    if number := releases.filter(state=State.NOT_REPORTED).count():
        text = "Untuk umum tertulis: tidak melapor. Penilai dapat mengingatkan unitnya, atau menerbitkan tanpa unit."
        yield Entry(LATE, f"{number} periode tidak dilaporkan", text, reverse("desk-missing"))
    yield from _silent(units)
    yield from _complaints(waiting(units, midnight=periods.midnight(), with_officers=True))


def _release_due(standing: Standing) -> Entry:
    left = standing.days_left
    title = f"{standing.unit.name}: ajukan rilis {standing.period.title}"
    if standing.reason:
        title = f"{standing.unit.name}: perbaiki dan ajukan lagi rilis {standing.period.title}"
    day = long_date(standing.due)
    if left < 0:
        text = f"Batasnya {day}, sudah lewat. Untuk umum tertulis: tidak melapor."
    else:
        text = f"Paling lambat {day}, sisa {left} hari. Sesudahnya untuk umum tertulis: tidak melapor."
    if standing.reason:
        text += f" Dikembalikan: {standing.reason}."
    told = reminders.newest([standing.unit], standing.period).get(standing.unit.pk)
    if told is not None:
        text += f" Penilai mengingatkan pada {long_date(told.day)}."
    return Entry(LATE if left < 0 else SOON if left <= _SOON_DAYS else NOTE, title, text, _desk(standing))


def _sample(unit: Unit) -> Iterator[Entry]:
    """Say how far the running period's sample is, in a band; nothing of one that the unit does not owe."""
    today = periods.today(unit.time_zone)
    found = running(unit, DEFAULT_INSTRUMENT, on=today, until=today - timedelta(days=1))
    if not lasting.owes(unit, found.period):
        return
    stated = Population.objects.filter(
        unit=unit, first_day=found.period.first, last_day=found.period.last
    ).first()
    so_far = f"Jawaban sampai tadi malam: {_band(found)}."
    title = f"{unit.name}: {found.period.title} sedang berjalan"
    if stated is None:
        yield Entry(
            NOTE,
            title,
            f"{so_far} Jumlah pengguna layanan belum dinyatakan, maka kecukupannya belum dapat dinilai.",
        )
        return
    needed = required_sample(stated.users)
    if found.band.low >= needed:
        yield Entry(NOTE, title, f"{so_far} Diperlukan {needed}: cukup.")
        return
    left = (found.period.last - today).days
    is_short = found.band.high is not None and found.band.high < needed
    text = f"{so_far} Diperlukan {needed}: {'belum cukup' if is_short else 'mungkin sudah cukup'}, sisa {left} hari."
    yield Entry(SOON if is_short and left <= _SOON_DAYS else NOTE, title, text)


def _band(found: Running) -> str:
    low, high = found.band
    if high is None:
        return f"{low} atau lebih"
    return f"kurang dari {high + 1}" if low == 0 else f"{low} sampai {high}"


def _silent(units: QuerySet[Unit]) -> Iterator[Entry]:
    """Name the kiosks that stand at units and of which nothing has come in for days; of many only how many."""
    silent = needs.conditions(periods.midnight())[Need.SILENT]
    found = needs.standing_now(units).filter(silent).order_by(F("last_hour_ms").asc(nulls_first=True), "name")
    number = found.count()
    text = need_sentence(Need.SILENT)
    if number > MOST_UNITS:
        path = f"{reverse('desk-kiosks')}?perlu={Need.SILENT.value}"
        yield Entry(LATE, f"{number} kios diam lebih dari {SILENT_DAYS} hari", text, path)
        return
    listed = list(found.values_list("name", "stands", "last_hour_ms"))
    names = dict(Unit.objects.filter(pk__in=[unit for _, unit, _ in listed]).values_list("pk", "name"))
    for name, unit, last_ms in listed:
        title = f"{names[unit]}: {silent_words(name, last_ms)}"
        yield Entry(LATE, title, text, reverse("desk-kiosk", args=[name]))


def _complaints(found: Waiting) -> Iterator[Entry]:
    if found.overdue:
        text = f"Dari {found.open} pengaduan yang terbuka. Kepada warga dijanjikan {PROMISED_DAYS} hari."
        yield Entry(LATE, f"{found.overdue} pengaduan lewat batas", text)
    elif found.open:
        yield Entry(NOTE, f"{found.open} pengaduan terbuka", "Tidak ada yang lewat batas.")


def _desk(standing: Standing) -> str:
    return reverse("desk-release", args=[standing.unit.code, standing.period.identifier])
