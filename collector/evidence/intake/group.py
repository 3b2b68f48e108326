"""One group of messages, inside its transaction: look up, judge, keep, project.

`collector.evidence.intake.accept` owns the transaction and the retries; this module does what happens between begin and commit.
"""

import hashlib
import logging
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

from collector.evidence.intake import (
    attachments,
    keeping,
    ledger,
    opening,
    projecting,
    rebuild,
    refusals,
    timing,
)
from collector.evidence.intake.arrivals import (
    KIOSK_REVOKED,
    SIGNATURE,
    STREAM_UNKNOWN,
    UNEXPECTED,
    Message,
    RefusedMessage,
)
from collector.evidence.intake.decided import Contradicted, Decided, HeldStream, Kept
from collector.evidence.intake.elsewhere import held_elsewhere
from collector.evidence.intake.holes import Hole
from collector.evidence.intake.judge import Judge, Judgement
from collector.evidence.intake.last_hours import HOUR_MS
from collector.evidence.intake.lines import HeldRun
from collector.evidence.intake.placing import Source
from collector.evidence.intake.projecting import Projected
from collector.evidence.intake.senders import (
    Sender,
    StreamRow,
    own_receipt,
    road,
    rows_of,
    senders_named,
    store_holes,
    stored_holes,
)
from collector.evidence.intake.taken_out import taken_out
from collector.evidence.intake.writing import Writing
from collector.evidence.models import Conflict, Stream
from collector.evidence.standing import COUNTING, naming_line
from collector.fleet.assignments import standings
from collector.fleet.standing import Standing
from collector.trust import keys
from survey.record.clock import unknown_clock
from survey.wire.messages import Batch

log = logging.getLogger(__name__)

_MAX_CONFLICTS = 100  # kept a stream; more of them say nothing new
_REFUSALS = {Judgement.FORGED: SIGNATURE, Judgement.STRANGER: STREAM_UNKNOWN}

_Tagged = tuple[int, Message, Batch]


def take(messages: Sequence[Message], *, last_try: bool = True) -> list[Decided]:
    """Judge and store a group inside the caller's transaction; answers in the order of the messages.

    Without `last_try` a meeting with another process in the projections' rows comes out, for the caller to begin again.
    """
    decided: dict[int, Decided] = {}
    streams: dict[tuple[str, str], list[_Tagged]] = defaultdict(list)
    senders = senders_named({message.batch.kiosk for message in messages if message.batch is not None})
    for tag, message in enumerate(messages):
        if message.batch is None:
            decided[tag] = message.refused or UNEXPECTED
        elif (why := road(message.arrival, message.batch, senders)) is not None or (
            why := _stripped(message.batch, senders[message.batch.kiosk])
        ) is not None:
            decided[tag] = why
        else:
            streams[message.batch.kiosk, message.batch.stream].append((tag, message, message.batch))
    rows = rows_of(senders, streams)
    stands = standings({senders[name].id for name, _ in streams})
    projected: list[Projected] = []
    writing = Writing()

    def settle() -> None:
        writing.flush()
        projecting.commit(projected, last_try=last_try)
        projected.clear()

    # In the order they came: the first stream of a key is its lineage.
    for (name, uid), arrived in streams.items():
        sender = senders[name]
        writing.flush_for(sender.id)
        work = _Work(
            name, uid, sender, rows.get((name, uid)), standing=stands.get(sender.id), writing=writing
        )
        decided |= work.judge(arrived)
        if work.judged.taken or work.judged.fillings:
            projected.extend(work.store({tag: message for tag, message, _ in arrived}, settle))
            work.welcome(settle, last_try=last_try)
            rows = rows_of(senders, streams) if work.has_sisters else rows
        work.keep_attachments(arrived)
        if work.judged.contradictions:
            work.keep_contradictions({tag: message for tag, message, _ in arrived})
    settle()
    refusals.count_decided(messages, decided)
    return [decided[tag] for tag in range(len(messages))]


class _Work:
    """One stream's share of a group."""

    def __init__(
        self,
        name: str,
        uid: str,
        sender: Sender,
        row: StreamRow | None,
        *,
        standing: Standing | None,
        writing: Writing,
    ) -> None:
        self._name = name
        self._uid = uid
        self._sender = sender
        self._row = row
        self._standing = standing
        self._writing = writing
        self._opened: StreamRow | None = None
        self.has_sisters = False
        """Whether it opened a stream whose key has others, or learned whom one follows: one may be joined to another now."""
        known = [key for key in sender.keys if row is None or key.id == row.key_id]
        self.judged = Judge(
            uid=uid,
            keys=known,
            through=row.through if row is not None else 0,
            link=row.link if row is not None else b"",
            verifier=keys.verifier,
            stored=partial(ledger.numbered, row.id) if row is not None else _nothing,
            stored_holes=partial(stored_holes, row.id) if row is not None and row.has_holes else list,
            own_receipt=own_receipt,
            key=known[0] if row is not None and known else None,
            has_losses=row is not None and row.has_losses,
        )

    def judge(self, arrived: Sequence[_Tagged]) -> dict[int, Decided]:
        """Decide every message of this stream."""
        if not self._sender.keys or (self._row is not None and self.judged.key is None):
            return {tag: KIOSK_REVOKED for tag, _, _ in arrived}
        self.judged.judge([(tag, batch) for tag, _, batch in arrived])
        held = HeldStream(self._name, self._uid, self.judged.through, self.judged.link)
        added: Counter[int] = Counter()
        for one in (*self.judged.taken, *self.judged.fillings):
            added[one.tag] += len(one.lines)
        decided: dict[int, Decided] = {
            tag: Contradicted(held)
            if verdict is Judgement.CONFLICT
            else _REFUSALS.get(verdict) or Kept(held, added[tag])
            for tag, verdict in self.judged.verdicts.items()
        }
        if self._row is None and self._sender.ended:
            decided |= {
                tag: KIOSK_REVOKED
                for tag, _, batch in arrived
                if decided[tag] is SIGNATURE and self.judged.comes_from(batch, self._sender.ended)
            }
        return decided

    def store(self, messages: Mapping[int, Message], settle: Callable[[], None]) -> list[Projected]:
        """Keep the batches that add records, move the stream on, and give what they come to; nothing where it does not count.

        `settle` brings in what the group came to so far: it is called before what is held already is looked at again.
        """
        taken, fillings = self.judged.taken, self.judged.fillings
        last_ms = max(messages[one.tag].arrival.received_ms for one in (*taken, *fillings))
        row = self._row
        if row is None:
            row = self._opened = self._open(last_ms)
        write = partial(self._write, row, messages, last_ms)
        self._watch(row)
        if row.standing not in COUNTING:
            if self._opened is None:
                self.has_sisters |= opening.learn_predecessors(
                    row.id, self._uid, naming_line(self._numbered())
                )
            write(row.clock)
            return []
        late = row.followed_seq is not None and any(one.first <= row.followed_seq for one in taken)
        if fillings or late:  # what follows is held already, or carried over: all of it is looked at again
            settle()
            counting = Stream.objects.filter(key_id=row.key_id, standing__in=COUNTING)
            rebuild.project_changed(
                list(counting.select_related("key").order_by("pk")), partial(self._change, write, row.clock)
            )
            return []
        runs = [HeldRun(one.first, one.lines, messages[one.tag].arrival.received_ms) for one in taken]
        clock = timing.load(row.clock)
        source = Source(
            row.id,
            self._sender.id,
            self._standing,
            held_elsewhere(row.id, row.key_id),
            archived=row.key_id in self._sender.archives,
            # What is new is none of it; what came before is read again only where its time was open.
            taken_out=taken_out(row.id) if clock.open_from < runs[0].first else frozenset(),
        )
        projected = projecting.project_run(source, clock, runs)
        write(timing.dump(projected.placed.clock))
        return [projected]

    def _numbered(self) -> Iterator[tuple[int, bytes]]:
        return (one for taken in self.judged.taken for one in enumerate(taken.lines, start=taken.first))

    def _write(self, row: StreamRow, messages: Mapping[int, Message], last_ms: int, clock: bytes) -> None:
        judged = self.judged
        kept = keeping.rows(row.id, judged.taken, messages) if judged.taken else []
        for one in judged.fillings:
            kept += keeping.rows(row.id, [one], messages)
        self._writing.add(
            self._sender.id,
            kept,
            (judged.through, judged.link, last_ms, clock, judged.has_losses, row.id),
            new_hour=last_ms - last_ms % HOUR_MS != self._sender.last_hour_ms,
        )
        if judged.fillings or any(one.apart for one in judged.taken):
            store_holes(row.id, judged.holes, now_ms=last_ms)
            log.error(
                "kiosk %s: what this collector lost of stream %s: %s",
                self._name,
                self._uid,
                _told(judged.holes),
            )

    def _change(self, write: Callable[[bytes], None], clock: bytes) -> None:
        write(clock)
        self._writing.flush()

    def welcome(self, settle: Callable[[], None], *, last_try: bool) -> None:
        """Count what waited for this stream, where it was opened only now, and itself, where its place is clear only now."""
        if self.has_sisters and self.judged.key is not None:
            settle()
            for one in opening.count_what_fits_now(self.judged.key.id, last_try=last_try):
                log.info("kiosk %s: stream %s fits its lineage now, and counts", self._name, one.uid)

    def _watch(self, row: StreamRow) -> None:
        """Raise the alarm where a stream goes on though another one has taken its place."""
        if row.followed_seq is not None and self.judged.through > max(row.followed_seq, row.through):
            log.error(
                "kiosk %s: stream %s goes on to %d though another stream follows it from %d on; a card was copied",
                self._name,
                self._uid,
                self.judged.through,
                row.followed_seq,
            )

    def keep_attachments(self, arrived: Sequence[_Tagged]) -> None:
        """Keep what came beside records that are held now, whether they are new or came again."""
        row = self._row or self._opened
        if row is None or self.judged.key is None:
            return
        verify = keys.verifier(self.judged.key.public_key)
        for tag, message, batch in arrived:
            if batch.attachments and self.judged.verdicts.get(tag) in (Judgement.NEW, Judgement.AGAIN):
                attachments.keep(row.id, batch, verify, received_ms=message.arrival.received_ms)

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

    def _open(self, now_ms: int) -> StreamRow:
        key = self.judged.key
        if key is None:
            raise AssertionError("a stream is opened by the key that signed its first batch")
        stream, alone = opening.open_stream(
            kiosk_id=self._sender.id,
            key_id=key.id,
            uid=self._uid,
            first_line=naming_line(self._numbered()),
            now_ms=now_ms,
            state=timing.dump(unknown_clock(enrolled_ms=self._sender.begins_ms[key.id])),
        )
        self.has_sisters = not alone
        if stream.standing in COUNTING:
            log.info("kiosk %s opened stream %s", self._name, self._uid)
        else:
            log.error(
                "kiosk %s: foreign stream %s under its key: kept, not counted; see `ikm-collector stream list`",
                self._name,
                self._uid,
            )
        return StreamRow(
            stream.pk,
            key.id,
            0,
            b"",
            bytes(stream.clock),
            stream.standing,
            stream.followed_seq,
            has_losses=False,
            has_holes=False,
        )


def _told(holes: Sequence[Hole]) -> str:
    return ", ".join(f"{hole.first} to {hole.last}" for hole in holes) or "nothing any more"


def _nothing(*, first: int, last: int) -> Sequence[tuple[int, bytes]]:  # noqa: ARG001 - stands for a ledger of a stream not held yet
    """Give the lines held of a stream that is not held."""
    return ()


def _stripped(batch: Batch, sender: Sender) -> RefusedMessage | None:
    return attachments.refusal_of(batch, [keys.verifier(key.public_key) for key in sender.keys])
