"""Malls: places where units of several agencies serve under one roof. Who serves there since when, and who did in a period."""

from collections.abc import Iterable
from datetime import date, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet

from collector import clock
from collector.errors import CollectorError
from collector.fleet import courses, lasting
from collector.fleet.models import Agency, Assignment, Kiosk, Place, Tenant, Unit
from collector.fleet.publication import publish
from collector.fleet.tree import find_place
from collector.local import local_date
from collector.people import trail
from collector.words.foreign import in_one_line
from survey.index.periods import Period

FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2199, 12, 31)


def every() -> QuerySet[Place]:
    """Give the malls, by name: places that have, or had, a tenant."""
    return Place.objects.filter(pk__in=Tenant.objects.values("place")).order_by("name", "code")


def find(code: str) -> Place:
    """Give the mall with this code.

    Raises:
        CollectorError: there is no such place (`place_not_here`), or nobody was entered as serving there (`mall_not`).
    """
    place = find_place(code)
    if not Tenant.objects.filter(place=place).exists():
        raise CollectorError("mall_not", place=place.code)
    return place


def serve(
    place: Place,
    unit: Unit,
    *,
    who: str,
    since: date | None = None,
    last: date | None = None,
    questionnaire: str = "",
) -> Tenant:
    """Have a unit serve in a mall, or a course be held at a place: from a day on (today where none is said), until a last day where there is one.

    The kiosks there are told at once, and ask about its services on those days alone; a course asks its own `questionnaire`, where it has one.

    Raises:
        CollectorError: the unit belongs to no agency (`mall_agency`), serves there on some of these days already (`mall_there`), has ended
            or is hidden (`unit_takes_none`), or the days are none (`mall_days`); its questionnaire is none of a course (`collector.fleet.courses`);
            or a kiosk's settings would not hold.
    """
    first = since or _today()
    until = last + timedelta(days=1) if last is not None else None
    if unit.agency_id is None:
        raise CollectorError("mall_agency", unit=unit.code)
    if not FIRST_DAY <= first <= LAST_DAY or (last is not None and not first <= last <= LAST_DAY):
        raise CollectorError("mall_days", first=first, last=last or "-")
    with transaction.atomic():
        lasting.check_takes(unit, until=None)
        meets = Q(until=None) | Q(until__gt=first)
        if until is not None:
            meets &= Q(since__lt=until)
        if Tenant.objects.filter(meets, place=place, unit=unit).exists():
            raise CollectorError("mall_there", unit=unit.code, place=place.code)
        if questionnaire:
            courses.check(unit, questionnaire, first=first, last=last)
        made = Tenant.objects.create(
            place=place, unit=unit, since=first, until=until, questionnaire=questionnaire
        )
        courses.keep(unit.pk, questionnaire)
        facts: dict[str, object] = {"unit": unit.code, "since": first.isoformat()}
        if questionnaire:
            facts["questionnaire"] = questionnaire
        if last is not None:
            facts["last"] = last.isoformat()
        trail.note(who=who, action="mall tenant added", subject=place.code, facts=facts)
        tell(place)
    return made


def leave(place: Place, unit: Unit, *, who: str, why: str) -> Tenant:
    """Have a unit serve in a mall no more, from today on; what was answered stays its own.

    Raises:
        CollectorError: it does not serve there (`mall_not_there`), or nobody said why (`mall_why`).
    """
    reason = reason_of(why)
    with transaction.atomic():
        today = _today()
        there = Tenant.objects.select_for_update().filter(Tenant.not_over(today), place=place, unit=unit)
        found = there.order_by("since").first()
        if found is None:
            raise CollectorError("mall_not_there", unit=unit.code, place=place.code)
        found.until = max(today, found.since)  # what never began ends on its first day: it was on none
        found.save(update_fields=["until"])
        trail.note(
            who=who, action="mall tenant left", subject=place.code, why=reason, facts={"unit": unit.code}
        )
        tell(place)
    return found


def reason_of(why: str) -> str:
    """Insist on a reason, in one line.

    Raises:
        CollectorError: there is none (`mall_why`).
    """
    reason = in_one_line(why)[:300]
    if not reason:
        raise CollectorError("mall_why")
    return reason


def serving(place: Place, period: Period) -> list[Unit]:
    """Give the units that served at a place in a period: its tenants, and those with a kiosk of their own there."""
    tenants = Tenant.objects.filter(place=place, since__lte=period.last).exclude(until=F("since"))
    found = set(tenants.exclude(until__lte=period.first).values_list("unit_id", flat=True))
    here = Assignment.objects.filter(place=place).values("kiosk")
    found |= {
        unit for unit, where in _stood(Assignment.objects.filter(kiosk__in=here), period) if where == place.pk
    }
    units = Unit.objects.filter(lasting.REAL, pk__in=found).select_related("agency")
    return list(units.order_by("agency__name", "name", "code"))


def elsewhere(place: Place, units: Iterable[Unit], period: Period) -> set[int]:
    """Give which units had a kiosk at another place too in a period: their number is not of this place alone."""
    rows = Assignment.objects.filter(
        kiosk__in=Assignment.objects.filter(unit__in=list(units)).values("kiosk")
    )
    return {unit for unit, where in _stood(rows, period) if where != place.pk}


def agencies_at(place: Place) -> QuerySet[Agency]:
    """Give the agencies that serve, or served, at a place."""
    units = Unit.objects.filter(Q(malls__place=place) | Q(assignments__place=place))
    return Agency.objects.filter(pk__in=units.values("agency")).order_by("name", "code")


def where(unit: Unit) -> list[Place]:
    """Give the malls in which a unit serves now."""
    now = Tenant.objects.filter(Tenant.not_over(_today()), unit=unit)
    return list(every().filter(pk__in=now.values("place")))


def tell(place: Place) -> None:
    """Sign new settings for the kiosks that stand at a place."""
    for kiosk in Kiosk.objects.filter(assignments__place=place, in_use=True).distinct():
        publish(kiosk, changes={})


def _stood(assignments: QuerySet[Assignment], period: Period) -> set[tuple[int, int]]:
    """Give at which units and places kiosks stood at some time of a period; each stays until its next assignment."""
    zone = settings.IKM_TIME_ZONE
    rows = assignments.order_by("kiosk_id", "since").values_list("kiosk_id", "since", "unit_id", "place_id")
    found: set[tuple[int, int]] = set()
    known = list(rows)
    for number, (kiosk, since, unit, place) in enumerate(known):
        is_first = number == 0 or known[number - 1][0] != kiosk
        is_last = number + 1 == len(known) or known[number + 1][0] != kiosk
        begins = date.min if is_first else local_date(since, zone)
        ends = date.max if is_last else local_date(known[number + 1][1], zone)
        if begins <= period.last and ends >= period.first:
            found.add((unit, place))
    return found


def _today() -> date:
    return local_date(clock.now(), settings.IKM_TIME_ZONE)
