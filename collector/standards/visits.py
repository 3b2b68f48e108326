"""Visits: signed once by an evaluator, replied to by the unit's officers, never changed.

What a visit says goes as a digest, with the name, the office and the moment, into the trail, whose chain is published: a visit that was
altered afterwards no longer fits its entry (`seal`).
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple
from uuid import UUID

from django.db import transaction

from collector import clock
from collector.accounts import roles
from collector.errors import CollectorError
from collector.fleet.models import Unit
from collector.local import LAST_MS, local_date
from collector.people import trail
from collector.people.models import TrailEntry
from collector.pictures import drawn_anew
from collector.standards.checklist import ITEMS, NAMES, VERSION
from collector.standards.models import Found, Visit, VisitPhoto, VisitReply
from collector.standards.texts import fitting, needed
from collector.words.foreign import in_one_line

VISITORS = roles.EVALUATORS
REPLIERS = (roles.UNIT_OFFICER,)
"""Who replies to a visit: the unit itself, and nobody who rates it."""
MOST_PHOTOS = 12
PHOTO_SIDE = 1_600
LONGEST_NOTE = 1_000
_LONGEST_ITEM_NOTE = 500
_SIGNED = "visit signed"


class Answer(NamedTuple):
    """What was found of one item."""

    found: Found
    note: str = ""


class Photo(NamedTuple):
    """A photo as it was sent."""

    item: str
    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Checked:
    """What an evaluator filled in."""

    key: UUID
    """Made where it was filled in; the same one again is the same visit."""
    visited_on: date
    name: str
    office: str
    answers: Mapping[str, Answer]
    """By the keys of items; what was not looked at is left out."""
    note: str = ""
    photos: Sequence[Photo] = field(default=())
    filled_ms: int | None = None
    """When it was signed, as the device says; None where it says nothing."""


class Seal(NamedTuple):
    """How a visit stands against the trail."""

    entry: TrailEntry | None
    fits: bool
    """Whether all it says, photos too, is what the entry has the digest of."""


def sign(unit: Unit, checked: Checked, *, who: str) -> Visit:
    """Keep a visit, once: what comes in a second time gives the one that is kept.

    Raises:
        CollectorError: the same visit came in before saying something else (`visit_sent`), the day lies in the future
            (`standard_day`), nothing was looked at (`visit_nothing`), an item is unknown (`standard_component`), a text is
            missing (`standard_empty`) or too long (`standard_long`), or photos are too many (`visit_photos`), of an unknown item,
            or cannot be read (`picture`).
    """
    if checked.visited_on > local_date(clock.now(), unit.time_zone):
        raise CollectorError("standard_day", day=checked.visited_on)
    unknown = (checked.answers.keys() | {one.item for one in checked.photos}) - NAMES.keys()
    if unknown:
        raise CollectorError("standard_component", key=", ".join(sorted(unknown)))
    if not checked.answers:
        raise CollectorError("visit_nothing")
    if len(checked.photos) > MOST_PHOTOS:
        raise CollectorError("visit_photos", most=MOST_PHOTOS)
    made = Visit(
        unit=unit,
        key=checked.key,
        checklist=VERSION,
        visited_on=checked.visited_on,
        evaluator=who[:150],
        name=needed("nama", checked.name, most=150),
        office=needed("jabatan dan instansi", checked.office, most=150),
        answers={
            one.key: {
                "found": checked.answers[one.key].found.value,
                "note": fitting(
                    one.name, in_one_line(checked.answers[one.key].note), most=_LONGEST_ITEM_NOTE
                ),
            }
            for one in ITEMS
            if one.key in checked.answers
        },
        note=fitting("catatan", in_one_line(checked.note), most=LONGEST_NOTE),
        filled_ms=checked.filled_ms if checked.filled_ms and 0 < checked.filled_ms <= LAST_MS else None,
        signed_at=clock.now(),
    )
    photos = [_photo(one) for one in checked.photos]
    with transaction.atomic():
        Unit.objects.select_for_update().get(pk=unit.pk)
        before = Visit.objects.select_related("unit").filter(key=checked.key).first()
        if before is not None:
            return _again(before, made, photos)
        last = Visit.objects.filter(unit=unit).order_by("number").last()
        made.number = last.number + 1 if last is not None else 1
        made.digest = _digest(_content(made, photos) | {"filled_ms": made.filled_ms})
        made.save(force_insert=True)
        for one in photos:
            one.visit = made
            one.save(force_insert=True)
        trail.note(who=who, action=_SIGNED, subject=_name(made), facts=_facts(made))
    return made


def reply(visit: Visit, *, accepts: bool, note: str = "", who: str) -> VisitReply:
    """Keep what the unit says of a visit; said again, the newest counts and the others stay.

    Raises:
        CollectorError: it is an objection and says nothing (`visit_objection`), is too long (`standard_long`), or is said by
            whoever signed the visit (`visit_own`).
    """
    text = fitting("catatan", in_one_line(note), most=LONGEST_NOTE)
    if not accepts and not text:
        raise CollectorError("visit_objection")
    if who == visit.evaluator:
        raise CollectorError("visit_own")
    with transaction.atomic():
        made = VisitReply.objects.create(
            visit=visit, accepts=accepts, note=text, at=clock.now(), who=who[:150]
        )
        action = "visit acknowledged" if accepts else "visit objected to"
        trail.note(who=who, action=action, subject=_name(visit), why=text[:300], facts={"note": text})
    return made


def seal(visit: Visit) -> Seal:
    """Hold a visit against its entry in the trail."""
    photos = list(visit.photos.order_by("pk"))
    entry = TrailEntry.objects.filter(action=_SIGNED, subject=_name(visit)).order_by("pk").first()
    said = _digest(_content(visit, photos) | {"filled_ms": visit.filled_ms})
    whole = all(hashlib.sha256(bytes(one.data)).hexdigest() == one.digest for one in photos)
    return Seal(entry, entry is not None and whole and entry.facts.get("digest") == said == visit.digest)


def _photo(given: Photo) -> VisitPhoto:
    data = drawn_anew(given.data, name=given.name, side=PHOTO_SIDE, form="JPEG")
    return VisitPhoto(item=given.item, data=data, digest=hashlib.sha256(data).hexdigest())


def _again(before: Visit, made: Visit, photos: Iterable[VisitPhoto]) -> Visit:
    """Give the visit that is kept; when it was signed may differ, for whoever heard no answer signs again."""
    if _content(before, before.photos.defer("data")) != _content(made, photos):
        raise CollectorError("visit_sent", number=before.number)
    return before


def _content(visit: Visit, photos: Iterable[VisitPhoto]) -> dict[str, object]:
    return {
        "unit": visit.unit.code,
        "key": str(visit.key),
        "checklist": visit.checklist,
        "visited_on": visit.visited_on.isoformat(),
        "evaluator": visit.evaluator,
        "name": visit.name,
        "office": visit.office,
        "answers": visit.answers,
        "note": visit.note,
        "photos": sorted([one.item, one.digest] for one in photos),
    }


def _digest(content: Mapping[str, object]) -> str:
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _facts(visit: Visit) -> dict[str, object]:
    return {
        "digest": visit.digest,
        "name": visit.name,
        "office": visit.office,
        "visited_on": visit.visited_on.isoformat(),
        "filled_ms": visit.filled_ms,
        "answers": {key: said["found"] for key, said in visit.answers.items()},
    }


def _name(visit: Visit) -> str:
    return f"unit {visit.unit.code} visit {visit.number}"
