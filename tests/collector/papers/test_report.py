"""The report: opened again it says what the release says, and what the office wrote stands in it whatever is made anew."""

import io
import json
import re
import zipfile
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import docx
import pikepdf
import pytest
from django.core.management import CommandError, call_command
from docx.document import Document
from docx.oxml.ns import qn

from collector.errors import CollectorError
from collector.papers.models import ReportTemplate
from collector.papers.press import Warm
from collector.papers.registry import find
from collector.papers.report import house, passages, returned, templates, trend
from collector.papers.report.fields import Report
from collector.papers.report.filling import marks
from collector.papers.report.plan import PlanRow, plan_of
from collector.papers.report.telling import report_of
from collector.papers.said import said_of
from collector.papers.signature import FIELD
from collector.people.models import TrailEntry
from collector.releases import larger, publishing
from collector.releases.models import Release
from survey.index.periods import parse
from tests.collector.conftest import OwnClock
from tests.collector.papers import town
from tests.collector.papers.reading_back import converted, invalid_pdf_a, text_of
from tests.collector.scores.village import Post

pytestmark = pytest.mark.django_db
OWN = {
    "kata_pengantar": "Dengan rahmat Tuhan.\nLaporan ini kami susun.",
    "analisis": "Antrean panjang pada hari Senin.",
    "kesimpulan": "Loket kedua dibuka.",
    "penandatangan": "Sukamaju, 5 Januari 2027\nKepala Desa\nBUDI SANTOSO\nNIP 1974",
}
HOSTILE = (
    '#panic("x") $x$ *b* <b>A & B</b> =1+1 {{ 7*7 }} {% for x in y %} {_{ 1 }_} \u202egnp.exe\u202c \U0001f642'
    " \u0645\u0631\u062d\u0628\u0627\nbaris kedua\x00\x07 " + "W" * 10_000
)


@pytest.fixture(autouse=True)
def _january(own_clock: OwnClock) -> None:
    own_clock.moment = datetime(2027, 1, 5, 3, tzinfo=UTC)


@pytest.fixture
def post() -> Post:
    return town.post()


@pytest.fixture
def release(post: Post) -> Release:
    town.visit(post, 60, first=date(2026, 8, 3), seed=7)
    town.publish(post, parse("2026-TW3"))
    town.visit(post, 60)
    return town.publish(post)


def made(release: Release, name: str) -> bytes:
    return find(name).make(said_of(release), Warm())


def opened(data: bytes) -> Document:
    return docx.Document(io.BytesIO(data))


def text_of_docx(data: bytes) -> str:
    body = opened(data).element.body
    return re.sub(
        r"\s+", " ", " ".join("".join(t.text or "" for t in p.iter(qn("w:t"))) for p in body.iter(qn("w:p")))
    )


def typed(data: bytes, change: Callable[[Document], None]) -> bytes:
    """A DOCX as somebody saves it after writing in it."""
    document = opened(data)
    change(document)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def paragraph(document: Document, words: str) -> docx.text.paragraph.Paragraph:
    return next(one for one in document.paragraphs if words in one.text)


def numbers(release: Release) -> list[str]:
    """What a report has to print of a release, as it was frozen."""
    index = json.loads(bytes(release.content))["index"]
    own = [index["value"], index["interval"]["low"], index["interval"]["high"]]
    own += [one["value"] for one in index["elements"]]
    own += [one["interval"][end] for one in index["elements"] for end in ("low", "high")]
    means = [one[what] for one in index["elements"] for what in ("nrr", "weighted")] + [index["weighted_sum"]]
    return [f"{Decimal(str(one)):.2f}".replace(".", ",") for one in own] + [
        f"{Decimal(str(one)):.5f}".replace(".", ",") for one in means
    ]


@pytest.mark.parametrize("form", ["docx", "pdf"])
def test_a_report_says_what_its_release_says_chapter_by_chapter(
    release: Release, form: str, tmp_path: Path
) -> None:
    data = made(release, f"report-{form}")
    (tmp_path / "laporan.pdf").write_bytes(data)
    text = text_of_docx(data) if form == "docx" else text_of(tmp_path / "laporan.pdf")
    said = said_of(release)
    assert [one for one in numbers(release) if one not in text] == []
    for words in (
        "LAPORAN HASIL", "KATA PENGANTAR", "PENDAHULUAN", "PENGUMPULAN DATA", "HASIL PENGOLAHAN DATA", "ANALISIS HASIL SURVEI",
        "PENUTUP", "LAMPIRAN", "1. Kuesioner", "Triwulan IV Tahun 2026", "Triwulan III Tahun 2026", "60 orang", said.rule, "1/9",
        said.address, "Belum ada rencana tindak lanjut yang dimasukkan.", "Sarana dan Prasarana", passages.EMPTY,
    ):  # fmt: skip
        assert words in text, words
    for part in (said.certainty, said.evidence, said.change):
        assert all(word in text for word in part.split()), part
    for one in said.characteristics:
        for name, count in one.groups:
            assert re.search(rf"{re.escape(name)}\s+{count}\b", text), (one.key, name)
    before = Release.objects.get(period="2026-TW3")
    assert f"{before.value}".replace(".", ",") in text, "the trend"
    low = [one.short for one in said.elements if one.is_low]
    assert all(re.search(rf"terendah: [^.]*{re.escape(name)}", text) for name in low)


@pytest.mark.heavy
def test_the_pdf_is_pdf_a_with_an_empty_field_on_the_page_that_is_signed(
    release: Release, tmp_path: Path
) -> None:
    passages.write(release, OWN, who="budi")
    for name, change in (("short", {}), ("long", {"kata_pengantar": "Kalimat. " * 1_500, "tren": HOSTILE})):
        passages.write(release, change, who="budi")
        (tmp_path / f"{name}.pdf").write_bytes(made(release, "report-pdf"))
        with pikepdf.open(tmp_path / f"{name}.pdf") as pdf:
            (field,) = pdf.Root.AcroForm.Fields
            assert (str(field.FT), str(field.T), "/V" in field) == ("/Sig", FIELD, False)
            assert field.P.objgen == pdf.pages[1].obj.objgen
    assert invalid_pdf_a(tmp_path.glob("*.pdf"), tmp_path) == []


def test_the_same_release_and_words_give_the_same_bytes(release: Release, own_clock: OwnClock) -> None:
    passages.write(release, OWN, who="budi")
    before = {name: made(release, name) for name in ("report-docx", "report-pdf")}
    own_clock.moment = datetime(2028, 2, 3, 4, 5, tzinfo=UTC)
    for name, data in before.items():
        assert made(Release.objects.get(pk=release.pk), name) == data
    with zipfile.ZipFile(io.BytesIO(before["report-docx"])) as parts:
        assert {one.date_time for one in parts.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert opened(before["report-docx"]).core_properties.modified == datetime(2027, 1, 5, tzinfo=UTC)


def test_what_the_office_wrote_stays_when_the_numbers_change(
    post: Post, release: Release, tmp_path: Path
) -> None:
    passages.write(release, OWN, who="budi")
    before = f"{release.value}".replace(".", ",")
    town.visit(post, 40, first=date(2026, 12, 1), seed=99)
    edition = publishing.correct(release, who="wati", why="kiriman susulan")
    after = f"{edition.value}".replace(".", ",")
    assert before != after
    text = text_of_docx(made(edition, "report-docx"))
    (tmp_path / "laporan.pdf").write_bytes(made(edition, "report-pdf"))
    for found in (text, text_of(tmp_path / "laporan.pdf")):
        assert after in found
        assert all(line in found for words in OWN.values() for line in words.split("\n"))
    assert passages.strange_numbers(dict.fromkeys(passages.KEYS, "") | {"tren": f"Dulu 12,34, kini {after}; 1.234,56 dan 5,678."}, repr(
        report_of(said_of(edition), plan=plan_of)
    )) == {"tren": ("12,34",)}  # fmt: skip


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    "way",
    [
        "as it is",
        pytest.param("docx", marks=pytest.mark.long),
        pytest.param("docx docx", marks=pytest.mark.long),
        "odt docx",
    ],
)
def test_a_file_that_was_written_on_gives_its_words_back(release: Release, way: str, tmp_path: Path) -> None:
    passages.write(release, OWN, who="budi")
    data = made(release, "report-docx")

    def write(document: Document) -> None:
        paragraph(document, "Antrean panjang").add_run(" Juga hari Selasa.")
        after = [one.text for one in document.paragraphs].index("1.1 Latar Belakang") + 1
        document.paragraphs[after].clear().add_run("Awal.")
        paragraph(document, "4.2 Rencana").insert_paragraph_before("Petugas ditambah.")
        paragraph(document, "Loket kedua").clear()
        paragraph(document, "adalah ").add_run(" Kalimat yang tersesat.")

    path = tmp_path / "laporan.docx"
    path.write_bytes(typed(data, write))
    for step, form in enumerate(one for one in way.split() if one in ("docx", "odt")):
        path = converted(path, form, tmp_path / f"step{step}")
    found = returned.read(path.read_bytes(), release, made=data)
    assert found.lost == ()
    assert found.words["analisis"] == "Antrean panjang pada hari Senin. Juga hari Selasa.\nPetugas ditambah."
    assert found.words["latar_belakang"] == "Awal."
    assert (found.words["kesimpulan"], found.words["maksud"]) == ("", "")
    assert {key: found.words[key] for key in ("kata_pengantar", "penandatangan")} == {
        key: OWN[key] for key in ("kata_pengantar", "penandatangan")
    }
    assert len(found.stray) == 1
    assert passages.write(release, found.words, who="budi") == ("latar_belakang", "analisis", "kesimpulan")
    assert "Petugas ditambah." in text_of_docx(made(release, "report-docx"))
    assert "Kalimat yang tersesat." not in text_of_docx(made(release, "report-docx"))


def test_a_passage_whose_mark_is_gone_is_named_and_stays_as_it_was(release: Release) -> None:
    passages.write(release, OWN, who="budi")

    def cut(document: Document) -> None:
        for name, start, _ in list(marks(document)):
            if name == "ikm_analisis":
                start.getparent().remove(start)

    found = returned.read(typed(made(release, "report-docx"), cut), release)
    assert found.lost == ("4.1 Analisis Masalah",)
    assert "analisis" not in found.words
    passages.write(release, found.words, who="budi")
    assert passages.written(release)["analisis"] == OWN["analisis"]


def test_the_report_of_something_else_is_refused(post: Post, release: Release) -> None:
    other = Release.objects.get(period="2026-TW3")
    with pytest.raises(CollectorError, match="not the report of sukamaju 2026-TW4"):
        returned.read(made(other, "report-docx"), release)
    for data in (
        b"",
        b"PK\x03\x04 no zip",
        zipped({"word/other.xml": b""}),
        zipped({"word/document.xml": b"<w"}),
        templates.own(),
    ):
        with pytest.raises(CollectorError, match=r"no DOCX|not the report"):
            returned.read(data, release)
    town.visit(post, 40, first=date(2026, 12, 1), seed=99)
    before = made(release, "report-docx")
    edition = publishing.correct(release, who="wati", why="susulan")
    assert returned.read(before, edition).lost == (), "an earlier edition's file is this period's"


def test_a_huge_or_armed_file_is_refused_before_it_is_opened(release: Release) -> None:
    good = dict(parts_of(made(release, "report-docx")))
    link = (
        b'<Relationship Id="x" Type="http://x/attachedTemplate" Target="http://evil" TargetMode="External"/>'
    )
    armed = {
        "vbaProject": good | {"word/vbaProject.bin": b""},
        "External": good | {"word/_rels/settings.xml.rels": b"<Relationships>" + link + b"</Relationships>"},
        "60 MB": good | {"word/media/big.bin": b"\0" * 61_000_000},
    }
    for word, parts in armed.items():
        with pytest.raises(CollectorError, match=word):
            returned.read(zipped(parts), release)


def test_a_file_with_a_broken_part_is_refused_in_words(release: Release) -> None:
    whole = made(release, "report-docx")
    with zipfile.ZipFile(io.BytesIO(whole)) as parts:
        links = next(one for one in parts.infolist() if one.filename.endswith(".rels"))
    begin = links.header_offset + 30 + len(links.filename.encode())
    for broken in (b"\xff" * links.compress_size, b"\x07" + whole[begin + 1 : begin + links.compress_size]):
        with pytest.raises(CollectorError, match="no DOCX"):
            returned.read(whole[:begin] + broken + whole[begin + len(broken) :], release)


def test_hostile_words_stay_words(release: Release, tmp_path: Path) -> None:
    passages.write(release, dict.fromkeys(passages.KEYS, HOSTILE), who="budi")
    data = made(release, "report-docx")
    text = text_of_docx(data)
    for words in (
        '#panic("x") $x$',
        "<b>A & B</b> =1+1 {{ 7*7 }} {% for x in y %} {_{ 1 }_}",
        "gnp.exe",
        "baris kedua",
        "W" * 10_000,
    ):
        assert text.count(words) == len(passages.KEYS), words
    assert "\u202e" not in text
    assert "\U0001f642" in text, "a word processor has letters of its own"
    assert returned.read(data, release).words == passages.written(release)
    (tmp_path / "laporan.pdf").write_bytes(made(release, "report-pdf"))
    printed = text_of(tmp_path / "laporan.pdf")
    assert "{{ 7*7 }}" in printed
    assert "gnp.exe □" in printed
    assert len(re.findall("W", printed)) >= 10_000


def test_hostile_names_stay_names(post: Post) -> None:
    post.unit.name = HOSTILE[:120]
    post.unit.save()
    town.visit(post, 40)
    data = made(town.publish(post), "report-docx")
    text = text_of_docx(data)
    assert "<b>A & B</b> =1+1 {{ 7*7 }}" in text
    assert "=1+1 49" not in text, "an address may have these digits"


def test_a_passage_is_never_cut_in_silence_nor_written_over_somebody_else(release: Release) -> None:
    with pytest.raises(CollectorError, match="too long"):
        passages.write(release, {"analisis": "a" * (passages.LONGEST + 1)}, who="budi")
    seen = passages.stamp(passages.written(release))
    passages.write(release, {"analisis": "Satu."}, who="budi", seen=seen)
    with pytest.raises(CollectorError, match="somebody else"):
        passages.write(release, {"analisis": "Dua."}, who="tono", seen=seen)
    assert passages.written(release)["analisis"] == "Satu."
    (entry,) = TrailEntry.objects.filter(action="report written")
    assert (entry.who, entry.facts["passages"]) == ("budi", ["analisis"])


def test_what_is_withdrawn_or_published_later_changes_no_report(
    release: Release, own_clock: OwnClock
) -> None:
    before = made(release, "report-pdf")
    own_clock.moment = datetime(2027, 3, 1, tzinfo=UTC)
    publishing.withdraw(Release.objects.get(period="2026-TW3"), who="wati", why="salah")
    assert [one.period for one in trend.of(release)] == ["2026-TW3", "2026-TW4"]
    assert made(release, "report-pdf") == before
    publishing.withdraw(release, who="wati", why="salah unit")
    text = text_of_docx(made(Release.objects.get(pk=release.pk), "report-docx"))
    assert "DITARIK" in text


def test_the_plan_comes_in_as_rows(release: Release) -> None:
    rows = [PlanRow("Waktu", "Membuka <loket> kedua", "TW I 2027", "Sekretaris desa")]
    told = report_of(said_of(release), plan=lambda one: rows if one == release else ())
    (row,) = told.rencana
    assert (row.no, row.prioritas, row.kegiatan, row.waktu, row.penanggung_jawab) == (
        "1", "Waktu", "Membuka <loket> kedua", "TW I 2027", "Sekretaris desa",
    )  # fmt: skip
    assert told.fakta_rencana == "Rencana tindak lanjut yang sudah dimasukkan:"


def test_sums_of_releases_have_reports_too(post: Post, release: Release) -> None:
    region = larger.publish(larger.region("18.01"), parse("2026-TW4"), who="wati")
    passages.write(region, {"analisis": "Kabupaten."}, who="wati")
    text = text_of_docx(made(region, "report-docx"))
    assert "Kabupaten." in text
    assert passages.written(release)["analisis"] == ""


# An agency's own template.


def with_template(change: Callable[[Document], None], folder: Path) -> Path:
    path = folder / "templat.docx"
    path.write_bytes(typed(house.template(), change))
    return path


def test_an_agency_puts_its_own_template_in_place(release: Release, tmp_path: Path) -> None:
    call_command("paper", "template", "--out", str(tmp_path / "templat.docx"))

    def dress(document: Document) -> None:
        paragraph(document, "LAPORAN HASIL").runs[0].text = "LAPORAN {{ indeks }} DINAS, {{ nilai }}"

    (tmp_path / "templat.docx").write_bytes(typed((tmp_path / "templat.docx").read_bytes(), dress))
    passages.write(release, OWN, who="budi")
    call_command("paper", "template", "--agency", "desa", "--file", str(tmp_path / "templat.docx"))
    text = text_of_docx(made(release, "report-docx"))
    assert f"LAPORAN IKM DINAS, {release.value}".replace(".", ",") in text
    assert "Antrean panjang" in text
    assert TrailEntry.objects.get(action="report template").subject == "desa"
    call_command("paper", "template", "--agency", "desa", "--house")
    assert "LAPORAN HASIL" in text_of_docx(made(release, "report-docx"))


def no_mark(document: Document) -> None:
    for name, start, _ in list(marks(document)):
        if name == "ikm_tren":
            start.getparent().remove(start)


def in_a_table(document: Document) -> None:
    own = paragraph(document, "(tulisan unit: tren)")._p
    document.tables[0].rows[0].cells[0]._tc.append(own)


def words(text: str) -> Callable[[Document], None]:
    def change(document: Document) -> None:
        paragraph(document, "LAPORAN HASIL").runs[0].text = text

    return change


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    "change, says",
    [
        (
            no_mark,
            "has no bookmark ikm_tren: set it on one paragraph where the text of 4.3 Tren Nilai belongs",
        ),
        (in_a_table, "ikm_tren must be on one ordinary paragraph"),
        (words("{{ nilia }}"), "'nilia' is undefined"),
        (words("{{ nilai"), "cannot be filled"),
        (words("{% for x in unsur %}{{ x.nama }}"), "cannot be filled"),
        (words("{{ nilai / 2 }}"), "cannot be filled"),
        (words("{{ unsur.__class__.__mro__ }}"), "cannot be filled"),
        (words("{{ ''.__class__.__base__.__subclasses__() }}"), "cannot be filled"),
    ],
)
def test_a_template_that_cannot_be_filled_changes_nothing_and_says_what_to_do(
    change: Callable[[Document], None], says: str, tmp_path: Path
) -> None:
    with pytest.raises(CommandError, match=re.escape(says)) as caught:
        call_command("paper", "template", "--file", str(with_template(change, tmp_path)))
    assert "nothing was replaced" in str(caught.value)
    assert not ReportTemplate.objects.exists()
    assert not TrailEntry.objects.exists()


def test_every_field_of_the_template_is_described() -> None:
    text = (Path(__file__).parents[3] / "docs" / "papers.md").read_text()
    assert [name for name in Report.__dataclass_fields__ if f"`{name}`" not in text] == []


def parts_of(data: bytes) -> Mapping[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        return {name: parts.read(name) for name in parts.namelist()}


def zipped(parts: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name, data in parts.items():
            new.writestr(name, data)
    return out.getvalue()
