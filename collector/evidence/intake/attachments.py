"""What travels beside records: a batch is taken only with all that its records name, or with the kiosk's word that it is lost.

The batch's signature covers the records and not what lies beside them. Whoever carries it could leave a citizen's words out, and a receipt
would then free the kiosk's own copy.
"""

from collections.abc import Iterator, Mapping, Sequence

from django.db.models import BinaryField, Count
from django.db.models.functions import Substr

from collector.evidence.intake.arrivals import RefusedMessage
from collector.evidence.intake.named import is_declared_lost, named_in
from collector.evidence.models import HeldAttachment
from survey.record.attachment import Attachment, Carried, LostAttachment, belongs
from survey.record.chain import Verify
from survey.wire.messages import Batch
from survey.wire.sealing import KEY_ID_BYTES

ATTACHMENT_MISSING = "attachment_missing"


def refusal_of(batch: Batch, verifiers: Sequence[Verify]) -> RefusedMessage | None:
    """Give why a batch is not taken: the first record with an attachment that neither came along nor is declared lost."""
    for seq, digests, carried in _attached(batch):
        came = {one.name for one in carried if _is_sound(one, batch.stream, seq, digests, verifiers)}
        for name in digests:
            if name not in came:
                return RefusedMessage(
                    ATTACHMENT_MISSING,
                    f"the attachment {name} of record {seq} did not come with it, and its kiosk does not declare it lost; "
                    "send the batch whole",
                )
    return None


def keep(stream_id: int, batch: Batch, verify: Verify, *, received_ms: int) -> None:
    """Keep what came with records that are held, for the first time or again; what no record names is dropped.

    An attachment comes again and is new where its record was held without it; what has been destroyed stays so.
    """
    for seq, digests, carried in _attached(batch):
        for one in carried:
            if not _is_sound(one, batch.stream, seq, digests, (verify,)):
                continue
            content = (
                {"salt": one.salt, "content": one.content}
                if isinstance(one, Attachment)
                else {"loss": one.signature}
            )
            row, new = HeldAttachment.objects.get_or_create(
                stream_id=stream_id,
                seq=seq,
                name=one.name,
                defaults={"digest": digests[one.name], "received_ms": received_ms, **content},
            )
            if not new and row.loss and isinstance(one, Attachment):
                HeldAttachment.objects.filter(pk=row.pk).update(loss=b"", received_ms=received_ms, **content)


def sealed_to() -> dict[str, int]:
    """Give how many texts and contacts are held, by the id of the key that they say they are sealed to."""
    head = Substr("content", 1, KEY_ID_BYTES, output_field=BinaryField())
    held = HeldAttachment.objects.filter(destroyed_at=None, loss=b"").annotate(key_id=head)
    counted = held.values_list("key_id").annotate(number=Count("pk")).order_by()
    return {bytes(key_id).hex(): number for key_id, number in counted}


def _attached(batch: Batch) -> Iterator[tuple[int, Mapping[str, str], Sequence[Carried]]]:
    by_record: dict[int, list[Carried]] = {}
    for seq, one in batch.attachments:
        by_record.setdefault(seq, []).append(one)
    for seq, digests in named_in(batch.lines, first=batch.first):
        yield seq, digests, by_record.get(seq, ())


def _is_sound(
    one: Carried, stream: str, seq: int, digests: Mapping[str, str], verifiers: Sequence[Verify]
) -> bool:
    if isinstance(one, LostAttachment):
        digest = digests.get(one.name)
        return digest is not None and any(
            is_declared_lost(
                one.signature, stream=stream, seq=seq, name=one.name, digest=digest, verify=verify
            )
            for verify in verifiers
        )
    return belongs(one, {"attached": digests})
