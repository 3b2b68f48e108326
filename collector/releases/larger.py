"""Publishing what is added up from releases: regions, agencies, malls, and periods longer than a unit's official one."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from collector import clock
from collector.errors import CollectorError
from collector.fleet import lasting, malls
from collector.fleet.models import Agency, Place, Region, Unit
from collector.fleet.tree import below
from collector.local import local_date
from collector.releases import address, content, pooling, publishing
from collector.releases.content import Head
from collector.releases.models import Release
from collector.releases.owed import check_owed
from collector.releases.people import pack_basis, unpack_basis
from collector.releases.policy import KINDS, official
from collector.releases.states import State
from collector.releases.sums import atoms_of
from collector.scores.ask.lookups import find_form
from collector.scores.ask.queries import DEFAULT_INSTRUMENT
from survey.index.periods import Period
from survey.instrument.kinds import Kind


@dataclass(frozen=True, slots=True)
class Whole:
    """What a larger number is of."""

    subject: str
    """`unit` (over a longer period), `region`, `agency` or `place`."""
    code: str
    name: str
    units: Sequence[Unit]
    mall: Place | None = None
    """Where only those are counted who have agreed to it."""


def unit_over_time(unit: Unit) -> Whole:
    """Give one unit, to be added up over its official periods."""
    return Whole("unit", unit.code, unit.name, [unit])


def region(code: str) -> Whole:
    """Give a region with all units below it, those that have ended too; what is hidden never was one.

    Raises:
        CollectorError: there is no unit there (`region_unknown`).
    """
    units = list(Unit.objects.filter(below(code), lasting.REAL))
    if not units:
        raise CollectorError("region_unknown", code=code)
    named = Region.objects.filter(pk=code).values_list("name", flat=True).first()
    return Whole("region", code, named or code, units)


def agency(code: str) -> Whole:
    """Give an agency with its units, as `region` does.

    Raises:
        CollectorError: there is none (`agency_unknown`).
    """
    found = Agency.objects.filter(code=code).first()
    if found is None:
        raise CollectorError("agency_unknown", code=code)
    return Whole("agency", code, found.name, list(Unit.objects.filter(lasting.REAL, agency=found)))


def mall(code: str, period: Period) -> Whole:
    """Give a mall with the units that served there in a period.

    Raises:
        CollectorError: there is no such place (`place_not_here`), or it is no mall (`mall_not`).
    """
    found = malls.find(code)
    return Whole("place", found.code, found.name, malls.serving(found, period), found)


def publish(
    whole: Whole, period: Period, *, who: str, why: str = "", instrument: str = DEFAULT_INSTRUMENT
) -> Release:
    """Publish what its units' releases come to; where one is out already, that one is withdrawn in favour of the new one.

    Raises:
        CollectorError: the period is no calendar period (`release_period`) or not over (`release_running`), nothing has changed
            since the last edition (`release_same`), the instrument leads to shares (`release_shares_unit`), or it is of one unit, which
            had ended before or is hidden (`unit_owes_not`).
    """
    if whole.subject == "unit":
        check_owed(whole.units[0], period)
    if period.kind not in KINDS:
        raise CollectorError("release_period", period=period.identifier)
    if period.last >= local_date(clock.now(), "Asia/Jakarta"):
        raise CollectorError("release_running", last=period.last)
    if publishing.check_instrument(instrument).kind is Kind.SHARES:
        raise CollectorError("release_shares_unit", instrument=instrument)
    found = atoms_of(whole.units, period, instrument=instrument)
    pooled = pooling.counted_in(whole.mall, whole.units, found, period) if whole.mall is not None else None
    editions = Release.objects.filter(
        subject=whole.subject, code=whole.code, period=period.identifier, instrument=instrument
    )
    before = editions.order_by("number").last()
    addresses = [atom.address for atom in found.atoms]
    if before is not None and before.state == State.PUBLISHED:
        if unpack_basis(bytes(before.basis)).get("atoms") == addresses:
            raise CollectorError("release_same", address=before.address)
        publishing.need_reason(why)
    now = clock.now()
    _, form = find_form(instrument)
    policy = official(None, period)
    release = Release(
        subject=whole.subject,
        code=whole.code,
        unit=whole.units[0] if whole.subject == "unit" else None,
        period=period.identifier,
        first_day=period.first,
        last_day=period.last,
        instrument=instrument,
        number=before.number + 1 if before is not None else 1,
        address=address.fresh(),
    )
    subject: dict[str, object] = {"kind": whole.subject, "code": whole.code, "name": whole.name}
    head = Head(
        subject=subject,
        period=period,
        address=release.address,
        number=release.number,
        corrects=before.address if before is not None and before.state == State.PUBLISHED else None,
    )
    said = content.of_sum(head, found, instrument=form.instrument, policy=policy, at=now)
    if pooled is not None:
        said["agencies"] = pooled.as_values()
    said["change"] = publishing.since_before(release, said)
    with transaction.atomic():
        release.content = content.frozen(said)
        release.basis = pack_basis({"official": False, "atoms": addresses})
        release.published_at = now
        release.n = said["n"] if isinstance(said["n"], int) else None
        publishing.note_for_lists(release, said)
        release.save()
        publishing.move(release, State.PUBLISHED, who=who, why=why)
        if before is not None and before.state == State.PUBLISHED:
            before.successor = release
            publishing.move(before, State.WITHDRAWN, who=who, why=why)
    return release
