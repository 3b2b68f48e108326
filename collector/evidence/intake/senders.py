"""Who speaks in a group of messages: enrolled kiosks with their keys, and the streams that are held of them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from django.conf import settings
from django.db.models import Exists, OuterRef

from collector.evidence.intake.arrivals import KIOSK_TOPIC, KIOSK_UNKNOWN, Arrival, RefusedMessage
from collector.evidence.intake.holes import Hole
from collector.evidence.intake.judge import SenderKey
from collector.evidence.models import LostHere, Stream
from collector.fleet.models import Kiosk, KioskKey
from collector.trust import keys, public
from survey.record.errors import Malformed
from survey.wire.messages import Batch, Receipt, unpack_receipt


@dataclass(slots=True)
class Sender:
    """An enrolled kiosk."""

    id: int
    keys: list[SenderKey] = field(default_factory=list)
    ended: list[SenderKey] = field(default_factory=list)
    """Keys that were revoked, by hand or by a later enrolment."""
    begins_ms: dict[int, int] = field(default_factory=dict)
    """Before when nothing under a key can have been written."""
    archives: set[int] = field(default_factory=set)
    """Those of its keys that bring history in."""


class StreamRow(NamedTuple):
    """A stream as the database has it."""

    id: int
    key_id: int
    through: int
    link: bytes
    clock: bytes
    standing: str
    followed_seq: int | None
    has_losses: bool
    has_holes: bool
    """Whether this collector lost records of it."""


def senders_named(names: Collection[str]) -> dict[str, Sender]:
    """Give the enrolled kiosks of these names."""
    senders = {
        name: Sender(id=pk) for pk, name in Kiosk.objects.filter(name__in=names).values_list("id", "name")
    }
    by_id = {sender.id: sender for sender in senders.values()}
    enrolled = KioskKey.objects.filter(kiosk_id__in=by_id).order_by("-enrolled_at", "-id")
    for key in enrolled:
        sender = by_id[key.kiosk_id]
        known = sender.keys if key.revoked_at is None else sender.ended
        known.append(SenderKey(key.pk, bytes(key.public_key)))
        sender.begins_ms[key.pk] = key.begins_ms
        if key.archive_from is not None:
            sender.archives.add(key.pk)
    return senders


def rows_of(
    senders: Mapping[str, Sender], streams: Collection[tuple[str, str]]
) -> dict[tuple[str, str], StreamRow]:
    """Give the streams that are held, locked until the commit."""
    names = {senders[name].id: name for name, _ in streams}
    held = (
        Stream.objects.select_for_update()
        .filter(kiosk_id__in=names, uid__in={uid for _, uid in streams})
        .order_by("id")
        .annotate(has_holes=Exists(LostHere.objects.filter(stream_id=OuterRef("id"))))
        .values_list(
            "id",
            "kiosk_id",
            "uid",
            "key_id",
            "through",
            "link",
            "clock",
            "standing",
            "followed_seq",
            "has_losses",
            "has_holes",
        )
    )
    return {
        (names[kiosk], uid): StreamRow(pk, key, through, bytes(link), bytes(clock), *rest)
        for pk, kiosk, uid, key, through, link, clock, *rest in held
    }


def road(arrival: Arrival, batch: Batch, senders: Mapping[str, Sender]) -> RefusedMessage | None:
    """Give why a batch cannot have come from its kiosk by the way it came."""
    if arrival.vouched is not None and arrival.vouched != batch.kiosk:
        return KIOSK_TOPIC
    return None if batch.kiosk in senders else KIOSK_UNKNOWN


def own_receipt(batch: Batch) -> Receipt | None:
    """Give this collector's own receipt for its stream that a batch shows; None where it shows none, or a false one."""
    if batch.receipt is None:
        return None
    own = public.read(settings.IKM_KEYS).signing
    try:
        receipt = unpack_receipt(batch.receipt, keys.verifier(own))
    except Malformed:
        return None
    return receipt if (receipt.kiosk, receipt.stream) == (batch.kiosk, batch.stream) else None


def stored_holes(stream_id: int) -> list[Hole]:
    """Give what this collector had of a stream and has no more."""
    rows = LostHere.objects.filter(stream_id=stream_id).order_by("first")
    columns = rows.values_list("first", "last", "before", "after", "receipt", "noticed_ms")
    return [
        Hole(first, last, bytes(before), bytes(after), bytes(receipt), noticed_ms)
        for first, last, before, after, receipt, noticed_ms in columns
    ]


def store_holes(stream_id: int, holes: Collection[Hole], *, now_ms: int) -> None:
    """Keep what is not held of a stream, in the place of what was known of it."""
    LostHere.objects.filter(stream_id=stream_id).delete()
    LostHere.objects.bulk_create(
        LostHere(
            stream_id=stream_id,
            first=one.first,
            last=one.last,
            before=one.before,
            after=one.after,
            receipt=one.receipt,
            noticed_ms=one.noticed_ms or now_ms,
        )
        for one in holes
    )
