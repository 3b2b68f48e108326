"""Ticket codes that survive being read aloud, and what follows from them."""

import itertools
import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.record.ticket import (
    ALPHABET,
    CODE_CHARACTERS,
    new_code,
    read_code,
    salt_of,
    secrets_of,
    show_code,
)

LOOKUP = "157d2d3aec240b93bfbb1b7a29b70b67"
KEY = "af0d549f8172a43f20b1646c16bbf86c0ac4af56a5250d9b1a7292b6c2b01e60"


def test_codes_avoid_what_looks_alike() -> None:
    assert len(ALPHABET) == len(set(ALPHABET)) == 23
    assert not set(ALPHABET) & set("0O1IL2Z5S8BUV")


def test_a_code_holds_more_than_fifty_bits() -> None:
    assert math.log2(len(ALPHABET)) * (CODE_CHARACTERS - 1) > 54


@given(st.randoms(use_true_random=False))
def test_a_code_is_read_however_it_is_written_and_one_slip_is_noticed(dice: random.Random) -> None:
    code = new_code(dice.randrange)
    assert len(code) == CODE_CHARACTERS
    assert [len(group) for group in show_code(code).split()] == [4, 4, 5]
    assert read_code(show_code(code).lower()) == code
    assert read_code(f" {code[:4]}-{code[4:8]}.{code[8:]} ") == code
    place = dice.randrange(CODE_CHARACTERS)
    wrong = dice.choice([character for character in ALPHABET if character != code[place]])
    assert read_code(code[:place] + wrong + code[place + 1 :]) is None


@given(st.randoms(use_true_random=False))
def test_any_two_swapped_characters_are_noticed(dice: random.Random) -> None:
    code = new_code(dice.randrange)
    for one, other in itertools.combinations(range(CODE_CHARACTERS), 2):
        if code[one] != code[other]:
            swapped = list(code)
            swapped[one], swapped[other] = code[other], code[one]
            assert read_code("".join(swapped)) is None


@pytest.mark.parametrize("text", ["", "ACDE", "A" * 14, "ACDE 3467 MNPQ0", "\u0130" * 13])
def test_what_is_no_code_is_none(text: str) -> None:
    assert read_code(text) is None


def test_what_follows_from_a_code_rests_on_the_collector() -> None:
    """A golden value: kiosks and collectors of all versions must agree."""
    code = "3" * 13
    first, second = salt_of(bytes(32)), salt_of(b"\x01" * 32)
    found = secrets_of(code, first)
    assert (found.lookup, found.key.hex()) == (LOOKUP, KEY)
    assert secrets_of(code, second) != found
    assert secrets_of(new_code(lambda _below: 1), first).lookup != found.lookup
