"""The public pages: they show what the API says, nothing of small groups, and load nothing from elsewhere."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from django.test import Client

from collector.scores.show.pages import CONTENT_SECURITY_POLICY
from collector.scores.tallies.projection import project
from tests.collector.clocks import stopped
from tests.collector.conftest import OwnClock
from tests.collector.scores.village import MONDAY, Post, add_unit, answers, at

pytestmark = pytest.mark.django_db


NOW = datetime.fromtimestamp(at(MONDAY + timedelta(days=3), "17:00") / 1000, tz=UTC)
"""The evening of the fourth day: what a page opens with depends on the day it is asked for."""


@pytest.fixture(autouse=True)
def _thursday(own_clock: OwnClock) -> None:
    own_clock.moment = NOW


def fill(post: Post, *, days: int = 3, a_day: int = 4, ago: int = 0) -> None:
    records = []
    for day in range(days):
        local = MONDAY - timedelta(days=ago) + timedelta(days=day)
        for number in range(a_day):
            values = [3, 3, 2, 4, 3, 3, 4, 2, 3]
            values[number % 9] = 4
            records.append(post.response(answers(*values), at(local, "08:30", seconds=1800 * number)))
            records.append(post.pulse(4, at(local, "08:29", seconds=1800 * number)))
        records += [post.alive(at(local, "08:00", seconds=900 * number)) for number in range(20)]
    with transaction.atomic():
        assert project(records) == []


def text_of(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_home_lists_units_with_index_category_and_count(client: Client) -> None:
    fill(Post(add_unit("sukamaju", region="18.01.05.2003", name="Balai Desa Sukamaju")))
    add_unit("sepi", region="18.01.05.2004", name="Balai Desa Sepi")
    page = text_of(client.get("/").content.decode())
    assert "Triwulan IV Tahun 2026" in page
    assert "Balai Desa Sukamaju" in page
    assert "77,78 B Baik" in page
    assert "belum ada responden pada periode ini" in page


def test_home_finds_a_unit_by_name_code_or_region(client: Client) -> None:
    add_unit("a-1", region="18.01.05.2003", name="Balai Satu")
    add_unit("b-2", region="18.02.05.2003", name="Balai Dua")
    for words in ("satu", "a-1", "18.01"):
        page = client.get("/", {"q": words}).content.decode()
        assert "Balai Satu" in page
        assert "Balai Dua" not in page
    assert "Tidak ada unit yang cocok" in client.get("/", {"q": "\x00<script>"}).content.decode()


def test_a_unit_of_three_respondents_shows_no_number_anywhere(client: Client) -> None:
    fill(Post(add_unit("kecil", region="18.01.05.2003")), days=1, a_day=3)
    for address in ("/", "/unit/kecil/", "/region/18.01/", "/region/18/"):
        page = text_of(client.get(address).content.decode())
        assert "77," not in page
        assert (
            "Respon" not in page.replace("Responden", "")
            or "3" not in page.split("Responden lengkap")[-1][:5]
        )
    assert "Kurang dari 5 responden" in client.get("/unit/kecil/").content.decode()


def test_unit_page_shows_index_elements_trend_endings_and_service_minutes(client: Client) -> None:
    post = Post(add_unit("sukamaju", region="18.01.05.2003", agency="desa"))
    fill(post)
    fill(post, ago=91)
    page = text_of(client.get("/unit/sukamaju/").content.decode())
    assert "77,78" in page
    assert "Sistem, Mekanisme, dan Prosedur" in page
    assert "Penanganan Pengaduan, Saran dan Masukan" in page
    assert "prioritas" not in page, "the mark is drawn by the style sheet"
    assert "Prioritas tindak lanjut: 1. Penanganan Pengaduan" in page
    assert "TW3" in page
    assert "Dibanding Triwulan III Tahun 2026: tidak dapat dipastikan naik atau turun (0,00;" in page
    assert "PermenPAN-RB 14/2017" in page
    assert "100,00 % puas" in page
    assert "Menit layanan kios k1" in page
    assert "12.45–16.00" in page
    assert "Kecukupan sampel Belum dapat dinilai" in page
    assert "Instansi desa" in page


def test_region_page_pools_its_units_and_leads_to_its_parts(client: Client) -> None:
    fill(Post(add_unit("sukamaju", region="18.01.05.2003")))
    fill(Post(add_unit("mekarsari", region="18.01.06.2001"), name="k2", stream=2))
    page = client.get("/region/18.01/").content.decode()
    assert 'href="/region/18.01.05/?period=2026-TW4"' in page
    assert "2 unit layanan" in page
    assert text_of(page).count("77,78") == 4, "the headline, what the sheet adds up to, and two districts"
    assert 'href="/unit/sukamaju/?period=2026-TW4"' in client.get("/region/18.01.05/").content.decode()


@pytest.mark.parametrize("address", ["/", "/unit/sukamaju/", "/region/18/"])
def test_pages_run_nothing_and_load_nothing_from_elsewhere(client: Client, address: str) -> None:
    fill(Post(add_unit("sukamaju", region="18.01.05.2003")))
    response = client.get(address)
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert "script" not in response["Content-Security-Policy"]
    page = response.content.decode()
    assert "<script" not in page
    assert "style=" not in page
    assert not re.search(r'(?:src|href)="(?:https?:)?//', page)
    assert 'lang="id"' in page


@pytest.mark.parametrize(
    "address",
    [
        "/unit/nowhere/",
        "/unit/%00/",
        "/region/99/",
        "/region/18.1/",
        "/region/abc/",
        "/?period=2026-TW9",
        "/unit/sukamaju/?period=x",
        "/unit/sukamaju/?period=0001",
        "/?period=9999-TW4",
    ],
)
def test_what_does_not_exist_is_not_found(client: Client, address: str) -> None:
    add_unit("sukamaju", region="18.01.05.2003")
    answer = client.get(address)
    assert (answer.status_code, answer["Content-Security-Policy"]) == (404, CONTENT_SECURITY_POLICY)


@pytest.mark.parametrize("units", [1, 3])
def test_the_home_page_asks_as_often_for_three_units_as_for_one(
    client: Client, units: int, django_assert_num_queries: object
) -> None:
    for number in range(units):
        fill(
            Post(
                add_unit(f"u{number}", region=f"18.01.05.200{number + 1}"),
                name=f"k{number}",
                stream=number + 1,
            )
        )
    with django_assert_num_queries(15):
        assert client.get("/").status_code == 200


def test_a_unit_without_any_response_has_a_page(client: Client) -> None:
    add_unit("baru", region="18.01.05.2003")
    assert "Belum ada responden lengkap" in client.get("/unit/baru/").content.decode()
    assert "Belum ada responden" in client.get("/region/18.01/").content.decode()


@pytest.mark.parametrize(
    "zone, moment, period",
    [
        ("Asia/Jakarta", datetime(2026, 12, 31, 16, 59, tzinfo=UTC), "Triwulan IV Tahun 2026"),
        ("Asia/Jakarta", datetime(2026, 12, 31, 17, 0, tzinfo=UTC), "Triwulan I Tahun 2027"),
        ("Asia/Jayapura", datetime(2026, 12, 31, 15, 30, tzinfo=UTC), "Triwulan I Tahun 2027"),
    ],
)
def test_a_page_opens_with_the_quarter_of_the_units_own_day(
    client: Client, zone: str, moment: datetime, period: str
) -> None:
    add_unit("baru", region="18.01.05.2003", zone=zone)
    with stopped(moment):
        assert f'<p class="lead">{period}' in client.get("/unit/baru/").content.decode()


def test_a_new_quarter_is_offered_from_the_first_local_minute_on(client: Client, own_clock: OwnClock) -> None:
    own_clock.moment = datetime(2026, 12, 31, 16, 59, tzinfo=UTC)
    assert "Triwulan I Tahun 2027" not in client.get("/").content.decode()
    own_clock.moment = datetime(2026, 12, 31, 17, 0, tzinfo=UTC)
    assert "Triwulan I Tahun 2027" in client.get("/").content.decode()


def test_minutes_that_have_not_come_yet_are_not_missed(client: Client, own_clock: OwnClock) -> None:
    fill(Post(add_unit("sukamaju", region="18.01.05.2003")), days=1)
    own_clock.moment = datetime(2026, 11, 2, 6, 0, tzinfo=UTC)
    page = text_of(client.get("/unit/sukamaju/").content.decode())
    assert "12.45–13.00" in page
