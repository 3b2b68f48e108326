"""The number of a mall: what the released numbers of the agencies come to that have agreed to be counted together.

**What stands on a period's last day holds for it.** A consent is recorded, or withdrawn, before the number of the period can be known; so nobody
chooses by the number. What is out stays out; of whatever period ends after a withdrawal the agency is in no number.

Only what its units have released is added up (`sums`), whole periods of whole units: what is missing between a mall's number and any other is
nobody, or whole releases that everybody reads by themselves. An agency that did not agree is in none of it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from collector import clock
from collector.errors import CollectorError
from collector.fleet import malls
from collector.fleet.models import Agency, Place, Unit
from collector.local import local_date
from collector.people import trail
from collector.releases.models import PoolingConsent, Release
from collector.releases.sums import Sum
from collector.words.foreign import in_one_line
from survey.index.periods import Period

FEWEST = 2
"""The number of fewer agencies is no pooled one: it would be an agency's own under another name."""


@dataclass(frozen=True, slots=True)
class Pooled:
    """Of how many agencies a mall's number is, and why others are not in it."""

    serving: int
    counted: int
    without_consent: int
    elsewhere: int
    """Those that agreed, and whose units had a kiosk at another place too: their numbers are not of the mall alone."""
    nothing_out: int
    """Those that agreed, and of which nothing with a number is out."""

    def as_values(self) -> dict[str, int]:
        """Give it as it stands in a release."""
        return {
            "serving": self.serving,
            "counted": self.counted,
            "without_consent": self.without_consent,
            "elsewhere": self.elsewhere,
            "nothing_out": self.nothing_out,
        }


def give(
    place: Place,
    agency: Agency,
    *,
    since: date,
    given_by: str,
    document: str,
    who: str,
    until: date | None = None,
) -> PoolingConsent:
    """Record that an agency agrees.

    Raises:
        CollectorError: it does not serve there (`consent_not_there`), who gave it or where it stands is not said (`consent_said`), it ends
            before it begins (`consent_days`), or one is recorded for these days already (`consent_there`).
    """
    said_by, stands_in = in_one_line(given_by)[:150], in_one_line(document)[:200]
    if not said_by or not stands_in:
        raise CollectorError("consent_said")
    if until is not None and until < since:
        raise CollectorError("consent_days", since=since, until=until)
    with transaction.atomic():
        Place.objects.select_for_update(no_key=True).get(pk=place.pk)
        if not malls.agencies_at(place).filter(pk=agency.pk).exists():
            raise CollectorError("consent_not_there", agency=agency.code, place=place.code)
        open_ones = PoolingConsent.objects.filter(place=place, agency=agency, withdrawn_at=None)
        meets = Q(until=None) | Q(until__gte=since)
        if until is not None:
            meets &= Q(since__lte=until)
        if open_ones.filter(meets).exists():
            raise CollectorError("consent_there", agency=agency.code)
        made = PoolingConsent.objects.create(
            place=place, agency=agency, since=since, until=until, given_by=said_by, document=stands_in,
            recorded_at=clock.now(), recorded_by=who[:150],
        )  # fmt: skip
        facts: dict[str, object] = {
            "agency": agency.code,
            "since": since.isoformat(),
            "until": until.isoformat() if until is not None else "",
            "given by": said_by,
            "document": stands_in,
        }
        trail.note(who=who, action="pooling agreed", subject=place.code, facts=facts)
    return made


def withdraw(consent: PoolingConsent, *, who: str, why: str) -> None:
    """Take a consent back: of periods that end from today on the agency is in no number of the mall any more.

    Raises:
        CollectorError: nobody said why (`mall_why`), or it was taken back before (`consent_withdrawn`).
    """
    reason = malls.reason_of(why)
    with transaction.atomic():
        taken = PoolingConsent.objects.filter(pk=consent.pk, withdrawn_at=None).update(
            withdrawn_at=clock.now(), withdrawn_by=who[:150], withdrawn_why=reason
        )
        if not taken:
            raise CollectorError("consent_withdrawn")
        trail.note(
            who=who, action="pooling withdrawn", subject=consent.place.code, why=reason,
            facts={"agency": consent.agency.code, "consent": consent.pk},
        )  # fmt: skip


def agreed(consents: Iterable[PoolingConsent], agency: int | None, first: date, last: date) -> bool:
    """Tell whether an agency had agreed, on the last day of a period, to be counted in it."""
    return any(
        one.agency_id == agency
        and one.since <= first
        and (one.until is None or one.until >= last)
        and _day(one.recorded_at) <= last
        and (one.withdrawn_at is None or _day(one.withdrawn_at) > last)
        for one in consents
    )


def counted_in(place: Place, units: Iterable[Unit], found: Sum, period: Period) -> Pooled:
    """Leave in a sum only what may be counted in a mall's number; gives of how many agencies it is then."""
    every = list(units)
    agency_of = {unit.pk: unit.agency_id for unit in every}
    consents = list(PoolingConsent.objects.filter(place=place))
    said_yes = {
        agency
        for unit, agency in agency_of.items()
        if any(agreed(consents, agency, *days) for days in _periods_of(found.atoms, unit, period))
    }
    out = malls.elsewhere(place, every, period)
    agreed_to = [
        one
        for one in found.atoms
        if agreed(consents, agency_of.get(one.unit_id or 0), one.first_day, one.last_day)
    ]
    atoms = [one for one in agreed_to if one.unit_id not in out]
    counted = {agency_of[one.unit_id or 0] for one in atoms}
    missing = said_yes - counted
    not_here = {agency_of[one.unit_id or 0] for one in agreed_to} & missing
    if len(counted) < FEWEST:
        atoms = []
    found.atoms = atoms
    found.units = {one.unit_id or 0 for one in atoms}
    found.left_out = len(agency_of) - len(found.units)
    serving = {agency for agency in agency_of.values() if agency is not None}
    return Pooled(
        serving=len(serving),
        counted=len(counted),
        without_consent=len(serving - said_yes),
        elsewhere=len(not_here),
        nothing_out=len(missing - not_here),
    )


def _periods_of(atoms: Iterable[Release], unit: int, period: Period) -> list[tuple[date, date]]:
    """Give the days that a unit's consent must be for: of what is out of it, else of the whole period."""
    return [(one.first_day, one.last_day) for one in atoms if one.unit_id == unit] or [
        (period.first, period.last)
    ]


def _day(moment: datetime) -> date:
    return local_date(moment, settings.IKM_TIME_ZONE)
