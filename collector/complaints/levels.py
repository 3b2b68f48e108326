"""Who can hold a ticket, and who stands above whom: the unit, its agency, the regions from the village upwards, the centre.

A level where nobody holds an evaluator's office is passed over, so that what goes up always comes to somebody: at the centre there is an administrator.
"""

from collections.abc import Mapping
from typing import NamedTuple

from django.db.models import QuerySet

from collector.accounts import roles
from collector.accounts.models import Office
from collector.complaints.models import Level, Ticket
from collector.errors import CollectorError
from collector.fleet.models import Agency, Region, Unit
from collector.fleet.tree import find_unit

LAPOR = "lapor"
"""SP4N-LAPOR!, to which something can be passed on; it holds nothing here, so whoever passed it on does."""


class Holder(NamedTuple):
    """Who holds a ticket."""

    level: str
    """A value of `Level`, or `LAPOR` in what was passed on."""
    code: str = ""

    @property
    def key(self) -> str:
        """Give it as it is written: `unit:sukamaju`, `region:18.01`, `agency:desa`, `all:`."""
        return f"{self.level}:{self.code}"

    @classmethod
    def of_key(cls, key: str) -> "Holder":
        """Read what `key` gave."""
        level, _, code = key.partition(":")
        return cls(level, code)


ALL = Holder(Level.ALL)


def holder_of(ticket: Ticket) -> Holder | None:
    """Give who holds a ticket; None before it was routed."""
    match ticket.level:
        case Level.UNIT:
            return Holder(Level.UNIT, ticket.holder_unit.code if ticket.holder_unit is not None else "")
        case Level.AGENCY:
            return Holder(Level.AGENCY, ticket.holder_agency.code if ticket.holder_agency is not None else "")
        case Level.REGION:
            return Holder(Level.REGION, ticket.holder_region_id or "")
        case Level.ALL:
            return ALL
    return None


def fields(holder: Holder) -> Mapping[str, object]:
    """Give the columns of a ticket that say who holds it.

    Raises:
        CollectorError: there is no such unit, agency or region (`holder_unknown`), or nobody can hold it there.
    """
    empty: dict[str, object] = dict.fromkeys(("holder_unit", "holder_agency", "holder_region"))
    found: object = None
    match holder.level:
        case Level.UNIT:
            found = empty["holder_unit"] = find_unit(holder.code)
        case Level.AGENCY:
            found = empty["holder_agency"] = Agency.objects.filter(code=holder.code).first()
        case Level.REGION:
            found = empty["holder_region"] = Region.objects.filter(code=holder.code).first()
        case Level.ALL:
            found = ALL
    if found is None:
        raise CollectorError("holder_unknown", holder=holder.key)
    return empty | {"level": holder.level}


def holder_name(holder: Holder, name: str) -> str:
    """Give what people call a holder whose name was looked up, empty where it has none."""
    if holder.level == LAPOR:
        return "SP4N-LAPOR!"
    return "Pusat" if holder.level == Level.ALL else name or holder.code


def name_of(holder: Holder) -> str:
    """Give what people call a holder; of one that is not here any more its code."""
    if holder.level == Level.UNIT:
        found: Unit | Agency | Region | None = Unit.objects.filter(code=holder.code).first()
    elif holder.level == Level.AGENCY:
        found = Agency.objects.filter(code=holder.code).first()
    elif holder.level == Level.REGION:
        found = Region.objects.filter(code=holder.code).first()
    else:
        found = None
    return holder_name(holder, found.name if found is not None else "")


def chain_of(unit: Unit) -> list[Holder]:
    """Give who stands above whom for a unit, whether somebody is there or not: the unit first, the centre last."""
    agency = [Holder(Level.AGENCY, unit.agency.code)] if unit.agency is not None else []
    return [Holder(Level.UNIT, unit.code), *agency, *_regions(unit.region_id), ALL]


def above(holder: Holder, unit: Unit, *, guarded: bool = False) -> Holder:
    """Give the first level above a holder where somebody is, for a ticket of a unit; above the centre is the centre.

    Of what is kept from a desk, a level where only the desk's own officers hold an office counts as empty.
    """
    return next(one for one in _upwards(holder, unit) if one == ALL or is_staffed(one, unit, guarded=guarded))


def is_staffed(holder: Holder, unit: Unit, *, guarded: bool) -> bool:
    """Tell whether somebody who may deal with a ticket of a unit holds an evaluator's office exactly there."""
    offices = Office.objects.filter(role__in=roles.EVALUATORS, until=None, user__is_active=True)
    if holder.level == Level.AGENCY:
        offices = offices.filter(agency__code=holder.code)
    elif holder.level == Level.REGION:
        offices = offices.filter(region=holder.code)
    else:
        offices = offices.filter(unit=None, region=None, agency=None)
    if guarded:
        offices = offices.exclude(user__in=officers_of(unit).values("user"))
    return offices.exists()


def officers_of(unit: Unit) -> QuerySet[Office]:
    """Give the offices of who sits at a unit's desk."""
    return Office.objects.filter(role=roles.UNIT_OFFICER, unit=unit, until=None)


def _upwards(holder: Holder, unit: Unit) -> list[Holder]:
    chain = chain_of(unit)
    if holder in chain:
        return chain[chain.index(holder) + 1 :] or [ALL]
    if holder.level == Level.UNIT:
        other = Unit.objects.select_related("agency").filter(code=holder.code).first()
        return chain_of(other)[1:] if other is not None else [ALL]
    if holder.level == Level.REGION:
        return [*_regions(holder.code)[1:], ALL]
    return [ALL]


def _regions(code: str) -> list[Holder]:
    parts = code.split(".")
    return [Holder(Level.REGION, ".".join(parts[:depth])) for depth in range(len(parts), 0, -1)]
