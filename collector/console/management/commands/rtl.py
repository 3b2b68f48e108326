"""`ikm-collector rtl`: a unit's follow-up plans, as at the desk."""

from argparse import Namespace
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from collector.console import releases
from collector.console.acting import add_account, add_who, named
from collector.console.command import CollectorCommand
from collector.errors import CollectorError
from collector.fleet import tree
from collector.fleet.models import Unit
from collector.followup import forum, register, reports
from collector.followup.mend import mends
from collector.followup.models import Item, Report
from collector.followup.reading import ItemRead, items_between, items_of_unit
from collector.followup.register import WRITERS, Plan
from collector.followup.sentences import mend_lines, months
from collector.scores.ask.words import period_of
from collector.words.catalogue import CONSOLE
from collector.words.foreign import shown


class Command(CollectorCommand):
    """List, make, correct, do and give up plans; state the days of reports."""

    help = (
        "Follow-up plans (Rencana Tindak Lanjut): what a unit plans after a release or a forum, what was done, and whether it is"
        " seen in the releases after it. Nothing is deleted; a correction needs its reason."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Describe the options."""
        parts = self.subcommands(parser)
        listing = parts.add_parser("list", help="all plans of a unit")
        _add_unit(listing)
        listing.add_argument("--period", metavar="PERIOD", help="only plans that follow it: 2026-TW4, 2026")
        add = parts.add_parser("add", help="make a plan that follows a release, or that a forum agreed on")
        _add_unit(add)
        source = add.add_mutually_exclusive_group(required=True)
        source.add_argument("--release", metavar="RELEASE", help="the release that showed it, by its address")
        source.add_argument("--forum", metavar="DATE", help="the day of the forum that agreed on it")
        _add_plan(add, required=True)
        add_account(add)
        correct = parts.add_parser("correct", help="say a plan otherwise")
        _add_number(correct)
        _add_plan(correct, required=False)
        add_who(correct)
        done = parts.add_parser("done", help="say that a plan is done")
        _add_number(done)
        done.add_argument("--date", required=True, metavar="DATE", help="the day it was done")
        done.add_argument("--result", required=True, metavar="TEXT", help="what was done")
        done.add_argument("--people", type=int, metavar="N", help="how many took part")
        done.add_argument(
            "--file", action="append", default=[], type=Path, metavar="FILE",
            help="a picture or a PDF that shows it; may be repeated",
        )  # fmt: skip
        add_who(done)
        for name, words in (("reopen", "say that a plan is not done after all"), ("drop", "give a plan up")):
            part = parts.add_parser(name, help=words)
            _add_number(part)
            add_who(part)
        report = parts.add_parser("report", help="state the day on which a report was issued")
        report.add_argument("address", metavar="RELEASE", help="the release's short address")
        report.add_argument(
            "--of",
            required=True,
            choices=("survey", "follow-up"),
            help="the survey's report, or the follow-up's",
        )
        report.add_argument("--date", required=True, metavar="DATE", help="the day it was issued")
        add_who(report)

    def run(self, options: dict[str, Any]) -> str | None:
        """Do it."""
        return _DOES[options["subcommand"]](Namespace(**options))


def _add_unit(part: CommandParser) -> None:
    part.add_argument("--unit", required=True, metavar="CODE", help="the unit's code")


def _add_number(part: CommandParser) -> None:
    _add_unit(part)
    part.add_argument("number", type=int, metavar="NUMBER", help="the plan's number, as `rtl list` has it")


def _add_plan(part: CommandParser, *, required: bool) -> None:
    part.add_argument(
        "--element", default=None, metavar="KEY",
        help="the element's key, such as waktu; may be left out where a forum named none",
    )  # fmt: skip
    for name, words in (
        ("problem", "the problem"),
        ("action", "what is to be done about it"),
        ("responsible", "the office that answers for it; everybody reads it"),
    ):
        part.add_argument(f"--{name}", required=required, metavar="TEXT", help=words)
    part.add_argument("--from", dest="first", required=required, metavar="MONTH", help="first month: 2027-01")
    part.add_argument("--to", dest="last", required=required, metavar="MONTH", help="last month, included")


def _list(given: Namespace) -> str:
    unit = tree.find_unit(given.unit)
    if not given.period:
        return _listed(unit)
    period = period_of({"period": given.period})
    return _told(unit, items_between(unit, period.first, period.last))


def _add(given: Namespace) -> str:
    unit = tree.find_unit(given.unit)
    who = named(given, WRITERS, ("unit", unit.code))
    register.add(
        unit,
        Plan(
            element=given.element or "",
            problem=given.problem,
            action=given.action,
            first_month=_month(given.first),
            last_month=_month(given.last),
            responsible=given.responsible,
        ),
        release=releases.find(given.release) if given.release else None,
        forum=forum.find(unit, _day(given.forum)) if given.forum else None,
        who=who,
    )
    return _listed(unit)


def _correct(given: Namespace) -> str:
    unit, item, who = _meant(given)
    plan = Plan(
        element=item.element if given.element is None else given.element,
        problem=given.problem or item.problem,
        action=given.action or item.action,
        first_month=_month(given.first) if given.first else item.first_month,
        last_month=_month(given.last) if given.last else item.last_month,
        responsible=given.responsible or item.responsible,
    )
    register.correct(item, plan, who=who, why=given.why)
    return _listed(unit)


def _done(given: Namespace) -> str:
    unit, item, who = _meant(given)
    try:
        files = [(path.name, path.read_bytes()) for path in given.file]
    except OSError as error:
        raise CollectorError("picture", path=error.filename, reason=error.strerror) from error
    register.done(
        item,
        day=_day(given.date),
        result=given.result,
        people=given.people,
        files=files,
        who=who,
        why=given.why,
    )
    return _listed(unit)


def _reopen(given: Namespace) -> str:
    unit, item, who = _meant(given)
    register.reopen(item, who=who, why=given.why)
    return _listed(unit)


def _drop(given: Namespace) -> str:
    unit, item, who = _meant(given)
    register.drop(item, who=who, why=given.why)
    return _listed(unit)


def _report(given: Namespace) -> str:
    release = releases.find(given.address)
    who = named(given, WRITERS, releases.over_of(release))
    kind = Report.SURVEY if given.of == "survey" else Report.FOLLOW_UP
    reports.issue(release, kind, _day(given.date), who=who, why=given.why)
    return shown(f"{release.address}  {release.period}  {given.of}: {given.date}")


def _meant(given: Namespace) -> tuple[Unit, Item, str]:
    unit = tree.find_unit(given.unit)
    who = named(given, WRITERS, ("unit", unit.code))
    return unit, register.find(unit, given.number), who


def _listed(unit: Unit) -> str:
    return _told(unit, items_of_unit(unit))


def _told(unit: Unit, items: list[ItemRead]) -> str:
    seen = mends(unit, items)
    lines = [
        line
        for one in sorted(items, key=lambda one: one.number)
        for line in (*_lines(one), *(mend_lines(seen[one.number], CONSOLE) if one.number in seen else ()))
    ]
    return "\n".join(map(shown, lines)) or f"{unit.code}: no plans"


def _lines(one: ItemRead) -> Iterator[str]:
    source = f"{one.address} {one.period}" if one.address else f"forum {one.forum_on}"
    yield f"{one.number}  {one.state}  {one.label or '-'} {one.element or '-'}  {source}"
    yield f"   {one.problem} -> {one.action}"
    yield f"   {months(one.first_month, one.last_month)}, {one.responsible}"
    if one.done_on is not None:
        files = ", ".join(file.name for file in one.evidence) or "no evidence"
        yield f"   {one.done_on}: {one.result} ({files})"
    if one.given_up:
        yield f"   {one.given_up}"


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise CollectorError("policy_day", text=text) from error


def _month(text: str) -> date:
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError as error:
        raise CollectorError("rtl_month", text=text) from error


_DOES: dict[str, Callable[[Namespace], str]] = {
    "list": _list,
    "add": _add,
    "correct": _correct,
    "done": _done,
    "reopen": _reopen,
    "drop": _drop,
    "report": _report,
}
