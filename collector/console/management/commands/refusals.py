"""`ikm-collector refusals`."""

from typing import Any

from django.conf import settings
from django.db.models import Count

from collector.console.command import CollectorCommand
from collector.evidence.models import Conflict, Door, HeardHead, Refusal, SetAside, Stream
from collector.local import minute_text
from collector.words.foreign import shown


class Command(CollectorCommand):
    """Show what was refused."""

    help = (
        "Show what was refused at the doors and why, what is set aside, and which numbers hold two records."
    )

    def run(self, options: dict[str, Any]) -> str | None:  # noqa: ARG002 - it has no options
        """Show them."""
        for row in Refusal.objects.order_by("-last_ms"):
            at = minute_text(row.last_ms, settings.IKM_TIME_ZONE)
            who = row.kiosk_name or "a stranger"
            self.stdout.write(
                f"refused {row.count} × {row.code} from {who} by {Door(row.door).label}, last {at}: {shown(row.last_message)}"
            )
        for code, number in (
            SetAside.objects.values_list("code").annotate(number=Count("pk")).order_by("code")
        ):
            self.stdout.write(f"set aside {number} × {code}: held as evidence, not counted")
        for conflict in Conflict.objects.select_related("stream__kiosk").order_by("pk"):
            self.stdout.write(
                f"ALARM {conflict.stream.kiosk.name}: two different records {conflict.seq} "
                f"in stream {conflict.stream.uid[:8]}"
            )
        for head in HeardHead.objects.select_related("key__kiosk").order_by("pk"):
            if Stream.objects.filter(key_id=head.key_id, uid=head.uid).exists():
                self.stdout.write(
                    f"ALARM {head.key.kiosk.name}: a signed head {head.seq} of another history of stream {head.uid[:8]}"
                )
        return None
