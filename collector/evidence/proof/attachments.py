"""What is held beside a stream's records, against what the records name."""

from collections.abc import Iterator, Mapping

from collector.evidence.intake import ledger
from collector.evidence.intake.named import named_in
from collector.evidence.models import HeldAttachment, Stream
from collector.evidence.proof.accounted import AttachmentCounts, State, Told, account
from collector.trust.keys import verifier
from survey.record.attachment import Attachment
from survey.record.errors import Malformed


def attachments_of(stream: Stream) -> AttachmentCounts:
    """Count a held stream's attachments from its records, and from what is held beside them."""
    return account(
        _named(stream), told_of(stream), uid=stream.uid, verify=verifier(bytes(stream.key.public_key))
    )


def told_of(stream: Stream) -> dict[tuple[int, str], Told]:
    """Give what is held of a stream's attachments; a content that is not the one its record names is not held."""
    return {
        (one.seq, one.name): _told(one)
        for one in HeldAttachment.objects.filter(stream=stream).order_by("seq", "name")
    }


def _told(one: HeldAttachment) -> Told:
    if one.loss:
        return Told(State.LOST, bytes(one.loss))
    if one.destroyed_at is not None:
        return Told(State.DESTROYED)
    content = Attachment(one.name, bytes(one.salt), bytes(one.content))
    return Told(State.HELD if content.digest == one.digest else State.NEVER)


def _named(stream: Stream) -> Iterator[tuple[int, Mapping[str, str]]]:
    try:
        for run in ledger.runs(stream.pk):
            yield from named_in(run.lines, first=run.first)
    except Malformed:
        return  # what is behind the damage is missing, and the verdict says so
