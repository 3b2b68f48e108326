"""`ikm-collector work`."""

import os
import signal
from argparse import SUPPRESS
from threading import Event
from typing import Any

from django.core.management.base import CommandParser

from collector import clock
from collector.complaints import retention
from collector.console.command import CollectorCommand
from collector.errors import CollectorError
from collector.jobs import working
from collector.papers.press import Warm

MOST_HANDS = 64


class Command(CollectorCommand):
    """Do the long work that people ask for in the browser."""

    help = (
        "Do the long work that people ask for in the browser (all papers of a release, or of a period), until stopped. What is"
        " killed is taken up again where it stopped. Several of these share the work."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Describe the options."""
        parser.add_argument("--hands", type=int, default=0, help="processes that work at once (one a core)")
        parser.add_argument("--hand", default="", help=SUPPRESS)
        parser.add_argument("--parent", type=int, default=0, help=SUPPRESS)

    def run(self, options: dict[str, Any]) -> str | None:
        """Work until stopped; as a hand, until there is nothing to do."""
        if not 0 <= options["hands"] <= MOST_HANDS:
            raise CollectorError("work_hands", given=options["hands"], most=MOST_HANDS)
        stop = Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        if options["hand"]:
            working.run_hand(options["hand"], Warm(), parent=options["parent"], stop=stop)
        else:
            retention.replay(clock.now())
            working.watch(stop, hands=options["hands"] or os.cpu_count() or 1)
        return None
