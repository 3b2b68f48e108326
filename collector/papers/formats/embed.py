"""The publication for other sites: one HTML file that runs nothing and loads nothing, to be put into a frame."""

from django.template.loader import render_to_string

from collector.papers.press import Press
from collector.papers.registry import EVERY_INDEX, Audience, Format, Purpose
from collector.papers.said import Said


def _make(said: Said, _: Press) -> bytes:
    return render_to_string("papers/embed.html", {"said": said}).encode()


FORMAT = Format(
    name="embed",
    file="embed.html",
    content_type="text/html; charset=utf-8",
    title="Untuk situs lain",
    audience=Audience.EVERYBODY,
    purpose=Purpose.ANNOUNCE,
    make=_make,
    kinds=EVERY_INDEX,
)
