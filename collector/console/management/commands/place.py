"""`ikm-collector place add` and `place provider`."""

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
        parts = self.subcommands(parser)
        add = parts.add_parser("add", help="add a place, or change one")
        add.add_argument("--code", required=True, help="short and lasting: it stands in addresses and files")
        add.add_argument("--name", required=True, help="the place's full name")
        add.add_argument("--region", required=True, help="Kemendagri code, such as 18.71")
        provider = parts.add_parser("provider", help="say whose SIM cards the kiosks there have")
        provider.add_argument("name", metavar="NAME", help="as the operator is called; '' takes it back")
        where = provider.add_mutually_exclusive_group(required=True)
        where.add_argument("--place", default="", metavar="CODE", help="at one place")
        where.add_argument("--region", default="", metavar="CODE", help="at all places of a region")

    def run(self, options: dict[str, Any]) -> str | None:
        """Add the place, or say whose cards its kiosks have."""
        if options["subcommand"] == "provider":
            number = tree.set_provider(options["name"], place=options["place"], region=options["region"])
            return f"{number} places"
        place = tree.add_place(
            code=options["code"], name=options["name"], region=tree.add_region(options["region"])
        )
        return shown(f"place {place.code}: {place.name}, {place.region_id}")
