"""`ikm-collector place add`."""

from typing import Any

from django.core.management.base import CommandParser

from collector.console.command import CollectorCommand
from collector.fleet import tree
from collector.words.foreign import shown


class Command(CollectorCommand):
    """Add a place."""

    help = "Add a place where several units serve (a public-service mall). A balai desa gets its place by itself."

    def add_arguments(self, parser: CommandParser) -> None:
        """Describe the options."""
        add = self.subcommands(parser).add_parser("add", help="add a place, or change one")
        add.add_argument("--code", required=True, help="short and lasting: it stands in addresses and files")
        add.add_argument("--name", required=True, help="the place's full name")
        add.add_argument("--region", required=True, help="Kemendagri code, such as 18.71")

    def run(self, options: dict[str, Any]) -> str | None:
        """Add the place."""
        place = tree.add_place(
            code=options["code"], name=options["name"], region=tree.add_region(options["region"])
        )
        return shown(f"place {place.code}: {place.name}, {place.region_id}")
