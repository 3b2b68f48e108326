"""A visit's code: bound to the record, telling nothing of it, and readable however it is typed."""

import base64
import itertools
import random

import pytest

from survey.record.chain import first_link, next_link
from survey.record.record import RESPONSE, Record, Stamp, encode
from survey.record.response import Response, new_salt
from survey.record.ticket import ALPHABET
from survey.record.visit_code import LETTERS, VisitCode, letters_of, read_letters, read_mark, show_letters

STREAM = "5a" * 16


def line(answers: dict[str, int], salt: str, *, number: int = 2) -> bytes:
    body = Response("pulse", "1", answers, complete=True, visit=1, salt=salt).to_body()
    return encode(Record(number, RESPONSE, Stamp(1, 5_000, None, sync=True), body))


def letters(answers: dict[str, int], salt: str, *, number: int = 2) -> str:
    before = first_link(stream=STREAM, public_key=bytes(32))
    return letters_of(
        stream=STREAM, number=number, link=next_link(before, line(answers, salt, number=number))
    )


def test_the_letters_are_of_the_record_its_place_and_its_stream() -> None:
    salt = new_salt()
    own = letters({"waktu": 3}, salt)
    assert own == letters({"waktu": 3}, salt)
    assert len(own) == LETTERS
    assert set(own) <= set(ALPHABET)
    assert own != letters({"waktu": 4}, salt), "another answer"
    assert own != letters({"waktu": 3}, salt, number=3), "another place"
    assert own != letters_of(stream="5b" * 16, number=2, link=bytes(32)) == "MJM3PDA7"


def test_the_same_answers_have_other_letters_each_time_so_nobody_tries_answers_out() -> None:
    """Whoever has a code and every answer there can be, but not the record's random bytes, finds no row for it."""
    taken = letters({"waktu": 2}, new_salt())
    guesses = {
        letters({"waktu": value}, base64.b64encode(bytes(16)).decode().rstrip("=")) for value in range(1, 5)
    }
    guesses |= {letters({"waktu": value}, "") for value in range(1, 5)}
    assert taken not in guesses
    assert len({letters({"waktu": 2}, new_salt()) for _ in range(8)}) == 8


def test_each_letter_is_as_likely_as_any_other() -> None:
    dice = random.Random(3)
    found = [letters_of(stream=STREAM, number=one, link=dice.randbytes(32)) for one in range(1, 60)]
    assert set(itertools.chain(*found)) == set(ALPHABET)


@pytest.mark.parametrize("typed", ["acde 3467", "ACDE-3467", " ACDE.3467\n", "acde\u00a03467"])
def test_letters_are_read_however_they_are_typed(typed: str) -> None:
    assert read_letters(typed) == "ACDE3467"
    assert show_letters("ACDE3467") == "ACDE 3467"


@pytest.mark.parametrize("typed", ["", "ACDE346", "ACDE34677", "ACDE346O", "ACDE\u0663467", "ACDE34 6 7 M"])
def test_what_is_no_code_is_none(typed: str) -> None:
    assert read_letters(typed) is None


@pytest.mark.parametrize(
    "typed", ["k-0001/5207", "K-0001 / 5.207", "k-0001 5207", "k-0001.5207", "k-0001#5207"]
)
def test_a_mark_is_read_however_it_is_typed(typed: str) -> None:
    assert read_mark(typed) == ("k-0001", 5207)
    assert VisitCode("k-0001", 5207, "ACDE3467").mark == "k-0001/5207"


@pytest.mark.parametrize(
    "typed", ["", "k-0001", "5207", "k-0001/0", "k-0001/x", "k-0001/99999999999999999999", "-k/1"]
)
def test_what_is_no_mark_is_none(typed: str) -> None:
    assert read_mark(typed) is None
