"""What can be wrong with the records of a stream, and how it is said; `survey.record.verdict` explains each and finds it."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Finding(StrEnum):
    """What can be wrong."""

    MISSING = "missing"
    LOST = "lost"
    ALTERED = "altered"
    REORDERED = "reordered"
    REPEATED = "repeated"
    DUPLICATED = "duplicated"
    FOREIGN = "foreign"
    WRONG_KEY = "wrong_key"
    CUT = "cut"
    FORKED = "forked"
    LOST_HERE = "lost_here"


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong with the records `first` to `last`."""

    finding: Finding
    first: int
    last: int

    def sentence(self) -> str:
        """Say it."""
        which = f"record {self.first}" if self.first == self.last else f"records {self.first} to {self.last}"
        return f"{which}: {_SENTENCES[self.finding]}"


_SENTENCES = {
    Finding.MISSING: "missing",
    Finding.LOST: "lost on the kiosk's own medium, and declared so under its signature",
    Finding.ALTERED: "altered after it was signed",
    Finding.REORDERED: "not at the place of its number",
    Finding.REPEATED: "there more than once, with the same content",
    Finding.DUPLICATED: "there with two contents, both signed: a card was copied or set back",
    Finding.FOREIGN: "not of this stream: inserted, or of another history of the kiosk",
    Finding.WRONG_KEY: "chained, but not signed with this kiosk's key",
    Finding.CUT: "cut off: a receipt or a signed head vouches for it",
    Finding.LOST_HERE: "lost at the collector, which had receipted it",
    Finding.FORKED: "another history up to here is signed by the kiosk: a card was copied or set back",
}


def joined(faults: Iterable[Fault]) -> tuple[Fault, ...]:
    """Put faults of one kind at consecutive numbers together."""
    runs: list[Fault] = []
    for fault in sorted(faults, key=lambda one: (one.finding, one.first)):
        before = runs[-1] if runs else None
        if before is not None and before.finding is fault.finding and fault.first <= before.last + 1:
            runs[-1] = Fault(fault.finding, before.first, max(before.last, fault.last))
        else:
            runs.append(fault)
    return tuple(sorted(runs, key=lambda one: (one.first, one.finding)))
