"""`ikm-collector region`: one region by hand, or all from the Ministry's table."""

import hashlib
import time
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from collector.console.command import CollectorCommand
from collector.errors import CollectorError
from collector.fleet import regions, tree
from collector.people.trail import console_user
from collector.words.catalogue import CONSOLE, say
from collector.words.foreign import shown


class Command(CollectorCommand):
    """Name regions."""

    help = (
        "Add a region under its Kemendagri code, or rename it; or import the whole table of codes and names."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Describe the options."""
        parts = self.subcommands(parser)
        add = parts.add_parser("add", help="add a region, or rename one")
        add.add_argument("--code", required=True, help="Kemendagri code, such as 18.01")
        add.add_argument("--name", required=True, help="its name, such as Lampung Selatan")
        table = parts.add_parser(
            "import",
            help="add and rename regions as a CSV of code and name says; all of it, or nothing where a row is bad",
        )
        table.add_argument(
            "file", type=Path, metavar="FILE", help="CSV in UTF-8: code,name; with a head or without"
        )

    def run(self, options: dict[str, Any]) -> str | None:
        """Do it."""
        if options["subcommand"] == "add":
            return shown(f"region {tree.add_region(options['code'], name=options['name'])}")
        return self._import(options["file"])

    def _import(self, path: Path) -> str:
        began = time.monotonic()
        try:
            data = path.read_bytes()
            table = regions.read(data.decode("utf-8-sig"))
        except OSError as error:
            raise CollectorError("file_unreadable", path=path, reason=error.strerror) from error
        except UnicodeDecodeError as error:
            raise CollectorError("regions_letters", path=path, place=error.start) from error
        for one in table.bad:
            self.stderr.write(shown(say(f"region.bad_{one.why}", CONSOLE, line=one.line, text=one.text)))
        if table.bad:
            raise CollectorError("regions_bad", number=len(table.bad))
        source = f"{path.name} {hashlib.sha256(data).hexdigest()[:16]}"
        told = regions.take(table.rows, who=console_user(), source=source, tell=self._progress)
        for code, before, now in told.renamed:
            self.stdout.write(shown(f"{code}: {before or '(no name)'} is now {now}"))
        same = told.rows - told.added - len(told.renamed)
        above = f", {told.above} above them have no name" if told.above else ""
        seconds = time.monotonic() - began
        return (
            f"{told.rows} regions in {seconds:.1f} s: {told.added} added, {len(told.renamed)} renamed, "
            f"{same} as before{above}"
        )

    def _progress(self, done: int, every: int) -> None:
        self.stderr.write(f"{done} of {every} written")
