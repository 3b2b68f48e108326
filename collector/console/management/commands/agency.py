"""`ikm-collector agency add`."""

from typing import Any

from django.core.management.base import CommandParser

from collector.console.command import CollectorCommand
from collector.fleet import tree
from collector.words.foreign import shown


class Command(CollectorCommand):
    """Add an agency."""

    help = "Add an agency (instansi penyelenggara), or rename it."

    def add_arguments(self, parser: CommandParser) -> None:
        """Describe the options."""
        add = self.subcommands(parser).add_parser("add", help="add an agency, or rename one")
        add.add_argument("--code", required=True, help="short and lasting: it stands in addresses and files")
        add.add_argument("--name", required=True, help="the agency's full name")

    def run(self, options: dict[str, Any]) -> str | None:
        """Add the agency."""
        agency = tree.add_agency(options["code"], name=options["name"])
        return shown(f"agency {agency.code}: {agency.name}")
