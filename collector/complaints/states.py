"""How the tickets of a unit stand, for its kiosks: each shut under the key that only its citizen's code gives, all signed for one kiosk.

The workers make the messages anew where something changed, the listener publishes them retained, the door gives them out over HTTPS, and
the import lays them on the stick that goes back.
"""

import os
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from django.db.models import Exists, F, OuterRef, Q

from collector.complaints import clockwork, life
from collector.complaints.models import Ticket, TicketMessage, TicketStep
from collector.fleet.endings import without_good_key
from collector.fleet.models import Kiosk
from collector.trust import keyholder
from survey.wire.ticket_states import (
    MAX_ANSWER_CHARACTERS,
    MOST_TICKETS,
    STATE_NONCE_BYTES,
    TicketState,
    TicketStates,
    pack_ticket_states,
    state_context,
)

MOST_SEALED_BYTES = 96 * 1024
"""So much of sealed states a message has at most: it goes over a village's mobile data each time something changes."""
AT_ONCE = 100


def refresh(now: datetime) -> int:
    """Make the messages of the kiosks at whose units a ticket changed; gives how many.

    Raises:
        CollectorError: the holder of the keys is away; the next call does it.
    """
    changed = list(
        Ticket.objects.exclude(routed_at=None)
        .filter(Q(told_at=None) | ~Q(told_at=F("changed_at")))
        .order_by("changed_at")
        .values_list("pk", "unit_id", "changed_at")[:AT_ONCE]
    )
    units = {unit for _, unit, _ in changed}
    made = _make(Kiosk.objects.filter(in_use=True, stands_id__in=units), now)
    for pk, _, at in changed:
        Ticket.objects.filter(pk=pk).update(told_at=at)
    return made


def refresh_new(now: datetime) -> int:
    """Make the messages of kiosks that have none yet and stand where there are tickets; gives how many."""
    tickets = Ticket.objects.filter(unit=OuterRef("stands")).exclude(routed_at=None)
    mine = TicketMessage.objects.filter(kiosk=OuterRef("pk"), unit_id=OuterRef("stands"))
    without = Kiosk.objects.filter(Exists(tickets), ~Exists(mine), in_use=True)
    return _make(without.order_by("pk")[:AT_ONCE], now)


def _make(kiosks: Iterable[Kiosk], now: datetime) -> int:
    sealed: dict[int, dict[str, bytes]] = {}
    made = 0
    for kiosk in kiosks:
        unit = kiosk.stands_id or 0
        if unit not in sealed:
            sealed[unit] = sealed_states(unit)
        before = TicketMessage.objects.filter(kiosk=kiosk).first()
        version = before.version + 1 if before is not None else 1
        told = TicketStates(kiosk=kiosk.name, version=version, states=sealed[unit])
        TicketMessage.objects.update_or_create(
            kiosk=kiosk,
            defaults={
                "unit_id": unit,
                "version": version,
                "message": pack_ticket_states(told, keyholder.sign),
                "made_at": now,
                "published_at": None,
            },
        )
        made += 1
    return made


def sealed_states(unit_id: int) -> dict[str, bytes]:
    """Give what a kiosk of the unit is told: of the tickets that changed last, as many as there is room for."""
    tickets = (
        Ticket.objects.filter(unit_id=unit_id)
        .exclude(routed_at=None)
        .exclude(key=b"")
        .select_related("unit", "rules")
    )
    newest = list(tickets.order_by("-changed_at", "-pk")[:MOST_TICKETS])
    answers = _answers(newest)
    found: dict[str, bytes] = {}
    left = MOST_SEALED_BYTES
    for ticket in newest:
        nonce = os.urandom(STATE_NONCE_BYTES)
        content = state_of(ticket, answers.get(ticket.pk, "")).to_bytes()
        shut = nonce + ChaCha20Poly1305(bytes(ticket.key)).encrypt(
            nonce, content, state_context(ticket.lookup)
        )
        left -= len(shut)
        if left < 0:
            break
        found.setdefault(ticket.lookup, shut)
    return found


def state_of(ticket: Ticket, answer: str) -> TicketState:
    """Give how a ticket stands, as its citizen reads it."""
    if len(answer) > MAX_ANSWER_CHARACTERS:
        answer = answer[: MAX_ANSWER_CHARACTERS - 1] + "…"
    until = life.reopens_until(ticket)
    return TicketState(
        status=ticket.status,
        at=round(ticket.changed_at.timestamp() * 1000),
        until=until.isoformat() if until is not None else "",
        due=ticket.due_on.isoformat() if ticket.due_on is not None and clockwork.owes(ticket.status) else "",
        answer=answer,
    )


def unpublished() -> list[tuple[int, str, bytes]]:
    """Give `(id, kiosk name, message)` of what no broker holds yet."""
    waiting = TicketMessage.objects.filter(published_at=None).exclude(kiosk__in=without_good_key())
    return [
        (one.pk, one.kiosk.name, bytes(one.message))
        for one in waiting.select_related("kiosk").order_by("pk")[:AT_ONCE]
    ]


def mark_published(ids: Sequence[int], now: datetime) -> None:
    """Note that these messages are on the broker."""
    TicketMessage.objects.filter(pk__in=ids).update(published_at=now)


def tell_again(held: Mapping[int, int]) -> None:
    """Have what kiosks are told of tickets published again where they hold an older version, by the numbers of the kiosks."""
    for kiosk, version in TicketMessage.objects.filter(kiosk__in=list(held)).values_list("kiosk", "version"):
        if version > held[kiosk]:
            TicketMessage.objects.filter(kiosk=kiosk, version=version).update(published_at=None)


def in_force(kiosk: str) -> bytes | None:
    """Give the signed message for a kiosk, or None where it has none."""
    found = TicketMessage.objects.filter(kiosk__name=kiosk).first()
    return bytes(found.message) if found is not None else None


def _answers(tickets: Sequence[Ticket]) -> dict[int, str]:
    """Give the latest public answer of tickets that have one."""
    steps = TicketStep.objects.filter(ticket__in=[one.pk for one in tickets]).exclude(answer="")
    return dict(steps.order_by("pk").values_list("ticket_id", "answer"))
