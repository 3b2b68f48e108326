"""A mall at the desk: who runs it, and that an agency sees and decides its own alone."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client

from collector.accounts import roles
from collector.desk import told
from collector.fleet.models import Agency, Kiosk, KioskSettings, KioskState, Region, Tenant
from collector.headers import PAGE
from collector.releases import pooling
from collector.releases.models import PoolingConsent, Release
from survey.wire.health import KioskHealth, UplinkHealth
from tests.collector.accounts_of import person
from tests.collector.conftest import OwnClock
from tests.collector.desk.test_desk import administrator, browser, seen
from tests.collector.desk.test_desk_in_english import CHROME
from tests.collector.releases.test_english import heard
from tests.collector.releases.test_pooling import Mall
from tests.collector.releases.test_publishing import visit
from tests.collector.scores.village import add_unit

pytestmark = pytest.mark.django_db

ROOT = "/meja/mal/mpp/"
SAID = {"izin-since": "2026-10-01", "izin-given_by": "Bu Sri", "izin-document": "PKS 1"}


@pytest.fixture
def mall(own_clock: OwnClock) -> Mall:
    cache.clear()
    return Mall(own_clock)


def runner() -> Client:
    return browser(person("wati", roles.EVALUATOR, region=Region.objects.get(pk="18.01")))


def of_agency(code: str) -> Client:
    return browser(person(f"penilai-{code}", roles.EVALUATOR, agency=Agency.objects.get(code=code)))


def test_who_evaluates_the_region_runs_it_and_strangers_find_nothing(mall: Mall) -> None:
    elsewhere = add_unit("medan", region="12.71", agency="medan")
    strangers = [
        browser(person("joko", roles.UNIT_OFFICER, elsewhere)),
        browser(person("tuti", roles.EVALUATOR, region=elsewhere.region)),
        browser(person("periksa", roles.AUDITOR)),
    ]
    for client in strangers:
        assert client.get(ROOT).status_code == 404
        assert client.get("/meja/mal/").status_code == 404
        assert client.post(f"{ROOT}izin/", SAID | {"izin-agency": "bpjs"}).status_code == 404
    assert Client().get(ROOT).status_code == 302
    for client in (runner(), browser(administrator())):
        answer = client.get(ROOT)
        assert (answer.status_code, answer["Content-Security-Policy"]) == (200, PAGE)
        assert "Mal Pelayanan" in seen(client, "/meja/mal/")


def test_an_agency_sees_and_decides_its_own_alone(mall: Mall) -> None:
    other = mall.agree("samsat")[0]
    client = of_agency("bpjs")
    page = seen(client, ROOT)
    assert "Instansi bpjs" in page
    assert "Bu Sri, kepala dinas" not in page, "what another agency agreed to"
    assert "Anda hanya melihat milik instansi Anda sendiri." in page
    assert client.post(f"{ROOT}izin/", SAID | {"izin-agency": "bpjs"}).status_code == 302
    assert client.post(f"{ROOT}izin/", SAID | {"izin-agency": "pajak"}).status_code == 400
    assert client.post(f"{ROOT}izin/{other.pk}/tarik/", {"why": "x"}).status_code == 404
    for name in ("gerai/", "gerai/gerai-samsat/akhiri/", "terbit/"):
        assert client.post(f"{ROOT}{name}", {"gerai-unit": "gerai-bpjs", "why": "x"}).status_code == 403
    own = PoolingConsent.objects.get(agency__code="bpjs")
    assert (own.recorded_by, own.given_by) == ("penilai-bpjs", "Bu Sri")
    assert client.post(f"{ROOT}izin/{own.pk}/tarik/", {"why": " "}).status_code == 302
    own.refresh_from_db()
    assert own.withdrawn_at is None, "not without a reason"
    client.post(f"{ROOT}izin/{own.pk}/tarik/", {"why": "rapat pimpinan"})
    assert "rapat pimpinan" in seen(client, ROOT)


def test_an_officer_of_a_counter_reads_and_decides_nothing(mall: Mall) -> None:
    mall.agree("bpjs", "samsat")
    client = browser(person("budi", roles.UNIT_OFFICER, mall.posts["bpjs"].unit))
    page = client.get(ROOT).content.decode()
    assert "<form" not in page.partition("<main")[2]
    assert page.count("Bu Sri, kepala dinas") == 1
    assert client.post(f"{ROOT}izin/", SAID | {"izin-agency": "bpjs"}).status_code == 403
    assert ROOT in client.get("/meja/unit/gerai-bpjs/layanan/").content.decode()


def test_who_runs_it_brings_in_units_within_reach_and_publishes(mall: Mall, own_clock: OwnClock) -> None:
    client = runner()
    add_unit("gerai-pos", region="18.01", agency="pos")
    add_unit("medan", region="12.71", agency="medan")
    assert client.post(f"{ROOT}gerai/", {"gerai-unit": "medan"}).status_code == 400
    assert client.post(f"{ROOT}gerai/", {"gerai-unit": "gerai-pos"}).status_code == 302
    assert client.post(f"{ROOT}gerai/gerai-pos/akhiri/", {"why": "kontrak habis"}).status_code == 302
    assert Tenant.objects.get(unit__code="gerai-pos").until is not None
    for code in ("dukcapil", "samsat"):
        assert client.post(f"{ROOT}izin/", SAID | {"izin-agency": code}).status_code == 302
        visit(mall.posts[code], 8)
    mall.over()
    client = browser(User.objects.get(username="wati"))
    assert client.post(f"{ROOT}terbit/", {"terbit-period": "2026-TW4"}).status_code == 302
    out = Release.objects.get(subject="place")
    assert out.n == 16
    assert client.post(f"{ROOT}terbit/", {"terbit-period": "2026-TW4"}).status_code == 400
    assert client.post(f"{ROOT}terbit/", {"terbit-period": "1999"}).status_code == 400
    assert out.address in client.get(ROOT).content.decode()


def test_the_pages_in_english_are_english(mall: Mall) -> None:
    consents = mall.agree("bpjs", "samsat")
    pooling.withdraw(consents[1], who="tini", why="rapat")
    mall.over()
    mall.published()
    client = runner()
    for path in (ROOT, "/meja/mal/", "/place/mpp/"):
        pages = [client.get(f"{language}{path}").content.decode() for language in ("", "/en")]
        assert CHROME.search(heard(pages[0].replace('<html lang="id">', "<html>")))
        assert CHROME.findall(heard(pages[1])) == [], path


def test_who_evaluates_the_region_hears_of_the_buildings_number_by_mail(mall: Mall) -> None:
    elsewhere = add_unit("medan", region="12.71", agency="medan")
    people = [
        person("wati", roles.EVALUATOR, region=Region.objects.get(pk="18.01")),
        person("tuti", roles.EVALUATOR, region=elsewhere.region),
        person("bpjs", roles.EVALUATOR, agency=Agency.objects.get(code="bpjs")),
    ]
    mall.agree("bpjs", "samsat")
    for code in ("bpjs", "samsat"):
        visit(mall.posts[code], 6)
    before = mall.clock.moment
    mall.over()
    out, _ = mall.published()
    after = mall.clock.moment + timedelta(1)
    heard_of = [told.news_of(user, since=before, until=after).told for user in people]
    assert [out.pk in [one.release.pk for one in each] for each in heard_of] == [True, False, False]


def test_how_many_wait_is_told_by_counter_to_those_who_run_it_and_its_own_to_an_agency(mall: Mall) -> None:
    counters = [
        {"name": "Samsat", "floor": "1", "number": "4", "unit": "gerai-samsat"},
        {"name": "BPJS", "floor": "1", "number": "5", "unit": "gerai-bpjs"},
        {"name": "Dukcapil", "floor": "1", "number": "3"},
    ]
    kiosk = mall.posts["dukcapil"].kiosk
    Kiosk.objects.filter(pk=kiosk.pk).update(in_use=True, stands=mall.posts["dukcapil"].unit)
    KioskSettings.objects.create(kiosk=kiosk, version=1, content={"counters": counters}, message=b"")
    health = UplinkHealth(kiosk=KioskHealth(waiting=(("4", 3), ("5", 0), ("3", 1), ("9", 4))))
    now = mall.clock.moment
    KioskState.objects.create(
        kiosk=kiosk, online=True, changed_at=now, heard_at=now, health=health.to_fields()
    )
    client = runner()
    page = seen(client, ROOT)
    for words in ("4 · Samsat 10–19 orang", "5 · BPJS tidak ada", "3 · Dukcapil 1–4 orang"):
        assert words in page
    assert "20 orang" not in page, "a counter that the settings do not know"
    own = seen(of_agency("bpjs"), ROOT)
    assert "BPJS tidak ada" in own
    assert "10–19" not in own
    assert "Dukcapil 1–4" not in own
    mall.clock.moment = now + timedelta(minutes=21)
    assert "Tidak ada kabar dari sistem antrean" in seen(client, ROOT)
