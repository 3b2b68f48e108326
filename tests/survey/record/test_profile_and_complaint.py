"""Profile lists, and ticket codes that survive being read aloud."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.instrument.definition import load
from survey.instrument.profile import (
    ANNEX,
    EDUCATION,
    JOB,
    SEX,
    WIDE,
    recognise,
    to_annex,
)
from survey.record.complaint import (
    ALPHABET,
    BY_CODE,
    CODE_CHARACTERS,
    TOPICS,
    is_phone,
    new_code,
    read_code,
    show_code,
)


@pytest.mark.parametrize(
    "key, text, value",
    [
        (SEX, "Laki-laki", "L"),
        (SEX, "perempuan", "P"),
        (EDUCATION, "SLTA", "sma"),
        (EDUCATION, "D-3", "diploma"),
        (EDUCATION, "S-1", "s1"),
        (JOB, "Wiraswasta", "wirausaha"),
        (EDUCATION, "D1/D2/D3", "diploma"),
        (EDUCATION, "D4/S1", None),
        (JOB, "Ibu Rumah Tangga", "rumah_tangga"),
        (JOB, "ASN (PNS/PPPK)", "pns"),
        (JOB, "TNI/POLRI", None),
        (JOB, "LAINNYA ........ (sebutkan)", "lainnya"),
        (JOB, "astronaut", None),
        (SEX, "", None),
    ],
)
def test_texts_from_files_are_recognised_or_left_out(key: str, text: str, value: str | None) -> None:
    assert recognise(key, text, WIDE[key]) == value


def test_the_annex_lists_take_what_maps_down_to_them() -> None:
    assert recognise(JOB, "petani", ANNEX[JOB]) == "lainnya"
    assert recognise(EDUCATION, "D3", ANNEX[EDUCATION]) == "sma"


@pytest.mark.parametrize("key", [SEX, EDUCATION, JOB])
def test_every_wide_value_has_its_place_in_the_annex_or_none(key: str) -> None:
    for value in WIDE[key]:
        assert to_annex(key, value) in (*ANNEX[key], None)


def test_topics_name_elements_of_the_skm_and_are_unique() -> None:
    elements = set(load("skm-2017").element_keys)
    assert {topic.element for topic in TOPICS} - {None} <= elements
    assert len(BY_CODE) == len(TOPICS) == 14
    assert {topic.code for topic in TOPICS if topic.bypass_officer} == {"pungli", "pilih_kasih"}


def test_codes_avoid_what_looks_alike() -> None:
    assert len(ALPHABET) == len(set(ALPHABET)) == 23
    assert not set(ALPHABET) & set("0O1IL2Z5S8BUV")


@given(st.randoms(use_true_random=False))
def test_a_code_is_read_however_it_is_written_and_one_slip_is_noticed(dice) -> None:
    code = new_code(dice.randrange)
    assert len(code) == CODE_CHARACTERS
    assert read_code(show_code(code).lower()) == code
    assert read_code(f" {code[:4]}-{code[4:]} ") == code
    place = dice.randrange(CODE_CHARACTERS)
    wrong = dice.choice([character for character in ALPHABET if character != code[place]])
    assert read_code(code[:place] + wrong + code[place + 1 :]) is None


@given(st.randoms(use_true_random=False))
def test_any_two_swapped_characters_are_noticed(dice) -> None:
    code = new_code(dice.randrange)
    for one, other in itertools.combinations(range(CODE_CHARACTERS), 2):
        if code[one] != code[other]:
            swapped = list(code)
            swapped[one], swapped[other] = code[other], code[one]
            assert read_code("".join(swapped)) is None


@pytest.mark.parametrize(
    "text, good", [("081234567890", True), ("0812", False), ("+62812345678", False), ("", False)]
)
def test_phone_numbers_are_digits_of_a_length_that_exists(text: str, good: bool) -> None:
    assert is_phone(text) is good
