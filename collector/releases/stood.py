"""Which kiosks stood at a unit in a period."""

from collector.fleet.assignments import standings
from collector.fleet.models import Unit
from collector.fleet.standing import Standing
from collector.local import moment_of
from survey.index.periods import Period


def stood_sometime(unit: Unit, period: Period) -> list[int]:
    """Give the kiosks that stood at the unit at some time of the period: those that nobody used are shown too."""
    begin_ms, end_ms = period.bounds_ms(unit.time_zone)
    here = unit.assignments.filter(since__lt=moment_of(end_ms)).values_list("kiosk_id", flat=True)
    found = standings(set(here))
    return [
        kiosk
        for kiosk, standing in found.items()
        if any(at == unit.pk for at, _ in _stands(standing, begin_ms, end_ms))
    ]


def stood_here(unit: Unit, period: Period, standing: Standing) -> bool:
    """Tell whether a kiosk stood at the unit for all of the period."""
    begin_ms, end_ms = period.bounds_ms(unit.time_zone)
    return all(at == unit.pk for at, _ in _stands(standing, begin_ms, end_ms))


def _stands(standing: Standing, begin_ms: int, end_ms: int) -> list[tuple[int, int]]:
    """Give where a kiosk stood between two moments."""
    later = [standing.at(since) for since in standing.since_ms if begin_ms < since < end_ms]
    return [standing.at(begin_ms), *later]
