"""The follow-up plan as a workbook."""

from collector.papers.press import Press
from collector.papers.registry import Audience, Format, Purpose
from collector.papers.said import Said
from collector.papers.sheet.plans import workbook


def _make(said: Said, _: Press) -> bytes:
    return workbook(said)


FORMAT = Format(
    name="rtl-sheet",
    file="rtl.xlsx",
    content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    title="RTL dan pelaksanaannya, lembar kerja",
    audience=Audience.OFFICE,
    purpose=Purpose.FOLLOW,
    make=_make,
    of_units=True,
)
