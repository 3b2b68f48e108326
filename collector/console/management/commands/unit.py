"""`ikm-collector unit`."""

from argparse import Namespace
from collections.abc import Callable
from datetime import date
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser

from collector.accounts.roles import ADMINISTRATOR, EVALUATORS
from collector.console.acting import add_account, named
from collector.console.command import CollectorCommand
from collector.errors import CollectorError
from collector.fleet import setting, tree
from collector.fleet.models import Agency, Kiosk, Unit
from collector.releases import endings
from collector.words.foreign import shown
from survey.index.periods import ZONES


class Command(CollectorCommand):
    """Add, retire, hide and show service units."""

    help = (
        "Add a service unit, or change its name, region or agency; retire one that is closed, merged or moved; hide what never was one;"
        " and show it again. Nothing is erased."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Describe the options."""
        parts = self.subcommands(parser)
        add = parts.add_parser("add", help="add a unit, or change one")
        add.add_argument("--code", required=True, help="short and lasting: it stands in addresses and files")
        add.add_argument("--name", required=True, help="the unit's full name, as pages show it")
        add.add_argument("--region", required=True, help="Kemendagri code, such as 18.01.05.2003")
        add.add_argument("--agency", help="code of the agency that owns the index")
        add.add_argument(
            "--time-zone", default=settings.IKM_TIME_ZONE, help="the zone its days are counted in"
        )
        retire = _on_one(parts.add_parser("retire", help="end a unit; what has begun by then is still owed"))
        retire.add_argument(
            "--on", metavar="DATE", required=True, help="the first day it is no unit any more: today or later"
        )
        retire.add_argument("--successor", metavar="CODE", help="code of the unit that follows it")
        hide = _on_one(parts.add_parser("hide", help="say that there never was such a unit: a test, a slip"))
        hide.add_argument(
            "--although-counted",
            action="store_true",
            help="although something of it is public or counted; of accounts, administrators alone",
        )
        _on_one(parts.add_parser("show", help="take back that it has ended or was hidden"))

    def run(self, options: dict[str, Any]) -> str | None:
        """Do it."""
        return shown(_DOES[options["subcommand"]](Namespace(**options)))


def _on_one(part: CommandParser) -> CommandParser:
    part.add_argument("code", metavar="CODE", help="the unit's code")
    add_account(part)
    part.add_argument(
        "--why",
        required=True,
        help="the reason; everybody reads it on the unit's page, and it is in the trail",
    )
    return part


def _add(given: Namespace) -> str:
    if given.time_zone not in ZONES:
        raise CollectorError("time_zone", zone=given.time_zone)
    agency = None
    if given.agency:
        agency = Agency.objects.filter(code=given.agency).first()
        if agency is None:
            raise CollectorError("agency_not_here", code=given.agency)
    unit = tree.add_unit(
        code=given.code,
        name=given.name,
        region=tree.add_region(given.region),
        agency=agency,
        time_zone=given.time_zone,
    )
    setting.renew(Kiosk.objects.filter(stands=unit))  # in another region other settings hold
    return f"unit {unit.code}: {unit.name}, {unit.region_id}"


def _retire(given: Namespace) -> str:
    unit = tree.find_unit(given.code)
    try:
        on = date.fromisoformat(given.on)
    except ValueError as error:
        raise CollectorError("unit_day", text=given.on) from error
    successor = tree.find_unit(given.successor) if given.successor else None
    who = named(given, EVALUATORS, ("unit", unit.code))
    return _line(endings.retire(unit, on=on, why=given.why, who=who, successor=successor))


def _hide(given: Namespace) -> str:
    unit = tree.find_unit(given.code)
    may = (ADMINISTRATOR,) if given.although_counted else EVALUATORS
    who = named(given, may, ("unit", unit.code))
    return _line(endings.hide(unit, why=given.why, who=who, openly=given.although_counted))


def _show(given: Namespace) -> str:
    unit = tree.find_unit(given.code)
    return _line(endings.show(unit, why=given.why, who=named(given, EVALUATORS, ("unit", unit.code))))


def _line(unit: Unit) -> str:
    if unit.hidden_on is not None:
        return f"unit {unit.code}: hidden since {unit.hidden_on}"
    if unit.retired_on is None:
        return f"unit {unit.code}: shown"
    follows = f", followed by {unit.successor.code}" if unit.successor is not None else ""
    return f"unit {unit.code}: no unit any more from {unit.retired_on} on{follows}"


_DOES: dict[str, Callable[[Namespace], str]] = {
    "add": _add, "retire": _retire, "hide": _hide, "show": _show,
}  # fmt: skip
