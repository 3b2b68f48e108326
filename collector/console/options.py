"""Options that several commands share: a unit and a period."""

from datetime import date
from typing import Any

from django.core.management.base import CommandParser

from collector.errors import CollectorError
from collector.fleet import tree
from collector.fleet.models import Unit
from survey.index.periods import Period, PeriodError, between
from survey.index.periods import parse as parse_period


def add_unit_and_period(parser: CommandParser) -> None:
    """Add `--unit`, and `--period` or `--from` and `--to`."""
    parser.add_argument("--unit", required=True, metavar="CODE", help="the unit's code")
    parser.add_argument("--period", metavar="PERIOD", help="2026-TW3, 2026-S1, 2026 or 2026-07")
    parser.add_argument("--from", dest="first", metavar="DATE", help="first local day, such as 2026-07-01")
    parser.add_argument("--to", dest="last", metavar="DATE", help="last local day, included")


def unit_and_period(options: dict[str, Any]) -> tuple[Unit, Period]:
    """Give the unit and the period that were named.

    Raises:
        CollectorError: the unit is unknown, or the period is none.
    """
    named, first, last = options["period"], options["first"], options["last"]
    try:
        if named and not first and not last:
            period = parse_period(named)
        elif first and last and not named:
            period = between(date.fromisoformat(first), date.fromisoformat(last))
        else:
            raise CollectorError("give either --period (2026-TW3, 2026-S1, 2026, 2026-07) or --from and --to")
    except (PeriodError, ValueError) as error:
        raise CollectorError(f"the period is none: {error}") from error
    return tree.find_unit(options["unit"]), period
