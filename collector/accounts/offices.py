"""Giving and ending offices; each stands in the trail."""

from django.contrib.auth.models import User
from django.db import transaction

from collector import clock
from collector.accounts import roles
from collector.accounts.models import Office
from collector.accounts.scope import EVERYWHERE, Scope
from collector.errors import CollectorError
from collector.people import trail


def give(user: User, role: str, scope: Scope = EVERYWHERE, *, who: str) -> Office:
    """Give an account an office; gives the one it holds where it has that already.

    Raises:
        CollectorError: the role cannot hold there (`office_scope`).
    """
    roles.check(role, scope)
    wanted = {"user": user, "role": role, "until": None, **scope._asdict()}
    found = Office.objects.filter(**wanted).first()
    if found is not None:
        return found
    with transaction.atomic():
        office = Office.objects.create(**wanted, since=clock.now(), given_by=who[:150])
        trail.note(
            who=who, action="office given", subject=user.get_username(), facts={"role": role} | place(scope)
        )
    return office


def end(office: Office, *, who: str, why: str) -> None:
    """End an office; what was done in it stays.

    Raises:
        CollectorError: it has ended already (`office_ended`), nobody said why (`office_why`), or nobody would be left who may
            administer everything (`office_last`).
    """
    if not why.strip():
        raise CollectorError("office_why")
    with transaction.atomic():
        if office.role == roles.ADMINISTRATOR and office.scope == EVERYWHERE and not _others(office):
            raise CollectorError("office_last")
        ended = Office.objects.filter(pk=office.pk, until=None).update(
            until=clock.now(), ended_by=who[:150], ended_why=why[:300]
        )
        if not ended:
            raise CollectorError("office_ended")
        facts = {"role": office.role} | place(office.scope)
        trail.note(who=who, action="office ended", subject=office.user.get_username(), why=why, facts=facts)


def place(scope: Scope) -> dict[str, object]:
    """Give a scope as the trail's facts."""
    return {name: value.code for name, value in scope._asdict().items() if value is not None}


def _others(office: Office) -> bool:
    left = Office.objects.filter(role=roles.ADMINISTRATOR, region=None, until=None, user__is_active=True)
    return left.exclude(user=office.user).exists()
