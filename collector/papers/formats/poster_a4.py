"""The publication on A4."""

from collector.papers.drawing import A4, pdf
from collector.papers.press import Press
from collector.papers.registry import EVERY_INDEX, Audience, Format, Purpose
from collector.papers.said import Said

_SIGNED_IN = (0.70, 0.045, 0.925, 0.10)
"""Beside the letterhead."""


def _make(said: Said, press: Press) -> bytes:
    return pdf(said, press, "poster.typ", size=A4, signed_in=_SIGNED_IN)


FORMAT = Format(
    name="poster-a4",
    file="poster-a4.pdf",
    content_type="application/pdf",
    title="Poster A4",
    audience=Audience.EVERYBODY,
    purpose=Purpose.ANNOUNCE,
    make=_make,
    kinds=EVERY_INDEX,
)
