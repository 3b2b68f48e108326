"""`ikm-collector unit add`."""

from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser

from collector.console.command import CollectorCommand
from collector.errors import CollectorError
from collector.fleet import tree
from collector.fleet.models import Agency
from collector.words.foreign import shown
from survey.index.periods import ZONES


class Command(CollectorCommand):
    """Add a service unit."""

    help = "Add a service unit, or change its name, region or agency."

    def add_arguments(self, parser: CommandParser) -> None:
        """Describe the options."""
        add = self.subcommands(parser).add_parser("add", help="add a unit, or change one")
        add.add_argument("--code", required=True, help="short and lasting: it stands in addresses and files")
        add.add_argument("--name", required=True, help="the unit's full name, as pages show it")
        add.add_argument("--region", required=True, help="Kemendagri code, such as 18.01.05.2003")
        add.add_argument("--agency", help="code of the agency that owns the index")
        add.add_argument(
            "--time-zone", default=settings.IKM_TIME_ZONE, help="the zone its days are counted in"
        )

    def run(self, options: dict[str, Any]) -> str | None:
        """Add the unit."""
        if options["time_zone"] not in ZONES:
            raise CollectorError("time_zone", zone=options["time_zone"])
        agency = None
        if options["agency"]:
            agency = Agency.objects.filter(code=options["agency"]).first()
            if agency is None:
                raise CollectorError("agency_not_here", code=options["agency"])
        unit = tree.add_unit(
            code=options["code"],
            name=options["name"],
            region=tree.add_region(options["region"]),
            agency=agency,
            time_zone=options["time_zone"],
        )
        return shown(f"unit {unit.code}: {unit.name}, {unit.region_id}")
