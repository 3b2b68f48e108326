"""`ikm-collector publication`: where a release was published, for PEKPPP."""

from argparse import Namespace
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from collector import clock
from collector.accounts.roles import OFFICERS
from collector.console import releases
from collector.console.acting import add_account, named
from collector.console.command import CollectorCommand
from collector.errors import CollectorError
from collector.fleet import tree
from collector.local import local_date
from collector.papers import making, register
from collector.papers.models import Medium
from collector.releases.models import Release
from collector.releases.states import State
from collector.words.foreign import shown


class Command(CollectorCommand):
    """Enter and list publications."""

    help = (
        "The publication register: where and when a release was made public, with a link or a photo. Kiosks' own screens"
        " enter themselves."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Describe the options."""
        parts = self.subcommands(parser)
        add = parts.add_parser("add", help="enter a publication")
        add.add_argument("address", metavar="RELEASE", help="the release's short address")
        add.add_argument(
            "--medium",
            required=True,
            choices=[medium.value for medium in Medium],
            help="print, electronic, social media, website or application, as PEKPPP counts them",
        )
        add.add_argument("--where", required=True, metavar="TEXT", help="the place, the account, the site")
        add.add_argument("--date", metavar="DATE", help="the day, such as 2026-11-20; without it, today")
        add.add_argument("--link", default="", metavar="URL", help="where it can be seen")
        add.add_argument("--photo", type=Path, metavar="FILE", help="a picture of it")
        add_account(add)
        listing = parts.add_parser("list", help="the register of a release, or of all releases of a unit")
        whose = listing.add_mutually_exclusive_group(required=True)
        whose.add_argument("address", nargs="?", metavar="RELEASE", help="the release's short address")
        whose.add_argument("--unit", metavar="CODE", help="a unit's code")
        listing.add_argument("--photos", type=Path, metavar="DIR", help="write the photos into a folder")

    def run(self, options: dict[str, Any]) -> str | None:
        """Do it."""
        return _DOES[options["subcommand"]](Namespace(**options))


def _add(given: Namespace) -> str:
    release = releases.find(given.address)
    who = named(given, OFFICERS, releases.over_of(release))
    zone = release.unit.time_zone if release.unit is not None else ""
    try:
        day = (
            date.fromisoformat(given.date) if given.date else local_date(clock.now(), zone or "Asia/Jakarta")
        )
    except ValueError as error:
        raise CollectorError("policy_day", text=given.date) from error
    register.enter(
        release,
        day=day,
        medium=Medium(given.medium),
        where=given.where,
        link=given.link,
        photo=given.photo,
        who=who,
    )
    return "\n".join(_lines(release))


def _list(given: Namespace) -> str:
    if given.unit:
        out = Release.objects.filter(
            unit=tree.find_unit(given.unit), state__in=(State.PUBLISHED, State.WITHDRAWN)
        )
        found = list(out.select_related("unit").order_by("first_day", "number"))
    else:
        found = [releases.find(given.address)]
    if given.photos is not None:
        _write_photos(found, given.photos)
    return "\n".join(line for release in found for line in _lines(release)) or "nothing is entered"


def _lines(release: Release) -> Iterator[str]:
    entries = register.entries(release)
    for one in entries:
        extra = [one.link] if one.link else []
        extra += [f"photo {one.number}, {len(one.photo)} bytes"] if one.photo else []
        yield shown(
            "  ".join([release.address, one.day.isoformat(), one.medium.label, one.where, *extra, one.who])
        )
    yield f"{release.address}  {release.period}: {len(register.media(entries))} kinds of media"


def _write_photos(found: list[Release], folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for release in found:
            for one in register.entries(release):
                if one.photo:
                    making.write(
                        folder / f"{release.address}_{one.day.isoformat()}_{one.number}.jpg", one.photo
                    )
    except OSError as error:
        raise CollectorError("not_writable", path=folder, reason=error.strerror) from error


_DOES: dict[str, Callable[[Namespace], str]] = {"add": _add, "list": _list}
