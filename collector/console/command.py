"""What the management commands share: errors as one sentence, and setup as a condition."""

from abc import ABC, abstractmethod
from argparse import SUPPRESS
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError, ProgrammingError
from django.utils import translation

from collector.console.typed import word_of
from collector.errors import CollectorError
from collector.trust import public
from collector.words.foreign import shown


class CollectorCommand(BaseCommand, ABC):
    """A command whose expected failures are one sentence with the remedy, and exit code 1.

    Subclasses write `run`; with `needs_setup` the public keys are read first, so that a missing setup is named as such.
    """

    needs_setup = True
    writes = settings.LANGUAGE_CODE
    """The language of what Django itself writes: of mails, papers and the addresses in them. What we print has a language of its own."""
    suppressed_base_arguments = {
        "--version", "--verbosity", "--settings", "--pythonpath", "--traceback",
        "--no-color", "--force-color", "--skip-checks",
    }  # fmt: skip
    """Django's own options still work, for who develops this program; `--help` shows only ours."""
    requires_migrations_checks = False
    requires_system_checks = ["ikm"]  # ours; all of Django's would load every page into the listener's memory

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """Make the parser, under the name the command is typed by."""
        parser = super().create_parser(prog_name, word_of(subcommand), **kwargs)
        for action in parser._actions:  # noqa: SLF001 - the one option that Django does not let itself be told to hide
            if action.dest == "skip_checks":
                action.help = SUPPRESS
        return parser

    def handle(self, *_args: Any, **options: Any) -> str | None:
        """Run the command; what it returns is printed."""
        try:
            if self.needs_setup:
                public.read(settings.IKM_KEYS)
            with translation.override(self.writes):
                return self.run(options)
        except CollectorError as error:
            raise CommandError(shown(error)) from error
        except (OperationalError, ProgrammingError) as error:
            text = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
            raise CommandError(shown(CollectorError("database", reason=text))) from error

    @abstractmethod
    def run(self, options: dict[str, Any]) -> str | None:
        """Do the command's work; give what is to be printed."""

    def subcommands(self, parser: CommandParser) -> Any:
        """Give the parser's subcommands; one of them must be named."""
        return parser.add_subparsers(
            dest="subcommand", required=True, metavar="SUBCOMMAND", help="what to do"
        )
