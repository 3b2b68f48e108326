"""`ikm-collector notice`: what the office says in public of a complaint, in words of its own."""

from argparse import Namespace
from typing import Any

from django.core.management.base import CommandParser

from collector import clock
from collector.console.acting import proven
from collector.console.command import CollectorCommand
from collector.handover import facts
from collector.handover.open311 import notices
from collector.words.foreign import shown


class Command(CollectorCommand):
    """Mark complaints public, take that back, list what everybody sees."""

    help = "Say something in public of a complaint (Open311), in words of the office's own; never of one about an officer."

    def add_arguments(self, parser: CommandParser) -> None:
        """Describe the options."""
        parts = self.subcommands(parser)
        parts.add_parser("list", help="what everybody sees now")
        add = parts.add_parser("add", help="make a complaint public; again, to say it otherwise")
        add.add_argument("--topic", required=True, metavar="CODE", help="one of the complaint's topics")
        add.add_argument(
            "--summary", required=True, metavar="TEXT", help="the office's own words, nobody's name in them"
        )
        end = parts.add_parser("remove", help="take it back")
        end.add_argument("--why", required=True, help="the reason; it stands in the audit trail")
        for part in (add, end):
            part.add_argument("ticket", metavar="TICKET", help="its number")
            part.add_argument(
                "--as", dest="account", required=True, metavar="NAME", help="the account that does it"
            )

    def run(self, options: dict[str, Any]) -> str | None:
        """Do it."""
        given, now = Namespace(**options), clock.now()
        if given.subcommand == "list":
            told = [
                f"{one.name}  {one.unit.code}  {one.topic}  {'open' if one.is_open else 'closed'}  {one.summary}"
                for one in notices.shown(now)
            ]
            return "\n".join(map(shown, told)) or "nothing is public"
        ticket, user = facts.find(given.ticket), proven(given.account)
        if given.subcommand == "remove":
            notices.unmark(ticket, user=user, why=given.why, now=now)
            return f"{ticket.number}: no longer public"
        found = notices.mark(ticket, given.topic, given.summary, user=user, now=now)
        return (
            f"{ticket.number}: {found.name}, in public two days from now, and only where {notices.SMALLEST} complaints of that quarter"
            " and topic stand at the unit"
        )
