"""The catalogues: complete, alike, and honest about what is a draft."""

import string
from pathlib import Path

import pytest

from kiosk.rehearsal.samples import samples
from kiosk.show import texts as texts_module
from kiosk.show.texts import AUTHORITY, MissingTextError, Texts, catalogue, shipped
from survey.record.complaint import TOPICS, AdditionKind
from survey.record.ticket import ALPHABET, show_code


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


COMPLETE = [language.code for language in shipped() if not language.draft and language.code != AUTHORITY]
EVERY = [language.code for language in shipped() if language.code != AUTHORITY]


@pytest.mark.parametrize("code", COMPLETE)
def test_a_finished_language_has_the_same_keys(code: str) -> None:
    assert set(catalogue(code)) == set(catalogue(AUTHORITY))


def test_no_text_is_left_over() -> None:
    """A key stands in the program whole, or its table is one whose keys are made of data."""
    made_of_data = (
        "language",
        "topic",
        "spell",
        "profile",
        "performance",
        "consent",
        "trouble",
        "standby",
        "ticket_status",
        "still_there",
        "standards",
        "desk",
        "training",
        "kept",
        "about",
        "news",
        "counters",
        "enrol",
    )
    screens = ("invitation", "preferences", "offer", "thanks", "wait", "complaints", "looking", "withdraw")
    answers = (
        "standing.word",
        "standing.settled",
        "standing.unsettled",
        "standing.other",
        "standing.withdraw",
    )
    log_marks = ("idle.log_fork", "idle.log_uncosigned", "idle.log_other_log")
    unfound = ("standing.unknown", "standing.late")
    program = "".join(
        file.read_text() for file in Path(texts_module.__file__).parents[1].rglob("*.py")
    ).replace("'", '"')

    unused = [
        key
        for key in catalogue(AUTHORITY)
        if f'"{key}"' not in program
        and not key.startswith(
            (*(f"{table}." for table in made_of_data + screens), *answers, *log_marks, *unfound)
        )
    ]

    assert unused == []


@pytest.mark.parametrize("code", EVERY)
def test_a_language_has_no_keys_of_its_own_and_the_same_placeholders(code: str) -> None:
    texts = catalogue(code)

    assert set(texts) <= set(catalogue(AUTHORITY))
    assert {key: placeholders(text) for key, text in texts.items()} == {
        key: placeholders(catalogue(AUTHORITY)[key]) for key in texts
    }


@pytest.mark.parametrize("code", [AUTHORITY, *EVERY])
def test_bold_is_always_closed_again(code: str) -> None:
    assert [key for key, text in catalogue(code).items() if text.count("**") % 2] == []


def test_indonesian_and_english_are_complete_and_javanese_is_marked_as_a_draft() -> None:
    assert {language.code: language.draft for language in shipped()} == {
        "id": False,
        "en": False,
        "jv": True,
        "ljp": True,
    }


def test_a_draft_falls_back_to_indonesian() -> None:
    assert "consent.title" not in catalogue("jv")
    assert Texts("jv").get("consent.title") == Texts("id").get("consent.title")


def test_a_language_nobody_wrote_is_indonesian() -> None:
    assert Texts("xx").get("idle.title") == Texts("id").get("idle.title")


def test_texts_sent_by_the_collector_come_first() -> None:
    texts = Texts("id", {"idle.title": "Bagaimana pelayanan {unit}?"})

    assert texts.get("idle.title", unit="Puskesmas") == "Bagaimana pelayanan Puskesmas?"
    assert texts.has("idle.title")


def test_an_unknown_key_is_a_mistake_of_the_program() -> None:
    with pytest.raises(MissingTextError, match=r"idle\.nothing"):
        Texts("id").get("idle.nothing")


def test_numbers_are_written_as_the_language_writes_them() -> None:
    assert (Texts("id").number(41820), Texts("en").number(41820)) == ("41.820", "41,820")
    assert (Texts("id").decimal("84.12"), Texts("en").decimal("84.12")) == ("84,12", "84.12")


@pytest.mark.parametrize("code", [AUTHORITY, *COMPLETE])
def test_every_topic_and_every_character_of_a_code_has_words(code: str) -> None:
    texts = Texts(code)

    assert [topic.code for topic in TOPICS if not texts.has(f"topic.{topic.code}")] == []
    assert [character for character in ALPHABET if not texts.has(f"spell.{character}")] == []


@pytest.mark.parametrize("code", [AUTHORITY, *COMPLETE])
def test_every_way_a_complaint_can_stand_has_words(code: str) -> None:
    """The words of the collector's own list, and of the two that its citizen brings about."""
    statuses = (
        "diterima",
        "terverifikasi",
        "diteruskan",
        "ditindaklanjuti",
        "dijawab",
        "selesai",
        "ditolak",
        "dibuka_lagi",
        "dicabut",
    )
    assert [status for status in statuses if f"ticket_status.{status}" not in catalogue(code)] == []


@pytest.mark.parametrize("code", [AUTHORITY, *COMPLETE])
def test_every_month_and_every_kind_of_addition_has_words(code: str) -> None:
    assert len(catalogue(code)["date.long_months"].split()) == 12
    assert [kind for kind in AdditionKind if f"kept.{kind}" not in catalogue(code)] == []


def test_a_code_is_read_in_three_groups() -> None:
    shown = show_code("K7M43RTEK7M43")
    assert Texts("id").spell(shown) == "ka tujuh em empat · tiga er te e · ka tujuh em empat tiga"


@pytest.mark.parametrize("code", [AUTHORITY, *COMPLETE])
def test_every_sample_screen_can_be_made(code: str) -> None:
    assert len(dict(samples(code))) > 30
