"""Complaints in the browser: the list, one of them with what may be done, the calendar, the rules, templates, the month, the public count."""

import re
from datetime import UTC, date, datetime

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from collector.accounts import roles
from collector.complaints import calendar, life
from collector.complaints.models import AnswerTemplate, Holiday, Ticket, TicketAddition, TicketStatus
from collector.desk import complaint_list
from collector.fleet import tree
from collector.fleet.models import Unit
from collector.people.models import TrailEntry
from collector.trust import public
from survey.record.complaint import written_bytes
from tests.collector.accounts_of import person
from tests.collector.complaints.tickets import Regency, a_ticket
from tests.collector.conftest import OwnClock
from tests.collector.desk.test_desk import browser, seen
from uplink.journal.sealing import seal

pytestmark = pytest.mark.django_db

LIST = "/meja/pengaduan/"
MONDAY = date(2026, 11, 2)


@pytest.fixture(autouse=True)
def _november(own_clock: OwnClock) -> None:
    own_clock.moment = datetime(2026, 11, 9, 2, tzinfo=UTC)
    cache.clear()


@pytest.fixture
def office(unit: Unit) -> Regency:
    return Regency(unit)


@pytest.fixture
def officer(office: Regency) -> Client:
    return browser(office.officer)


@pytest.fixture
def evaluator(office: Regency) -> Client:
    return browser(office.evaluators["18.01.05"])


def path(ticket: Ticket, name: str = "") -> str:
    return f"{LIST}{ticket.number}/{f'{name}/' if name else ''}"


def numbers(client: Client, query: str = "") -> list[str]:
    return re.findall(
        r'rowheader"><a href="/meja/pengaduan/(\d+)/"', client.get(f"{LIST}{query}").content.decode()
    )


def words(ticket: Ticket, text: str, kind: str = "word") -> None:
    sealed = seal(written_bytes(text), public.read(settings.IKM_KEYS).seal_key)
    TicketAddition.objects.create(ticket=ticket, lookup=ticket.lookup, at_ms=0, kind=kind, sealed=sealed)


def test_the_list_begins_with_what_is_due_first_and_each_filter_has_its_number(
    office: Regency, officer: Client, evaluator: Client, unit: Unit, own_clock: OwnClock
) -> None:
    later, sooner = a_ticket(unit, day=date(2026, 11, 5)), a_ticket(unit, day=MONDAY)
    kept = a_ticket(unit, "pungli", day=MONDAY)
    assert numbers(officer) == [sooner.number, later.number]
    assert numbers(evaluator) == [kept.number], "what waits for the evaluator itself"
    assert numbers(evaluator, "?tampil=semua") == [sooner.number, kept.number, later.number]
    assert "menunggu saya 2" in seen(officer, LIST)
    assert officer.get(f"{LIST}?tampil=dijaga").status_code == 404
    own_clock.moment = datetime(2026, 11, 24, 2, tzinfo=UTC)
    officer, evaluator = browser(office.officer), browser(office.evaluators["18.01.05"])
    assert numbers(officer, "?tampil=lewat") == [sooner.number]
    assert numbers(evaluator, "?tampil=bawah") == [sooner.number]
    assert "20 November 2026 lewat" in seen(officer, LIST)


def test_a_long_list_goes_on_where_the_page_before_ended(
    officer: Client, unit: Unit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(complaint_list, "ROWS", 3)
    made = [a_ticket(unit, day=date(2026, 11, 2 + place % 2)).number for place in range(8)]
    found, query = list[str](), ""
    for _ in range(4):
        page = officer.get(f"{LIST}{query}").content.decode()
        found += re.findall(r'rowheader"><a href="/meja/pengaduan/(\d+)/"', page)
        onward = re.search(r'href="(\?[^"]*sesudah=[^"]+)"', page)
        if onward is None:
            break
        query = onward[1].replace("&amp;", "&")
    assert found == made[::2] + made[1::2]
    assert numbers(officer, "?sesudah=nonsense") == found[:3]


def test_a_list_asks_as_often_for_three_as_for_one(officer: Client, unit: Unit) -> None:
    asked = []
    for _ in range(2):
        a_ticket(unit)
        officer.get(LIST)
        with CaptureQueriesContext(connection) as queries:
            officer.get(LIST)
        asked.append(len(queries))
        a_ticket(unit)
    assert asked[0] == asked[1]
    assert asked[0] < 60


def test_a_complaint_offers_what_may_be_done_next_and_only_that(officer: Client, unit: Unit) -> None:
    ticket = a_ticket(unit, day=MONDAY)
    page = officer.get(path(ticket)).content.decode()
    assert re.findall(r'<option value="(\w+)"', page)[:2] == ["terverifikasi", "ditolak"]
    assert "sisa 9 hari kerja" in seen(officer, path(ticket))
    officer.post(path(ticket, "langkah"), {"status": "terverifikasi"})
    answer = officer.post(path(ticket, "langkah"), {"status": "dijawab"})
    assert answer.status_code == 400
    assert "Tulis apa yang dibaca pelapor." in answer.content.decode()
    done = officer.post(
        path(ticket, "langkah"),
        {"status": "dijawab", "answer": "Loket ditambah.", "note": "anggaran 2027"},
        follow=True,
    )
    page = done.content.decode()
    assert f"Pengaduan {ticket.number}: langkah tersimpan." in page
    assert [one for one in ("Loket ditambah.", "anggaran 2027", "Dijawab") if one not in page] == []
    assert re.findall(r'<option value="(\w+)"', page)[:3] == ["dijawab", "selesai", "dibuka_lagi"]


def test_a_text_is_opened_with_a_reason_and_stands_on_that_answer_alone(
    officer: Client, evaluator: Client, unit: Unit
) -> None:
    ticket = a_ticket(unit)
    words(ticket, "kursi rusak")
    words(ticket, "081234567890", "number")
    assert officer.post(path(ticket, "isi"), {"why": ""}).status_code == 400
    opened = officer.post(path(ticket, "isi"), {"why": "untuk menjawab"})
    assert "kursi rusak" in opened.content.decode()
    assert opened["Cache-Control"] == "private, no-store"
    assert "kursi rusak" not in officer.get(path(ticket)).content.decode()
    assert officer.post(path(ticket, "nomor"), {"why": "menelepon"}).status_code == 403
    number = evaluator.post(path(ticket, "nomor"), {"why": "menelepon"}).content.decode()
    assert ("081234567890" in number, "kursi rusak" in number) == (True, False)
    entries = TrailEntry.objects.filter(action__startswith="complaint").exclude(action="complaint arrived")
    assert list(entries.values_list("who", "action", "subject", "why")) == [
        ("budi", "complaint read", ticket.number, "untuk menjawab"),
        ("penilai-18-01-05", "complaint contact read", ticket.number, "menelepon"),
    ]


def test_it_is_passed_on_acknowledged_stopped_sorted_and_merged_in_the_browser(
    officer: Client, evaluator: Client, unit: Unit
) -> None:
    ticket, other = a_ticket(unit, day=MONDAY), a_ticket(unit, day=MONDAY)
    for name, data in (
        ("golongkan", {"kind": "pengaduan", "supervision": "tidak_berkadar", "forms_of": ["tidak_patut"]}),
        ("berhenti", {"why": "warga"}),
        ("jalan", {}),
        ("gabung", {"leader": other.number}),
        ("pisah", {}),
        ("teruskan", {"receiver": "region:18.01.05", "why": "lintas desa"}),
    ):
        answer = officer.post(path(ticket, name), data)
        assert answer.status_code == 302, (name, answer.content.decode()[-3000:])
    page = seen(evaluator, path(ticket))
    assert "Penerusan menunggu diterima, paling lambat 12 November 2026" in page
    assert "tidak berkadar pengawasan" in page
    assert evaluator.post(path(ticket, "terima"), {}).status_code == 302
    assert "diterima 9 November 2026" in seen(evaluator, path(ticket))
    assert "Isinya hanya dapat dibuka yang memegang pengaduan ini" in seen(officer, path(ticket))
    lapor = evaluator.post(path(ticket, "langkah"), {"status": "terverifikasi"})
    assert lapor.status_code == 302
    assert (
        evaluator.post(path(ticket, "teruskan"), {"receiver": "lapor:", "why": "jalan kabupaten"}).status_code
        == 302
    )
    assert evaluator.post(path(ticket, "lapor"), {"lapor_number": "8812345"}).status_code == 302
    assert "nomor LAPOR! 8812345" in seen(evaluator, path(ticket))


def test_an_officer_who_reads_that_it_is_about_an_officer_sends_it_up(
    officer: Client, evaluator: Client, unit: Unit
) -> None:
    ticket = a_ticket(unit)
    answer = officer.post(path(ticket, "jaga"), {}, follow=True)
    assert answer.redirect_chain == [(LIST, 302)]
    assert officer.get(path(ticket)).status_code == 404
    assert "Meja yang diadukan tidak melihatnya" in seen(evaluator, path(ticket))


def test_others_have_no_such_rooms(office: Regency, unit: Unit) -> None:
    ticket = a_ticket(unit)
    strange = person("sari", roles.UNIT_OFFICER, tree.add_unit(
        code="medan", name="Medan", region=tree.add_region("12.71.01.1001"), agency=None, time_zone="Asia/Jakarta"))  # fmt: skip
    for user in (strange, office.viewer, office.auditor):
        assert browser(user).get(path(ticket)).status_code == 404
    for user in (office.viewer, office.auditor):
        assert browser(user).get(LIST).status_code == 404
    assert browser(office.officer).get(f"{LIST}bulan/").status_code == 403
    assert browser(office.officer).get(f"{LIST}rantai/").status_code == 403
    assert browser(strange).get("/meja/unit/sukamaju/jawaban/").status_code == 404


def test_the_calendar_is_kept_by_whoever_it_belongs_to(
    office: Regency, officer: Client, evaluator: Client
) -> None:
    day = {"what": "enter", "day": "2026-11-17", "name": "Hari jadi", "source": "Perda 4/2020"}
    assert "Hari libur 2026 belum diisi" in seen(officer, f"{LIST}kalender/?tahun=2026")
    officer.post(f"{LIST}kalender/?tahun=2026", day)
    assert Holiday.objects.count() == 0
    assert evaluator.post(f"{LIST}kalender/?tahun=2026", day).status_code == 400, (
        "everywhere is an administrator's"
    )
    assert evaluator.post(f"{LIST}kalender/?tahun=2026", day | {"region": "18.01.05"}).status_code == 302
    assert evaluator.post(f"{LIST}kalender/?tahun=2026", day | {"region": "18.01"}).status_code == 400
    evaluator.post(f"{LIST}kalender/?tahun=2026", {"what": "fill"})
    assert Holiday.objects.count() == 1
    calendar.fill(2026, who="rina")
    page = seen(evaluator, f"{LIST}kalender/?tahun=2026")
    assert "Selasa, 17 November 2026 Hari jadi libur daerah" in page
    evaluator.post(
        f"{LIST}kalender/?tahun=2026",
        {"what": "remove", "day": "2026-11-17", "region": "18.01.05", "why": "salah"},
    )
    assert not Holiday.objects.filter(day=date(2026, 11, 17)).exists()
    assert officer.get(f"{LIST}kalender/?tahun=1066").status_code == 404


def test_the_rules_are_shown_with_their_sources_and_that_nobody_has_verified_them(officer: Client) -> None:
    page = seen(officer, f"{LIST}aturan/")
    assert "PermenPANRB 5/2025" in page
    assert "Pengaduan berkadar pengawasan 60 hari kerja sejak lengkap" in page
    assert page.count("belum dicocokkan") == 10


def test_answers_begin_with_words_that_the_unit_keeps(officer: Client, unit: Unit) -> None:
    rooms = "/meja/unit/sukamaju/jawaban/"
    officer.post(rooms, {"what": "keep", "name": "Salam", "text": "Terima kasih atas laporannya."})
    template = AnswerTemplate.objects.get()
    ticket = a_ticket(unit)
    officer.post(path(ticket, "langkah"), {"status": "terverifikasi"})
    page = officer.get(f"{path(ticket)}?templat={template.pk}").content.decode()
    assert re.search(r"<textarea name=\"answer\"[^>]*>\s*Terima kasih atas laporannya.", page)
    assert officer.post(rooms, {"what": "keep", "name": "", "text": ""}).status_code == 400
    officer.post(rooms, {"what": "remove", "number": str(template.pk)})
    assert AnswerTemplate.objects.count() == 0


def test_the_month_is_read_and_printed_by_who_stands_above(
    office: Regency, unit: Unit, own_clock: OwnClock
) -> None:
    late = a_ticket(unit, day=MONDAY)
    own_clock.moment = datetime(2026, 12, 3, 2, tzinfo=UTC)
    evaluator = browser(office.evaluators["18.01.05"])
    page = seen(evaluator, f"{LIST}bulan/?bulan=2026-11")
    assert f"{late.number} Balai Desa Sukamaju tidak dijawab 20 November 2026 belum" in page
    assert "Diketahui" in page
    assert "SEMENTARA" in seen(evaluator, f"{LIST}bulan/")
    assert evaluator.get(f"{LIST}bulan/?bulan=2026-TW4").status_code == 404


def test_everybody_reads_how_many_wait_and_none_of_them_is_about_an_officer(
    office: Regency, unit: Unit, own_clock: OwnClock
) -> None:
    a_ticket(unit, day=MONDAY)
    a_ticket(unit, "pungli", day=MONDAY)
    page = seen(Client(), "/unit/sukamaju/pengaduan/")
    assert "Belum selesai 1 Lewat tenggat jawabannya 0 Dijawab dalam 14 hari kerja" in page
    own_clock.moment = datetime(2026, 11, 24, 2, tzinfo=UTC)
    assert "Belum selesai 1 Lewat tenggat jawabannya 1" in seen(Client(), "/unit/sukamaju/pengaduan/")
    life.withdrawn(Ticket.objects.get(guarded=False), own_clock.moment)
    assert "Belum selesai 0" in seen(Client(), "/unit/sukamaju/pengaduan/")
    assert Ticket.objects.get(guarded=True).status == TicketStatus.RECEIVED
    Unit.objects.update(hidden_on=date(2026, 1, 1))
    assert Client().get("/unit/sukamaju/pengaduan/").status_code == 404
