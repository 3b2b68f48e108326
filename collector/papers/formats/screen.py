"""The publication as a lying picture for a television or another screen."""

from collector.papers.drawing import png
from collector.papers.press import Press
from collector.papers.registry import EVERY_INDEX, Audience, Format, Purpose
from collector.papers.said import Said


def _make(said: Said, press: Press) -> bytes:
    return png(said, press, "card.typ", size=(1920, 1080))


FORMAT = Format(
    name="screen",
    file="layar-1920x1080.png",
    content_type="image/png",
    title="Gambar layar, 1920 × 1080",
    audience=Audience.EVERYBODY,
    purpose=Purpose.ANNOUNCE,
    make=_make,
    kinds=EVERY_INDEX,
)
