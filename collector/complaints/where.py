"""What of complaints hangs on a region: those that wait for its people, and its own holidays."""

from collector.complaints.models import Holiday, Ticket
from collector.fleet.hanging import Kind


def _holidays(before: str, now: str) -> int:
    """A day that is a holiday in the new region already is one once."""
    taken = list(Holiday.objects.filter(region=now).values_list("day", flat=True))
    return Holiday.objects.filter(region=before).exclude(day__in=taken).update(region=now)


KINDS = (
    Kind(
        "complaints",
        lambda: Ticket.objects.exclude(holder_region=None).values_list("holder_region", flat=True),
        lambda before, now: Ticket.objects.filter(holder_region=before).update(holder_region=now),
    ),
    Kind(
        "holidays", lambda: Holiday.objects.exclude(region=None).values_list("region", flat=True), _holidays
    ),
)
