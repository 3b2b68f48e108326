"""The house's own template of the report, drawn by a program: what an agency takes out, dresses in its word processor and gives back.

It is a DOCX like any other: fields in double braces, rows that repeat, and a bookmark on each paragraph where the office writes.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass

import docx
from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.text.paragraph import Paragraph

from collector.papers.report.passages import KEYS

MARK = "ikm_"
"""What the bookmarks' names begin with."""
_FONT = "Arial"
"""Inter is on no office's machine; this one, or its twin of the same widths, is on all of them."""
_INK, _SOFT = RGBColor(0x14, 0x21, 0x3D), RGBColor(0x4A, 0x52, 0x62)


@dataclass(frozen=True, slots=True)
class Table:
    """One table that repeats a row."""

    over: str
    """The field that holds its rows."""
    columns: Sequence[tuple[str, str, float]]
    """Title, field and width in millimetres."""
    last: Sequence[str] = ()
    """Cells of a closing row."""


_CHARACTERISTICS = Table(
    "karakteristik",
    (("No.", "no", 10), ("Karakteristik", "karakteristik", 36), ("Indikator", "indikator", 67), ("Jumlah", "jumlah", 22),
     ("Persentase", "persen", 30)),
)  # fmt: skip
_ELEMENTS = Table(
    "unsur",
    (("No.", "label", 11), ("Unsur", "nama", 42), ("Σ nilai", "jumlah", 15), ("NRR", "nrr", 17), ("NRR tertimbang", "tertimbang", 21),
     ("Nilai", "nilai", 15), ("Selang 95 %", "selang", 22), ("Mutu", "mutu", 12), ("Prio-ritas", "prioritas", 12)),
    ("", "{{ indeks }} unit layanan", "", "", "{{ jumlah_tertimbang }}", "{{ nilai }}", "{{ bawah }} – {{ atas }}", "{{ mutu }}", ""),
)  # fmt: skip
_BANDS = Table(
    "rentang", (("Mutu", "mutu", 25), ("Kinerja", "nama", 70), ("Dari", "dari", 35), ("Sampai", "sampai", 35))
)
_PLAN = Table(
    "rencana",
    (("No.", "no", 10), ("Prioritas unsur", "prioritas", 36), ("Program/kegiatan", "kegiatan", 59), ("Waktu", "waktu", 28),
     ("Penanggung jawab", "penanggung_jawab", 32)),
)  # fmt: skip
_TREND = Table(
    "tren",
    (("Periode", "periode", 58), ("Nilai", "nilai", 20), ("Selang 95 %", "selang", 34), ("Mutu", "mutu", 14), ("n", "n", 16),
     ("Catatan", "catatan", 23)),
)  # fmt: skip
_QUESTIONS = Table(
    "kuesioner", (("No.", "no", 10), ("Pertanyaan", "pertanyaan", 90), ("Pilihan jawaban", "pilihan", 65))
)


def template() -> bytes:
    """Give the template; the same bytes each time but for what a ZIP says of when it was made."""
    made = _Maker()
    _front(made)
    made.chapter("KATA PENGANTAR")
    made.own("kata_pengantar")
    made.chapter("BAB I\nPENDAHULUAN")
    made.section("1.1 Latar Belakang", own="latar_belakang")
    made.section("1.2 Dasar Pelaksanaan Survei", "fakta_dasar", own="dasar")
    made.section("1.3 Maksud dan Tujuan", own="maksud")
    made.chapter("BAB II\nPENGUMPULAN DATA")
    made.section("2.1 Pelaksana", own="pelaksana")
    made.section("2.2 Metode Pengumpulan Data", "fakta_metode", own="metode")
    made.section("2.3 Lokasi Pengumpulan Data", "fakta_lokasi", own="lokasi")
    made.section("2.4 Waktu Pelaksanaan", "fakta_waktu", own="waktu")
    made.section("2.5 Penentuan Jumlah Responden", "fakta_penentuan", own="penentuan")
    made.chapter("BAB III\nHASIL PENGOLAHAN DATA")
    made.section("3.1 Jumlah Responden", "fakta_responden", own="responden")
    made.table("Tabel 1. Karakteristik responden", _CHARACTERISTICS)
    made.section("3.2 {{ indeks }} dan Nilai per Unsur", "fakta_indeks", own="indeks")
    made.table("Tabel 2. Nilai per unsur pelayanan", _ELEMENTS)
    made.line("{{ catatan_unsur }}")
    made.picture("Gambar 1. Unsur dari yang tertinggi, dengan selang kepercayaan 95 %", "gambar_unsur")
    made.table("Tabel 3. Nilai dan mutu pelayanan", _BANDS)
    made.chapter("BAB IV\nANALISIS HASIL SURVEI")
    made.section("4.1 Analisis Permasalahan, Kelemahan dan Kelebihan Unsur", "fakta_unsur", own="analisis")
    made.section("4.2 Rencana Tindak Lanjut", "fakta_rencana", own="rencana")
    made.table("Tabel 4. Rencana tindak lanjut", _PLAN, condition="rencana")
    made.section("4.3 Tren Nilai", "fakta_tren", own="tren")
    made.table("Tabel 5. {{ indeks }} menurut periode", _TREND)
    made.picture("Gambar 2. {{ indeks }} menurut periode, dengan selang kepercayaan 95 %", "gambar_tren")
    made.chapter("BAB V\nPENUTUP")
    made.line("{{ fakta_indeks }}")
    made.line("{{ fakta_unsur }}")
    made.own("kesimpulan")
    made.chapter("LAMPIRAN")
    made.line("1. Kuesioner", style="Heading 2")
    made.table("Daftar pertanyaan", _QUESTIONS)
    made.line("2. Hasil Olah Data", style="Heading 2")
    made.line(
        "Lembar pengolahan data per responden dan per unsur adalah berkas tersendiri dari rilis {{ rilis }}, dengan rumus yang"
        " dapat dihitung ulang."
    )
    made.section("3. Dokumentasi Pelaksanaan", own="dokumentasi")
    made.section("4. Laporan Hasil Tindak Lanjut Periode Sebelumnya", own="tindak_lanjut")
    made.line("Rilis {{ rilis }}, {{ edisi }}, terbit {{ terbit }}. {{ tautan }}", soft=True)
    return made.bytes()


def _front(made: "_Maker") -> None:
    centre = WD_ALIGN_PARAGRAPH.CENTER
    made.line("{{ lambang }}", align=centre)
    made.line("{%p for baris in kop %}")
    made.line("{{ baris }}", align=centre, bold=True, after=0)
    made.line("{%p endfor %}")
    made.line("{{ kontak }}", align=centre, soft=True, after=70)
    made.line("{{ ditarik }}", align=centre, bold=True)
    made.line("LAPORAN HASIL", align=centre, size=14, soft=True)
    made.line("{{ survei|upper }}", align=centre, size=24, bold=True)
    made.line("{{ unit }}", align=centre, size=17, bold=True, after=2)
    made.line("{{ wilayah }}", align=centre, size=12, after=2)
    made.line("{{ periode }}", align=centre, size=13, soft=True, after=70)
    made.line("{{ kode_qr }}", align=centre)
    made.line("Rilis {{ rilis }}, terbit {{ terbit }}", align=centre, after=0)
    made.line("{{ tautan }}", align=centre, soft=True)
    made.chapter("LEMBAR PENGESAHAN")
    for name, field in (
        ("Unit", "{{ unit }}{% if wilayah %}, {{ wilayah }}{% endif %}"),
        ("Periode", "{{ periode }}, {{ dari }} s.d. {{ sampai }}"),
        ("Nilai {{ indeks }}", "{{ nilai }}, mutu {{ mutu }} ({{ kinerja }})"),
        ("Selang kepercayaan 95 %", "{{ bawah }} – {{ atas }}"),
        ("Kepastian mutu", "{{ kepastian }}"),
        ("Responden", "{{ responden }}. {{ kecukupan }}"),
        ("Aturan", "{{ aturan }}, {{ bobot }}"),
        ("Bukti", "{{ bukti }}"),
        ("Rilis", "{{ rilis }}, {{ edisi }}, terbit {{ terbit }}"),
    ):
        made.line(f"{name}: {field}", after=3)
    made.line("Mengesahkan:", before=40)
    made.own("penandatangan")


class _Maker:
    """A document that grows from the top."""

    def __init__(self) -> None:
        self._document: Document = docx.Document()
        self._mark = 0
        section = self._document.sections[0]
        section.page_width, section.page_height = Mm(210), Mm(297)
        section.left_margin, section.right_margin, section.top_margin, section.bottom_margin = (
            Mm(25),
            Mm(20),
            Mm(25),
            Mm(22),
        )
        for style, size, bold in (
            ("Normal", 10.5, False),
            ("Heading 1", 14, True),
            ("Heading 2", 11.5, True),
            ("Caption", 9.5, True),
        ):
            self._style(style, size, bold=bold)
        foot = section.footer.paragraphs[0]
        self._run(
            foot,
            "{{ unit }}, {{ periode }} · rilis {{ rilis }} · {{ aturan }} · {{ tautan }}",
            size=8,
            soft=True,
        )
        _page_number(self._run(foot, "  ·  halaman ", size=8, soft=True))

    def _style(self, name: str, size: float, *, bold: bool) -> None:
        style = self._document.styles[name]
        style.font.name, style.font.size, style.font.bold = _FONT, Pt(size), bold
        style.font.italic, style.font.color.rgb = False, _INK
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for name_ in ("w:ascii", "w:hAnsi", "w:cs", "w:eastAsia"):
            fonts.set(qn(name_), _FONT)
        for theme in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
            fonts.attrib.pop(qn(theme), None)
        style.paragraph_format.space_after = Pt(6)
        style.paragraph_format.space_before = Pt(14 if bold else 0)

    def line(
        self,
        words: str,
        *,
        style: str = "Normal",
        align: WD_ALIGN_PARAGRAPH | None = None,
        size: float | None = None,
        bold: bool | None = None,
        soft: bool = False,
        before: float | None = None,
        after: float | None = None,
    ) -> Paragraph:
        """Add a paragraph."""
        found = self._document.add_paragraph(style=style)
        if align is not None:
            found.alignment = align
        if before is not None:
            found.paragraph_format.space_before = Pt(before)
        if after is not None:
            found.paragraph_format.space_after = Pt(after)
        self._run(found, words, size=size, bold=bold, soft=soft)
        return found

    def chapter(self, name: str) -> None:
        """Begin a chapter on a page of its own."""
        found = self.line(name, style="Heading 1", align=WD_ALIGN_PARAGRAPH.CENTER)
        found.paragraph_format.page_break_before = True

    def section(self, name: str, *facts: str, own: str) -> None:
        """Begin a section: what is stated, then what the office writes."""
        self.line(name, style="Heading 2")
        for one in facts:
            self.line(f"{{{{ {one} }}}}")
        self.own(own)

    def own(self, key: str) -> None:
        """Add the paragraph that the office's words take the place of."""
        if key not in KEYS:
            raise KeyError(key)
        found = self.line(f"(tulisan unit: {key})")
        self._mark += 1
        for kind in ("w:bookmarkStart", "w:bookmarkEnd"):
            mark = OxmlElement(kind)
            mark.set(qn("w:id"), str(self._mark))
            if kind.endswith("Start"):
                mark.set(qn("w:name"), MARK + key)
                found._p.insert(1 if found._p.pPr is not None else 0, mark)  # noqa: SLF001 - python-docx knows no bookmarks
            else:
                found._p.append(mark)  # noqa: SLF001 - as above

    def picture(self, caption: str, field: str) -> None:
        """Add a picture below its caption, where there is one."""
        self.line(f"{{%p if {field} %}}")
        self.line(caption, style="Caption").paragraph_format.keep_with_next = True
        self.line(f"{{{{ {field} }}}}")
        self.line("{%p endif %}")

    def table(self, caption: str, one: Table, *, condition: str = "") -> None:
        """Add a table that repeats a row for each item of a field, where there is any."""
        self.line(f"{{%p if {condition or one.over} %}}")
        self.line(caption, style="Caption").paragraph_format.keep_with_next = True
        rows = [[title for title, _, _ in one.columns], [f"{{%tr for baris in {one.over} %}}"]]
        rows += [[f"{{{{ baris.{field} }}}}" for _, field, _ in one.columns], ["{%tr endfor %}"]]
        rows += [list(one.last)] if one.last else []
        table = self._document.add_table(rows=len(rows), cols=len(one.columns), style="Table Grid")
        table.autofit = False
        for column, (_, _, width) in zip(table.columns, one.columns, strict=True):
            column.width = Mm(width)  # LibreOffice goes by these, Word by the cells'
        for row, cells in zip(table.rows, rows, strict=True):
            for cell, (_, _, width) in zip(row.cells, one.columns, strict=True):
                cell.width = Mm(width)
            for cell, words in zip(row.cells, cells, strict=False):
                cell.paragraphs[0].paragraph_format.space_after = Pt(1)
                self._run(
                    cell.paragraphs[0],
                    words,
                    size=8.5,
                    bold=row is rows[0] or cells in (rows[0], list(one.last)) or None,
                )
        _repeat_head(table.rows[0]._tr)  # noqa: SLF001 - python-docx knows no repeated rows
        self.line("{%p endif %}")

    def _run(
        self,
        paragraph: Paragraph,
        words: str,
        *,
        size: float | None = None,
        bold: bool | None = None,
        soft: bool = False,
    ) -> Paragraph:
        for place, line in enumerate(words.split("\n")):
            run = paragraph.add_run()
            if place:
                run.add_break(WD_BREAK.LINE)
            run.add_text(line)
            run.bold = bold
            if size is not None:
                run.font.size = Pt(size)
            if soft:
                run.font.color.rgb = _SOFT
        return paragraph

    def bytes(self) -> bytes:
        """Give the file."""
        out = io.BytesIO()
        self._document.save(out)
        return out.getvalue()


def _page_number(paragraph: Paragraph) -> None:
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    paragraph._p.append(field)  # noqa: SLF001 - python-docx knows no fields


def _repeat_head(row: object) -> None:
    properties = row.get_or_add_trPr()  # type: ignore[attr-defined]
    properties.append(OxmlElement("w:tblHeader"))
