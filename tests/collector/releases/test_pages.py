"""The doors for everybody: they show what was published, nothing live but a band, and load nothing from elsewhere."""

import csv
import io
import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import transaction
from django.test import Client

from collector.headers import PAGE
from collector.releases import larger, publishing
from collector.releases.content import frozen, opened
from collector.releases.models import Release
from collector.scores.tallies.projection import project
from survey.index.periods import parse
from survey.record.complaint import CONTACT_KEPT_DAYS
from tests.collector.conftest import OwnClock
from tests.collector.scores.village import Post, add_unit, answers, at

pytestmark = pytest.mark.django_db

QUARTER = parse("2026-TW4")


@pytest.fixture(autouse=True)
def _january(own_clock: OwnClock) -> None:
    own_clock.moment = datetime(2027, 1, 5, 3, tzinfo=UTC)


def fill(
    post: Post, number: int = 12, *, first: date = date(2026, 11, 2), value: int = 3, **more: object
) -> None:
    records = []
    for place in range(number):
        moment = at(first + timedelta(days=place % 5), "09:00", seconds=60 * place + post.seq)
        records.append(post.response(answers(value), moment, **more))
    with transaction.atomic():
        assert project(records) == []


@pytest.fixture
def post() -> Post:
    return Post(add_unit("sukamaju", region="18.01.05.2003", name="Balai Desa Sukamaju", agency="desa"))


def publish(post: Post) -> Release:
    return publishing.publish(post.unit, QUARTER, who="console:test")


def text_of(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def seen(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return text_of(answer.content.decode())


def test_whoever_works_here_finds_the_desk_at_the_top_of_each_page(post: Post, client: Client) -> None:
    for address, words, desk in (
        ("/", "Masuk ke meja kerja", "/meja/"),
        ("/unit/sukamaju/", "Masuk ke meja kerja", "/meja/"),
        ("/en/", "Staff desk", "/en/meja/"),
    ):
        header = client.get(address).content.decode().partition("</header>")[0]
        assert f'<a href="{desk}">{words}</a>' in header, address


def test_before_it_is_published_nobody_sees_a_number(post: Post, client: Client) -> None:
    fill(post)
    for address in ("/", "/unit/sukamaju/", "/region/18.01/", "/agency/desa/", "/api/v1/releases"):
        page = seen(client, address)
        assert "75" not in page.replace("18.01.05.2003", ""), address
    assert "Belum ada periode yang terbit" in seen(client, "/unit/sukamaju/")


def test_the_running_period_is_a_band_and_one_more_visitor_changes_nothing(
    post: Post, client: Client
) -> None:
    fill(post, 12, first=date(2027, 1, 4))
    before = client.get("/unit/sukamaju/").content
    assert "Triwulan I Tahun 2027, sampai hari ini: 10 sampai 29 jawaban" in text_of(before.decode())
    fill(post, 1, first=date(2027, 1, 4), value=1)
    assert client.get("/unit/sukamaju/").content == before


def test_a_published_period_shows_its_number_its_doubt_and_its_elements(post: Post, client: Client) -> None:
    fill(post)
    release = publish(post)
    for address in ("/unit/sukamaju/", f"/r/{release.address}/"):
        page = seen(client, address)
        assert "75,00" in page
        assert "C Kurang baik" in page
        assert "Sistem, Mekanisme, dan Prosedur" in page
        assert "Prioritas tindak lanjut: 1." in page
        assert "PermenPAN-RB 14/2017" in page
        assert "bukan sampel acak" in page
        assert "Selesai – 12" in page
        assert release.address in page
    assert re.search(r"75,00 \d\d,\d–\d\d,\d C", seen(client, "/")), "no number without its doubt"
    (line,) = client.get("/api/v1/releases").json()["releases"]
    assert line["interval"][0] < line["value"] == 75.0 < line["interval"][1]
    assert "Instansi desa" in seen(client, "/unit/sukamaju/")


def test_services_that_may_stand_alone_are_shown_and_others_are_not(post: Post, client: Client) -> None:
    fill(post, 9, service=post.service("kk", "Kartu keluarga"))
    fill(post, 8, service=post.service("akta", "Akta kelahiran"), value=4)
    fill(post, 2, service=post.service("sku", "Surat usaha"))
    fill(post, 4, service=post.service("ktp", "KTP"))
    release = publish(post)
    page = seen(client, f"/r/{release.address}/").replace(release.address, "")
    assert "Kartu keluarga 75,00" in page
    assert "Akta kelahiran 100,00" in page
    assert "Layanan lain, digabung hanya dihitung dalam nilai unit 6" in page
    assert "Surat usaha" not in page
    assert "KTP" not in page


def test_a_release_without_a_number_says_why(post: Post, client: Client) -> None:
    fill(post, 4)
    release = publish(post)
    assert "kurang dari 5 responden" in seen(client, "/unit/sukamaju/")
    assert "75" not in seen(client, f"/r/{release.address}/").replace(release.address, "")
    assert "terbit tanpa nilai" in seen(client, "/")


def test_a_period_that_nobody_reported_is_shown_as_such(
    post: Post, client: Client, own_clock: OwnClock
) -> None:
    fill(post, value=1)
    own_clock.moment = datetime(2027, 2, 1, 3, tzinfo=UTC)
    release = publishing.mark_overdue(post.unit, QUARTER, who="console:test")
    assert release is not None
    for address in ("/unit/sukamaju/", f"/r/{release.address}/"):
        page = seen(client, address)
        assert "Tidak melapor." in page
        assert "Sampai tenggat 30 Januari 2027" in page
        assert "10-29" in page
        assert "25,00" not in page
    assert "tidak melapor" in seen(client, "/")
    silent = client.get(f"/api/v1/releases/{release.address}.json").json()
    assert (silent["n"], silent["responses"]) == (None, "10-29")
    publish(post)
    assert client.get(f"/api/v1/releases/{release.address}.json").json()["n"] == 12
    assert "25,00" in seen(client, f"/r/{release.address}/")


def test_a_withdrawn_release_stays_readable_with_its_reason_and_its_successor(
    post: Post, client: Client
) -> None:
    fill(post)
    first = publish(post)
    data = client.get(f"/api/v1/releases/{first.address}.json")
    fill(post, 9, value=1)
    second = publishing.correct(first, who="console:test", why="sembilan jawaban tiba kemudian")
    page = seen(client, f"/r/{first.address}/")
    assert "Rilis ini ditarik. sembilan jawaban tiba kemudian" in page
    assert second.address in page
    assert "75,00" in page
    after = client.get(f"/api/v1/releases/{first.address}.json")
    assert after.content == data.content, "its bytes stay"
    assert (data["IKM-State"], after["IKM-State"], after["IKM-Successor"]) == (
        "terbit",
        "ditarik",
        second.address,
    )
    assert data["ETag"] != after["ETag"]
    shown = seen(client, "/unit/sukamaju/")
    assert "edisi 2" in shown
    assert "53,57" in shown


def test_who_has_the_bytes_is_sent_none(post: Post, client: Client) -> None:
    fill(post)
    release = publish(post)
    for address in (f"/r/{release.address}/", f"/api/v1/releases/{release.address}.json"):
        answer = client.get(address)
        again = client.get(address, headers={"if-none-match": answer["ETag"]})
        assert (again.status_code, again.content) == (304, b"")


def test_an_address_may_be_typed_as_it_is_read_aloud(post: Post, client: Client) -> None:
    fill(post)
    release = publish(post)
    typed = f"{release.address[:4]}-{release.address[4:]}".lower()
    assert client.get(f"/r/{typed}/")["Location"] == f"/r/{release.address}/"


def test_the_table_has_a_row_an_element_and_runs_nothing(post: Post, client: Client) -> None:
    post.unit.name = "=cmd()"
    post.unit.save()
    fill(post)
    release = publish(post)
    answer = client.get(f"/api/v1/releases/{release.address}.csv")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
    assert len(rows) == 9
    first = rows[0]
    assert (first["name"], first["value"], first["category"], first["n"]) == ("'=cmd()", "75.0", "C", "12")
    assert (first["asked"], first["served"]) == ("0", ""), "nobody pressed a smiley, nobody stated users"
    assert (first["element"], first["nrr"], first["element_value"]) == ("persyaratan", "3.0", "75.0")
    assert float(first["interval_low"]) < 75 < float(first["interval_high"])
    excel = client.get(f"/api/v1/releases/{release.address}.csv?for=excel").content.decode()
    assert excel.startswith("\ufeff")
    (row, *_) = csv.DictReader(io.StringIO(excel[1:]), delimiter=";")
    assert (row["name"], row["value"], row["element_value"]) == ("'=cmd()", "75,0", "75,0")


def test_the_list_of_what_is_out_can_be_narrowed_and_read_on(post: Post, client: Client) -> None:
    fill(post)
    first = publish(post)
    region = larger.publish(larger.region("18.01"), QUARTER, who="console:test")
    publishing.propose(post.unit, parse("2026-10"), who="console:test")

    def listed(**words: str) -> list[str]:
        return [one["address"] for one in client.get("/api/v1/releases", words).json()["releases"]]

    assert listed() == [first.address, region.address], "what is being prepared is nobody's business"
    assert listed(unit="sukamaju") == [first.address]
    assert listed(region="18.01", period="2026-tw4") == [region.address]
    assert listed(after=first.address) == [region.address]
    refused = client.get("/api/v1/releases", {"from": "2026-11-01"})
    assert (refused.status_code, refused.json()["code"]) == (400, "parameter_unknown")


@pytest.mark.parametrize("address", ["/", "/unit/sukamaju/", "/region/18/", "/agency/desa/", "/r/"])
def test_pages_run_nothing_and_load_nothing_from_elsewhere(post: Post, client: Client, address: str) -> None:
    fill(post)
    release = publish(post)
    response = client.get(f"/r/{release.address}/" if address == "/r/" else address)
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
        "/unit/nowhere/", "/unit/%00/", "/region/99/", "/region/18.1/", "/region/abc/", "/agency/none/", "/?period=2026-TW9",
        "/unit/sukamaju/?period=x", "/unit/sukamaju/?period=2026-11-01..2026-11-02", "/?period=9999-TW4", "/r/AAAAAAAA/",
        "/api/v1/releases/AAAAAAAA.json",
    ],
)  # fmt: skip
def test_what_does_not_exist_is_not_found(post: Post, client: Client, address: str) -> None:
    answer = client.get(address)
    assert (answer.status_code, answer["Content-Security-Policy"]) == (404, PAGE)


def test_home_finds_a_unit_by_name_code_or_region(client: Client) -> None:
    add_unit("a-1", region="18.01.05.2003", name="Balai Satu")
    add_unit("b-2", region="18.02.05.2003", name="Balai Dua")
    for words in ("satu", "a-1", "18.01"):
        page = client.get("/", {"q": words}).content.decode()
        assert "Balai Satu" in page
        assert "Balai Dua" not in page
    assert "Tidak ada yang cocok" in client.get("/", {"q": "\x00<script>"}).content.decode()


@pytest.mark.parametrize("units", [1, 3])
def test_the_home_page_asks_as_often_for_three_units_as_for_one(
    client: Client, units: int, django_assert_num_queries: object
) -> None:
    for number in range(units):
        one = Post(
            add_unit(f"u{number}", region=f"18.01.05.200{number + 1}"), name=f"k{number}", stream=number + 1
        )
        fill(one)
        publish(one)
    with django_assert_num_queries(9):  # type: ignore[operator]
        assert client.get("/").status_code == 200


def test_the_pages_of_a_region_and_an_agency_lead_to_their_units(post: Post, client: Client) -> None:
    fill(post)
    released = publish(post)
    region = larger.publish(larger.region("18.01"), QUARTER, who="console:test")
    worst = opened(region)["index"]["priorities"]
    assert worst == opened(released)["index"]["priorities"] != [], "of its one unit"
    page = seen(client, "/region/18.01/")
    assert "Prioritas tindak lanjut: 1. " in page
    assert page.index("Unsur dengan nilai terendah: ") < page.index("Cari unit"), "before anything else of it"
    for address in ("/region/18.01/", "/agency/desa/"):
        page = client.get(address).content.decode()
        assert 'href="/unit/sukamaju/?period=2026-TW4"' in page
    assert "semua unit ikut" in seen(client, "/region/18.01/")


def test_the_trend_is_that_of_the_releases(post: Post, client: Client) -> None:
    fill(post, first=date(2026, 8, 3))
    publishing.publish(post.unit, parse("2026-TW3"), who="console:test")
    fill(post, value=4)
    publish(post)
    page = seen(client, "/unit/sukamaju/")
    assert "Dibanding Triwulan III Tahun 2026 : naik (+25,00;" in page
    assert "TW3" in page


def test_a_unit_shows_the_period_before_the_extremes_and_the_proof_in_words(
    post: Post, client: Client
) -> None:
    fill(post, first=date(2026, 8, 3))
    publishing.publish(post.unit, parse("2026-TW3"), who="console:test")
    given = dict(zip(("persyaratan", "prosedur", "waktu"), (4, 4, 4), strict=True))
    moments = [at(date(2026, 11, 2) + timedelta(days=place % 5), seconds=60 * place) for place in range(12)]
    with transaction.atomic():
        assert project([post.response(answers(3) | given, moment) for moment in moments]) == []
    release = publish(post)
    found = client.get("/unit/sukamaju/").content.decode()
    assert found.count('<path class="before"') == 1
    page = text_of(found)
    assert (
        "Tertinggi: 1. Persyaratan (100,00), 2. Sistem, Mekanisme, dan Prosedur (100,00), 3. Waktu Penyelesaian (100,00)"
        in page
    )
    assert "Prioritas tindak lanjut: 1." in page
    assert f"Kode rilis {release.address} , diperbarui terakhir 5 Januari 2027" in page
    assert "Diperbarui terakhir 5 Januari 2027" in seen(client, "/")


def test_the_statements_say_what_the_program_keeps_to(client: Client) -> None:
    privacy = seen(client, "/privasi/")
    assert f"{CONTACT_KEPT_DAYS} hari sesudah pengaduan selesai" in privacy
    assert "sesudah 730 hari" in privacy
    assert "belum dicoba oleh pembaca layar" in seen(client, "/aksesibilitas/").lower()
    for address in ("/", "/region/", "/agency/", "/privasi/", "/aksesibilitas/", "/cara-menghitung/"):
        answer = client.get(address)
        assert not answer.cookies, address
        assert "<script" not in answer.content.decode()
        assert 'href="/privasi/"' in answer.content.decode()
        assert 'href="/pengaduan/">Lihat pengaduan</a>' in answer.content.decode()


@pytest.mark.parametrize(
    "awaited, said", [(0, "Lengkap. Semua catatan"), (3, "Belum lengkap. Sebagian catatan")]
)
def test_the_proof_is_said_in_words_and_names_no_command(
    post: Post, client: Client, awaited: int, said: str
) -> None:
    fill(post)
    release = publish(post)
    held = {"kiosk": "k1", "received": 12, "lost_here": 0, "awaited": awaited, "conflicts": 0}
    Release.objects.filter(pk=release.pk).update(content=frozen(opened(release) | {"completeness": [held]}))
    page = seen(client, "/unit/sukamaju/")
    assert said in page
    assert "ikm-collector" not in page
