"""What commands about releases share: the one that is named, and the account that acts."""

from argparse import Namespace
from collections.abc import Collection

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser
from django.core.management.base import CommandParser

from collector.errors import CollectorError
from collector.fleet.models import Unit, UnitOfficer
from collector.people import roles, trail
from collector.releases import address
from collector.releases.models import Release

EVALUATORS = (roles.EVALUATOR, roles.ADMINISTRATOR)
OFFICERS = (roles.UNIT_OFFICER, *EVALUATORS)


def find(text: str) -> Release:
    """Give a release by its address as somebody typed it.

    Raises:
        CollectorError: there is none (`release_unknown`).
    """
    plain = address.read(text)
    found = (
        Release.objects.select_related("unit__region", "unit__agency", "successor")
        .filter(address=plain or "")
        .first()
    )
    if found is None:
        raise CollectorError("release_unknown", address=text)
    return found


def named(given: Namespace, may: Collection[str], unit: Unit | None = None) -> str:
    """Give who does it, as the trail has it: an account that may, or the operator at the console.

    A unit officer may where `unit` is his own.

    Raises:
        CollectorError: that account may not (`account_may_not_release`).
    """
    if given.account is None:
        return trail.console_user()
    user = account(given.account)
    if user is None or not _may(user, may, unit):
        raise CollectorError("account_may_not_release", account=given.account)
    return f"{given.account} ({trail.console_user()})"


def account(name: str) -> AbstractBaseUser | None:
    """Give an account by its name."""
    found: AbstractBaseUser | None = get_user_model().objects.filter(username=name).first()
    return found


def add_account(part: CommandParser) -> None:
    """Add `--as`."""
    part.add_argument(
        "--as", dest="account", metavar="NAME", help="the account that does it; without it, the operator"
    )


def _may(user: AbstractBaseUser, may: Collection[str], unit: Unit | None) -> bool:
    if unit is None or roles.has_role(user, EVALUATORS):
        return roles.has_role(user, may)
    return roles.has_role(user, may) and UnitOfficer.objects.filter(user=user.pk, unit=unit).exists()
