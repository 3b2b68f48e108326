"""OpenSID by file, with the columns of its table `pengaduan`: only what is public goes there, and nobody's name comes back."""

import csv
import io
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command

from collector.complaints import life
from collector.complaints.models import Ticket, TicketStatus
from collector.errors import CollectorError
from collector.fleet.models import Unit
from collector.handover import opensid
from collector.handover.open311 import notices
from collector.people.models import TrailEntry
from tests.collector.conftest import OwnClock
from tests.collector.handover import village
from tests.collector.handover.conftest import NOW, WHY

pytestmark = pytest.mark.django_db
HEAD = (
    "id,config_id,id_pengaduan,nik,nama,email,telepon,judul,isi,status,foto,ip_address,created_at,updated_at"
)
"""As the table's public migration has it."""


@pytest.fixture
def marked(unit: Unit, officer: User, own_clock: OwnClock) -> Ticket:
    made = [village.ticket(unit, date(2026, 10, 14), "lama") for _ in range(5)]
    notices.mark(made[0], "lama", "Loket dua ditambah.", user=officer, now=NOW)
    own_clock.moment = NOW + timedelta(days=2)
    return made[0]


def table(marked: Ticket, reply: str, *, status: str = "2") -> bytes:
    """The village's table later: our row under its own number, an answer to it, and somebody's own complaint."""
    name = marked.public_notice.name
    rows = [
        f"31,1,NULL,,Kios pengaduan,,,Lama [{name}],Loket dua ditambah.,{status},,,2026-10-01 00:00:00,2026-11-11 09:00:00",
        f"32,1,31,,Admin Desa,,,,{reply},{status},,127.0.0.1,2026-11-11 09:00:00,2026-11-11 09:00:00",
        "33,1,NULL,1801050101010001,Siti,siti@example.id,0812345,Jalan rusak,Jalan di RT 2,1,,10.0.0.1,2026-11-10 09:00:00,2026-11-10 09:00:00",
    ]
    return "\n".join([HEAD, *rows]).encode()


def test_a_row_has_the_tables_columns_and_says_what_is_public(
    marked: Ticket, own_clock: OwnClock, tmp_path: Path
) -> None:
    out = tmp_path / "pengaduan.csv"
    call_command("handover", "opensid-export", "--unit", "sukamaju", "--file", str(out))
    text = out.read_text()
    assert text.splitlines()[0] == HEAD
    (row,) = csv.DictReader(io.StringIO(text))
    assert (row["nama"], row["nik"], row["telepon"], row["isi"], row["status"]) == (
        "Kios pengaduan", "", "", "Loket dua ditambah.", "1",
    )  # fmt: skip
    assert (len(row["judul"]) <= 100, row["created_at"]) == (True, "2026-10-01 00:00:00")


def test_an_answer_there_becomes_a_step_once_and_nothing_of_others_is_kept(
    marked: Ticket, officer: User
) -> None:
    data = table(marked, "Kami sedang kerjakan.")
    found = opensid.check(data, user=officer)
    assert ([one.answer for one in found.new], found.known, found.strangers) == (
        ["Kami sedang kerjakan."],
        0,
        1,
    )
    life.move(marked, TicketStatus.VERIFIED, user=officer, now=NOW)
    for _ in range(2):
        opensid.take(data, user=officer, why=WHY, now=NOW)
    assert [(one.status, one.who, one.answer) for one in marked.steps.all()] == [
        ("diterima", "kios", ""),
        ("terverifikasi", "rina", ""),
        ("dijawab", "rina", "Kami sedang kerjakan."),
    ]
    opensid.take(table(marked, "Sudah selesai.", status="3"), user=officer, why=WHY, now=NOW)
    marked.refresh_from_db()
    assert (marked.status, marked.steps.count()) == ("dijawab", 4), "what caused it only this office can say"
    kept = str(list(TrailEntry.objects.values()))
    assert [word for word in ("1801050101010001", "Siti", "0812345") if word in kept] == []


def test_a_reply_to_a_complaint_that_the_account_may_not_have_is_passed_over(
    marked: Ticket, officer: User
) -> None:
    Ticket.objects.filter(pk=marked.pk).update(guarded=True)
    assert opensid.check(table(marked, "Halo"), user=officer).new == []


def test_another_table_is_refused(officer: User) -> None:
    with pytest.raises(CollectorError):
        opensid.check(b"id,nama\n1,2\n", user=officer)
