"""`ikm-collector fleet`: the whole fleet as one workbook."""

import hashlib
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser
from django.db import transaction

from collector import clock
from collector.console.command import CollectorCommand
from collector.console.files import read_bounded, write_private
from collector.errors import CollectorError
from collector.fleet import many_codes, workbook
from collector.fleet.sheets import reading, taking, writing
from collector.fleet.sheets.columns import KIOSKS, SHEETS, Sheet
from collector.fleet.sheets.plan import Plan, plan
from collector.fleet.sheets.reading import Bad
from collector.local import minute_text
from collector.papers import code_sheets
from collector.papers.press import Apart
from collector.people.trail import console_user
from collector.words.catalogue import CONSOLE, say
from collector.words.foreign import shown

_SHOWN = 20
"""Changes that are named; the others are counted."""


class Command(CollectorCommand):
    """Bring the fleet in from a spreadsheet, and give it as one."""

    help = (
        "Agencies, units, places, services and the kiosks that are to come, as one XLSX with a sheet each, or as a CSV of one sheet: "
        "a template to fill in, all that is here, or a file to be taken, whole or not at all."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Describe the options."""
        parts = self.subcommands(parser)
        kinds = (
            ("template", "write an empty workbook with its instructions"),
            ("export", "write all that is here; imported again it changes nothing"),
        )
        for name, words in kinds:
            part = parts.add_parser(name, help=words)
            part.add_argument("file", type=Path, metavar="FILE", help="ends in .xlsx or .csv")
            part.add_argument(
                "--sheet", choices=[one.name for one in SHEETS], help="which one a CSV is to hold (Unit)"
            )
        codes = parts.add_parser(
            "codes",
            help="make a one-time code for every wanted kiosk, and write a PDF of one sheet each; who has it can enrol them",
        )
        codes.add_argument("file", type=Path, metavar="OUT", help="the PDF, for its owner alone")
        codes.add_argument("--region", default="", metavar="CODE", help="those of a region, such as 18.01")
        codes.add_argument("--only", type=Path, metavar="FILE", help="those that an XLSX or CSV names")
        codes.add_argument("--days", type=int, default=7, help="for how long they are good (7; at most 14)")
        taken = parts.add_parser("import", help="take a file: every row is good, or nothing is taken")
        taken.add_argument("file", type=Path, metavar="FILE", help="XLSX, or CSV in UTF-8")
        taken.add_argument("--dry-run", action="store_true", help="say what would change, and change nothing")

    def run(self, options: dict[str, Any]) -> str | None:
        """Do it."""
        path: Path = options["file"]
        if options["subcommand"] == "codes":
            return _codes(path, region=options["region"], only=options["only"], days=options["days"])
        if options["subcommand"] == "import":
            return self._import(path, dry=options["dry_run"])
        rows = writing.everything() if options["subcommand"] == "export" else {}
        sheet = _sheet(path, options["sheet"])
        data = writing.as_xlsx(rows) if sheet is None else writing.as_csv(sheet, rows.get(sheet.name, ()))
        try:
            path.write_bytes(data)
        except OSError as error:
            raise CollectorError("not_writable", path=path, reason=error.strerror) from error
        written = sum(len(of) for name, of in rows.items() if sheet is None or name == sheet.name)
        return shown(f"{path}: {written} rows")

    def _import(self, path: Path, *, dry: bool) -> str:
        data = read_bounded(path, most=workbook.MOST_BYTES)
        table = reading.read(data)
        made = plan(table)
        for bad in made.bad:
            self.stderr.write(shown(_words(bad)))
        if made.bad:
            raise CollectorError("fleet_file_bad", number=len(made.bad))
        if not dry:
            source = f"{path.name} {hashlib.sha256(data).hexdigest()[:16]}"
            made = taking.take(table, who=console_user(), source=source)
        return "\n".join(map(shown, _told(made, dry=dry)))


def _codes(path: Path, *, region: str, only: Path | None, days: int) -> str:
    names = None
    if only is not None:
        lines = reading.read(read_bounded(only, most=workbook.MOST_BYTES)).lines
        names = {line.cells[0] for line in lines if line.sheet is KIOSKS}
    now = clock.now()
    drawn = many_codes.draw(region=region, names=names, days=days, now=now)
    # Pressing takes a minute for a province: until it is over nothing is locked, and no code is good.
    written = code_sheets.sheets(
        drawn.sheets,
        until=drawn.until,
        now=now,
        collector=settings.IKM_PUBLIC_URL,
        zone=settings.IKM_TIME_ZONE,
        press=Apart(),
    )
    with transaction.atomic():  # codes whose sheets were not written are none
        many_codes.keep(drawn, who=console_user())
        write_private(path, written)
    return shown(
        f"{len(drawn.rows)} codes, good until {minute_text(drawn.until, settings.IKM_TIME_ZONE)}: {path}; older codes of these kiosks are void"
    )


def _sheet(path: Path, name: str | None) -> Sheet | None:
    """Give the sheet that a CSV holds; None for a workbook, which has all."""
    if path.suffix.lower() == ".xlsx":
        return None
    if path.suffix.lower() != ".csv":
        raise CollectorError("fleet_file_name", path=path)
    return next(one for one in SHEETS if one.name == (name or "Unit"))


def _words(bad: Bad) -> str:
    where = say("fleet_sheet.where", CONSOLE, sheet=bad.sheet, row=bad.row, column=bad.column or "-")
    return f"{where}: {say(f'fleet_sheet.{bad.why}', CONSOLE, text=bad.text)}"


def _told(made: Plan, *, dry: bool) -> list[str]:
    lines = [
        f"{one.sheet.name} {one.now[0]}: {', '.join(one.before or ())} -> {', '.join(one.now)}"
        for one in [one for one in made.changes if one.before is not None][:_SHOWN]
    ]
    lines += [
        f"{one.sheet}: {one.new} new, {one.changed} changed, {one.same} as before" for one in made.sums()
    ]
    return [*lines, "nothing was changed: a dry run"] if dry else lines
