"""`ikm-collector mall`: who serves under one roof, and which agencies agreed to be counted together."""

from argparse import Namespace
from datetime import date
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser

from collector import clock
from collector.accounts.roles import EVALUATORS
from collector.console.acting import add_account, add_who, named
from collector.console.command import CollectorCommand
from collector.errors import CollectorError
from collector.fleet import malls, tree
from collector.fleet.models import Agency, Place
from collector.local import date_text
from collector.releases import pooling
from collector.releases.models import PoolingConsent
from collector.words.foreign import shown


class Command(CollectorCommand):
    """Say who serves in a mall, and record which agencies agreed to a number of the building."""

    help = (
        "Say which units serve in a mall (a place, see `ikm-collector place add`), and record the consent of each"
        " agency that may be counted in the building's number (`ikm-collector release publish --place CODE`)."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Describe the options."""
        parts = self.subcommands(parser)
        parts.add_parser("list", help="the malls")
        _of_place(parts.add_parser("show", help="who serves in a mall, and what was agreed"))
        add = parts.add_parser("add", help="have a unit serve in a mall; its kiosks ask about its services")
        _of_place(add)
        add.add_argument("--unit", metavar="CODE", required=True, help="the unit's code")
        add.add_argument("--since", metavar="DATE", help="the day it begins on; without it, today")
        add.add_argument("--last", metavar="DATE", help="its last day, of a course or a service of some days")
        add.add_argument(
            "--questionnaire",
            metavar="ID@VERSION",
            default="",
            help="what a course asks in the place of the kiosks' own questions",
        )
        add_account(add)
        leave = parts.add_parser("leave", help="have a unit serve there no more, from today on; with --why")
        _of_place(leave)
        leave.add_argument("--unit", metavar="CODE", required=True, help="the unit's code")
        add_who(leave)
        consent = parts.add_parser(
            "consent", help="record that an agency agrees to be counted in the mall's number"
        )
        _of_agency(consent)
        consent.add_argument(
            "--since", metavar="DATE", required=True, help="the first day of its first period"
        )
        consent.add_argument(
            "--until", metavar="DATE", help="the last day of its last period; without it, until withdrawn"
        )
        consent.add_argument("--given-by", metavar="NAME", required=True, help="who agreed: name and office")
        consent.add_argument(
            "--document", metavar="TEXT", required=True, help="the letter or agreement it stands in"
        )
        add_account(consent)
        withdraw = parts.add_parser(
            "withdraw", help="take a consent back, for all periods that end from today on; with --why"
        )
        _of_agency(withdraw)
        add_who(withdraw)

    def run(self, options: dict[str, Any]) -> str | None:
        """Do it."""
        given = Namespace(**options)
        return shown(_DOES[given.subcommand](given))


def _of_place(part: CommandParser) -> None:
    part.add_argument("--place", metavar="CODE", required=True, help="the mall's code")


def _of_agency(part: CommandParser) -> None:
    _of_place(part)
    part.add_argument("--agency", metavar="CODE", required=True, help="the agency's code")


def _list(_: Namespace) -> str:
    return "\n".join(f"{one.code}  {one.name}  {one.region_id}" for one in malls.every()) or "no malls"


def _show(given: Namespace) -> str:
    place = malls.find(given.place)
    lines = [f"{place.code}: {place.name}"]
    for one in place.tenants.select_related("unit__agency").order_by("since", "pk"):
        until = f" until {one.until}" if one.until is not None else ""
        until += f"  asks {one.questionnaire}" if one.questionnaire else ""
        owner = one.unit.agency.code if one.unit.agency is not None else "-"
        lines.append(f"{one.unit.code}  of {owner}  since {one.since}{until}")
    lines += map(_consent_line, place.consents.select_related("agency").order_by("recorded_at", "pk"))
    return "\n".join(lines)


def _add(given: Namespace) -> str:
    place = tree.find_place(given.place)
    unit = tree.find_unit(given.unit)
    who = named(given, EVALUATORS, ("place", place.code), ("unit", unit.code))
    since = _day(given.since) if given.since else None
    last = _day(given.last) if given.last else None
    made = malls.serve(place, unit, since=since, last=last, who=who, questionnaire=given.questionnaire)
    return f"{made.unit.code} serves in {place.code} since {made.since}{f', last on {last}' if last else ''}"


def _leave(given: Namespace) -> str:
    place = malls.find(given.place)
    who = named(given, EVALUATORS, ("place", place.code))
    left = malls.leave(place, tree.find_unit(given.unit), who=who, why=given.why)
    return f"{left.unit.code} serves in {place.code} no more since {left.until}"


def _agree(given: Namespace) -> str:
    place, agency = _found(given)
    made = pooling.give(
        place,
        agency,
        since=_day(given.since),
        until=_day(given.until) if given.until else None,
        given_by=given.given_by,
        document=given.document,
        who=named(given, EVALUATORS, ("agency", agency.code)),
    )
    return _consent_line(made)


def _withdraw(given: Namespace) -> str:
    place, agency = _found(given)
    who = named(given, EVALUATORS, ("agency", agency.code))
    found = PoolingConsent.objects.filter(place=place, agency=agency, withdrawn_at=None)
    every = list(found.select_related("place", "agency"))
    if not every:
        raise CollectorError("consent_none", agency=agency.code, place=place.code)
    for one in every:
        pooling.withdraw(one, who=who, why=given.why)
    today = date_text(clock.now(), settings.IKM_TIME_ZONE)
    return f"{agency.code} is in no number of {place.code} for periods that end from {today} on"


def _found(given: Namespace) -> tuple[Place, Agency]:
    place = malls.find(given.place)
    agency = Agency.objects.filter(code=given.agency).first()
    if agency is None:
        raise CollectorError("agency_unknown", code=given.agency)
    return place, agency


def _consent_line(one: PoolingConsent) -> str:
    until = str(one.until) if one.until is not None else "on"
    taken = f"; withdrawn by {one.withdrawn_by}: {one.withdrawn_why}" if one.withdrawn_at is not None else ""
    return (
        f"{one.agency.code} agreed from {one.since} {'to ' if one.until else ''}{until}: {one.given_by},"
        f" {one.document}; recorded by {one.recorded_by}{taken}"
    )


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise CollectorError("unit_day", text=text) from error


_DOES = {"list": _list, "show": _show, "add": _add, "leave": _leave, "consent": _agree, "withdraw": _withdraw}
