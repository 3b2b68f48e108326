"""Bits that flip and power that goes, many times over random journals: a sample in every run, ten thousand in the long one."""

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.uplink.journal.storms import Report, cut_power, flip_bits


@pytest.fixture
def memory() -> Iterator[Path]:
    # In memory where there is such a place: thousands of openings write thousands of times.
    place = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=place if place.is_dir() else None) as folder:
        yield Path(folder)


def reported(report: Report) -> None:
    sys.stdout.write(f"{report}\n")
    assert report.wrong == [], str(report)


@pytest.mark.heavy
def test_a_flipped_bit_costs_nothing_or_its_own_record_by_name(memory: Path) -> None:
    reported(flip_bits(memory, count=300, seed=300))


@pytest.mark.long
def test_ten_thousand_flipped_bits_cost_nothing_or_their_own_record_by_name(memory: Path) -> None:
    reported(flip_bits(memory, count=10_000, seed=1))


@pytest.mark.heavy
def test_a_power_cut_at_any_moment_loses_nothing_that_was_promised(memory: Path) -> None:
    reported(cut_power(memory, count=300, seed=300))


@pytest.mark.long
def test_ten_thousand_power_cuts_lose_nothing_that_was_promised(memory: Path) -> None:
    reported(cut_power(memory, count=10_000, seed=1))
