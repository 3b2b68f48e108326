"""A template filled with what a report states and what the office wrote: one DOCX, the same bytes each time.

Numbers, tables and charts come in by the template's fields. What the office wrote takes the place of the paragraph that a bookmark names; then
the paragraph before it and the one after it are marked instead. Whatever is typed in between, also at its very beginning and end, is found
again (`returned`). A bookmark within one paragraph survives LibreOffice and a way over ODT; one over several paragraphs comes back broken, and
content controls not at all.
"""

import io
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import Any

import jinja2
from docx.document import Document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm
from docxtpl import DocxTemplate, InlineImage
from jinja2.sandbox import SandboxedEnvironment
from lxml.etree import LxmlError

from collector.errors import CollectorError
from collector.papers.report import passages
from collector.papers.report.fields import Report
from collector.papers.report.house import MARK
from collector.papers.undated import repacked

UNTIL = "_akhir"
"""What the name of the bookmark after a passage ends with."""
OF_RELEASE = "ikm_rilis_"
"""A bookmark on the first page says of which release a file is."""
PICTURES: Mapping[str, tuple[str, float, str]] = {
    "lambang": ("logo", 22, "Lambang"),
    "kode_qr": ("qr", 30, "Kode QR ke rilis ini"),
    "gambar_unsur": ("elements", 160, "Nilai tiap unsur dengan selang kepercayaan"),
    "gambar_tren": ("trend", 160, "Nilai menurut periode dengan selang kepercayaan"),
}
"""What a template calls each picture; its name here, its width in millimetres (the logo's height), and what it says to who cannot see it."""
_FIRST_MARK = 9_000
_MISTAKES = (
    jinja2.TemplateError,
    LxmlError,
    TypeError,
    ValueError,
    KeyError,
    AttributeError,
    ArithmeticError,
    IndexError,
)


def fill(
    template: bytes,
    report: Report,
    words: Mapping[str, Sequence[str]],
    pictures: Mapping[str, bytes],
    *,
    day: date,
) -> bytes:
    """Give the DOCX of a report; `words` are the paragraphs of each passage, `day` the date it bears.

    Raises:
        CollectorError: a field or a tag of the template fails (`report_template`), or a bookmark is missing or stands where nobody can write
            (`report_mark`, `report_mark_place`).
    """
    try:
        opened = DocxTemplate(io.BytesIO(template))
        opened.init_docx()
        context = {**asdict(report), **dict(_images(opened, pictures))}
        # A sandbox: who gives a template is trusted with words, not with this machine. A field that is misspelt is an error.
        rules = SandboxedEnvironment(autoescape=True, undefined=jinja2.StrictUndefined)
        opened.render(context, jinja_env=rules, autoescape=True)
    except _MISTAKES as error:
        raise CollectorError("report_template", reason=_reason(error)) from error
    document: Document = opened.docx
    _say_whose(document, report.rilis)
    for place, key in enumerate(passages.KEYS):
        _write(document, key, words[key], number=_FIRST_MARK + 1 + place)
    facts = document.core_properties
    facts.created = facts.modified = datetime(day.year, day.month, day.day, tzinfo=UTC)
    facts.title = f"Laporan Hasil {report.survei}, {report.unit}, {report.periode}"
    facts.author = facts.last_modified_by = report.unit
    facts.revision, facts.comments = 1, ""
    out = io.BytesIO()
    document.save(out)
    return repacked(out.getvalue())


def blocks(document: Document) -> list[Any]:
    """Give the paragraphs and tables of a document's body, in order."""
    wanted = (qn("w:p"), qn("w:tbl"), qn("w:sdt"))
    return [one for one in document.element.body if one.tag in wanted]


def marks(document: Document) -> Iterator[tuple[str, Any, Any]]:
    """Give each bookmark of the body: its name, its beginning, and its end or None."""
    body = document.element.body
    ends = {one.get(qn("w:id")): one for one in body.iter(qn("w:bookmarkEnd"))}
    for start in body.iter(qn("w:bookmarkStart")):
        yield start.get(qn("w:name")) or "", start, ends.get(start.get(qn("w:id")))


def block_of(document: Document, mark: Any) -> int | None:
    """Give the place among `blocks` of the block in which a mark stands; of one between blocks, of the block after it."""
    every = blocks(document)
    body = document.element.body
    one = mark
    while one is not None and one.getparent() is not body:
        one = one.getparent()
    while one is not None and one not in every:
        one = one.getnext()
    return every.index(one) if one is not None else None


class _Described(InlineImage):  # type: ignore[misc]  # docxtpl has no types
    """A picture that says in words what it shows."""

    words = ""

    def _insert_image(self) -> str:
        return str(super()._insert_image()).replace("<wp:docPr ", f'<wp:docPr descr="{self.words}" ', 1)


def _images(opened: DocxTemplate, pictures: Mapping[str, bytes]) -> Iterator[tuple[str, Any]]:
    for field, (name, size, words) in PICTURES.items():
        given = pictures.get(name, b"")
        length = {"height": Mm(size)} if name == "logo" else {"width": Mm(size)}
        picture = _Described(opened, io.BytesIO(given), **length) if given else ""
        if isinstance(picture, _Described):
            picture.words = words
        yield field, picture


def _say_whose(document: Document, address: str) -> None:
    first = next((one for one in blocks(document) if one.tag == qn("w:p")), None)
    if first is None:
        raise CollectorError("report_template", reason="-")
    _mark(first, OF_RELEASE + address.replace("-", ""), _FIRST_MARK)


def _write(document: Document, key: str, lines: Sequence[str], *, number: int) -> None:
    """Put what the office wrote in the place of a bookmarked paragraph."""
    name = MARK + key
    found = next(((start, end) for mark, start, end in marks(document) if mark == name), None)
    if found is None:
        raise CollectorError("report_mark", mark=name, passage=passages.title(key))
    start, end = found
    every, place = blocks(document), block_of(document, start)
    last = block_of(document, end) if end is not None else None
    if place is None or last != place or not 0 < place < len(every) - 1:
        raise CollectorError("report_mark_place", mark=name)
    before, here, after = every[place - 1 : place + 2]
    if any(one.tag != qn("w:p") for one in (before, here, after)):
        raise CollectorError("report_mark_place", mark=name)
    start.getparent().remove(start)
    end.getparent().remove(end)
    look = next(here.iter(qn("w:rPr")), None)
    for line in lines or ("",):
        here.addprevious(_paragraph(line, here.find(qn("w:pPr")), look))
    here.getparent().remove(here)
    _mark(before, name, number)
    _mark(after, name + UNTIL, number + len(passages.KEYS))


def _paragraph(line: str, shape: Any, look: Any) -> Any:
    made = OxmlElement("w:p")
    if shape is not None:
        made.append(deepcopy(shape))
    if line:
        run, text = OxmlElement("w:r"), OxmlElement("w:t")
        if look is not None and look.getparent().tag == qn("w:r"):
            run.append(deepcopy(look))
        text.text = line
        text.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
        run.append(text)
        made.append(run)
    return made


def _mark(paragraph: Any, name: str, number: int) -> None:
    """Set a bookmark on a paragraph."""
    start, end = OxmlElement("w:bookmarkStart"), OxmlElement("w:bookmarkEnd")
    for one in (start, end):
        one.set(qn("w:id"), str(number))
    start.set(qn("w:name"), name)
    paragraph.insert(1 if paragraph.find(qn("w:pPr")) is not None else 0, start)
    paragraph.append(end)


def _reason(error: Exception) -> str:
    line = getattr(error, "lineno", None)
    context = getattr(error, "docx_context", None)
    near = next((text.strip() for text in list(context or ())[::-1] if text.strip()), "") if line else ""
    words = " ".join(f"{error}".split())[:200] or type(error).__name__
    return f"{words} ({near[:80]})" if near else words
