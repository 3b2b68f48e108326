"""Who speaks in a group of messages: enrolled kiosks with their keys, and the streams that are held of them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from django.conf import settings

from collector import statements
from collector.evidence.intake.arrivals import KIOSK_TOPIC, KIOSK_UNKNOWN, Arrival, RefusedMessage
from collector.evidence.intake.holes import Hole
from collector.evidence.intake.judge import SenderKey
from collector.evidence.models import LostHere
from collector.trust import keys, public
from survey.record.errors import Malformed
from survey.wire.messages import Batch, Receipt, unpack_receipt


@dataclass(slots=True)
class Sender:
    """An enrolled kiosk."""

    id: int
    last_hour_ms: int | None = None
    """The hour in which something came in last, as its row says."""
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


_SENDERS = """
SELECT k.name, k.id, k.last_hour_ms, y.id, y.public_key, y.revoked_at, y.archive_from, y.enrolled_at
FROM fleet_kiosk k LEFT JOIN fleet_kioskkey y ON y.kiosk_id = k.id
WHERE k.name {among} ORDER BY y.enrolled_at DESC, y.id DESC
"""
# The index is asked for the kiosks alone: two lists would be looked up each with each. What is not asked for by its name is passed over in there.
_STREAMS = """
SELECT s.id, s.kiosk_id, s.uid, s.key_id, s.through, s.link, s.clock, s.standing, s.followed_seq, s.has_losses,
    EXISTS (SELECT 1 FROM evidence_losthere l WHERE l.stream_id = s.id)
FROM evidence_stream s WHERE s.kiosk_id {among} AND (s.uid || '') {among} ORDER BY s.id
"""


def senders_named(names: Collection[str]) -> dict[str, Sender]:
    """Give the enrolled kiosks of these names."""
    senders: dict[str, Sender] = {}
    for name, pk, last_hour_ms, key, public_key, revoked_at, archive_from, enrolled_at in statements.rows(
        _SENDERS, statements.several(names)
    ):
        sender = senders.get(name)
        if sender is None:
            sender = senders[name] = Sender(pk, last_hour_ms)
        if key is None:
            continue
        known = sender.keys if revoked_at is None else sender.ended
        known.append(SenderKey(key, bytes(public_key)))
        sender.begins_ms[key] = statements.milliseconds(archive_from or enrolled_at)
        if archive_from is not None:
            sender.archives.add(key)
    return senders


def rows_of(
    senders: Mapping[str, Sender], streams: Collection[tuple[str, str]]
) -> dict[tuple[str, str], StreamRow]:
    """Give the streams that are held, locked until the commit."""
    names = {senders[name].id: name for name, _ in streams}
    wanted = frozenset(streams)
    held = statements.rows(
        statements.locking(_STREAMS, clause="FOR UPDATE OF s"),
        statements.several(names),
        statements.several({uid for _, uid in streams}),
    )
    return {
        (names[kiosk], uid): StreamRow(
            pk,
            key,
            through,
            bytes(link),
            bytes(clock),
            standing,
            followed,
            has_losses=bool(lost),
            has_holes=bool(holes),
        )
        for pk, kiosk, uid, key, through, link, clock, standing, followed, lost, holes in held
        if (names[kiosk], uid) in wanted
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
