"""Instruments: what ships says what the rules say, and a broken file is refused with its remedy."""

import re
import tomllib
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from survey.instrument.definition import LabelOrder, check, in_language, load, parse, read, shipped
from survey.record.errors import InstrumentError
from tests.survey.samples import ELEVEN, INSTRUMENTS, SKM, WEIGHTED, skm_text


def test_what_ships() -> None:
    assert [
        (each.name, each.kind, each.index_name, len(each.elements), each.values) for each in shipped()
    ] == [
        ("f03a@1", "f03", "F-03", 14, (0, 1, 2, 3, 4, 5)),
        ("maladministrasi@1", "shares", "Persepsi maladministrasi", 10, (1, 2, 3)),
        ("partisipasi@1", "shares", "Partisipasi musyawarah", 4, (1, 2, 3)),
        ("pulse@1", "pulse", "Kesan singkat", 1, (1, 2, 3, 4)),
        ("skm-2017@1", "skm", "IKM", 9, (1, 2, 3, 4)),
        ("spak-1-4@1", "perception", "IPAK", 5, (1, 2, 3, 4)),
        ("spak@1", "perception", "IPAK", 5, (1, 2, 3, 4, 5, 6)),
        ("spkp@1", "perception", "IPKP", 8, (1, 2, 3, 4, 5, 6)),
    ]


def test_shipped_files_are_named_after_what_they_hold() -> None:
    for file in INSTRUMENTS.glob("*.toml"):
        assert file.stem.partition("@")[0] == read(file).id
    assert all(load(each.id, each.version) is each for each in shipped())


def test_an_instrument_that_does_not_ship_is_a_key_error() -> None:
    with pytest.raises(KeyError, match="skm-2017@2"):
        load("skm-2017", "2")


@pytest.mark.parametrize("instrument", shipped(), ids=lambda each: each.id)
def test_shipped_files_are_sound_and_say_what_is_unverified(instrument) -> None:  # type: ignore[no-untyped-def]
    assert check(INSTRUMENTS / f"{instrument.id}.toml") == ()
    assert sum(instrument.weights) == 1
    assert instrument.rule
    assert instrument.sources
    assert instrument.unverified
    for question in instrument.questions:
        assert question.wording["id"]
        assert question.wording["en"]
        assert all(option.label["id"] and option.label["en"] for option in question.options)
        assert [option.value for option in question.options] == list(instrument.values)


def test_the_rule_lists_complaints_eighth_and_asks_them_ninth() -> None:
    assert SKM.element_keys[7:] == ("pengaduan", "sarpras")
    assert SKM.question_order[7:] == ("sarpras", "pengaduan")
    assert SKM.element_keys[:7] == SKM.question_order[:7]
    assert SKM.labels["pengaduan"] == "U8"
    listed, asked = SKM.keys_by_label(LabelOrder.LIST), SKM.keys_by_label("questionnaire")
    assert (listed["U8"], listed["U9"]) == ("pengaduan", "sarpras")
    assert (asked["U8"], asked["U9"]) == ("sarpras", "pengaduan")


@pytest.mark.parametrize(
    "key, name, question, options",
    [
        (
            "persyaratan",
            "Persyaratan",
            "Bagaimana pendapat Saudara tentang kesesuaian persyaratan pelayanan dengan jenis pelayanannya.",
            ("Tidak sesuai.", "Kurang sesuai.", "Sesuai.", "Sangat sesuai."),
        ),
        (
            "prosedur",
            "Sistem, Mekanisme, dan Prosedur",
            "Bagaimana pemahaman Saudara tentang kemudahan prosedur pelayanan di unit ini.",
            ("Tidak mudah.", "Kurang mudah.", "Mudah.", "Sangat mudah."),
        ),
        (
            "waktu",
            "Waktu Penyelesaian",
            "Bagaimana pendapat Saudara tentang kecepatan waktu dalam memberikan pelayanan.",
            ("Tidak cepat.", "Kurang cepat.", "Cepat.", "Sangat cepat."),
        ),
        (
            "biaya",
            "Biaya/Tarif",
            "Bagaimana pendapat Saudara tentang kewajaran biaya/tarif dalam pelayanan.",
            ("Sangat mahal", "Cukup mahal", "Murah", "Gratis"),
        ),
        (
            "produk",
            "Produk Spesifikasi Jenis Pelayanan",
            "Bagaimana pendapat Saudara tentang kesesuaian produk pelayanan antara yang tercantum dalam standar pelayanan dengan hasil yang diberikan.",
            ("Tidak sesuai", "Kurang sesuai", "Sesuai.", "Sangat sesuai."),
        ),
        (
            "kompetensi",
            "Kompetensi Pelaksana",
            "Bagaimana pendapat Saudara tentang kompetensi/kemampuan petugas dalam pelayanan.",
            ("Tidak kompeten", "Kurang kompeten", "Kompeten", "Sangat kompeten"),
        ),
        (
            "perilaku",
            "Perilaku Pelaksana",
            "Bagaimana pendapat Saudara perilaku petugas dalam pelayanan terkait kesopanan dan keramahan",
            ("Tidak sopan dan ramah", "Kurang sopan dan ramah", "Sopan dan ramah", "Sangat sopan dan ramah"),
        ),
        (
            "sarpras",
            "Sarana dan Prasarana",
            "Bagaimana pendapat Saudara tentang kualitas sarana dan prasarana",
            ("Buruk.", "Cukup.", "Baik", "Sangat Baik"),
        ),
        (
            "pengaduan",
            "Penanganan Pengaduan, Saran dan Masukan",
            "Bagaimana pendapat Saudara tentang penanganan pengaduan pengguna layanan",
            (
                "Tidak ada.",
                "Ada tetapi tidak berfungsi.",
                "Berfungsi kurang maksimal",
                "Dikelola dengan baik.",
            ),
        ),
    ],
)
def test_official_wording_from_worst_to_best(
    key: str, name: str, question: str, options: tuple[str, ...]
) -> None:
    found = SKM.question(key)
    assert SKM.element(key).name["id"] == name
    assert found.wording["id"] == question
    assert tuple(option.label["id"] for option in found.options) == options
    assert found.plain["id"] != found.wording["id"]


def test_only_the_tariff_asks_for_a_fact() -> None:
    assert [element.key for element in SKM.elements if element.is_fact] == ["biaya"]


def test_f03_keeps_the_codes_of_its_form_and_the_numbers_a_reader_sees() -> None:
    asked = load("f03a").questions
    assert [question.number for question in asked] == list(range(1, 15))
    assert [question.code for question in asked] == [
        "1.a.K1", "2.a.K1", "3.a.K1", "4.a.K1", "5.b.Ak", "6.b.Ak", "7.b.Ak", "8.c.As", "9.c.K", "10.c.As", "11.c.As",
        "12.d.T", "14.d.T", "15.e.K",
    ]  # fmt: skip


def test_language_falls_back_to_indonesian() -> None:
    texts = SKM.question("sarpras").options[1].label
    assert in_language(texts, "en") == "Fair"
    assert in_language(texts, "jv") == "Cukup."
    assert in_language({}, "id") == ""


def test_a_unit_may_add_elements_with_weights_of_its_own() -> None:
    assert (len(ELEVEN.elements), ELEVEN.weights[0]) == (11, Fraction(1, 11))
    assert (WEIGHTED.weight_denominator, sum(WEIGHTED.weight_units)) == (50, 50)
    assert ELEVEN.labels["integritas"] == "U11"


BROKEN = [
    ('id = "skm-2017"', 'id = "SKM 2017"', "id", "small letters"),
    ('version = "1"', "version = 1", "version", "digits"),
    ('kind = "skm"', 'kind = "survey"', "kind", '"skm"'),
    ('languages = ["id", "en"]', 'languages = ["en"]', "languages", '"id" first'),
    ('label_order = "list"', 'label_order = "list"\nprofile = ["sex"]', "profile", "one of user"),
    ('label_order = "list"', 'label_order = "list"\nprofile = "user"', "profile", "beyond the annex's profile"),
    ('label_order = "list"', 'label_order = "u8"', "label_order", '"questionnaire"'),
    ('weight_mode = "1/9"', 'weight_mode = "0.1"', "weight_mode", '"0.111"'),
    ('index_name = "IKM"', 'index_name = "Indeks"', "index_name", "IKM for an SKM"),
    ("highest = 4", "highest = 5", "scale", "answered 1 to 4"),
    ("highest = 4", "highest = 4.0", "scale.highest", "whole number"),
    ("lowest = 1\n", "lowest = 4\n", "scale", "lowest first"),
    ("lowest = 1\n", "lowest = -1\n", "scale", "from 0"),
    ("highest = 4", "highest = 11", "scale", "10 or less"),
    ('weight = "1/9"', "weight = 0.1111", "elements[1].weight", "inexact"),
    ('weight = "1/9"', 'weight = "0.1111"', "elements.weight", "exactly 1"),
    ('weight = "1/9"', 'weight = "0/9"', "elements[1].weight", "more than 0"),
    ('weight = "1/9"\n', "", "elements.weight", "every element a weight"),
    ('weight = "1/9"', 'bobot = "1/9"', "elements[1].bobot", "unknown key"),
    ('key = "waktu"', 'key = "Waktu!"', "elements[3].key", "small letters"),
    ('key = "waktu"', 'key = "prosedur"', "elements.key", "its own key"),
    ('key = "waktu"', 'key = "kedisiplinan"', "elements.key", "keeps the nine"),
    ("number = 9", "number = 8", "questions.number", "1, 2, 3"),
    ('{ value = 4, id = "Gratis", en = "Free of charge" },', "", "questions.biaya.options", "every value"),
    ('{ value = 1, id = "Sangat mahal"', '{ value = 5, id = "Sangat mahal"', "questions.biaya.options", "worst first"),
    ('id = "Gratis", ', "", "questions[4].options[4].id", "Indonesian"),
    ('en = "Free of charge"', 'fr = "Gratuit"', "questions[4].options[4].fr", "a language of this instrument"),
    ('lowest = "65.00"', 'lowest = "65.01"', "bands.D.highest", "meet at 0.01"),
    ('lowest = "65.00"', 'lowest = "65"', "bands.rows[3].lowest", "two decimals"),
    ('lowest = "65.00"', "lowest = 65.0", "bands.rows[3].lowest", "two decimals"),
    ('letter = "C"', 'letter = "B"', "bands.rows.letter", "own letter"),
    ("sources = [", "sources = []\nolder_sources = [", "sources", "at least one"),
    ('rule = "PermenPAN-RB 14/2017"\nlanguages', "languages", "rule", "as it is cited"),
    ("[scale]", "[scales]", "scale", "write a table"),
    ("[titles]", "[titles\n", "(file)", "valid TOML"),
    ("is_fact = true", 'is_fact = "true"', "elements[4].is_fact", "without quotes"),
    ('weight_mode = "1/9"', 'weight_mode = "1/9"\nmapping = "m/6*4"', "mapping", "perception"),
]  # fmt: skip


@pytest.mark.parametrize("old, new, key, remedy", BROKEN, ids=[f"{new[:25]!r}" for _, new, _, _ in BROKEN])
def test_a_broken_instrument_is_refused_with_key_and_remedy(
    tmp_path: Path, old: str, new: str, key: str, remedy: str
) -> None:
    text = skm_text()
    assert old in text
    file = tmp_path / "own.toml"
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    problems = check(file)
    assert any(problem.key == key and remedy in problem.remedy for problem in problems), problems
    with pytest.raises(InstrumentError) as refusal:
        read(file)
    assert str(refusal.value) == str(problems[0])
    assert refusal.value.file == "own.toml"


PULSE = (INSTRUMENTS / "pulse.toml").read_text(encoding="utf-8")
SECOND = """
[[elements]]
key = "lagi"
name = { id = "Lagi" }

[[questions]]
key = "lagi"
code = "2"
number = 2
wording.id = "Dan lagi?"
options = [{ value = 1, id = "1" }, { value = 2, id = "2" }, { value = 3, id = "3" }, { value = 4, id = "4" }]
"""
BROKEN_PULSE = {
    "bands": (PULSE + skm_text()[skm_text().index("[bands]") : skm_text().index("[[elements]]")], "bands", "only an SKM"),
    "two questions": (PULSE + SECOND, "elements", "one question, answered 1 to 4"),
    "from 0": (PULSE.replace("lowest = 1", "lowest = 0"), "elements", "one question, answered 1 to 4"),
    "to 5": (PULSE.replace("highest = 4", "highest = 5"), "elements", "one question, answered 1 to 4"),
    "another list of options": (PULSE.replace("value = 4", "value = 5"), "questions.kepuasan.options", "from 1 to 4 once"),
    "a list the other way round": (
        PULSE.replace("value = 1", "value = x").replace("value = 4", "value = 1").replace("value = x", "value = 4"),
        "questions.kepuasan.options",
        "worst first",
    ),
    "rounded weights": (PULSE.replace('"1/9"', '"0.11"'), "weight_mode", "only an SKM is weighted"),
    "the IKM's name": (PULSE.replace('"Kesan singkat"', '"Ikm"', 1), "index_name", "nothing but an SKM"),
    "a mapping": (PULSE.replace('weight_mode = "1/9"', 'weight_mode = "1/9"\nmapping = "m/6*4"'), "mapping", "only a perception survey"),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN_PULSE)
def test_what_only_an_skm_may_have_a_pulse_is_refused(tmp_path: Path, name: str) -> None:
    text, key, remedy = BROKEN_PULSE[name]
    file = tmp_path / "own.toml"
    file.write_text(text, encoding="utf-8")
    assert any(problem.key == key and remedy in problem.remedy for problem in check(file)), check(file)


def test_the_bands_of_2004_are_refused_by_name(tmp_path: Path) -> None:
    text = skm_text()
    for new, old in (("88.31", "81.26"), ("88.30", "81.25"), ("76.61", "62.51"), ("76.60", "62.50"), ("65.00", "43.76"), ("64.99", "43.75")):  # fmt: skip
        text = text.replace(f'"{new}"', f'"{old}"')
    file = tmp_path / "old.toml"
    file.write_text(text, encoding="utf-8")
    assert [problem.key for problem in check(file)] == ["bands.rows"]
    assert "2004" in check(file)[0].remedy


def test_every_problem_is_found_in_one_reading(tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    text = (
        skm_text()
        .replace('version = "1"', "version = 1")
        .replace('"list"', '"u8"')
        .replace("number = 9", 'number = "9"')
    )
    file.write_text(text, encoding="utf-8")
    assert {problem.key for problem in check(file)} == {"version", "label_order", "questions[9].number"}


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "latin.toml").write_bytes(b'id = "caf\xe9"')
    (tmp_path / "large.toml").write_text("#" * 300_000)
    for name in ("missing.toml", "latin.toml", "large.toml"):
        (problem,) = check(tmp_path / name)
        assert (problem.file, problem.key) == (name, "(file)")


LINES = skm_text().splitlines()
TOKENS = [
    "",
    '""',
    "3",
    "-1",
    "0.5",
    "true",
    "[]",
    "{}",
    '["id"]',
    "[{}]",
    '"x"',
    f'"{"x" * 700}"',
    "2026-01-01",
    "nan",
]


@settings(max_examples=300, deadline=None)
@given(st.integers(0, len(LINES) - 1), st.sampled_from(TOKENS))
def test_whatever_is_damaged_is_refused_or_read_and_never_a_surprise(line: int, token: str) -> None:
    key, equals, _ = LINES[line].partition("=")
    damaged = [*LINES[:line], *([key + equals + token] if equals and token else []), *LINES[line + 1 :]]
    try:
        instrument = parse("\n".join(damaged), file="damaged.toml")
    except InstrumentError:
        return
    assert sum(instrument.weights) == 1
    assert instrument.is_complete(dict.fromkeys(instrument.element_keys, 1))


def test_the_guide_names_every_key_of_the_head() -> None:
    guide = (INSTRUMENTS.parents[2] / "docs" / "instruments.md").read_text(encoding="utf-8")
    named = set(re.findall(r"^\| `(\w+)` \|", guide, flags=re.MULTILINE))
    written = {
        key
        for file in INSTRUMENTS.glob("*.toml")
        for key, value in tomllib.loads(file.read_text(encoding="utf-8")).items()
        if not isinstance(value, dict) and key not in ("elements", "questions", "options")
    }
    assert named == written | {"profile"}, "what is asked beyond the annex's profile none of ours asks"


@pytest.mark.parametrize(
    "text", ["", "id = 1", "questions = 3\nelements = [1]\nscale = []", '[[elements]]\nname = "x"']
)
def test_nonsense_is_refused_without_surprise(text: str) -> None:
    with pytest.raises(InstrumentError):
        parse(text, file="x.toml")
