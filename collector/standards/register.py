"""The register of service standards: a new version for whatever changes, and what is in force on a day. Nothing is deleted."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from collector import clock
from collector.accounts import roles
from collector.errors import CollectorError
from collector.fleet import publication
from collector.fleet.models import Service, Unit
from collector.followup.models import Group
from collector.local import local_date
from collector.people import trail
from collector.standards.components import BY_KEY, COMPONENTS, completeness
from collector.standards.models import LONGEST_TEXT, Standard
from collector.standards.texts import fitting, lines
from collector.words.foreign import in_one_line

WRITERS = (roles.UNIT_OFFICER, roles.ADMINISTRATOR)
"""Who writes standards and the maklumat: an evaluator looks whether they hold, and so only reads."""
_LONGEST_OFFICE, _LONGEST_DECREE, _LONGEST_WHY = 150, 100, 300


@dataclass(frozen=True, slots=True)
class Said:
    """What an office writes of a standard."""

    texts: Mapping[str, str]
    """By the keys of components."""
    in_force_from: date
    decided_by: str = ""
    """An office. With number and day of the decree, or none of the three."""
    decree_number: str = ""
    decree_date: date | None = None
    reviewed_on: date | None = None
    """The day of the last review; None where the standard was only drawn up so far."""
    groups: tuple[str, ...] = ()
    """Which of the five groups took part in drawing it up, by the values of `Group`."""


def say(service: Service, said: Said, *, seen: int, who: str, why: str = "") -> Standard:
    """Keep a version of a service's standard; `seen` is the number of the version it was written over, 0 for none.

    Raises:
        CollectorError: somebody else wrote one meanwhile (`standard_moved`), a version over another has no reason
            (`standard_why`), no component has a text (`standard_nothing`), a text is too long (`standard_long`), the decree
            is half said (`standard_decree`), or a day lies in the future (`standard_day`).
    """
    texts = _texts(said.texts)
    today = local_date(clock.now(), service.unit.time_zone)
    decree = _decree(said, today)
    if said.reviewed_on is not None and said.reviewed_on > today:
        raise CollectorError("standard_day", day=said.reviewed_on)
    reason = fitting("alasan", in_one_line(why), most=_LONGEST_WHY)
    with transaction.atomic():
        Unit.objects.select_for_update().get(pk=service.unit_id)
        last = Standard.objects.filter(service=service).order_by("number").last()
        if (last.number if last is not None else 0) != seen:
            raise CollectorError("standard_moved", service=service.name)
        if last is not None and not reason:
            raise CollectorError("standard_why")
        made = Standard.objects.create(
            unit=service.unit,
            service=service,
            number=seen + 1,
            in_force_from=said.in_force_from,
            decided_by=decree[0],
            decree_number=decree[1],
            decree_date=said.decree_date,
            reviewed_on=said.reviewed_on,
            groups=[one.value for one in Group if one.value in said.groups],
            texts=texts,
            entered_at=clock.now(),
            entered_by=who[:150],
            why=reason,
        )
        trail.note(
            who=who,
            action="standard entered",
            subject=f"unit {service.unit.code} service {service.code} standard {made.number}",
            why=reason,
            facts={
                "in_force_from": made.in_force_from.isoformat(),
                "decree": made.decree_number,
                "components": completeness(texts).filled,
                "texts": texts,
            },
        )
        publication.retell(service.unit)
    return made


def in_force(found: Iterable[Standard], day: date) -> dict[int, Standard]:
    """Give, by service, which of some versions is in force on a day: the one from the latest day, and of these the newest."""
    told: dict[int, Standard] = {}
    for one in sorted(found, key=lambda one: (one.in_force_from, one.number)):
        if one.in_force_from <= day:
            told[one.service_id] = one
    return told


def versions(service: Service) -> list[Standard]:
    """Give all versions of a service's standard, the newest first."""
    return list(Standard.objects.filter(service=service).order_by("-number"))


def _texts(given: Mapping[str, str]) -> dict[str, str]:
    unknown = given.keys() - BY_KEY.keys()
    if unknown:
        raise CollectorError("standard_component", key=", ".join(sorted(unknown)))
    texts = {
        one.key: fitting(one.name, text, most=LONGEST_TEXT)
        for one in COMPONENTS
        if (text := lines(given.get(one.key, "")))
    }
    if not texts:
        raise CollectorError("standard_nothing")
    return texts


def _decree(said: Said, today: date) -> tuple[str, str]:
    office = fitting("pejabat yang menetapkan", in_one_line(said.decided_by), most=_LONGEST_OFFICE)
    number = fitting("nomor keputusan", in_one_line(said.decree_number), most=_LONGEST_DECREE)
    if not (bool(office) == bool(number) == (said.decree_date is not None)):
        raise CollectorError("standard_decree")
    if said.decree_date is not None and said.decree_date > today:
        raise CollectorError("standard_day", day=said.decree_date)
    return office, number
