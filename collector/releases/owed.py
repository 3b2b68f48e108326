"""What a unit has to report, and what it cannot."""

from collector.errors import CollectorError
from collector.fleet import lasting
from collector.fleet.models import Unit
from collector.releases.editions import answered
from collector.scores.ask.queries import DEFAULT_INSTRUMENT
from survey.index.periods import Period


def owes(unit: Unit, period: Period, *, instrument: str) -> bool:
    """Tell whether a unit has to report a period: the SKM always, everything else where its visitors were asked it.

    One that had ended before the period began, or is hidden, owes nothing.
    """
    if not lasting.owes(unit, period):
        return False
    return instrument == DEFAULT_INSTRUMENT or answered(unit, period, instrument=instrument) > 0


def check_owed(unit: Unit, period: Period) -> None:
    """Refuse a period that a unit cannot report.

    Raises:
        CollectorError: it had ended before the period began, or is hidden (`unit_owes_not`).
    """
    if not lasting.owes(unit, period):
        raise CollectorError("unit_owes_not", unit=unit.code, period=period.identifier)
