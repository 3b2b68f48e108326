"""A kiosk that its staff moves between its unit's places: the collector says where it may, and the answers say where it was."""

import pytest
from django.core.management import CommandError, call_command

from collector.evidence.intake.rebuild import rebuild
from collector.fleet import tree
from collector.fleet.models import KioskSettings, Place, Region
from collector.scores.models import Response
from survey.settings.keys import check
from survey.settings.stands import Stand
from tests.collector.conftest import Arrive
from tests.collector.fake_kiosk import FakeKiosk, skm

pytestmark = pytest.mark.django_db


@pytest.fixture
def market(kiosk: FakeKiosk) -> Place:
    del kiosk  # its region is there
    region = Region.objects.filter(units__isnull=False).first()
    assert region is not None
    return tree.add_place(code="pasar", name="Pasar Kemis", region=region)


def offer(kiosk: FakeKiosk, codes: str) -> None:
    call_command("kiosk", "settings", kiosk.name, "--set", f"places={codes}")


def where() -> list[tuple[str, int]]:
    rows = Response.objects.order_by("pk").values_list("series__place__code", "series__unit_id")
    return [(str(place), int(unit)) for place, unit in rows]


def test_the_codes_of_places_become_settings_with_their_names(kiosk: FakeKiosk, market: Place) -> None:
    offer(kiosk, '["pasar"]')
    content = KioskSettings.objects.order_by("-version")[0].content
    assert check(content).places == (Stand(market.code, market.name),)


@pytest.mark.parametrize("codes", ['["nirgendwo"]', '[{"code":"pasar","name":"Pasar"}]', '"pasar"'])
def test_a_place_that_nobody_knows_is_not_signed(kiosk: FakeKiosk, market: Place, codes: str) -> None:
    del market
    before = KioskSettings.objects.count()
    with pytest.raises(CommandError):
        offer(kiosk, codes)
    assert KioskSettings.objects.count() == before


def test_answers_are_counted_at_the_place_they_carry_and_for_the_same_unit(
    kiosk: FakeKiosk, market: Place, arrive: Arrive
) -> None:
    offer(kiosk, f'["{market.code}"]')
    kiosk.record("boot", {"software": "1"})
    kiosk.record("response", skm(3, visit=1))
    kiosk.record("response", skm(4, visit=2, place="pasar"))
    kiosk.record("response", skm(4, visit=3, place="bukan-di-sini"))
    arrive(kiosk.batch(1, kiosk.last))
    (own, unit), *others = where()
    assert others == [("pasar", unit), (own, unit)]
    offer(kiosk, "[]")  # what was said before stays said
    rebuild(tell=lambda _said: None)
    assert where() == [(own, unit), ("pasar", unit), (own, unit)]


def test_a_kiosk_that_was_offered_no_places_cannot_claim_one(
    kiosk: FakeKiosk, market: Place, arrive: Arrive
) -> None:
    kiosk.record("boot", {"software": "1"})
    kiosk.record("response", skm(4, visit=1, place=market.code))
    arrive(kiosk.batch(1, kiosk.last))
    assert [place for place, _ in where()] != [market.code]
