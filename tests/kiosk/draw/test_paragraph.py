"""Wrapping and fitting, with a measure where every letter is ten wide."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.draw.screens.paragraph import BODY, TITLE, Run, fit, wrap
from kiosk.draw.theme import theme
from tests.kiosk.draw.looks import LOOK


def measured(words: str, strong: bool) -> int:
    return len(words) * (11 if strong else 10)


def plain(text: str, width: int) -> list[str]:
    lines, _ = wrap(text, width, measured)
    return ["".join(run.text for run in line) for line in lines]


@pytest.mark.parametrize(
    "text,width,lines",
    [
        pytest.param("satu dua tiga", 130, ["satu dua tiga"], id="one line"),
        pytest.param("satu dua tiga", 90, ["satu dua ", "tiga"], id="two lines"),
        pytest.param("satu\ndua", 130, ["satu", "dua"], id="own line breaks"),
        pytest.param("IKM 84,12 · 312", 110, ["IKM 84,12", "312"], id="a separator never ends a line"),
        pytest.param("IKM 84,12 · 312", 90, ["IKM 84,12", "312"], id="a separator never begins a line"),
        pytest.param("", 100, [""], id="nothing"),
        pytest.param("atau dibeda-bedakan", 100, ["atau", "dibeda-", "bedakan"], id="a double word"),
        pytest.param("dibeda-bedakan", 200, ["dibeda-bedakan"], id="a double word with room"),
    ],
)
def test_words_are_wrapped(text: str, width: int, lines: list[str]) -> None:
    assert [line.rstrip() for line in plain(text, width)] == [line.rstrip() for line in lines]


def test_bold_words_keep_the_full_stop_that_follows_them() -> None:
    lines, _ = wrap("dalam **14 hari**. Simpan", 1000, measured)

    assert lines == (
        (Run("dalam ", strong=False), Run("14 hari", strong=True), Run(". Simpan", strong=False)),
    )


def test_a_double_word_may_be_broken_at_its_hyphen() -> None:
    _, whole = wrap("dibeda-bedakan", 100, measured)

    assert whole


def test_a_word_too_wide_is_broken_and_said_so() -> None:
    lines, whole = wrap("pertanggungjawaban", 100, measured)

    assert not whole
    assert ["".join(run.text for run in line) for line in lines] == ["pertanggun", "gjawaban"]


@given(st.lists(st.text(alphabet="abc", min_size=1, max_size=8), max_size=12), st.integers(80, 400))
def test_no_letter_is_lost_and_no_line_too_wide(words: list[str], width: int) -> None:
    lines = plain(" ".join(words), width)

    assert "".join(lines).split() == " ".join(words).split() or "".join(lines).replace(" ", "") == "".join(
        words
    )
    assert all(len(line.rstrip()) * 10 <= width for line in lines)


def test_a_text_is_set_as_large_as_it_fits() -> None:
    look = theme(LOOK)

    roomy = fit("Terima kasih", look, TITLE, 44, width=900, height=100)
    narrow = fit("Terima kasih", look, TITLE, 44, width=200, height=60)

    assert (roomy.size, len(roomy.lines), roomy.fits) == (44, 1, True)
    assert narrow.size < 44
    assert narrow.fits


def test_a_text_that_fits_nowhere_is_set_small_and_told() -> None:
    look = theme(LOOK)

    fitted = fit("kata " * 200, look, BODY, 30, width=200, height=100)

    assert (fitted.size, fitted.fits) == (look.smallest_text, False)


def test_a_title_has_no_lonely_last_word() -> None:
    fitted = fit("Terima kasih. Jawaban Anda tersimpan.", theme(LOOK), TITLE, 44, width=800, height=200)

    assert ["".join(run.text for run in line).strip() for line in fitted.lines] == [
        "Terima kasih. Jawaban",
        "Anda tersimpan.",
    ]


def test_an_address_is_broken_at_its_points_and_slashes_and_never_gets_a_space() -> None:
    def measured(words: str, strong: bool) -> int:
        return 10 * len(words)

    for width in (120, 160, 200, 240):
        lines, whole = wrap("buka ikm.lampungselatankab.go.id/pengaduan ya", width, measured)
        assert "".join("".join(run.text for run in line).strip() for line in lines).replace(" ", "") == (
            "bukaikm.lampungselatankab.go.id/pengaduanya"
        )
        assert not any("id/ " in run.text or "kab. " in run.text for line in lines for run in line), width
        assert whole == (width >= 190)
