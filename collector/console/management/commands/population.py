"""`ikm-collector population`: how many people a unit served in a period, as its staff states it."""

from typing import Any

from django.core.management.base import CommandParser

from collector.console.command import CollectorCommand
from collector.fleet import tree
from collector.people.trail import console_user
from collector.scores import users
from collector.scores.ask.words import period_of
from collector.words.foreign import shown
from survey.index.sampling import required_sample


class Command(CollectorCommand):
    """State a population."""

    help = (
        "State how many people a unit served in a period. The index then shows whether the sample is large enough"
        " (Krejcie and Morgan), narrows its interval, and says who stated it and when. Stating it again corrects it; --users 0 takes it back."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument("--unit", metavar="CODE", required=True, help="the unit's code")
        parser.add_argument("--period", metavar="PERIOD", help="2026-TW3, 2026-S1, 2026 or 2026-07")
        parser.add_argument("--from", metavar="DATE", help="first local day; with --to, instead of --period")
        parser.add_argument("--to", metavar="DATE", help="last local day, included")
        parser.add_argument(
            "--users", metavar="N", type=int, required=True, help="users of the service in the period"
        )

    def run(self, options: dict[str, Any]) -> str:
        """Keep the number."""
        period = period_of({word: options[word] for word in ("period", "from", "to") if options[word]})
        unit = tree.find_unit(options["unit"])
        users.state(unit, period, options["users"], who=console_user())
        if not options["users"]:
            return f"{shown(unit.name)}, {period}: no population stated"
        needed = required_sample(options["users"])
        return f"{shown(unit.name)}, {period}: {options['users']} users, so {needed} respondents are needed"
