"""What a unit has to report, and what it cannot."""

from django.db.models import F, Q

from collector.errors import CollectorError
from collector.fleet import lasting
from collector.fleet.models import Unit
from collector.releases.editions import answered
from collector.scores.ask.queries import DEFAULT_INSTRUMENT
from survey.index.periods import Period


def asked_of(unit: Unit) -> str:
    """Give by which instrument a unit reports: the SKM, or what a course asks in its place."""
    return unit.asks or DEFAULT_INSTRUMENT


def owed_of_units() -> Q:
    """Give the condition that a release is of the instrument by which its unit reports."""
    courses = Unit.objects.exclude(asks="").values("pk")
    return (Q(instrument=DEFAULT_INSTRUMENT) & ~Q(unit__in=courses)) | Q(
        unit__in=courses, instrument=F("unit__asks")
    )


def owes(unit: Unit, period: Period, *, instrument: str) -> bool:
    """Tell whether a unit has to report a period: the SKM (or a course's own questionnaire) always, everything else where its visitors were asked it.

    One that had ended before the period began, or is hidden, owes nothing.
    """
    if not lasting.owes(unit, period):
        return False
    return instrument == asked_of(unit) or answered(unit, period, instrument=instrument) > 0


def check_owed(unit: Unit, period: Period) -> None:
    """Refuse a period that a unit cannot report.

    Raises:
        CollectorError: it had ended before the period began, or is hidden (`unit_owes_not`).
    """
    if not lasting.owes(unit, period):
        raise CollectorError("unit_owes_not", unit=unit.code, period=period.identifier)
