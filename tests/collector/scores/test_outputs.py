"""Every cell stands under its name: known values, looked up by the names of CSV's columns and JSON's keys."""

import csv
import html
import io
import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from django.test import Client

from collector.evidence.intake.accepted import AcceptedRecord
from collector.fleet.models import Unit
from collector.releases import publishing
from collector.releases.models import Release
from collector.scores.ask.queries import IndexQuestion, indices
from collector.scores.ask.results import IndexAnswer
from collector.scores.ask.scope import Dimension, Scope
from collector.scores.models import Population
from collector.scores.show.as_csv import as_csv
from collector.scores.show.as_json import as_json
from collector.scores.show.as_text import as_text
from collector.scores.tallies import flagging
from collector.scores.tallies.projection import project
from survey.index.indices import Policy
from survey.index.periods import between, parse
from survey.instrument.weights import half_up
from tests.collector.clocks import stopped
from tests.collector.scores.village import MONDAY, Post, add_unit, answers, at

pytestmark = pytest.mark.django_db

RESULT = {
    "n": "12", "incomplete": "2", "archived": "0", "withheld": "no", "value": "68.75", "category": "C", "performance": "Kurang baik",
    "interval_low": "55.32", "interval_high": "80.71", "days": "1", "design_effect": "", "enough_days": "no", "flagged": "6", "value_without_flagged": "87.50",
    "category_without_flagged": "B",
    "value_other_policy": "", "category_other_policy": "", "late": "", "redated": "", "maybe_outside": "",
    "maybe_inside": "", "population": "300",
    "population_stated_by": "console:kader", "exceeds_population": "no", "required": "169", "pulse_n": "8",
    "pulse_satisfied_percent": "75.00", "index_name": "IKM", "weight_mode": "1/9", "rounding": "", "mapping": "", "policy": "complete", "method": "mandiri-kiosk",
    "rule": "PermenPAN-RB 14/2017", "bands": "2017",
}  # fmt: skip
ELEMENT = {
    "element": "persyaratan", "label": "U1", "n": "12", "archived": "0", "sum": "33", "nrr": "2.75000", "nrr_weighted": "0.30556", "value": "68.75",
    "category": "C", "interval_low": "55.32", "interval_high": "80.71", "index_name": "IKM", "weight_mode": "1/9", "rounding": "", "mapping": "", "policy": "complete",
    "method": "mandiri-kiosk", "rule": "PermenPAN-RB 14/2017", "bands": "2017",
}  # fmt: skip


def released(client: Client) -> str:
    """The unit's page once its quarter is out."""
    with stopped(datetime(2027, 1, 5, tzinfo=UTC)):
        publishing.publish(Unit.objects.get(code="sukamaju"), parse("2026-TW4"), who="console:test")
        return client.get("/unit/sukamaju/").content.decode()


def put(*records: AcceptedRecord) -> None:
    with transaction.atomic():
        assert project(records) == []


@pytest.fixture
def answer() -> IndexAnswer:
    """Six sound responses of 3 and 4, six hasty ones of 2, two broken off, eight smileys, 300 users."""
    post = Post(add_unit("sukamaju", region="18.01.05.2003"))
    sound = [post.response(answers(3 + n % 2), at(MONDAY, "08:00", seconds=400 * n)) for n in range(6)]
    hasty = [post.response(answers(2), at(MONDAY, "13:00", seconds=3 * n), duration_s=3) for n in range(6)]
    broken = [
        post.response({"persyaratan": 3}, at(MONDAY, "15:00", seconds=400 * n), ended="timeout")
        for n in range(2)
    ]
    smileys = [post.pulse(4 if n < 6 else 1, at(MONDAY, "10:00", seconds=400 * n)) for n in range(8)]
    put(*sound, *hasty, *broken, *smileys)
    flagging.settle()
    quarter = parse("2026-TW4")
    Population.objects.create(
        unit=post.unit,
        first_day=quarter.first,
        last_day=quarter.last,
        users=300,
        stated_at="2026-11-02T00:00Z",
        stated_by="console:kader",
    )
    return indices(IndexQuestion(Scope(unit="sukamaju"), quarter))


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_each_cell_of_a_result_stands_under_its_columns_name(answer: IndexAnswer) -> None:
    (row,) = rows(as_csv(answer))
    head = {"instrument": "skm-2017@1", "from": "2026-10-01", "to": "2026-12-31", "unit": "sukamaju"}
    assert 0 < float(row.pop("category_probability")) < 1
    assert row == head | RESULT


def test_each_cell_of_an_element_stands_under_its_columns_name(answer: IndexAnswer) -> None:
    table = rows(as_csv(answer, by_element=True))
    assert len(table) == 9
    assert {name: table[0][name] for name in ELEMENT} == ELEMENT


def test_json_has_the_same_values_under_its_keys(answer: IndexAnswer) -> None:
    fields = as_json(answer)
    assert (fields["n"], fields["incomplete"], fields["flagged"]) == (12, 2, 6)
    assert (fields["value"], fields["category"], fields["performance"]) == (68.75, "C", "Kurang baik")
    assert fields["interval"] == {"low": 55.32, "high": 80.71, "level": 0.95}
    assert (fields["days"], fields["design_effect"], fields["enough_days"]) == (1, None, False)
    assert fields["sample"] == {
        "population": 300,
        "required": 169,
        "collected": 12,
        "sufficient": False,
        "exceeds_population": False,
        "stated_by": "console:kader",
        "stated_at": "2026-11-02T00:00:00+00:00",
        "stated_by_asker": False,
    }
    assert fields["pulse"] == {"n": 8, "satisfied_percent": 75.0}
    assert fields["response"] == {"served": 300, "asked": 8, "answered": 12}
    without = fields["without_flagged"]
    assert isinstance(without, dict)
    assert (without["n"], without["value"], without["category"]) == (6, 87.5, "B")
    elements = fields["elements"]
    assert isinstance(elements, list)
    assert (elements[0]["nrr"], elements[0]["weighted"], elements[0]["value"]) == (2.75, 0.30556, 68.75)
    assert [element["sum"] for element in elements] == [33] * 9
    assert (fields["weighted_sum"], fields["method"], fields["random_sample"]) == (
        2.75,
        "mandiri-kiosk",
        False,
    )
    assert elements[0]["interval"] == {"low": 55.32, "high": 80.71, "level": 0.95}


def test_text_says_the_same_in_one_language(answer: IndexAnswer) -> None:
    indonesian, english = as_text(answer, "id"), as_text(answer, "en")
    assert "IKM 68,75  mutu C (Kurang baik),  n = 12" in indonesian
    assert "Selang 95 %: 55,32 – 80,71; mungkin C (62 %), bisa juga D (28 %): tambah" in indonesian
    assert "Tanpa 6 respons yang ditandai: 87,50 B (n = 6;" in indonesian
    assert "Sampel: 12 dari 169 yang diperlukan (populasi 300): kurang 157" in indonesian
    assert "Tingkat jawaban: dilayani 300, menekan wajah di kios 8, menjawab lengkap 12." in indonesian
    assert "Response rate: served 300, pressed a smiley at the kiosk 8, answered in full 12." in english
    assert "bobot 1/9; tabel mutu 2017; hanya kuesioner lengkap" in indonesian
    assert "Jawaban dari satu hari layanan saja: efek hari tidak dapat dihitung." in indonesian
    assert "Kurang dari 8 hari: terlalu sedikit untuk menilai pengaruh hari." in indonesian
    assert "95 % interval: 55.32 – 80.71; perhaps C (62 %), but D is possible (28 %): ask more" in english
    assert "Fewer than 8 days: too few to judge what days do." in english
    assert "Jumlah pengguna adalah pernyataan console:kader pada 2026-11-02; tidak diperiksa." in indonesian
    assert "Sample: 12 of 169 needed (population 300): 157 short" in english
    words = ("mutu", "Selang", "yang", "dari", "kurang", "Unsur ", "Nilai ")
    assert [word for word in words if word in english] == []


@pytest.mark.parametrize("users, exceeded", [(12, False), (11, True)])
def test_more_answers_than_users_is_said_wherever_the_index_stands(
    answer: IndexAnswer, users: int, exceeded: bool, client: Client
) -> None:
    Population.objects.update(users=users)
    answer = indices(IndexQuestion(Scope(unit="sukamaju"), answer.period))
    sample = as_json(answer)["sample"]
    assert isinstance(sample, dict)
    assert (sample["exceeds_population"], sample["sufficient"]) == (exceeded, not exceeded)
    (row,) = rows(as_csv(answer))
    assert row["exceeds_population"] == ("yes" if exceeded else "no")
    page = released(client)
    for text in (as_text(answer, "id"), page):
        said = f"Jawaban (12) lebih banyak daripada pengguna yang dinyatakan ({users})" in text
        assert said is exceeded
        assert "pernyataan console:kader pada 2026-11-02" in text
    assert ("Tidak dapat dinilai" in page) is exceeded
    interval = as_json(answer)["interval"]
    assert isinstance(interval, dict)
    assert interval["high"] - interval["low"] > 5


def test_what_whoever_asks_states_is_marked_as_theirs(answer: IndexAnswer) -> None:
    asked = indices(IndexQuestion(Scope(unit="sukamaju"), answer.period, population=40))
    sample = as_json(asked)["sample"]
    assert isinstance(sample, dict)
    assert (sample["population"], sample["stated_by"], sample["stated_by_asker"]) == (40, None, True)
    assert "Jumlah pengguna adalah pernyataan penanya, bukan unit" in as_text(asked, "id")
    assert rows(as_csv(asked))[0]["population_stated_by"] == "asker"


@pytest.mark.parametrize("broken, shown", [(4, False), (5, True), (6, True)])
def test_where_many_break_off_the_other_policy_stands_beside(
    broken: int, shown: bool, client: Client
) -> None:
    post = Post(add_unit("sukamaju", region="18.01.05.2003"))
    put(
        *(post.response(answers(4), at(MONDAY, "08:00", seconds=400 * n)) for n in range(10)),
        *(
            post.response({"persyaratan": 1}, at(MONDAY, "13:00", seconds=400 * n), ended="timeout")
            for n in range(broken)
        ),
    )
    answer = indices(IndexQuestion(Scope(unit="sukamaju"), parse("2026-TW4")))
    other = as_json(answer)["other_policy"]
    (row,) = rows(as_csv(answer))
    page = released(client)
    if not shown:
        assert (other, row["value_other_policy"]) == (None, "")
        assert "kuesioner terputus" not in page + as_text(answer, "id")
        return
    assert isinstance(other, dict)
    (value,) = (str(one.value) for one in [answer.whole.other_policy] if one)
    assert (other["policy"], other["n"], str(other["value"])) == ("all", 10 + broken, value)
    assert (row["value_other_policy"], row["category_other_policy"]) == (value, other["category"])
    said = f"kuesioner terputus; bila semua jawaban dihitung: {value.replace('.', ',')} {other['category']}"
    assert said in page
    assert said in as_text(answer, "id")
    back = indices(IndexQuestion(Scope(unit="sukamaju"), parse("2026-TW4"), policy=Policy.ALL))
    assert "bila hanya kuesioner lengkap dihitung: 100,00 A (n = 10)" in as_text(back, "id")


def test_of_the_response_rate_what_is_not_known_is_said_to_be_so() -> None:
    post = Post(add_unit("sukamaju", region="18.01.05.2003"))
    put(
        *(post.response(answers(4), at(MONDAY, "08:00", seconds=400 * n)) for n in range(6)),
        *(post.pulse(4, at(MONDAY, "13:00", seconds=400 * n)) for n in range(9)),
    )
    answer = indices(IndexQuestion(Scope(unit="sukamaju"), parse("2026-TW4"), (Dimension.SERVICE,)))
    fields = as_json(answer)
    assert fields["response"] == {"served": None, "asked": 9, "answered": 6}
    assert [group["response"] for group in fields["groups"]] == [fields["response"]]  # type: ignore[attr-defined]
    assert "Tingkat jawaban: dilayani tidak diketahui, menekan wajah di kios 9, menjawab" in as_text(
        answer, "id"
    )


def test_a_tenth_that_breaks_off_is_not_many() -> None:
    post = Post(add_unit("sukamaju", region="18.01.05.2003"))
    put(
        *(post.response(answers(4), at(MONDAY, "08:00", seconds=100 * n)) for n in range(45)),
        *(post.response({"waktu": 1}, at(MONDAY, "14:00", seconds=100 * n)) for n in range(5)),
    )
    assert indices(IndexQuestion(Scope(unit="sukamaju"), parse("2026"))).whole.other_policy is None


def test_the_printed_sheet_adds_up_to_the_printed_index(answer: IndexAnswer, client: Client) -> None:
    table = rows(as_csv(answer, by_element=True))
    (whole,) = rows(as_csv(answer))
    total = sum((Decimal(row["nrr_weighted"]) for row in table), Decimal(0))
    assert half_up(int(total * 25 * 10**5), 10**5, 2) == int(Decimal(whole["value"]) * 100)
    page = html.unescape(released(client))
    assert "Jumlah NRR tertimbang 2,75000 × 25 = 68,75." in page
    assert '<td role="cell" class="number" data-name="Σ nilai">33</td>' in page
    for text in (page, as_text(answer, "id")):
        assert "IKM dihitung dari nilai yang belum dibulatkan." in text
        assert "Metode mandiri-kiosk: pengunjung memilih sendiri untuk menjawab; bukan sampel acak." in text
    assert "Method mandiri-kiosk: visitors choose themselves whether to answer" in as_text(answer, "en")


def days_of(days: int, *scores: int) -> IndexAnswer:
    """Some days, each with the same people: each gives one answer nine times."""
    post = Post(add_unit("sukamaju", region="18.01.05.2003"))
    put(
        *(
            post.response(answers(score), at(date(2026, 10, 5) + timedelta(days=day), seconds=1800 * n))
            for day in range(days)
            for n, score in enumerate(scores)
        )
    )
    return indices(IndexQuestion(Scope(unit="sukamaju"), parse("2026-TW4"), smallest_group=1))


@pytest.mark.parametrize(
    "days, scores, words",
    [
        (30, (3, 3, 4, 3, 3, 4), "hampir pasti B (> 99,9 %)."),
        (7, (3, 3, 4, 3, 3, 4), "kemungkinan besar B (99,6 %)."),
        (9, (3, 2, 4, 3, 4), "kemungkinan besar B (8"),
        (9, (3, 4), "hampir sama mungkin B (59 %) atau A (40 %): tambah responden sebelum menyimpulkan."),
    ],
)
def test_how_sure_the_category_is_is_said_in_words(
    days: int, scores: tuple[int, ...], words: str, client: Client
) -> None:
    answer = days_of(days, *scores)
    assert words in as_text(answer, "id")
    page = released(client)
    assert words in html.unescape(page)


def test_no_format_says_certain(client: Client) -> None:
    answer = days_of(30, *[4] * 12)
    index = answer.whole.index
    assert index is not None
    assert round(index.likelihood or 0, 4) == 1
    fields = as_json(answer)
    assert fields["category_probability"] == 0.999
    assert fields["category_probabilities"] == {"A": 0.999, "B": 0.001, "C": 0.001, "D": 0.001}
    assert rows(as_csv(answer))[0]["category_probability"] == "0.999"
    page = released(client)
    for text in (as_text(answer, "id"), as_text(answer, "en"), html.unescape(page)):
        assert "hampir pasti A (> 99,9 %)" in text or "almost certainly A (> 99.9 %)" in text
        assert not re.search(r"\(100(,0+)? %\)", text)


def test_one_respondent_is_said_to_be_one_at_the_console() -> None:
    answer = days_of(1, 3)
    assert "Satu responden: pendapat satu orang" in as_text(answer, "id")
    assert "One respondent: the opinion of one person" in as_text(answer, "en")
    by_unit = indices(IndexQuestion(Scope(), answer.period, by=(Dimension.UNIT,), smallest_group=1))
    assert "75,00 C (satu responden), n = 1" in as_text(by_unit, "id")
    assert as_json(answer)["category_probability"] is None


def by_days(days: int) -> IndexAnswer:
    """Four responses a day, all 4 on one day and all 2 on the next: days could not be more alike."""
    post = Post(add_unit("sukamaju", region="18.01.05.2003"))
    put(
        *(
            post.response(
                answers(4 if day % 2 else 2), at(date(2026, 10, 5) + timedelta(days=day), seconds=4000 * n)
            )
            for day in range(days)
            for n in range(4)
        )
    )
    return indices(IndexQuestion(Scope(unit="sukamaju"), parse("2026-TW4"), by=(Dimension.HOUR,)))


@pytest.mark.parametrize("days, enough", [(7, False), (8, True)])
def test_the_effect_of_days_stands_beside_the_index_everywhere(
    days: int, enough: bool, client: Client
) -> None:
    answer = by_days(days)
    effect = answer.whole.index.days if answer.whole.index else None
    assert effect is not None
    assert effect.design_effect is not None
    told = round(effect.design_effect, 2)
    assert told > 3
    fields = as_json(answer)
    assert (fields["days"], fields["design_effect"], fields["enough_days"]) == (days, told, enough)
    whole = indices(IndexQuestion(Scope(unit="sukamaju"), parse("2026-TW4")))
    (row,) = rows(as_csv(whole))
    assert (row["days"], row["design_effect"], row["enough_days"]) == (
        str(days),
        str(told),
        "yes" if enough else "no",
    )
    hours = fields["groups"]
    assert isinstance(hours, list)
    assert {hour["design_effect"] for hour in hours} == {told}, "hours have no days of their own"
    page = released(client)
    for text in (as_text(whole, "id"), page):
        assert (
            f"Jawaban dari {days} hari layanan; efek hari (design effect) {told:.1f}:".replace(".", ",")
            in text
        )
        assert ("Kurang dari 8 hari: terlalu sedikit" in text) is not enough


@pytest.mark.parametrize("dimension", [Dimension.HOUR, Dimension.SEX])
@pytest.mark.parametrize("months", [1, 2])
def test_hours_and_profiles_end_at_the_months_border(dimension: Dimension, months: int) -> None:
    post = Post(add_unit("sukamaju", region="18.01.05.2003"))
    code = {Dimension.HOUR: "09", Dimension.SEX: "L"}[dimension]
    put(
        *(
            post.response(answers(3), at(day, "09:00", seconds=200 * n), profile={"sex": "L"})
            for day, number in (
                (date(2026, 9, 30), 1), (date(2026, 10, 1), 5), (date(2026, 10, 31), 7),
                (date(2026, 11, 1), 11), (date(2026, 11, 30), 13), (date(2026, 12, 1), 17),
            )
            for n in range(number)
        )
    )  # fmt: skip
    period = between(date(2026, 10, 1), [date(2026, 10, 31), date(2026, 11, 30)][months - 1])
    answer = indices(IndexQuestion(Scope(unit="sukamaju"), period, by=(dimension,), smallest_group=1))
    assert {group.group[0].code: group.n for group in answer.groups} == {code: [12, 36][months - 1]}
    broken = between(date(2026, 10, 2), date(2026, 11, 1))
    answer = indices(IndexQuestion(Scope(unit="sukamaju"), broken, by=(dimension,), smallest_group=1))
    assert {group.group[0].code: group.n for group in answer.groups} == {code: 18}


@pytest.mark.parametrize("sound, shown", [(4, False), (5, True)])
def test_an_index_without_flagged_responses_is_shown_from_five_on(sound: int, shown: bool) -> None:
    post = Post(add_unit("sukamaju", region="18.01.05.2003"))
    put(
        *(post.response(answers(3), at(MONDAY, "08:00", seconds=400 * n)) for n in range(sound)),
        *(post.response(answers(2), at(MONDAY, "13:00", seconds=3 * n), duration_s=3) for n in range(6)),
    )
    flagging.settle()
    whole = indices(IndexQuestion(Scope(unit="sukamaju"), between(MONDAY, MONDAY + timedelta(days=1)))).whole
    assert (whole.n, whole.flagged, whole.index is not None) == (sound + 6, 6, True)
    assert (whole.without_flagged is not None) == shown


@pytest.mark.parametrize("pressed, said", [(20, False), (21, True)])
def test_more_smileys_than_users_is_said_beside_the_index(pressed: int, said: bool, client: Client) -> None:
    post = Post(add_unit("sukamaju", region="18.01.05.2003"))
    put(
        *(post.pulse(3, at(MONDAY, "08:00", seconds=400 * n), visit=n) for n in range(pressed)),
        *(post.response(answers(3), at(MONDAY, "08:00", seconds=400 * n + 60), visit=n) for n in range(12)),
    )
    question = IndexQuestion(Scope(unit="sukamaju"), parse("2026-TW4"), population=20)
    assert ("wajah ditekan 21 kali" in as_text(indices(question), "id")) is said
    Population.objects.create(
        unit=post.unit,
        first_day=date(2026, 10, 1),
        last_day=date(2026, 12, 31),
        users=20,
        stated_at=datetime(2026, 11, 2, tzinfo=UTC),
        stated_by="console:kader",
    )
    page = released(client)
    assert ("wajah ditekan 21 kali, lebih banyak daripada pengguna yang dinyatakan (20)" in page) is said
    assert "pernyataan console:kader" in page


def test_where_the_smileys_may_not_be_shown_no_sentence_tells_of_them(client: Client) -> None:
    post = Post(add_unit("sukamaju", region="18.01.05.2003"))
    put(
        *(post.response(answers(3), at(MONDAY, "08:00", seconds=400 * n), visit=n) for n in range(12)),
        *(post.pulse(3, at(MONDAY, "08:00", seconds=400 * n), visit=n) for n in range(20)),
    )
    released(client)
    put(
        *(post.response(answers(3), at(MONDAY, "13:00", seconds=400 * n), visit=30 + n) for n in range(5)),
        *(post.pulse(3, at(MONDAY, "13:00", seconds=400 * n), visit=30 + n) for n in range(2)),
    )
    Population.objects.create(
        unit=post.unit,
        first_day=date(2026, 10, 1),
        last_day=date(2026, 12, 31),
        users=21,
        stated_at=datetime(2026, 11, 2, tzinfo=UTC),
        stated_by="console:kader",
    )
    answer = indices(IndexQuestion(Scope(unit="sukamaju"), parse("2026-TW4")))
    assert "wajah ditekan 22 kali" in as_text(answer, "id"), "to an auditor"
    with stopped(datetime(2027, 1, 6, tzinfo=UTC)):
        first = Release.objects.get(state="terbit")
        second = publishing.correct(first, who="console:test", why="terlambat datang")
    said = bytes(second.content).decode()
    assert '"pulse":null' in said, "two came to twenty: 22 would tell of them"
    assert "pernyataan console:kader" in said
    assert "wajah ditekan" not in said
