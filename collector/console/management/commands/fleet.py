"""`ikm-collector fleet`: regions, agencies, units, places and services by one workbook."""

import hashlib
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from collector.console.command import CollectorCommand
from collector.console.files import read_bounded
from collector.errors import CollectorError
from collector.fleet import planting, table_book, tables, workbook
from collector.people.trail import console_user
from collector.words.catalogue import CONSOLE, say
from collector.words.foreign import shown


class Command(CollectorCommand):
    """Take the fleet in from a workbook, and give it out as one."""

    help = "Add and rename regions, agencies, units, places and services by one workbook; all of it, or nothing where a cell is bad."

    def add_arguments(self, parser: CommandParser) -> None:
        """Describe the options."""
        parts = self.subcommands(parser)
        empty = parts.add_parser("template", help="write an empty workbook that says how it is filled in")
        empty.add_argument("file", type=Path, metavar="FILE", help="the XLSX to write; it must not exist yet")
        taken = parts.add_parser("import", help="take a workbook, or one sheet of it as CSV")
        taken.add_argument(
            "file",
            type=Path,
            metavar="FILE",
            help=f"XLSX, or a CSV in UTF-8 that is called as its sheet: {', '.join(tables.COLUMNS)}",
        )
        taken.add_argument("--dry-run", action="store_true", help="say what would change, and write nothing")
        given = parts.add_parser("export", help="write a workbook of all that is here")
        given.add_argument("file", type=Path, metavar="FILE", help="the XLSX to write; it must not exist yet")

    def run(self, options: dict[str, Any]) -> str | None:
        """Do it."""
        path: Path = options["file"]
        if options["subcommand"] == "import":
            return self._import(path, dry=options["dry_run"])
        data = table_book.empty() if options["subcommand"] == "template" else table_book.filled()
        try:
            with path.open("xb") as file:
                file.write(data)
        except OSError as error:
            raise CollectorError("not_writable", path=path, reason=error.strerror) from error
        return shown(f"{path}: {len(data)} bytes")

    def _import(self, path: Path, *, dry: bool) -> str:
        data = read_bounded(path, most=workbook.MOST_FLEET_BYTES)
        by_itself = path.suffix.casefold() == ".csv"
        table = tables.read_csv(data, sheet=path.stem.casefold()) if by_itself else tables.read_book(data)
        source = f"{path.name} {hashlib.sha256(data).hexdigest()[:16]}"
        done = planting.take(table, dry=dry, who=console_user(), source=source)
        for one in done.bad:
            where = say(
                "fleet.where", CONSOLE, sheet=one.sheet, row=one.row, column=one.column, text=one.text
            )
            self.stderr.write(shown(f"{where}: {say(f'fleet.bad_{one.why}', CONSOLE)}"))
        if done.bad:
            raise CollectorError("fleet_bad", number=len(done.bad))
        if not done.counts:
            raise CollectorError("fleet_none")
        lines = [
            f"{sheet}: {one.added} added, {one.changed} changed, {one.same} as before"
            for sheet, one in done.counts.items()
        ]
        return "\n".join([*lines, "nothing was written: this was a dry run"] if dry else lines)
