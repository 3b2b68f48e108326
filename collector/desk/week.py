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
from collector.complaints import passing, retention, sight
from collector.complaints.models import Ticket
from collector.complaints.waiting import waiting
from collector.desk import periods, reminders
from collector.desk.kiosk_words import need_sentence, silent_words
from collector.desk.periods import Standing
from collector.evidence import needs
from collector.evidence.needs import SILENT_DAYS, Need
from collector.fleet import lasting
from collector.fleet.models import Unit
from collector.language import say_here, spoken
from collector.local import day_text, period_text
from collector.releases.models import Release
from collector.releases.owed import asked_of
from collector.releases.running import Running, running
from collector.releases.states import State
from collector.scores.ask.queries import DEFAULT_INSTRUMENT
from collector.scores.models import Population
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
    found = [*_of_officer(user), *_of_evaluator(user), *_complaints(user), *_ending(user)]
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
                say_here("week.submitted", unit=unit.name, period=period_text(standing.period, spoken())),
                say_here("week.submitted_text"),
                _desk(standing),
            )
        yield from _sample(unit)
    held = units.order_by()
    yield from _silent(held)


def _of_evaluator(user: AbstractBaseUser | AnonymousUser) -> Iterator[Entry]:
    offices = roles.held(user, roles.EVALUATORS)
    if not offices:
        return
    units = roles.units_of(offices).order_by()
    real = units.filter(lasting.REAL)
    releases = Release.objects.filter(unit__in=real, instrument=DEFAULT_INSTRUMENT)
    path = reverse("desk-releases")
    if number := releases.filter(state=State.SUBMITTED).count():
        title, text = say_here("week.undecided", number=number), say_here("week.undecided_text")
        yield Entry(SOON, title, text, f"{path}?state=diajukan")
    if number := releases.filter(state=State.NOT_REPORTED).count():
        title, text = say_here("week.silent_units", number=number), say_here("week.silent_units_text")
        yield Entry(LATE, title, text, reverse("desk-missing"))
    yield from _silent(units)


def _release_due(standing: Standing) -> Entry:
    left = standing.days_left
    period = period_text(standing.period, spoken())
    title = say_here(
        "week.mend" if standing.reason else "week.hand_in", unit=standing.unit.name, period=period
    )
    day = day_text(standing.due, spoken())
    text = say_here("week.late", day=day) if left < 0 else say_here("week.due", day=day, left=left)
    if standing.reason:
        text += " " + say_here("week.returned", reason=standing.reason)
    told = reminders.newest([standing.unit], standing.period).get(standing.unit.pk)
    if told is not None:
        text += " " + say_here("week.reminded", day=day_text(told.day, spoken()))
    return Entry(LATE if left < 0 else SOON if left <= _SOON_DAYS else NOTE, title, text, _desk(standing))


def _sample(unit: Unit) -> Iterator[Entry]:
    """Say how far the running period's sample is, in a band; nothing of one that the unit does not owe."""
    today = periods.today(unit.time_zone)
    found = running(unit, asked_of(unit), on=today, until=today - timedelta(days=1))
    if not lasting.owes(unit, found.period):
        return
    stated = Population.objects.filter(
        unit=unit, first_day=found.period.first, last_day=found.period.last
    ).first()
    so_far = say_here("week.so_far", band=_band(found))
    title = say_here("week.running", unit=unit.name, period=period_text(found.period, spoken()))
    if stated is None:
        unstated = say_here("week.unstated")
        yield Entry(NOTE, title, f"{so_far} {unstated}")
        return
    needed = required_sample(stated.users)
    if found.band.low >= needed:
        enough = say_here("week.enough", needed=needed)
        yield Entry(NOTE, title, f"{so_far} {enough}")
        return
    left = (found.period.last - today).days
    is_short = found.band.high is not None and found.band.high < needed
    told = say_here("week.short" if is_short else "week.perhaps", needed=needed, left=left)
    yield Entry(SOON if is_short and left <= _SOON_DAYS else NOTE, title, f"{so_far} {told}")


def _band(found: Running) -> str:
    low, high = found.band
    if high is None:
        return say_here("week.band_more", low=low)
    return (
        say_here("week.band_fewer", high=high + 1) if low == 0 else say_here("week.band", low=low, high=high)
    )


def _silent(units: QuerySet[Unit]) -> Iterator[Entry]:
    """Name the kiosks that stand at units and of which nothing has come in for days; of many only how many."""
    silent = needs.conditions(periods.midnight())[Need.SILENT]
    found = needs.standing_now(units).filter(silent).order_by(F("last_hour_ms").asc(nulls_first=True), "name")
    number = found.count()
    text = need_sentence(Need.SILENT)
    if number > MOST_UNITS:
        path = f"{reverse('desk-kiosks')}?perlu={Need.SILENT.value}"
        yield Entry(LATE, say_here("week.silent_kiosks", number=number, days=SILENT_DAYS), text, path)
        return
    listed = list(found.values_list("name", "stands", "last_hour_ms"))
    names = dict(Unit.objects.filter(pk__in=[unit for _, unit, _ in listed]).values_list("pk", "name"))
    for name, unit, last_ms in listed:
        title = say_here("week.silent_kiosk", unit=names[unit], words=silent_words(name, last_ms))
        yield Entry(LATE, title, text, reverse("desk-kiosk", args=[name]))


def _complaints(user: AbstractBaseUser | AnonymousUser) -> Iterator[Entry]:
    """Say what of the complaints in somebody's sight waits for that person, and what was left lying below."""
    path = reverse("desk-complaints")
    own = waiting(sight.visible(user).filter(sight.held_by(user)), midnight=periods.midnight())
    if own.overdue:
        text = say_here("week.complaints_late_text", open=own.open)
        yield Entry(LATE, say_here("week.complaints_late", number=own.overdue), text, f"{path}?tampil=lewat")
    elif own.open:
        title = say_here("week.complaints_open", number=own.open)
        yield Entry(NOTE, title, say_here("week.complaints_open_text"), path)
    if number := _left_lying(user).count():
        title, text = say_here("week.complaints_below", number=number), say_here("week.complaints_below_text")
        yield Entry(LATE, title, text, f"{path}?tampil=bawah")


def _left_lying(user: AbstractBaseUser | AnonymousUser) -> QuerySet[Ticket]:
    midnight = periods.midnight()
    before = round(midnight.timestamp() * 1000)
    return passing.overdue_above(user, midnight).filter(at_ms__lt=before)


def _ending(user: AbstractBaseUser | AnonymousUser) -> Iterator[Entry]:
    """Say before it is too late that what citizens wrote is destroyed while it still waits for an answer."""
    number = retention.soon(periods.midnight(), sight.visible(user))
    if number:
        days = retention.SOON.days
        title = say_here("week.texts_ending", number=number, days=days)
        yield Entry(LATE, title, say_here("week.texts_ending_text"))


def _desk(standing: Standing) -> str:
    return reverse("desk-release", args=[standing.unit.code, standing.period.identifier])
