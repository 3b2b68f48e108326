"""Profile lists: what files say, and what the annex knows."""

import pytest

from survey.instrument.profile import (
    ANNEX,
    EDUCATION,
    JOB,
    SEX,
    WIDE,
    recognise,
    to_annex,
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
