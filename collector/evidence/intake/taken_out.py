"""Responses that count nowhere, because their visit was a test: they are left out wherever a stream is read."""

from collector.evidence.models import TakenOut


def taken_out(stream_id: int) -> frozenset[int]:
    """Give the numbers of a stream's responses that count nowhere."""
    return frozenset(TakenOut.objects.filter(stream_id=stream_id).values_list("seq", flat=True))
