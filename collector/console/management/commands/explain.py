"""`ikm-collector explain`: how a printed index was reckoned, and what the tables of now and of 2004 call it."""

from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser

from collector.console.command import CollectorCommand
from collector.console.options import add_language
from collector.scores.ask.explaining import WORDS, explanation
from collector.scores.show.explained import explained_json, explained_lines
from collector.words.foreign import shown_json, shown_lines


class Command(CollectorCommand):
    """Explain somebody's printed index."""

    help = (
        "Explain a printed index: from the means of its elements with the weights and roundings of an office, or from the index"
        " alone. Says what it is called now, and what the table of 2004 called it, which is out of force."
    )
    needs_setup = False

    def add_arguments(self, parser: CommandParser) -> None:
        """Describe the options."""
        parser.add_argument(
            "--nrr", metavar="LIST", help='means of the elements, "3,10; 3,25; 3,00 …", at most 20'
        )
        parser.add_argument("--value", metavar="INDEX", help="the index alone: 81,96")
        parser.add_argument(
            "--weight", metavar="WEIGHT", help="exact (default), or decimals it is rounded to: 2, 3 or 4"
        )
        parser.add_argument(
            "--rounding", metavar="NRR,PRODUCT", help="decimals of NRR and NRR tertimbang: 2,2 or 3,-"
        )
        parser.add_argument("--json", action="store_true", help="print JSON, as the API gives it")
        add_language(parser)

    def run(self, options: dict[str, Any]) -> str:
        """Explain it."""
        found = explanation({word: options[word] for word in WORDS if options.get(word)})
        if options["json"]:
            return shown_json(explained_json(found))
        return shown_lines("\n".join(explained_lines(found, options["lang"] or settings.IKM_LANGUAGE)))
