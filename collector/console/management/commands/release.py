"""`ikm-collector release`: what leaves the house."""

import os
import time
from argparse import Namespace
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django.core.management.base import CommandParser

from collector.accounts.console import EVERYTHING, Over
from collector.accounts.roles import EVALUATORS, OFFICERS
from collector.console.acting import add_who, named
from collector.console.command import CollectorCommand
from collector.console.releases import find, over_of
from collector.errors import CollectorError
from collector.fleet import tree
from collector.fleet.models import Unit
from collector.releases import larger, many, publishing
from collector.releases import policy as policies
from collector.releases.models import OfficialPolicy, Release
from collector.releases.owed import asked_of
from collector.scores.ask.queries import DEFAULT_INSTRUMENT
from collector.scores.tallies import flagging
from collector.words.foreign import shown
from survey.index.indices import Policy
from survey.index.periods import Period, PeriodError, parse
from survey.instrument.weights import WeightMode

_TELL_SECONDS = 10


class Command(CollectorCommand):
    """Prepare, publish, correct and withdraw releases."""

    help = (
        "Publish the numbers of calendar periods: once, whole, and the same for ever. What is out is all that anybody"
        " sees without an account; each release has a short address."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Describe the options."""
        parts = self.subcommands(parser)
        _one_unit(parts.add_parser("propose", help="begin a unit's release"))
        _one_unit(parts.add_parser("submit", help="hand a unit's release in"))
        _one_unit(parts.add_parser("return", help="send what was handed in back to the unit, with --why"))
        publish = parts.add_parser(
            "publish", help="publish a unit's, a region's, an agency's, a mall's or all units' period"
        )
        whose = publish.add_mutually_exclusive_group(required=True)
        whose.add_argument("--unit", metavar="CODE", help="a unit's code")
        whose.add_argument(
            "--region", metavar="CODE", help="a Kemendagri code: what its units' releases come to"
        )
        whose.add_argument(
            "--agency", metavar="CODE", help="an agency's code: what its units' releases come to"
        )
        whose.add_argument(
            "--place", metavar="CODE", help="a mall's code: what its agencies come to that agreed to it"
        )
        whose.add_argument(
            "--all",
            action="store_true",
            help="every unit whose official period this is and that is not out yet",
        )
        _period(publish)
        _instrument(publish)
        for name, words in (
            ("correct", "publish a unit's period anew; the old edition is withdrawn and names the new one"),
            ("withdraw", "take a release back; it stays readable, with the reason"),
        ):
            part = parts.add_parser(name, help=words)
            part.add_argument("address", metavar="ADDRESS", help="its short address")
            add_who(part)
        overdue = parts.add_parser("overdue", help="show what is not out on its day as not reported")
        _period(overdue)
        _instrument(overdue)
        listing = parts.add_parser("list", help="the releases of a period, or of a unit")
        listing.add_argument("--period", metavar="PERIOD", help="2026-TW3, 2026-S1, 2026 or 2026-07")
        listing.add_argument("--unit", metavar="CODE", help="a unit's code")
        listing.add_argument("--instrument", metavar="ID", help="of one instrument; without it, of all")
        policy = parts.add_parser(
            "policy", help="decide what counts officially, in periods that have not begun"
        )
        policy.add_argument("--unit", metavar="CODE", help="for one unit; without it, for all")
        policy.add_argument(
            "--since", metavar="DATE", required=True, help="the first day of its first period"
        )
        policy.add_argument(
            "--kind",
            choices=[kind.value for kind in policies.KINDS],
            default="quarter",
            help="the official period",
        )
        policy.add_argument(
            "--weight-mode",
            choices=[mode.value for mode in WeightMode],
            default="1/9",
            help="how weights are taken",
        )
        policy.add_argument(
            "--policy",
            choices=[one.value for one in Policy],
            default="complete",
            help="whether incomplete answers count",
        )
        policy.add_argument(
            "--due-days",
            type=int,
            default=30,
            metavar="N",
            help="days after the period's end until it is due",
        )
        add_who(policy)

    def run(self, options: dict[str, Any]) -> str | None:
        """Do it."""
        return _DOES[options["subcommand"]](Namespace(**options), self)


def _period(part: CommandParser) -> None:
    part.add_argument("--period", metavar="PERIOD", required=True, help="2026-TW3, 2026-S1, 2026 or 2026-07")
    add_who(part)


def _one_unit(part: CommandParser) -> None:
    part.add_argument("--unit", metavar="CODE", required=True, help="the unit's code")
    _period(part)
    _instrument(part)


def _instrument(part: CommandParser) -> None:
    part.add_argument(
        "--instrument",
        metavar="ID",
        default="",
        help="skm-2017 (default; of a course its questionnaire), spkp, spak, f03a or an own one: each has releases of its own",
    )


def _of(given: Namespace, unit: Unit | None) -> str:
    """Give the instrument that was named, or that by which the unit reports."""
    return given.instrument or (asked_of(unit) if unit is not None else DEFAULT_INSTRUMENT)


def _propose(given: Namespace, _: CollectorCommand) -> str:
    unit = tree.find_unit(given.unit)
    who = named(given, OFFICERS, ("unit", unit.code))
    release = publishing.propose(unit, _read(given.period), who=who, instrument=_of(given, unit))
    return _line(release)


def _submit(given: Namespace, _: CollectorCommand) -> str:
    unit = tree.find_unit(given.unit)
    who = named(given, OFFICERS, ("unit", unit.code))
    release = publishing.propose(unit, _read(given.period), who=who, instrument=_of(given, unit))
    publishing.submit(release, who=who, why=given.why)
    return _line(release)


def _return(given: Namespace, _: CollectorCommand) -> str:
    unit = tree.find_unit(given.unit)
    who = named(given, EVALUATORS, ("unit", unit.code))
    release = publishing.propose(unit, _read(given.period), who=who, instrument=_of(given, unit))
    publishing.send_back(release, who=who, why=given.why)
    return _line(release)


def _publish(given: Namespace, command: CollectorCommand) -> str:
    who, period = named(given, EVALUATORS, _over(given)), _read(given.period)
    instrument = _of(given, tree.find_unit(given.unit) if given.unit else None)
    publishing.check_instrument(instrument)
    flagging.settle()
    how = {"who": who, "why": given.why, "instrument": instrument}
    if given.region:
        return _line(larger.publish(larger.region(given.region), period, **how))
    if given.agency:
        return _line(larger.publish(larger.agency(given.agency), period, **how))
    if given.place:
        return _line(larger.publish(larger.mall(given.place, period), period, **how))
    if given.unit:
        unit = tree.find_unit(given.unit)
        kind = policies.official(unit, period).period_kind
        if policies.KINDS.index(period.kind) > [one.value for one in policies.KINDS].index(kind):
            return _line(larger.publish(larger.unit_over_time(unit), period, **how))
        return _line(publishing.publish(unit, period, **how))
    return _publish_all(period, how, command)


def _publish_all(period: Period, how: Mapping[str, Any], command: CollectorCommand) -> str:
    """Publish every unit whose official period it is and that owes it; begun again, it goes on where it stopped."""
    out, waiting, done = 0, 0, 0
    began = told = time.monotonic()
    hands = len(os.sched_getaffinity(0)) - 1  # this process writes, and has a processor for it
    for part in many.publish_all(period, hands=hands, **how):
        out += part.out
        done += part.done
        waiting += len(part.refused)
        for unit, error in part.refused:
            command.stderr.write(shown(f"{unit.code}: {error}"))
        now = time.monotonic()
        if now - told >= _TELL_SECONDS or not part.left:
            told = now
            command.stderr.write(many.progress(done, part.left, now - began))
    return f"{period}: {out} published, {waiting} not"


def _correct(given: Namespace, _: CollectorCommand) -> str:
    release = find(given.address)
    who = named(given, EVALUATORS, over_of(release))
    flagging.settle()
    return _line(publishing.correct(release, who=who, why=given.why))


def _withdraw(given: Namespace, _: CollectorCommand) -> str:
    release = find(given.address)
    publishing.withdraw(release, who=named(given, EVALUATORS, over_of(release)), why=given.why)
    return _line(release)


def _overdue(given: Namespace, _: CollectorCommand) -> str:
    who, period = named(given, EVALUATORS, EVERYTHING), _read(given.period)
    instrument = _of(given, None)
    publishing.check_instrument(instrument)
    marked = [
        one
        for units in many.not_out(period, instrument=instrument)
        for unit in units
        if (one := publishing.mark_overdue(unit, period, who=who, instrument=instrument)) is not None
    ]
    return "\n".join([*map(_line, marked), f"{period}: {len(marked)} not reported"])


def _list(given: Namespace, _: CollectorCommand) -> str:
    found = Release.objects.order_by("-first_day", "subject", "code", "number")
    if given.period:
        found = found.filter(period=_read(given.period).identifier)
    if given.unit:
        found = found.filter(unit=tree.find_unit(given.unit))
    if given.instrument:
        found = found.filter(instrument=given.instrument)
    return "\n".join(map(_line, found)) or "nothing is proposed or published"


def _policy(given: Namespace, _: CollectorCommand) -> str:
    try:
        since = date.fromisoformat(given.since)
    except ValueError as error:
        raise CollectorError("policy_day", text=given.since) from error
    if not 0 <= given.due_days <= 366:
        raise CollectorError("policy_due", days=given.due_days)
    publishing.need_reason(given.why)
    decided = policies.decide(
        OfficialPolicy(
            unit=tree.find_unit(given.unit) if given.unit else None,
            since=since,
            period_kind=given.kind,
            weight_mode=given.weight_mode,
            policy=given.policy,
            due_days=given.due_days,
            why=given.why[:300],
        ),
        who=named(given, EVALUATORS, ("unit", given.unit) if given.unit else EVERYTHING),
    )
    return f"from {decided.since} on: {decided.period_kind}, {decided.weight_mode}, {decided.policy}, due after {decided.due_days} days"


_DOES: dict[str, Callable[[Namespace, CollectorCommand], str]] = {
    "propose": _propose, "submit": _submit, "return": _return, "publish": _publish, "correct": _correct,
    "withdraw": _withdraw, "overdue": _overdue, "list": _list, "policy": _policy,
}  # fmt: skip


def _over(given: Namespace) -> Over:
    """Give what is to be published: a region, an agency, a mall, a unit, or everything that is due."""
    for kind in ("region", "agency", "place", "unit"):
        if code := getattr(given, kind):
            return kind, code
    return EVERYTHING


def _read(text: str) -> Period:
    try:
        return parse(text)
    except PeriodError as error:
        raise CollectorError("release_period", period=text) from error


def _line(release: Release) -> str:
    grade = f" {release.category}" if release.category else ""
    people = f", n = {release.n}" if release.n is not None else ""
    number = f"{release.value}{grade}{people}" if release.value is not None else "no number"
    instrument = "" if release.instrument == DEFAULT_INSTRUMENT else f"  {release.instrument}"
    said = number if release.published_at is not None else f"due {release.due}"
    edition = f" edition {release.number}" if release.number > 1 else ""
    return shown(
        f"{release.address}  {release.subject} {release.code}  {release.period}{edition}{instrument}  {release.state}  {said}"
    )
