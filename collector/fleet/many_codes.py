"""One-time codes for all kiosks that are wanted at once; each is shown once, and what an older sheet of the same kiosk says ends."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import NamedTuple

from django.conf import settings
from django.db import transaction

from collector.errors import CollectorError
from collector.fleet.enrolment import fresh
from collector.fleet.models import EnrolmentCode, Unit, WantedKiosk
from collector.fleet.tree import below
from collector.people import trail
from collector.trust import ca

MOST_DAYS = 14
"""Of a code of 50 bits: with 2,651 of them out, somebody who tries a thousand a second for so long meets one in 350 cases."""
_AT_ONCE = 500


class Sheet(NamedTuple):
    """What stands on the sheet of a kiosk."""

    kiosk: str
    unit: str
    place: str
    zone: str
    code: str


class Drawn(NamedTuple):
    """Codes that are drawn and not good yet: first their sheets are made, and only `keep` makes them good."""

    sheets: list[Sheet]
    rows: list[EnrolmentCode]
    region: str
    days: int
    until: datetime


def draw(*, region: str, names: Collection[str] | None, days: int, now: datetime) -> Drawn:
    """Draw a code for each wanted kiosk of a region (of all where it is empty) and among `names` (None: any); nothing is written.

    Raises:
        CollectorError: none is wanted there (`codes_none`), or they would live too long (`codes_days`).
        NotSetUp: there is no authority whose fingerprint they could carry.
    """
    if not 1 <= days <= MOST_DAYS:
        raise CollectorError("codes_days", most=MOST_DAYS)
    wanted = WantedKiosk.objects.filter(unit__retired_on=None, unit__hidden_on=None)
    if region:
        wanted = wanted.filter(unit__in=Unit.objects.filter(below(region)).values("pk"))
    ordered = wanted.select_related("unit", "place").order_by("unit__region_id", "unit__code", "name")
    found = [one for one in ordered if names is None or one.name in names]
    if not found:
        raise CollectorError("codes_none")
    fingerprint, until = ca.fingerprint(settings.IKM_KEYS), now + timedelta(days=days)
    drawn = Drawn([], [], region, days, until)
    for one in found:
        code, digest = fresh(fingerprint)
        drawn.sheets.append(Sheet(one.name, one.unit.name, one.place.name, one.unit.time_zone, code))
        drawn.rows.append(
            EnrolmentCode(
                digest=digest, unit=one.unit, place=one.place, kiosk_name=one.name, expires_at=until
            )
        )
    return drawn


def keep(drawn: Drawn, *, who: str) -> None:
    """Make drawn codes good, and unused older ones of the same kiosks void; call it in a transaction with the writing of the sheets."""
    with transaction.atomic():
        for first in range(0, len(drawn.rows), _AT_ONCE):
            names = [one.kiosk_name for one in drawn.rows[first : first + _AT_ONCE]]
            EnrolmentCode.objects.filter(kiosk_name__in=names, used_at=None).delete()
        for row in drawn.rows:
            row.made_by = who
        EnrolmentCode.objects.bulk_create(drawn.rows, batch_size=_AT_ONCE)
        facts = {"codes": len(drawn.rows), "days": drawn.days, "region": drawn.region}
        trail.note(who=who, action="enrolment codes made", subject=drawn.region or "*", facts=facts)
