"""`ikm-collector kiosk`."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.management.base import CommandParser
from django.db import transaction

from collector import clock
from collector.console.command import CollectorCommand
from collector.console.kiosk_report import line, report
from collector.console.management.commands.settings import pair
from collector.errors import CollectorError
from collector.evidence.intake.rebuild import project_again
from collector.evidence.kiosks import KnownKiosk, known
from collector.fleet import endings, lasting, revoked, tree
from collector.fleet.assignments import assign
from collector.fleet.models import Kiosk, Unit
from collector.fleet.publication import publish
from collector.local import date_text, minute_text
from collector.papers.stolen import held_by, notice, rows_of
from collector.people import trail
from collector.words.foreign import shown, shown_json

_AT_ONCE = 500


class Command(CollectorCommand):
    """List, show, move and revoke kiosks, say what a stolen card held, and change their settings."""

    help = "List kiosks, show one and its health, move it to another unit or place, revoke its keys, say what a stolen card held, or change its settings."

    def add_arguments(self, parser: CommandParser) -> None:
        """Describe the options."""
        parts = self.subcommands(parser)
        parts.add_parser(
            "list",
            help="every kiosk: where it stands, when it was heard, what is still to come, how far its settings are",
        )
        show = parts.add_parser(
            "show", help="one kiosk: where it stood, its streams, what it did with its settings, how it is"
        )
        show.add_argument("name", help="such as k-0001")
        move = parts.add_parser(
            "move", help="give a kiosk another unit or place; what it earned stays where it was earned"
        )
        move.add_argument("name", metavar="NAME", help="the kiosk's name")
        move.add_argument("--unit", required=True, metavar="CODE", help="the unit it serves from then on")
        move.add_argument("--place", metavar="CODE", help="the unit's own place where it is left out")
        move.add_argument(
            "--since", metavar="DATE", help="from which local day on (now); may lie in the past"
        )
        revoke = parts.add_parser("revoke", help="refuse everything from a lost or stolen kiosk from now on")
        revoke.add_argument("name", metavar="NAME", help="the kiosk's name")
        revoke.add_argument("--why", required=True, help="the reason; it stands in the audit trail")
        stolen = parts.add_parser(
            "stolen",
            help="what a lost or stolen card held at most, and a draft of the notice that is due within 72 hours",
        )
        stolen.add_argument("name", metavar="NAME", help="the kiosk's name")
        stolen.add_argument(
            "--lost", required=True, metavar="WHEN", help="when it was lost, such as 2026-11-20T14:00, local"
        )
        stolen.add_argument(
            "--known", metavar="WHEN", help="when that was found out (now); the 72 hours begin then"
        )
        stolen.add_argument("--out", type=Path, metavar="FILE", help="write the draft there, a DOCX")
        change = parts.add_parser(
            "settings", help="show a kiosk's settings, or change them; the listener sends them out"
        )
        change.add_argument("name", metavar="NAME", help="the kiosk's name")
        change.add_argument(
            "--set",
            action="append",
            default=[],
            metavar="KEY=JSON",
            help="such as volume_percent=60; null clears it, so that what is set for its unit or region holds",
        )

    def run(self, options: dict[str, Any]) -> str | None:
        """Do it."""
        if options["subcommand"] == "list":
            return "\n".join(shown(line(one)) for one in _every())
        kiosk = Kiosk.objects.filter(name=options["name"]).first()
        if kiosk is None:
            raise CollectorError("kiosk_not_here", name=options["name"])
        if options["subcommand"] == "show":
            return "\n".join(map(shown, report(known([kiosk])[0])))
        if options["subcommand"] == "move":
            return _move(kiosk, options)
        if options["subcommand"] == "revoke":
            return _revoke(kiosk, options["why"])
        if options["subcommand"] == "stolen":
            return _stolen(kiosk, options)
        return _change(kiosk, options["set"])


def _every() -> Iterator[KnownKiosk]:
    """Give what is known of all kiosks, some at once."""
    named = Kiosk.objects.order_by("name")
    for first in range(0, named.count(), _AT_ONCE):
        yield from known(named[first : first + _AT_ONCE])


def _move(kiosk: Kiosk, options: dict[str, Any]) -> str:
    unit = tree.find_unit(options["unit"])
    place = tree.find_place(options["place"]) if options["place"] else tree.place_of(unit)
    since = _since(options["since"], unit)

    def change() -> None:
        assign(kiosk, unit=unit, place=place, since=since)

    with transaction.atomic():
        lasting.check_move(kiosk, unit, since=since)
        moved = project_again(kiosk.pk, change)
        trail.note(
            who=trail.console_user(),
            action="kiosk moved",
            subject=kiosk.name,
            facts={"unit": unit.code, "place": place.code, "since": minute_text(since, unit.time_zone)},
        )
        publish(kiosk, changes={})
    return f"{kiosk.name} stands at {place.code} for {unit.code} since {date_text(since, unit.time_zone)}; {moved} records placed anew"


def _since(text: str | None, unit: Unit | None) -> datetime:
    if text is None:
        return clock.now()
    try:
        return (
            datetime.fromisoformat(text)
            .replace(tzinfo=ZoneInfo(unit.time_zone if unit is not None else settings.IKM_TIME_ZONE))
            .astimezone(UTC)
        )
    except ValueError as error:
        raise CollectorError("since", text=text) from error


def _revoke(kiosk: Kiosk, why: str) -> str:
    with transaction.atomic():
        number = endings.end(kiosk, why=why, now=clock.now())
        trail.note(who=trail.console_user(), action="kiosk revoked", subject=kiosk.name, why=why)
    try:
        revoked.keep(who=trail.console_user())
    except CollectorError as error:
        return f"{kiosk.name}: {number} keys revoked; the broker follows once the worker has written its list ({error})"
    return f"{kiosk.name}: {number} keys revoked; broker and HTTPS door refuse it within a minute"


def _stolen(kiosk: Kiosk, options: dict[str, Any]) -> str:
    (found,) = known([kiosk])
    unit = found.stand.unit if found.stand is not None else None
    lost_at, known_at = (_since(options[key], unit) for key in ("lost", "known"))
    card = held_by(found, lost_at=lost_at, known_at=known_at)
    trail.note(
        who=trail.console_user(),
        action="card stolen",
        subject=kiosk.name,
        facts={"lost": minute_text(lost_at, card.zone), "complaints": len(card.complaints)},
    )
    lines = [f"{what}: {number}. {readable}" for what, number, readable in rows_of(card)]
    lines.append(
        f"complaints: {' '.join(card.complaints) or '-'}; with a number: {' '.join(card.with_number) or '-'}"
    )
    lines.append(f"the notice is due by {minute_text(card.notice_by, card.zone)}")
    if not card.revoked:
        lines.append(f"its keys are still good: ikm-collector kiosk revoke {kiosk.name} --why stolen")
    if options["out"] is not None:
        try:
            options["out"].write_bytes(notice(card))
        except OSError as error:
            raise CollectorError("not_writable", path=options["out"], reason=error.strerror) from error
        lines.append(f"draft: {options['out']}")
    return "\n".join(map(shown, lines))


def _change(kiosk: Kiosk, changes: list[str]) -> str:
    wanted = dict(map(pair, changes))
    with transaction.atomic():
        published = publish(kiosk, changes=wanted, who=trail.console_user())
        if wanted:
            trail.note(
                who=trail.console_user(),
                action="settings",
                subject=kiosk.name,
                facts={"keys": sorted(wanted)},
            )
    return f"version {published.version}\n{shown_json(published.content)}"
