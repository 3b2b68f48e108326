"""`ikm-collector index`: the index of units, regions, services, kiosks and periods."""

from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser

from collector.console.command import CollectorCommand
from collector.console.options import add_language
from collector.people import trail
from collector.releases import asked
from collector.scores.ask.words import ELEMENT, WORDS, question
from collector.scores.show.as_csv import BYTE_ORDER_MARK, as_csv
from collector.scores.show.as_json import as_json
from collector.scores.show.as_text import as_text
from collector.scores.tallies import flagging
from collector.words.foreign import shown_json, shown_lines


class Command(CollectorCommand):
    """Print an index with its doubt."""

    help = (
        "Print the index of a unit, region, agency, service, place or kiosk in a period, per element and in all, with n,"
        " interval, category and rule. At the console nothing is withheld: small groups may show single persons,"
        " and the question is noted in the trail."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument("--unit", metavar="CODE", help="a unit's code")
        parser.add_argument("--region", metavar="CODE", help="a Kemendagri code; all units below it")
        parser.add_argument("--agency", metavar="CODE", help="an agency's code")
        parser.add_argument("--service", metavar="CODE", help="a service's code")
        parser.add_argument("--place", metavar="CODE", help="a place's code")
        parser.add_argument("--kiosk", metavar="NAME", help="a kiosk's name")
        parser.add_argument("--period", metavar="PERIOD", help="2026-TW3, 2026-S1, 2026 or 2026-07")
        parser.add_argument(
            "--from", metavar="DATE", help="first local day, 2026-07-01; with --to, instead of --period"
        )
        parser.add_argument("--to", metavar="DATE", help="last local day, included")
        parser.add_argument(
            "--by", metavar="LIST", default="", help="break down by unit, service, month, hour …"
        )
        parser.add_argument(
            "--instrument", metavar="ID[@VERSION]", help="skm-2017 (default), spkp, spak, f03a …"
        )
        parser.add_argument(
            "--weight-mode", metavar="MODE", help="1/9 (default), 0.1111, 0.111 or 0.11; of an SKM"
        )
        parser.add_argument(
            "--mapping",
            metavar="MAPPING",
            help="how a perception survey becomes four points: m/6*4 or 1+(m-1)*3/5",
        )
        parser.add_argument(
            "--rounding",
            metavar="NRR,PRODUCT",
            help="decimals an office rounds NRR and NRR tertimbang to, to reproduce its series: 2,2 or 3,-; of an SKM",
        )
        parser.add_argument("--policy", metavar="POLICY", help="complete (default) or all")
        parser.add_argument(
            "--population", metavar="N", help="users in the period: your own statement, printed as such"
        )
        parser.add_argument("--json", action="store_true", help="print JSON, as the API gives it")
        parser.add_argument("--csv", action="store_true", help="print a table, for programs")
        parser.add_argument(
            "--excel",
            action="store_true",
            help="print the table as an Indonesian Excel opens it: semicolons, decimal commas, a byte order mark",
        )
        add_language(parser)

    def run(self, options: dict[str, Any]) -> str:
        """Answer the question."""
        words = {word: options[word] for word in WORDS if options.get(word)}
        flagging.settle()
        answer = asked.live(question(words, at_console=True), who=trail.console_user())
        if options["json"]:
            return shown_json(as_json(answer))
        by_element = ELEMENT in options["by"].split(",")
        if options["excel"]:
            table = as_csv(answer, by_element=by_element, excel=True)
            return BYTE_ORDER_MARK + shown_lines(table.removeprefix(BYTE_ORDER_MARK))
        if options["csv"]:
            return shown_lines(as_csv(answer, by_element=by_element))
        return as_text(answer, options["lang"] or settings.IKM_LANGUAGE)
