"""A collector that is set back, and a card that is damaged: what is left anywhere comes together again, or a storm says where it does not.

The kiosk's side is the real journal, writer and courier, turn by turn; the collector's is its real judgement, over lines in memory.
"""

import copy
import random
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from collector.evidence.intake.holes import Hole
from collector.evidence.intake.judge import Judge, Judgement, SenderKey
from survey.record.bodies import Carried
from survey.record.chain import stated_link
from survey.record.errors import Malformed
from survey.record.record import CARRIED, RESPONSE, decode
from survey.wire.messages import Batch, Receipt, pack_receipt, unpack_batch, unpack_receipt
from tests.uplink.fakes import KIOSK, FakeCollector, FakeTransport, Home
from tests.uplink.forwarder.test_courier import Trip
from tests.uplink.journal.storms import Report
from tests.uplink.journal.test_lineage import Kiosk
from uplink.journal.enrolment import verifier
from uplink.journal.segments.reading import read_between
from uplink.journal.segments.segment import scan, segment_paths
from uplink.journal.segments.succession import former_folder, read_succession

_MOST_VISITORS = 30
_TURNS = 60
"""Seconds: within a minute of the road's return."""


@dataclass
class _Held:
    """What is held of one stream."""

    through: int = 0
    link: bytes = b""
    lines: dict[int, bytes] = field(default_factory=dict)
    holes: list[Hole] = field(default_factory=list)


class JudgingCollector(FakeCollector):
    """Judges as the real one does, and keeps lines in memory; it can be set back to what it held before."""

    def __init__(self, public_key: bytes) -> None:
        super().__init__(public_key)
        self._public_key = public_key
        self.streams: dict[str, _Held] = {}
        self.past: list[dict[str, _Held]] = [{}]

    def accept(self, payload: bytes) -> bytes | None:
        """Take a batch in; gives the receipt, or None for what is refused."""
        batch = unpack_batch(payload)
        self.at_ms += 1_000
        held = self.streams.get(batch.stream)
        judge = self._judge(batch.stream, held)
        judge.judge([(0, batch)])
        verdict = judge.verdicts[0]
        if verdict in (Judgement.CONFLICT, Judgement.FORGED, Judgement.STRANGER):
            self.refused.append(f"{verdict.value} {batch.first}-{batch.last}")
            if verdict is not Judgement.CONFLICT or held is None:
                return None
        if judge.taken or judge.fillings:
            held = self.streams.setdefault(batch.stream, _Held())
            held.through, held.link = judge.through, judge.link
            held.holes = list(judge.holes)
            for one in (*judge.taken, *judge.fillings):
                held.lines |= dict(enumerate(one.lines, start=one.first))
            self.past.append(copy.deepcopy(self.streams))
        return self._receipt(batch.stream, held or _Held())

    def texts(self) -> set[bytes]:
        """Give what is held, under its first place or as carried over."""
        return _texts(self.streams)

    def ever_held(self) -> set[bytes]:
        """Give what was held at any time."""
        return set().union(*map(_texts, self.past))

    def set_back(self, past: dict[str, _Held]) -> None:
        """Go back to what was held once."""
        self.streams = copy.deepcopy(past)

    def _judge(self, stream: str, held: _Held | None) -> Judge:
        key = SenderKey(1, self._public_key)
        lines = held.lines if held is not None else {}
        return Judge(
            uid=stream,
            keys=[key],
            through=held.through if held is not None else 0,
            link=held.link if held is not None else b"",
            verifier=verifier,
            stored=partial(_between, lines),
            stored_holes=lambda: list(held.holes) if held is not None else [],
            own_receipt=self._own,
            key=key if held is not None else None,
        )

    def _own(self, batch: Batch) -> Receipt | None:
        try:
            receipt = unpack_receipt(batch.receipt or b"", self.verify)
        except Malformed:
            return None
        return receipt if receipt.stream == batch.stream else None

    def _receipt(self, stream: str, held: _Held) -> bytes:
        receipt = Receipt(
            kiosk=KIOSK, stream=stream, through=held.through, link=held.link or bytes(32), at=self.at_ms
        )
        return pack_receipt(receipt, self.key.sign)


def _texts(streams: dict[str, _Held]) -> set[bytes]:
    lines = [line for one in streams.values() for line in one.lines.values()]
    carried = [
        Carried.from_body(record.body).line.encode()
        for line in lines
        if stated_link(line) is None and (record := decode(line)).kind == CARRIED
    ]
    return {*lines, *carried}


def _between(lines: dict[int, bytes], *, first: int, last: int) -> Sequence[tuple[int, bytes]]:
    return sorted((seq, line) for seq, line in lines.items() if first <= seq <= last)


def storm(folder: Path, *, lives: Iterable[int], seed: int) -> Report:
    """Damage a card and set it or its collector back, life by life; in the end every whole answer is held, and nothing stands still."""
    report = Report(seed)
    for number in lives:
        report.done += 1
        report.journals += 1
        life = _Life(folder / f"home-{number}", random.Random(f"{seed} {number}"))
        life.live()
        report.wrong += [f"{number}: {', '.join(life.done)}: {one}" for one in life.come_together(report)]
        life.end()
    return report


_Deed = Callable[["_Life"], None]


def _page(life: "_Life") -> None:
    """A stretch of a file reads as zeros while the kiosk stands still."""
    with life.stopped():
        _zero(life.any_file(), life.chance)


def _end(life: "_Life") -> None:
    """A file's end is lost while the kiosk stands still."""
    with life.stopped():
        path = life.any_file()
        with path.open("r+b") as file:
            file.truncate(life.chance.randrange(path.stat().st_size))


def _bit(life: "_Life") -> None:
    """A bit of a file turns while the kiosk stands still."""
    with life.stopped():
        path = life.any_file()
        content = bytearray(path.read_bytes())
        content[life.chance.randrange(len(content))] ^= 1 << life.chance.randrange(8)
        path.write_bytes(content)


def _file(life: "_Life") -> None:
    """A file is lost while the kiosk stands still."""
    with life.stopped():
        life.any_file().unlink()


def _journal(life: "_Life") -> None:
    """All files are lost while the kiosk stands still."""
    with life.stopped():
        for _, path in segment_paths(life.home.paths.journal):
            path.unlink()


def _page_running(life: "_Life") -> None:
    """A stretch of the file that is written reads as zeros."""
    _zero(life.newest_file(), life.chance)
    life.kiosk.play(life.chance.randint(0, 5))
    life.restart()


def _cut_running(life: "_Life") -> None:
    """The file that is written is cut, and the kiosk goes on."""
    path = life.newest_file()
    with path.open("r+b") as file:
        file.truncate(life.chance.randrange(1, path.stat().st_size))
    life.kiosk.play(life.chance.randint(1, 5))
    life.kiosk.turn(10)
    life.kiosk.play(life.chance.randint(1, 5))
    life.restart()


def _receipts(life: "_Life") -> None:
    """The acknowledged position is lost while the kiosk stands still."""
    with life.stopped():
        life.home.acknowledged.unlink(missing_ok=True)


def _head(life: "_Life") -> None:
    """The head file is lost while the kiosk stands still."""
    with life.stopped():
        life.home.paths.head.unlink(missing_ok=True)


def _copy(life: "_Life") -> None:
    """Somebody copies the card."""
    with life.stopped():
        target = life.home.folder.with_name(f"{life.home.folder.name}-copy-{len(life.cards)}")
        shutil.copytree(life.home.folder, target)
        life.cards.append(target)


def _card_back(life: "_Life") -> None:
    """The card is set back to a copy."""
    if life.cards:
        with life.stopped():
            shutil.rmtree(life.home.folder)
            shutil.copytree(life.chance.choice(life.cards), life.home.folder)


def _collector_back(life: "_Life") -> None:
    """The collector is set back to what it held once."""
    life.collector.set_back(life.chance.choice(life.collector.past))


_DEEDS: tuple[_Deed, ...] = (
    _page, _end, _bit, _file, _journal, _page_running, _cut_running, _receipts, _head, _copy, _card_back, _collector_back,
)  # fmt: skip


def _zero(path: Path, chance: random.Random) -> None:
    size, width = path.stat().st_size, chance.choice((64, 512, 1024, 4096))
    place = chance.randrange(0, size) // width * width
    with path.open("r+b") as file:
        file.seek(place)
        file.write(bytes(min(width, size - place)))


class _Life:
    """One kiosk, its card and its collector."""

    def __init__(self, folder: Path, chance: random.Random) -> None:
        self.chance = chance
        self.home = Home(folder)
        self.collector = JudgingCollector(self.home.identity.public_key)
        self.home.collector = self.collector
        self.home.receipts = self.home.paths.receipts(kiosk=KIOSK, verify=self.collector.verify)
        self.home.enrol()
        self.cards: list[Path] = []
        self.done: list[str] = []
        self._boot = 1
        self._transport = FakeTransport(self.collector)
        self.kiosk = Kiosk(self.home)

    def live(self) -> None:
        """Serve visitors, meet the collector or not, and be damaged."""
        for _ in range(self.chance.randint(1, 3)):
            for _ in range(self.chance.randint(1, 4)):
                self.kiosk.play(self.chance.randint(0, _MOST_VISITORS))
                if self.chance.random() < 0.7:
                    self.meet(self.trip(), turns=self.chance.randint(1, 8))
            for deed in self.chance.sample(_DEEDS, self.chance.randint(1, 3)):
                self.done.append(deed.__name__.strip("_"))
                deed(self)
                self.kiosk.play(self.chance.randint(0, 3))

    def come_together(self, report: Report) -> list[str]:
        """Let everything run, and say what is wrong."""
        self.kiosk.play(1)
        self.collector.refused.clear()
        trip = self.trip()
        for turn in range(_TURNS):
            if turn % 20 == 19:  # what nobody waits for goes along
                self.kiosk.play(1)
            self.meet(trip, turns=1)
            if turn == 0:
                whole = _promised(self.home.paths.journal, self.collector.ever_held())
            journal = self.kiosk.journal
            held = self.collector.streams.get(journal.stream)
            through = held.through if held is not None else 0
            if through == journal.head.seq == journal.confirmed:
                report.came["at once" if turn < 2 else "soon" if turn < 20 else "late"] += 1
                lacking = whole - self.collector.texts()
                return [f"{len(lacking)} whole records are not held"] if lacking else []
        told = trip.courier.progress.trouble
        at = f"{through} of {journal.head.seq}, confirmed {journal.confirmed}"
        return [f"stands still at {at}: {told}, refused {self.collector.refused[-1:]}"]

    def end(self) -> None:
        self.kiosk.stop()
        for one in (self.home.folder, *self.cards):
            shutil.rmtree(one)

    def trip(self) -> Trip:
        return Trip(self.home, self._transport)

    def meet(self, trip: Trip, *, turns: int) -> None:
        """Let both run beside each other, as the device does."""
        self.kiosk.writer._undeclared = partial(_undeclared, trip)
        for _ in range(turns):
            trip.go(1, seconds=1.0)
            trip.courier.look_at_acknowledged()
            self.kiosk.turn()

    @contextmanager
    def stopped(self) -> Iterator[None]:
        self.kiosk.stop()
        yield
        self._start()

    def restart(self) -> None:
        self.kiosk.stop()
        self._start()

    def any_file(self) -> Path:
        return self.chance.choice([path for _, path in segment_paths(self.home.paths.journal)])

    def newest_file(self) -> Path:
        return segment_paths(self.home.paths.journal)[-1][1]

    def _start(self) -> None:
        self._boot += 1
        visits = self.kiosk.count
        self.kiosk = Kiosk(self.home, boot=self._boot)
        self.kiosk.count = visits


def _undeclared(trip: Trip) -> int | None:
    told = trip.courier.progress.trouble
    seq = dict(told.values).get("seq") if told is not None and told.code == "record_undeclared" else None
    return seq if isinstance(seq, int) else None


def _promised(folder: Path, ever_held: set[bytes]) -> set[bytes]:
    """Give the answers that can be read in a journal, and those of its former streams that the collector has never had."""
    under_way = read_succession(folder)
    formers = {former_folder(folder, one.stream): one.after for one in under_way.formers} if under_way else {}
    carried = {line for former, after in formers.items() for line in _answers(former, after)}
    return _answers(folder) | (carried - ever_held)


def _answers(folder: Path, after: int = 0) -> set[bytes]:
    """Give the answers behind record `after` that can be read in a folder's files."""
    segments = [scan(path, first) for first, path in segment_paths(folder)]
    entries = (
        entry for one in segments for entry in read_between([one], max(one.first, after + 1), one.last)
    )
    return {entry.line for entry in entries if entry.get("kind") == RESPONSE}
