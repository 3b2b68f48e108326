"""Courses and events with a questionnaire of their own: which one may be asked, of which unit, and what of it goes to kiosks.

A course is a unit of its own, held at a place from a first day to a last one. Whoever says at a kiosk there that the visit was about it is asked
its questionnaire in the place of the kiosk's. So no answer to it can be another unit's, and no office can have other questions asked than the
official ones: what ever had a kiosk, or served anywhere with the kiosks' own questions, is an office and no course.
"""

from collections.abc import Iterable
from datetime import date

from django.db.models import F

from collector.errors import CollectorError
from collector.fleet import instruments
from collector.fleet.models import Assignment, Tenant, Unit
from survey.instrument.definition import MAX_NAME, load, shipped
from survey.instrument.instrument import Instrument, Kind

LONGEST_DAYS = 366
"""An office that asked other questions for longer than a year would owe no survey that the rule wants."""
LONGEST_NAME = MAX_NAME
_OFFICIAL = "skm-2017"


def offered() -> list[Instrument]:
    """Give what a course may ask: every questionnaire that is known here."""
    official = {one.id for one in shipped()}
    found = [*shipped(), *(one for one in instruments.own() if one.id not in official)]
    return sorted((one for one in found if one.kind is not Kind.PULSE), key=lambda one: one.name)


def find(name: str) -> Instrument:
    """Give a questionnaire that a course may ask, by its name `id@version`.

    Raises:
        CollectorError: there is none (`course_questionnaire`).
    """
    known = {one.name: one for one in offered()}
    if name not in known:
        raise CollectorError("course_questionnaire", name=name, known=", ".join(known))
    return known[name]


def check(unit: Unit, name: str, *, first: date, last: date | None) -> None:
    """Refuse a questionnaire of its own.

    Raises:
        CollectorError: there is none (`course_questionnaire`), it has no end or a far one (`course_days`), or the unit is an office (`course_office`).
    """
    find(name)
    if last is None or (last - first).days >= LONGEST_DAYS:
        raise CollectorError("course_days", most=LONGEST_DAYS)
    if unit.pk in offices([unit.pk]):
        raise CollectorError("course_office", unit=unit.code)


def offices(units: Iterable[int]) -> set[int]:
    """Give which units ever had a kiosk, or served somewhere with the kiosks' own questions."""
    among = list(units)
    stood = Assignment.objects.filter(unit__in=among).values_list("unit_id", flat=True)
    served = Tenant.objects.filter(unit__in=among, questionnaire="").exclude(until=F("since"))
    return {*stood, *served.values_list("unit_id", flat=True)}


def keep(unit: int, name: str) -> None:
    """Note by what a unit reports from now on: by its questionnaire, or by the SKM."""
    asks = name.partition("@")[0]
    Unit.objects.filter(pk=unit).update(asks="" if asks == _OFFICIAL else asks)


def texts(names: Iterable[str]) -> list[str]:
    """Give the texts of those questionnaires that no kiosk brings with it; one that is not here any more is left out."""
    found = {}
    for name in names:
        form, _, version = name.partition("@")
        try:
            load(form, version)
        except KeyError:
            found[name] = instruments.text(form, version)
    return [text for _, text in sorted(found.items()) if text]
