"""What is wrong now, as the desk shows it: to whom, many as one, and taken on by name."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from collector.accounts import roles
from collector.alerts import changing
from collector.alerts.models import Alert, Judged, Message, Receiver
from collector.alerts.morning import rounds
from collector.fleet.models import Assignment, Kiosk, Place, Region, Unit
from collector.people.models import TrailEntry
from tests.collector.accounts_of import person
from tests.collector.alerts.test_alerts import NOON, town, wish
from tests.collector.complaints.tickets import a_ticket
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


def test_of_many_that_are_no_kiosks_some_are_shown_and_the_others_counted() -> None:
    town(HERE, 1, heard=NOON)
    changing.turn(NOON)
    codes = [f"18.{one}" for one in range(10, 55)]
    Alert.objects.bulk_create(
        Alert(kind="rilis", subject=f"regency:{one}", level=2, number=3, since=NOON, opened_at=NOON)
        for one in codes
    )
    said = seen(browser(administrator()), PAGE)
    assert "45 hal" in said
    assert said.count("3 unit terlambat") == 40
    assert "dan 5 lagi" in said
    assert "Kabupaten/kota 18.10" in said


def test_what_is_no_kiosk_s_is_seen_by_whoever_answers_for_it(own_clock: OwnClock) -> None:
    town(HERE, 1, heard=NOON)
    town(THERE, 1, heard=NOON)
    changing.turn(NOON)
    unit, other = Unit.objects.get(region=HERE), Unit.objects.get(region=THERE)
    place = Place.objects.create(code="balai", name="Balai", region=unit.region)
    for kiosk in Kiosk.objects.select_related("stands"):
        assert kiosk.stands is not None
        Assignment.objects.create(
            kiosk=kiosk, unit=kiosk.stands, place=place, since=NOON - timedelta(days=400)
        )
    Judged.objects.create(unit=unit, through=NOON.date(), is_above=True)
    Alert.objects.create(kind="saksi", subject="centre", level=2, since=NOON, opened_at=NOON)
    for at, officer_too in ((unit, True), (other, False)):
        ticket = a_ticket(at, day=NOON.date() - timedelta(days=5), about_officer=not officer_too)
        assert ticket.guarded != officer_too
    rounds.turn(NOON)
    words = ("Lampung Selatan", "1 unit terlambat menyerahkan", "bagian jawaban terburuk", "saksi")
    Region.objects.create(code="18.01", name="Lampung Selatan")
    Region.objects.create(code="12.71", name="Medan")

    def saw(user: User) -> tuple[str, int]:
        said = seen(browser(user), PAGE)
        return "".join("x" if one in said else "-" for one in words), said.count("pengaduan baru")

    assert saw(administrator()) == ("xxxx", 2)
    evaluator = person("sri", roles.EVALUATOR, region=Region.objects.get(pk="18.01"))
    assert saw(evaluator) == ("xxx-", 1)
    assert saw(person("budi", roles.UNIT_OFFICER, unit)) == ("----", 1)
    medan = person("tuti", roles.UNIT_OFFICER, other)
    assert saw(medan) == ("----", 0), "what is kept from the desk is not even counted there"
    answers = Alert.objects.get(kind="jawaban").pk
    assert "tidak menunggu lagi" in seen_after(browser(medan), alert=answers)
    assert "Anda yang menangani" in seen_after(browser(evaluator), alert=answers)
