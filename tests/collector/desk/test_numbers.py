"""Numbers that are not for everybody: an auditor's free days, and hours for those who may see groups; each question stands in the trail."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import transaction
from django.test import Client

from collector.accounts import roles
from collector.people.models import TrailEntry
from collector.releases import publishing
from collector.scores.tallies.projection import project
from survey.index.periods import parse
from survey.instrument.definition import load
from tests.collector.accounts_of import person
from tests.collector.conftest import OwnClock
from tests.collector.desk.test_desk import administrator, browser, seen
from tests.collector.scores.village import Post, add_unit, answers, at

pytestmark = pytest.mark.django_db
QUARTER, WHO = parse("2026-TW4"), "console:test"
ASK = "/meja/angka/"
DAYS = f"{ASK}?unit=sukamaju&from=2026-11-02&to=2026-11-20"
HOURS = "/meja/unit/sukamaju/2026-TW4/jam/"


@pytest.fixture(autouse=True)
def _january(own_clock: OwnClock) -> None:
    own_clock.moment = datetime(2027, 1, 5, 3, tzinfo=UTC)


@pytest.fixture
def post() -> Post:
    return Post(add_unit("sukamaju", region="18.01.05.2003", name="Balai Desa Sukamaju", agency="desa"))


def visit(post: Post, number: int, *, hour: int, value: int = 3) -> None:
    records = [
        post.response(
            answers(value),
            at(date(2026, 11, 2) + timedelta(days=place), f"{hour:02d}:00", seconds=37 * post.seq % 3_000),
        )
        for place in range(number)
    ]
    with transaction.atomic():
        assert project(records) == []


def asked() -> list[TrailEntry]:
    return list(TrailEntry.objects.filter(action__endswith=" asked").order_by("pk"))


@pytest.fixture
def auditor() -> Client:
    return browser(person("rina-periksa", roles.AUDITOR))


def test_an_auditor_asks_for_free_days_and_the_question_with_its_reason_stands_in_the_trail(
    post: Post, auditor: Client
) -> None:
    visit(post, 12, hour=9)
    text = seen(auditor, f"{DAYS}&by=hour&why=temuan+lapangan")
    assert "IKM 75,00 C" in text.replace("Kurang baik", "")
    assert "12 responden lengkap" in text
    assert "09.00–09.59" in text
    (entry,) = asked()
    assert (entry.who, entry.action, entry.subject, entry.why) == (
        "rina-periksa", "index asked", "unit sukamaju", "temuan lapangan",
    )  # fmt: skip
    assert entry.facts["period"] == "2026-11-02..2026-11-20"


def test_the_empty_form_asks_nothing(post: Post, auditor: Client) -> None:
    assert "Dari" in seen(auditor, ASK)
    assert asked() == []
    assert ASK in auditor.get("/meja/").content.decode()


def test_few_people_are_withheld_from_an_auditor_too(post: Post, auditor: Client) -> None:
    visit(post, 4, hour=9)
    assert "tidak ditampilkan" in seen(auditor, DAYS)


@pytest.mark.parametrize(
    "question",
    [
        "unit=nowhere&from=2026-11-02&to=2026-11-20",
        "unit=sukamaju&from=2026-11-20&to=2026-11-02",
        "unit=sukamaju",
    ],
)
def test_what_cannot_be_asked_is_said_in_words(post: Post, auditor: Client, question: str) -> None:
    page = auditor.get(f"{ASK}?{question}").content.decode()
    assert 'role="alert"' in page
    assert 'id="hasil"' not in page
    assert asked() == []


def test_shares_are_shown_question_by_question(post: Post, auditor: Client) -> None:
    given = dict.fromkeys(load("maladministrasi").element_keys, 3)
    with transaction.atomic():
        records = [
            post.response(given, at(date(2026, 11, 2), seconds=60 * place), instrument="maladministrasi")
            for place in range(8)
        ]
        assert project(records) == []
    text = seen(auditor, f"{DAYS}&instrument=maladministrasi")
    assert "Persentase tiap jawaban, bukan indeks" in text
    assert text.count("Tidak 100,00 %") == 10


def test_nobody_but_an_auditor_asks(post: Post) -> None:
    assert Client().get(DAYS).status_code == 302
    for client in (
        browser(person("sari", roles.UNIT_OFFICER, post.unit)), browser(person("wati", roles.EVALUATOR)),
        browser(person("joko", roles.VIEWER)), browser(administrator()), browser(person("tamu")),
    ):  # fmt: skip
        assert client.get(DAYS).status_code == 403
        assert ASK not in client.get("/meja/").content.decode()
    assert asked() == []


def test_an_evaluator_sees_the_hours_that_may_be_told_and_an_officer_a_band(post: Post) -> None:
    visit(post, 20, hour=9, value=4)
    visit(post, 20, hour=14, value=2)
    evaluator = browser(person("wati", roles.EVALUATOR))
    assert "Belum ada yang terbit" in seen(evaluator, HOURS)
    publishing.publish(post.unit, QUARTER, who=WHO)
    text = seen(evaluator, HOURS)
    rows = re.findall(r"(\d\d)\.00–\d\d\.59( terendah)? \d+ orang", text)
    assert rows == [("09", ""), ("14", " terendah")]
    assert "selangnya seluruhnya di bawah selang semua jam lain" in text
    assert HOURS in evaluator.get("/meja/unit/sukamaju/2026-TW4/").content.decode()
    officer = browser(person("sari", roles.UNIT_OFFICER, post.unit))
    told = seen(officer, HOURS)
    assert "hanya untuk penilai dan pemeriksa" in told
    assert "09.00" not in told
    assert HOURS not in officer.get("/meja/unit/sukamaju/2026-TW4/").content.decode()
    assert [(entry.who, entry.action) for entry in asked()] == [
        ("wati", "breakdown asked"), ("wati", "breakdown asked"), ("sari", "breakdown asked"),
    ]  # fmt: skip


def test_hours_whose_intervals_overlap_are_not_told_apart(post: Post) -> None:
    for hour in (9, 14):
        visit(post, 10, hour=hour, value=4)
        visit(post, 10, hour=hour, value=2 + (hour == 9))
    publishing.publish(post.unit, QUARTER, who=WHO)
    text = seen(browser(person("wati", roles.EVALUATOR)), HOURS)
    rows = re.findall(r"\d\d\.00–\d\d\.59( terendah)? \d+ orang [\d,]+ ([\d,]+)–([\d,]+)", text)
    assert [marked for marked, *_ in rows] == ["", ""]
    (low, high), (other_low, other_high) = (
        [float(end.replace(",", ".")) for end in ends] for _, *ends in rows
    )
    assert max(low, other_low) < min(high, other_high)
    assert "Jam mana yang terendah tidak dapat dipastikan" in text
    assert "selangnya seluruhnya di bawah" not in text


def test_an_hour_of_three_people_is_not_shown_nor_what_would_give_it_away(post: Post) -> None:
    visit(post, 20, hour=9)
    visit(post, 20, hour=14)
    visit(post, 3, hour=11)
    publishing.publish(post.unit, QUARTER, who=WHO)
    text = seen(browser(person("wati", roles.EVALUATOR)), HOURS)
    assert "11.00" not in text
    assert len(re.findall(r"\d\d\.00–\d\d\.59", text)) == 1


def test_hours_of_another_s_unit_and_of_free_days_are_refused(post: Post) -> None:
    far = add_unit("medan", region="12.71.01.1001")
    for client in (
        browser(person("joko", roles.UNIT_OFFICER, far)),
        browser(person("tuti", roles.EVALUATOR, region=far.region)),
        browser(person("tamu")),
    ):
        assert client.get(HOURS).status_code == 403
    assert browser(person("wati", roles.EVALUATOR)).get("/meja/unit/sukamaju/2026-X/jam/").status_code == 400
