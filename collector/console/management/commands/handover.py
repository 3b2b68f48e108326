"""`ikm-collector handover`: complaints to SP4N-LAPOR! and back, by file or through the adapter; and to a village's OpenSID by file."""

from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.management.base import CommandParser
from django.db.models import QuerySet

from collector import clock
from collector.accounts import roles
from collector.console.acting import proven
from collector.console.command import CollectorCommand
from collector.console.files import read_bounded, write_private
from collector.errors import CollectorError
from collector.fleet import tree
from collector.fleet.models import Unit
from collector.handover import exporting, importing, opensid, reading, sending
from collector.handover.lapor import dialects
from collector.handover.models import Handover
from collector.handover.open311 import notices
from collector.local import local_date
from collector.words.foreign import shown


class Command(CollectorCommand):
    """Hand complaints over, and take in what comes back."""

    help = "Hand complaints that were passed on to SP4N-LAPOR! over, by file or through the adapter, and take in what comes back."

    def add_arguments(self, parser: CommandParser) -> None:
        """Describe the options."""
        parts = self.subcommands(parser)
        out = parts.add_parser(
            "export", help="write what waits to a file; from then on the other side has it"
        )
        _add_where(out)
        out.add_argument(
            "--public", action="store_true", help="not marked secret: everybody may read it there"
        )
        out.add_argument("--again", action="store_true", help="also what left by file and has no number yet")
        out.add_argument("--excel", action="store_true", help="CSV for an Indonesian Excel")
        send = parts.add_parser("send", help="queue what waits for the adapter, which must be on")
        _add_where(send)
        send.add_argument(
            "--again", action="store_true", help="also what left by file without a number, or was refused"
        )
        parts.add_parser(
            "run", help="one round of the adapter: send what is due, ask for what is out; for a timer"
        )
        parts.add_parser("list", help="what is out, and how it stands")
        back = parts.add_parser(
            "take-back", help="work on a complaint here again that is with the other side"
        )
        back.add_argument("ticket", metavar="TICKET", help="its number")
        come = parts.add_parser("import", help="take in numbers and states; without --apply it is only tried")
        answers = parts.add_parser(
            "opensid-import", help="take in answers from OpenSID's table; tried without --apply"
        )
        village = parts.add_parser(
            "opensid-export", help="write a unit's public notices as rows of OpenSID's table"
        )
        village.add_argument("--unit", metavar="CODE", required=True, help="the unit's code")
        for part in (come, answers):
            part.add_argument("--apply", action="store_true", help="take it in: all of it or nothing")
        for part in (out, come, answers, village):
            part.add_argument(
                "--file", type=Path, required=True, metavar="FILE", help="ends with .csv or .json"
            )
        for part in (out, send, back, come, answers):
            part.add_argument(
                "--as", dest="account", required=True, metavar="NAME", help="the account that does it"
            )
            part.add_argument("--why", default="", help="the reason; it stands in the audit trail")

    def run(self, options: dict[str, Any]) -> str | None:
        """Do it."""
        return "\n".join(map(shown, _DOES[options["subcommand"]](Namespace(**options))))


def _add_where(part: CommandParser) -> None:
    where = part.add_mutually_exclusive_group(required=True)
    where.add_argument("--unit", metavar="CODE", help="of this unit")
    where.add_argument("--agency", metavar="CODE", help="of all units of this agency")


def _who_and_where(given: Namespace) -> tuple[User, QuerySet[Unit]]:
    user = proven(given.account)
    kind = "unit" if given.unit else "agency"
    code = given.unit or given.agency
    if given.unit:
        tree.find_unit(code)
    if not roles.reaches(user, roles.OFFICERS, kind=kind, code=code):
        raise CollectorError("account_may_not", account=given.account, roles=", ".join(roles.OFFICERS))
    return user, Unit.objects.filter(**{"code": code} if given.unit else {"agency__code": code})


def _export(given: Namespace) -> list[str]:
    user, units = _who_and_where(given)
    as_json = _is_json(given.file)
    found = exporting.export(
        units, user=user, why=given.why, now=clock.now(), public=given.public, again=given.again
    )
    data = exporting.as_json(found.rows) if as_json else exporting.as_csv(found.rows, excel=given.excel)
    write_private(given.file, data)
    lines = [f"{given.file}: {len(found.rows)} complaints"]
    if found.kept_back:
        lines.append(f"{found.kept_back} more wait that this account may not have")
    return lines


def _import(given: Namespace) -> list[str]:
    user = proven(given.account)
    lines = reading.read(_content(given.file), as_json=_is_json(given.file))
    now = clock.now()
    today = local_date(now, settings.IKM_TIME_ZONE)
    checked = importing.check(lines, user=user, today=today)
    told = [f"line {one.line}: ticket {one.ticket or '-'}: {_WHY[one.why]}" for one in checked.bad]
    if given.apply and not checked.bad:
        exporting.insist_on_reason(given.why)
        importing.take(lines, user=user, why=given.why, source=given.file.name, now=now, today=today)
    told += [
        f"{one.handover.ticket.number}: {one.number} {one.word or '-'} {one.on.isoformat()}"
        for one in checked.new
    ]
    done = "taken in" if given.apply and not checked.bad else "nothing was changed"
    told.append(f"{len(lines)} lines, {len(checked.new)} new, {len(checked.bad)} bad: {done}")
    if checked.bad:
        print("\n".join(map(shown, told)))
        raise CollectorError("handover_bad", count=len(checked.bad))
    return told


_WHY = {
    importing.Why.TICKET: "there is no such ticket",
    importing.Why.NOT_YOURS: "the account may not work on it",
    importing.Why.NOT_OUT: "it was never handed over",
    importing.Why.NUMBER: "nomor_lapor is no tracking number",
    importing.Why.OTHER_NUMBER: "it has another tracking number already",
    importing.Why.TAKEN: "another ticket has this tracking number",
    importing.Why.STATUS: "nobody knows this status here",
    importing.Why.DATE: "tanggal is no day between the hand-over and today, as 2026-11-30",
    importing.Why.SILENT: "this status needs an answer that the citizen can read",
    importing.Why.TWICE: "it stands in the file twice",
}


def _send(given: Namespace) -> list[str]:
    user, units = _who_and_where(given)
    dialects.courier()
    queued, kept_back = sending.queue(units, user=user, why=given.why, now=clock.now(), again=given.again)
    return [f"{queued} complaints wait for the adapter, {kept_back} more are not for this account"]


def _run(_: Namespace) -> list[str]:
    done = dialects.courier().step(clock.now())
    return [f"sent {done.sent}, states {done.states}, troubles {done.troubles}"]


def _list(_: Namespace) -> list[str]:
    found = Handover.objects.select_related("ticket__unit").order_by("-handed_at")[:200]
    return ["nothing is out"] * (not found) + [
        f"{one.ticket.number}  {one.ticket.unit.code}  {one.get_stage_display()}  {one.tracking_id or '-'}"
        f"  until {one.acknowledge_by}  {one.told_status or '-'}  {one.trouble}"
        for one in found
    ]


def _take_back(given: Namespace) -> list[str]:
    found = sending.take_back(given.ticket, user=proven(given.account), why=given.why, now=clock.now())
    return [
        f"{found.ticket.number}: ours again; tell the other side, for it may still have {found.tracking_id or 'it'}"
    ]


def _opensid_export(given: Namespace) -> list[str]:
    unit = tree.find_unit(given.unit)
    public = [one for one in notices.shown(clock.now()) if one.unit.pk == unit.pk]
    write_private(given.file, opensid.as_csv(public))
    return [f"{given.file}: {len(public)} public notices"]


def _opensid_import(given: Namespace) -> list[str]:
    user, data, as_json = proven(given.account), _content(given.file), _is_json(given.file)
    found = opensid.check(data, user=user, as_json=as_json)
    if given.apply:
        exporting.insist_on_reason(given.why)
        opensid.take(data, user=user, why=given.why, now=clock.now(), as_json=as_json)
    lines = [f"{one.notice.ticket.number}: {'done' if one.done else 'answered'}" for one in found.new]
    done = "" if given.apply else ": nothing was changed"
    passed_over = f"{found.strangers} rows of others passed over"
    return [*lines, f"{len(found.new)} new answers, {found.known} known, {passed_over}{done}"]


def _content(path: Path) -> bytes:
    return read_bounded(path, most=reading.MOST_BYTES)


def _is_json(path: Path) -> bool:
    if path.suffix.lower() not in (".csv", ".json"):
        raise CollectorError("handover_suffix", path=path)
    return path.suffix.lower() == ".json"


_DOES: dict[str, Callable[[Namespace], list[str]]] = {
    "export": _export,
    "import": _import,
    "send": _send,
    "run": _run,
    "list": _list,
    "take-back": _take_back,
    "opensid-export": _opensid_export,
    "opensid-import": _opensid_import,
}
