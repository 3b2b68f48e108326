"""The tabulation sheet, its elements numbered as the questionnaire asks them: U8 facilities, U9 complaints."""

from collector.papers.press import Press
from collector.papers.registry import Audience, Format, Purpose
from collector.papers.said import Said
from collector.papers.sheet.workbook import workbook
from survey.instrument.instrument import LabelOrder


def _make(said: Said, _: Press) -> bytes:
    return workbook(said, LabelOrder.QUESTIONNAIRE)


FORMAT = Format(
    name="tabulation-questionnaire",
    file="tabulasi-urutan-kuesioner.xlsx",
    content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    title="Lembar tabulasi, U8 sarana",
    audience=Audience.OFFICE,
    purpose=Purpose.REPORT,
    make=_make,
)
