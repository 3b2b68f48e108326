"""How long a journal of 100,000 waiting records takes to open, and what it holds in memory, in both processes.

Run: python -m bench.journal_open [--waiting 100000]

Each figure comes from a process of its own. Memory is the growth of the resident set over the same process with an
empty journal. Goals: under 0.5 s, and at most 8 MB more in either process. Beside it: what the records would take as
dictionaries, as stock TinyDB holds them.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.journal_append import body, stamp
from survey.record.record import Record, encode
from uplink.forwarder.outbox import Outbox
from uplink.journal.identity import Identity
from uplink.journal.journal import Journal
from uplink.journal.reader import JournalReader
from uplink.journal.segments.disk import Disk


def _resident_kb() -> int:
    fields = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in fields if line.startswith("VmRSS:"))


def _peak_kb() -> int:
    fields = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in fields if line.startswith("VmHWM:"))


class _NoFlush(Disk):
    def sync(self, handle: int) -> None:
        assert handle >= 0


def fill(home: Path, waiting: int) -> None:
    """Make a journal whose key lies beside it."""
    identity = Identity.create(home)
    journal = Journal.open(home / "journal", stream_key=identity, disk=_NoFlush())
    for count in range(waiting):
        journal.append("response", body(count), stamp=stamp(count))
    journal.close()
    for path in (home / "journal").iterdir():  # as a kiosk leaves it: everything is on the medium
        with path.open("rb") as file:
            os.fsync(file.fileno())


def measure(what: str, home: Path) -> dict[str, float]:
    """Do one thing in this process and give its seconds and kilobytes."""
    if what == "dictionaries":
        before = _resident_kb()
        records = [
            json.loads(encode(Record(seq=n, kind="response", stamp=stamp(n), body=body(n))))
            for n in range(1, 1 + int((home / "count").read_text()))
        ]
        return {"seconds": 0.0, "kb": _resident_kb() - before, "records": len(records)}
    started = time.perf_counter()
    if what == "kiosk":
        journal = Journal.open(home / "journal", stream_key=Identity.load(home))
        seconds = time.perf_counter() - started
        records = journal.head.seq
    else:
        reader = JournalReader(home / "journal")
        outbox = Outbox(reader, kiosk="k-0001", stream="0" * 32, max_records=1_000, lazy_seconds=0.0)
        seconds = time.perf_counter() - started
        records = 0
        for parcel in outbox.everything_from(1, max_bytes=200_000):
            records = parcel.last
    return {"seconds": seconds, "kb": _resident_kb(), "peak_kb": _peak_kb(), "records": records}


def _in_process(what: str, home: Path) -> dict[str, float]:
    command = [sys.executable, "-m", "bench.journal_open", "--measure", what, "--home", str(home)]
    return dict(json.loads(subprocess.run(command, capture_output=True, check=True, text=True).stdout))


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--waiting", type=int, default=100_000)
    parser.add_argument("--measure", help=argparse.SUPPRESS)
    parser.add_argument("--home", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        print(json.dumps(measure(options.measure, options.home)))
        return 0
    with tempfile.TemporaryDirectory() as name:
        empty, full = Path(name) / "empty", Path(name) / "full"
        fill(empty, 1)
        fill(full, options.waiting)
        (full / "count").write_text(str(options.waiting))
        for what in ("kiosk", "uplink"):
            runs = [(_in_process(what, empty), _in_process(what, full)) for _ in range(3)]
            seconds = sorted(run["seconds"] for _, run in runs)[1]
            resident = sorted(run["kb"] - base["kb"] for base, run in runs)[1] / 1000
            peak = sorted(run["peak_kb"] - base["peak_kb"] for base, run in runs)[1] / 1000
            print(
                f"{what:8} {options.waiting:,} waiting: {resident:.1f} MB more than empty (goal 8), peak {peak:.1f} MB"
            )
            if what == "kiosk":
                print(f"{'':8} opens in {seconds:.2f} s (goal 0.5): {'yes' if seconds < 0.5 else 'NO'}")
        held = _in_process("dictionaries", full)["kb"] / 1000
        print(f"{'beside':8} the same records as dictionaries: {held:.0f} MB")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
