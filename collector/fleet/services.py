"""The services of a unit: added, renamed, taken off the kiosks and put back, with who and why in the trail; kiosks are told at once."""

import re
import unicodedata
from collections.abc import Iterable

from django.db import transaction
from django.db.models import QuerySet

from collector.errors import CollectorError
from collector.fleet import setting, tree
from collector.fleet.models import Assignment, Kiosk, Service, Unit
from collector.fleet.publication import publish
from collector.people import trail
from collector.words.foreign import in_one_line
from survey.settings.offered import MAX_SERVICES

LONGEST_NAME = 120
_LONGEST_CODE = 40
_ODD = re.compile(r"[^a-z0-9]+")


def put(unit: Unit, *, code: str, name: str, offered: bool = True, who: str, why: str = "") -> Service:
    """Add a service, or change its name and whether it is offered; nothing happens where it is so already.

    Raises:
        CollectorError: its code or its name cannot be (`code_shape`, `service_name`), or a kiosk's settings would not hold.
    """
    wanted = clean(name)
    before = Service.objects.filter(unit=unit, code=code).first()
    if before is not None and (before.name, before.offered) == (wanted, offered):
        return before
    with transaction.atomic():
        service = tree.add_service(unit=unit, code=code, name=wanted, offered=offered)
        facts: dict[str, object] = {"code": service.code, "name": service.name, "offered": offered}
        if before is not None:
            facts |= {"name before": before.name, "offered before": before.offered}
        action = "service added" if before is None else "service changed"
        trail.note(who=who, action=action, subject=unit.code, why=why, facts=facts)
        _tell(unit)
    return service


def add_all(unit: Unit, names: Iterable[str], *, who: str, source: str) -> list[Service]:
    """Add the services of a list that the unit does not have yet, by their names; gives those that are new.

    Raises:
        CollectorError: a name cannot be (`service_name`), or the kiosks' settings would not hold; nothing was added.
    """
    with transaction.atomic():
        known = {service.name.casefold() for service in unit.services.all()}
        added = []
        for name in map(clean, names):
            if name.casefold() not in known:
                known.add(name.casefold())
                added.append(tree.add_service(unit=unit, code=free_code(unit, name), name=name))
        if added:
            facts = {"added": [service.code for service in added]}
            trail.note(who=who, action="services imported", subject=unit.code, why=source, facts=facts)
            _tell(unit)
    return added


def tell(units: QuerySet[Unit]) -> None:
    """Sign new settings for the kiosks that stand where these units serve, each kiosk once; of many in steps.

    Raises:
        CollectorError: the settings would not hold.
    """
    places = Assignment.objects.filter(unit__in=units).values("place")
    standing = Kiosk.objects.filter(in_use=True, assignments__place__in=places).values("pk")
    setting.renew(Kiosk.objects.filter(pk__in=standing))


def clean(name: str) -> str:
    """Give a name as it may stand on a kiosk: in one line, without what nobody can read.

    Raises:
        CollectorError: nothing is left of it, or too much (`service_name`).
    """
    text = in_one_line(name)
    if not text or len(text) > LONGEST_NAME:
        raise CollectorError("service_name", name=text[:40], most=LONGEST_NAME)
    return text


def free_code(unit: Unit, name: str) -> str:
    """Make a code of a name that no service of the unit has."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    stem = _ODD.sub("-", plain).strip("-")[: _LONGEST_CODE - 4].strip("-") or "layanan"
    taken = set(unit.services.filter(code__startswith=stem).values_list("code", flat=True))
    number = 2
    code = stem
    while code in taken:
        code, number = f"{stem}-{number}", number + 1
    return code


def _tell(unit: Unit) -> None:
    """Sign new settings for the kiosks that stand where the unit serves.

    Raises:
        CollectorError: the unit offers more than a kiosk takes (`services_many`), or the settings would not hold.
    """
    if unit.services.filter(offered=True).count() > MAX_SERVICES:
        raise CollectorError("services_many", most=MAX_SERVICES)
    places = unit.assignments.values("place")
    for kiosk in Kiosk.objects.filter(assignments__place__in=places).distinct():
        publish(kiosk, changes={})
