"""The copy sheet, on one page: for an operator who types the numbers into another system."""

from dataclasses import asdict

from collector.papers.copying.sheet import parts_of
from collector.papers.drawing import A4, data_of
from collector.papers.press import PDF, Press
from collector.papers.registry import EVERY_INDEX, Audience, Format, Purpose
from collector.papers.said import Said


def _make(said: Said, press: Press) -> bytes:
    data = {**data_of(said, A4), "parts": [asdict(one) for one in parts_of(said)]}
    return press("copying.typ", data, form=PDF)


FORMAT = Format(
    name="copy-sheet",
    file="lembar-salin.pdf",
    content_type="application/pdf",
    title="Lembar salin untuk operator",
    audience=Audience.OFFICE,
    purpose=Purpose.REPORT,
    make=_make,
    kinds=EVERY_INDEX,
)
