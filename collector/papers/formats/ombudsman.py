"""The evidence for the Ombudsman's assessment; complaints about officers are left out, as everywhere an officer looks."""

from collector.papers.integrity.packs import ombudsman
from collector.papers.press import Press
from collector.papers.registry import Audience, Format, Purpose
from collector.papers.said import Said


def _make(said: Said, press: Press) -> bytes:
    return ombudsman(said, press, whole=False)


FORMAT = Format(
    name="ombudsman",
    file="bukti-ombudsman.pdf",
    content_type="application/pdf",
    title="Bukti untuk penilaian Ombudsman",
    audience=Audience.OFFICE,
    purpose=Purpose.ASSESS,
    make=_make,
    of_units=True,
)
