"""`ikm-collector complaint-report`: the register, the periodic report and its publication, the poster on how to complain."""

from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from collector import clock
from collector.accounts import roles
from collector.console.acting import add_account, named, proven
from collector.console.command import CollectorCommand
from collector.console.files import write_private
from collector.errors import CollectorError
from collector.fleet import tree
from collector.fleet.models import Unit
from collector.handover.outputs import poster, register, report
from collector.local import local_date
from collector.papers import making
from collector.papers.press import Warm
from collector.people import trail
from collector.scores.ask.words import period_of
from collector.words.foreign import shown
from survey.index.periods import Period


class Command(CollectorCommand):
    """Make what an office keeps, hands in and hangs up about its complaints."""

    help = "A unit's register of complaints, its report on a period and the publication of it, and the poster on how to complain."

    def add_arguments(self, parser: CommandParser) -> None:
        """Describe the options."""
        parts = self.subcommands(parser)
        kept = parts.add_parser("register", help="write the register with its words masked, as XLSX or CSV")
        kept.add_argument(
            "--as", dest="account", required=True, metavar="NAME", help="the account that opens it"
        )
        kept.add_argument("--why", default="", help="the reason; it stands in the audit trail")
        make = parts.add_parser("make", help="write the report of a period as PDF, for the office")
        out = parts.add_parser(
            "publish", help="publish the report of a period that is over; it does not change any more"
        )
        wall = parts.add_parser("poster", help="write the poster on how to complain as PDF")
        wall.add_argument("--size", choices=tuple(poster.SIZES), default="a4", help="of the sheet")
        for part in (make, out):
            add_account(part)
        for part in (kept, make, out, wall):
            part.add_argument("--unit", metavar="CODE", required=True, help="the unit's code")
        for part in (kept, make, out):
            part.add_argument("--period", metavar="PERIOD", required=True, help="2026-TW3, 2026-S1 or 2026")
        for part in (kept, make, wall):
            part.add_argument("--file", type=Path, required=True, metavar="FILE", help="where it is written")

    def run(self, options: dict[str, Any]) -> str | None:
        """Do it."""
        given = Namespace(**options)
        return "\n".join(map(shown, _DOES[given.subcommand](given, tree.find_unit(given.unit))))


def _register(given: Namespace, unit: Unit) -> list[str]:
    if given.file.suffix.lower() not in (".xlsx", ".csv"):
        raise CollectorError("register_suffix", path=given.file)
    user = proven(given.account)
    if not roles.may(user, roles.OFFICERS, unit):
        raise CollectorError("account_may_not", account=given.account, roles=", ".join(roles.OFFICERS))
    period = _period(given)
    told = register.register(unit, period.first, period.last, user=user, why=given.why)
    is_book = given.file.suffix.lower() == ".xlsx"
    write_private(given.file, register.as_xlsx(told) if is_book else register.as_csv(told))
    return [f"{given.file}: {len(told.rows)} complaints, {told.kept_back} not for this account"]


def _make(given: Namespace, unit: Unit) -> list[str]:
    who, whole = trail.console_user(), True
    if given.account is not None:
        user = proven(given.account)
        if not roles.may(user, roles.OFFICERS, unit):
            raise CollectorError("account_may_not", account=given.account, roles=", ".join(roles.OFFICERS))
        who, whole = f"{given.account} ({who})", roles.may(user, roles.EVALUATORS, unit)
    period, today = _period(given), local_date(clock.now(), unit.time_zone)
    content = report.of_period(unit, period, today=today, whole=whole)
    write_private(given.file, report.pdf(unit, content, Warm()))
    facts = {"period": period.identifier, "whole": whole}
    trail.note(who=who, action="complaint report made", subject=f"unit {unit.code}", facts=facts)
    return [f"{given.file}: {content['received']} complaints"]


def _publish(given: Namespace, unit: Unit) -> list[str]:
    who = named(Namespace(account=given.account), roles.EVALUATORS, ("unit", unit.code))
    out = report.publish(unit, _period(given), who=who, now=clock.now())
    return [f"{unit.code} {out.period}: published"]


def _poster(given: Namespace, unit: Unit) -> list[str]:
    try:
        making.write(given.file, poster.mechanism(unit, Warm(), size=given.size))
    except OSError as error:
        raise CollectorError("not_writable", path=given.file, reason=error.strerror) from error
    return [str(given.file)]


def _period(given: Namespace) -> Period:
    return period_of({"period": given.period})


_DOES: dict[str, Callable[[Namespace, Unit], list[str]]] = {
    "register": _register,
    "make": _make,
    "publish": _publish,
    "poster": _poster,
}
