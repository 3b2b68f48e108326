"""The *maklumat pelayanan*: a unit's public promise to keep its standards, with its versions and a photo of it."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import QuerySet

from collector import clock
from collector.errors import CollectorError
from collector.fleet.models import Unit
from collector.local import local_date
from collector.people import trail
from collector.pictures import drawn_anew
from collector.standards.models import LONGEST_TEXT, Maklumat
from collector.standards.texts import fitting, lines, needed
from collector.words.foreign import in_one_line

PHOTO_SIDE = 1_600
_LONGEST_WHY = 300


@dataclass(frozen=True, slots=True)
class Promise:
    """What an office writes of its maklumat."""

    text: str
    issued_on: date
    signer: str
    """By office and name, as the paper on the wall has it."""
    photo: tuple[str, bytes] | None = None
    """Name and bytes."""


def issue(unit: Unit, said: Promise, *, seen: int, who: str, why: str = "") -> Maklumat:
    """Keep a version of a unit's maklumat; `seen` is the number of the version it was written over, 0 for none.

    Without a photo the new version has none: a photo shows one text.

    Raises:
        CollectorError: somebody else wrote one meanwhile (`maklumat_moved`), a version over another has no reason
            (`standard_why`), a text is missing (`standard_empty`) or too long (`standard_long`), the day lies in the future
            (`standard_day`), or the photo cannot be read (`picture`).
    """
    text = fitting("maklumat", lines(said.text), most=LONGEST_TEXT)
    if not text:
        raise CollectorError("standard_empty", field="maklumat")
    signer = needed("penanda tangan", said.signer, most=150)
    if said.issued_on > local_date(clock.now(), unit.time_zone):
        raise CollectorError("standard_day", day=said.issued_on)
    photo = drawn_anew(said.photo[1], name=said.photo[0], side=PHOTO_SIDE, form="JPEG") if said.photo else b""
    reason = fitting("alasan", in_one_line(why), most=_LONGEST_WHY)
    with transaction.atomic():
        Unit.objects.select_for_update().get(pk=unit.pk)
        last = Maklumat.objects.filter(unit=unit).defer("photo").order_by("number").last()
        if (last.number if last is not None else 0) != seen:
            raise CollectorError("maklumat_moved")
        if last is not None and not reason:
            raise CollectorError("standard_why")
        made = Maklumat.objects.create(
            unit=unit,
            number=seen + 1,
            text=text,
            issued_on=said.issued_on,
            signer=signer,
            photo=photo,
            photo_digest=hashlib.sha256(photo).hexdigest() if photo else "",
            entered_at=clock.now(),
            entered_by=who[:150],
            why=reason,
        )
        trail.note(
            who=who,
            action="maklumat entered",
            subject=_name(made),
            why=reason,
            facts={
                "issued_on": made.issued_on.isoformat(),
                "signer": signer,
                "text": text,
                "photo": made.photo_digest,
            },
        )
    return made


def take_photo_back(maklumat: Maklumat, *, who: str, why: str) -> None:
    """Take a photo back that should not be public (somebody's face): it is gone, its digest stays.

    Raises:
        CollectorError: there is no reason (`standard_why`), or no photo any more (`maklumat_photo`).
    """
    reason = fitting("alasan", in_one_line(why), most=_LONGEST_WHY)
    if not reason:
        raise CollectorError("standard_why")
    with transaction.atomic():
        taken = (
            Maklumat.objects.filter(pk=maklumat.pk, photo_gone_at=None)
            .exclude(photo_digest="")
            .update(photo=b"", photo_gone_at=clock.now(), photo_gone_by=who[:150], photo_gone_why=reason)
        )
        if not taken:
            raise CollectorError("maklumat_photo", number=maklumat.number)
        trail.note(
            who=who,
            action="maklumat photo taken back",
            subject=_name(maklumat),
            why=reason,
            facts={"sha256": maklumat.photo_digest},
        )


def versions(unit: Unit) -> QuerySet[Maklumat]:
    """Give all versions of a unit's maklumat without their photos, the newest first."""
    return Maklumat.objects.filter(unit=unit).defer("photo").order_by("-number")


def newest(found: Iterable[Maklumat]) -> Maklumat | None:
    """Give which of some versions holds: the one of the latest day, and of these the newest."""
    return max(found, key=lambda one: (one.issued_on, one.number), default=None)


def _name(one: Maklumat) -> str:
    return f"unit {one.unit.code} maklumat {one.number}"
