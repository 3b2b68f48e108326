"""Who does what a command does: an account that may, or the operator at the console; as the trail has it."""

from argparse import Namespace

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser
from django.core.management.base import CommandParser

from collector.errors import CollectorError
from collector.fleet.models import Unit, UnitOfficer
from collector.people import roles, trail

OFFICERS = (roles.UNIT_OFFICER, roles.EVALUATOR, roles.ADMINISTRATOR)
EVALUATORS = (roles.EVALUATOR, roles.ADMINISTRATOR)


def add_who(part: CommandParser) -> None:
    """Declare `--as` and `--why`."""
    part.add_argument(
        "--as", dest="account", metavar="NAME", help="the account that does it; without it, the operator"
    )
    part.add_argument(
        "--why",
        default="",
        help="the reason; it stands in the trail, and a withdrawn release shows it to everybody",
    )


def named(given: Namespace, may: tuple[str, ...], unit: Unit | None = None) -> str:
    """Give who does it.

    Raises:
        CollectorError: the account has none of the roles, or is no officer of the unit (`account_may_not_release`).
    """
    if given.account is None:
        return trail.console_user()
    user = get_user_model().objects.filter(username=given.account).first()
    if user is None or not _may(user, may, unit):
        raise CollectorError("account_may_not_release", account=given.account)
    return f"{given.account} ({trail.console_user()})"


def _may(user: AbstractBaseUser, may: tuple[str, ...], unit: Unit | None) -> bool:
    if unit is None or roles.has_role(user, EVALUATORS):
        return roles.has_role(user, may)
    return roles.has_role(user, may) and UnitOfficer.objects.filter(user=user.pk, unit=unit).exists()
