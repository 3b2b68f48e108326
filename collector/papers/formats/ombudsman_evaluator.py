"""The evidence for the Ombudsman's assessment, complaints about officers counted too: for evaluators alone."""

from collector.papers.integrity.packs import ombudsman
from collector.papers.press import Press
from collector.papers.registry import Audience, Format, Purpose
from collector.papers.said import Said


def _make(said: Said, press: Press) -> bytes:
    return ombudsman(said, press, whole=True)


FORMAT = Format(
    name="ombudsman-evaluator",
    file="bukti-ombudsman-penilai.pdf",
    content_type="application/pdf",
    title="Bukti untuk penilaian Ombudsman, semua pengaduan",
    audience=Audience.EVALUATORS,
    purpose=Purpose.ASSESS,
    make=_make,
    of_units=True,
)
