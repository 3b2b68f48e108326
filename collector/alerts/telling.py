"""Who is told of a change, and when: one message for each receiver that wants any of it, and not in its quiet hours."""

import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from django.conf import settings

from collector.alerts import rules
from collector.alerts.models import Alert, Message, MessageState, Receiver, Wants
from collector.alerts.rules import PRIVATE, Kind
from collector.alerts.wording import Line, body_of, with_more


class Told(NamedTuple):
    """A change that receivers may want."""

    region: str
    """`-` where it is of no region: for those who are told of all."""
    kind: str
    is_down: bool
    line: Line


def reaches(receiver: Receiver, region: str, kind: str) -> bool:
    """Tell whether a receiver is told of a region's kiosks and of a kind; of a cause with all it holds."""
    inside = not receiver.region or f"{region}.".startswith(f"{receiver.region}.")
    around = region == "" or f"{receiver.region}.".startswith(f"{region}.")
    return (inside or around) and (not receiver.kinds or kind in receiver.kinds)


def wants(receiver: Receiver, *, is_down: bool) -> bool:
    """Tell whether a receiver is told what begins, or what ends."""
    return receiver.wants in (Wants.BOTH, Wants.DOWN if is_down else Wants.UP)


def tell(told: Sequence[Told], now: datetime) -> None:
    """Write one message for each receiver that wants any of it."""
    if not told:
        return
    for receiver in Receiver.objects.order_by("pk"):
        lines = [
            one.line
            for one in told
            if reaches(receiver, one.region, one.kind) and wants(receiver, is_down=one.is_down)
        ]
        if lines:
            write(receiver, lines, now)


def remind(now: datetime) -> None:
    """Remind whoever was told nothing for long of how much is still open and acknowledged by nobody; what few may know is not counted."""
    due = [
        one
        for one in Receiver.objects.exclude(remind_hours=0).exclude(wants=Wants.UP)
        if now - one.reminded_at >= timedelta(hours=one.remind_hours)
    ]
    if not due:
        return
    waiting = Alert.objects.filter(ended_at=None, acknowledged_at=None).exclude(kind__in=PRIVATE).order_by()
    rows = [
        (region or (subject.partition(":")[2] if kind == Kind.RELEASES else "-"), kind)
        for region, subject, kind in waiting.values_list("kiosk__stands__region", "subject", "kind")
    ]
    for receiver in due:
        number = sum(1 for region, kind in rows if reaches(receiver, region, kind))
        if number:
            write(receiver, [Line.reminder(number, now)], now)


def write(receiver: Receiver, lines: Iterable[Line], now: datetime) -> Message:
    """Put a message into the outbox; it waits for the end of the receiver's quiet hours, and what comes meanwhile goes with it."""
    listed = list(lines)
    Receiver.objects.filter(pk=receiver.pk).update(reminded_at=now)
    not_before = rules.undisturbed(
        now, receiver.quiet_from, receiver.quiet_until, zone=settings.IKM_TIME_ZONE
    )
    if not_before > now:
        # Never tried, and for the same morning: whoever takes it in between takes it as it was, and this one goes by itself.
        waiting = receiver.messages.filter(state=MessageState.WAITING, tries=0, not_before=not_before)
        for one in waiting.order_by("pk")[:1]:
            if waiting.filter(pk=one.pk).update(body=with_more(one.body, listed)):
                return one
    return Message.objects.create(
        receiver=receiver,
        key=secrets.token_hex(16),
        body=body_of(listed),
        made_at=now,
        not_before=not_before,
    )
