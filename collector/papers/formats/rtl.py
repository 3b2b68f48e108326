"""The follow-up plan in both forms of the annex, and what became of it."""

from collector.papers.following import plans
from collector.papers.registry import Audience, Format, Purpose

FORMAT = Format(
    name="rtl",
    file="rtl.pdf",
    content_type="application/pdf",
    title="Rencana tindak lanjut (RTL) dan pelaksanaannya",
    audience=Audience.OFFICE,
    purpose=Purpose.FOLLOW,
    make=plans,
    of_units=True,
)
