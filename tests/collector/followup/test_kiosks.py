"""A unit's kiosks show what it mended, from the moment it is said to be done, and no longer once it is not."""

from datetime import UTC, date, datetime

import pytest

from collector.fleet.models import Kiosk, KioskSettings
from collector.followup import register
from collector.releases.models import Release
from survey.settings.keys import check
from survey.settings.shown import MENDED
from tests.collector.conftest import OwnClock
from tests.collector.followup import desa
from tests.collector.scores.village import Post, add_unit

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _march(own_clock: OwnClock) -> None:
    own_clock.moment = datetime(2027, 3, 8, 3, tzinfo=UTC)


@pytest.fixture
def post() -> Post:
    return Post(add_unit("sukamaju", region="18.01.05.2003"))


@pytest.fixture
def release(post: Post) -> Release:
    return desa.released(post)


def shown(kiosk: Kiosk) -> object:
    newest = KioskSettings.objects.filter(kiosk=kiosk).order_by("-version").first()
    return newest.content.get(MENDED) if newest is not None else None


def done(release: Release, *, day: int, result: str = "Loket kedua dibuka", **other: object) -> int:
    item = desa.add(release, **other)
    register.done(item, day=date(2027, 2, day), result=result, who=desa.WHO)
    return item.number


def test_what_is_done_is_on_the_kiosks_and_gone_when_it_is_opened_again(post: Post, release: Release) -> None:
    number = done(release, day=10, problem="Antre lama")
    found = shown(post.kiosk)
    assert found == [{"problem": "Antre lama", "result": "Loket kedua dibuka", "done_on": "2027-02-10"}]
    assert check({MENDED: found}).mended[0].result == "Loket kedua dibuka", "a kiosk takes it"
    item = register.find(post.unit, number)
    register.correct(item, desa.plan(problem="Antre sampai siang"), who=desa.WHO, why="lebih tepat")
    assert "Antre sampai siang" in str(shown(post.kiosk))
    register.reopen(register.find(post.unit, number), who=desa.WHO, why="belum")
    assert shown(post.kiosk) is None


def test_the_newest_four_are_shown_short_and_what_is_only_planned_is_not(
    post: Post, release: Release
) -> None:
    for day in (11, 3, 7, 20, 15):
        done(release, day=day, problem="Antre lama " * 20, result="Loket dibuka " * 30)
    desa.add(release, problem="Belum apa-apa")
    found = shown(post.kiosk)
    assert isinstance(found, list)
    assert [one["done_on"][-2:] for one in found] == ["20", "15", "11", "07"]
    assert check({MENDED: found}).mended
    assert "Belum" not in str(found)
