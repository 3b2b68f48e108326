"""`ikm-collector user add`."""

import getpass
import sys
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import CommandParser

from collector.console.command import CollectorCommand
from collector.errors import CollectorError
from collector.fleet import areas, tree
from collector.fleet.models import UnitOfficer
from collector.people import roles, trail
from collector.words.foreign import shown


class Command(CollectorCommand):
    """Make a person's account."""

    help = "Make a person's account with a role. The password is asked for, or read from standard input; never an argument."

    def add_arguments(self, parser: CommandParser) -> None:
        """Describe the options."""
        add = self.subcommands(parser).add_parser(
            "add", help="add an account, or change its role and password"
        )
        add.add_argument("name", metavar="NAME", help="the account's name")
        add.add_argument("--role", required=True, choices=roles.ROLES, help="what the person may do")
        add.add_argument("--unit", metavar="CODE", help="the unit of a unit officer")
        area = add.add_mutually_exclusive_group()
        area.add_argument("--region", metavar="CODE", help="the region whose breakdowns an evaluator may see")
        area.add_argument("--agency", metavar="CODE", help="the agency whose breakdowns an evaluator may see")

    def run(self, options: dict[str, Any]) -> str | None:
        """Make the account."""
        if (options["role"] == roles.UNIT_OFFICER) != bool(options["unit"]):
            raise CollectorError("officer_unit")
        if options["role"] != roles.EVALUATOR and (options["region"] or options["agency"]):
            raise CollectorError("evaluator_area")
        unit = tree.find_unit(options["unit"]) if options["unit"] else None
        area = areas.named(region=options["region"], agency=options["agency"])
        password = getpass.getpass("password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
        user, _ = get_user_model().objects.get_or_create(username=options["name"])
        try:
            validate_password(password, user)
        except ValidationError as error:
            raise CollectorError("password_weak", reason=" ".join(error.messages)) from error
        user.set_password(password)
        user.save(update_fields=["password"])
        user.groups.set([Group.objects.get(name=options["role"])])
        if unit is not None:
            UnitOfficer.objects.get_or_create(user=user, unit=unit)
        areas.give(user, area)
        trail.note(
            who=trail.console_user(),
            action="account",
            subject=options["name"],
            facts={"role": options["role"], **({"area": area.code} if area is not None else {})},
        )
        return shown(f"{options['name']}: {options['role']}")
