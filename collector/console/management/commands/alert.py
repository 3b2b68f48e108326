"""`ikm-collector alert`: what is wrong with kiosks now, and who is told."""

import signal
from argparse import Namespace
from collections.abc import Callable
from datetime import time
from threading import Event
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import CommandParser

from collector.accounts import roles
from collector.accounts.console import EVERYTHING, Over
from collector.alerts import receivers, running
from collector.alerts.models import Alert, Receiver, Wants, Way
from collector.alerts.rules import PRIVATE, Level
from collector.console.acting import acting, add_account
from collector.console.command import CollectorCommand
from collector.errors import CollectorError
from collector.local import minute_text
from collector.words.foreign import shown

_MOST = 200


class Command(CollectorCommand):
    """Tell people when a kiosk needs them."""

    help = "Tell people when a kiosk is silent or needs somebody; list what is wrong now; keep who is told, and how."

    def add_arguments(self, parser: CommandParser) -> None:
        """Describe the options."""
        parts = self.subcommands(parser)
        parts.add_parser("list", help="list what is wrong now, the longest first")
        parts.add_parser("receivers", help="list who is told, and what went wrong last")
        adding = parts.add_parser("receiver", help="add somebody who is told, or change or remove one")
        adding.add_argument("name", metavar="NAME", help="a short name of your own")
        adding.add_argument("--way", choices=Way.values, help="how it is reached")
        adding.add_argument(
            "--address",
            default="",
            help="the mail address, the webhook's URL, the chat's number, or a name for what Apprise reaches",
        )
        adding.add_argument("--region", default="", metavar="CODE", help="only of this region and all below")
        adding.add_argument("--kinds", default="", help="only these kinds, with commas")
        adding.add_argument(
            "--for",
            dest="reader",
            default="",
            metavar="ACCOUNT",
            help="who reads there; of answers and complaints nobody else is told",
        )
        adding.add_argument(
            "--no-weekly", action="store_true", help="without the week's list of silent kiosks"
        )
        adding.add_argument("--wants", choices=Wants.values, default=Wants.BOTH, help="what is told")
        adding.add_argument("--quiet", default="", metavar="FROM-UNTIL", help="quiet hours, as 21:00-06:00")
        adding.add_argument(
            "--remind", type=int, default=24, metavar="HOURS", help="remind of what stays open; 0: never"
        )
        adding.add_argument("--remove", action="store_true", help="take it away")
        add_account(adding)
        trying = parts.add_parser("test", help="put a message of trial into the outbox")
        trying.add_argument("name", metavar="NAME", help="the receiver")
        taking = parts.add_parser("ack", help="take an alert on: nobody is reminded of it any more")
        taking.add_argument("number", type=int, metavar="NUMBER", help="the alert's number")
        add_account(taking)
        doing = parts.add_parser("run", help="look and send until stopped; several of these share the work")
        doing.add_argument("--once", action="store_true", help="look once, send what waits, and end")
        doing.add_argument("--hands", type=int, default=4, help="messages on their way at a time")

    def run(self, options: dict[str, Any]) -> str | None:
        """Do it."""
        return _DOES[options["subcommand"]](Namespace(**options))


def _list(_given: Namespace) -> str:
    found = Alert.objects.filter(ended_at=None).exclude(kind__in=PRIVATE)
    found = found.select_related("kiosk__stands", "cause")
    number = found.count()
    if not number:
        return "nothing is wrong"
    rows = []
    for one in found.order_by("since", "pk")[:_MOST]:
        unit = one.kiosk.stands if one.kiosk is not None else None
        zone = unit.time_zone if unit is not None else "UTC"
        parts = [
            str(one.pk),
            one.kind,
            Level(one.level).name.lower(),
            one.kiosk.name if one.kiosk is not None else one.subject,
            shown(unit.name) if unit is not None else "-",
            f"since {minute_text(one.since, zone)}",
        ]
        parts += [f"with {one.cause.key}"] if one.cause is not None else []
        parts += [f"{one.number} units"] if one.number else []
        parts += [f"back {one.flaps} times"] if one.flaps else []
        parts += [f"taken on by {shown(one.acknowledged_by)}"] if one.acknowledged_by else []
        rows.append("  ".join(parts))
    if number > _MOST:
        rows.append(f"and {number - _MOST} more")
    return "\n".join(rows)


def _receivers(_given: Namespace) -> str:
    rows = [
        "  ".join(
            (one.name, one.way, shown(one.address), one.region or "everywhere", one.wants)
            + ((f"for {shown(one.reader.get_username())}",) if one.reader is not None else ())
            + ((f"last error: {shown(one.last_error)}",) if one.last_error else ())
        )
        for one in Receiver.objects.select_related("reader").order_by("name")
    ]
    return "\n".join(rows) or "nobody is told"


def _receiver(given: Namespace) -> str:
    who = acting(given.account, (roles.ADMINISTRATOR,), over=_over_receiver(given))
    if given.remove:
        receivers.remove(given.name, who=who)
        return f"{given.name} removed"
    kinds = list(dict.fromkeys(filter(None, map(str.strip, given.kinds.split(",")))))
    wish = receivers.Wish(
        name=given.name,
        way=given.way or "",
        address=given.address,
        region=given.region,
        kinds=kinds,
        wants=given.wants,
        quiet=_quiet(given.quiet),
        remind_hours=max(0, min(given.remind, 24 * 365)),
        reader=_account(given.reader),
        weekly=not given.no_weekly,
    )
    return f"{receivers.keep(wish, who=who).name} kept"


def _account(name: str) -> User | None:
    if not name:
        return None
    found = User.objects.filter(username=name, is_active=True).first()
    if found is None:
        raise CollectorError("account_unknown", name=name)
    return found


def _over_receiver(given: Namespace) -> Over:
    """Give what an account must reach to keep or remove a receiver: its region, the one it had and the one it gets."""
    before = Receiver.objects.filter(name=given.name).values_list("region", flat=True).first()
    codes = {code for code in (before, None if given.remove else given.region) if code is not None}
    widest = min(codes, key=len, default="")
    is_within = all(f"{code}.".startswith(f"{widest}.") for code in codes)
    return ("region", widest) if widest and is_within else EVERYTHING


def _quiet(text: str) -> tuple[time, time] | None:
    if not text:
        return None
    begins, _, ends = text.partition("-")
    try:
        return time.fromisoformat(begins), time.fromisoformat(ends)
    except ValueError:
        raise CollectorError("alert_quiet", given=text) from None


def _test(given: Namespace) -> str:
    receivers.test(given.name)
    return "in the outbox: `ikm-collector alert receivers` shows what went wrong, if anything did"


def _ack(given: Namespace) -> str:
    stands = Alert.objects.filter(pk=given.number).values_list("kiosk__stands__code", flat=True).first()
    over = ("unit", stands) if stands else EVERYTHING
    receivers.acknowledge(given.number, who=acting(given.account, roles.EVALUATORS, over=over))
    return "taken on"


def _run(given: Namespace) -> str | None:
    if given.once:
        made, sent = running.once()
        return f"{made} changes, {sent} messages sent"
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    running.run(stop, hands=max(1, min(given.hands, 64)))
    return None


_DOES: dict[str, Callable[[Namespace], str | None]] = {
    "list": _list,
    "receivers": _receivers,
    "receiver": _receiver,
    "test": _test,
    "ack": _ack,
    "run": _run,
}
