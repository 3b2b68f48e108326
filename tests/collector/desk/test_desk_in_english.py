"""The desk in English: every page of every role says what the Indonesian one says, in its own words, and lets in nobody else."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from html import unescape
from html.parser import HTMLParser

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.auth.models import User
from django.core import mail
from django.db import transaction
from django.test import Client
from django.utils import translation

from collector.accounts import roles
from collector.desk import mailing
from collector.headers import LOG_IN
from collector.people.models import TrailEntry
from collector.releases.content import opened
from collector.releases.models import Release
from collector.scores.tallies.projection import project
from tests.browser.invented import fill
from tests.browser.test_desk_pages import PAGES
from tests.collector.accounts_of import person
from tests.collector.conftest import OwnClock
from tests.collector.desk.test_desk import administrator, browser
from tests.collector.releases.test_english import heard, links, numbers
from tests.collector.scores.village import Post, add_unit, answers, at

pytestmark = pytest.mark.django_db

CHROME = re.compile(
    r"\b(yang|dan|dari|tidak|belum|dengan|untuk|pada|adalah|ini|atau|sudah|setiap|sesudah|sampai|oleh|sejak|lewat|hari|bulan|tahun|"
    r"rilis|berkas|simpan|alasan|catatan|kios(?!-)|layanan|penilai|petugas|pengelola|kunjungan|tercatat|jawaban|kembali|nilai|semua|"
    r"batas|wilayah|instansi|akun|meja|surel|sandi|masuk|keluar|jabatan|tanggal|terbit|selesai|keadaan|lengkap|versi|unsur(?!\)))\b",
    re.IGNORECASE,
)
"""Words of the Indonesian desk; none is of English, and what people typed or an official paper says is marked as Indonesian."""
NEVER = ("/akun/keluar/", "/meja/akun/jabatan/")
"""What is not sent empty: it would log out, or end what the next page is about."""


@pytest.fixture
def filled() -> None:
    """The invented province of the browser tests: its pages are looked at there, and read here."""
    fill()


def kind(path: str) -> str:
    """Give the kind of a page: its address without what it is of."""
    parts = path.partition("?")[0].split("/")
    return "/".join(
        "" if re.search("[0-9A-Z]", part) or before in ("unit", "kios", "layanan") else part
        for before, part in zip(["", *parts], parts, strict=False)
    )


def without_secrets(page: str) -> str:
    """Give a page without what is new each time, tokens of forms and the key of a visit, and where one comes from in one language."""
    return re.sub(r'name="(?:csrfmiddlewaretoken|key)"[^>]*|(?<=%2F)en%2F', "", page)


def pages_of(client: Client, role: str, of_each_kind: int) -> Iterator[tuple[str, str]]:
    """Give the Indonesian pages of an account, those of its list and what they lead to behind the log-in, some of each kind."""
    waiting, seen, kinds = [*PAGES[role]], set[str](), Counter[str]()
    while waiting:
        path = waiting.pop(0)
        if path in seen or (path not in PAGES[role] and kinds[kind(path)] >= of_each_kind):
            continue
        seen.add(path)
        answer = client.get(path, follow=True)
        if not answer.headers["Content-Type"].startswith("text/html") or answer.status_code != 200:
            continue
        kinds[kind(path)] += 1
        page = answer.content.decode()
        yield path, page
        waiting += sorted(
            link for link in links(page) if re.match("/(?:meja|akun)/[^.]*$", link.partition("?")[0])
        )


def left(page: str) -> list[str]:
    """Give the lines of a page that have an Indonesian word of its own; an account may be called like its role.

    What a job is called is kept, and a title can have no language of its own.
    """
    page = re.sub(r"<title>(?:Semua berkas|Folder PEKPPP)[^<]*", "", page)
    said = re.sub(rf"\b({'|'.join(PAGES)})\b", "", heard(page))
    return [line.strip() for line in said.splitlines() if CHROME.search(line)]


@pytest.mark.sampled(3)
@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("role", PAGES)
def test_each_page_of_each_role_has_its_english_with_the_same_numbers_and_links(role: str) -> None:
    assert walk(account(role), role, 2 if role == "penilai" else 1) == []


@pytest.mark.long
@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("role", PAGES)
def test_two_pages_of_each_kind_have_their_english(role: str) -> None:
    assert walk(account(role), role, 2) == []


def account(role: str) -> Client:
    """Give a client in which somebody with a role is logged in."""
    user = User.objects.get(username=role)
    if role == "pengelola":
        TOTP.activate(user, "JBSWY3DPEHPK3PXP")
    return browser(user)


def walk(client: Client, role: str, of_each_kind: int) -> list[str]:
    """Go through an account's pages in both languages and send the forms on them empty; gives what is wrong."""
    wrong, found, sent = list[str](), set[str](), set[str]()
    for path, page in pages_of(client, role, of_each_kind):
        answer = client.get(f"/en{path}", follow=True)
        english = answer.content.decode()
        here = re.escape(answer.request["PATH_INFO"].removeprefix("/en"))
        expected = {
            "its language": '<html lang="en">' in english,
            "its numbers": numbers(unescape(without_secrets(english)))
            == numbers(unescape(without_secrets(page))),
            "its links": links(without_secrets(english)) == links(without_secrets(page)),
            "the other language": re.search(rf'href="{here}[^"]*" hreflang="id"', english) is not None,
            "words to be left": not path.startswith("/meja/")
            or left(page.replace('<html lang="id">', "<html>")) != [],
        }
        wrong += [f"{role} {path}: {what}" for what, is_so in expected.items() if not is_so]
        wrong += [f"{role} {path}: {line}" for line in left(english)]
        found.add(kind(path))
        for action, fields in forms(english):
            if kind(action) not in sent and not action.removeprefix("/en").startswith(NEVER):
                sent.add(kind(action))
                said = client.post(action, fields, follow=True)
                if said.status_code not in (200, 400, 403, 404) or not action.startswith("/en/"):
                    wrong.append(f"{role} {action}: {said.status_code}")
                wrong += [f"{role} {action}: {line}" for line in left(said.content.decode())]
    if role == "penilai":
        papers = {"/meja/rilis//berkas/", "/meja/rilis//laporan/", "/meja/rilis//lembar-salin/"}
        wrong += sorted(papers - found)
    return wrong


class _Forms(HTMLParser):
    """Finds the forms that are posted, with what their hidden fields hold."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self._open = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._open = given.get("method", "").lower() == "post" and bool(given.get("action"))
            if self._open:
                self.found.append((given["action"], {}))
        elif tag == "input" and self._open and given.get("type") == "hidden" and "name" in given:
            self.found[-1][1][given["name"]] = given.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = False


def forms(page: str) -> list[tuple[str, dict[str, str]]]:
    """Give where a page's forms are sent, and what they hold unseen."""
    reader = _Forms()
    reader.feed(page)
    return [(unescape(action), fields) for action, fields in reader.found]


def test_the_log_in_and_its_neighbours_are_english_and_keep_their_policy() -> None:
    for path in ("/akun/masuk/", "/akun/daftar/", "/akun/undangan/nothing/"):
        answer, english = Client().get(path), Client().get(f"/en{path}")
        assert answer.status_code == english.status_code
        assert left(english.content.decode()) == [], path
        assert (english["Content-Security-Policy"], english["Cache-Control"]) == (LOG_IN, "no-store")
    refused = Client().post("/en/akun/masuk/", {"login": "nobody", "password": "nothing"})
    assert left(refused.content.decode()) == []
    assert "password" in refused.content.decode()


def test_own_account_and_second_factor_are_english() -> None:
    client = browser(administrator())
    for path in (
        "/akun/",
        "/akun/faktor/",
        "/akun/sandi/",
        "/akun/sesi/",
        "/akun/faktor/recovery-codes/generate/",
    ):
        answer = client.get(f"/en{path}", follow=True)
        assert answer.status_code == 200, path
        assert left(answer.content.decode()) == [], path
    new = browser(person("yuni", roles.ADMINISTRATOR))
    page = new.get("/en/akun/faktor/totp/activate/", follow=True).content.decode()
    assert left(page) == []


def test_english_is_no_way_round_the_log_in_or_the_second_factor() -> None:
    add_unit("sukamaju", region="18.01.05.2003", name="Balai Desa Sukamaju")
    for path in {path for paths in PAGES.values() for path in paths}:
        answer = Client().get(f"/en{path}")
        assert (answer.status_code, answer["Location"].partition("?")[0]) == (302, "/en/akun/masuk/"), path
    client = browser(person("rina", roles.ADMINISTRATOR))
    for path in ("/meja/", "/meja/akun/", "/akun/kode/"):
        answer = client.get(f"/en{path}")
        assert (answer.status_code, answer["Location"]) == (302, "/en/akun/faktor/totp/activate/"), path


def test_after_logging_in_and_out_one_stays_in_english() -> None:
    person("wati", roles.VIEWER)
    user = User.objects.get(username="wati")
    user.set_password("ayam-goreng-kremes-4711")
    user.save()
    client = Client()
    answer = client.post("/en/akun/masuk/", {"login": "wati", "password": "ayam-goreng-kremes-4711"})
    assert answer["Location"] == "/en/meja/"
    assert client.post("/en/akun/keluar/")["Location"] == "/en/"


def test_what_is_mailed_is_indonesian_whoever_asks_in_english() -> None:
    unit = add_unit("sukamaju", region="18.01.05.2003", name="Balai Desa Sukamaju")
    user = person("budi", roles.UNIT_OFFICER, unit)
    user.email = "budi@desa.example"
    with translation.override("en"):
        assert mailing.send_to(user)
    (sent,) = mail.outbox
    assert "minggu ini" in sent.subject
    assert "ajukan rilis" in sent.body
    assert "not reported" not in sent.body


def test_what_an_english_page_publishes_is_what_an_indonesian_one_does(own_clock: OwnClock) -> None:
    """A release says everything in both languages; nothing of the page it was asked for on goes into it or into the trail."""
    own_clock.moment = datetime(2027, 1, 5, 3, tzinfo=UTC)
    post = Post(add_unit("sukamaju", region="18.01.05.2003", name="Balai Desa Sukamaju"))
    with transaction.atomic():
        project([post.response(answers(3), at(date(2026, 11, 2), seconds=60 * post.seq)) for _ in range(9)])
    client = browser(person("wati", roles.EVALUATOR))
    made = []
    for prefix in ("", "/en"):
        with transaction.atomic():
            client.post(f"{prefix}/meja/unit/sukamaju/2026-TW4/publish/", {"why": ""})
            release = Release.objects.get(code="sukamaju")
            trail = list(TrailEntry.objects.filter(who="wati").values_list("action", "why"))
            made.append((json.dumps(opened(release)).replace(release.address, ""), trail))
            transaction.set_rollback(True)
    assert made[0] == made[1]
