"""Own wording: what differs from the rule's form is never shown under the rule's name."""

from dataclasses import replace

import pytest

from survey.index.indices import index
from survey.index.tally import Tally
from survey.instrument.definition import load, shipped
from survey.instrument.instrument import Instrument, Kind, Option
from survey.instrument.wording import OWN_WORDS, forms_of, own_words, reworded, rule_line
from tests.survey.samples import SKM, everyone


def with_question(key: str, **changed: object) -> Instrument:
    questions = tuple(
        question._replace(**changed) if question.key == key else question  # type: ignore[arg-type]
        for question in SKM.questions
    )
    return replace(SKM, id="skm-kantor", questions=questions)


def options(key: str, *labels: str) -> tuple[Option, ...]:
    return tuple(Option(value, {"id": label}) for value, label in enumerate(labels, start=1))


def test_every_shipped_questionnaire_asks_in_the_words_of_its_rule() -> None:
    for instrument in shipped():
        if instrument.kind is not Kind.SHARES:
            assert not own_words(instrument)
            assert rule_line(instrument) == instrument.rule


@pytest.mark.parametrize("name", ["maladministrasi", "partisipasi"])
def test_questions_of_no_rule_are_in_words_of_their_own_where_they_ship(name: str) -> None:
    asked = load(name)
    assert own_words(asked)
    assert rule_line(asked) == OWN_WORDS
    assert OWN_WORDS in asked.titles["id"]
    assert any("No official questionnaire" in one for one in asked.unverified)


@pytest.mark.parametrize(
    "changed",
    [
        with_question("waktu", wording={"id": "Apakah Anda dilayani dengan cepat?"}),
        with_question("biaya", options=options("biaya", "Gratis", "Murah", "Cukup mahal", "Sangat mahal")),
        with_question("sarpras", options=options("sarpras", "Buruk", "Kurang", "Baik", "Sangat Baik")),
        replace(SKM, id="skm-kantor", questions=SKM.questions[:8]),
    ],
    ids=["another wording", "answers the other way round", "another answer", "a question left out"],
)
def test_other_words_or_another_order_of_answers_are_words_of_its_own(changed: Instrument) -> None:
    assert own_words(changed)
    assert rule_line(changed) == OWN_WORDS
    assert len(reworded(changed, SKM)) == 1


@pytest.mark.parametrize(
    "same",
    [
        with_question("waktu", plain={"id": "Cepatkah?"}),
        with_question("perilaku", wording={"id": "Bagaimana pendapat Saudara tentang perilaku petugas dalam pelayanan terkait kesopanan dan keramahan?"}),
        with_question("pengaduan", options=options("pengaduan", "Tidak ada", "Ada tapi tidak berfungsi", "Berfungsi kurang maksimal", "Dikelola dengan baik")),
        replace(SKM, id="skm-kantor", rule="PermenPAN-RB 14/2017", languages=("id", "jv")),
        replace(
            SKM,
            id="skm-kantor",
            questions=(*SKM.questions, SKM.questions[0]._replace(key="transparansi", wording={"id": "Terbuka?"})),
        ),
    ],
    ids=["a paraphrase beside it", "a question mark", "a spelling", "another language", "an element added"],
)  # fmt: skip
def test_what_stands_beside_the_official_words_changes_nothing(same: Instrument) -> None:
    assert not own_words(same)
    assert rule_line(same) == "PermenPAN-RB 14/2017"


def test_a_kind_of_which_no_form_is_known_has_words_of_its_own() -> None:
    unknown = replace(SKM, kind=Kind.PERCEPTION, index_name="IPX")
    assert forms_of(unknown) == ()
    assert own_words(unknown)


def test_an_index_of_own_words_does_not_carry_the_rule() -> None:
    own = with_question("waktu", wording={"id": "Apakah Anda dilayani dengan cepat?"})
    found = index(own, Tally.of(own, everyone(3, 3)))
    assert (found.rule, found.own_words) == (OWN_WORDS, True)
    official = index(SKM, Tally.of(SKM, everyone(3, 3)))
    assert (official.rule, official.own_words) == (SKM.rule, False)


def test_the_paraphrases_of_questions_four_and_nine_ask_what_their_answers_answer() -> None:
    plain = {question.code: question.plain["id"] for question in SKM.questions}
    assert "wajar" in plain["4"]  # the annex asks whether it is fair, not how dear it is
    assert plain["9"].startswith("Adakah")  # its first answer is that there is none
