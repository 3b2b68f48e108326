"""Each catalogue speaks one language, says something in every text, and shouts at nobody."""

import re

import pytest

from kiosk.show.texts import AUTHORITY, Texts, catalogue, shipped

ENGLISH = frozenset(
    [
        "the",
        "and",
        "not",
        "with",
        "from",
        "this",
        "that",
        "have",
        "will",
        "which",
        "your",
        "please",
        "press",
        "try",
        "again",
        "wrong",
        "missing",
        "cannot",
        "failed",
        "error",
        "install",
        "check",
        "connect",
        "refused",
        "refuses",
        "does",
        "into",
        "unknown",
        "nobody",
        "answer",
        "answers",
        "stick",
        "is",
        "are",
        "was",
        "there",
        "here",
        "for",
    ]
)
INDONESIAN = frozenset(
    [
        "yang",
        "dan",
        "tidak",
        "dengan",
        "dari",
        "ini",
        "itu",
        "akan",
        "silakan",
        "tekan",
        "coba",
        "lagi",
        "salah",
        "gagal",
        "pasang",
        "periksa",
        "sambungkan",
        "ditolak",
        "untuk",
        "belum",
        "sudah",
        "kios",
        "pusat",
        "jawaban",
        "layar",
        "tombol",
        "petugas",
        "warga",
        "pengaduan",
        "adalah",
        "atau",
        "ada",
    ]
)
WORD = re.compile(r"[a-z]+")
QUOTED = re.compile(r"\*\*.*?\*\*|https?://\S+|ikm-[a-z]+(?: [a-z-]+)*|\{\w+\}", re.DOTALL)
"""What somebody types or reads off a machine: commands, addresses, values."""


def words(text: str) -> set[str]:
    return set(WORD.findall(QUOTED.sub(" ", text).lower()))


def test_no_text_of_another_language_stands_in_the_indonesian_and_english_catalogues() -> None:
    wrong = [(key, found) for key, text in catalogue("id").items() if (found := words(text) & ENGLISH)]
    wrong += [
        (key, found)
        for key, text in catalogue("en").items()
        if not key.startswith("language.") and (found := words(text) & INDONESIAN)
    ]
    assert wrong == []


@pytest.mark.parametrize("language", [one.code for one in shipped() if not one.draft])
def test_a_finished_catalogue_lacks_nothing_and_holds_nothing_else(language: str) -> None:
    assert set(catalogue(language)) == set(catalogue(AUTHORITY))


@pytest.mark.parametrize("language", [one.code for one in shipped()])
def test_nothing_shouts_and_a_sign_alone_says_nothing(language: str) -> None:
    signs = {"number.", "pin.less", "pin.more", "spell."}
    for key, text in catalogue(language).items():
        assert text.count("!") <= key.startswith("thanks."), key
        if not key.startswith(tuple(signs)):
            assert re.search(r"\w", re.sub(r"\{\w+\}", "x", text)), key


@pytest.mark.parametrize("language", [one.code for one in shipped()])
def test_a_text_read_by_its_table_is_the_one_that_the_whole_file_has(language: str) -> None:
    texts = Texts(language)
    assert {key: texts.get(key) for key in catalogue(AUTHORITY)} == catalogue(AUTHORITY) | catalogue(language)
    assert texts.has("action.back")
    assert [key for key in ("action.none", "none.back", "action", "", ".") if texts.has(key)] == []


@pytest.mark.parametrize("language", [one.code for one in shipped()])
def test_a_language_is_called_by_the_name_it_has_in_itself(language: str) -> None:
    names = {one.code: one.name for one in shipped()}
    assert len(set(names.values())) == len(names)
    assert catalogue(language)["language.name"] == names[language]
