"""`ikm-collector rebuild`."""

from typing import Any

from django.core.management.base import CommandParser

from collector.console.command import CollectorCommand
from collector.evidence.intake.rebuild import rebuild
from collector.people.trail import console_user, note


class Command(CollectorCommand):
    """Make rows and tallies anew."""

    help = (
        "Make rows and tallies anew from the evidence, in one transaction: pages show the old numbers until it is done. "
        "Stop the listener meanwhile, or its batches wait."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Describe the options."""
        parser.add_argument("--progress", action="store_true", help="name each stream when it is done")

    def run(self, options: dict[str, Any]) -> str | None:
        """Rebuild."""
        tell = self.stderr.write if options["progress"] else _quiet
        number = rebuild(tell)
        note(who=console_user(), action="rebuild", subject=f"{number} records")
        return f"{number} records projected anew"


def _quiet(_line: str) -> None:
    """Say nothing."""
