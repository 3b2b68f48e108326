"""The poster on how to complain here: the kiosk, the ticket, the deadline with its source, and where else. It comes of no release, so it is no `Format`."""

import tomllib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.urls import reverse

from collector.fleet.models import Unit
from collector.handover import facts
from collector.papers import dress, kept
from collector.papers.cleaning import clean
from collector.papers.drawing import A3, A4
from collector.papers.press import PDF, Apart, Press
from collector.papers.said import qr_of
from collector.releases.content import subject_of

SIZES: Mapping[str, tuple[float, float]] = {"a4": A4, "a3": A3}
_DRAWN_ON = (2026, 11, 27)
"""The day of the file's own facts: the poster says none, and is the same bytes tomorrow."""
_CHANNELS = Path(__file__).with_name("channels.toml")


def mechanism(unit: Unit, press: Press, *, size: str) -> bytes:
    """Give the poster as PDF/A-1b; `size` is one of `SIZES`."""
    worn = dress.worn_by(subject_of(unit))
    rule = facts.answer_rule(unit)
    base = settings.IKM_PUBLIC_URL.rstrip("/")
    url = f"{base}{reverse('complaints-of-unit', args=[unit.code])}"
    width, height = SIZES[size]
    data = {
        "name": clean(unit.name),
        "period": "Cara mengadu",
        "day": _DRAWN_ON,
        "width": width,
        "height": height,
        "letterhead": worn.letterhead,
        "contacts": worn.contacts,
        "logo": list(worn.logo),
        "days": rule.days,
        "source": clean(rule.source),
        "tickets": f"{base.partition('://')[2]}{reverse('ticket')}",
        "channels": [{"name": one["name"], "ways": one["ways"], "when": one["when"]} for one in channels()],
        "link": url.partition("://")[2],
        "qr": qr_of(url),
    }
    return press("mechanism.typ", data, form=PDF)


def kept_mechanism(unit: Unit, *, size: str) -> bytes:
    """Give the poster, made once and kept."""
    rule = facts.answer_rule(unit)
    stamped = kept.stamp(
        unit.name,
        unit.code,
        unit.agency and (unit.agency.code, unit.agency.name),
        rule,
        _CHANNELS.read_text(),
    )
    return kept.ready(
        f"pengaduan-{unit.code}",
        f"cara-mengadu-{size}.pdf",
        stamped,
        lambda: mechanism(unit, Apart(), size=size),
    )


@lru_cache(maxsize=1)
def channels() -> Sequence[Mapping[str, Any]]:
    """Give where else a complaint goes."""
    return tuple(tomllib.loads(_CHANNELS.read_text(encoding="utf-8"))["channel"])
