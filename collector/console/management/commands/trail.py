"""`ikm-collector trail`."""

from itertools import islice
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser

from collector.console.command import CollectorCommand
from collector.errors import CollectorError
from collector.local import minute_text
from collector.people import chain
from collector.people.chain import Head
from collector.people.models import TrailEntry
from collector.words.foreign import shown

_MOST_FAULTS = 1_000


class Command(CollectorCommand):
    """Show the audit trail, and check that nobody changed it."""

    help = "Show who exported, changed or destroyed what, and why, the latest last; or check the chain that joins it."

    def add_arguments(self, parser: CommandParser) -> None:
        """Describe the options."""
        parser.add_argument("--last", type=int, default=50, metavar="N", help="how many entries (50)")
        parser.add_argument("--verify", action="store_true", help="go over the whole chain instead")
        parser.add_argument(
            "--head",
            metavar="NUMBER:LINK",
            help="with --verify: an end of the chain that was published earlier",
        )

    def run(self, options: dict[str, Any]) -> str | None:
        """Show or check the entries."""
        if options["verify"]:
            return _verify(options["head"])
        for entry in reversed(TrailEntry.objects.order_by("-pk")[: options["last"]]):
            why = f" ({entry.why})" if entry.why else ""
            at = minute_text(entry.at, settings.IKM_TIME_ZONE)
            self.stdout.write(shown(f"{at}  {entry.who}  {entry.action}: {entry.subject}{why}"))
        return None


def _verify(text: str | None) -> str:
    end = chain.extend()
    found = list(islice(chain.faults(kept=_head(text) if text else None), _MOST_FAULTS))
    if found:
        raise CollectorError("trail_broken", number=len(found), first=found[0].number, what=found[0].what)
    return f"{end.number} entries, none changed or missing; the chain ends at {end.number}:{end.link.hex()}"


def _head(text: str) -> Head:
    number, _, link = text.partition(":")
    try:
        return Head(int(number), bytes.fromhex(link))
    except ValueError as error:
        raise CollectorError("trail_head", text=text) from error
