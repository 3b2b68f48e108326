"""What the campaign did and what came of it, as a table and a verdict."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Taken:
    """What a kind of deed took, in records that were promised and then nowhere."""

    records: int = 0
    came_back: int = 0
    """Brought back by the product after all: a flipped bit turned back, a copy that was put in again."""
    named: int = 0
    """The audit names them by number."""
    unknown: int = 0
    """Nothing was left at either end that knew of them: too young for the head file, and never sent."""
    forgotten: int = 0
    """Another deed took the last that knew of them."""

    def columns(self) -> str:
        """Give the numbers as columns."""
        numbers = (self.records, self.came_back, self.named, self.unknown, self.forgotten)
        return "".join(f"{number:>10}" for number in numbers)


@dataclass
class Outcome:
    """The sum of all rounds."""

    seed: int
    seconds: float = 0.0
    worlds: int = 0
    rounds: int = 0
    kills: int = 0
    done: Counter[str] = field(default_factory=Counter)
    """Deeds, and under `deed: detail` what each was."""
    taken: dict[str, Taken] = field(default_factory=dict)
    """By deed."""
    promised: int = 0
    thanked: int = 0
    lost_thanked: int = 0
    """Of what visitors were thanked for: not at the collector, though no deed of ours had taken the last copy."""
    lost: int = 0
    """The same of all records."""
    taken_thanked: int = 0
    """Of what visitors were thanked for: taken by our deeds for good."""
    complete: int = 0
    """Distinct complete questionnaires in the evidence."""
    counted: int = 0
    """The n of the indices that the collector shows."""
    doubled: int = 0
    stuck: int = 0
    unnoticed: int = 0
    unsaid: int = 0
    """Of what nothing was left that knew: where the audit does not say that the stretch is uncertain. No promise: docs/journal.md."""
    decided: int = 0
    """Foreign streams that an administrator had to let in, each after a deed that made one."""
    slowest_seconds: float = 0.0
    """The longest from the road's return until an answer given after it was at the collector."""
    drained_seconds: float = 0.0
    """The longest until everything was."""
    wrong: list[str] = field(default_factory=list)
    """Whatever is not as it must be, with round and world."""

    @property
    def faults(self) -> int:
        """How many faults were caused: every deed but leaving alone; a repeated batch is one each."""
        return sum(count for deed, count in self.done.items() if ":" not in deed and deed != "leave alone")

    @property
    def survived(self) -> bool:
        """Whether every promise was kept."""
        bad = (
            self.lost,
            self.lost_thanked,
            self.doubled,
            self.stuck,
            self.unnoticed,
            len(self.wrong),
        )
        return not any(bad) and self.counted == self.complete

    def lines(self) -> list[str]:
        """Say it."""
        begun = f"{self.rounds} rounds in {self.worlds} worlds, {self.seconds:.0f} s"
        back = f"slowest to count again {self.slowest_seconds:.1f} s, to have everything {self.drained_seconds:.1f} s"
        told = f"promised {self.promised} records, thanked for {self.thanked} of them"
        return [
            f"seed {self.seed}: {begun}, {self.faults} faults, {self.kills} programs killed (kill -9)",
            *self._table(),
            f"{told}; our deeds took {self.taken_thanked} of the thanked for good",
            f"lost though something held them: {self.lost}, of them thanked for {self.lost_thanked}",
            f"complete questionnaires held {self.complete}, counted {self.counted}, doubled {self.doubled}",
            f"stuck {self.stuck}; {back} after the road's return",
            f"losses unnoticed by the audit {self.unnoticed}, unknown ones not called uncertain {self.unsaid}; foreign streams decided on {self.decided}",
            *(f"WRONG {one}" for one in self.wrong),
            "survived" if self.survived else "FAILED",
        ]

    def _table(self) -> list[str]:
        heads = ("took", "back", "named", "unknown", "forgotten")
        lines = [f"  {'deed':<60}{'done':>6}" + "".join(f"{head:>10}" for head in heads)]
        for deed, count in sorted(self.done.items()):
            taken = self.taken.get(deed)
            lines.append(f"  {deed:<60}{count:>6}{taken.columns() if taken is not None else ''}")
        return lines
