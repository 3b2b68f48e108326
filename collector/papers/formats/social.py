"""The publication as an upright picture for social media."""

from collector.papers.drawing import png
from collector.papers.press import Press
from collector.papers.registry import EVERY_INDEX, Audience, Format, Purpose
from collector.papers.said import Said


def _make(said: Said, press: Press) -> bytes:
    return png(said, press, "card.typ", size=(1080, 1350))


FORMAT = Format(
    name="social",
    file="media-sosial-1080x1350.png",
    content_type="image/png",
    title="Gambar media sosial, 1080 × 1350",
    audience=Audience.EVERYBODY,
    purpose=Purpose.ANNOUNCE,
    make=_make,
    kinds=EVERY_INDEX,
)
