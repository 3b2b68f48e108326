"""The desk in a browser: who sees and may do what, from the invitation to a published quarter."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.contrib.auth.models import User
from django.core.cache import cache
from django.db import transaction
from django.test import Client

from collector.accounts import roles
from collector.accounts.models import ConsoleCode, Office
from collector.fleet.models import Unit
from collector.headers import LOG_IN, PAGE
from collector.people.models import TrailEntry
from collector.releases.models import Release
from collector.releases.states import State
from collector.scores.tallies.projection import project
from tests.collector.accounts_of import person
from tests.collector.conftest import OwnClock
from tests.collector.scores.village import Post, add_unit, answers, at

pytestmark = pytest.mark.django_db

PASSWORD = "ayam-goreng-kremes-4711"
PERIOD = "2026-TW4"


@pytest.fixture(autouse=True)
def _january(own_clock: OwnClock) -> None:
    own_clock.moment = datetime(2027, 1, 5, 3, tzinfo=UTC)
    cache.clear()


@pytest.fixture
def post() -> Post:
    post = Post(add_unit("sukamaju", region="18.01.05.2003", name="Balai Desa Sukamaju", agency="desa"))
    days = [date(2026, 11, 2) + timedelta(days=place % 5) for place in range(9)]
    with transaction.atomic():
        assert project([post.response(answers(3), at(day, seconds=60 * post.seq)) for day in days]) == []
    return post


@pytest.fixture
def other() -> Unit:
    return add_unit("medan", region="12.71.01.1001", name="Kantor Medan")


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def administrator() -> User:
    user = person("rina", roles.ADMINISTRATOR)
    TOTP.activate(user, "JBSWY3DPEHPK3PXP")
    return user


def seen(client: Client, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, (path, answer.status_code)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def act(client: Client, name: str, why: str = "", *, code: str = "sukamaju", status: int = 302) -> None:
    answer = client.post(f"/meja/unit/{code}/{PERIOD}/{name}/", {"why": why})
    assert answer.status_code == status


def state() -> str:
    release = Release.objects.order_by("-number").first()
    return release.state if release is not None else ""


DESK = (
    "/meja/",
    "/meja/rilis/",
    f"/meja/unit/sukamaju/{PERIOD}/",
    "/meja/akun/",
    "/meja/akun/undang/",
    "/akun/",
)


def test_nobody_enters_without_an_account(post: Post) -> None:
    for path in DESK:
        answer = Client().get(path)
        assert (answer.status_code, answer["Location"].partition("?")[0]) == (302, "/akun/masuk/"), path
    for name in ("submit", "publish", "withdraw"):
        act(Client(), name)
    assert not Release.objects.exists()


@pytest.mark.parametrize(
    "role, may",
    [
        (None, {"/meja/", "/akun/"}),
        (roles.VIEWER, {"/meja/", "/akun/"}),
        (roles.AUDITOR, {"/meja/", "/akun/"}),
        (roles.UNIT_OFFICER, {"/meja/", "/akun/", f"/meja/unit/sukamaju/{PERIOD}/"}),
        (roles.EVALUATOR, set(DESK)),
        (roles.ADMINISTRATOR, set(DESK)),
    ],
)
def test_each_role_enters_its_rooms_and_no_other(post: Post, role: str | None, may: set[str]) -> None:
    user = (
        administrator()
        if role == roles.ADMINISTRATOR
        else person("budi", role, post.unit if role == roles.UNIT_OFFICER else None)
    )
    client = browser(user)
    for path in DESK:
        answer = client.get(path)
        assert answer.status_code == (200 if path in may else 403), path
        assert answer["Content-Security-Policy"] in (PAGE, LOG_IN)


def test_an_officer_and_an_evaluator_see_and_do_nothing_beyond_their_units(post: Post, other: Unit) -> None:
    elsewhere = (
        browser(person("budi", roles.UNIT_OFFICER, other)),
        browser(person("wati", roles.EVALUATOR, region=other.region)),
        browser(person("sari", roles.VIEWER)),
    )
    office = Office.objects.create(
        user=person("tono"), role=roles.UNIT_OFFICER, unit=post.unit, given_by="test", since=datetime(2027, 1, 1, tzinfo=UTC)
    )  # fmt: skip
    for client in elsewhere:
        assert "Sukamaju" not in seen(client, "/meja/")
        seen(client, f"/meja/unit/sukamaju/{PERIOD}/", 403)
        for name in ("submit", "publish", "return", "correct", "withdraw"):
            act(client, name, "saya", status=403)
        for path in ("akhiri", "kembali", "serahkan"):
            answer = client.post(f"/meja/akun/jabatan/{office.pk}/{path}/", {"why": "saya", "name": "Saya"})
            assert answer.status_code in (403, 404)
    assert "Sukamaju" not in seen(elsewhere[1], "/meja/rilis/")
    assert "Sukamaju" not in seen(elsewhere[1], "/meja/akun/")
    assert not Release.objects.exists()
    assert Office.objects.get(pk=office.pk).until is None


def test_every_room_leads_to_all_the_others(post: Post) -> None:
    evaluator = browser(person("wati", roles.EVALUATOR, region=post.unit.region))
    unit = "/meja/unit/sukamaju"
    found = set()
    for path in ("/meja/", "/meja/minggu-ini/", "/meja/kios/", "/meja/peringatan/", "/meja/rilis/", "/meja/belum-melapor/", "/meja/akun/", "/akun/",
                 "/meja/surel/", "/meja/pekerjaan/", f"{unit}/{PERIOD}/", f"{unit}/tindak-lanjut/", f"{unit}/keadaan/", f"{unit}/layanan/"):  # fmt: skip
        page = evaluator.get(path).content.decode()
        (rooms,) = re.findall(r'<nav class="rooms".*?</nav>', page, re.DOTALL)
        found.add(tuple(re.findall(r'href="([^"]+)"', rooms)))
    assert found == {
        (
            "/meja/",
            "/meja/minggu-ini/",
            "/meja/kios/",
            "/meja/peringatan/",
            "/meja/pengaduan/",
            "/meja/rilis/",
            "/meja/belum-melapor/",
            "/meja/akun/",
            "/akun/",
        )
    }


def test_a_quarter_is_handed_in_sent_back_and_published_in_the_browser(post: Post) -> None:
    officer = browser(person("budi", roles.UNIT_OFFICER, post.unit))
    evaluator = browser(person("wati", roles.EVALUATOR, region=post.unit.region))
    page = seen(officer, "/meja/")
    assert "Satu hal menunggu Anda" in page
    assert "Ajukan rilis Triwulan IV Tahun 2026, Balai Desa Sukamaju" in page
    assert "Terbitkan" not in seen(officer, f"/meja/unit/sukamaju/{PERIOD}/")
    act(officer, "publish", status=403)
    act(officer, "submit")
    assert state() == State.SUBMITTED
    assert "Menunggu penilai" in seen(officer, "/meja/")
    assert "1 rilis menunggu Anda" in seen(evaluator, "/meja/")
    way = f'href="/region/{post.unit.region.code}/"'
    assert way in evaluator.get("/meja/").content.decode(), "to what is out in the own region"
    assert "Alasan untuk “Kembalikan”" in seen(evaluator, f"/meja/unit/sukamaju/{PERIOD}/")
    act(evaluator, "return")
    assert state() == State.SUBMITTED, "not without a reason"
    act(evaluator, "return", "dua kios belum mengirim")
    assert "Dikembalikan: dua kios belum mengirim" in seen(officer, "/meja/")
    act(officer, "submit")
    act(evaluator, "publish")
    assert state() == State.PUBLISHED
    assert "75,00" in seen(officer, "/meja/")
    act(evaluator, "withdraw", "salah unit")
    assert state() == State.WITHDRAWN
    who = TrailEntry.objects.filter(action__startswith="release").order_by("pk").values_list("who", "action")
    assert list(who) == [
        ("budi", "release terbuka"), ("budi", "release diajukan"), ("wati", "release perlu diperbaiki"),
        ("budi", "release diajukan"), ("wati", "release terbit"), ("wati", "release ditarik"),
    ]  # fmt: skip


def test_no_number_is_seen_at_the_desk_before_it_is_out(post: Post) -> None:
    clients = (
        browser(person("budi", roles.UNIT_OFFICER, post.unit)),
        browser(person("wati", roles.EVALUATOR)),
    )
    for client in clients:
        for path in ("/meja/", f"/meja/unit/sukamaju/{PERIOD}/"):
            assert "75,0" not in seen(client, path)
        assert "5 sampai 9" in seen(client, f"/meja/unit/sukamaju/{PERIOD}/"), "how many is a band"


def test_the_list_counts_each_state_and_shows_it(post: Post, other: Unit) -> None:
    evaluator = browser(person("wati", roles.EVALUATOR))
    act(evaluator, "submit")
    page = seen(evaluator, f"/meja/rilis/?period={PERIOD}")
    assert "semua 2" in page
    assert "belum diajukan 1" in page
    assert "diajukan 1" in page
    only = seen(evaluator, f"/meja/rilis/?period={PERIOD}&state=diajukan")
    assert "Sukamaju" in only
    assert "Kantor Medan" not in only
    rest = seen(evaluator, f"/meja/rilis/?period={PERIOD}&state=belum diajukan")
    assert "Kantor Medan" in rest
    assert "Sukamaju" not in rest
    assert "Tidak ada unit" in seen(evaluator, "/meja/rilis/?q=%00%27;--")


def test_an_action_that_cannot_be_says_why(post: Post) -> None:
    evaluator = browser(person("wati", roles.EVALUATOR))
    act(evaluator, "return", "x")
    assert "belum diajukan" in seen(evaluator, f"/meja/unit/sukamaju/{PERIOD}/")
    seen(evaluator, "/meja/unit/sukamaju/2026-XX/", 404)
    seen(evaluator, f"/meja/unit/nowhere/{PERIOD}/", 404)
    act(evaluator, "dance", status=404)
    evaluator.post("/meja/unit/sukamaju/2027-TW1/publish/", {})
    assert "2027-03-31" in seen(evaluator, "/meja/unit/sukamaju/2027-TW1/"), "and when it can be"
    assert not Release.objects.exists()


def test_an_officer_comes_by_a_link_and_hands_over_by_another(post: Post) -> None:
    evaluator = browser(person("wati", roles.EVALUATOR, region=post.unit.region))
    answer = evaluator.post(
        "/meja/akun/undang/", {"name": "Budi", "role": roles.UNIT_OFFICER, "where": "sukamaju"}
    )
    link = found_link(answer.content.decode())
    newcomer = Client()
    assert "Petugas unit, Balai Desa Sukamaju" in seen(newcomer, link)
    typed = {"account": "budi", "name": "Budi Santoso", "password": PASSWORD, "again": PASSWORD}
    assert "tidak sama" in newcomer.post(link, typed | {"again": "x"}).content.decode()
    assert newcomer.post(link, typed)["Location"] == "/meja/"
    assert "Balai Desa Sukamaju" in seen(newcomer, "/meja/")
    seen(Client(), link, 404)
    office = Office.objects.get(user__username="budi")
    handed = newcomer.post(f"/meja/akun/jabatan/{office.pk}/serahkan/", {"name": "Tono"})
    successor = Client()
    link = found_link(handed.content.decode())
    assert "Budi Santoso menyerahkan jabatan itu" in seen(successor, link)
    successor.post(link, typed | {"account": "tono", "name": "Tono"})
    seen(newcomer, f"/meja/unit/sukamaju/{PERIOD}/", 403)
    seen(successor, f"/meja/unit/sukamaju/{PERIOD}/")


@pytest.mark.parametrize(
    "role, where",
    [
        (roles.EVALUATOR, ""),
        (roles.ADMINISTRATOR, ""),
        (roles.UNIT_OFFICER, "medan"),
        (roles.UNIT_OFFICER, ""),
    ],
)
def test_an_evaluator_invites_nobody_but_officers_of_own_units(
    post: Post, other: Unit, role: str, where: str
) -> None:
    evaluator = browser(person("wati", roles.EVALUATOR, region=post.unit.region))
    answer = evaluator.post("/meja/akun/undang/", {"name": "Budi", "role": role, "where": where})
    assert answer.status_code == 400
    assert not TrailEntry.objects.exists()


def found_link(page: str) -> str:
    found = re.search(r"(/akun/undangan/[\w-]+/)", page)
    assert found is not None
    return found[1]


def test_an_administrator_without_a_second_factor_is_sent_to_set_one_up(post: Post) -> None:
    client = browser(person("rina", roles.ADMINISTRATOR))
    for path in ("/meja/", "/meja/akun/"):
        assert client.get(path)["Location"] == "/akun/faktor/totp/activate/"
    answer = client.get("/api/v1/indices?unit=sukamaju&period=2026-TW4")
    assert (answer.status_code, answer.json()["code"]) == (403, "second_factor")
    assert client.post("/akun/kode/")["Location"] == "/akun/faktor/totp/activate/"
    assert not ConsoleCode.objects.exists(), "nor does the console open where the desk is shut"


def test_nobody_is_let_back_into_an_account_that_reaches_further(post: Post, other: Unit) -> None:
    evaluator = browser(person("wati", roles.EVALUATOR, region=post.unit.region))
    officer = person("budi", roles.UNIT_OFFICER, post.unit)
    here = Office.objects.get(user=officer)
    path = f"/meja/akun/jabatan/{here.pk}/kembali/"
    assert evaluator.post(path).status_code == 200
    Office.objects.create(
        user=officer, role=roles.UNIT_OFFICER, unit=other, given_by="test", since=here.since
    )
    assert evaluator.post(path).status_code == 403


def test_an_administrator_keeps_the_last_second_factor() -> None:
    client = browser(administrator())
    session = client.session
    session["account_authentication_methods"] = [
        {"method": "mfa", "at": 4e9},
        {"method": "password", "at": 4e9},
    ]
    session.save()
    client.post("/akun/faktor/totp/deactivate/")
    assert Authenticator.objects.filter(type="totp").exists()


def test_the_secret_of_an_authenticator_is_not_in_the_database() -> None:
    user = administrator()
    stored = str(Authenticator.objects.get(user=user, type="totp").data)
    assert "JBSWY3DPEHPK3PXP" not in stored


def test_a_second_factor_is_asked_for_and_its_code_works() -> None:
    administrator()
    client = Client()
    answer = client.post("/akun/masuk/", {"login": "rina", "password": PASSWORD})
    assert answer["Location"].endswith("/akun/faktor/authenticate/")
    assert client.get("/meja/").status_code == 302
    counter = next(iter(yield_hotp_counters_from_time()))
    code = format_hotp_value(hotp_value("JBSWY3DPEHPK3PXP", counter))
    assert client.post("/akun/faktor/authenticate/", {"code": code})["Location"] == "/meja/"
    assert client.get("/meja/").status_code == 200


def test_guessing_a_password_is_throttled_for_everybody_and_the_account() -> None:
    person("budi", roles.VIEWER)
    for _ in range(5):
        answer = Client().post("/akun/masuk/", {"login": "budi", "password": "salah-salah-salah"})
        assert answer.status_code == 200
    answer = Client().post("/akun/masuk/", {"login": "budi", "password": PASSWORD})
    assert "Location" not in answer.headers, "the right one is refused too, for a while"


def test_nobody_signs_up_and_log_in_pages_are_not_kept() -> None:
    assert "hanya lewat undangan" in seen(Client(), "/akun/daftar/")
    assert Client().post("/akun/daftar/", {"username": "x", "password1": PASSWORD}).status_code == 405
    answer = Client().get("/akun/masuk/")
    assert answer["Content-Security-Policy"] == LOG_IN
    assert answer["Cache-Control"] == "no-store"


def test_a_console_code_is_made_in_the_browser() -> None:
    client = browser(person("wati", roles.EVALUATOR))
    assert client.get("/akun/kode/").status_code == 405
    assert re.search(r"[2-9A-Z]{5}-[2-9A-Z]{5}", client.post("/akun/kode/").content.decode())
    assert TrailEntry.objects.get().action == "console code"
