"""The report on the follow-up."""

from collector.papers.following import report
from collector.papers.registry import Audience, Format, Purpose

FORMAT = Format(
    name="followup-report",
    file="laporan-tindak-lanjut.pdf",
    content_type="application/pdf",
    title="Laporan hasil tindak lanjut SKM",
    audience=Audience.OFFICE,
    purpose=Purpose.FOLLOW,
    make=report,
    of_units=True,
)
