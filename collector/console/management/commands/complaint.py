"""`ikm-collector complaint`."""

from typing import Any

from django.core.management.base import CommandParser

from collector import clock
from collector.complaints import life
from collector.complaints.models import Ticket, TicketStatus
from collector.console.acting import proven
from collector.console.command import CollectorCommand
from collector.fleet import tree
from collector.local import date_text
from collector.words.foreign import shown


class Command(CollectorCommand):
    """Work on complaints."""

    help = "List complaints, read what a citizen wrote, and move a ticket on. Reading and moving stand in the audit trail."

    def add_arguments(self, parser: CommandParser) -> None:
        """Describe the options."""
        parts = self.subcommands(parser)
        listing = parts.add_parser("list", help="list tickets, the newest first")
        listing.add_argument("--unit", metavar="CODE", help="only of this unit")
        listing.add_argument("--status", choices=TicketStatus.values, help="only those that stand so")
        for name, words in (("read", "open text and contact"), ("move", "move a ticket on")):
            part = parts.add_parser(name, help=words)
            part.add_argument("ticket", metavar="TICKET", help="its code, as the citizen took it along")
            part.add_argument(
                "--as", dest="account", required=True, metavar="NAME", help="the account it is done by"
            )
            if name == "read":
                part.add_argument("--why", required=True, help="the reason; it stands in the audit trail")
            else:
                part.add_argument("status", choices=TicketStatus.values, help="where it stands from now on")
                part.add_argument("--answer", default="", help="what the citizen is told")

    def run(self, options: dict[str, Any]) -> str | None:
        """Do it."""
        if options["subcommand"] == "list":
            return self._list(options)
        ticket = life.find(options["ticket"])
        user = proven(options["account"])
        if options["subcommand"] == "move":
            life.move(
                ticket,
                TicketStatus(options["status"]),
                user=user,
                answer=options["answer"],
                now=clock.now(),
            )
            return f"{ticket.number}: {ticket.status}"
        opened = life.read(ticket, user=user, why=options["why"])
        lines = [f"{ticket.number}: {', '.join(ticket.topics)}"]
        lines += [f"text: {opened.text}"] if opened.text is not None else []
        lines += [f"contact: {opened.contact}"] if opened.contact is not None else []
        lines += [f"{name}: destroyed at the end of its retention" for name in opened.destroyed]
        lines += [f"{name}: lost on the kiosk's own medium, and declared so" for name in opened.lost]
        lines += [
            f"{name}: cannot be opened; it was sealed to a key that is not here any more, or is damaged"
            for name in opened.shut
        ]
        return "\n".join(map(shown, lines))

    def _list(self, options: dict[str, Any]) -> str:
        tickets = Ticket.objects.select_related("unit").order_by("-at_ms")
        if options["unit"]:
            tickets = tickets.filter(unit=tree.find_unit(options["unit"]))
        if options["status"]:
            tickets = tickets.filter(status=options["status"])
        return "\n".join(
            f"{one.number}  {date_text(one.at_ms, one.unit.time_zone)}  "
            f"{one.unit.code}  {one.status}  {shown(', '.join(one.topics))}"
            for one in tickets[:200]
        )
