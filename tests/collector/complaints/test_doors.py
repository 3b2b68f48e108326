"""What is kept from a desk is behind no door of its officers: a distinctive word and the complaint's number are planted, and looked for everywhere.

The accused officer, a colleague, and an officer who is an evaluator too walk every address behind the log-in and every public one, follow every
link, ask for every paper and data file, try every way of acting on the complaint, and type every console command that takes an account.
"""

import logging
import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from io import StringIO

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core import mail
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db import transaction
from django.http.response import HttpResponseBase
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from collector import clock
from collector.accounts import roles
from collector.accounts.models import Office
from collector.complaints import life, opening, passing
from collector.complaints.levels import ALL
from collector.complaints.life import Words
from collector.complaints.models import Ticket, TicketStatus
from collector.desk import mailing
from collector.desk.show.complaints import ACTS
from collector.errors import CollectorError
from collector.evidence.models import HeldAttachment, Stream
from collector.fleet.models import KioskKey, Unit
from collector.people.models import TrailEntry
from collector.releases import publishing
from collector.releases.models import Release
from collector.scores.tallies.projection import project
from collector.trust import public
from survey.index.periods import parse
from survey.record.complaint import written_bytes
from tests.collector.accounts_of import person
from tests.collector.complaints.tickets import Regency, a_ticket
from tests.collector.conftest import OwnClock
from tests.collector.scores.village import Post, add_unit, answers, at
from tests.drawn import drawn
from uplink.journal.sealing import seal

pytestmark = pytest.mark.django_db

WORD = "tokekbelang"
"""Stands in everything that is planted, and nowhere else in the program."""
NUMBER = 738291
PERIOD = "2026-TW3"
MOST_OF_A_KIND = 4
FORMS = ("pungli", "petugas_tidak_ramah", "pilih_kasih", "lama", "fasilitas")


@pytest.fixture
def post(own_clock: OwnClock) -> Post:
    cache.clear()
    own_clock.moment = datetime(2026, 11, 9, 2, tzinfo=UTC)
    post = Post(add_unit("sukamaju", region="18.01.05.2003", name="Balai Desa Sukamaju", agency="desa"))
    post.service("kk", "Kartu keluarga")
    with transaction.atomic():
        project([post.response(answers(3), at(date(2026, 8, 3), seconds=60 * post.seq)) for _ in range(9)])
    publishing.publish(post.unit, parse(PERIOD), who="console:test")
    return post


@pytest.fixture
def office(post: Post) -> Regency:
    return Regency(post.unit)


@pytest.fixture
def planted(office: Regency, post: Post) -> list[Ticket]:
    """Complaints about the desk's officers, in every way that makes one so, with all that can lie around them."""
    post.kiosk.keys.all().delete()
    key = KioskKey.objects.create(kiosk=post.kiosk, public_key=b"k" * 32, enrolled_at=at_now())
    stream = Stream.objects.create(
        kiosk=post.kiosk, key=key, uid="a" * 32, received_ms=at(at_now().date()), through=1, link=b"l" * 32, opened_ms=0, clock=b"",
    )  # fmt: skip
    made = []
    for place, topic in enumerate(FORMS):
        ticket = a_ticket(
            post.unit,
            topic,
            about_officer=topic == "lama",
            names_officer=topic == "fasilitas",
            has_arrived=False,
        )
        Ticket.objects.filter(pk=ticket.pk).delete()
        ticket.pk, ticket.stream_id = NUMBER + place, stream.pk
        ticket.save(force_insert=True)
        sealed = seal(written_bytes(f"{WORD} minta uang"), public.read(settings.IKM_KEYS).seal_key)
        HeldAttachment.objects.create(
            stream=stream,
            seq=ticket.seq,
            name="text",
            digest="d" * 64,
            content=sealed,
            received_ms=ticket.received_ms,
        )
        life.arrived(ticket, at_now())
        made.append(ticket)
    first, second = office.evaluators["18.01.05"], office.evaluators["18.01"]
    words = Words(
        answer=f"Sudah diperiksa {WORD}.", note=f"catatan {WORD}", root_cause=WORD, compensation=WORD
    )
    life.move(made[0], TicketStatus.VERIFIED, user=first, now=at_now(), words=words)
    life.move(made[0], TicketStatus.ANSWERED, user=second, now=at_now(), words=words)
    life.move(made[1], TicketStatus.VERIFIED, user=first, now=at_now(), words=words)
    passing.pass_on(made[1], ALL, user=first, why=WORD, now=at_now())
    opening.text_of(made[2], user=first, why=WORD)
    return made


def at_now() -> datetime:
    """Give the tests' own time."""
    return clock.now()


def patterns(inside: list[URLPattern | URLResolver], before: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Give every address of the site with its pattern."""
    for one in inside:
        route = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from patterns(one.url_patterns, route)
        else:
            yield route, one


def filled(route: str, values: dict[str, str]) -> str:
    """Give an address of a pattern, a value in each of its places."""
    path = re.sub(
        r"\(\?P<(\w+)>(?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)", lambda at: values.get(at[1], "1"), route
    )
    path = re.sub(r"<(?:\w+:)?(\w+)>", lambda at: values.get(at[1], "1"), path)
    path = re.sub(r"\\([.\-/])", r"\1", path).replace("^", "").replace("$", "").replace("\\Z", "")
    return f"/{path.lstrip('/')}"


def addresses(planted: list[Ticket]) -> set[str]:
    """Give addresses of every pattern of the site: filled with what there is, and with the planted complaints where a number goes."""
    release = Release.objects.get(code="sukamaju")
    values = {
        "code": "sukamaju", "unit": "sukamaju", "period": PERIOD, "service": "kk", "text": release.address, "name": "k1",
        "address": release.address, "kiosk": "k1", "of": "2026", "year": "2026", "file": "1", "fmt": "csv", "format": "csv",
        "instrument": "skm-2017", "key": "none", "index": "1",
    }  # fmt: skip
    found = set[str]()
    for route, _ in patterns(get_resolver().url_patterns):
        for number in (str(NUMBER), planted[1].number, "1"):
            found.add(filled(route, values | {"number": number}))
    for name in ("saya", "lewat", "bawah", "diteruskan", "dijaga", "dijawab", "semua"):
        found |= {f"/meja/pengaduan/?tampil={name}", f"/meja/pengaduan/?tampil={name}&unit=sukamaju"}
    found |= {f"/?q={WORD}", f"/?q={NUMBER}", f"/meja/kios/?q={NUMBER}"}
    return found | {f"/meja/pengaduan/?sesudah=2026-01-01_{NUMBER - 1}"}


def told(answer: HttpResponseBase) -> bytes:
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]  # one of both
    return body + str(dict(answer.headers)).encode()


def shape(path: str) -> str:
    """Give what kind of address it is: itself without its numbers and its question."""
    return re.sub(r"[0-9]+", "0", path.partition("?")[0])


class Looker:
    """Goes through the site as an account, and keeps where something of the planted was found."""

    def __init__(self, user: User, planted: list[Ticket]) -> None:
        self.client, self.user = Client(raise_request_exception=False), user
        self.client.force_login(user)
        self.numbers = [ticket.number for ticket in planted]
        self.found: list[str] = []
        self.seen: dict[str, int] = {}
        self.kinds = Counter[str]()
        self.most_of_a_kind = MOST_OF_A_KIND

    def look(self, where: str, content: bytes, asked: str = "") -> None:
        text = content.decode("utf-8", "replace")
        for trace in (WORD, *self.numbers):
            # What somebody asked for stands in what is answered; it was the asker's.
            if trace in text.replace(asked, "") and trace not in asked:
                self.found.append(f"{self.user.username} {where}: {trace}")

    def get(self, path: str) -> None:
        answer = self.client.get(path)
        self.kinds[shape(path)] += path not in self.seen
        self.seen[path] = answer.status_code
        content = told(answer)
        self.look(path, content, asked=path)
        if len(self.seen) < 900 and answer.headers.get("Content-Type", "").startswith("text/html"):
            for link in re.findall(r'href="([^"#]+)', content.decode("utf-8", "replace")):
                plain = link.replace("&amp;", "&")
                shut = ("/static", "//", "/akun/keluar", "/en/akun/keluar")
                known = plain in self.seen or self.kinds[shape(plain)] >= self.most_of_a_kind
                if plain.startswith("/") and not plain.startswith(shut) and not known:
                    self.get(plain)

    def post(self, path: str, data: dict[str, str]) -> int:
        answer = self.client.post(path, data, follow=True)
        self.look(f"POST {path}", told(answer), asked=path)
        return answer.status_code


@pytest.fixture
def lookers(office: Regency, planted: list[Ticket]) -> list[Looker]:
    first = Office.objects.get(user__username="penilai-18-01-05")
    both = person("ganda", roles.UNIT_OFFICER, office.unit)
    Office.objects.create(
        user=both, role=roles.EVALUATOR, region=first.region, since=first.since, given_by="test"
    )
    return [Looker(user, planted) for user in (office.officer, office.colleague, both)]


@pytest.mark.parametrize("one_in", [3, pytest.param(1, marks=pytest.mark.long)])
def test_no_address_and_no_link_shows_what_is_kept_from_the_desk(
    lookers: list[Looker], planted: list[Ticket], caplog: pytest.LogCaptureFixture, one_in: int
) -> None:
    """One with two offices goes everywhere; in the ordinary run each of the others sees a share of it, and so does English."""
    caplog.set_level(logging.INFO)
    everywhere = drawn(addresses(planted), one_in)
    for looker in lookers:
        looker.most_of_a_kind = MOST_OF_A_KIND if one_in == 1 else 2
        walked = {path for path in addresses(planted) if looker is lookers[-1] or path in everywhere}
        for path in sorted(walked):
            looker.get(path)
            if looker is lookers[-1] and path in everywhere and not path.startswith("/en/"):
                looker.get(f"/en{path}")
        assert looker.found == []
        opened = [path for path, status in looker.seen.items() if status == 200]
        assert len(opened) > 60 / (1 if looker is lookers[-1] else one_in), "the walk comes in"
        assert any(path.startswith("/meja/pengaduan/") for path in opened)
        theirs = {f"/meja/pengaduan/{number}/": 404 for number in (*looker.numbers, str(NUMBER))}
        assert {path: looker.seen.get(path, looker.client.get(path).status_code) for path in theirs} == theirs
    assert WORD not in caplog.text


@pytest.mark.heavy
def test_the_same_walk_finds_it_for_who_may_see_it(office: Regency, planted: list[Ticket]) -> None:
    """A test that finds nothing anywhere proves nothing: the evaluator above finds the numbers, and the words where they are opened."""
    looker = Looker(office.evaluators["18.01.05"], planted)
    for path in sorted(addresses(planted)):
        looker.get(path)
    assert {line.rpartition(": ")[2] for line in looker.found} >= {ticket.number for ticket in planted}
    answer = looker.client.post(f"/meja/pengaduan/{planted[2].number}/isi/", {"why": "memeriksa"})
    assert WORD in answer.content.decode()


@pytest.mark.heavy
def test_no_way_of_acting_on_it_says_that_it_is_there(lookers: list[Looker], planted: list[Ticket]) -> None:
    for looker in lookers:
        for number in (*looker.numbers, "999999"):
            for name in (*ACTS, "isi", "nomor", "apa"):
                data = {
                    "status": "terverifikasi", "why": "x", "receiver": "all:", "leader": planted[3].number, "kind": "pengaduan",
                }  # fmt: skip
                assert looker.post(f"/meja/pengaduan/{number}/{name}/", data) == 404
        own = a_ticket(planted[0].unit, "lama")
        answer = looker.client.post(f"/meja/pengaduan/{own.number}/gabung/", {"leader": planted[3].number})
        missing = looker.client.post(f"/meja/pengaduan/{own.number}/gabung/", {"leader": "999999"})
        texts = [
            re.sub(r'csrfmiddlewaretoken" value="[^"]*|999999|' + planted[3].number, "", one.content.decode())
            for one in (answer, missing)
        ]
        assert (answer.status_code, texts[0]) == (missing.status_code, texts[1]), (
            "hidden and missing look alike"
        )
        assert looker.found == []
    assert {
        ticket.passes.count() for ticket in Ticket.objects.filter(pk__in=[one.pk for one in planted])
    } == {0, 1}


def test_counts_and_mails_do_not_know_of_it(
    lookers: list[Looker], planted: list[Ticket], office: Regency
) -> None:
    Ticket.objects.filter(pk__in=[one.pk for one in planted]).update(
        due_on=at_now().date().replace(day=1), at_ms=1
    )
    for looker in lookers:
        looker.user.email = f"{looker.user.username}@desa.example"
        looker.user.save()
        assert mailing.send_to(looker.user)
        assert "engaduan" not in mail.outbox[-1].body
        page = looker.client.get("/meja/pengaduan/?tampil=semua").content.decode()
        assert "Tidak ada pengaduan di sini." in page
        assert set(re.findall(r"tampil=[^>]*>[^<]*?(\d+)</a>", page)) == {"0"}
        unit_page = looker.client.get("/meja/unit/sukamaju/keadaan/").content.decode()
        assert "ada pengaduan" not in unit_page
    office.first.email = "penilai@kab.example"  # type: ignore[attr-defined]  # an account
    office.first.save()  # type: ignore[attr-defined]  # an account
    assert mailing.send_to(office.first)  # type: ignore[arg-type]  # an account
    assert "pengaduan" in mail.outbox[-1].body, "who stands above is told"


COMMANDS = (
    ("complaint", "list"), ("complaint", "list", "--below"), ("complaint", "list", "--unit", "sukamaju"),
    ("complaint", "read", "N", "--why", "x"), ("complaint", "contact", "N", "--why", "x"), ("complaint", "move", "N", "terverifikasi"),
    ("complaint", "pass", "N", "all:", "--why", "x"), ("complaint", "acknowledge", "N"),
    ("pekppp", "--unit", "sukamaju", "--year", "2026"), ("week", "--account", "A"),
    ("paper", "make", "--unit", "sukamaju", "--period", PERIOD, "--format", "ombudsman-penilai"),
)  # fmt: skip


def test_no_command_that_an_officer_may_type_tells_of_it(
    lookers: list[Looker], planted: list[Ticket], tmp_path: object, caplog: pytest.LogCaptureFixture
) -> None:
    for looker in lookers:
        name = looker.user.username
        for command in COMMANDS:
            for number in (planted[0].number, planted[1].number, "999999"):
                typed = [number if word == "N" else name if word == "A" else word for word in command]
                if "--account" not in typed:
                    typed += ["--as", name]
                if typed[:2] == ["paper", "make"]:
                    typed += ["--out", str(tmp_path)]
                out = StringIO()
                try:
                    call_command(*typed, stdout=out, stderr=out)
                except (CommandError, CollectorError) as error:
                    out.write(str(error))
                looker.look(" ".join(typed), out.getvalue().encode(), asked=number)
                assert number == "999999" or "here" in out.getvalue() or "N" not in command, typed
        assert looker.found == []
    assert WORD not in caplog.text


def test_the_trail_names_numbers_and_never_words(planted: list[Ticket], office: Regency, post: Post) -> None:
    entries = TrailEntry.objects.exclude(action="complaint read")
    assert [entry for entry in entries if WORD in f"{entry.subject}{entry.why}{entry.facts}"] == []
    assert TrailEntry.objects.get(action="complaint read").subject == planted[2].number


def test_the_auditor_sees_numbers_and_dates_and_neither_topics_nor_words(
    office: Regency, planted: list[Ticket], unit_free: Ticket
) -> None:
    client = Client()
    client.force_login(office.auditor)
    for path in ("/meja/pengaduan/rantai/?unit=sukamaju", "/meja/pengaduan/rantai.csv?unit=sukamaju"):
        text = client.get(path).content.decode()
        assert [ticket.number for ticket in (*planted, unit_free) if ticket.number not in text] == []
        assert [trace for trace in (WORD, "pungli", "pilih") if trace in text] == []
    rows = client.get("/meja/pengaduan/rantai.csv").content.decode().splitlines()
    assert [row for row in rows if row.startswith(unit_free.number) and ",syarat," in row] != []
    assert client.get("/meja/pengaduan/").status_code == 404
    assert TrailEntry.objects.filter(action="complaints audited", who="ombudsman").count() == 3


@pytest.fixture
def unit_free(office: Regency) -> Ticket:
    """A complaint that the desk may see."""
    return a_ticket(office.unit, "syarat")


def test_others_read_no_names_and_no_notes(office: Regency, unit: Unit) -> None:
    ticket = a_ticket(office.unit, "syarat")
    words = Words(answer="Sudah dibicarakan dengan Pak Budi, 0812-3456-7890.", note=f"rahasia {WORD}")
    life.move(ticket, TicketStatus.VERIFIED, user=office.officer, now=at_now(), words=words)
    passing.pass_on(ticket, ALL, user=office.officer, why="tanya Bu Siti", now=at_now())
    pages = {}
    for name, user in (("above", office.evaluators["18.01"]), ("desk", office.officer)):
        client = Client()
        client.force_login(user)
        pages[name] = client.get(f"/meja/pengaduan/{ticket.number}/").content.decode()
    for page in pages.values():
        assert [trace for trace in ("Pak Budi", "0812", "Siti", WORD) if trace in page] == []
        assert "•••" in page
