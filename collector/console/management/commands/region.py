"""`ikm-collector region add`."""

from typing import Any

from django.core.management.base import CommandParser

from collector.console.command import CollectorCommand
from collector.fleet import tree
from collector.words.foreign import shown


class Command(CollectorCommand):
    """Name a region."""

    help = "Add a region under its Kemendagri code, or rename it."

    def add_arguments(self, parser: CommandParser) -> None:
        """Describe the options."""
        add = self.subcommands(parser).add_parser("add", help="add a region, or rename one")
        add.add_argument("--code", required=True, help="Kemendagri code, such as 18.01")
        add.add_argument("--name", required=True, help="its name, such as Lampung Selatan")

    def run(self, options: dict[str, Any]) -> str | None:
        """Add the region."""
        return shown(f"region {tree.add_region(options['code'], name=options['name'])}")
