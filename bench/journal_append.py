"""What a durable, chained and signed record costs, beside a bare write and beside stock TinyDB.

Run: python -m bench.journal_append [--records 400] [--waiting 100000] [--folder DIR]

All arms take turns, one record each, in random order, in one process: the machine's moods hit them alike. The bare arm
writes bytes of the same length to an open file and calls fdatasync. Goals: the journal's median at most 2.5 x the bare
one, the same within 20 % with nothing and with 100,000 records waiting, at least 300 x faster than stock TinyDB with
5,000 documents, and at most 1.2 x the bare arm's bytes at the device.
"""

import argparse
import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tinydb import TinyDB
from tinydb.storages import JSONStorage

from survey.record.record import Record, Stamp, encode
from survey.record.response import new_salt
from uplink.journal.identity import Identity
from uplink.journal.journal import Journal
from uplink.journal.segments.disk import Disk

ELEMENTS = (
    "persyaratan", "prosedur", "waktu", "biaya", "produk", "kompetensi", "perilaku", "sarpras", "pengaduan",
)  # fmt: skip
CHANCE = random.Random(5)


def body(visit: int) -> dict[str, object]:
    """Give the body of a full questionnaire."""
    return {
        "instrument": "skm-2017",
        "version": "1",
        "answers": {element: CHANCE.choice((2, 3, 3, 3, 4)) for element in ELEMENTS},
        "complete": True,
        "visit": visit,
        "ended": "finished",
        "language": "id",
        "channel": "button",
        "duration_s": CHANCE.randrange(20, 120),
        "salt": new_salt(CHANCE.randbytes),
    }


def stamp(count: int) -> Stamp:
    """Give the stamp of the record `count`."""
    return Stamp(boot=1, up_ms=count * 61_000, at=1_767_225_600_000 + count * 61_000, sync=True)


class _NoFlush(Disk):
    """For filling only: what is measured flushes every record."""

    def sync(self, handle: int) -> None:
        """Do not wait for the medium."""
        assert handle >= 0


def journal_with(folder: Path, waiting: int) -> Journal:
    """Give a journal with so many records waiting."""
    identity = Identity.ephemeral("k-0001")
    journal = Journal.open(folder, stream_key=identity, disk=_NoFlush())
    for count in range(waiting):
        journal.append("response", body(count), stamp=stamp(count))
    journal.close()
    return Journal.open(folder, stream_key=identity)


class Arm:
    """One way of keeping a record, and how long each took."""

    def __init__(self, name: str, keep: Callable[[int], None], *, every: int = 1) -> None:
        self.name = name
        self.every = every
        self.seconds: list[float] = []
        self.written = 0
        self._keep = keep

    def turn(self, count: int) -> None:
        """Keep one record and take the time."""
        before = _written_bytes()
        started = time.perf_counter()
        self._keep(count)
        self.seconds.append(time.perf_counter() - started)
        self.written += _written_bytes() - before

    @property
    def median(self) -> float:
        """The median in milliseconds."""
        return statistics.median(self.seconds) * 1000

    @property
    def p99(self) -> float:
        """The 99th percentile in milliseconds."""
        return sorted(self.seconds)[len(self.seconds) * 99 // 100] * 1000


def _written_bytes() -> int:
    """Give the bytes this process has caused to be written to a device, file system journals not included."""
    for line in Path("/proc/self/io").read_text().splitlines():
        if line.startswith("write_bytes:"):
            return int(line.split()[1])
    return 0


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--records", type=int, default=400)
    parser.add_argument("--waiting", type=int, default=100_000)
    parser.add_argument("--tinydb", type=int, default=5_000, help="documents in the stock TinyDB")
    parser.add_argument("--folder", type=Path, help="where to write: the medium that counts")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        arms = _arms(Path(name), options.waiting, options.tinydb)
        for count in range(options.records):
            for arm in random.sample(arms, len(arms)):
                if count % arm.every == 0:
                    arm.turn(count)
    bare = arms[0]
    print(f"{'arm':44} {'p50 ms':>8} {'p99 ms':>8} {'x bare':>7} {'bytes/record':>13} {'x bare':>7}")
    for arm in arms:
        each = arm.written / len(arm.seconds)
        ratio = each / (bare.written / len(bare.seconds)) if bare.written else 0.0
        print(
            f"{arm.name:44} {arm.median:8.3f} {arm.p99:8.3f} {arm.median / bare.median:7.2f} {each:13.0f} {ratio:7.2f}"
        )
    _, unsigned, empty, full, stock = arms
    goal = empty.median / bare.median <= 2.5 and full.median / bare.median <= 2.5
    print(f"\nat most 2.5 x bare: {'yes' if goal else 'NO'}")
    apart = abs(full.median / empty.median - 1)
    print(f"empty and full within 20 %: {apart:.0%}: {'yes' if apart <= 0.2 else 'NO'}")
    faster = stock.median / full.median
    print(f"stock TinyDB is {faster:.0f} x slower (goal 300): {'yes' if faster >= 300 else 'NO'}")
    print(
        f"chain, signature and TinyDB cost {(empty.median - bare.median) * 1000:.0f} us over the bare flush"
    )
    print(f"encoding and signing alone, no disk: {unsigned.median * 1000:.0f} us")
    return 0


def _arms(folder: Path, waiting: int, documents: int) -> list[Arm]:
    handle = os.open(folder / "bare", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    line = encode(Record(seq=1, kind="response", stamp=stamp(1), body=body(1)))
    payload = b"x" * (len(line) + 150)

    def bare(count: int) -> None:  # noqa: ARG001 - all arms are called alike
        os.write(handle, payload)
        os.fdatasync(handle)

    identity = Identity.ephemeral("k-0001")

    def sign_only(count: int) -> None:
        identity.sign(encode(Record(seq=count + 1, kind="response", stamp=stamp(count), body=body(count))))

    empty = journal_with(folder / "empty", 0)
    full = journal_with(folder / "full", waiting)
    stock = TinyDB(folder / "stock.json", storage=JSONStorage)
    stock.insert_multiple(body(count) for count in range(documents))
    return [
        Arm("bare write + fdatasync", bare),
        Arm("encode and sign, no disk", sign_only),
        Arm("journal, nothing waiting", lambda n: _append(empty, n)),
        Arm(f"journal, {waiting:,} waiting", lambda n: _append(full, n)),
        Arm(f"stock TinyDB, {documents:,} documents", lambda n: _insert(stock, n), every=20),
    ]


def _append(journal: Journal, count: int) -> None:
    journal.append("response", body(count), stamp=stamp(count))


def _insert(database: TinyDB, count: int) -> None:
    database.insert(body(count))


if __name__ == "__main__":
    raise SystemExit(main())
