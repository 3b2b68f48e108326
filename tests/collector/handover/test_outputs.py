"""The register, the periodic report and the poster: what they count, what they leave out, and that nothing small is told in public."""

import csv
import io
import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client
from openpyxl import load_workbook

from collector.complaints.calendar import add_working_days, working_days_between
from collector.complaints.models import Ticket, TicketStatus
from collector.errors import CollectorError
from collector.fleet.models import Unit
from collector.handover.models import Handover, Stage
from collector.handover.outputs import counting, poster, register, report
from collector.papers.press import Warm
from collector.people.models import TrailEntry
from survey.index.periods import parse
from tests.collector.conftest import OwnClock
from tests.collector.handover import village
from tests.collector.handover.conftest import NOW, WHY, PassedOn
from tests.collector.papers.reading_back import invalid_pdf_a, text_of

pytestmark = pytest.mark.django_db
FIRST, LAST = date(2026, 7, 1), date(2026, 9, 30)
TODAY = date(2026, 10, 5)
Q3 = parse("2026-TW3")


def counted(unit: Unit, *, whole: bool = False, smallest: int = 5) -> counting.Counted:
    return counting.counted(unit, FIRST, LAST, today=TODAY, whole=whole, smallest=smallest)


def test_a_quarter_is_counted_with_what_is_kept_from_officers_and_without(unit: Unit) -> None:
    village.quarter(unit)
    public, whole = counted(unit), counted(unit, whole=True, smallest=1)
    assert (public.received, public.on_time, public.overdue, public.answered) == (20, 14, 6, 16)
    assert dict(public.statuses) == {"Selesai": 8, "Dalam penanganan": 12, "Ditolak": 0, "Dicabut warga": 0}
    assert (public.topics, public.others) == (
        (("Lama atau tidak selesai tepat waktu", 9), (facts_name("fasilitas"), 6)),
        5,
    )
    assert whole.received == 23
    assert dict(whole.topics)["Diminta bayar di luar aturan"] == 1
    assert dict(whole.statuses)["Ditolak"] == 1


def facts_name(code: str) -> str:
    return dict(zip(counting.topics.NAMES, counting.topics.NAMES.values(), strict=True))[code]


def test_the_rest_is_never_a_handful(unit: Unit) -> None:
    for topic, number in (("lama", 9), ("fasilitas", 6), ("syarat", 2)):
        for _ in range(number):
            village.ticket(unit, date(2026, 8, 3), topic)
    found = counted(unit)
    assert (found.topics, found.others) == (((facts_name("lama"), 9),), 8), "two would have stood alone"


def test_days_are_worked_days_and_the_due_day_is_in_time(unit: Unit) -> None:
    friday = date(2026, 8, 7)
    assert add_working_days(friday, 14, unit) == date(2026, 8, 27)
    assert working_days_between(friday, date(2026, 8, 27), unit) == 14
    village.ticket(unit, friday, "lama", status=TicketStatus.DONE, answered=date(2026, 8, 27))
    village.ticket(unit, friday, "lama", status=TicketStatus.DONE, answered=date(2026, 8, 28))
    found = counted(unit)
    assert (found.on_time, found.overdue, found.mean_days) == (1, 1, counting.Fraction(29, 2))


def test_the_register_says_who_complained_as_a_word_and_masks_numbers(
    passed_on: PassedOn, unit: Unit, officer: User, evaluator: User
) -> None:
    plain = passed_on("lama", text="=SUM(1) antre", phone="081234567890")
    passed_on("syarat")
    passed_on("pungli", text="rahasia sekali")
    Handover.objects.create(
        ticket=plain,
        stage=Stage.TAKEN,
        key="a" * 32,
        tracking_id="701",
        handed_at=NOW,
        acknowledge_by=LAST,
        by="x",
        why="x",
    )
    told = register.register(unit, date(2026, 11, 1), date(2026, 11, 30), user=officer, why=WHY)
    assert told.kept_back == 1
    assert [row[3:] for row in told.rows] == [
        (
            "ada kontak",
            facts_name("lama"),
            "=SUM(1) antre",
            "Balai Desa Sukamaju",
            "Diteruskan",
            "2026-11-27",
            "",
            "701",
        ),
        ("anonim", facts_name("syarat"), "", "Balai Desa Sukamaju", "Diteruskan", "2026-11-27", "", ""),
    ]
    rows = list(csv.reader(io.StringIO(register.as_csv(told).decode("utf-8-sig")), delimiter=";"))
    assert (rows[0], rows[1][5]) == (list(register.HEADS), "'=SUM(1) antre")
    sheet = load_workbook(io.BytesIO(register.as_xlsx(told)))["Register"]
    cell = sheet.cell(5, 6)
    assert (cell.value, cell.data_type) == ("=SUM(1) antre", "s")
    assert "0812" not in str([[one.value for one in row] for row in sheet.rows])
    assert TrailEntry.objects.filter(action="complaint in a register").count() == 2
    whole = register.register(unit, date(2026, 11, 1), date(2026, 11, 30), user=evaluator, why=WHY)
    assert len(whole.rows) == 3
    with pytest.raises(CollectorError, match="reason"):
        register.register(unit, FIRST, LAST, user=officer, why="")


def test_a_published_report_is_frozen_and_no_other_overlaps_it(unit: Unit, own_clock: OwnClock) -> None:
    village.quarter(unit)
    with pytest.raises(CollectorError, match="ends on 2026-12-31"):
        report.publish(unit, parse("2026-TW4"), who="budi", now=NOW)
    with pytest.raises(CollectorError, match="quarter"):
        report.publish(unit, parse("2026-08"), who="budi", now=NOW)
    out = report.publish(unit, Q3, who="budi", now=NOW)
    content = dict(out.content)
    village.ticket(unit, date(2026, 8, 3), "bansos")
    out.refresh_from_db()
    assert out.content == content
    assert (content["received"], content["whole"], content["others"]) == (20, False, 5)
    for other in ("2026-TW3", "2026-S2", "2026"):
        with pytest.raises(CollectorError, match="subtracted" if other == "2026-TW3" else "overlaps|ends on"):
            report.publish(unit, parse(other), who="budi", now=datetime(2027, 1, 4, tzinfo=UTC))


def test_fewer_than_five_in_all_is_all_that_is_said(unit: Unit) -> None:
    for _ in range(4):
        village.ticket(unit, date(2026, 8, 3), "lama", status=TicketStatus.DONE, answered=date(2026, 8, 5))
    content = report.publish(unit, Q3, who="budi", now=NOW).content
    assert {name: content[name] for name in ("few", "received", "topics", "statuses", "on_time", "mean_days", "lapor")} == {
        "few": True, "received": None, "topics": [], "statuses": [], "on_time": 0, "mean_days": "", "lapor": [0, 0],
    }  # fmt: skip


@pytest.mark.heavy
def test_papers_are_valid_say_what_was_counted_and_are_the_same_each_time(
    unit: Unit, tmp_path: Path, own_clock: OwnClock
) -> None:
    village.quarter(unit)
    out = report.publish(unit, Q3, who="budi", now=NOW)
    own = report.of_period(unit, Q3, today=TODAY, whole=True)
    files = {
        "public": report.pdf(unit, out.content, Warm()),
        "own": report.pdf(unit, own, Warm()),
        "a4": poster.mechanism(unit, Warm(), size="a4"),
        "a3": poster.mechanism(unit, Warm(), size="a3"),
    }
    assert report.pdf(unit, out.content, Warm()) == files["public"]
    paths = []
    for name, data in files.items():
        paths.append(tmp_path / f"{name}.pdf")
        paths[-1].write_bytes(data)
    assert invalid_pdf_a(paths, tmp_path) == []
    texts = {path.stem: text_of(path) for path in paths}
    assert "Diminta bayar" not in texts["public"]
    assert "Syarat tidak jelas" not in texts["public"], "three are fewer than five"
    assert "Diminta bayar" in texts["own"]
    assert "tidak untuk diumumkan" in texts["own"]
    for words in (
        "Dijawab paling lambat 14 hari kerja",
        "lapor.go.id",
        "SMS 1708",
        "ombudsman.go.id/pengaduan",
        "telepon 137",
    ):
        assert words in texts["a4"], words
        assert words in texts["a3"], words
    (told,) = set(re.findall(r"di kios unit ini, atau di \S*?(/\S+)", texts["a4"]))
    assert Client().get(told.rstrip(".")).status_code == 200, "where the poster sends people there is a page"


def test_everybody_reads_how_to_complain_and_the_published_reports(unit: Unit, own_clock: OwnClock) -> None:
    client = Client()
    address = "/unit/sukamaju/pengaduan/"
    assert "Belum ada laporan yang terbit" in client.get(address).content.decode()
    assert address in client.get("/unit/sukamaju/").content.decode()
    village.quarter(unit)
    report.publish(unit, Q3, who="budi", now=NOW)
    for path, words in ((address, "lewat tenggat"), (f"/en{address}", "overdue")):
        page = client.get(path).content.decode()
        assert words in page, path
        assert "budi" not in page
    assert client.get(f"{address}2026-TW3.pdf").content.startswith(b"%PDF")
    assert client.get(f"{address}cara-mengadu-a4.pdf").content.startswith(b"%PDF")
    for path in ("2026-TW2.pdf", "2026.pdf", "cara-mengadu-a5.pdf"):
        assert client.get(address + path).status_code == 404, path
    Unit.objects.update(hidden_on=date(2026, 11, 1))
    assert client.get(address).status_code == 404


def test_the_commands_write_and_publish_for_who_may(
    passed_on: PassedOn,
    unit: Unit,
    officer: User,
    evaluator: User,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    passed_on("lama", text="antre")
    book = tmp_path / "register.xlsx"
    common = ["--unit", "sukamaju", "--period", "2026-TW4"]
    call_command("complaint_report", "register", *common, "--file", str(book), "--as", "rina", "--why", WHY)
    assert book.stat().st_mode & 0o077 == 0
    with pytest.raises(CommandError, match="xlsx"):
        call_command("complaint_report", "register", *common, "--file", "x.txt", "--as", "rina", "--why", WHY)
    call_command("complaint_report", "make", *common, "--file", str(tmp_path / "a.pdf"), "--as", "rina")
    call_command("complaint_report", "poster", "--unit", "sukamaju", "--file", str(tmp_path / "p.pdf"))
    with pytest.raises(CommandError, match="rina"):
        call_command(
            "complaint_report", "publish", "--unit", "sukamaju", "--period", "2026-TW3", "--as", "rina"
        )
    call_command("complaint_report", "publish", "--unit", "sukamaju", "--period", "2026-TW3", "--as", "budi")
    assert "sukamaju 2026-TW3: published" in capsys.readouterr().out
    assert Ticket.objects.count() == 1
