"""Who is told: adding, taking away, trying, and acknowledging what they were told."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import QuerySet

from collector import clock
from collector.accounts import roles
from collector.alerts import rules, sending, telling
from collector.alerts.models import Alert, Message, Receiver, Wants, Way
from collector.alerts.rules import OFFICE, PRIVATE, Kind
from collector.alerts.wording import Line
from collector.errors import CollectorError
from collector.fleet.models import Region
from collector.people import trail

_AT_ONCE = 1_000
_LONGEST = 300
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


@dataclass(frozen=True, slots=True)
class Wish:
    """What a receiver is to be told, and where."""

    name: str
    way: str
    address: str
    region: str
    kinds: Sequence[str]
    wants: str
    quiet: tuple[time, time] | None
    remind_hours: int
    reader: User | None = None
    """The account that reads there."""
    weekly: bool = True


def keep(wish: Wish, *, who: str) -> Receiver:
    """Add a receiver, or change the one of this name.

    Raises:
        CollectorError: the name (`alert_name`), the way (`alert_way`), the address (`alert_address`), a kind (`alert_kind`), what it
            wants (`alert_wants`) or the region (`region_unknown`) is none; the quiet hours are none (`alert_quiet`) or cover all working hours
            (`alert_quiet_day`); of the kinds nothing would be told without an account (`alert_reader`), or it may not be told
            (`alert_no_evaluator`).
    """
    if not _NAME.fullmatch(wish.name):
        raise CollectorError("alert_name", name=wish.name)
    if wish.way not in Way.values:
        raise CollectorError("alert_way", name=wish.name, known=", ".join(Way.values))
    if wish.region and not Region.objects.filter(pk=wish.region).exists():
        raise CollectorError("region_unknown", code=wish.region)
    if not _is_address(wish.way, wish.address):
        raise CollectorError("alert_address", address=wish.address, way=wish.way)
    if wish.wants not in Wants.values:
        raise CollectorError("alert_wants", wants=wish.wants, known=", ".join(Wants.values))
    _check_kinds(wish)
    begins, ends = _quiet(wish.quiet)
    fields = {
        "way": wish.way,
        "address": wish.address,
        "region": wish.region,
        "kinds": list(wish.kinds),
        "wants": wish.wants,
        "reader": wish.reader,
        "weekly": wish.weekly,
        "quiet_from": begins,
        "quiet_until": ends,
        "remind_hours": wish.remind_hours,
        "reminded_at": clock.now(),
    }
    with transaction.atomic():
        found, _ = Receiver.objects.update_or_create(name=wish.name, defaults=fields)
        trail.note(who=who, action="alert receiver kept", subject=f"receiver {wish.name}", why=wish.way)
    return found


def _is_address(way: str, address: str) -> bool:
    """Tell whether somebody may be reached there at all."""
    if len(address) > _LONGEST:
        return False
    if way == Way.MAIL:
        try:
            validate_email(address)
        except ValidationError:
            return False
        return True
    if way == Way.WEBHOOK:
        return sending.may_be_webhook(address)
    if way == Way.APPRISE:  # a name of one's own for it: the address itself is a secret, and a file
        return re.fullmatch(r"[\w .-]{1,60}", address) is not None
    return re.fullmatch(r"-?[0-9]{1,20}|@[A-Za-z0-9_]{1,64}", address) is not None


def _check_kinds(wish: Wish) -> None:
    known = [one.value for one in Kind]
    for one in wish.kinds:
        if one not in known:
            raise CollectorError("alert_kind", kind=one, known=", ".join(known))
    if wish.reader is not None:
        if not roles.has_role(wish.reader, roles.EVALUATORS):
            raise CollectorError("alert_no_evaluator", account=wish.reader.get_username())
    elif wish.kinds and not set(wish.kinds) - set(PRIVATE):
        raise CollectorError("alert_reader", kinds=", ".join(wish.kinds))


def _quiet(given: tuple[time, time] | None) -> tuple[time | None, time | None]:
    """Give quiet hours as they are kept: whoever is never disturbed while offices are open is never told in time."""
    if given is None:
        return None, None
    begins, ends = given
    text = "-".join(str(one)[:5] for one in given)
    if begins == ends or begins.tzinfo is not None or ends.tzinfo is not None:
        raise CollectorError("alert_quiet", given=text)
    first, last = OFFICE["mon"][0]
    if rules.is_quiet(first, begins, ends) and rules.is_quiet(time(last.hour - 1, 59), begins, ends):
        raise CollectorError("alert_quiet_day", given=text)
    return begins, ends


def find(name: str, *, among: QuerySet[Receiver] | None = None) -> Receiver:
    """Give a receiver; `among`: those that whoever asks reaches, None for all.

    Raises:
        CollectorError: there is none (`alert_unknown`).
    """
    found = (Receiver.objects.all() if among is None else among).filter(name=name).first()
    if found is None:
        raise CollectorError("alert_unknown", name=name)
    return found


def remove(name: str, *, who: str) -> None:
    """Take a receiver away, with what waits for it.

    Raises:
        CollectorError: there is none (`alert_unknown`).
    """
    with transaction.atomic():
        find(name).delete()
        trail.note(who=who, action="alert receiver removed", subject=f"receiver {name}")


def test(name: str) -> Message:
    """Put a message of trial into the outbox.

    Raises:
        CollectorError: there is no such receiver (`alert_unknown`).
    """
    now = clock.now()
    return telling.write(find(name), [Line.test(now)], now)


def take_on(alerts: QuerySet[Alert], *, who: str) -> int:
    """Note who takes on those of these alerts that are open and nobody's; gives how many."""
    with transaction.atomic():
        # By their numbers: what the database would look up while it writes is what another one has just taken.
        numbers = list(
            alerts.filter(ended_at=None, acknowledged_at=None).order_by().values_list("pk", flat=True)
        )
        taken = 0
        for start in range(0, len(numbers), _AT_ONCE):
            few = Alert.objects.filter(pk__in=numbers[start : start + _AT_ONCE], acknowledged_at=None)
            taken += few.update(acknowledged_by=who[:150], acknowledged_at=clock.now())
        if taken:
            subject = f"alert {numbers[0]}" if len(numbers) == 1 else f"{taken} alerts"
            trail.note(who=who, action="alert acknowledged", subject=subject)
    return taken


def acknowledge(number: int, *, who: str) -> None:
    """Note who has taken an open alert on; nobody is reminded of it any more.

    Raises:
        CollectorError: no such alert is open (`alert_not_open`).
    """
    if not take_on(Alert.objects.filter(pk=number), who=who):
        raise CollectorError("alert_not_open", number=number)
