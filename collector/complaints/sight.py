"""Which tickets an account sees, which it may work on, and whose contact it may open: the one place that decides it for every door.

What is kept from a desk is seen by nobody who sat there when the complaint was made, whatever other office the account holds.
"""

from django.db.models import Q, QuerySet

from collector.accounts import roles
from collector.accounts.models import Office
from collector.accounts.roles import Account
from collector.accounts.scope import EVERYWHERE
from collector.complaints import levels
from collector.complaints.models import Level, Ticket
from collector.fleet.models import Unit

CONTACT_READERS = roles.EVALUATORS
"""Who may open a number: the consent screen promises that only officers at the centre do."""


def visible(user: Account) -> QuerySet[Ticket]:
    """Give the tickets that an account sees in lists and counts; none before it is known whom they may not reach."""
    every = Ticket.objects.exclude(routed_at=None)
    desk = roles.held(user, (roles.UNIT_OFFICER,))
    above = roles.held(user, roles.EVALUATORS)
    found = Q(pk__in=[])
    if desk:
        own = [office.unit_id for office in desk]
        found |= Q(guarded=False) & (Q(unit__in=own) | Q(holder_unit__in=own))
    if above:
        found |= _in_reach(above) & ~hidden_from(user)
    return every.filter(found)


def hidden_from(user: Account) -> Q:
    """Give the condition that a ticket is kept from a desk where an account sits, or sat when the complaint was made."""
    sat = Office.objects.filter(user=user.pk, role=roles.UNIT_OFFICER)
    hidden = Q(pk__in=[])
    for unit, until in sat.values_list("unit", "until"):
        since = Q() if until is None else Q(at_ms__lte=round(until.timestamp() * 1000))
        hidden |= Q(unit=unit) & since
    return Q(guarded=True) & hidden


def may_see(user: Account, ticket: Ticket) -> bool:
    """Tell whether an account sees a ticket at all."""
    return visible(user).filter(pk=ticket.pk).exists()


def may_work_on(user: Account, ticket: Ticket) -> bool:
    """Tell whether an account may read and move a ticket: it holds the office that has it now, or one above."""
    return may_see(user, ticket) and holds(user, ticket)


def may_open_contact(user: Account, ticket: Ticket) -> bool:
    """Tell whether an account may open the number that a citizen left."""
    return may_work_on(user, ticket) and roles.may(user, CONTACT_READERS, ticket.unit)


def holds(user: Account, ticket: Ticket) -> bool:
    """Tell whether an account's offices reach the level that has a ticket."""
    holder = levels.holder_of(ticket)
    if holder is None:
        return False
    if holder.level == Level.UNIT:
        unit = ticket.holder_unit
        return unit is not None and roles.may(user, roles.OFFICERS, unit)
    offices = roles.held(user, roles.EVALUATORS)
    if holder.level == Level.ALL:
        return any(office.scope == EVERYWHERE for office in offices)
    return any(office.scope.reaches(holder.level, holder.code) for office in offices)


def held_by(user: Account) -> Q:
    """Give the condition that a ticket waits at a level where an account itself holds an office: its own work, not what lies below."""
    found = Q(pk__in=[])
    for office in roles.held(user, roles.OFFICERS):
        if office.unit_id is not None:
            found |= Q(level=Level.UNIT, holder_unit=office.unit_id)
        elif office.region_id is not None:
            found |= Q(level=Level.REGION, holder_region=office.region_id)
        elif office.agency_id is not None:
            found |= Q(level=Level.AGENCY, holder_agency=office.agency_id)
        else:
            found |= Q(level=Level.ALL)
    return found


def held_below(user: Account) -> Q:
    """Give the condition that a ticket is held within an account's reach as an evaluator: what is held higher is none of its business."""
    found = Q(pk__in=[])
    for office in roles.held(user, roles.EVALUATORS):
        units = Unit.objects.filter(office.scope.units()).order_by().values("pk")
        if office.scope == EVERYWHERE:
            return Q()
        found |= Q(level=Level.UNIT, holder_unit__in=units)
        if office.region_id is not None:
            code = office.region_id
            within = Q(holder_region=code) | Q(holder_region__code__startswith=f"{code}.")
            found |= Q(level=Level.AGENCY, unit__in=units) | (Q(level=Level.REGION) & within)
        else:
            found |= Q(level=Level.AGENCY, holder_agency=office.agency_id)
    return found


def sees_all_of(user: Account, unit: Unit) -> bool:
    """Tell whether an account may have counts of a unit in which what is kept from its desk is counted too: it evaluates it, and never sat there."""
    return units_whole(user).filter(pk=unit.pk).exists()


def units_whole(user: Account) -> QuerySet[Unit]:
    """Give the units of which an account may have counts of everything."""
    sat = Office.objects.filter(user=user.pk, role=roles.UNIT_OFFICER)
    return roles.units_of(roles.held(user, roles.EVALUATORS)).exclude(pk__in=sat.values("unit"))


def units_seen(user: Account) -> QuerySet[Unit]:
    """Give the units in an account's reach."""
    return roles.units_of(roles.held(user, roles.OFFICERS))


def _in_reach(offices: list[Office]) -> Q:
    if any(office.scope == EVERYWHERE for office in offices):
        return Q()
    units = roles.units_of(offices).order_by().values("pk")
    found = Q(unit__in=units) | Q(holder_unit__in=units)
    for office in offices:
        if office.region_id is not None:
            code = office.region_id
            found |= Q(holder_region=code) | Q(holder_region__code__startswith=f"{code}.")
        if office.agency_id is not None:
            found |= Q(holder_agency=office.agency_id)
    return found
