"""One stream's share of a group: judge, open, keep, project."""

import hashlib
import logging
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial

from collector.evidence.intake import (
    attachments,
    fitting,
    keeping,
    ledger,
    projecting,
    rebuild,
    timing,
)
from collector.evidence.intake.arrivals import KIOSK_REVOKED, SIGNATURE, STREAM_UNKNOWN, Message
from collector.evidence.intake.decided import Contradicted, Decided, HeldStream, Kept
from collector.evidence.intake.elsewhere import held_elsewhere
from collector.evidence.intake.holes import Hole
from collector.evidence.intake.judge import Judge, Judgement
from collector.evidence.intake.last_hours import HOUR_MS
from collector.evidence.intake.lines import HeldRun
from collector.evidence.intake.opening import Beginning, Beginnings
from collector.evidence.intake.placing import Source
from collector.evidence.intake.projecting import Projected
from collector.evidence.intake.senders import Sender, StreamRow, own_receipt, store_holes, stored_holes
from collector.evidence.intake.taken_out import taken_out
from collector.evidence.intake.writing import Writing
from collector.evidence.models import Conflict, Stream
from collector.evidence.standing import COUNTING, naming_line, told_by
from collector.fleet.standing import Standing
from collector.trust import keys
from survey.record.clock import unknown_clock
from survey.wire.messages import Batch

log = logging.getLogger(__name__)

_MAX_CONFLICTS = 100  # kept a stream; more of them say nothing new
_REFUSALS = {Judgement.FORGED: SIGNATURE, Judgement.STRANGER: STREAM_UNKNOWN}


class Work:
    """One stream's share of a group."""

    def __init__(
        self,
        name: str,
        uid: str,
        sender: Sender,
        row: StreamRow | None,
        arrived: Sequence[tuple[int, Message, Batch]],
        *,
        standing: Standing | None,
        writing: Writing,
    ) -> None:
        """Take a stream's messages with their places in the group; `row` is None where nothing of it is held."""
        self.sender = sender
        self._name = name
        self._uid = uid
        self._row = row
        self._arrived = arrived
        self._messages = {tag: message for tag, message, _ in arrived}
        self._standing = standing
        self._writing = writing
        self._beginning: Beginning | None = None
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

    @property
    def adds(self) -> bool:
        """Whether anything is to be kept."""
        return bool(self.judged.taken or self.judged.fillings)

    def judge(self) -> dict[int, Decided]:
        """Decide every message of this stream."""
        arrived = self._arrived
        if not self.sender.keys or (self._row is not None and self.judged.key is None):
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
        if self._row is None and self.sender.ended:
            decided |= {
                tag: KIOSK_REVOKED
                for tag, _, batch in arrived
                if decided[tag] is SIGNATURE and self.judged.comes_from(batch, self.sender.ended)
            }
        return decided

    def beginning(self) -> Beginning | None:
        """Give what the stream begins with, where it is not held yet and a batch of it is taken."""
        key = self.judged.key
        if self._row is None and self.adds:
            if key is None:
                raise AssertionError("a stream is opened by the key that signed its first batch")
            self._beginning = Beginning(
                self.sender.id,
                key.id,
                self._uid,
                told_by(naming_line(self._numbered()), uid=self._uid),
                self._last_ms(),
                timing.dump(unknown_clock(enrolled_ms=self.sender.begins_ms[key.id])),
            )
        return self._beginning

    @property
    def held(self) -> tuple[str, str] | None:
        """The kiosk's name and the stream's uid, where it was held before the group."""
        return (self._name, self._uid) if self._row is not None else None

    def renew(self, row: StreamRow) -> None:
        """Go on from what is held of it now: where it waited for another stream of its kiosk, it may count."""
        self._row = row

    def store(self, beginnings: Beginnings, settle: Callable[[], None]) -> list[Projected]:
        """Keep the batches that add records, move the stream on, and give what they come to; nothing where it does not count.

        `settle` brings in what the group came to so far: it is called before what is held already is looked at again.
        """
        taken, fillings, messages = self.judged.taken, self.judged.fillings, self._messages
        last_ms = self._last_ms()
        row = self._row
        if row is None:
            row = self._opened = self._open(beginnings)
        write = partial(self._write, row, last_ms)
        self._watch(row)
        if row.standing not in COUNTING:
            if self._opened is None:
                self.has_sisters |= fitting.learn_predecessors(
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
            self.sender.id,
            self._standing,
            held_elsewhere(row.id, row.key_id),
            archived=row.key_id in self.sender.archives,
            # What is new is none of it; what came before is read again only where its time was open.
            taken_out=taken_out(row.id) if clock.open_from < runs[0].first else frozenset(),
        )
        projected = projecting.project_run(source, clock, runs)
        write(timing.dump(projected.placed.clock))
        return [projected]

    def _last_ms(self) -> int:
        """Give when the last came of what is kept."""
        added = (*self.judged.taken, *self.judged.fillings)
        return max(self._messages[one.tag].arrival.received_ms for one in added)

    def _numbered(self) -> Iterator[tuple[int, bytes]]:
        return (one for taken in self.judged.taken for one in enumerate(taken.lines, start=taken.first))

    def _write(self, row: StreamRow, last_ms: int, clock: bytes) -> None:
        judged, messages = self.judged, self._messages
        kept = keeping.rows(row.id, judged.taken, messages) if judged.taken else []
        for one in judged.fillings:
            kept += keeping.rows(row.id, [one], messages)
        self._writing.add(
            self.sender.id,
            kept,
            (judged.through, judged.link, last_ms, clock, judged.has_losses, row.id),
            new_hour=last_ms - last_ms % HOUR_MS != self.sender.last_hour_ms,
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
            for one in fitting.count_what_fits_now(self.judged.key.id, last_try=last_try):
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

    def keep_attachments(self) -> None:
        """Keep what came beside records that are held now, whether they are new or came again."""
        row = self._row or self._opened
        if row is None or self.judged.key is None:
            return
        verify = keys.verifier(self.judged.key.public_key)
        for tag, message, batch in self._arrived:
            if batch.attachments and self.judged.verdicts.get(tag) in (Judgement.NEW, Judgement.AGAIN):
                attachments.keep(row.id, batch, verify, received_ms=message.arrival.received_ms)

    def keep_contradictions(self) -> None:
        """Keep the second story beside the first, and raise the alarm."""
        if self._row is None or not self.judged.contradictions:
            return
        kept = Conflict.objects.filter(stream_id=self._row.id).count()
        for one in self.judged.contradictions[: max(0, _MAX_CONFLICTS - kept)]:
            arrival = self._messages[one.tag].arrival
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

    def _open(self, beginnings: Beginnings) -> StreamRow:
        if self._beginning is None:
            raise AssertionError("the group's beginnings are looked for before anything is stored")
        row, alone = beginnings.open(self._beginning)
        self.has_sisters = not alone
        if row.standing in COUNTING:
            log.info("kiosk %s opened stream %s", self._name, self._uid)
        else:
            log.error(
                "kiosk %s: foreign stream %s under its key: kept, not counted; see `ikm-collector stream list`",
                self._name,
                self._uid,
            )
        return row


def _told(holes: Sequence[Hole]) -> str:
    return ", ".join(f"{hole.first} to {hole.last}" for hole in holes) or "nothing any more"


def _nothing(*, first: int, last: int) -> Sequence[tuple[int, bytes]]:  # noqa: ARG001 - stands for a ledger of a stream not held yet
    """Give the lines held of a stream that is not held."""
    return ()
