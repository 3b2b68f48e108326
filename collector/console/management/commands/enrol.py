"""`ikm-collector enrol`."""

from datetime import date
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser

from collector import clock
from collector.console.command import CollectorCommand
from collector.errors import CollectorError
from collector.fleet import enrolment, tree
from collector.local import minute_text
from collector.people.trail import console_user
from survey.index.periods import Period, PeriodError, between


class Command(CollectorCommand):
    """Print a one-time code for a new kiosk."""

    help = "Print a one-time code, good for a day, with which a kiosk enrols for a unit."

    def add_arguments(self, parser: CommandParser) -> None:
        """Describe the options."""
        parser.add_argument("--unit", required=True, help="code of the unit the kiosk will serve")
        parser.add_argument("--place", help="code of the place where it will stand (the unit's own)")
        parser.add_argument("--kiosk", default="", help="its name, such as k-0007 (the next free one)")
        parser.add_argument(
            "--archive",
            nargs=2,
            metavar=("FIRST", "LAST"),
            help="for history that is played in: the first and last day it is of, such as 2024-01-01 2024-12-31",
        )

    def run(self, options: dict[str, Any]) -> str | None:
        """Make the code."""
        unit = tree.find_unit(options["unit"])
        place = tree.find_place(options["place"]) if options["place"] else tree.place_of(unit)
        now = clock.now()
        archive = _period(*options["archive"]) if options["archive"] else None
        code = enrolment.new_code(
            unit, place=place, kiosk=options["kiosk"], archive=archive, who=console_user(), now=now
        )
        # Beside the code and not behind it: programs read the code alone from standard output.
        until = minute_text(now + enrolment.CODE_LIFE, unit.time_zone)
        self.stderr.write(f"good once, until {until}; type on the kiosk:")
        self.stderr.write(f"  ikm-kiosk enrol {code} --collector {settings.IKM_PUBLIC_URL}")
        return code


def _period(first: str, last: str) -> Period:
    try:
        return between(date.fromisoformat(first), date.fromisoformat(last))
    except (ValueError, PeriodError) as error:
        raise CollectorError("archive_period", first=first, last=last) from error
