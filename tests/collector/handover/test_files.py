"""Complaints to SP4N-LAPOR! by file and back: what leaves, who may, and that a file is taken whole, once."""

import csv
import io
import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from collector.accounts import roles
from collector.complaints import life
from collector.complaints.models import Ticket, TicketStatus, TicketStep
from collector.errors import CollectorError
from collector.fleet.models import Unit
from collector.handover import exporting, importing, reading, sending
from collector.handover.models import Handover, Stage
from collector.people.models import TrailEntry
from tests.collector.accounts_of import person
from tests.collector.conftest import OwnClock
from tests.collector.handover.conftest import NOW, WHY, PassedOn, to_lapor
from tests.collector.scores.village import add_unit

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 9)
UNITS = Unit.objects.all()


def exported(user: User, **more: bool) -> exporting.Exported:
    return exporting.export(UNITS, user=user, why=WHY, now=NOW, **more)


def lines(*rows: tuple[str, str, str, str, str]) -> list[reading.Line]:
    return [reading.Line(number, *row) for number, row in enumerate(rows, start=2)]


def test_a_file_has_the_fields_of_the_form_and_nobodys_contact(passed_on: PassedOn, evaluator: User) -> None:
    ticket = passed_on(
        "lama", "fasilitas", text="=HYPERLINK(1) antre 3 jam, hubungi 0812-3456-7890", phone="081234567890"
    )
    (row,) = exported(evaluator).rows
    assert row == {
        "nomor_tiket": ticket.number,
        "klasifikasi": "PENGADUAN",
        "judul": "Lama atau tidak selesai tepat waktu, Balai Desa Sukamaju",
        "isi": "=HYPERLINK(1) antre 3 jam, hubungi [nomor disamarkan]",
        "tanggal_kejadian": "2026-11-02",
        "lokasi": "18.01.05.2003",
        "instansi_tujuan": "Balai Desa Sukamaju",
        "kategori": "Lama atau tidak selesai tepat waktu; Ruang tunggu, toilet, antrean, jaringan, akses difabel",
        "lampiran": "",
        "anonim": "ya",
        "rahasia": "ya",
        "nomor_lapor": "",
    }
    told = exporting.as_csv([row]).decode()
    assert next(csv.DictReader(io.StringIO(told)))["isi"].startswith("'=HYPERLINK"), "no formula"
    assert json.loads(exporting.as_json([row])) == [row]
    read = TrailEntry.objects.get(action="complaint handed over")
    assert (read.who, read.subject, read.why) == ("budi", ticket.number, WHY)
    assert "antre" not in str(list(TrailEntry.objects.values_list("facts", flat=True)))


def test_an_officer_hands_over_none_that_is_kept_from_officers_and_an_evaluator_all(
    passed_on: PassedOn, officer: User, evaluator: User
) -> None:
    plain, about = passed_on("lama"), passed_on("pungli", text="diminta lima puluh ribu")
    named = passed_on("syarat", text="Pak Budi marah")
    found = exported(officer)
    assert ([row["nomor_tiket"] for row in found.rows], found.kept_back) == ([plain.number], 2)
    rest = exported(evaluator, public=True)
    assert [(row["nomor_tiket"], row["rahasia"]) for row in rest.rows] == [
        (about.number, "ya"),
        (named.number, "ya"),
    ]
    assert not TrailEntry.objects.filter(who="rina", subject__in=(about.number, named.number)).exists()


def test_what_has_left_does_not_leave_again_unless_that_is_asked_for(
    passed_on: PassedOn, officer: User
) -> None:
    passed_on("lama")
    passed_on("lama", status=TicketStatus.VERIFIED)
    (row,) = exported(officer, public=True).rows
    assert row["rahasia"] == "tidak"
    key = Handover.objects.get().key
    with pytest.raises(CollectorError, match="no complaint waits"):
        exported(officer)
    assert len(exported(officer, again=True).rows) == 1
    assert Handover.objects.get().key == key, "it is the same report"


def test_of_two_who_hand_over_at_once_one_is_told(passed_on: PassedOn, officer: User) -> None:
    ticket = passed_on("lama")
    exported(officer)
    with pytest.raises(CollectorError, match=f"just handed over complaint {ticket.number}"):
        exporting.begin(ticket, stage=Stage.EXPORTED, by="budi", why=WHY, now=NOW, again=False)
    assert Handover.objects.get().by == "rina"


def test_what_came_back_and_is_passed_on_again_is_a_report_of_its_own(
    passed_on: PassedOn, officer: User
) -> None:
    ticket = passed_on("lama")
    exported(officer)
    first = Handover.objects.get()
    file = lines((ticket.number, "7", "arsip", "2026-11-09", "Tidak jelas."))
    importing.take(file, user=officer, why=WHY, source="a.csv", now=NOW, today=TODAY)
    Ticket.objects.update(status=TicketStatus.FORWARDED)
    to_lapor(ticket)
    (row,) = exported(officer).rows
    second = Handover.objects.get()
    assert (row["nomor_lapor"], second.tracking_id, second.stage) == ("", "", Stage.EXPORTED)
    assert second.key != first.key
    assert TrailEntry.objects.get(action="handed over again").facts == {"before": "7"}


def test_nothing_is_opened_without_a_reason(passed_on: PassedOn, officer: User) -> None:
    passed_on("lama", text="antre")
    with pytest.raises(CollectorError, match="reason"):
        exporting.export(UNITS, user=officer, why=" ", now=NOW)
    assert not TrailEntry.objects.filter(who="rina").exists()


def test_one_complaint_has_one_owner(
    passed_on: PassedOn, officer: User, evaluator: User, own_clock: OwnClock
) -> None:
    ticket = passed_on("lama")
    exported(officer)
    with pytest.raises(CollectorError, match=f"complaint {ticket.number} is with somebody else"):
        life.move(ticket, TicketStatus.HANDLED, user=officer, now=NOW)
    ticket.refresh_from_db()
    assert ticket.status == TicketStatus.FORWARDED, "the move was taken back with its step"
    assert Handover.objects.get().acknowledge_by == date(2026, 11, 12), "three working days"
    own_clock.moment = NOW + timedelta(days=4)
    life.move(ticket, TicketStatus.HANDLED, user=officer, now=NOW)


def test_a_number_keeps_it_there_until_it_comes_back_or_is_taken_back(
    passed_on: PassedOn, officer: User, own_clock: OwnClock
) -> None:
    ticket = passed_on("lama")
    exported(officer)
    importing.take(
        lines((ticket.number, "7012345", "", "", "")),
        user=officer,
        why=WHY,
        source="a.csv",
        now=NOW,
        today=TODAY,
    )
    own_clock.moment = NOW + timedelta(days=90)
    with pytest.raises(CollectorError):
        life.move(ticket, TicketStatus.HANDLED, user=officer, now=NOW)
    sending.take_back(ticket.number, user=officer, why="tidak dijawab", now=NOW)
    life.move(ticket, TicketStatus.HANDLED, user=officer, now=NOW)


def test_a_withdrawal_is_the_citizens_whoever_has_the_complaint(passed_on: PassedOn, officer: User) -> None:
    ticket = passed_on("lama")
    exported(officer)
    TicketStep.objects.create(ticket=ticket, status="dicabut", who="warga")


def test_a_state_becomes_a_step_once(passed_on: PassedOn, officer: User) -> None:
    ticket = passed_on("lama")
    exported(officer)
    file = lines((ticket.number, "7012345", "Dalam Proses", "2026-11-09", "Diteruskan ke dinas."))
    for _ in range(2):
        importing.take(file, user=officer, why=WHY, source="a.csv", now=NOW, today=TODAY)
    steps = [(one.status, one.who, one.answer) for one in ticket.steps.all()]
    assert steps[1:] == [("ditindaklanjuti", "SP4N-LAPOR!", "Diteruskan ke dinas.")]
    done = lines((ticket.number, "7012345", "selesai", "2026-11-09", "Loket ditambah."))
    importing.take(done, user=officer, why=WHY, source="b.csv", now=NOW, today=TODAY)
    ticket.refresh_from_db()
    known = Handover.objects.get()
    assert (ticket.status, ticket.closed_at, known.stage, known.tracking_id) == (
        "selesai",
        NOW,
        Stage.RETURNED,
        "7012345",
    )
    importing.take(file, user=officer, why=WHY, source="a.csv", now=NOW, today=TODAY)
    ticket.refresh_from_db()
    assert ticket.status == "selesai", "what was told before moves nothing back"


def test_what_they_archive_comes_back_and_is_no_refusal_of_ours(passed_on: PassedOn, officer: User) -> None:
    ticket = passed_on("lama")
    exported(officer)
    file = lines((ticket.number, "7012345", "ARSIP", "2026-11-09", "Tidak jelas."))
    importing.take(file, user=officer, why=WHY, source="a.csv", now=NOW, today=TODAY)
    ticket.refresh_from_db()
    assert (ticket.status, Handover.objects.get().stage) == ("ditindaklanjuti", Stage.RETURNED)
    life.move(ticket, TicketStatus.ANSWERED, user=officer, now=NOW, words=life.Words("Kami jawab sendiri."))


@pytest.mark.parametrize(
    "row, why",
    [
        (("999999", "7", "", "", ""), importing.Why.TICKET),
        (("x", "7", "", "", ""), importing.Why.TICKET),
        (("{other}", "7", "", "", ""), importing.Why.NOT_OUT),
        (("{guarded}", "7", "", "", ""), importing.Why.NOT_YOURS),
        (("{ticket}", "", "proses", "2026-11-09", ""), importing.Why.NUMBER),
        (("{ticket}", "=1+1", "", "", ""), importing.Why.NUMBER),
        (("{ticket}", "7", "beres", "2026-11-09", ""), importing.Why.STATUS),
        (("{ticket}", "7", "proses", "9/11/2026", ""), importing.Why.DATE),
        (("{ticket}", "7", "proses", "", ""), importing.Why.DATE),
        (("{ticket}", "7", "proses", "2026-11-10", ""), importing.Why.DATE),
        (("{ticket}", "7", "proses", "2026-11-08", ""), importing.Why.DATE),
        (("{ticket}", "7", "selesai", "2026-11-09", " "), importing.Why.SILENT),
    ],
)
def test_each_bad_line_is_named_and_nothing_is_taken(
    passed_on: PassedOn, officer: User, row: tuple[str, str, str, str, str], why: importing.Why
) -> None:
    ticket, second = passed_on("lama"), passed_on("lama")
    exported(officer)
    other, guarded = passed_on("lama"), passed_on("pungli")
    names = {"ticket": ticket.number, "other": other.number, "guarded": guarded.number}
    given = lines((second.number, "8", "", "", ""), tuple(cell.format(**names) for cell in row))  # type: ignore[arg-type]
    checked = importing.check(given, user=officer, today=TODAY)
    assert [(one.line, one.why) for one in checked.bad] == [(3, why)]
    with pytest.raises(CollectorError):
        importing.take(given, user=officer, why=WHY, source="a.csv", now=NOW, today=TODAY)
    assert not Handover.objects.exclude(tracking_id="").exists()


def test_a_number_is_one_tickets_and_a_ticket_stands_once_in_a_file(
    passed_on: PassedOn, officer: User
) -> None:
    one, two = passed_on("lama"), passed_on("lama")
    exported(officer)
    both = lines((one.number, "7", "", "", ""), (two.number, "7", "", "", ""), (one.number, "9", "", "", ""))
    assert [bad.why for bad in importing.check(both, user=officer, today=TODAY).bad] == [
        importing.Why.TWICE
    ] * 2
    importing.take(both[:1], user=officer, why=WHY, source="a.csv", now=NOW, today=TODAY)
    again = lines((two.number, "7", "", "", ""), (one.number, "9", "", "", ""))
    assert [bad.why for bad in importing.check(again, user=officer, today=TODAY).bad] == [
        importing.Why.TAKEN,
        importing.Why.OTHER_NUMBER,
    ]


@pytest.mark.parametrize(
    "data, as_json",
    [
        (b"", False),
        (b"nomor;apa\n1;2\n", False),
        (b"\xff\xfe", False),
        (b"{}", True),
        (b"[1]", True),
        (b"[", True),
        (b"[" * 100_000, True),
        (b"nomor_tiket,nomor_lapor\n" + b"1,2\n" * 5_001, False),
        (b"x" * (4 * 1024 * 1024 + 1), False),
    ],
)
def test_what_is_no_such_file_is_refused(data: bytes, as_json: bool) -> None:
    with pytest.raises(CollectorError):
        reading.read(data, as_json=as_json)


@pytest.mark.parametrize(
    "data, as_json",
    [
        (
            b'\xef\xbb\xbfNomor_Tiket;nomor_lapor;status;tanggal;jawaban;lain\r\n000001;\'=7;proses;2026-11-09;"a\nb";x\r\n\r\n',
            False,
        ),
        (b'nomor_tiket,nomor_lapor,status,tanggal,jawaban\n000001,\'=7,proses,2026-11-09,"a\nb"\n', False),
        (
            b'[{"nomor_tiket": "000001", "nomor_lapor": "=7", "status": "proses", "tanggal": "2026-11-09", "jawaban": "a\\nb"}]',
            True,
        ),
    ],
)
def test_both_dialects_and_json_are_read_alike(data: bytes, as_json: bool) -> None:
    (line,) = reading.read(data, as_json=as_json)
    assert line[1:] == ("000001", "=7", "proses", "2026-11-09", "a\nb")


def test_the_command_tries_first_and_names_the_bad_lines(
    passed_on: PassedOn, officer: User, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ticket = passed_on("lama", text="antre tiga jam")
    out, back = tmp_path / "keluar.csv", tmp_path / "kembali.csv"
    call_command("handover", "export", "--unit", "sukamaju", "--file", str(out), "--as", "rina", "--why", WHY)
    assert "antre tiga jam" in out.read_text()
    assert out.stat().st_mode & 0o077 == 0, "its owner alone reads citizens' words"
    back.write_text(
        f"nomor_tiket,nomor_lapor,status,tanggal,jawaban\n{ticket.number},701,proses,2026-11-09,\n99,702,,,\n"
    )
    with pytest.raises(CommandError, match="1 lines cannot be taken"):
        call_command("handover", "import", "--file", str(back), "--as", "rina", "--why", WHY, "--apply")
    assert "line 3: ticket 99: there is no such ticket" in capsys.readouterr().out
    assert Handover.objects.get().tracking_id == ""
    back.write_text(back.read_text().replace("99,702,,,\n", ""))
    capsys.readouterr()
    call_command("handover", "import", "--file", str(back), "--as", "rina", "--why", WHY)
    assert "1 lines, 1 new, 0 bad: nothing was changed" in capsys.readouterr().out
    call_command("handover", "import", "--file", str(back), "--as", "rina", "--why", WHY, "--apply")
    assert Handover.objects.get().tracking_id == "701"
    call_command("handover", "list")
    assert "diterima SP4N-LAPOR!" in capsys.readouterr().out


def test_an_officer_of_elsewhere_gets_no_file(passed_on: PassedOn, tmp_path: Path) -> None:
    passed_on("lama")
    person("tono", roles.UNIT_OFFICER, add_unit("lain", region="18.01.05.2004"))
    with pytest.raises(CommandError, match="tono"):
        call_command(
            "handover",
            "export",
            "--unit",
            "sukamaju",
            "--file",
            str(tmp_path / "x.csv"),
            "--as",
            "tono",
            "--why",
            WHY,
        )
    assert not (tmp_path / "x.csv").exists()
