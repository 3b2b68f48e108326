"""How an agency dresses its papers: letterhead, logo and contacts, as data. A template is never taken from outside."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from collector import clock
from collector.errors import CollectorError
from collector.fleet.models import Agency
from collector.papers.cleaning import clean, clean_lines
from collector.papers.models import Dress
from collector.pictures import MOST_BYTES, drawn_anew

FOR_ALL = ""
_LOGO_SIDE = 600
_PHOTO_SIDE = 1_600
_LETTERHEAD_LINES, _CONTACT_LINES = 4, 6
_LONGEST_LINE = 80


@dataclass(frozen=True, slots=True)
class Worn:
    """The dress a paper gets."""

    letterhead: tuple[str, ...]
    contacts: tuple[str, ...]
    logo: bytes
    """PNG without transparency; empty for none."""


def worn_by(who: Mapping[str, Any]) -> Worn:
    """Give the dress for the subject of a release: its agency's, else the one for all, else the agency's bare name."""
    agency = who["code"] if who["kind"] == "agency" else (who.get("agency") or {}).get("code", "")
    found = {one.agency: one for one in Dress.objects.filter(agency__in=(FOR_ALL, agency))}
    dress = found.get(agency) or found.get(FOR_ALL)
    name = clean((who.get("agency") or {}).get("name") or who["name"])
    letterhead = clean_lines(dress.letterhead, most=_LETTERHEAD_LINES, longest=_LONGEST_LINE) if dress else ()
    contacts = clean_lines(dress.contacts, most=_CONTACT_LINES, longest=_LONGEST_LINE) if dress else ()
    return Worn(letterhead or (name,), contacts, bytes(dress.logo) if dress else b"")


def put_on(
    agency: str, *, letterhead: list[str] | None, contacts: list[str] | None, logo: Path | None, who: str
) -> Dress:
    """Set what papers of an agency (of all where it is empty) carry; what is None stays as it is.

    Raises:
        CollectorError: there is no such agency (`agency_unknown`), or the picture is none (`picture`).
    """
    if agency and not Agency.objects.filter(code=agency).exists():
        raise CollectorError("agency_unknown", code=agency)
    dress = Dress.objects.filter(pk=agency).first() or Dress(agency=agency)
    if letterhead is not None:
        dress.letterhead = "\n".join(letterhead)
    if contacts is not None:
        dress.contacts = "\n".join(contacts)
    if logo is not None:
        dress.logo = as_png(logo)
    dress.changed_at, dress.changed_by = clock.now(), who[:150]
    dress.save()
    return dress


def as_png(path: Path) -> bytes:
    """Give a picture as a small opaque PNG: PDF/A-1b knows no transparency.

    Raises:
        CollectorError: it cannot be read as a picture (`picture`).
    """
    return _drawn_anew(path, side=_LOGO_SIDE, form="PNG")


def as_jpeg(path: Path) -> bytes:
    """Give a photo without what a camera writes beside it (place, time, owner).

    Raises:
        CollectorError: it cannot be read as a picture (`picture`).
    """
    return _drawn_anew(path, side=_PHOTO_SIDE, form="JPEG")


def _drawn_anew(path: Path, *, side: int, form: str) -> bytes:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise CollectorError("picture", path=path, reason=f"> {MOST_BYTES // 1_000_000} MB")
        data = path.read_bytes()
    except OSError as error:
        raise CollectorError("picture", path=path, reason=type(error).__name__) from error
    return drawn_anew(data, name=path, side=side, form=form)
