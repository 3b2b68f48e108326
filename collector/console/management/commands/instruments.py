"""`ikm-collector instruments`: for those who write questionnaires."""

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from collector.console.command import CollectorCommand
from collector.words.foreign import shown
from survey.instrument.definition import check, read, shipped
from survey.instrument.instrument import Instrument
from survey.instrument.wording import OWN_WORDS, forms_of, own_words, reworded


class Command(CollectorCommand):
    """Check instrument files, or list the shipped ones."""

    help = "Check questionnaire files (docs/instruments.md says how to write one), or list the shipped ones."
    needs_setup = False

    def add_arguments(self, parser: CommandParser) -> None:
        """Describe the subcommands."""
        subcommands = self.subcommands(parser)
        checking = subcommands.add_parser(
            "check", help="say everything that is wrong with a file, and the remedy"
        )
        checking.add_argument("files", metavar="FILE", nargs="+", type=Path, help="a questionnaire (.toml)")
        subcommands.add_parser("list", help="the instruments that ship with this version")

    def run(self, options: dict[str, Any]) -> str | None:
        """Do the subcommand; exit code 1 where a file has a problem."""
        if options["subcommand"] == "list":
            return "\n".join(_line(instrument) for instrument in shipped())
        broken = 0
        for file in options["files"]:
            problems = check(file)
            broken += bool(problems)
            self.stdout.write(
                "\n".join(map(shown, problems))
                if problems
                else shown(f"{file.name}: sound: {_line(read(file))}")
            )
        if broken:
            sys.exit(1)
        return None


def _line(instrument: Instrument) -> str:
    if own_words(instrument):
        questions = [key for form in forms_of(instrument)[:1] for key in reworded(instrument, form)]
        own = f"; {OWN_WORDS}: {', '.join(questions) or 'no form of its rule is known'}"
    else:
        own = ""
    return f"{instrument.name}: {len(instrument.elements)} elements, scale {instrument.lowest} to {instrument.highest}{own}"
