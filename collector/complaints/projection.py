"""Tickets from complaint records. Nothing here forgets what people did with a ticket since."""

from collections.abc import Mapping, Sequence

from collector.evidence.accepted import AcceptedRecord, NotUnderstood
from survey.attachment import Attachment


def project(
    records: Sequence[AcceptedRecord], attached: Mapping[tuple[int, int], Sequence[Attachment]]
) -> Sequence[NotUnderstood]:
    return []


def unproject(records: Sequence[AcceptedRecord]) -> None:
    return None
