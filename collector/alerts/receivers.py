"""Who is told: adding, taking away, trying, and acknowledging what they were told."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time

from django.db import transaction
from django.db.models import QuerySet

from collector import clock
from collector.alerts import changing
from collector.alerts.models import Alert, Message, Receiver, Way
from collector.alerts.rules import Kind
from collector.alerts.wording import Line
from collector.errors import CollectorError
from collector.fleet.models import Region
from collector.people import trail

_AT_ONCE = 1_000
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


def keep(wish: Wish, *, who: str) -> Receiver:
    """Add a receiver, or change the one of this name.

    Raises:
        CollectorError: the name (`alert_name`), the way (`alert_way`), the address (`alert_address`), a kind (`alert_kind`) or the region
            (`region_unknown`) is none.
    """
    if not _NAME.fullmatch(wish.name):
        raise CollectorError("alert_name", name=wish.name)
    if wish.way not in Way.values:
        raise CollectorError("alert_way", name=wish.name, known=", ".join(Way.values))
    if wish.region and not Region.objects.filter(pk=wish.region).exists():
        raise CollectorError("region_unknown", code=wish.region)
    if wish.way == Way.MAIL:
        is_address = re.fullmatch(r"[^\s@,<>]+@[^\s@,<>]+", wish.address)
    elif wish.way == Way.WEBHOOK:
        is_address = re.fullmatch(r"https?://\S+", wish.address)
    else:
        is_address = re.fullmatch(r"-?\d{1,20}|@\w{1,64}", wish.address)
    if not is_address:
        raise CollectorError("alert_address", address=wish.address, way=wish.way)
    known = [one.value for one in Kind]
    for one in wish.kinds:
        if one not in known:
            raise CollectorError("alert_kind", kind=one, known=", ".join(known))
    begins, ends = wish.quiet or (None, None)
    fields = {
        "way": wish.way,
        "address": wish.address,
        "region": wish.region,
        "kinds": list(wish.kinds),
        "wants": wish.wants,
        "quiet_from": begins,
        "quiet_until": ends,
        "remind_hours": wish.remind_hours,
        "reminded_at": clock.now(),
    }
    with transaction.atomic():
        found, _ = Receiver.objects.update_or_create(name=wish.name, defaults=fields)
        trail.note(who=who, action="alert receiver kept", subject=f"receiver {wish.name}", why=wish.way)
    return found


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
    return changing.write(find(name), [Line.test(now)], now)


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
