"""What a unit's kiosks show: the newest official release with its doubt, from the moment it is out, and none that is withdrawn."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import transaction

from collector.errors import CollectorError
from collector.fleet.assignments import assign
from collector.fleet.models import Kiosk, KioskSettings
from collector.fleet.publication import publish as publish_settings
from collector.fleet.publication import unpublished
from collector.releases import publishing
from collector.scores.tallies.projection import project
from survey.index.periods import parse
from survey.settings.keys import check
from survey.settings.shown import PUBLISHED_INDEX
from tests.collector.conftest import OwnClock
from tests.collector.fake_kiosk import FakeKiosk
from tests.collector.scores.village import Post, add_unit, answers, at

pytestmark = pytest.mark.django_db

QUARTER, BEFORE, MONTH = parse("2026-TW4"), parse("2026-TW3"), parse("2026-11")
WHO = "console:test"


@pytest.fixture(autouse=True)
def _january(own_clock: OwnClock) -> None:
    own_clock.moment = datetime(2027, 1, 5, 3, tzinfo=UTC)


@pytest.fixture
def post() -> Post:
    return Post(add_unit("sukamaju", region="18.01.05.2003"))


def visit(post: Post, number: int, first: date, *, value: int = 3) -> None:
    days = [first + timedelta(days=place % 5) for place in range(number)]
    with transaction.atomic():
        records = [post.response(answers(value), at(day, seconds=60 * post.seq)) for day in days]
        assert project(records) == []


def shown(kiosk: Kiosk) -> object:
    newest = KioskSettings.objects.filter(kiosk=kiosk).order_by("-version").first()
    return newest.content.get(PUBLISHED_INDEX) if newest is not None else None


def test_a_release_is_on_its_kiosks_when_it_is_out_and_gone_when_it_is_withdrawn(post: Post) -> None:
    visit(post, 9, date(2026, 11, 2))
    release = publishing.publish(post.unit, QUARTER, who=WHO)
    found = shown(post.kiosk)
    assert found == {
        "period": "2026-TW4", "value": "75.00", "low": f"{release.low:.2f}", "high": f"{release.high:.2f}",
        "category": "C", "n": 9, "archived": 0, "address": release.address,
    }  # fmt: skip
    assert check({PUBLISHED_INDEX: found}).published_index is not None, "a kiosk takes it"
    assert [name for _, name, _ in unpublished()] == [post.kiosk.name], "the listener sends it out"
    publishing.withdraw(release, who=WHO, why="salah unit")
    assert shown(post.kiosk) is None


def test_a_correction_takes_the_place_of_what_it_corrects(post: Post) -> None:
    visit(post, 9, date(2026, 11, 2))
    first = publishing.publish(post.unit, QUARTER, who=WHO)
    visit(post, 9, date(2026, 11, 9), value=4)
    second = publishing.correct(first, who=WHO, why="terlambat datang")
    found = shown(post.kiosk)
    assert isinstance(found, dict)
    assert (found["address"], found["n"]) == (second.address, 18)


def test_neither_a_month_nor_an_older_quarter_nor_one_without_a_number_takes_its_place(post: Post) -> None:
    visit(post, 9, date(2026, 8, 3), value=4)
    visit(post, 9, date(2026, 10, 5))
    visit(post, 9, date(2026, 11, 2))
    quarter = publishing.publish(post.unit, QUARTER, who=WHO)
    month = publishing.publish(post.unit, MONTH, who=WHO)
    before = publishing.publish(post.unit, BEFORE, who=WHO)
    empty = publishing.publish(post.unit, parse("2026-TW1"), who=WHO)
    assert (month.n, before.n, empty.n) == (9, 9, None)
    found = shown(post.kiosk)
    assert isinstance(found, dict)
    assert found["address"] == quarter.address


def test_a_kiosk_that_comes_or_is_moved_shows_its_own_unit(post: Post) -> None:
    visit(post, 9, date(2026, 11, 2))
    release = publishing.publish(post.unit, QUARTER, who=WHO)
    other = add_unit("sukaraja", region="18.01.05.2004")
    late = FakeKiosk.enrolled(post.unit)
    newcomer = Kiosk.objects.get(name=late.name)
    found = shown(newcomer)
    assert isinstance(found, dict)
    assert found["address"] == release.address
    assign(newcomer, unit=other, place=post.place, since=datetime(2027, 1, 5, 3, 1, tzinfo=UTC))
    publish_settings(newcomer, changes={})
    assert shown(newcomer) is None
    publishing.withdraw(release, who=WHO, why="salah unit")
    assert KioskSettings.objects.filter(kiosk=newcomer).count() == 2, "it stands elsewhere now"


@pytest.mark.parametrize("key", ["published_index", "services", "seal_key"])
def test_nobody_sets_by_hand_what_follows_from_the_evidence(post: Post, key: str) -> None:
    with pytest.raises(CollectorError) as caught:
        publish_settings(post.kiosk, changes={key: None})
    assert caught.value.word == "setting_made_here"
    assert not KioskSettings.objects.filter(kiosk=post.kiosk).exists()
