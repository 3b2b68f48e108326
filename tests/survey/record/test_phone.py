"""Telephone numbers: those that somebody can be called under, however they are written."""

import pytest

from survey.record.phone import read_phone


@pytest.mark.parametrize(
    "text, number",
    [
        ("081234567890", "081234567890"),
        ("0812-3456-7890", "081234567890"),
        ("+62 812 3456 7890", "081234567890"),
        ("6281234567890", "081234567890"),
        ("+6281234567890", "081234567890"),
        ("+62 0812 3456 7890", "081234567890"),
        ("0895 1234 5678 9", "0895123456789"),
        ("(0727) 555 0100", "07275550100"),
        ("021 7654321", "0217654321"),
        ("0812345678", "0812345678"),
    ],
)
def test_numbers_are_read_however_they_are_written(text: str, number: str) -> None:
    assert read_phone(text) == number


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0",
        "00000000000000",
        "0812",
        "08111111111",
        "81234567890",
        "+1 555 0100 200",
        "001234567890",
        "0123456789",
        "08123456789012",
        "0812a4567890",
        "\u0660\u0668\u0661\u0662\u0663\u0664\u0665\u0666\u0667\u0668",
        "+",
        "62",
    ],
)
def test_what_nobody_can_call_is_none(text: str) -> None:
    assert read_phone(text) is None
