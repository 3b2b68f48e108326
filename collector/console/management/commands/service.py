"""`ikm-collector service add`."""

from typing import Any

from django.core.management.base import CommandParser

from collector.console.command import CollectorCommand
from collector.fleet import services, tree
from collector.people.trail import console_user
from collector.words.foreign import shown


class Command(CollectorCommand):
    """Add a service to a unit."""

    help = "Add a service that visitors of a unit can name, rename it, or take it off the kiosks."

    def add_arguments(self, parser: CommandParser) -> None:
        """Describe the options."""
        add = self.subcommands(parser).add_parser("add", help="add a service, or change one")
        add.add_argument("--unit", required=True, metavar="CODE", help="code of the unit that offers it")
        add.add_argument("--code", required=True, help="short and lasting; the unit's own")
        add.add_argument("--name", required=True, help="what visitors know it by")
        add.add_argument("--withdrawn", action="store_true", help="no longer offer it on the kiosks")

    def run(self, options: dict[str, Any]) -> str | None:
        """Add the service, and tell the kiosks that stand at the unit's places."""
        unit = tree.find_unit(options["unit"])
        service = services.put(
            unit,
            code=options["code"],
            name=options["name"],
            offered=not options["withdrawn"],
            who=console_user(),
        )
        return shown(f"service {service.code} of {unit.code}: {service.name}")
