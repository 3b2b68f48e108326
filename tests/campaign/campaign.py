"""The fault campaign: everything that can go wrong, on purpose, with the real programs, and then: who noticed?

Kiosk, uplink, broker, listener and web process run and are killed at random; the power goes; the broker keeps nothing; the network is
cut, stalled, slowed, one-way and broken off at any byte; resolvers hang and certificates expire; batches are repeated, stripped and
carried on prepared sticks; the disk is full, slow, failing and read-only; the clock jumps. And what cannot be undone: old copies are put
back at either end, pages and files are lost under running programs. After every round all is healed, and then: what anything
still held is at the collector, once; what our deeds took is named by the audit, by number; and the kiosk counts again by itself.
"""

import random
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from tests.campaign.life import Life
from tests.campaign.outcome import Outcome

GRAVE = (
    "kiosk set back to an old copy",
    "kiosk set back to an old copy",
    "collector set back to an old copy",
    "collector set back to an old copy",
    "both set back to old copies",
    "file unlinked under the running kiosk",
    "file cut under the running kiosk",
    "file replaced under the running kiosk",
    "page zeroed under the running kiosk",
    "last page lost while it stood still",
    "page lost while it stood still",
    "bit flipped while it stood still",
    "file lost while it stood still",
    "journal deleted while it stood still",
    "two journals deleted, one after the other, unsent",
)


class Campaign:
    """One run: worlds one after another, a few rounds each."""

    def __init__(
        self,
        folder: Path,
        *,
        seed: int,
        seconds: float,
        say: Callable[[str], None],
        rounds: int = 6,
        round_seconds: float = 20.0,
        grave: int = 2,
        deeds: Sequence[str] = GRAVE,
    ) -> None:
        self._folder = folder
        self._seconds = seconds
        self._say = say
        self._rounds = rounds
        self._round_seconds = round_seconds
        self._grave = grave
        self._deeds = deeds
        self._chance = random.Random(seed)
        self.outcome = Outcome(seed=seed)

    def run(self) -> Outcome:
        """Do it all; a world that ends badly is left behind, and another one begun."""
        began = time.monotonic()
        deck = _dealt(self._deeds, self._chance)
        while not self.outcome.worlds or time.monotonic() - began < self._seconds:
            self.outcome.worlds += 1
            seed = self._chance.randrange(1 << 30)
            wrong = len(self.outcome.wrong)
            life = Life(self._folder / f"world-{self.outcome.worlds}", self.outcome, seed=seed, deck=deck)
            life.live(
                rounds=self._rounds,
                seconds=self._round_seconds,
                grave=self._grave,
                until=began + self._seconds,
            )
            self.outcome.seconds = time.monotonic() - began
            for one in self.outcome.wrong[wrong:]:
                self._say(f"WRONG {one}")
            self._say(
                f"{self.outcome.seconds:.0f} s: {self.outcome.worlds} worlds, {self.outcome.rounds} rounds, "
                f"{self.outcome.faults} faults, {self.outcome.thanked} thanked for, {len(self.outcome.wrong)} wrong"
            )
        return self.outcome


def _dealt(deeds: Sequence[str], chance: random.Random) -> Iterator[str]:
    """Give grave deeds without end, so that each has its turn."""
    while True:
        yield from chance.sample(deeds, len(deeds))
