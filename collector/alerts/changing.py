"""From what is wrong now to rows: each change once, and in the same transaction the messages that tell it.

Nothing is toggled: what stands is held against what the evidence says at each turn. An alert ends only after it was well for a while.
"""

import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from django.conf import settings
from django.db import transaction

from collector.alerts import gathering, rules
from collector.alerts.gathering import Found, Look
from collector.alerts.models import Alert, Cause, Change, Message, MessageState, Receiver, Turn, Wants
from collector.alerts.rules import Kind, Level
from collector.alerts.wording import Line, body_of, with_more

_AT_ONCE = 1_000
_DAY = timedelta(days=1)


class Told(NamedTuple):
    """A change that receivers may want."""

    region: str
    kind: str
    is_down: bool
    line: Line


def turn(now: datetime) -> int:
    """Work out what changed, and write it with its messages; gives how many changes."""
    standing = frozenset(Cause.objects.filter(ended_at=None).values_list("key", flat=True))
    seen = gathering.look(now, standing=standing)
    with transaction.atomic():
        _alone(now)
        made, told = _write(seen)
        _tell(told, now)
        _remind(now)
    return made


def _alone(now: datetime) -> None:
    """Keep everybody else out until the transaction ends: the changed row is locked."""
    if not Turn.objects.filter(pk=1).update(at=now):
        Turn.objects.get_or_create(pk=1, defaults={"at": now})
        Turn.objects.filter(pk=1).update(at=now)


def _write(seen: Look) -> tuple[int, list[Told]]:
    now = seen.at
    told: list[Told] = []
    standing = {one.key: one for one in Cause.objects.filter(ended_at=None)}
    fresh = sorted(seen.causes - standing.keys())
    for key in fresh:
        standing[key] = Cause.objects.create(key=key, opened_at=now)
    changes: list[Change] = []
    open_now = {
        (Kind(one.kind), one.kiosk_id): one
        for one in Alert.objects.filter(ended_at=None).select_related("cause", "kiosk__stands")
    }
    new = _begin(seen, open_now, standing, changes, told)
    _go_on(seen, open_now, changes, told)
    _end(seen, open_now, changes, told)
    for key in fresh:
        number = sum(1 for one in new if one.cause is not None and one.cause.key == key)
        told.append(Told(_region(key), Kind.SILENT, is_down=True, line=Line.of_cause(key, number, now)))
    # What one regency had in common goes on within what all have in common, and is not told to be over by it.
    for key in () if rules.ALL in seen.causes else sorted(standing.keys() - seen.causes):
        cause = standing[key]
        Cause.objects.filter(pk=cause.pk).update(ended_at=now)
        left = sum(1 for found, one in open_now.items() if one.cause_id == cause.pk and found in seen.found)
        line = Line.cause_over(key, left, cause.opened_at, now)
        told.append(Told(_region(key), Kind.SILENT, is_down=False, line=line))
    Change.objects.bulk_create(changes, batch_size=_AT_ONCE)
    return len(changes), told


def _begin(
    seen: Look,
    open_now: dict[tuple[Kind, int], Alert],
    standing: dict[str, Cause],
    changes: list[Change],
    told: list[Told],
) -> list[Alert]:
    """Open what is newly wrong."""
    now = seen.at
    fresh = [one for key, one in seen.found.items() if key not in open_now]
    if not fresh:
        return []
    before: dict[tuple[str, int], int] = {}
    recent = Alert.objects.filter(ended_at__gte=now - _DAY).order_by("ended_at")
    for kind, kiosk, flaps in recent.values_list("kind", "kiosk", "flaps").iterator():
        before[kind, kiosk] = flaps + 1
    new = []
    for one in fresh:
        key = rules.cause_of(one.region, seen.causes) if one.kind is Kind.SILENT else None
        new.append(
            Alert(
                kind=one.kind.value,
                kiosk_id=one.kiosk,
                level=one.level.value,
                since=one.since,
                opened_at=now,
                flaps=before.get((one.kind.value, one.kiosk), 0),
                cause=standing[key] if key is not None else None,
            )
        )
    new = Alert.objects.bulk_create(new, batch_size=_AT_ONCE)
    for alert, one in zip(new, fresh, strict=True):
        changes.append(_change(alert, Level.FINE, one.level, one, now))
        if alert.cause is None and alert.flaps < rules.FLAPPING:
            told.append(Told(one.region, one.kind, is_down=True, line=Line.of(one)))
    return new


def _go_on(
    seen: Look, open_now: dict[tuple[Kind, int], Alert], changes: list[Change], told: list[Told]
) -> None:
    """Raise what is worse, and note what is as before."""
    now = seen.at
    worse, back = [], []
    for key, alert in open_now.items():
        one = seen.found.get(key)
        if one is None:
            continue
        if alert.gone_at is not None:
            back.append(alert.pk)
        if one.level > alert.level:
            changes.append(_change(alert, Level(alert.level), one.level, one, now))
            worse.append(alert.pk)
            if alert.cause is None and alert.flaps < rules.FLAPPING:
                told.append(Told(one.region, one.kind, is_down=True, line=Line.of(one)))
    for start in range(0, len(worse), _AT_ONCE):
        Alert.objects.filter(pk__in=worse[start : start + _AT_ONCE]).update(level=Level.DOWN.value)
    for start in range(0, len(back), _AT_ONCE):
        Alert.objects.filter(pk__in=back[start : start + _AT_ONCE]).update(gone_at=None)


def _end(
    seen: Look, open_now: dict[tuple[Kind, int], Alert], changes: list[Change], told: list[Told]
) -> None:
    """End what has been well for long enough."""
    now = seen.at
    well, over = [], []
    for key, alert in open_now.items():
        if key in seen.found:
            continue
        if alert.gone_at is None:
            well.append(alert.pk)
        elif now - alert.gone_at >= rules.hold(alert.flaps):
            alert.ended_at = now
            over.append(alert.pk)
            unit = alert.kiosk.stands
            region = unit.region_id if unit is not None else ""
            name, place = alert.kiosk.name, unit.name if unit is not None else ""
            one = Found(alert.kiosk_id, name, place, region, key[0], Level.FINE, alert.since)
            changes.append(_change(alert, Level(alert.level), Level.FINE, one, now))
            # What is used no more, or stands nowhere, is not well again: it has only ceased to be asked for.
            is_asked = alert.kiosk.in_use and unit is not None and unit.hidden_on is None
            if is_asked and alert.cause is None and alert.flaps < rules.FLAPPING:
                told.append(Told(region, key[0], is_down=False, line=Line.of(one)))
    for start in range(0, len(well), _AT_ONCE):
        Alert.objects.filter(pk__in=well[start : start + _AT_ONCE]).update(gone_at=now)
    for start in range(0, len(over), _AT_ONCE):
        Alert.objects.filter(pk__in=over[start : start + _AT_ONCE]).update(ended_at=now)


def _change(alert: Alert, was: Level, level: Level, one: Found, now: datetime) -> Change:
    evidence = {"kiosk": one.name, "since": one.since.isoformat()}
    return Change(alert=alert, at=now, was=was.value, level=level.value, evidence=evidence)


def _region(cause: str) -> str:
    return cause.partition(":")[2]


def reaches(receiver: Receiver, region: str, kind: str) -> bool:
    """Tell whether a receiver is told of a region's kiosks and of a kind; of a cause with all it holds."""
    inside = not receiver.region or f"{region}.".startswith(f"{receiver.region}.")
    around = region == "" or f"{receiver.region}.".startswith(f"{region}.")
    return (inside or around) and (not receiver.kinds or kind in receiver.kinds)


def _tell(told: Sequence[Told], now: datetime) -> None:
    """Write one message for each receiver that wants any of it."""
    if not told:
        return
    for receiver in Receiver.objects.order_by("pk"):
        lines = [
            one.line
            for one in told
            if reaches(receiver, one.region, one.kind)
            and receiver.wants in (Wants.BOTH, Wants.DOWN if one.is_down else Wants.UP)
        ]
        if lines:
            write(receiver, lines, now)


def _remind(now: datetime) -> None:
    """Remind whoever was told nothing for long of how much is still open and acknowledged by nobody."""
    due = [
        one
        for one in Receiver.objects.exclude(remind_hours=0).exclude(wants=Wants.UP)
        if now - one.reminded_at >= timedelta(hours=one.remind_hours)
    ]
    if not due:
        return
    waiting = Alert.objects.filter(ended_at=None, acknowledged_at=None).order_by()
    rows = list(waiting.values_list("kiosk__stands__region", "kind"))
    for receiver in due:
        number = sum(1 for region, kind in rows if reaches(receiver, region or "-", kind))
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
