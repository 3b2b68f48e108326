"""Counts as bytes: nothing is lost, and adding numbers adds counts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.scores.tallies.packing import pack, to_counts, to_number, unpack

counts = st.lists(st.integers(min_value=0, max_value=2**40), min_size=1, max_size=80)


@given(counts)
def test_counts_come_back_as_they_went(row: list[int]) -> None:
    number = to_number(row)
    assert unpack(pack(number)) == number
    assert to_counts(number, len(row)) == tuple(row)


@given(counts, counts)
def test_adding_numbers_adds_counts_and_subtracting_takes_them_out(one: list[int], other: list[int]) -> None:
    size = max(len(one), len(other))
    one, other = one + [0] * (size - len(one)), other + [0] * (size - len(other))
    both = to_number(one) + to_number(other)
    assert to_counts(both, size) == tuple(a + b for a, b in zip(one, other, strict=True))
    assert both - to_number(other) == to_number(one)


def test_a_days_counts_take_about_a_byte_each() -> None:
    row = [3, 0, 3_700, *([0, 1, 1, 1] * 9), *([0] * 36)]
    assert len(pack(to_number(row))) < 50


def test_no_counts_take_no_bytes() -> None:
    assert pack(0) == b""
    assert unpack(b"") == 0


def test_more_taken_out_than_is_there_is_an_error() -> None:
    with pytest.raises(OverflowError):
        pack(to_number([1, 2]) - to_number([1, 3]))


@pytest.mark.parametrize("stored", [b"\x05\x00ab", b"\x01", b"\x01\x00a" * 9])
def test_other_bytes_are_refused(stored: bytes) -> None:
    with pytest.raises(ValueError, match="not "):
        unpack(stored)
