"""Accounts with an office, as tests need them."""

from django.contrib.auth.models import User

from collector import clock
from collector.accounts import roles
from collector.accounts.models import Office
from collector.fleet.models import Agency, Region, Unit


def person(
    name: str,
    role: str | None = None,
    unit: Unit | None = None,
    *,
    region: Region | None = None,
    agency: Agency | None = None,
) -> User:
    """An account; without a role it holds no office. Nothing of it stands in the trail."""
    user = User.objects.create_user(name, password="ayam-goreng-kremes-4711")
    if role == roles.UNIT_OFFICER and unit is None:
        return user
    if role is not None:
        Office.objects.create(
            user=user, role=role, unit=unit, region=region, agency=agency, since=clock.now(), given_by="test"
        )
    return user
