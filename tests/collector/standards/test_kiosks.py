"""A unit's kiosks show the six public components in force, and nothing of the office's own."""

from datetime import UTC, date, datetime

import pytest

from collector.fleet.models import Kiosk, KioskSettings
from collector.standards.components import PUBLIC
from collector.standards.kiosks import come_into_force
from survey.settings.keys import check
from survey.settings.shown import MAX_COMPONENT, STANDARDS
from tests.collector.conftest import OwnClock
from tests.collector.scores.village import Post
from tests.collector.standards import office

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _spring(own_clock: OwnClock) -> None:
    own_clock.moment = datetime(2026, 5, 11, 3, tzinfo=UTC)


def shown(kiosk: Kiosk) -> list[dict[str, object]] | None:
    newest = KioskSettings.objects.filter(kiosk=kiosk).order_by("-version").first()
    return newest.content.get(STANDARDS) if newest is not None else None


def test_a_standard_is_on_the_kiosks_when_it_is_written(own_clock: OwnClock) -> None:
    del own_clock
    post = Post(office.unit())
    office.write(office.service(post.unit))
    found = shown(post.kiosk)
    assert found == [{"code": "sku", "name": "Surat keterangan usaha", "texts": office.TEXTS}]
    assert office.INNER_TEXT not in str(found)
    assert check({STANDARDS: found}).standards[0].texts[0] == ("persyaratan", office.TEXTS["persyaratan"])


def test_a_version_of_a_later_day_comes_in_its_night(own_clock: OwnClock) -> None:
    post = Post(office.unit())
    service = office.service(post.unit)
    office.write(service)
    office.write(
        service, seen=1, why="naik", in_force_from=date(2026, 7, 1), texts=office.TEXTS | {"biaya": "Rp5.000"}
    )
    assert "Rp5.000" not in str(shown(post.kiosk))
    for night in (datetime(2026, 6, 29, 19, 15, tzinfo=UTC), datetime(2026, 6, 30, 19, 15, tzinfo=UTC)):
        own_clock.moment = night
        come_into_force(night)
    assert "Rp5.000" in str(shown(post.kiosk))


def test_what_is_too_long_or_too_many_is_cut_and_a_kiosk_takes_it() -> None:
    post = Post(office.unit())
    for number in range(23):
        service = office.service(post.unit, f"s{number:02}", f"Layanan {number:02}")
        office.write(service, texts={one.key: "Kartu keluarga. " * 60 for one in PUBLIC})
    found = shown(post.kiosk)
    assert found is not None
    assert [one["code"] for one in found] == [f"s{number:02}" for number in range(20)]
    assert len(check({STANDARDS: found}).standards) == 20
    assert all(len(text) <= MAX_COMPONENT for text in found[0]["texts"].values())  # type: ignore[attr-defined]
