"""`ikm-collector card`."""

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser

from collector import clock
from collector.accounts import roles
from collector.accounts.console import EVERYTHING
from collector.accounts.models import Office
from collector.challenges import cards, declared
from collector.challenges.models import DeclaredTest, Verdict, VisitCard
from collector.console.acting import add_account, add_who, named
from collector.console.command import CollectorCommand
from collector.console.files import write_private
from collector.errors import CollectorError
from collector.fleet import tree
from collector.fleet.models import Kiosk
from collector.local import date_text, day_text, local_date
from collector.papers.press import PDF, Warm
from collector.releases import tests_beside
from collector.scores.ask.queries import DEFAULT_INSTRUMENT, PULSE

_MAY = (roles.AUDITOR, roles.ADMINISTRATOR)
"""Nobody who holds an office for a unit: who is rated makes no cards."""


class Command(CollectorCommand):
    """Make cards for test visits, note what an auditor pressed, and list what became of them."""

    help = (
        "Cards for test visits: an auditor answers at a kiosk, sees the visit's code, and only then types a card's letters. The visit counts nowhere, and"
        " is published in the clear. A card works once, at its own kiosk, once the kiosk has seen the log that names it: make them two nights before."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Describe the options."""
        parts = self.subcommands(parser)
        make = parts.add_parser("make", help="make cards and write them, printed here and nowhere again")
        where = make.add_mutually_exclusive_group(required=True)
        where.add_argument("--kiosk", help="for one kiosk")
        where.add_argument("--unit", metavar="CODE", help="for each kiosk that stands at a unit")
        make.add_argument("--number", type=int, default=1, help="how many for each kiosk (1)")
        make.add_argument(
            "out", type=Path, metavar="OUT", help="the file to write (.pdf); who has it can make test visits"
        )
        add_who(make)
        wrote = parts.add_parser(
            "wrote", help="note what an auditor pressed at a visit, from the back of the card"
        )
        wrote.add_argument("code", metavar="CODE", help="the card's letters")
        wrote.add_argument("--smiley", type=int, metavar="VALUE", help="the smiley, 1 for the worst")
        wrote.add_argument(
            "--answers",
            metavar="VALUES",
            help="the questionnaire's, as 4,3,4,4,2,4,4,3,4; - for one left open",
        )
        wrote.add_argument(
            "--instrument", default=DEFAULT_INSTRUMENT, help=f"the questionnaire ({DEFAULT_INSTRUMENT})"
        )
        add_account(wrote)
        parts.add_parser(
            "list", help="how many cards there are, and every declaration with what became of it"
        )

    def run(self, options: dict[str, Any]) -> str | None:
        """Do it."""
        match options["subcommand"]:
            case "make":
                return _make(argparse.Namespace(**options))
            case "wrote":
                given = argparse.Namespace(**options)
                answers = {}
                if given.smiley is not None:
                    answers[PULSE.partition("@")[0]] = [given.smiley]
                if given.answers:
                    answers[given.instrument] = list(_values(given.answers, given.instrument))
                if tests_beside.was_told(cards.find(given.code)):
                    raise CollectorError("card_shown")
                card = cards.write(given.code, answers, who=named(given, _MAY, EVERYTHING))
                return f"written: card {card.leaf[:16]} of {card.kiosk.name}"
        declared.settle()
        return "\n".join(_listed())


def _make(given: argparse.Namespace) -> str:
    _check_outside(given.account)
    who = named(given, _MAY, EVERYTHING)
    if given.kiosk:
        kiosks = list(Kiosk.objects.filter(name=given.kiosk))
    else:
        kiosks = list(Kiosk.objects.filter(stands=tree.find_unit(given.unit)).order_by("name"))
    if not kiosks:
        raise CollectorError("kiosk_not_here", name=given.kiosk or given.unit)
    made = cards.make(kiosks, given.number, who=who, why=given.why)
    today = local_date(clock.now(), settings.IKM_TIME_ZONE)
    data = {
        "made": day_text(today, "id"),
        "day": [today.year, today.month, today.day],
        "cards": [{"kiosk": one.kiosk, "code": one.code, "mark": one.leaf[:8]} for one in made],
    }
    write_private(given.out, Warm()("testcards.typ", data, form=PDF))
    return f"{len(made)} cards: {given.out}; each works once, from the night after next on; keep them from the unit"


def _check_outside(account: str | None) -> None:
    """Refuse an account that holds an office for a unit beside the auditor's: who is rated makes no cards."""
    offices = Office.objects.filter(user__username=account, role=roles.UNIT_OFFICER, until=None)
    if account is not None and offices.exists():
        raise CollectorError("cards_outside", account=account)


def _values(text: str, instrument: str) -> Iterator[int | None]:
    for word in text.split(","):
        if word.strip() == "-":
            yield None
        elif word.strip().isdecimal():
            yield int(word)
        else:
            raise CollectorError("card_answers", instrument=instrument, number="?")


def _listed() -> Iterator[str]:
    used = DeclaredTest.objects.filter(verdict=Verdict.TAKEN_OUT).count()
    yield f"{VisitCard.objects.count()} cards, {used} used"
    found = DeclaredTest.objects.order_by("at_ms", "pk").select_related("stream__kiosk", "unit", "card")
    for one in found:
        written = " written" if one.card is not None and one.card.wrote is not None else ""
        day = date_text(one.at_ms, one.unit.time_zone)
        counts = "".join(
            f"; counts in {release.address}, which came out before: correct it"
            for release in (tests_beside.still_counting(one) if one.verdict == Verdict.TAKEN_OUT else ())
        )
        yield f"{day} {one.stream.kiosk.name}/{one.number} {one.verdict}{written}{counts}"
