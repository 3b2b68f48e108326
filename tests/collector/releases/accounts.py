"""Accounts with roles, logged in; a page to log in at comes with another capability."""

from django.contrib.auth.models import Group, User
from django.test import Client

from collector.fleet import areas
from collector.fleet.models import Unit, UnitOfficer
from collector.people import roles


def logged_in(name: str, role: str, *, unit: str = "", region: str = "", agency: str = "") -> Client:
    """Give a client of a new account: an officer's has a unit, an evaluator's a region or an agency."""
    roles.ensure()
    user = User.objects.create(username=name)
    user.groups.add(Group.objects.get(name=role))
    if unit:
        UnitOfficer.objects.create(user=user, unit=Unit.objects.get(code=unit))
    areas.give(user, areas.named(region=region, agency=agency))
    client = Client()
    client.force_login(user)
    return client
