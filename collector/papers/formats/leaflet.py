"""The publication as a leaflet: A4 lying, folded twice."""

from collector.papers.drawing import A4, pdf
from collector.papers.press import Press
from collector.papers.registry import Audience, Format, Purpose
from collector.papers.said import Said

_SIGNED_IN = (0.035, 0.86, 0.30, 0.955)
"""At the foot of the first panel inside."""


def _make(said: Said, press: Press) -> bytes:
    return pdf(said, press, "leaflet.typ", size=(A4[1], A4[0]), signed_in=_SIGNED_IN)


FORMAT = Format(
    name="leaflet",
    file="leaflet-a4.pdf",
    content_type="application/pdf",
    title="Leaflet lipat, A4",
    audience=Audience.EVERYBODY,
    purpose=Purpose.ANNOUNCE,
    make=_make,
)
