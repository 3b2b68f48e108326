"""`ikm-collector forum`: public consultations of a unit, as at the desk."""

from argparse import Namespace
from collections.abc import Callable
from datetime import date
from typing import Any

from django.core.management.base import CommandParser

from collector.console.acting import add_who, named
from collector.console.command import CollectorCommand
from collector.errors import CollectorError
from collector.fleet import tree
from collector.fleet.models import Unit
from collector.followup import forum
from collector.followup.forum import Minutes
from collector.followup.models import Group
from collector.followup.register import WRITERS
from collector.words.foreign import shown


class Command(CollectorCommand):
    """Enter and list public consultations."""

    help = (
        "Public consultations (Forum Konsultasi Publik): minutes with who came of the five groups, and who signs. What was agreed on"
        " is entered with `rtl add --forum`; the pack for the next one is `paper make --format forum`."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Describe the options."""
        parts = self.subcommands(parser)
        add = parts.add_parser(
            "add", help="enter the minutes of a forum; of the same day again, correct them"
        )
        add.add_argument("--unit", required=True, metavar="CODE", help="the unit's code")
        add.add_argument("--date", required=True, metavar="DATE", help="the day it was held")
        add.add_argument("--place", required=True, metavar="TEXT", help="where")
        add.add_argument("--topic", required=True, metavar="TEXT", help="what it was about")
        add.add_argument("--title", metavar="TEXT", help="what it is called; without it, as last time")
        add.add_argument(
            "--signer", action="append", metavar="TEXT", help="who signs, by title; may be repeated; without it, as last time"
        )  # fmt: skip
        for group in Group:
            add.add_argument(
                f"--{group.value}", type=int, default=0, metavar="N", help=f"how many came: {group.label}"
            )
        add_who(add)
        listing = parts.add_parser("list", help="all forums of a unit")
        listing.add_argument("--unit", required=True, metavar="CODE", help="the unit's code")

    def run(self, options: dict[str, Any]) -> str | None:
        """Do it."""
        return _DOES[options["subcommand"]](Namespace(**options))


def _add(given: Namespace) -> str:
    unit = tree.find_unit(given.unit)
    who = named(given, WRITERS, ("unit", unit.code))
    title, signers = forum.proposed(unit)
    try:
        day = date.fromisoformat(given.date)
    except ValueError as error:
        raise CollectorError("policy_day", text=given.date) from error
    said = Minutes(
        held_on=day,
        place=given.place,
        title=given.title or title,
        topic=given.topic,
        attendance={group.value: getattr(given, group.value) for group in Group},
        signers=tuple(given.signer or signers),
    )
    forum.hold(unit, said, who=who, why=given.why)
    return _listed(unit)


def _list(given: Namespace) -> str:
    return _listed(tree.find_unit(given.unit))


def _listed(unit: Unit) -> str:
    lines = [
        shown(
            f"{one.held_on}  {one.title}: {one.topic} ({one.place}); "
            + ", ".join(f"{name} {count}" for name, count in forum.came(one))
            + f"; {forum.groups_present(one)} of 5 groups"
        )
        for one in forum.forums(unit)
    ]
    return "\n".join(lines) or f"{unit.code}: no forums"


_DOES: dict[str, Callable[[Namespace], str]] = {"add": _add, "list": _list}
