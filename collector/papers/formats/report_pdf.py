"""The report on a survey, chapters I to V, to be signed and handed in.

For the office: what it wrote itself stands in it, which is no part of what everybody reads.
"""

from dataclasses import asdict

from collector.papers.cleaning import clean_lines
from collector.papers.drawing import A4, data_of, field_of
from collector.papers.press import PDF, Press
from collector.papers.registry import Audience, Format, Purpose
from collector.papers.report import charts, passages
from collector.papers.report.plan import plan_of
from collector.papers.report.telling import report_of
from collector.papers.said import Said
from collector.papers.signature import with_field

_SIGNED_ON = 1
"""The second page, where it is approved."""
_SIGNED_IN = (0.51, 0.76, 0.90, 0.85)


def _make(said: Said, press: Press) -> bytes:
    words = passages.written(said.release)
    data = {
        **data_of(said, A4),
        "report": asdict(report_of(said, plan=plan_of)),
        "charts": charts.charts(said),
        "words": {key: _set(key, text) for key, text in words.items()},
    }
    return with_field(press("report.typ", data, form=PDF), field_of(A4, _SIGNED_IN), page=_SIGNED_ON)


def _set(key: str, text: str) -> tuple[str, ...]:
    """Give the paragraphs of a passage in letters that the type has."""
    lines = clean_lines(text, most=passages.LONGEST, longest=passages.LONGEST)
    return passages.printed(key, lines)


FORMAT = Format(
    name="report-pdf",
    file="laporan.pdf",
    content_type="application/pdf",
    title="Laporan hasil survei, PDF",
    audience=Audience.OFFICE,
    purpose=Purpose.REPORT,
    make=_make,
)
