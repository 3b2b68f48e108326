"""Options that several commands share: a unit and a period."""

from typing import Any

from django.core.management.base import CommandParser

from collector.fleet import tree
from collector.fleet.models import Unit
from collector.scores.ask.words import period_of
from collector.words.catalogue import LANGUAGES
from survey.index.periods import Period


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
    words = {"period": options["period"], "from": options["first"], "to": options["last"]}
    return tree.find_unit(options["unit"]), period_of({word: text for word, text in words.items() if text})


def add_language(parser: CommandParser) -> None:
    """Add `--lang`, for what is printed to be handed on."""
    parser.add_argument("--lang", choices=LANGUAGES, help="language of what is printed (IKM_LANGUAGE)")
