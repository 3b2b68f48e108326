"""`ikm-collector trail`."""

from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser

from collector.console.command import CollectorCommand
from collector.local import minute_text
from collector.people.models import TrailEntry
from collector.words.foreign import shown


class Command(CollectorCommand):
    """Show the audit trail."""

    help = "Show who exported, changed or destroyed what, and why; the latest last."

    def add_arguments(self, parser: CommandParser) -> None:
        """Describe the options."""
        parser.add_argument("--last", type=int, default=50, metavar="N", help="how many entries (50)")

    def run(self, options: dict[str, Any]) -> str | None:
        """Show the entries."""
        for entry in reversed(TrailEntry.objects.order_by("-pk")[: options["last"]]):
            why = f" ({entry.why})" if entry.why else ""
            at = minute_text(entry.at, settings.IKM_TIME_ZONE)
            self.stdout.write(shown(f"{at}  {entry.who}  {entry.action}: {entry.subject}{why}"))
        return None
