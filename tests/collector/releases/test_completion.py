"""Who finishes, by the first smiley: said in tens, of many, and never beside a second edition."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import transaction
from django.test import Client

from collector.releases import publishing
from collector.releases.completion import bends, completion
from collector.releases.models import Release
from collector.scores.tallies.projection import project
from survey.index.periods import parse
from tests.collector.conftest import OwnClock
from tests.collector.scores.village import Post, add_unit, answers, at

pytestmark = pytest.mark.django_db

QUARTER = parse("2026-TW4")
WHO = "console:test"


@pytest.fixture(autouse=True)
def _january(own_clock: OwnClock) -> None:
    own_clock.moment = datetime(2027, 1, 5, 3, tzinfo=UTC)


@pytest.fixture
def post() -> Post:
    return Post(add_unit("sukamaju", region="18.01.05.2003", name="Balai Desa Sukamaju", agency="desa"))


def visits(post: Post, smiley: int, *, finished: int, left: int = 0, declined: int = 0) -> None:
    """So many visits that pressed a smiley: finished, left in the middle, or not begun."""
    records = []
    for number in range(finished + left + declined):
        visit = post.seq + 1
        moment = at(date(2026, 11, 2) + timedelta(days=number % 20), "09:00", seconds=60 * number)
        records.append(post.pulse(smiley, moment, visit=visit))
        if number < finished:
            records.append(post.response(answers(smiley), moment, visit=visit))
        elif number < finished + left:
            records.append(post.response(answers(smiley, smiley), moment, visit=visit, ended="timeout"))
    with transaction.atomic():
        assert project(records) == []


def percents(post: Post) -> list[int | None]:
    return [one.percent for one in completion(post.unit, QUARTER, instrument="skm-2017")]


def test_the_discontented_who_leave_are_told_beside_the_index(post: Post, client: Client) -> None:
    visits(post, 1, finished=9, left=10, declined=5)
    visits(post, 2, finished=1)
    visits(post, 4, finished=40, declined=9)
    assert percents(post) == [40, 80]
    release = publishing.publish(post.unit, QUARTER, who=WHO)
    found = json.loads(bytes(release.content))["completion"]
    assert found == [{"smileys": [1, 2], "percent": 40}, {"smileys": [3, 4], "percent": 80}]
    page = client.get(f"/r/{release.address}/").content.decode()
    assert "sekitar 40 %" in page
    assert "Yang kurang puas lebih sering berhenti." in page
    assert "kemungkinan terlalu tinggi" in page


def test_where_both_stay_alike_that_is_said(post: Post, client: Client) -> None:
    visits(post, 2, finished=30, declined=10)
    visits(post, 3, finished=30, declined=10)
    release = publishing.publish(post.unit, QUARTER, who=WHO)
    page = client.get(f"/r/{release.address}/").content.decode()
    assert "tidak jauh lebih sering berhenti" in page
    assert "lebih sering berhenti.</strong>" not in page


@pytest.mark.parametrize(
    "finished, left, percent",
    [(15, 4, None), (16, 4, None), (4, 16, None), (20, 0, 100), (0, 20, 0), (15, 5, 80)],
)
def test_of_few_nothing_is_said(post: Post, finished: int, left: int, percent: int | None) -> None:
    visits(post, 1, finished=finished, left=left)
    assert percents(post)[0] == percent


def test_what_follows_from_one_more_is_a_step_of_ten_or_nothing(post: Post) -> None:
    """No single visitor's doing shows, but at the border of two tens."""
    seen = set()
    for _ in range(12):
        visits(post, 1, finished=10, left=10)
        seen.add(percents(post)[0])
    assert seen == {50}


def test_a_second_edition_says_nothing_of_it(post: Post) -> None:
    visits(post, 1, finished=20, left=10)
    visits(post, 4, finished=30)
    publishing.publish(post.unit, QUARTER, who=WHO)
    visits(post, 4, finished=6)
    second = publishing.correct(Release.objects.get(), who=WHO, why="enam datang terlambat")
    assert json.loads(bytes(second.content))["completion"] == []


def test_only_a_wide_gap_bends_the_index() -> None:
    assert [bends(40, 80), bends(60, 80), bends(70, 80), bends(80, 40), bends(None, 80)] == [
        True, True, False, False, False,
    ]  # fmt: skip
