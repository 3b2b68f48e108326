"""`ikm-collector user`: accounts, the offices they hold, and the links by which people come to them."""

import getpass
import sys
from typing import Any, TypeVar

from django.conf import settings
from django.contrib.auth.models import User
from django.core.management.base import CommandParser
from django.db import transaction
from django.urls import reverse

from collector.accounts import invitations, offices, roles
from collector.accounts.models import Office
from collector.accounts.scope import EVERYWHERE, Scope
from collector.console.command import CollectorCommand
from collector.errors import CollectorError
from collector.fleet import tree
from collector.fleet.models import Agency, Region
from collector.local import date_text
from collector.people import trail
from collector.words.catalogue import CONSOLE
from collector.words.foreign import shown

Place = TypeVar("Place", Region, Agency)


class Command(CollectorCommand):
    """Invite people, list who holds what, end it, and let people back in."""

    writes = CONSOLE  # what Django says of a weak password
    help = "Invite people to an office by a link that works once, list who holds which, end one, let somebody back in."

    def add_arguments(self, parser: CommandParser) -> None:
        """Describe the options."""
        parts = self.subcommands(parser)
        invite = parts.add_parser(
            "invite", help="print a link by which a person makes an account with a role"
        )
        invite.add_argument("name", metavar="NAME", help="the person's name")
        _add_office(invite)
        add = parts.add_parser(
            "add",
            help="make an account with a password that is asked for or read from standard input, or give one a further role",
        )
        add.add_argument("name", metavar="ACCOUNT", help="the account's name")
        _add_office(add)
        listing = parts.add_parser("list", help="who holds which office")
        listing.add_argument("--ended", action="store_true", help="also what has ended")
        end = parts.add_parser("end", help="end all offices of an account; what was done in them stays")
        end.add_argument("name", metavar="ACCOUNT", help="the account")
        end.add_argument("--why", required=True, help="the reason; it stands in the audit trail")
        back = parts.add_parser(
            "back", help="print a link by which a person sets a new password; second factors of before end"
        )
        back.add_argument("name", metavar="ACCOUNT", help="the account")

    def run(self, options: dict[str, Any]) -> str | None:
        """Do it."""
        return {"invite": _invite, "add": _add, "list": _list, "end": _end, "back": _back}[
            options["subcommand"]
        ](options)


def _add_office(parser: CommandParser) -> None:
    parser.add_argument("--role", required=True, choices=roles.ROLES, help="what the person may do")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--unit", metavar="CODE", help="a unit officer's unit")
    where.add_argument(
        "--region", metavar="CODE", help="an evaluator's or administrator's region, with all below it"
    )
    where.add_argument("--agency", metavar="CODE", help="an evaluator's agency")


def _scope(options: dict[str, Any]) -> Scope:
    if options["unit"]:
        return Scope(unit=tree.find_unit(options["unit"]))
    if options["region"]:
        return Scope(region=_found(Region.objects.filter(pk=options["region"]).first(), options["region"]))
    if options["agency"]:
        return Scope(agency=_found(Agency.objects.filter(code=options["agency"]).first(), options["agency"]))
    return EVERYWHERE


def _found(place: Place | None, code: str) -> Place:
    if place is None:
        raise CollectorError("office_where", code=code)
    return place


def _invite(options: dict[str, Any]) -> str:
    secret = invitations.invite(options["name"], options["role"], _scope(options), who=trail.console_user())
    return (
        f"{_address(secret)}\nworks once, for 72 hours: give it to {shown(options['name'])} and nobody else"
    )


def _add(options: dict[str, Any]) -> str:
    scope, who = _scope(options), trail.console_user()
    roles.check(options["role"], scope)
    with transaction.atomic():
        user = User.objects.filter(username=options["name"]).first()
        if user is None:
            user = invitations.new_account(options["name"], name="", password=_password())
        offices.give(user, options["role"], scope, who=who)
    return shown(f"{options['name']}: {options['role']}")


def _list(options: dict[str, Any]) -> str:
    found = Office.objects.select_related("user", "unit", "region", "agency").order_by("user__username", "pk")
    if not options["ended"]:
        found = found.filter(until=None)
    return "\n".join(shown(_line(office)) for office in found) or "nobody holds an office"


def _line(office: Office) -> str:
    zone = settings.IKM_TIME_ZONE
    ended = f", until {date_text(office.until, zone)}: {office.ended_why}" if office.until else ""
    where = f" of {office.scope}" if str(office.scope) else ""
    return f"{office.user.get_username()}  {office.role}{where}  since {date_text(office.since, zone)}{ended}"


def _end(options: dict[str, Any]) -> str:
    user, number = _user(options["name"]), 0
    with transaction.atomic():
        for office in Office.objects.filter(user=user, until=None).select_related(
            "user", "unit", "region", "agency"
        ):
            offices.end(office, who=trail.console_user(), why=options["why"])
            number += 1
    return shown(f"{options['name']}: {number} offices ended")


def _back(options: dict[str, Any]) -> str:
    secret = invitations.let_back(_user(options["name"]), who=trail.console_user())
    return (
        f"{_address(secret)}\nworks once, for 72 hours: give it to {shown(options['name'])} and nobody else"
    )


def _user(name: str) -> User:
    user = User.objects.filter(username=name).first()
    if user is None:
        raise CollectorError("account_unknown", name=name)
    return user


def _address(secret: str) -> str:
    return settings.IKM_PUBLIC_URL + reverse("invitation", args=[secret])


def _password() -> str:
    return getpass.getpass("password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
