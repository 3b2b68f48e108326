"""The ledger: which records were promised, who holds them, and which of them a deed of ours has destroyed everywhere.

A record is known by its stream and its line, for a card that was set back gives numbers a second time. What was carried over into
another stream is the record that it was before. A loss is *ours* when a deed took the last copy; whatever else is missing in the
end is the product's fault.
"""

import json
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from survey.record.record import COMPLAINT, RESPONSE, Record, decode
from survey.wire.messages import unpack_batch
from tests.campaign.campaign_world import CampaignWorld
from tests.campaign.promises import Promise, promise_of, stands
from uplink.journal.enrolment import load_enrolment, verifier
from uplink.journal.head import read_head
from uplink.journal.home import KioskHome
from uplink.journal.reader import JournalReader
from uplink.journal.segments.frame import Frame, entry_seq, frames
from uplink.journal.segments.segment import segment_paths
from uplink.journal.segments.succession import read_succession

Place = tuple[str, int]
"""A stream and a number in it."""


@dataclass
class Loss:
    """A promised record of which a deed of ours took the last copy."""

    deed: str
    known: bool
    """Whether anything is left that knows that the record was written."""
    age_seconds: float
    """How old the record was then."""
    was_known: bool
    """Whether anything knew right after the deed."""


class Harmed(NamedTuple):
    """The last deed under the running kiosk: what stood in the journal before it, and after."""

    deed: str
    before: bytes
    after: bytes


class Ledger:
    """One world's promises and losses. One thread uses it."""

    def __init__(self, world: CampaignWorld) -> None:
        self._world = world
        self._read = 0
        self._row = 0
        self.promised: dict[Promise, float] = {}
        """In the order in which they were made, with the moment of it (CLOCK_MONOTONIC)."""
        self.held: set[Promise] = set()
        """What the collector has, by its own raw batches, counted or not."""
        self.losses: dict[Promise, Loss] = {}
        self.places: dict[Promise, set[Place]] = {}
        """Where each was written: under its own number, and in the lines that carried it over."""
        self._written: dict[Place, set[bytes]] = {}
        self._harmed = Harmed("", b"", b"")
        self._vouched: dict[str, int] = {}
        """How far a receipt may be under way to the kiosk, by stream, though the collector has gone back since."""

    def look(self) -> None:
        """Take in what was promised and received since the last look."""
        self._look_at_witness()
        query = "select rowid, first, count, payload from evidence_rawbatch where rowid > ? order by rowid"
        for number, first, count, payload in self._world.rows(query, self._row):
            batch = unpack_batch(bytes(payload))  # type: ignore[call-overload]
            offset = int(str(first)) - batch.first
            for line in batch.lines[offset : offset + int(str(count))]:
                if (promise := promise_of(batch.stream, line)) is not None:
                    self.held.add(promise)
                    # One that was flushed and sent in the moment of a kill was promised to nobody, and has its number all the same.
                    self._written.setdefault((batch.stream, decode(line).seq), set()).add(line)
            self._row = int(str(number))

    def collector_goes_back(self) -> None:
        """Note how far its receipts went: the broker may still hold one that the kiosk has not heard."""
        for stream, through in self._world.rows("select uid, through from evidence_stream"):
            self._vouched[str(stream)] = max(self._vouched.get(str(stream), 0), int(str(through)))

    def collector_was_set_back(self) -> None:
        """Read everything anew: rows that were read may be gone, and their numbers come again."""
        self._row = 0
        self.held.clear()

    def missing(self) -> list[Promise]:
        """What was promised and is not at the collector."""
        return [promise for promise in self.promised if promise not in self.held]

    def waiting(self) -> list[Promise]:
        """What is missing though no deed of ours has destroyed it."""
        return [promise for promise in self.missing() if promise not in self.losses]

    def standing(self) -> bytes:
        """Give what stands in the journal's files, those of former streams among them."""
        files = sorted(self._world.home.glob("journal/**/*.journal"))
        return b"".join(path.read_bytes() for path in files)

    def beyond_receipts(self) -> bytes:
        """Give what of that the kiosk may not let go of yet: no receipt that lies with it, or may be under way, covers it."""
        home, enrolment = KioskHome(self._world.home), load_enrolment(self._world.home)
        header = JournalReader(home.journal).header()
        if header is None:
            return self.standing()
        receipts = home.receipts(kiosk=enrolment.kiosk, verify=verifier(enrolment.collector_key))

        def through(stream: str) -> int:
            return max(receipts.confirmed(stream), self._vouched.get(stream, 0))

        found = _beyond(home.journal, through(header.stream))
        under_way = read_succession(home.journal)
        if under_way is not None and (
            under_way.carried is None or under_way.carried > through(header.stream)
        ):
            for folder in sorted({path.parent for path in home.journal.glob("former/**/*.journal")}):
                former = JournalReader(folder).header()
                found += _beyond(folder, through(former.stream) if former is not None else 0)
        return b"\n".join(found)

    def note_losses(self, deed: str, *, before: bytes = b"", may_be_freed: bool = False) -> list[Loss]:
        """Note what is nowhere any more, and whether anything still knows of it; gives what is new.

        What an earlier deed took is looked at again: the last that knew of it may be gone now. A kiosk that was held still for the
        deed may have flushed a record that it promises only when it goes on: `before` is what stood there, so that the deed, and
        not whatever comes next, is charged with it. `may_be_freed`: what the kiosk has a receipt for is as good as gone, for it
        may let go of it before it hears that the collector has lost it.
        """
        self.look()
        content = self.beyond_receipts() if may_be_freed else self.standing()
        self._harmed = Harmed(deed, before, content)
        gone = [promise for promise in self.waiting() if not stands(promise, content)]
        heads = self.known_heads()
        for promise, loss in self.losses.items():
            loss.known &= self._is_known(promise, heads)
        now = time.monotonic()
        for promise in gone:
            is_known = self._is_known(promise, heads)
            age = now - self.promised[promise]
            self.losses[promise] = Loss(deed, known=is_known, was_known=is_known, age_seconds=age)
        return [self.losses[promise] for promise in gone]

    def is_known(self, promise: Promise) -> bool:
        """Tell whether anything left knows that a lost record was written, or a deed never took it at all."""
        loss = self.losses.get(promise)
        return loss is None or (loss.known and any(map(self._was_given_once, self._places(promise))))

    def _is_known(self, promise: Promise, heads: Mapping[str, int]) -> bool:
        return any(
            seq <= heads.get(stream, 0) and self._was_given_once((stream, seq))
            for stream, seq in self._places(promise)
        )

    def _places(self, promise: Promise) -> set[Place]:
        return self.places.get(promise, {(promise.stream, promise.record.seq)})

    def _was_given_once(self, place: Place) -> bool:
        """Tell whether a number was given to one record: one that a card which was set back gave twice says nothing of either."""
        return len(self._written.get(place, ())) < 2

    def known_heads(self) -> dict[str, int]:
        """How far each stream is known to have come, by what is left at both ends."""
        heads: dict[str, int] = {}
        for stream, seq in (*self._known_at_collector(), *self._known_at_kiosk()):
            heads[stream] = max(heads.get(stream, 0), seq)
        return heads

    def _known_at_collector(self) -> Iterator[tuple[str, int]]:
        for query in (
            "select uid, max(through, heard_seq) from evidence_stream",
            "select uid, seq from evidence_namedbefore",
            "select uid, seq from evidence_heardhead",
        ):
            for stream, seq in self._world.rows(query):
                yield str(stream), int(str(seq))

    def _known_at_kiosk(self) -> Iterator[tuple[str, int]]:
        home, enrolment = KioskHome(self._world.home), load_enrolment(self._world.home)
        head = read_head(home.head, public_key=enrolment.public_key)
        if head is not None:
            yield head.stream, head.seq
            yield from ((before.stream, before.seq) for before in head.before)
        reader = JournalReader(home.journal)
        header = reader.header()
        if header is None:
            return
        yield from ((before.stream, before.seq) for before in header.predecessors)
        newest = reader.head()
        if newest is not None:
            yield header.stream, newest.seq
        receipts = home.receipts(kiosk=enrolment.kiosk, verify=verifier(enrolment.collector_key))
        for receipt in (receipts.furthest(header.stream), receipts.ahead(header.stream)):
            if receipt is not None:
                yield receipt.stream, receipt.through

    def thanked(self) -> set[tuple[str, int]]:
        """The places of what visitors were thanked for; a line cut by a kill was not yet thanked."""
        found = set()
        for entry in _objects(self._world.thanked_log):
            found.add((str(entry["stream"]), int(str(entry["seq"]))))
        return found

    def complete(self) -> int:
        """How many complete questionnaires the collector holds in streams that count, each once."""
        counting = {
            str(uid)
            for (uid,) in self._world.rows(
                "select uid from evidence_stream where standing in ('counted', 'accepted')"
            )
        }
        found: set[Promise] = set()
        for payload in self._world.payloads():
            batch = unpack_batch(payload)
            if batch.stream in counting:
                found |= {one for line in batch.lines if (one := promise_of(batch.stream, line)) is not None}
        return sum(_is_complete(promise.record) for promise in found)

    def _look_at_witness(self) -> None:
        if not self._world.witness.exists():
            return
        with self._world.witness.open("rb") as file:
            file.seek(self._read)
            for line in file:
                if not line.endswith(b"\n"):
                    break
                self._read += len(line)
                seen = json.loads(line)
                promise = promise_of(seen["stream"], seen["line"].encode())
                if promise is None:
                    continue
                self._note_place(promise, seen["stream"], seen["line"].encode())
                if promise not in self.promised:
                    self.promised[promise] = float(seen["at"])
                    self._charge(promise)

    def _note_place(self, promise: Promise, stream: str, line: bytes) -> None:
        place = (stream, decode(line).seq)
        self._written.setdefault(place, set()).add(line)
        self.places.setdefault(promise, {(promise.stream, promise.record.seq)}).add(place)

    def _charge(self, promise: Promise) -> None:
        """Note a record that was flushed before the last deed, destroyed by it, and promised only now."""
        deed, before, after = self._harmed
        if before and stands(promise, before) and not stands(promise, after):
            self.losses[promise] = Loss(deed, known=True, was_known=True, age_seconds=0.0)


def _beyond(folder: Path, through: int) -> list[bytes]:
    """Give the entries of a journal with higher numbers."""
    return [
        one.payload
        for _, path in segment_paths(folder)
        for one in frames(path.read_bytes())
        if isinstance(one, Frame) and entry_seq(one.payload) > through
    ]


def answers(promises: Iterable[Promise]) -> list[Promise]:
    """Give those of them that somebody was, or would have been, thanked for."""
    return [promise for promise in promises if promise.record.kind in {RESPONSE, COMPLAINT}]


def _objects(path: Path) -> list[dict[str, object]]:
    found = []
    for line in path.read_text().splitlines() if path.exists() else ():
        try:
            found.append(dict(json.loads(line)))
        except ValueError:  # a torn line, and what a later run wrote behind it
            continue
    return found


def _is_complete(record: Record) -> bool:
    return (
        record.kind == RESPONSE
        and record.body["instrument"] == "skm-2017"
        and record.body["complete"] is True
    )
