"""Damage at the kiosk and a collector that is set back, together: a sample in every run, twenty thousand lives in the long one."""

from pathlib import Path

import pytest

from tests.contract.set_back import storm
from tests.uplink.journal.test_storms import memory, reported

__all__ = ["memory"]


@pytest.mark.heavy
def test_what_is_left_comes_together_and_nothing_stands_still(memory: Path) -> None:
    reported(storm(memory, lives=range(100), seed=100))


@pytest.mark.parametrize(
    "seed, lives",
    [
        (100, (130, 426, 522, 846, 1051, 1137, 1138)),
        (101, (52, 397, 418, 783, 931, 1107, 1313)),
    ],
)
def test_lives_that_once_stood_still_for_ever_or_lost_something(
    memory: Path, seed: int, lives: tuple[int, ...]
) -> None:
    """The receipt's record in the middle of a damaged run; all of an oldest file; what a former stream had declared; and more."""
    reported(storm(memory, lives=lives, seed=seed))


@pytest.mark.long
def test_what_is_left_of_twenty_thousand_lives_comes_together(memory: Path) -> None:
    reported(storm(memory, lives=range(20_000), seed=1))
