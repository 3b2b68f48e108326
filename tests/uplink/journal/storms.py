"""Storms over random journals: single bits that flip, and power that goes at any moment. Each counts what came of it.

A journal is random in its length, its records, their attachments and the size of its files. Nothing here stops at the first finding:
what is not as it must be stands in the report, by seed and number.
"""

import random
import shutil
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from survey.record.attachment import attach
from survey.record.record import COMPLAINT, RESPONSE
from tests.uplink.fakes import HastyDisk, Home, body, stamp
from tests.uplink.medium import CutDisk, PowerCut
from uplink.journal.acknowledged import Acknowledged
from uplink.journal.journal import Journal
from uplink.journal.losses import declared
from uplink.journal.reader import JournalReader
from uplink.journal.segments.disk import Disk
from uplink.journal.segments.frame import Entry
from uplink.journal.segments.segment import segment_paths
from uplink.journal.verify import verify

FLIPS_A_JOURNAL = 25
CUTS_A_JOURNAL = 25
_MOST_RECORDS = 40


@dataclass
class Report:
    """What was done and what came of it."""

    seed: int
    done: int = 0
    journals: int = 0
    came: Counter[str] = field(default_factory=Counter)
    """How often each harmless thing came of it."""
    wrong: list[str] = field(default_factory=list)
    """What is not as it must be."""

    def __str__(self) -> str:
        came = ", ".join(f"{count} {what}" for what, count in sorted(self.came.items()))
        begun = f"seed {self.seed}: {self.done} over {self.journals} random journals: {came}"
        return f"{begun}; {len(self.wrong)} wrong" + "".join(f"\n  {one}" for one in self.wrong[:20])


def flip_bits(folder: Path, *, count: int, seed: int) -> Report:
    """Flip one bit of a journal's files, `count` times over, each time in a fresh copy.

    Every intact record must be kept as it was, with its attachments; only the one that was hit may be named, and `verify`
    must say the same before and after the kiosk has started on it.
    """
    report, chance = Report(seed), random.Random(seed)
    while report.done < count:
        home = _begun(folder / f"journal-{report.journals}")
        report.journals += 1
        options = {"segment_bytes": chance.randrange(1_500, 20_000)}
        journal = home.journal(ballast_bytes=0, disk=HastyDisk(), **options)
        for _ in range(chance.randint(1, _MOST_RECORDS)):
            _append(journal, chance)
        journal.keep_head()
        journal.close()
        whole = _lines(home)
        kept = home.folder.with_name("kept")
        shutil.copytree(home.folder, kept)
        for _ in range(min(FLIPS_A_JOURNAL, count - report.done)):
            where = _flip(home, chance)
            report.done += 1
            report.wrong += [f"{where}: {one}" for one in _look_at_flip(home, whole, report, options)]
            shutil.rmtree(home.folder)
            shutil.copytree(kept, home.folder)
        shutil.rmtree(kept)
        shutil.rmtree(home.folder)
    return report


def cut_power(folder: Path, *, count: int, seed: int) -> Report:
    """Let the power go `count` times, at any operation of a journal's disk, with any part of what was not flushed left.

    What was promised must be there, in the same stream; at most the one record in flight may have come besides; nothing may be declared
    lost, for nobody was thanked for what is torn.
    """
    report, chance = Report(seed), random.Random(seed)
    while report.done < count:
        life = _Life(_begun(folder / f"journal-{report.journals}"), chance)
        report.journals += 1
        for _ in range(min(CUTS_A_JOURNAL, count - report.done)):
            report.done += 1
            life.live_until_cut(report)
            found = life.look(report)
            report.wrong += [f"cut {report.done}: {one}" for one in found]
            if found:
                break
        shutil.rmtree(life.home.folder)
    return report


class _Life:
    """One journal through many power cuts, and what was promised of it."""

    def __init__(self, home: Home, chance: random.Random) -> None:
        self.home = home
        self._chance = chance
        self._disk = CutDisk(chance)
        self._segment_bytes = chance.randrange(1_500, 6_000)
        journal = home.journal(ballast_bytes=0, segment_bytes=self._segment_bytes)
        self._stream = journal.stream
        journal.close()
        self._disk.keep(home.folder)
        self._promised: dict[int, bytes] = {}
        self._confirmed = 0
        self._last = 0

    def live_until_cut(self, report: Report) -> None:
        """Start, write, keep the head, let go of what is confirmed, until the power goes."""
        self._disk.left = self._chance.randrange(1, 40)
        journal: Journal | None = None
        try:
            while True:
                if journal is None:
                    journal = self._open(self._disk)
                self._act(journal)
                if self._chance.random() < 0.05:
                    journal.close()
                    journal = None
        except PowerCut:
            report.came["while it was opened" if journal is None else "while it ran"] += 1
        if journal is not None:
            journal.close()
        self._disk.cut_power(self.home.folder)

    def look(self, report: Report) -> list[str]:
        """Start again and say what is wrong; what came through besides is promised from now on."""
        journal = self._open(self._disk)
        head, stream = journal.head.seq, journal.stream
        journal.close()
        lines = {entry.seq: entry.line for entry in _lines(self.home)}
        if stream != self._stream:
            return [f"another stream was begun: {journal.predecessors}"]
        found = []
        if not self._last <= head <= self._last + 1:
            found.append(f"it ends with {head}, promised was {self._last}")
        for seq, line in self._promised.items():
            if seq > self._confirmed and lines.get(seq) != line:
                found.append(f"record {seq} was promised and is not there")
        if declared(self.home.paths.journal).records:
            found.append("something was declared lost")
        report.came["the record in flight came through" if head > self._last else "as promised"] += 1
        self._last = max(head, self._last)
        self._promised = {seq: line for seq, line in lines.items() if seq > self._confirmed}
        return found

    def _open(self, disk: Disk) -> Journal:
        return self.home.journal(ballast_bytes=0, segment_bytes=self._segment_bytes, disk=disk)

    def _act(self, journal: Journal) -> None:
        deed = self._chance.random()
        if deed < 0.75:
            _append(journal, self._chance)
            self._last = journal.head.seq
            entry = next(
                iter(
                    JournalReader(self.home.paths.journal, disk=HastyDisk()).read(
                        self._last, most=1, most_bytes=1
                    )
                )
            )
            self._promised[self._last] = entry.line
        elif deed < 0.88:
            journal.keep_head()
        elif self._last > self._confirmed:
            through = self._chance.randint(self._confirmed + 1, self._last)
            receipt = self.home.collector.receipt(
                journal.stream, through=through, link=journal.link_at(through)
            )
            self._confirmed = (
                through  # the collector has it from now on, whatever becomes of the receipt here
            )
            Acknowledged(self.home.acknowledged, disk=self._disk).store(receipt)
            journal.release()


def _begun(folder: Path) -> Home:
    home = Home(folder)
    home.enrol()
    return home


def _append(journal: Journal, chance: random.Random) -> None:
    number = journal.next_seq
    if chance.random() < 0.2:
        text = attach("text", chance.randbytes(chance.randrange(1, 600)))
        journal.append(
            COMPLAINT, {"attached": {"text": text.digest}}, stamp=stamp(number), attachments=[text]
        )
    else:
        content = body(visit=number, value=chance.randint(1, 4)) | {"note": "x" * chance.randrange(300)}
        journal.append(RESPONSE, content, stamp=stamp(number))


def _flip(home: Home, chance: random.Random) -> str:
    paths = [path for _, path in segment_paths(home.paths.journal)]
    path = chance.choices(paths, [path.stat().st_size for path in paths])[0]
    content = bytearray(path.read_bytes())
    place, bit = chance.randrange(len(content)), chance.randrange(8)
    content[place] ^= 1 << bit
    path.write_bytes(bytes(content))
    return f"{path.parent.parent.name} {path.name} byte {place} bit {bit}"


def _look_at_flip(home: Home, whole: list[Entry], report: Report, options: dict[str, int]) -> list[str]:
    found = []
    before = verify(home.folder)
    journal = home.journal(ballast_bytes=0, disk=HastyDisk(), **options)
    head, predecessors = journal.head.seq, journal.predecessors
    journal.close()
    after, left = verify(home.folder), _lines(home)
    if predecessors or head != len(whole):
        return [f"it ends with {head} of {len(whole)}, predecessors {predecessors}"]
    changed = [one.seq for one, now in zip(whole, left, strict=True) if one.line != now.line]
    stripped = [one.seq for one, now in zip(whole, left, strict=True) if one.attachments != now.attachments]
    named = set(declared(home.paths.journal).records)
    if len(changed) > 1 or set(changed) != named:
        found.append(f"changed are {changed}, named {named}")
    if set(stripped) - set(changed):
        found.append(f"records {stripped} lost their attachments")
    if before.clean != after.clean or before.clean != (not changed):
        found.append(f"verify said {before.sentences()}, then {after.sentences()}")
    report.came["named by number" if changed else "had back whole"] += 1
    return found


def _lines(home: Home) -> list[Entry]:
    first = next((first for first, _ in segment_paths(home.paths.journal)), 1)
    reader = JournalReader(home.paths.journal, disk=HastyDisk())
    found: list[Entry] = []
    while fresh := reader.read(found[-1].seq + 1 if found else first, most=1_000, most_bytes=10_000_000):
        found += fresh
    return found
