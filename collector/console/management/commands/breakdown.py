"""`ikm-collector breakdown`: the groups of a released period."""

from typing import Any

from django.core.management.base import CommandParser

from collector.console.command import CollectorCommand
from collector.people import trail
from collector.releases import asked
from collector.releases.cells.asking import WORDS, BreakdownAnswer, Cell, question
from collector.releases.show.breakdowns import as_csv, as_json
from collector.scores.show.as_csv import BYTE_ORDER_MARK
from collector.words.foreign import shown, shown_json, shown_lines


class Command(CollectorCommand):
    """Print the groups of a released period, as evaluators see them."""

    help = (
        "Print the groups of a released period by service, place, kiosk, sex, age, education, job, hour and flags, as evaluators"
        " see them: none below five people, numbers with noise. The question is noted in the trail."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        of = parser.add_mutually_exclusive_group(required=True)
        of.add_argument("--unit", metavar="CODE", help="a unit's code")
        of.add_argument("--region", metavar="CODE", help="a Kemendagri code; all units below it")
        of.add_argument("--agency", metavar="CODE", help="an agency's code")
        parser.add_argument(
            "--period", required=True, metavar="PERIOD", help="2026-TW3, 2026-S1, 2026 or 2026-07"
        )
        parser.add_argument("--by", metavar="LIST", help="only these: service, sex, hour …")
        parser.add_argument("--instrument", metavar="ID[@VERSION]", help="default skm-2017")
        parser.add_argument("--json", action="store_true", help="print JSON, as the API gives it")
        parser.add_argument("--csv", action="store_true", help="print a table, for programs")
        parser.add_argument(
            "--excel", action="store_true", help="print the table as an Indonesian Excel opens it"
        )

    def run(self, options: dict[str, Any]) -> str:
        """Answer the question."""
        words = {word: options[word] for word in WORDS if options.get(word)}
        answer = asked.breakdown(question(words), who=trail.console_user())
        if options["json"]:
            return shown_json(as_json(answer))
        if options["excel"]:
            return BYTE_ORDER_MARK + shown_lines(as_csv(answer, excel=True).removeprefix(BYTE_ORDER_MARK))
        if options["csv"]:
            return shown_lines(as_csv(answer, excel=False))
        return "\n".join(_lines(answer))


def _lines(answer: BreakdownAnswer) -> list[str]:
    asked_for = answer.question
    lines = [
        shown(
            f"{answer.name}, {asked_for.period.identifier}: responses {answer.responses},"
            f" releases {len(answer.releases)}, units left out {answer.left_out}"
        )
    ]
    cells = answer.cells or ()
    return [*lines, *map(_line, cells)]


def _line(cell: Cell) -> str:
    numbers = f"{cell.value:5.1f}   {cell.low:5.1f} to {cell.high:5.1f}"
    return shown(f"{cell.dimension:<10} {cell.code:<20} about {cell.n:>5}   {numbers}")
