"""`ikm-collector retention`."""

from typing import Any

from django.core.management.base import CommandParser

from collector import clock
from collector.complaints import life, retention, throttle
from collector.console.command import CollectorCommand
from collector.people.trail import console_user
from collector.standards import kiosks


class Command(CollectorCommand):
    """Destroy what is past its date."""

    help = (
        "Close answered complaints whose citizens stayed silent, and destroy contacts (90 days after closing), complaint texts (after two years) and what a backup brought back, in the database's"
        " free space too, with proof kept; then tell kiosks of standards that are in force from today. A timer runs it each night."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Describe the options."""
        parser.add_argument("--dry-run", action="store_true", help="only say how much is due")

    def run(self, options: dict[str, Any]) -> str | None:
        """Destroy it."""
        now = clock.now()
        if options["dry_run"]:
            found = retention.due(now)
        else:
            life.close_silent(now)
            found = retention.run(now, who=console_user())
            throttle.forget(now)
            kiosks.come_into_force(now)
        contacts, texts = found.counts
        return f"{contacts} contacts and {texts} texts {'due' if options['dry_run'] else 'destroyed'}"
