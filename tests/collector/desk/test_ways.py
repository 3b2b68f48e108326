"""Whoever has never seen the desk finds the next step: what the trial of docs/trial.md mended."""

import re
from datetime import UTC, date, datetime

import pytest
from django.core.cache import cache
from django.test import Client

from collector.accounts import roles
from collector.accounts.models import Office
from collector.releases import endings, publishing
from collector.releases.states import State
from collector.scores import users
from survey.index.periods import parse
from tests.collector.accounts_of import person
from tests.collector.conftest import OwnClock
from tests.collector.desk.test_desk import (
    PASSWORD,
    PERIOD,
    act,
    browser,
    found_link,
    post,
    seen,
    state,
)
from tests.collector.scores.village import Post

pytestmark = pytest.mark.django_db
__all__ = ["post"]
UNIT = "/meja/unit/sukamaju"
ROOMS = ("rilis", "tindak-lanjut", "standar", "kunjungan", "layanan", "forum", "pekppp", "keadaan")


@pytest.fixture(autouse=True)
def _january(own_clock: OwnClock) -> None:
    own_clock.moment = datetime(2027, 1, 5, 3, tzinfo=UTC)
    cache.clear()


@pytest.fixture
def officer(post: Post) -> Client:
    return browser(person("budi", roles.UNIT_OFFICER, post.unit))


@pytest.fixture
def evaluator(post: Post) -> Client:
    return browser(person("wati", roles.EVALUATOR, region=post.unit.region))


def told(client: Client, name: str, why: str = "") -> str:
    """Do something with the quarter, and give what the page says of it."""
    act(client, name, why)
    return seen(client, f"{UNIT}/{PERIOD}/")


def buttons(client: Client) -> list[str]:
    page = client.get(f"{UNIT}/{PERIOD}/").content.decode()
    return re.findall(r'<button class="button([^"]*)" type="submit">([^<]+)<', page)


def test_each_step_says_before_and_after_what_becomes_of_it(officer: Client, evaluator: Client) -> None:
    assert "Penilai memeriksa, lalu menerbitkan atau mengembalikannya" in seen(officer, f"{UNIT}/{PERIOD}/")
    assert "Triwulan IV Tahun 2026 diajukan. Sekarang giliran penilai" in told(officer, "submit")
    back = told(evaluator, "return", "dua kios belum mengirim")
    assert "Triwulan IV Tahun 2026 dikembalikan." in back
    assert "Menunggu petugas unit, yang memperbaiki dan mengajukan lagi" in back
    page = seen(officer, f"{UNIT}/{PERIOD}/")
    assert "Dikembalikan 5 Januari 2027 oleh wati: dua kios belum mengirim" in page
    assert "lalu ajukan lagi" in page
    assert buttons(evaluator) == [(" quiet", "Terbitkan")], "it is the unit's turn"
    told(officer, "submit")
    assert "Triwulan IV Tahun 2026 terbit. Sekarang siapa saja dapat membacanya." in told(
        evaluator, "publish"
    )
    assert "Triwulan IV Tahun 2026 ditarik." in told(evaluator, "withdraw", "salah unit")
    assert "Ditarik 5 Januari 2027 oleh wati: salah unit" in seen(officer, f"{UNIT}/{PERIOD}/")


def test_the_first_button_is_what_is_most_likely_wanted(officer: Client, evaluator: Client) -> None:
    assert buttons(officer) == [("", "Ajukan")]
    assert buttons(evaluator) == [("", "Terbitkan")], "nobody hands in to oneself"
    act(officer, "submit")
    assert buttons(officer) == []
    assert buttons(evaluator) == [("", "Terbitkan"), (" quiet", "Kembalikan")]
    act(evaluator, "publish")
    assert buttons(evaluator) == [(" quiet", "Koreksi"), (" quiet", "Tarik")], "what harms is never the first"
    page = evaluator.get(f"{UNIT}/{PERIOD}/").content.decode()
    assert (
        page.index("Poster, laporan, dan berkas lain")
        < page.index("Halaman untuk warga</a>\n  <a")
        < page.index("Koreksi")
    )


def test_an_evaluator_who_is_the_unit_s_officer_too_may_hand_in(post: Post) -> None:
    both = person("tono", roles.EVALUATOR)
    Office.objects.create(
        user=both, role=roles.UNIT_OFFICER, unit=post.unit, given_by="test", since=datetime(2027, 1, 1, tzinfo=UTC)
    )  # fmt: skip
    assert buttons(browser(both)) == [("", "Ajukan"), (" quiet", "Terbitkan")]


@pytest.mark.parametrize("room", ROOMS)
def test_each_room_of_a_unit_leads_to_all_of_its_rooms(officer: Client, room: str) -> None:
    page = officer.get(f"{UNIT}/{room}/").content.decode()
    (rooms,) = re.findall(r'<nav class="unit-rooms".*?</nav>', page, re.DOTALL)
    paths = [f"{UNIT}/{one}/" for one in ROOMS if one != room]
    assert re.findall(r'href="([^"]+)"', rooms) == [*paths, "/unit/sukamaju/"]
    assert rooms.count('aria-current="page"') == 1


def test_all_rooms_of_a_unit_are_reached_from_the_desk_and_from_a_period(officer: Client) -> None:
    for path in ("/meja/", f"{UNIT}/{PERIOD}/"):
        page = officer.get(path).content.decode()
        for room in ROOMS:
            assert f'href="{UNIT}/{room}/"' in page, (path, room)


def test_a_unit_s_periods_stand_in_one_list_with_what_is_out(post: Post, officer: Client) -> None:
    publishing.publish(post.unit, parse(PERIOD), who="wati")
    text = seen(officer, f"{UNIT}/rilis/")
    assert "Triwulan IV Tahun 2026 terbit 75,00" in text
    assert "Triwulan III Tahun 2026 belum diajukan – 30 Oktober 2026 lewat" in text
    assert "2025" not in text, "nobody is late with what was before the first release"
    publishing.propose(post.unit, parse("2025-TW1"), who="budi")
    assert "Triwulan I Tahun 2025 terbuka" in seen(officer, f"{UNIT}/rilis/"), "two years back"
    seen(browser(person("tamu")), f"{UNIT}/rilis/", 404)


def test_an_evaluator_is_led_to_whatever_was_handed_in_not_to_one_period(
    post: Post, evaluator: Client
) -> None:
    for period, form in ((PERIOD, "skm-2017"), ("2026-11", "skm-2017"), (PERIOD, "spkp")):
        publishing.submit(
            publishing.propose(post.unit, parse(period), who="budi", instrument=form), who="budi"
        )
    page = evaluator.get("/meja/").content.decode()
    assert "2 rilis menunggu Anda" in page
    assert re.findall(rf'href="({UNIT}/2026-[^"]+)">Periksa', page) == [
        f"{UNIT}/2026-11/",
        f"{UNIT}/{PERIOD}/",
    ]
    assert "1 rilis kuesioner lain diajukan" in page


def test_periods_are_chosen_and_not_typed(evaluator: Client) -> None:
    page = evaluator.get("/meja/rilis/?period=2024-TW1").content.decode()
    assert '<option value="2024-TW1" selected>Triwulan I Tahun 2024</option>' in page
    assert '<option value="2026-11">November 2026</option>' in page
    assert page.count("<option") == 27


def test_an_office_that_goes_over_says_so_to_both(officer: Client) -> None:
    office = Office.objects.get(user__username="budi")
    given = officer.post(f"/meja/akun/jabatan/{office.pk}/serahkan/", {"name": "Sari"}).content.decode()
    assert "Sampai Sari menerimanya, jabatan petugas unit, Balai Desa Sukamaju, tetap pada budi" in " ".join(
        given.split()
    )
    link, successor = found_link(given), Client()
    assert "Dengan ini budi menyerahkan jabatan itu" in seen(successor, link), (
        "an account without a full name too"
    )
    successor.post(link, {"account": "sari", "name": "Sari", "password": PASSWORD, "again": PASSWORD})
    took = "Anda sekarang petugas unit, Balai Desa Sukamaju. Jabatan budi di situ berakhir."
    assert took in seen(successor, "/meja/")
    before = seen(officer, "/meja/")
    assert "Jabatan Anda sebagai petugas unit, Balai Desa Sukamaju, berakhir 5 Januari 2027" in before
    assert "belum memegang jabatan" not in before
    assert "belum memegang jabatan" in seen(browser(person("tamu")), "/meja/")


def test_the_folder_is_asked_for_before_its_indicators_are_read(officer: Client) -> None:
    page = officer.get(f"{UNIT}/pekppp/2026/").content.decode()
    assert page.index("Buat folder PEKPPP 2026") < page.index("Indikator")


def test_a_release_is_left_by_its_papers_both_ways(post: Post, officer: Client) -> None:
    release = publishing.publish(post.unit, parse(PERIOD), who="wati")
    page = officer.get(f"/meja/rilis/{release.address}/berkas/").content.decode()
    assert f'href="{UNIT}/{PERIOD}/"' in page
    assert state() == State.PUBLISHED


def test_a_period_says_that_its_users_are_not_stated_and_leads_there(post: Post, officer: Client) -> None:
    way = f'href="{UNIT}/layanan/#pengguna"'
    assert way in officer.get(f"{UNIT}/{PERIOD}/").content.decode()
    assert 'id="pengguna"' in officer.get(f"{UNIT}/layanan/").content.decode()
    users.state(post.unit, parse(PERIOD), 640, who="budi")
    assert way not in officer.get(f"{UNIT}/{PERIOD}/").content.decode()


def test_a_period_of_a_unit_that_has_ended_says_so(post: Post, officer: Client) -> None:
    assert "Unit ini" not in seen(officer, f"{UNIT}/{PERIOD}/")
    endings.retire(post.unit, on=date(2027, 1, 5), why="digabung", who="wati")
    assert "Unit ini berakhir pada 5 Januari 2027: digabung" in seen(officer, f"{UNIT}/{PERIOD}/")
