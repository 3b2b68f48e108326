"""The tabulation sheet, its elements numbered as the rule lists them: U8 complaints, U9 facilities."""

from collector.papers.press import Press
from collector.papers.registry import Audience, Format, Purpose
from collector.papers.said import Said
from collector.papers.sheet.workbook import workbook
from survey.instrument.instrument import LabelOrder


def _make(said: Said, _: Press) -> bytes:
    return workbook(said, LabelOrder.LIST)


FORMAT = Format(
    name="tabulation",
    file="tabulasi.xlsx",
    content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    title="Lembar tabulasi, U8 pengaduan",
    audience=Audience.OFFICE,
    purpose=Purpose.REPORT,
    make=_make,
)
