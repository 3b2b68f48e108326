"""The papers of a unit's follow-up, opened again: what the register says, in both forms, signed, and nothing that others wrote steers them."""

import re
from datetime import UTC, date, datetime
from pathlib import Path

import pikepdf
import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from docx import Document

from collector.accounts import roles
from collector.followup import forum, register
from collector.followup.models import Report
from collector.followup.reports import issue
from collector.papers import making
from collector.papers.press import Warm
from collector.papers.registry import Audience, Format, formats
from collector.papers.said import said_of
from collector.papers.signature import FIELD
from collector.people.models import TrailEntry
from collector.releases import larger
from collector.releases.models import Release
from survey.index.periods import parse
from tests.collector.accounts_of import person
from tests.collector.complaints.tickets import a_ticket
from tests.collector.conftest import OwnClock
from tests.collector.followup import desa
from tests.collector.papers import town
from tests.collector.papers.reading_back import as_pdf, invalid_pdf_a, sheet, text_of
from tests.collector.papers.test_publication_papers import HOSTILE
from tests.collector.scores.village import Post

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _january(own_clock: OwnClock) -> None:
    own_clock.moment = datetime(2027, 1, 9, 3, tzinfo=UTC)


@pytest.fixture
def post() -> Post:
    return town.post()


@pytest.fixture
def release(post: Post) -> Release:
    desa.released(post, desa.BEFORE, seed=3)
    return desa.released(post)


def words_of(path: Path) -> list[str]:
    """What a DOCX says, paragraph by paragraph and cell by cell."""
    document = Document(str(path))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return [*(one.text for one in document.paragraphs), *cells]


def wanted() -> list[Format]:
    """The follow-up's own; the evidence against maladministration is of a unit too, and has tests of its own."""
    of_units = [one for one in formats().values() if one.of_units]
    return [one for one in of_units if not re.search("ombudsman|antimaladministrasi", one.name)]


def made(release: Release, folder: Path) -> dict[str, Path]:
    paths = making.make(said_of(release), wanted(), Warm(), folder=folder)
    return dict(zip([one.name for one in wanted()], paths, strict=True))


def fill(release: Release) -> None:
    """Three plans: one done with a picture, one given up, one that reaches into the next year; and a forum that agreed on a fourth."""
    assert release.unit is not None
    first = desa.add(release)
    second = desa.add(release, element="biaya", action="Papan tarif", responsible="Kasi Pelayanan")
    desa.add(
        release,
        element="sarpras",
        action="Kursi tunggu",
        first_month=date(2027, 11, 1),
        last_month=date(2028, 2, 1),
    )
    files = [("sk.png", desa.picture("PNG")), ("sk.pdf", b"%PDF-1.4")]
    register.done(
        first, day=date(2027, 1, 8), result="SK pengganti berlaku", people=4, files=files, who="budi"
    )
    register.drop(second, who="budi", why="papan sudah ada")
    issue(release, Report.FOLLOW_UP, date(2027, 1, 9), who="budi")
    held = forum.hold(release.unit, desa.minutes(), who="budi")
    register.add(
        release.unit,
        desa.plan(element="", problem="Parkir becek", action="Keraskan halaman"),
        forum=held,
        who="budi",
    )


def test_each_paper_says_what_the_register_says(release: Release, tmp_path: Path) -> None:
    fill(release)
    paths = made(release, tmp_path)
    texts = {name: text_of(path) for name, path in paths.items() if path.suffix == ".pdf"}
    for words in (
        "RENCANA TINDAK LANJUT PERBAIKAN SKM", "menurut triwulan, tahun 2027", "menurut bulan, tahun 2028", "SK pengganti berlaku",
        "Tidak dilaksanakan: papan sudah ada", "1 dari 3 rencana (33,3 %): nilai 3 dari 5", "nilai kecepatan 5 dari 5",
        "belum semuanya",
    ):  # fmt: skip
        assert words in texts["rtl"], words
    for words in (
        "LAPORAN HASIL TINDAK LANJUT", "Triwulan IV Tahun 2026", "4 orang", "Menunggu rilis", "sk.jpg; sk.pdf", "Belum dilaksanakan.",
        f"{release.address[:4]}-{release.address[4:]}",
    ):  # fmt: skip
        assert words in texts["followup-report"], words
    with pikepdf.open(paths["followup-report"]) as pdf:
        assert sum(len(page.get_images()) for page in pdf.pages) == 1, "the picture, and not the PDF"
    for words in (
        "BERITA ACARA HASIL FORUM KONSULTASI PUBLIK (FKP)", "hari Kamis tanggal 7 Januari 2027", "Parkir becek", "Keraskan halaman",
        "Pengguna layanan 14", "3 dari lima kelompok hadir", "Wakil pengguna layanan", "Kursi tunggu", "Triwulan III Tahun 2026: ",
    ):  # fmt: skip
        assert words in texts["forum"], words
    low = min(said_of(release).elements, key=lambda one: one.value)
    assert low.value in texts["forum"]


def test_the_workbook_has_both_forms_of_the_annex_and_what_was_done(release: Release, tmp_path: Path) -> None:
    fill(release)
    path = made(release, tmp_path)["rtl-sheet"]
    quarters = [
        [cell.value or "" for cell in row] for row in sheet(path, "RTL triwulan").iter_rows(min_row=4)
    ]
    assert quarters[0][0] == "TAHUN 2027"
    assert quarters[1][:8] == [
        "No.", "Prioritas Unsur", "Program/Kegiatan", "TW I", "TW II", "TW III", "TW IV", "Penanggung Jawab",
    ]  # fmt: skip
    assert [row[3:7] for row in quarters[2:5]] == [["●", "", "", ""], ["●", "", "", ""], ["", "", "", "●"]]
    assert (quarters[6][0], quarters[8][0], quarters[8][3:7]) == ("TAHUN 2028", 3, ["●", "", "", ""])
    months = [[cell.value or "" for cell in row] for row in sheet(path, "RTL bulan").iter_rows(min_row=4)]
    assert months[1][3:15] == [
        "Jan",
        "Feb",
        "Mar",
        "Apr",
        "Mei",
        "Jun",
        "Jul",
        "Agu",
        "Sep",
        "Okt",
        "Nov",
        "Des",
    ]
    assert [row[3:15].count("●") for row in months[2:5]] == [2, 2, 2]
    done = [
        [cell.value or "" for cell in row]
        for row in sheet(path, "Pelaksanaan").iter_rows(min_row=5, max_row=7)
    ]
    assert [row[4:7] for row in done] == [
        ["SK pengganti berlaku", "8 Januari 2027", "sk.jpg; sk.pdf"],
        ["Tidak dilaksanakan: papan sudah ada", "", ""],
        ["Belum", "", ""],
    ]


@pytest.mark.heavy
def test_the_minutes_go_on_in_a_word_processor_and_come_back_whole(release: Release, tmp_path: Path) -> None:
    fill(release)
    path = made(release, tmp_path)["forum-docx"]
    words = words_of(path)
    for one in (
        "BERITA ACARA HASIL FORUM KONSULTASI PUBLIK (FKP)", "TENTANG STANDAR PELAYANAN SURAT KETERANGAN", "Parkir becek",
        "Keraskan halaman", "Kepala Desa", "Kursi tunggu", "3 dari lima kelompok hadir: nilai 3 dari 5 (PEKPPP, indikator 2).",
    ):  # fmt: skip
        assert one in words, one
    text = text_of(as_pdf(path, tmp_path))
    assert "Pengguna layanan 14" in text
    assert all(one.value in text for one in said_of(release).elements if one.is_low)


@pytest.mark.heavy
def test_they_are_pdf_a_with_a_field_on_the_last_page_and_the_same_bytes_twice(
    release: Release, tmp_path: Path, own_clock: OwnClock
) -> None:
    empty = made(release, tmp_path / "empty")
    fill(release)
    paths = made(release, tmp_path / "one")
    own_clock.moment = datetime(2027, 3, 9, 3, tzinfo=UTC)
    again = made(release, tmp_path / "two")
    assert {name: path.read_bytes() for name, path in paths.items()} == {
        name: path.read_bytes() for name, path in again.items()
    }
    pdfs = [path for path in (*empty.values(), *paths.values()) if path.suffix == ".pdf"]
    assert invalid_pdf_a(pdfs, tmp_path) == []
    for path in pdfs:
        with pikepdf.open(path) as pdf:
            (field,) = pdf.Root.AcroForm.Fields
            assert (str(field.T), field.P.objgen) == (FIELD, pdf.pages[-1].obj.objgen)
            left, bottom, right, top = map(float, field.Rect)
            box = [float(one) for one in pdf.pages[-1].mediabox]
            assert 0 < left < right < box[2]
            assert 0 < bottom < top < box[3] / 4
    assert "Belum ada rencana tindak lanjut yang dicatat." in text_of(empty["rtl"])
    assert "hari ......" in text_of(empty["forum"])


@pytest.mark.heavy
def test_what_others_wrote_stays_text(release: Release, tmp_path: Path) -> None:
    hostile = HOSTILE[:480]
    item = desa.add(release, problem=hostile, action=hostile, responsible=hostile[:140])
    register.done(item, day=date(2027, 1, 8), result=hostile, who="budi")
    assert release.unit is not None
    held = forum.hold(
        release.unit,
        desa.minutes(topic=hostile[:190], place=hostile[:140], signers=(hostile[:140],)),
        who="x",
    )
    register.add(release.unit, desa.plan(element="", problem=hostile, action=hostile), forum=held, who="budi")
    for name, path in made(release, tmp_path).items():
        if path.suffix == ".docx":
            told = "\n".join(words_of(path))
            assert '#panic("x") $x$ *b* <b>A & B</b> =1+1 gnp.exe' in told
            assert "\u202e" not in told
        elif path.suffix == ".pdf":
            assert '#panic("x") $x$ *b* <b>A & B</b> =1+1 gnp.exe' in text_of(path), name
        else:
            values = [
                cell.value for row in sheet(path, "Pelaksanaan", values=False).iter_rows() for cell in row
            ]
            assert any(str(one).startswith('#panic("x")') for one in values)
            assert not any(str(one).startswith("=") for one in values)
    assert invalid_pdf_a(list(tmp_path.glob("*.pdf")), tmp_path) == []


def test_the_pack_tells_nothing_of_complaints(post: Post, release: Release, tmp_path: Path) -> None:
    numbers = [a_ticket(post.unit, "pungli", day=date(2026, 11, 3)).number for _ in range(9)]
    text = text_of(made(release, tmp_path)["forum"])
    assert "Belum ada angka pengaduan yang diterbitkan" in text
    assert "pungli" not in text
    assert [number for number in numbers if number in text] == []


def test_a_region_has_no_follow_up_of_its_own(post: Post, release: Release, tmp_path: Path) -> None:
    region = larger.publish(larger.region("18.01"), desa.QUARTER, who=town.WHO)
    call_command("paper", "make", region.address, "--out", str(tmp_path))
    names = {path.name.rpartition("_")[2] for path in tmp_path.iterdir()}
    assert not names & {one.file for one in wanted()}
    assert "poster-a4.pdf" in names
    with pytest.raises(CommandError, match="a unit's release alone"):
        call_command("paper", "make", region.address, "--format", "rtl", "--out", str(tmp_path))


def test_a_unit_s_year_has_them_too(post: Post, release: Release, tmp_path: Path) -> None:
    year = larger.publish(larger.unit_over_time(post.unit), parse("2026"), who=town.WHO)
    desa.add(year)
    paths = made(year, tmp_path)
    assert "Waktu Penyelesaian" in text_of(paths["rtl"])
    assert "Tahun 2026" in text_of(paths["forum"])


def test_the_office_gets_them_at_the_desk_and_nobody_else_anywhere(post: Post, release: Release) -> None:
    other = town.post("lain")
    fill(release)
    paths = [f"/meja/rilis/{release.address}/berkas/{one.file}" for one in wanted()]
    assert all(one.audience is Audience.OFFICE for one in wanted())
    may = (
        person("budi", roles.UNIT_OFFICER, post.unit),
        person("wati", roles.EVALUATOR, region=post.unit.region),
    )
    for user in may:
        client = Client()
        client.force_login(user)
        listed = client.get("/meja/unit/sukamaju/tindak-lanjut/").content.decode()
        for path in paths:
            assert path in listed
        answer = client.get(paths[0])
        assert (answer.status_code, answer.content[:5]) == (200, b"%PDF-")
        assert re.match(r'attachment; filename="sukamaju_2026-TW4_', answer["Content-Disposition"])
    assert [one.who for one in TrailEntry.objects.filter(action="paper made").order_by("pk")] == [
        "budi",
        "wati",
    ]
    may_not = (
        person("joko", roles.UNIT_OFFICER, other.unit),
        person("vina", roles.VIEWER),
        person("audi", roles.AUDITOR),
        person("tuti"),
    )
    for user in may_not:
        client = Client()
        client.force_login(user)
        assert {client.get(path).status_code for path in paths} <= {403, 404}
    assert {Client().get(path).status_code for path in paths} == {302}
    for one in wanted():
        assert Client().get(f"/r/{release.address}/{one.file}").status_code == 404
