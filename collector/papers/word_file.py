"""A DOCX of paragraphs and tables, written anew each time: texts stay texts, and the same content gives the same bytes."""

import io
from collections.abc import Sequence
from datetime import date, datetime

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Mm, Pt

from collector.papers.undated import repacked

_TYPE = "Arial"
"""On every machine that opens a DOCX; an office changes it in its word processor."""


class WordFile:
    """One DOCX being written, on upright A4."""

    def __init__(self, *, title: str, day: date) -> None:
        self._document = Document()
        facts = self._document.core_properties
        facts.created = facts.modified = datetime(day.year, day.month, day.day)  # noqa: DTZ001 - the format has no zone
        facts.title, facts.author, facts.last_modified_by, facts.comments = title[:250], "", "", ""
        (section,) = self._document.sections
        section.page_width, section.page_height = Mm(210), Mm(297)
        section.left_margin = section.right_margin = Mm(22)
        section.top_margin = section.bottom_margin = Mm(20)
        usual = self._document.styles["Normal"]
        usual.font.name, usual.font.size = _TYPE, Pt(10.5)

    def line(self, words: str, *, strong: bool = False, centred: bool = False, size: float = 10.5) -> None:
        """Write a paragraph."""
        paragraph = self._document.add_paragraph()
        if centred:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        paragraph.paragraph_format.space_after = Pt(5)
        run = paragraph.add_run(words)
        run.bold, run.font.size = strong, Pt(size)

    def table(self, heads: Sequence[str], rows: Sequence[Sequence[str]], *, widths: Sequence[float]) -> None:
        """Write a table; widths are in millimetres, and the heads stand on each page again."""
        table = self._document.add_table(rows=0, cols=len(heads), style="Table Grid")
        table.autofit = False
        for column, width in zip(table.columns, widths, strict=True):
            column.width = Mm(width)
        for place, texts in enumerate([heads, *rows]):
            cells = table.add_row().cells
            for cell, words, width in zip(cells, texts, widths, strict=True):
                cell.width = Mm(width)
                run = cell.paragraphs[0].add_run(words)
                run.bold, run.font.size = not place, Pt(9.5)
        self._document.add_paragraph().paragraph_format.space_after = Pt(2)

    def next_page(self) -> None:
        """Begin another page."""
        self._document.add_page_break()  # type: ignore[no-untyped-call]  # python-docx left it out

    def close(self) -> bytes:
        """Give the file, packed so that nothing in it tells when."""
        made = io.BytesIO()
        self._document.save(made)
        return repacked(made.getvalue())
