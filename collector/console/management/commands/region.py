"""`ikm-collector region`: one region by hand, or all from the Ministry's table."""

import hashlib
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser
from django.db import transaction

from collector.accounts.models import Office
from collector.alerts.models import Receiver
from collector.complaints.models import Ticket
from collector.console.command import CollectorCommand
from collector.errors import CollectorError
from collector.fleet import regions, tree
from collector.fleet.models import RegionEdition
from collector.fleet.regions import Gone
from collector.local import date_text
from collector.people.trail import console_user
from collector.words.catalogue import CONSOLE, say
from collector.words.foreign import shown

_SHOWN = 20
"""Regions that are gone and have no units, of which more are counted only."""
_CHANGES = 500


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
            "--edition", default="", metavar="NAME", help="of the decree: what it changed is kept under it"
        )
        table.add_argument("--dry-run", action="store_true", help="say what would change, and change nothing")
        table.add_argument(
            "file", type=Path, metavar="FILE", help="CSV in UTF-8: code,name; with a head or without"
        )

        parts.add_parser("editions", help="which editions were taken in, and what each changed")
        move = parts.add_parser(
            "move",
            help="have units, places, settings and offices of a region that got another code lie in that",
        )
        move.add_argument("before", metavar="OLD", help="the code it had")
        move.add_argument("now", metavar="NEW", help="the code it has now")
        move.add_argument("--why", required=True, help="the reason; it stands in the audit trail")

    def run(self, options: dict[str, Any]) -> str | None:
        """Do it."""
        if options["subcommand"] == "add":
            return shown(f"region {tree.add_region(options['code'], name=options['name'])}")
        if options["subcommand"] == "editions":
            return "\n".join(map(shown, _editions())) or "no edition was taken in by its name"
        if options["subcommand"] == "move":
            return _move(options["before"], options["now"], why=options["why"])
        return self._import(options["file"], edition=options["edition"], dry=options["dry_run"])

    def _import(self, path: Path, *, edition: str, dry: bool) -> str:
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
        told = regions.take(
            table.rows, who=console_user(), source=source, tell=self._progress, edition=edition, dry=dry
        )
        for code, before, now in told.renamed:
            self.stdout.write(shown(f"{code}: {before or '(no name)'} is now {now}"))
        for line in _gone(told.gone):
            self.stdout.write(shown(line))
        same = told.rows - told.added - len(told.renamed)
        above = f", {told.above} above them have no name" if told.above else ""
        seconds = time.monotonic() - began
        return (
            f"{told.rows} regions in {seconds:.1f} s: {told.added} added, {len(told.renamed)} renamed, "
            f"{same} as before{above}{f', {len(told.gone)} gone' if told.gone else ''}"
            f"{f', {len(told.back)} back' if told.back else ''}{'; nothing was changed: a dry run' if dry else ''}"
        )

    def _progress(self, done: int, every: int) -> None:
        self.stderr.write(f"{done} of {every} written")


def _gone(gone: list[Gone]) -> Iterator[str]:
    """Name what is gone and has units, and the first of what has none."""
    for one in [one for one in gone if one.units] + [one for one in gone if not one.units][:_SHOWN]:
        units = f", {one.units} units lie there" if one.units else ""
        likely = f"; perhaps {', '.join(one.likely)}: ikm-collector region move" if one.likely else ""
        yield f"{one.code} {one.name}: gone{units}{likely}"


def _move(before: str, now: str, *, why: str) -> str:
    """Move what lies in a region, and whoever holds it, is told of it, or has complaints waiting there."""
    with transaction.atomic():
        number = regions.move(before, now, who=console_user(), why=why)
        offices = Office.objects.filter(region=before, until=None).update(region=now)
        told = Receiver.objects.filter(region=before).update(region=now)
        waiting = Ticket.objects.filter(holder_region=before).update(holder_region=now)
    return (
        f"{number} units of {before} lie in {now} now, with {offices} offices, {told} receivers of alerts "
        f"and {waiting} complaints held there"
    )


def _editions() -> Iterator[str]:
    for one in RegionEdition.objects.order_by("pk"):
        day = date_text(one.taken_at, settings.IKM_TIME_ZONE)
        yield f"{one.name}  {one.rows} regions, {one.added} added  {one.source}  {day} by {one.taken_by}"
        for change in one.changes.order_by("region")[:_CHANGES]:
            said = f"{change.before} is now {change.now}" if change.what == "renamed" else change.what
            yield f"    {change.region_id}  {said}"
