"""`ikm-collector region`: one region by hand, or all from the Ministry's table."""

import hashlib
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser
from django.db import transaction

from collector.console.command import CollectorCommand
from collector.errors import CollectorError
from collector.fleet import editions, regions, tree
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
            "--move",
            metavar="OLD=NEW",
            action="append",
            default=[],
            help="with --edition: what hangs on a region that goes hangs on this one from now on; may be repeated",
        )
        table.add_argument(
            "--stay",
            metavar="CODE",
            action="append",
            default=[],
            help="with --edition: what hangs on a region that goes stays under its code; may be repeated, and `all` is all that are not moved",
        )
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
        move.add_argument(
            "--below",
            action="store_true",
            help="all regions below it too, each to the one of its name, or of its number, there",
        )
        move.add_argument("--why", required=True, help="the reason; it stands in the audit trail")

    def run(self, options: dict[str, Any]) -> str | None:
        """Do it."""
        if options["subcommand"] == "add":
            return shown(f"region {tree.add_region(options['code'], name=options['name'])}")
        if options["subcommand"] == "editions":
            return "\n".join(map(shown, _editions())) or "no edition was taken in by its name"
        if options["subcommand"] == "move":
            return _move(options["before"], options["now"], why=options["why"], below=options["below"])
        return self._import(options["file"], options)

    def _import(self, path: Path, options: dict[str, Any]) -> str:
        edition, dry = options["edition"], options["dry_run"]
        moves = _pairs(options["move"])
        stay = None if "all" in options["stay"] else frozenset(options["stay"])
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
        who = console_user()
        hangs: Mapping[str, Mapping[str, int]] = {}
        splits: list[editions.Split] = []
        if edition and dry:
            told, hangs, splits = editions.review(table.rows, edition=edition)
        elif edition:
            told, hangs, splits = editions.take(
                table.rows,
                edition=edition,
                who=who,
                source=source,
                tell=self._progress,
                moves=moves,
                stay=stay,
            )
        else:
            told = regions.take(table.rows, who=who, source=source, tell=self._progress, dry=dry)
        for part in splits:
            line = (
                f"{part.code} {part.name}: split off {part.of} {part.of_name}, {part.number} came from there"
            )
            self.stdout.write(shown(line))
        for code, before, now in told.renamed:
            self.stdout.write(shown(f"{code}: {before or '(no name)'} is now {now}"))
        for line in _gone(told.gone, hangs, moves):
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


def _gone(
    gone: list[Gone], hangs: Mapping[str, Mapping[str, int]], moves: Mapping[str, str]
) -> Iterator[str]:
    """Name what is gone and on which something hangs, and the first of what has nothing."""
    bare = [one for one in gone if one.code not in hangs]
    for one in [one for one in gone if one.code in hangs] + bare[:_SHOWN]:
        of = ", ".join(f"{number} {name}" for name, number in hangs.get(one.code, {}).items())
        likely = f"; perhaps {', '.join(one.likely)}: --move {one.code}={one.likely[0]}" if one.likely else ""
        done = f"; moved to {moves[one.code]}" if one.code in moves else likely
        yield f"{one.code} {one.name}: gone{f', {of} hang on it' if of else ''}{done}"
    if len(bare) > _SHOWN:
        yield f"and {len(bare) - _SHOWN} more that are gone, on which nothing hangs"


def _pairs(given: list[str]) -> dict[str, str]:
    pairs = [one.partition("=") for one in given]
    for before, sign, now in pairs:
        if not sign or not before or not now:
            raise CollectorError("region_pair", text=f"{before}{sign}{now}")
    return {before: now for before, _, now in pairs}


def _move(before: str, now: str, *, why: str, below: bool) -> str:
    """Move what hangs on a region, and on those below it where that is said; all of it, or nothing."""
    pairs = editions.below(before, now) if below else {before: now}
    moved: Counter[str] = Counter()
    with transaction.atomic():
        for one, other in pairs.items():
            moved.update(regions.move(one, other, who=console_user(), why=why))
    said = ", ".join(f"{number} {name}" for name, number in moved.items() if number)
    also = f" and {len(pairs) - 1} below it" if below else ""
    return f"{before}{also}: {said or 'nothing'} hang on {now} now"


def _editions() -> Iterator[str]:
    for one in RegionEdition.objects.order_by("pk"):
        day = date_text(one.taken_at, settings.IKM_TIME_ZONE)
        yield f"{one.name}  {one.rows} regions, {one.added} added  {one.source}  {day} by {one.taken_by}"
        for change in one.changes.order_by("region")[:_CHANGES]:
            said = f"{change.before} is now {change.now}" if change.what == "renamed" else change.what
            yield f"    {change.region_id}  {said}"
