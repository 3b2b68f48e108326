"""The noise on the numbers of a group: drawn from a table by the key of the group, so that the same people always give the same numbers.

The method is that of the Australian and European statistical offices: every record has a key, a group's key is the sum of its records'
keys mod 2^32, and that key looks the deviation up in a table (`noise.toml`, made by `bench/noise_table.py`). One person more or less
gives another key, and with it a deviation that has nothing to do with the one before.
"""

import hmac
import tomllib
from bisect import bisect_right
from collections.abc import Sequence
from functools import lru_cache
from hashlib import sha256
from importlib.resources import files
from typing import NamedTuple

from survey.instrument.instrument import Instrument

KEYS = 1 << 32
"""Keys of records and of groups are whole numbers below this."""
_COUNT, _TOGETHER = "n", "all"


class Table(NamedTuple):
    """What a deviation is drawn from."""

    maximum: int
    """The largest deviation, in people or in answers' steps."""
    variance: float
    rows: tuple[tuple[int, ...], ...]
    """For each count up to `maximum`, and for all above: up to which of `KEYS` each deviation reaches, from -`maximum` on."""

    def draw(self, count: int, chance: int) -> int:
        """Give the deviation of a count; `chance` is below `KEYS`."""
        row = self.rows[min(count, self.maximum)]
        return bisect_right(row, chance) - self.maximum


class Noisy(NamedTuple):
    """A group's numbers as they may leave the house."""

    n: int
    means: tuple[float, ...]
    """Each element's mean, inside the scale."""


@lru_cache(maxsize=1)
def table() -> Table:
    """Give the table that came with this program."""
    told = tomllib.loads((files(__package__) / "noise.toml").read_text())
    rows = tuple(tuple(row["until"]) for row in told["rows"])
    return Table(told["maximum_deviation"], told["variance"], rows)


def record_key(seed: bytes, number: int) -> int:
    """Give a record's key, from the seed and the number of its response: stream and place in it, which a rebuild gives again."""
    made = hmac.digest(seed, f"record {number}".encode(), sha256)
    return int.from_bytes(made[:4], "big")


def noisy(
    seed: bytes, keys: Sequence[int], sums: Sequence[int], *, scale: tuple[int, int], by: Table | None = None
) -> Noisy:
    """Give the numbers of a group of five or more: how many, and each element's mean.

    `keys` are its records' keys, `sums` the sums of their answers to each element. An element's sum is moved by one deviation that all
    elements share and one of its own, both in thirds of the scale: the shared one hides a person who answered everything alike, the
    own one the difference between two of her answers. Deviations of sums are no whole numbers: nobody reads the count off them.
    """
    by = by or table()
    low, high = scale
    key, n = sum(keys) % KEYS, len(keys)
    step = (high - low) / 3

    def drawn(what: str) -> float:
        first, second = _chances(seed, key, what)
        return by.draw(by.maximum, first) + second / KEYS - 0.5

    shared = drawn(_TOGETHER)
    moved = [total + step * (shared + drawn(f"e{place}")) for place, total in enumerate(sums)]
    return Noisy(
        n + by.draw(n, _chances(seed, key, _COUNT)[0]),
        tuple(min(max(total / n, low), high) for total in moved),
    )


def sum_variance(instrument: Instrument) -> float:
    """Give the variance that the noise of one group gives to the weighted sum of all elements' sums."""
    one = (table().variance + 1 / 12) * ((instrument.highest - instrument.lowest) / 3) ** 2
    return one * (1 + sum(float(weight) ** 2 for weight in instrument.weights))


def _chances(seed: bytes, key: int, what: str) -> tuple[int, int]:
    made = hmac.digest(seed, f"cell {key} {what}".encode(), sha256)
    return int.from_bytes(made[:4], "big"), int.from_bytes(made[4:8], "big")
