"""`ikm-collector pekppp`: what a unit hands in for PEKPPP, a folder an indicator."""

from argparse import Namespace
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from collector.accounts import roles
from collector.complaints import sight
from collector.console.acting import add_account, proven
from collector.console.command import CollectorCommand
from collector.errors import CollectorError
from collector.fleet import tree
from collector.fleet.models import Unit
from collector.papers import making
from collector.papers.press import Warm
from collector.pekppp import folder
from collector.pekppp.facts import facts_of
from collector.pekppp.findings import findings
from collector.pekppp.folder import File
from collector.people import trail
from collector.words.foreign import shown

FIRST_YEAR, LAST_YEAR = 2000, 2199


class Command(CollectorCommand):
    """Make the folder, and say what each indicator comes to."""

    help = (
        "Make a unit's PEKPPP folder of a year: files by indicator, the level each comes to and why, the fields of form F-01 A,"
        " and an index of one page."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Describe the options."""
        parser.add_argument("--unit", metavar="CODE", required=True, help="the unit's code")
        parser.add_argument(
            "--year",
            metavar="YEAR",
            type=int,
            required=True,
            help="the year that is evaluated: of its releases, forums and complaints",
        )
        parser.add_argument("--out", metavar="DIR", type=Path, help="write the folder below this one")
        parser.add_argument(
            "--lapor",
            metavar=("RECEIVED", "RESOLVED"),
            type=int,
            nargs=2,
            help="the year's complaints in SP4N-LAPOR!, as it counts them",
        )
        parser.add_argument("--quota", metavar="N", type=int, help="forms F-03 that are asked for")
        parser.add_argument("--quota-source", metavar="TEXT", default="", help="who asks for so many")
        add_account(parser)

    def run(self, options: dict[str, Any]) -> str | None:
        """Do it."""
        given = Namespace(**options)
        unit = tree.find_unit(given.unit)
        who, whole = _asking(given.account, unit)
        quota = _quota(given)
        facts = facts_of(unit, _year(given.year), whole=whole, lapor=_lapor(given.lapor))
        lines = [
            f"{one.number:>3}  {'-' if one.level is None else one.level}  {one.why}"
            for one in findings(facts)
        ]
        if given.out is not None:
            trail.note(
                who=who, action="pekppp folder made", subject=f"unit {unit.code}", facts={"year": facts.year}
            )
            lines += _written(given.out / folder.name_of(facts), folder.files(facts, Warm(), quota=quota))
        return "\n".join(map(shown, lines))


def _asking(account: str | None, unit: Unit) -> tuple[str, bool]:
    """Give who asks, as the trail has it, and whether that is somebody who may see all complaints of the unit."""
    if account is None:
        return trail.console_user(), True
    user = proven(account)
    if not roles.may(user, roles.OFFICERS, unit):
        raise CollectorError("account_may_not", account=account, roles=", ".join(roles.OFFICERS))
    return f"{account} ({trail.console_user()})", sight.sees_all_of(user, unit)


def _written(where: Path, parts: Iterable[File]) -> list[str]:
    written = []
    try:
        for one in parts:
            path = where / one.path
            path.parent.mkdir(parents=True, exist_ok=True)
            making.write(path, one.data)
            written.append(str(path))
    except OSError as error:
        raise CollectorError("not_writable", path=where, reason=error.strerror) from error
    return written


def _year(year: int) -> int:
    """Insist on a year that releases can be of."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise CollectorError("pekppp_year", first=FIRST_YEAR, last=LAST_YEAR)
    return year


def _lapor(given: list[int] | None) -> tuple[int, int] | None:
    if given is None:
        return None
    received, resolved = given
    if not 0 <= resolved <= received:
        raise CollectorError("pekppp_lapor", received=received, resolved=resolved)
    return received, resolved


def _quota(given: Namespace) -> folder.Quota | None:
    if given.quota is None:
        return None
    if given.quota < 1 or not given.quota_source.strip():
        raise CollectorError("ipp_quota")
    return folder.Quota(given.quota, given.quota_source)
