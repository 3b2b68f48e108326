"""`ikm-collector stream`."""

from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser
from django.db import transaction

from collector.accounts import roles
from collector.accounts.console import EVERYTHING
from collector.console.acting import acting
from collector.console.command import CollectorCommand
from collector.errors import CollectorError
from collector.evidence.intake.fitting import decide
from collector.evidence.models import Stream
from collector.evidence.standing import StreamStanding
from collector.local import minute_text
from collector.people import trail
from collector.words.foreign import shown

_DECISIONS = {"accept": StreamStanding.ACCEPTED, "refuse": StreamStanding.REFUSED}


class Command(CollectorCommand):
    """Decide on streams that do not fit the lineage of their kiosk's key."""

    help = (
        "List streams that do not fit the lineage of their kiosk's key, and decide on them. Such a stream is kept as "
        "evidence and not counted: whoever has a copy of a card can open one."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Describe the options."""
        parts = self.subcommands(parser)
        listing = parts.add_parser("list", help="the streams that did not fit, and what was decided")
        listing.add_argument("--all", action="store_true", help="also those that fit and count")
        for name, words in (
            ("accept", "count a stream from now on, with everything it holds"),
            ("refuse", "leave a stream uncounted for good; it stays as evidence"),
        ):
            part = parts.add_parser(name, help=words)
            part.add_argument("stream", metavar="STREAM", help="its id, or how it begins")
            part.add_argument(
                "--as", dest="account", required=True, metavar="NAME", help="the administrator who decides"
            )
            part.add_argument("--why", required=True, help="the reason; it stands in the audit trail")

    def run(self, options: dict[str, Any]) -> str | None:
        """Do it."""
        if options["subcommand"] == "list":
            return _list(every=options["all"])
        standing = _DECISIONS[options["subcommand"]]
        named = Stream.objects.filter(uid__startswith=options["stream"])
        stands = named.values_list("kiosk__stands__code", flat=True).first()
        over = ("unit", stands) if stands else EVERYTHING
        who = acting(options["account"], (roles.ADMINISTRATOR,), over=over)
        stream = _find(options["stream"])
        with transaction.atomic():
            number = decide(stream, standing, who=options["account"], why=options["why"])
            trail.note(
                who=who,
                action=f"stream {standing.value}",
                subject=f"{stream.kiosk.name} {stream.uid}",
                why=options["why"],
                facts={"records": stream.through, "projected": number},
            )
        return f"{stream.kiosk.name} {stream.uid[:8]}: {standing.value}; {number} records projected"


def _list(*, every: bool) -> str:
    streams = Stream.objects.select_related("kiosk").prefetch_related("named").order_by("kiosk__name", "pk")
    if not every:
        streams = streams.exclude(standing=StreamStanding.COUNTED)
    return "\n".join(_line(stream) for stream in streams) or "every stream fits the lineage of its key"


def _line(stream: Stream) -> str:
    opened = minute_text(stream.opened_ms, settings.IKM_TIME_ZONE)
    parts = [stream.kiosk.name, stream.uid, stream.standing, f"{stream.through} records since {opened}"]
    named = sorted(stream.named.all(), key=lambda one: one.place)
    parts += [f"after {one.uid[:8]} at {one.seq}" for one in named]
    if stream.decided_by:
        parts.append(f"by {stream.decided_by}: {stream.decided_why}")
    return shown("  ".join(parts))


def _find(text: str) -> Stream:
    found = list(Stream.objects.filter(uid__startswith=text).select_related("kiosk")[:2]) if text else []
    if len(found) != 1:
        raise CollectorError("stream_unknown", text=text)
    return found[0]
