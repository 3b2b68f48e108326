"""The pack for a public consultation: what it works from, the minutes (Berita Acara), and who came."""

from dataclasses import asdict

from collector.papers.consultation import consultation
from collector.papers.drawing import A4
from collector.papers.following import set_as
from collector.papers.press import Press
from collector.papers.registry import Audience, Format, Purpose
from collector.papers.said import Said


def _make(said: Said, press: Press) -> bytes:
    found = consultation(said)
    more = asdict(found) | {
        "forum_title": found.title,
        "title": said.title,
        "day": [found.day.year, found.day.month, found.day.day],
    }
    return set_as(said, press, "consultation.typ", more, size=A4)


FORMAT = Format(
    name="forum",
    file="forum-konsultasi-publik.pdf",
    content_type="application/pdf",
    title="Bahan dan Berita Acara Forum Konsultasi Publik",
    audience=Audience.OFFICE,
    purpose=Purpose.FOLLOW,
    make=_make,
    of_units=True,
)
