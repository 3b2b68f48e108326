"""`ikm-collector import`."""

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from collector.complaints import states
from collector.console.command import CollectorCommand
from collector.evidence.doors.usb import Beside, carry_in
from collector.log import news, saw
from collector.people.trail import console_user
from collector.words.foreign import shown

_BESIDE = Beside(tickets_for=states.in_force, log_for=news.tell, saw_log=saw.note_carried)
_NAMED = 100
"""So many refused files are named one by one."""


class Command(CollectorCommand):
    """Take in what a USB stick brought."""

    help = (
        "Take in the batch files a kiosk wrote to a USB stick, and write the receipts beside them for the way back. "
        "Files may come twice and in any order. No link is followed and only regular files are opened. "
        "Exit code 1 where something was refused or passed over."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Describe the options."""
        parser.add_argument(
            "source", type=Path, metavar="PATH", help="a file, or a folder with files (*.ikm)"
        )

    def run(self, options: dict[str, Any]) -> str | None:
        """Take the files in."""
        taken = carry_in(options["source"], who=console_user(), beside=_BESIDE)
        for name, why in taken.refused[:_NAMED]:
            self.stderr.write(f"{shown(name)}: refused ({why.code}): {shown(why.message)}")
        if len(taken.refused) > _NAMED:
            self.stderr.write(f"and {len(taken.refused) - _NAMED} more were refused")
        self.stdout.write(
            f"{taken.records} new records from {taken.files} files; {len(taken.receipts)} receipts written"
        )
        if taken.unwritten is not None:
            raise taken.unwritten
        if taken.refused:
            sys.exit(1)
        return None
