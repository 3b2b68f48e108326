"""`ikm-collector paper`: every file that an office hands in or hangs up, made of a release."""

from argparse import Namespace
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.db import transaction

from collector.accounts.console import EVERYTHING
from collector.accounts.roles import EVALUATORS
from collector.console import releases
from collector.console.acting import add_account, named, proven
from collector.console.command import CollectorCommand
from collector.errors import CollectorError
from collector.fleet import tree
from collector.papers import dress, making, wall
from collector.papers.press import Warm
from collector.papers.registry import Audience, Format, find, formats, formats_of
from collector.papers.report import templates
from collector.papers.said import said_of
from collector.people import trail
from collector.releases.models import Release
from collector.words.foreign import shown


class Command(CollectorCommand):
    """List, make and dress papers."""

    help = (
        "Make the official files of a release: poster, leaflet, pictures, the page for other sites, the tabulation sheet, the report."
        " The same release gives the same bytes."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Describe the options."""
        parts = self.subcommands(parser)
        parts.add_parser("list", help="the formats there are, and for whom")
        make = parts.add_parser("make", help="make files of a release in a folder")
        make.add_argument("address", metavar="RELEASE", help="its short address")
        make.add_argument(
            "--format",
            action="append",
            default=[],
            metavar="NAME",
            help="one format of `paper list`; may be repeated; without it, all",
        )
        make.add_argument("--out", required=True, type=Path, metavar="DIR", help="the folder")
        add_account(make)
        beside = parts.add_parser(
            "wall",
            help="make what hangs beside a unit's kiosk: why a voice is secret, and the officer's card",
        )
        beside.add_argument("--unit", required=True, metavar="CODE", help="the unit's code")
        beside.add_argument("--out", required=True, type=Path, metavar="DIR", help="the folder")
        wear = parts.add_parser("dress", help="set letterhead, logo and contacts of an agency's papers")
        wear.add_argument(
            "--agency", default="", metavar="CODE", help="an agency's code; without it, for all others"
        )
        wear.add_argument(
            "--letterhead",
            action="append",
            metavar="LINE",
            help="a line of the letterhead; repeat it for more",
        )
        wear.add_argument(
            "--contact",
            action="append",
            metavar="LINE",
            help="an address, a telephone, a site; repeat it for more",
        )
        wear.add_argument("--logo", type=Path, metavar="FILE", help="a PNG, JPEG or WebP picture")
        add_account(wear)
        own = parts.add_parser(
            "template", help="take out, replace or take back the template of an agency's reports"
        )
        own.add_argument(
            "--agency", default="", metavar="CODE", help="an agency's code; without it, for all others"
        )
        what = own.add_mutually_exclusive_group(required=True)
        what.add_argument(
            "--out", type=Path, metavar="FILE", help="write the template that holds now to a DOCX file"
        )
        what.add_argument(
            "--file",
            type=Path,
            metavar="FILE",
            help="make reports with this DOCX from now on; it is tried first",
        )
        what.add_argument(
            "--house", action="store_true", help="make reports with the house's own template again"
        )
        add_account(own)

    def run(self, options: dict[str, Any]) -> str | None:
        """Do it."""
        return _DOES[options["subcommand"]](Namespace(**options))


def _list(_: Namespace) -> str:
    return "\n".join(
        f"{one.name:26} {one.audience:10} {one.file:32} {one.title}" for one in formats().values()
    )


def _make(given: Namespace) -> str:
    release = releases.find(given.address)
    wanted = [find(name) for name in given.format] or formats_of(release)
    for one in wanted:
        why = one.why_not(release)
        if why is not None:
            raise why
    who = _allowed(given, wanted, release)
    paths = making.make(said_of(release), wanted, Warm(), folder=given.out)
    inside = [one.name for one in wanted if one.audience is not Audience.EVERYBODY]
    if inside:  # rows of answers left the house
        trail.note(
            who=who, action="paper made", subject=f"release {release.address}", facts={"formats": inside}
        )
    return "\n".join(shown(path) for path in paths)


def _wall(given: Namespace) -> str:
    return "\n".join(shown(path) for path in wall.make(tree.find_unit(given.unit), given.out, Warm()))


def _allowed(given: Namespace, wanted: Iterable[Format], release: Release) -> str:
    if given.account is None:
        return trail.console_user()
    user = proven(given.account)
    for one in wanted:
        if not making.may_have(user, one, release):
            raise CollectorError("paper_not_yours", account=given.account, name=one.name)
    return f"{given.account} ({trail.console_user()})"


def _dress(given: Namespace) -> str:
    if given.letterhead is None and given.contact is None and given.logo is None:
        raise CollectorError("dress_empty")
    who = named(given, EVALUATORS, ("agency", given.agency) if given.agency else EVERYTHING)
    found = dress.put_on(
        given.agency, letterhead=given.letterhead, contacts=given.contact, logo=given.logo, who=who
    )
    trail.note(who=who, action="papers dressed", subject=given.agency or "all agencies")
    lines = [*found.letterhead.splitlines(), *found.contacts.splitlines()]
    lines.append(f"logo: {len(found.logo)} bytes" if found.logo else "no logo")
    return "\n".join(map(shown, lines))


def _template(given: Namespace) -> str:
    if given.out is not None:
        try:
            making.write(given.out, templates.of_agency(given.agency))
        except OSError as error:
            raise CollectorError("not_writable", path=given.out, reason=error.strerror) from error
        return shown(given.out)
    who = named(given, EVALUATORS, ("agency", given.agency) if given.agency else EVERYTHING)
    with transaction.atomic():
        templates.put_on(given.agency, given.file, who=who)
        trail.note(who=who, action="report template", subject=given.agency or "all agencies")
    return (
        "reports are made with it now" if given.file else "reports are made with the house's own template now"
    )


_DOES: dict[str, Callable[[Namespace], str]] = {
    "list": _list,
    "make": _make,
    "wall": _wall,
    "dress": _dress,
    "template": _template,
}
