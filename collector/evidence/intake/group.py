"""One group of messages, inside its transaction: look up, judge, keep, project.

`collector.evidence.intake.accept` owns the transaction and the retries; this module does what happens between begin and commit.
"""

import hashlib
import logging
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple

from django.db import connection

from collector.evidence.intake import attachments, keeping, ledger, projecting, refusals, timing
from collector.evidence.intake.arrivals import (
    CONFLICT,
    KIOSK_REVOKED,
    KIOSK_TOPIC,
    KIOSK_UNKNOWN,
    SIGNATURE,
    STREAM_UNKNOWN,
    UNEXPECTED,
    Arrival,
    Message,
    RefusedMessage,
)
from collector.evidence.intake.judge import Judge, Judgement, SenderKey
from collector.evidence.intake.lines import HeldRun
from collector.evidence.intake.placing import Source
from collector.evidence.intake.projecting import Projected
from collector.evidence.intake.refusals import RefusedArrival
from collector.evidence.models import Conflict, Stream
from collector.fleet.assignments import standings
from collector.fleet.models import Kiosk, KioskKey
from collector.fleet.standing import Standing
from collector.trust import keys
from survey.record.clock import unknown_clock
from survey.wire.messages import Batch

log = logging.getLogger(__name__)

_MAX_CONFLICTS = 100  # kept a stream; more of them say nothing new
_REFUSALS = {Judgement.FORGED: SIGNATURE, Judgement.STRANGER: STREAM_UNKNOWN, Judgement.CONFLICT: CONFLICT}
_ADD_BATCH = """
INSERT INTO evidence_rawbatch (stream_id, first, count, door, received_ms, before, payload)
VALUES (%s, %s, %s, %s, %s, %s, %s)
"""
_MOVE_STREAM = """
UPDATE evidence_stream SET through = %s, link = %s, received_ms = %s, clock = %s WHERE id = %s
"""


class HeldStream(NamedTuple):
    """A stream as it is held after the group: what its receipt will say."""

    kiosk: str
    uid: str
    through: int
    link: bytes


class Kept(NamedTuple):
    """The message's stream, and how many records the message added."""

    stream: HeldStream
    new: int


Decided = Kept | RefusedMessage


@dataclass(slots=True)
class _Sender:
    """An enrolled kiosk."""

    id: int
    keys: list[SenderKey] = field(default_factory=list)
    enrolled_ms: dict[int, int] = field(default_factory=dict)


class _Row(NamedTuple):
    """A stream as the database has it."""

    id: int
    key_id: int
    through: int
    link: bytes
    clock: bytes


_Tagged = tuple[int, Message, Batch]


def take(messages: Sequence[Message], *, last_try: bool = True) -> list[Decided]:
    """Judge and store a group inside the caller's transaction; answers in the order of the messages.

    Without `last_try` a meeting with another process in the projections' rows comes out, for the caller to begin again.
    """
    decided: dict[int, Decided] = {}
    streams: dict[tuple[str, str], list[_Tagged]] = defaultdict(list)
    senders = _senders({message.batch.kiosk for message in messages if message.batch is not None})
    for tag, message in enumerate(messages):
        if message.batch is None:
            decided[tag] = message.refused or UNEXPECTED
        elif (why := _road(message.arrival, message.batch, senders)) is not None or (
            why := _stripped(message.batch, senders[message.batch.kiosk])
        ) is not None:
            decided[tag] = why
        else:
            streams[message.batch.kiosk, message.batch.stream].append((tag, message, message.batch))
    rows = _rows(senders, streams)
    stands = standings({senders[name].id for name, _ in streams})
    projected: list[Projected] = []
    for (name, uid), arrived in sorted(streams.items()):
        sender = senders[name]
        work = _Work(name, uid, sender, rows.get((name, uid)), stands.get(sender.id))
        decided |= work.judge(arrived)
        if work.judged.taken:
            projected.append(work.store({tag: message for tag, message, _ in arrived}))
        work.keep_attachments(arrived)
        if work.judged.contradictions:
            work.keep_contradictions({tag: message for tag, message, _ in arrived})
    projecting.commit(projected, last_try=last_try)
    _count_refusals(messages, decided)
    return [decided[tag] for tag in range(len(messages))]


class _Work:
    """One stream's share of a group."""

    def __init__(
        self, name: str, uid: str, sender: _Sender, row: _Row | None, standing: Standing | None
    ) -> None:
        self._name = name
        self._uid = uid
        self._sender = sender
        self._row = row
        self._standing = standing
        known = [key for key in sender.keys if row is None or key.id == row.key_id]
        self.judged = Judge(
            uid=uid,
            keys=known,
            through=row.through if row is not None else 0,
            link=row.link if row is not None else b"",
            verifier=keys.verifier,
            stored=partial(ledger.lines, row.id) if row is not None else _nothing,
            key=known[0] if row is not None and known else None,
        )

    def judge(self, arrived: Sequence[_Tagged]) -> dict[int, Decided]:
        """Decide every message of this stream."""
        if not self._sender.keys or (self._row is not None and self.judged.key is None):
            return {tag: KIOSK_REVOKED for tag, _, _ in arrived}
        self.judged.judge([(tag, batch) for tag, _, batch in arrived])
        held = HeldStream(self._name, self._uid, self.judged.through, self.judged.link)
        added = {taken.tag: len(taken.lines) for taken in self.judged.taken}
        return {
            tag: _REFUSALS.get(verdict) or Kept(held, added.get(tag, 0))
            for tag, verdict in self.judged.verdicts.items()
        }

    def store(self, messages: Mapping[int, Message]) -> Projected:
        """Keep the batches that add records, move the stream on, and give what they come to."""
        taken = self.judged.taken
        last_ms = max(messages[one.tag].arrival.received_ms for one in taken)
        row = self._row = self._row or self._open(last_ms)
        runs = [HeldRun(one.first, one.lines, messages[one.tag].arrival.received_ms) for one in taken]
        source = Source(row.id, self._sender.id, self._standing)
        projected = projecting.project_run(source, timing.load(row.clock), runs)
        with connection.cursor() as cursor:
            cursor.executemany(_ADD_BATCH, keeping.rows(row.id, taken, messages))
            cursor.execute(
                _MOVE_STREAM,
                (self.judged.through, self.judged.link, last_ms, timing.dump(projected.placed.clock), row.id),
            )
        return projected

    def keep_attachments(self, arrived: Sequence[_Tagged]) -> None:
        """Keep what came beside records that are held now, whether they are new or came again."""
        if self._row is None or self.judged.key is None:
            return
        verify = keys.verifier(self.judged.key.public_key)
        for tag, message, batch in arrived:
            if batch.attachments and self.judged.verdicts.get(tag) in (Judgement.NEW, Judgement.AGAIN):
                attachments.keep(self._row.id, batch, verify, received_ms=message.arrival.received_ms)

    def keep_contradictions(self, messages: Mapping[int, Message]) -> None:
        """Keep the second story beside the first, and raise the alarm."""
        if self._row is None:
            return
        kept = Conflict.objects.filter(stream_id=self._row.id).count()
        for one in self.judged.contradictions[: max(0, _MAX_CONFLICTS - kept)]:
            arrival = messages[one.tag].arrival
            payload = keeping.payload(one.batch, arrival.payload)
            _, new = Conflict.objects.get_or_create(
                stream_id=self._row.id,
                digest=hashlib.sha256(payload).digest(),
                defaults={
                    "first": one.batch.first,
                    "count": len(one.batch.lines),
                    "seq": one.seq,
                    "door": arrival.door,
                    "received_ms": arrival.received_ms,
                    "payload": payload,
                },
            )
            if new:
                log.error(
                    "kiosk %s: two different records %d in stream %s; a card was copied or altered",
                    self._name,
                    one.seq,
                    self._uid,
                )

    def _open(self, now_ms: int) -> _Row:
        key = self.judged.key
        if key is None:
            raise AssertionError("a stream is opened by the key that signed its first batch")
        clock = timing.dump(unknown_clock(enrolled_ms=self._sender.enrolled_ms[key.id]))
        stream = Stream.objects.create(
            kiosk_id=self._sender.id,
            key_id=key.id,
            uid=self._uid,
            through=0,
            link=b"",
            opened_ms=now_ms,
            received_ms=now_ms,
            clock=clock,
        )
        log.info("kiosk %s opened stream %s", self._name, self._uid)
        return _Row(stream.pk, key.id, 0, b"", clock)


def _nothing(*, first: int, last: int) -> Sequence[bytes]:  # noqa: ARG001 - stands for a ledger of a stream not held yet
    """Give the lines held of a stream that is not held."""
    return ()


def _senders(names: Collection[str]) -> dict[str, _Sender]:
    senders = {
        name: _Sender(id=pk) for pk, name in Kiosk.objects.filter(name__in=names).values_list("id", "name")
    }
    by_id = {sender.id: sender for sender in senders.values()}
    enrolled = KioskKey.objects.filter(kiosk_id__in=by_id, revoked_at=None).order_by("-enrolled_at", "-id")
    for pk, kiosk, public_key, since in enrolled.values_list("id", "kiosk_id", "public_key", "enrolled_at"):
        by_id[kiosk].keys.append(SenderKey(pk, bytes(public_key)))
        by_id[kiosk].enrolled_ms[pk] = round(since.timestamp() * 1000)
    return senders


def _rows(
    senders: Mapping[str, _Sender], streams: Collection[tuple[str, str]]
) -> dict[tuple[str, str], _Row]:
    """Give the streams that are held, locked until the commit."""
    names = {senders[name].id: name for name, _ in streams}
    held = (
        Stream.objects.select_for_update()
        .filter(kiosk_id__in=names, uid__in={uid for _, uid in streams})
        .order_by("id")
        .values_list("id", "kiosk_id", "uid", "key_id", "through", "link", "clock")
    )
    return {
        (names[kiosk], uid): _Row(pk, key, through, bytes(link), bytes(clock))
        for pk, kiosk, uid, key, through, link, clock in held
    }


def _road(arrival: Arrival, batch: Batch, senders: Mapping[str, _Sender]) -> RefusedMessage | None:
    if arrival.vouched is not None and arrival.vouched != batch.kiosk:
        return KIOSK_TOPIC
    return None if batch.kiosk in senders else KIOSK_UNKNOWN


def _stripped(batch: Batch, sender: _Sender) -> RefusedMessage | None:
    return attachments.refusal_of(batch, [keys.verifier(key.public_key) for key in sender.keys])


def _count_refusals(messages: Sequence[Message], decided: Mapping[int, Decided]) -> None:
    refused = []
    for tag, message in enumerate(messages):
        why = decided[tag]
        if isinstance(why, RefusedMessage):
            claimed = message.batch.kiosk if message.batch is not None else message.arrival.vouched or ""
            refused.append(RefusedArrival(message.arrival, why, claimed))
    if refused:
        names = Kiosk.objects.filter(name__in={one.claimed for one in refused})
        refusals.count(refused, enrolled=set(names.values_list("name", flat=True)))
