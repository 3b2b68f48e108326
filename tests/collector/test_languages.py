"""The pages in two languages: the catalogue is whole, and a page's address says its language."""

import gettext
import re
from decimal import Decimal

import pytest
from django.utils import translation

from collector.complaints.models import TicketStatus
from collector.followup.models import State as Plan
from collector.language import in_both, of_path
from collector.local import days_text, period_text
from collector.releases.evaluation.keeping import Round
from collector.releases.show.overview.asked import PROOFS, STATES, TRENDS
from collector.scores.show.formats import comma
from collector.scores.show.labels import called, gloss
from collector.standards.components import PUBLIC
from survey.index.pekppp import ASPECT_NAMES, CATEGORIES
from survey.index.periods import PeriodKind, parse
from survey.instrument.definition import shipped
from survey.instrument.regions import RegionKind
from tests.collector import translations

OFFICIAL = {"IKM", "IPP", "NRR", "PEKPPP", "Unit", "unit", "JSON", "CSV", "Indeks", "Kepuasan", "Masyarakat"}
"""Names that are the same in both languages: of the index, of a sheet's column, of file formats."""


def test_each_sentence_of_the_pages_has_its_english_and_none_is_left_over() -> None:
    words = translations.read(translations.CATALOGUE.read_text(encoding="utf-8"))
    assert set(words) - {""} == translations.wanted()
    assert [key for key, english in words.items() if not english] == []


def test_what_django_reads_is_made_of_the_catalogue() -> None:
    text = translations.CATALOGUE.read_text(encoding="utf-8")
    words = translations.read(text)
    assert translations.written(words) == text
    assert translations.COMPILED.read_bytes() == translations.compiled(words)
    with translations.COMPILED.open("rb") as file:
        held = gettext.GNUTranslations(file)
    assert {key: held.gettext(key) for key in words if key} == {key: words[key] for key in words if key}


def test_a_fuzzy_or_doubled_sentence_is_refused() -> None:
    for wrong in ('#, fuzzy\nmsgid "a"\nmsgstr "b"', 'msgid "a"\nmsgstr "b"\n\nmsgid "a"\nmsgstr "c"'):
        with pytest.raises(ValueError, match="this"):
            translations.read(wrong)


def test_english_sentences_have_the_places_and_the_markup_of_the_indonesian() -> None:
    def built_of(text: str) -> list[str]:
        return sorted(re.findall(r"%\(\w+\)s|%%|</?\w+[^>]*>", text))

    words = translations.read(translations.CATALOGUE.read_text(encoding="utf-8"))
    assert [key for key, english in words.items() if built_of(key) != built_of(english)] == []


def test_no_template_has_a_word_outside_its_marks() -> None:
    found = {name: translations.unmarked(one) for name, one in translations.templates().items()}
    assert {name: words for name, words in found.items() if set(words) - OFFICIAL} == {}
    assert {
        "base.html",
        "404.html",
        "releases/_reading.html",
        "complaints/ticket.html",
        "desk/home.html",
        "account/login.html",
    } <= set(found)


def test_a_word_that_the_style_writes_is_written_in_both_languages() -> None:
    style = (translations.COLLECTOR / "static" / "scores" / "style.css").read_text(encoding="utf-8")
    rules = re.findall(r'([^{}\n]*)\{ content: "([^"]*[a-z][^"]*)"', style)
    assert [(":lang(en)" in of, word.strip()) for of, word in rules] == [
        (False, "prioritas"),
        (True, "priority"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "<p>Belum terbit</p>",
        '<a aria-label="Wilayah"></a>',
        '{% if one %}<td data-name="bukti">{{ one }}</td>{% endif %}',
        "{% if one %}ya{% else %}{% for two in one %}tidak{% empty %}kosong{% endfor %}{% endif %}",
        '{% include "x.html" with title="Responden" %}',
        '{{ one|default:"Tidak ada" }}',
        '{% with one=1 %}<span lang="id">{{ one }}</span> jawaban{% endwith %}',
    ],
)
def test_a_word_outside_the_marks_would_be_seen(text: str) -> None:
    assert translations.unmarked(translations.template(text)) != []


def test_marked_words_variables_and_names_of_classes_are_no_words_outside() -> None:
    text = (
        '{% load i18n %}<p class="note">{% translate "Belum terbit" %} {{ one|default:"none" }} '
        '<span lang="id">Sangat baik</span> {% blocktranslate %}jawaban{% endblocktranslate %} 95 %</p>'
    )
    assert translations.unmarked(translations.template(text)) == []
    assert list(translations.marked(translations.template(text))) == ["Belum terbit", "jawaban"]


def test_no_indonesian_sentence_is_taken_for_one_of_the_libraries_own() -> None:
    """Django and allauth translate their English into Indonesian; a word of ours that is English there would change."""
    with translation.override("id"):
        changed = [key for key in translations.wanted() if translation.gettext(key) != key]
    assert changed == []


@pytest.mark.parametrize(
    "path, language, other",
    [
        ("/", "id", "/en/"),
        ("/en/", "en", "/"),
        ("/en", "en", "/"),
        ("/unit/en/?period=2026-TW3", "id", "/en/unit/en/?period=2026-TW3"),
        ("/en/unit/en/", "en", "/unit/en/"),
        ("/energi/", "id", "/en/energi/"),
    ],
)
def test_an_address_says_its_language_and_leads_to_the_other(path: str, language: str, other: str) -> None:
    assert of_path(path) == language
    assert other in {one.path for one in in_both(path) if one.language != language}


def test_each_of_our_own_codes_and_each_official_word_has_its_english() -> None:
    codes = [
        *STATES, *TRENDS, *PROOFS, *(one.value for one in TicketStatus), *(one.value for one in Plan), *(one.value for one in RegionKind),
        *(one.value for one in Round),
    ]  # fmt: skip
    assert [code for code in codes if called(code, "en") == code] == []
    assert [code for code in codes if called(code, "id").replace(" ", "_") != code.replace(" ", "_")] == []
    official = [
        *(band.name for one in shipped() if one.bands for band in one.bands.bands),
        *(element.name["id"] for one in shipped() for element in one.elements),
        *(band.name for band in CATEGORIES.bands), *ASPECT_NAMES.values(), *(one.name for one in PUBLIC),
    ]  # fmt: skip
    assert [word for word in official if not gloss(word, "en")] == []
    assert {gloss(word, "id") for word in official} == {""}
    assert (called("an office's own word", "en"), gloss("Tabel sendiri", "en")) == (
        "an office's own word",
        "",
    )


@pytest.mark.parametrize(
    "period, indonesian, english",
    [
        ("2026", "Tahun 2026", "Year 2026"),
        ("2026-S2", "Semester II Tahun 2026", "Semester II 2026"),
        ("2026-TW4", "Triwulan IV Tahun 2026", "Quarter IV 2026"),
        ("2026-05", "Mei 2026", "May 2026"),
        ("2026-03-30..2026-04-02", "30 Maret 2026 s/d 2 April 2026", "30 March 2026 to 2 April 2026"),
    ],
)
def test_a_period_and_its_days_are_written_in_each_language(
    period: str, indonesian: str, english: str
) -> None:
    found = parse(period)
    assert (period_text(found, "id"), period_text(found, "en")) == (indonesian, english)
    for language, text in (("id", indonesian), ("en", english)):
        if found.kind is PeriodKind.RANGE:
            assert days_text(found, language) == text


@pytest.mark.parametrize(
    "value, indonesian, english",
    [("1234.50", "1.234,50", "1,234.50"), ("-0.25", "\u22120,25", "\u22120.25"), ("5", "5", "5")],
)
def test_a_number_has_the_signs_of_its_language(value: str, indonesian: str, english: str) -> None:
    assert (comma(Decimal(value), "id"), comma(Decimal(value), "en")) == (indonesian, english)
