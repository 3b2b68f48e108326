"""A village with published quarters, and plans that follow them."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import pytest
from PIL import Image

from collector.errors import CollectorError
from collector.followup import register
from collector.followup.forum import Minutes
from collector.followup.models import Item
from collector.followup.register import Plan
from collector.releases.models import Release
from survey.index.periods import Period, parse
from tests.collector.papers import town
from tests.collector.scores.village import Post

QUARTER, BEFORE, AFTER = parse("2026-TW4"), parse("2026-TW3"), parse("2027-TW1")
WHO = "budi"


def released(post: Post, period: Period = QUARTER, *, seed: int = 1, number: int = 60) -> Release:
    town.visit(post, number, first=period.first.replace(day=2), seed=seed)
    return town.publish(post, period)


def plan(**other: object) -> Plan:
    fields: dict[str, object] = {
        "element": "waktu",
        "problem": "Surat keterangan menunggu tanda tangan sampai dua hari",
        "action": "Menunjuk pejabat pengganti yang menandatangani setiap hari kerja",
        "first_month": date(2027, 1, 1),
        "last_month": date(2027, 2, 1),
        "responsible": "Sekretaris Desa",
    }
    return Plan(**(fields | other))  # type: ignore[arg-type]


def add(release: Release, **other: object) -> Item:
    assert release.unit is not None
    return register.add(release.unit, plan(**other), release=release, who=WHO)


def picture(form: str = "JPEG") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (80, 60), "teal").save(out, form, **({"exif": _exif()} if form == "JPEG" else {}))
    return out.getvalue()


def _exif() -> bytes:
    exif = Image.Exif()
    exif[0x010E] = "rumah Pak Kades"
    return exif.tobytes()


@contextmanager
def refused(word: str) -> Iterator[None]:
    """Insist that something is refused with a code."""
    with pytest.raises(CollectorError) as caught:
        yield
    assert caught.value.word == word


def minutes(**other: object) -> Minutes:
    fields: dict[str, object] = {
        "held_on": date(2027, 1, 7),
        "place": "Balai Desa Sukamaju",
        "title": "Forum Konsultasi Publik (FKP)",
        "topic": "Standar pelayanan surat keterangan",
        "attendance": {"pengguna": 14, "ahli": 1, "instansi": 2},
        "signers": ("Kepala Desa", "Wakil pengguna layanan"),
    }
    return Minutes(**(fields | other))  # type: ignore[arg-type]
