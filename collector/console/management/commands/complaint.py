"""`ikm-collector complaint`: complaints, their calendar and their rules, as at the desk."""

from argparse import Namespace
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from collector import clock
from collector.accounts import roles
from collector.accounts.console import EVERYTHING
from collector.complaints import calendar, levels, life, opening, passing, rules, sight
from collector.complaints.levels import Holder
from collector.complaints.life import Words
from collector.complaints.models import Rejection, Ticket, TicketStatus
from collector.console.acting import acting, add_account, proven
from collector.console.command import CollectorCommand
from collector.errors import CollectorError
from collector.fleet.models import Agency, Region
from collector.fleet.tree import find_unit
from collector.words.foreign import shown

_MOST = 200


class Command(CollectorCommand):
    """Work on complaints."""

    help = (
        "List complaints, read what a citizen wrote, move and pass on a ticket, as an account of the desk; keep the calendar of working days and"
        " the rules; close what was answered and stayed silent (run that daily). All of it stands in the audit trail."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Describe the options."""
        parts = self.subcommands(parser)
        listing = parts.add_parser("list", help="list what an account sees, what is due first at the top")
        _account(listing)
        listing.add_argument("--unit", metavar="CODE", help="only of this unit")
        listing.add_argument("--status", choices=TicketStatus.values, help="only those that stand so")
        listing.add_argument("--below", action="store_true", help="only what was left lying at a level below")
        for name, words in (("read", "open the words"), ("contact", "open the telephone number")):
            part = _ticket(parts.add_parser(name, help=words))
            part.add_argument("--why", required=True, help="the reason; it stands in the audit trail")
        moving = _ticket(parts.add_parser("move", help="move a ticket on"))
        moving.add_argument("status", choices=TicketStatus.values, help="where it stands from now on")
        moving.add_argument("--answer", default="", help="what the citizen is told")
        moving.add_argument("--note", default="", help="what the office tells itself")
        moving.add_argument("--rejected-as", default="", choices=Rejection.values, help="why it is rejected")
        moving.add_argument("--root-cause", default="", help="needed to close it")
        moving.add_argument("--compensation", default="", help="needed to close it; may be none")
        passing_on = _ticket(parts.add_parser("pass", help="pass a ticket on"))
        passing_on.add_argument(
            "to", metavar="HOLDER", help="unit:CODE, agency:CODE, region:CODE, all: or lapor: (SP4N-LAPOR!)"
        )
        passing_on.add_argument("--why", required=True, help="the reason; whoever gets it reads it")
        taking = _ticket(parts.add_parser("acknowledge", help="acknowledge what was passed on"))
        taking.add_argument(
            "--lapor-number", default="", metavar="NUMBER", help="the tracking id that LAPOR! gave"
        )
        days = parts.add_parser("calendar", help="list, fill, add or remove days without work")
        days.add_argument("year", type=int, nargs="?", metavar="YEAR", help="the year that is listed")
        days.add_argument("--fill", type=int, metavar="YEAR", help="enter the national days of a year")
        days.add_argument("--add", metavar="DATE", help="enter a day, with --name and --source")
        days.add_argument("--remove", metavar="DATE", help="take a day out, with --why")
        days.add_argument(
            "--region",
            metavar="CODE",
            default="",
            help="of this region and all below; without it, everywhere",
        )
        days.add_argument("--name", default="", help="what the day is called")
        days.add_argument("--joint", action="store_true", help="it is collective leave")
        days.add_argument("--source", default="", help="where it is written")
        days.add_argument("--why", default="", help="why it is taken out")
        add_account(days)
        own = parts.add_parser("rules", help="print the rules in force, or give an agency its own")
        own.add_argument("--agency", metavar="CODE", help="the agency")
        own.add_argument("--file", type=Path, metavar="FILE", help="its rules, as TOML (docs/complaints.md)")
        add_account(own)
        parts.add_parser("close-silent", help="close what was answered and stayed silent; run it daily")

    def run(self, options: dict[str, Any]) -> str | None:
        """Do it."""
        return _DOES[options["subcommand"]](Namespace(**options))


def _list(given: Namespace) -> str:
    user, now = proven(given.account), clock.now()
    found = passing.overdue_above(user, now) if given.below else sight.visible(user)
    if given.unit:
        found = found.filter(unit=find_unit(given.unit))
    if given.status:
        found = found.filter(status=given.status)
    tickets = found.select_related("unit", "holder_unit", "holder_agency").order_by("due_on", "pk")
    lines = [_line(one) for one in tickets[:_MOST]]
    return "\n".join(lines) or "no complaints"


def _line(ticket: Ticket) -> str:
    holder = levels.holder_of(ticket)
    words = [
        ticket.number,
        f"due {ticket.due_on}",
        ticket.unit.code,
        ticket.status,
        holder.key if holder else "",
    ]
    return shown("  ".join([*words, ", ".join(ticket.topics)]))


def _read(given: Namespace) -> str:
    user = proven(given.account)
    opens = opening.text_of if given.subcommand == "read" else opening.contact_of
    opened = opens(life.find(given.ticket), user=user, why=given.why)
    lines = [*opened.words]
    lines += [f"{opened.destroyed} destroyed at the end of retention"] if opened.destroyed else []
    lines += [f"{opened.lost} lost on the kiosk's own medium, and declared so"] if opened.lost else []
    lines += [f"{opened.shut} cannot be opened: sealed to another key, or damaged"] if opened.shut else []
    return "\n".join(map(shown, lines)) or "nothing was written"


def _move(given: Namespace) -> str:
    user, ticket = proven(given.account), life.find(given.ticket)
    words = Words(given.answer, given.note, given.rejected_as, given.root_cause, given.compensation)
    life.move(ticket, TicketStatus(given.status), user=user, now=clock.now(), words=words)
    return _line(ticket)


def _pass(given: Namespace) -> str:
    user, ticket = proven(given.account), life.find(given.ticket)
    made = passing.pass_on(ticket, Holder.of_key(given.to), user=user, why=given.why, now=clock.now())
    return f"{ticket.number}: passed on to {made.receiver}, to be acknowledged by {made.acknowledge_by}"


def _acknowledge(given: Namespace) -> str:
    user, ticket = proven(given.account), life.find(given.ticket)
    passing.acknowledge(ticket, user=user, now=clock.now(), lapor_number=given.lapor_number)
    return f"{ticket.number}: acknowledged"


def _calendar(given: Namespace) -> str:
    if given.fill is not None:
        who = acting(given.account, (roles.ADMINISTRATOR,), over=EVERYTHING)
        return f"{given.fill}: {calendar.fill(given.fill, who=who)} days entered; check them against the ministers' decree"
    region = _region(given.region)
    over = ("region", region.pk) if region is not None else EVERYTHING
    may = roles.EVALUATORS if region is not None else (roles.ADMINISTRATOR,)
    if given.add:
        who = acting(given.account, may, over=over)
        made = calendar.enter(
            _day(given.add), given.name, region=region, joint=given.joint, source=given.source, who=who
        )
        return f"{made.day} entered"
    if given.remove:
        calendar.remove(
            _day(given.remove), region=region, why=given.why, who=acting(given.account, may, over=over)
        )
        return f"{given.remove} removed"
    year = given.year if given.year is not None else clock.now().year
    lines = [
        shown(f"{one.day}  {one.kind}  {one.region_id or 'everywhere'}  {one.name}  ({one.source})")
        for one in calendar.listed(year)
    ]
    if calendar.unfilled(date(year, 1, 1), date(year, 1, 1)):
        lines.append(f"{year} is not filled: only weekends are counted (`complaint calendar --fill {year}`)")
    return "\n".join(lines)


def _rules(given: Namespace) -> str:
    if given.agency is None:
        return rules.SHIPPED.read_text(encoding="utf-8")
    agency = Agency.objects.filter(code=given.agency).first()
    if agency is None:
        raise CollectorError("agency_unknown", code=given.agency)
    who = acting(given.account, roles.EVALUATORS, over=("agency", agency.code))
    try:
        text = given.file.read_text(encoding="utf-8") if given.file is not None else ""
    except (OSError, UnicodeError) as error:
        raise CollectorError("file_unreadable", path=given.file, reason=error) from error
    made = rules.adopt(agency, text, who=who)
    return f"{agency.code}: rules {rules.read(made.content).version} from now on"


def _close_silent(_: Namespace) -> str:
    return f"{life.close_silent(clock.now())} closed"


def _account(part: CommandParser) -> None:
    part.add_argument("--as", dest="account", required=True, metavar="NAME", help="the account it is done by")


def _ticket(part: CommandParser) -> CommandParser:
    part.add_argument("ticket", metavar="NUMBER", help="the complaint's number, as the desk shows it")
    _account(part)
    return part


def _region(code: str) -> Region | None:
    found = Region.objects.filter(pk=code).first() if code else None
    if code and found is None:
        raise CollectorError("office_where", code=code)
    return found


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise CollectorError("policy_day", text=text) from error


_DOES: dict[str, Callable[[Namespace], str]] = {
    "list": _list, "read": _read, "contact": _read, "move": _move, "pass": _pass, "acknowledge": _acknowledge,
    "calendar": _calendar, "rules": _rules, "close-silent": _close_silent,
}  # fmt: skip
