"""Accounts with an office, logged in."""

from django.test import Client

from collector.fleet.models import Agency, Region, Unit
from tests.collector.accounts_of import person


def logged_in(name: str, role: str, *, unit: str = "", region: str = "", agency: str = "") -> Client:
    """Give a client of a new account: an officer's has a unit, an evaluator's a region or an agency."""
    user = person(
        name,
        role,
        Unit.objects.get(code=unit) if unit else None,
        region=Region.objects.get(pk=region) if region else None,
        agency=Agency.objects.get(code=agency) if agency else None,
    )
    client = Client()
    client.force_login(user)
    return client
