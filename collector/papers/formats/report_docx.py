"""The report on a survey, chapters I to V, to be written on: from the agency's own template, or the house's.

For the office, as its PDF is.
"""

from collector.papers.press import Press
from collector.papers.registry import Audience, Format, Purpose
from collector.papers.report import charts, passages, templates
from collector.papers.report.filling import fill
from collector.papers.report.plan import plan_of
from collector.papers.report.telling import report_of
from collector.papers.said import Said, qr_picture


def _make(said: Said, press: Press) -> bytes:
    agency = (said.reading.said["subject"].get("agency") or {}).get("code", "")
    words = passages.written(said.release)
    return fill(
        templates.worn_by(said.release, agency),
        report_of(said, plan=plan_of),
        {key: passages.printed(key, passages.lines_of(text)) for key, text in words.items()},
        {**charts.pictures(said, press), "logo": said.worn.logo, "qr": qr_picture(said.url)},
        day=said.day,
    )


FORMAT = Format(
    name="report-docx",
    file="laporan.docx",
    content_type="application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    title="Laporan hasil survei, Word",
    audience=Audience.OFFICE,
    purpose=Purpose.REPORT,
    make=_make,
)
