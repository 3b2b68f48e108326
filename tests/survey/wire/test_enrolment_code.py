"""The enrolment code: forgiving to whoever types it, and short enough to be read out."""

import pytest

from survey.wire.enrolment_code import ALPHABET, EnrolmentCode, fingerprint_of, parse

WHOLE = EnrolmentCode(secret="7K2MP9QX4R", fingerprint="F3TN8WZC0HJDV61S")


def test_a_code_is_read_out_in_groups_and_read_back() -> None:
    assert str(WHOLE) == "7K2MP-9QX4R-F3TN-8WZC-0HJD-V61S"
    assert parse(str(WHOLE)) == WHOLE


@pytest.mark.parametrize(
    "typed",
    ["7k2mp9qx4rf3tn8wzc0hjdv61s", " 7K2MP 9QX4R F3TN 8WZC OHJD V6IS ", "7K2MP-9QX4R-F3TN-8WZC-oHJD-V6lS\n"],
)
def test_small_letters_spaces_and_mistaken_letters_are_forgiven(typed: str) -> None:
    assert parse(typed) == WHOLE


def test_a_code_without_a_fingerprint_names_no_authority() -> None:
    assert parse("7K2MP-9QX4R") == EnrolmentCode(secret="7K2MP9QX4R", fingerprint="")


@pytest.mark.parametrize(
    "typed,said",
    [
        ("", "this one has 0"),
        ("7K2MP-9QX4", "this one has 9"),
        ("7K2MP-9QX4R-F3TN", "this one has 14"),
        ("7K2MP-9QX4R-F3TN-8WZC-0HJD-V61SS", "26 letters"),
        ("7K2MP-9QX4U", "'U' stands in no code"),
        ("7K2MP-9QX4é", "'É' stands in no code"),
    ],
)
def test_what_is_no_code_is_named(typed: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        parse(typed)


def test_a_fingerprint_is_the_beginning_of_a_digest_and_stays_what_it_is() -> None:
    assert fingerprint_of(b"a certificate") == "TT8AA2YXWMRG60PK"
    assert fingerprint_of(b"a certificatf") != fingerprint_of(b"a certificate")
    assert set(fingerprint_of(b"")) <= set(ALPHABET)
