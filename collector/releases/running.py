"""A period that still runs: how many have answered in it so far, as a band, and never what."""

from datetime import date
from typing import NamedTuple

from collector.fleet.models import Unit
from collector.releases.bands import Band, band
from collector.releases.policy import official
from collector.scores.ask.counting import count
from collector.scores.ask.lookups import find_form
from collector.scores.ask.scope import Days, Scope
from survey.index.periods import Period, PeriodKind, around


class Running(NamedTuple):
    """A unit's running period."""

    period: Period
    band: Band


def running(unit: Unit, instrument: str, *, on: date, until: date | None = None) -> Running:
    """Give the official period of a unit that runs on a day, and how many have answered in it; until another day where one is named."""
    kind = PeriodKind(official(unit, around(on, PeriodKind.QUARTER)).period_kind)
    period = around(on, kind)
    number, form = find_form(instrument)
    last = until or period.last
    if number is None or last < period.first:
        return Running(period, band(0))
    row = count(number, form, Scope(unit=unit.code), Days(period.first, last)).whole.both
    tally, _ = form.opened(row)
    return Running(period, band(tally.complete + tally.incomplete))
