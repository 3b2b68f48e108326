"""Sheets for the wall: the standard of a service, and the maklumat. They come of no release, so they are no `Format`; press, dress and keeping are the same."""

from collections.abc import Sequence
from datetime import date

from django.conf import settings
from django.urls import reverse

from collector.fleet.models import Unit
from collector.papers import dress, kept
from collector.papers.cleaning import clean, clean_lines
from collector.papers.drawing import A4
from collector.papers.press import PDF, Apart, Press
from collector.papers.said import qr_of
from collector.papers.signature import with_field
from collector.releases.content import subject_of
from collector.standards.components import COMPONENTS, PUBLIC, Component
from collector.standards.models import LONGEST_TEXT, Maklumat, Standard
from collector.standards.reading import rows_of
from survey.index.periods import long_date

_LINES = 120
_FIELD = (327, 85, 538, 148)
"""Where the maklumat is signed, in points from the lower left corner."""


def of_standard(standard: Standard, press: Press, *, whole: bool = False) -> bytes:
    """Give a service's standard as PDF/A-1b: the six public components, or with `whole` all fourteen, for the office."""
    unit = standard.unit
    components: tuple[Component, ...] = COMPONENTS if whole else PUBLIC
    path = reverse("standard", args=[unit.code, standard.service.code])
    data = _sheet(unit, "Standar pelayanan", standard.in_force_from, path) | {
        "service": clean(standard.service.name),
        "decree": _decree(standard),
        "version": standard.number,
        "rows": [
            {"name": one.name, "lines": clean_lines(text, most=_LINES, longest=LONGEST_TEXT)}
            for one, text in rows_of(standard, components)
        ],
    }
    return press("standard.typ", data, form=PDF)


def of_promise(maklumat: Maklumat, press: Press) -> bytes:
    """Give a maklumat as PDF/A-1b with an empty signature field."""
    path = reverse("maklumat", args=[maklumat.unit.code])
    data = _sheet(maklumat.unit, "Maklumat pelayanan", maklumat.issued_on, path) | {
        "lines": clean_lines(maklumat.text, most=_LINES, longest=LONGEST_TEXT),
        "issued": long_date(maklumat.issued_on),
        "signer": clean(maklumat.signer),
    }
    return with_field(press("maklumat.typ", data, form=PDF), _FIELD)


def kept_standard(standard: Standard) -> bytes:
    """Give the public sheet of a version, made once and kept."""
    stamped = kept.stamp(
        _facts(standard.unit), standard.pk, standard.service.name, standard.service.code, standard.texts
    )
    name = f"standar-{standard.unit.code}"
    return kept.ready(name, f"{standard.service_id}.pdf", stamped, lambda: of_standard(standard, Apart()))


def kept_promise(maklumat: Maklumat) -> bytes:
    """Give the public sheet of a maklumat, made once and kept."""
    stamped = kept.stamp(_facts(maklumat.unit), maklumat.pk)
    return kept.ready(
        f"standar-{maklumat.unit.code}", "maklumat.pdf", stamped, lambda: of_promise(maklumat, Apart())
    )


def _facts(unit: Unit) -> Sequence[object]:
    return (unit.name, unit.code, unit.agency and (unit.agency.code, unit.agency.name))


def _sheet(unit: Unit, title: str, day: date, path: str) -> dict[str, object]:
    worn = dress.worn_by(subject_of(unit))
    url = f"{settings.IKM_PUBLIC_URL.rstrip('/')}{path}"
    return {
        "name": clean(unit.name),
        "period": title,
        "day": [day.year, day.month, day.day],
        "width": A4[0],
        "height": A4[1],
        "letterhead": worn.letterhead,
        "contacts": worn.contacts,
        "logo": list(worn.logo),
        "link": url.partition("://")[2],
        "qr": qr_of(url),
    }


def _decree(standard: Standard) -> str:
    since = f"Berlaku mulai {long_date(standard.in_force_from)}."
    if not standard.is_decreed or standard.decree_date is None:
        return f"{since} Belum ditetapkan dengan keputusan."
    office, number = clean(standard.decided_by), clean(standard.decree_number)
    return f"{since} Ditetapkan {office}, keputusan nomor {number} tanggal {long_date(standard.decree_date)}."
