"""`ikm-collector ipp`: an evaluator's marks of a unit (F-02), and the IPP that follows from them and from the users' F-03."""

from argparse import Namespace
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser

from collector.accounts.roles import EVALUATORS
from collector.console.acting import add_who, named
from collector.console.command import CollectorCommand
from collector.console.options import add_language
from collector.errors import CollectorError
from collector.fleet import tree
from collector.local import date_text
from collector.people import trail
from collector.releases.evaluation import form, keeping, result
from collector.releases.evaluation.keeping import Round
from collector.releases.evaluation.result import Quota
from collector.releases.models import Evaluation
from collector.scores.show.formats import comma, decimal
from collector.words.catalogue import say
from collector.words.foreign import shown, shown_json
from survey.index import pekppp
from survey.index.periods import Period, PeriodError, parse


class Command(CollectorCommand):
    """Enter an evaluation, show what it comes to, and publish it."""

    help = (
        "The evaluation of a unit (PEKPPP): enter the marks of F-02 from a file, show the IPP as it stands, and publish it."
        " `ikm-collector release withdraw` takes a published one back."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Describe the options."""
        parts = self.subcommands(parser)
        parts.add_parser("form", help="print an empty form to be filled in, as CSV")
        enter = parts.add_parser(
            "enter", help="enter the marks of a form; a correction is a new version, with --why"
        )
        _whose(enter)
        enter.add_argument(
            "--file", metavar="FILE", type=Path, required=True, help="CSV or JSON, a mark an indicator"
        )
        add_who(enter)
        show = parts.add_parser(
            "show", help="the IPP as it stands now, with the users' answers of this moment"
        )
        _whose(show)
        _quota(show)
        show.add_argument("--json", action="store_true", help="print JSON, as a published one has it")
        add_language(show)
        publish = parts.add_parser(
            "publish", help="publish the IPP from the F-03 that is out; again with --why, as a correction"
        )
        _whose(publish)
        _quota(publish)
        add_who(publish)
        listing = parts.add_parser("list", help="what was entered, by whom and when")
        listing.add_argument("--unit", metavar="CODE", help="of one unit")

    def run(self, options: dict[str, Any]) -> str | None:
        """Do it."""
        return _DOES[options["subcommand"]](Namespace(**options))


def _whose(part: CommandParser) -> None:
    part.add_argument("--unit", metavar="CODE", required=True, help="the unit's code")
    part.add_argument("--period", metavar="PERIOD", required=True, help="of the evaluation: 2026, 2026-S1 …")
    part.add_argument(
        "--round", choices=[one.value for one in Round], required=True, help="whose evaluation it is"
    )


def _quota(part: CommandParser) -> None:
    part.add_argument("--quota", metavar="N", type=int, help="respondents of F-03 that are asked for")
    part.add_argument(
        "--quota-source",
        metavar="TEXT",
        default="",
        help="who asks for so many: it is printed beside the number",
    )
    part.add_argument(
        "--zero-below-quota",
        action="store_true",
        help="count F-03 as 0 where fewer answered, as one agency does; every output says so",
    )


def _form(_: Namespace) -> str:
    return form.empty()


def _enter(given: Namespace) -> str:
    unit, period = tree.find_unit(given.unit), _period(given.period)
    who = named(given, EVALUATORS, ("unit", unit.code))
    try:
        read = form.read(given.file.read_bytes())
    except OSError as error:
        raise CollectorError("evaluation_file", path=given.file, reason=error.strerror) from error
    except form.BadForm as error:
        raise CollectorError("evaluation_form", cells="\n".join(map(str, error.cells))) from error
    return _line(keeping.enter(unit, period, Round(given.round), read, who=who, why=given.why))


def _show(given: Namespace) -> str:
    unit, period = tree.find_unit(given.unit), _period(given.period)
    found = result.live(unit, period, Round(given.round), _asked(given), who=trail.console_user())
    told = result.as_json(found)
    if given.json:
        return shown_json(told)
    return "\n".join(map(shown, _text(told, unit.name, period, given.lang or settings.IKM_LANGUAGE)))


def _publish(given: Namespace) -> str:
    unit, period = tree.find_unit(given.unit), _period(given.period)
    who = named(given, EVALUATORS, ("unit", unit.code))
    out = result.publish(unit, period, Round(given.round), _asked(given), who=who, why=given.why)
    return shown(
        f"{out.address}  {unit.code}  {out.period}  {out.instrument}  {out.value} {out.category}  {out.state}"
    )


def _list(given: Namespace) -> str:
    found = Evaluation.objects.select_related("unit").order_by("unit__code", "period", "round", "number")
    if given.unit:
        found = found.filter(unit=tree.find_unit(given.unit))
    return "\n".join(map(_line, found)) or "nothing was entered"


_DOES: dict[str, Callable[[Namespace], str]] = {
    "form": _form, "enter": _enter, "show": _show, "publish": _publish, "list": _list,
}  # fmt: skip


def _text(told: dict[str, Any], name: str, period: Period, language: str) -> Iterator[str]:
    """Give the lines of an IPP and its parts."""
    f02, f03 = told["f02"], told["f03"]
    yield say(
        "index.head", language, names=name, period=period.title if language == "id" else period.identifier
    )
    for aspect in f02["aspects"]:
        yield f"{aspect['code']:>4} {aspect['name']:<34} {aspect['weight_percent']:>3} %  {_places(aspect['value'], 2)}"
    yield say(
        "ipp.f02", language, value=_places(f02["value"], 4), version=f02["version"], entered=f02["entered"]
    )
    yield say("ipp.f03", language, value=_places(f03["value"], 4), n=f03["n"])
    if f03["quota"] is not None:
        verdict = say("ipp.quota_met" if f03["quota_met"] else "ipp.quota_missed", language)
        source = f03["quota_source"] or "-"
        yield say("ipp.quota", language, quota=f03["quota"], source=source, verdict=verdict)
    if f03["zeroed"]:
        yield say("ipp.zeroed", language)
    value = _places(told["value"], 2)
    yield say(
        "ipp.line", language, value=value, grade=told["category"], name=told["meaning"], rule=told["rule"]
    )


def _places(value: float, digits: int) -> str:
    return comma(decimal(result.exact(value), digits))


def _asked(given: Namespace) -> Quota:
    return result.quota_of(given.quota, given.quota_source, zero_below=given.zero_below_quota)


def _period(text: str) -> Period:
    try:
        return parse(text)
    except PeriodError as error:
        raise CollectorError("release_period", period=text) from error


def _line(kept: Evaluation) -> str:
    value = comma(decimal(pekppp.f02(keeping.scores(kept)), 4))
    return shown(
        f"F-02 {value}  {kept.unit.code}  {kept.period}  {kept.round}  version {kept.number}"
        f"  {date_text(kept.entered_at, kept.unit.time_zone)}  {kept.entered_by}"
    )
