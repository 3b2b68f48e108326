"""What an idle kiosk shows of its unit is read the same at both ends, and nothing else is taken."""

from datetime import date

import pytest

from survey.settings.keys import check
from survey.settings.shown import COUNTERS, MENDED, STANDARDS, Mended, SettingsRefused, shortened
from survey.visit.plan import Standard

DONE = {"problem": "Antre lama", "result": "Loket kedua dibuka", "done_on": "2026-11-16"}
COUNTER = {"name": "KTP", "floor": "Lantai 1", "here": True}
PROMISED = {
    "code": "kk",
    "name": "Kartu keluarga",
    "texts": {"biaya": "Rp0", "persyaratan": "KTP\nBuku nikah"},
}


def test_what_was_mended_and_what_is_promised_is_read() -> None:
    content = check({MENDED: [DONE], STANDARDS: [PROMISED]})
    assert content.mended == (Mended("Antre lama", "Loket kedua dibuka", date(2026, 11, 16)),)
    assert content.standards == (
        Standard("kk", "Kartu keluarga", (("persyaratan", "KTP\nBuku nikah"), ("biaya", "Rp0"))),
    )
    assert content.unknown == ()


@pytest.mark.parametrize(
    "key, value",
    [
        (MENDED, DONE),
        (MENDED, [DONE] * 5),
        (MENDED, [DONE | {"done_on": "16 November"}]),
        (MENDED, [DONE | {"result": ""}]),
        (MENDED, [DONE | {"problem": "x" * 91}]),
        (MENDED, ["done"]),
        (STANDARDS, [PROMISED] * 2),
        (STANDARDS, [PROMISED | {"code": str(number)} for number in range(21)]),
        (STANDARDS, [PROMISED | {"texts": {}}]),
        (STANDARDS, [PROMISED | {"texts": {"dasar_hukum": "UU"}}]),
        (STANDARDS, [PROMISED | {"texts": {"biaya": "x" * 601}}]),
        (STANDARDS, [PROMISED | {"name": None}]),
        (STANDARDS, ["kk"]),
        (COUNTERS, COUNTER),
        (COUNTERS, [COUNTER] * 2),
        (COUNTERS, [COUNTER | {"here": False}] * 41),
        (COUNTERS, [COUNTER | {"here": "yes"}]),
        (COUNTERS, [COUNTER | {"name": "x" * 61}]),
        (COUNTERS, [COUNTER | {"floor": ""}]),
        (COUNTERS, [COUNTER | {"way": "x" * 61}]),
        (COUNTERS, [COUNTER | {"number": 1}]),
        (COUNTERS, [COUNTER | {"box": [0, 0, 1]}]),
        (COUNTERS, [COUNTER | {"box": [0, 0, 1, True]}]),
        (COUNTERS, [COUNTER | {"box": [0, 0, 0, 1]}]),
        (COUNTERS, [COUNTER | {"box": [-1, 0, 1, 1]}]),
        (COUNTERS, [COUNTER | {"box": [99, 0, 2, 1]}]),
        (COUNTERS, [COUNTER | {"box": [0, 0, 4, 4]}, COUNTER | {"here": False, "box": [3, 3, 1, 1]}]),
        (COUNTERS, [COUNTER | {"here": False, "floor": f"Lantai {number}"} for number in range(9)]),
    ],
)
def test_what_is_none_is_refused_by_its_key(key: str, value: object) -> None:
    with pytest.raises(SettingsRefused) as refused:
        check({key: value})
    assert refused.value.key == key


def test_what_is_too_long_is_cut_between_words_and_says_so() -> None:
    assert shortened("Loket kedua dibuka", 18) == "Loket kedua dibuka"
    assert shortened("Loket kedua dibuka, tiap hari", 22) == "Loket kedua dibuka…"
    assert shortened("x" * 30, 10) == "x" * 9 + "…"
    assert all(len(shortened("satu dua tiga empat " * 9, most)) <= most for most in range(2, 170))
