"""What is wrong now, as the desk shows it: to whom, many as one, and taken on by name."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from collector.accounts import roles
from collector.alerts import changing
from collector.alerts.models import Alert, Message, Receiver
from collector.fleet.models import Region, Unit
from collector.people.models import TrailEntry
from tests.collector.accounts_of import person
from tests.collector.alerts.test_alerts import NOON, town, wish
from tests.collector.conftest import OwnClock
from tests.collector.desk.test_desk import administrator, browser, seen

pytestmark = pytest.mark.django_db
PAGE, TAKE = "/meja/peringatan/", "/meja/peringatan/tangani/"
TOLD, TRY = "/meja/peringatan/penerima/", "/meja/peringatan/penerima/coba/"
HERE, THERE = "18.01.05.2003", "12.71.01.1001"


@pytest.fixture(autouse=True)
def _noon(own_clock: OwnClock) -> None:
    own_clock.moment = NOON


@pytest.fixture
def two() -> None:
    """A kiosk here and one there are silent, among many that are well."""
    for code in (HERE, THERE):
        town(code, 1, heard=NOON - timedelta(minutes=181))
        town(code, 9, heard=NOON)
    changing.turn(NOON)


def officer() -> Client:
    return browser(person("budi", roles.UNIT_OFFICER, Unit.objects.get(region=HERE)))


def test_an_officer_sees_what_is_wrong_at_the_own_unit_alone(two: None) -> None:
    said = seen(officer(), PAGE)
    assert "Apa yang salah sekarang: 1 hal" in said
    assert "k-0000" in said
    assert "k-0010" not in said
    elsewhere = browser(person("tuti", roles.EVALUATOR, region=Region.objects.get(pk=THERE)))
    assert "k-0010" in seen(elsewhere, PAGE)
    assert "2 hal" in seen(browser(administrator()), PAGE)


@pytest.mark.parametrize("path", [PAGE, TOLD])
def test_whoever_has_no_office_sees_nothing(path: str) -> None:
    assert Client().get(path).status_code == 302
    seen(browser(person("sari", roles.VIEWER)), path, 403)
    seen(browser(person("adi", roles.AUDITOR)), path, 403)


def test_whoever_takes_an_alert_on_is_named_and_only_the_first(two: None) -> None:
    number = Alert.objects.get(kiosk__name="k-0000").pk
    budi, rina = officer(), browser(administrator())
    assert budi.get(TAKE).status_code == 405
    assert "Anda yang menangani" in seen_after(budi, alert=number)
    assert "budi" in seen(budi, PAGE)
    assert "tidak menunggu lagi" in seen_after(rina, alert=number)
    assert Alert.objects.get(pk=number).acknowledged_by == "budi"
    entry = TrailEntry.objects.get(action="alert acknowledged")
    assert (entry.who, entry.subject) == ("budi", f"alert {number}")


def seen_after(client: Client, **given: object) -> str:
    assert client.post(TAKE, given).status_code == 302
    return seen(client, PAGE)


def test_nobody_takes_on_what_is_out_of_reach_or_no_number(two: None) -> None:
    far, budi = Alert.objects.get(kiosk__name="k-0010").pk, officer()
    for given in ({"alert": far}, {"alert": "x"}, {"alert": "9" * 40}, {"cause": "1"}, {"alert": "²"}, {}):
        assert "tidak menunggu lagi" in seen_after(budi, **given), given
    assert not Alert.objects.exclude(acknowledged_at=None).exists()


def test_many_of_one_cause_are_one_and_an_officer_takes_on_only_the_own() -> None:
    town(HERE, 6, heard=NOON - timedelta(minutes=95))
    town("18.01.06.2001", 6, heard=NOON - timedelta(minutes=95))
    town(THERE, 60, heard=NOON)
    changing.turn(NOON)
    Region.objects.create(code="18.01", name="Lampung Selatan")
    rina, budi = browser(administrator()), officer()
    said = seen(rina, PAGE)
    assert "Lampung Selatan" in said
    assert "12 kios diam sekaligus" in said
    assert "k-0000" not in said, "no kiosk is listed by itself"
    assert "6 kios diam sekaligus" in seen(budi, PAGE)
    cause = Alert.objects.values_list("cause", flat=True).distinct().get()
    assert "Semuanya sudah ada yang menangani" in seen_after(budi, cause=cause)
    assert set(
        Alert.objects.exclude(acknowledged_at=None).values_list("kiosk__stands__region", flat=True)
    ) == {HERE}
    assert "Saya tangani semuanya" in seen(rina, PAGE)


def test_a_page_that_nobody_keeps_up_does_not_say_that_all_is_well(own_clock: OwnClock) -> None:
    rina = browser(administrator())
    assert "Belum ada yang memantau" in seen(rina, PAGE)
    town(HERE, 1, heard=NOON)
    changing.turn(NOON)
    assert "Sekarang tidak ada yang salah" in seen(rina, PAGE)
    own_clock.moment = NOON + timedelta(minutes=4)
    said = seen(rina, PAGE)
    assert "tidak ada yang memantau" in said
    assert "tidak ada yang salah" not in said


def test_the_page_asks_as_often_for_many_as_for_few(two: None) -> None:
    rina = browser(administrator())
    seen(rina, PAGE)

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            seen(rina, PAGE)
        return len(queries)

    few = asked()
    for place in range(30):
        town(f"18.{10 + place}.05.2003", 1, heard=NOON - timedelta(minutes=181))
        town(f"18.{10 + place}.05.2003", 6, heard=NOON)
    changing.turn(NOON)
    assert Alert.objects.filter(ended_at=None).count() > 30
    assert asked() == few


def test_an_administrator_sees_who_is_told_and_tries_each() -> None:
    rina = browser(administrator())
    assert "Belum ada yang dikabari" in seen(rina, TOLD)
    wish("dinas", "mail", "dinas@example.org", kinds=("diam",), region="18.01")
    Receiver.objects.update(last_error="no route")
    said = seen(rina, TOLD)
    for word in ("dinas", "wilayah 18.01", ": diam", "no route", "belum ada yang sampai"):
        assert word in said, word
    assert rina.post(TRY, {"name": "dinas"}).status_code == 302
    assert Message.objects.get().body["text"] == "Ini pesan percobaan."
    assert "1 menunggu" in seen(rina, TOLD)
    rina.post(TRY, {"name": "nobody"})
    assert "idak ada penerima" in seen(rina, TOLD)
    budi = browser(person("budi", roles.EVALUATOR))
    assert budi.post(TRY, {"name": "dinas"}).status_code == 403
    assert Message.objects.count() == 1
