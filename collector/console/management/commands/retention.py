"""`ikm-collector retention`."""

from typing import Any

from django.core.management.base import CommandParser

from collector import clock
from collector.complaints.retention import destroy, due
from collector.console.command import CollectorCommand
from collector.people.trail import console_user


class Command(CollectorCommand):
    """Destroy what is past its date."""

    help = (
        "Destroy contacts (90 days after closing) and complaint texts (after two years), with proof kept. Run it daily. "
        "Backups are yours to expire."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Describe the options."""
        parser.add_argument("--dry-run", action="store_true", help="only say how much is due")

    def run(self, options: dict[str, Any]) -> str | None:
        """Destroy it."""
        now = clock.now()
        found = due(now)
        if not options["dry_run"]:
            destroy(found, who=console_user(), now=now)
        verb = "due" if options["dry_run"] else "destroyed"
        return f"{len(found.contacts)} contacts and {len(found.texts)} texts {verb}"
