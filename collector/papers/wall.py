"""What hangs beside a kiosk: why a citizen's voice is secret, and for the officer what he must not do. They come of no release, so they are no `Format`."""

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.urls import reverse

from collector.errors import CollectorError
from collector.fleet.models import Unit
from collector.papers import dress
from collector.papers.cleaning import clean
from collector.papers.drawing import A4, MILLIMETRE
from collector.papers.making import write
from collector.papers.press import PDF, Press
from collector.papers.said import qr_of
from collector.releases.content import subject_of

A5 = (148 * MILLIMETRE, 210 * MILLIMETRE)
SHEETS: Mapping[str, tuple[str, tuple[float, float], str]] = {
    "secret": ("secret.typ", A4, "suara-anda-rahasia-a4.pdf"),
    "card": ("never.typ", A5, "kartu-petugas-a5.pdf"),
}
"""By sheet: its design, its size, and how its file is called."""
_DRAWN_ON = (2026, 11, 27)
"""The day of the sheets' own facts: they say none, and are the same bytes tomorrow."""


def sheet(unit: Unit, name: str, press: Press) -> bytes:
    """Give one of `SHEETS` for a unit as PDF/A-1b."""
    design, (width, height), _ = SHEETS[name]
    worn = dress.worn_by(subject_of(unit))
    url = f"{settings.IKM_PUBLIC_URL.rstrip('/')}{reverse('unit', args=[unit.code])}"
    data = {
        "name": clean(unit.name),
        "period": words()[name]["title"],
        "day": _DRAWN_ON,
        "width": width,
        "height": height,
        "letterhead": worn.letterhead,
        "contacts": worn.contacts,
        "logo": list(worn.logo),
        "words": words()[name],
        "link": url.partition("://")[2],
        "qr": qr_of(url),
    }
    return press(design, data, form=PDF)


def make(unit: Unit, folder: Path, press: Press) -> list[Path]:
    """Make all sheets of a unit in a folder; gives where they are.

    Raises:
        CollectorError: the folder cannot be written (`not_writable`).
    """
    paths = [folder / f"{unit.code}_{file}" for _, _, file in SHEETS.values()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path, name in zip(paths, SHEETS, strict=True):
            write(path, sheet(unit, name, press))
    except OSError as error:
        raise CollectorError("not_writable", path=folder, reason=error.strerror) from error
    return paths


@lru_cache(maxsize=1)
def words() -> Mapping[str, Mapping[str, Any]]:
    """Give what stands on the sheets."""
    return tomllib.loads(Path(__file__).with_name("wall.toml").read_text(encoding="utf-8"))
