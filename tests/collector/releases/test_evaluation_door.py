"""The IPP before it is published: an auditor's alone, never of fewer than five users, and every answer in the trail."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import transaction
from django.test import Client

from collector.accounts import roles
from collector.people.models import TrailEntry
from collector.releases.evaluation import form, keeping
from collector.releases.evaluation.keeping import Round
from collector.scores.tallies.projection import project
from survey.index.pekppp import INDICATORS
from survey.index.periods import parse
from survey.instrument.definition import load
from tests.collector.conftest import OwnClock
from tests.collector.releases.accounts import logged_in
from tests.collector.scores.village import Post, add_unit, at

pytestmark = pytest.mark.django_db

F03 = load("f03a")
DOOR = "/api/v1/ipp?unit=sukamaju&period=2026-TW4&round=mandiri"


@pytest.fixture(autouse=True)
def _january(own_clock: OwnClock) -> None:
    own_clock.moment = datetime(2027, 1, 5, 3, tzinfo=UTC)


@pytest.fixture
def post(db: None) -> Post:
    return Post(add_unit("sukamaju", region="18.01.05.2003", agency="desa"))


def asked(post: Post, users: int, value: int = 5) -> None:
    given = dict.fromkeys(F03.element_keys, value)
    records = [
        post.response(given, at(date(2026, 10, 5) + timedelta(days=place)), instrument="f03a")
        for place in range(users)
    ]
    with transaction.atomic():
        assert project(records) == []


def entered(post: Post) -> None:
    rows = "\n".join(["indikator,nilai,catatan", *(f"{number},4," for number in INDICATORS)])
    keeping.enter(post.unit, parse("2026-TW4"), Round("mandiri"), form.read(rows.encode()), who="wati")


def test_an_auditor_sees_the_ipp_before_it_is_published_and_that_stands_in_the_trail(post: Post) -> None:
    entered(post)
    asked(post, 12)
    said = logged_in("agus", roles.AUDITOR).get(DOOR + "&quota=30&quota_source=panduan").json()
    assert (said["value"], said["category"], said["published"]) == (4.25, "A-", False)
    assert (said["f03"]["n"], said["f03"]["address"], said["f03"]["quota_met"]) == (12, None, False)
    (entry,) = TrailEntry.objects.filter(action="IPP asked")
    assert (entry.who, entry.subject) == ("agus", "unit sukamaju")


def test_of_fewer_than_five_users_not_even_an_auditor_sees_it(post: Post) -> None:
    entered(post)
    asked(post, 4)
    auditor = logged_in("agus", roles.AUDITOR)
    refused = auditor.get(DOOR)
    assert (refused.status_code, refused.json()["code"]) == (404, "ipp_few_f03")
    assert not TrailEntry.objects.filter(action="IPP asked").exists()
    asked(post, 1)
    assert auditor.get(DOOR).json()["f03"]["n"] == 5


def test_nobody_else_learns_even_whether_there_is_one(post: Post) -> None:
    entered(post)
    asked(post, 12)
    clients = [
        Client(),
        logged_in("wati", roles.EVALUATOR),
        logged_in("budi", roles.UNIT_OFFICER, unit="sukamaju"),
        logged_in("rina", roles.VIEWER),
        logged_in("dewi", roles.ADMINISTRATOR),
    ]
    for client in clients:
        for address in (DOOR, DOOR.replace("sukamaju", "nowhere"), "/api/v1/ipp"):
            answer = client.get(address)
            assert answer.status_code == 403
            assert answer.json()["code"] in ("live_not_yours", "second_factor")


@pytest.mark.parametrize(
    "words, status, code",
    [
        ("?unit=nowhere&period=2026&round=mandiri", 404, "unit_not_here"),
        ("?unit=sukamaju&period=2026-TW3&round=mandiri", 404, "ipp_no_f02"),
        ("?unit=sukamaju&period=kemarin&round=mandiri", 400, "release_period"),
        ("?unit=sukamaju&period=2026-TW4&round=lain", 400, "parameter"),
        ("?unit=sukamaju&period=2026-TW4&round=mandiri&by=sex", 400, "parameter_unknown"),
        ("?unit=sukamaju&period=2026-TW4&round=mandiri&quota=x", 400, "ipp_quota_number"),
        ("?unit=sukamaju&period=2026-TW4&round=mandiri&quota=0", 400, "ipp_quota_number"),
        ("?unit=sukamaju&period=2026-TW4&round=mandiri&zero_below_quota=yes", 400, "ipp_zero_without"),
    ],
)
def test_what_cannot_be_asked_is_refused_by_code(post: Post, words: str, status: int, code: str) -> None:
    entered(post)
    asked(post, 6)
    answer = logged_in("agus", roles.AUDITOR).get("/api/v1/ipp" + words)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
