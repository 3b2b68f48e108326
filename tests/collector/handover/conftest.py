"""Tickets that were passed on, and people who hand them over."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import User

from collector.accounts import roles
from collector.complaints.models import PassOn, Ticket, TicketStatus
from collector.fleet.models import Unit
from tests.collector.accounts_of import person
from tests.collector.fake_kiosk import FakeKiosk
from tests.collector.filing import filed_ticket

Arrive = Callable[..., list[object]]
NOW = datetime(2026, 11, 9, 3, tzinfo=UTC)
WHY = "diserahkan ke kabupaten"

PassedOn = Callable[..., Ticket]


def to_lapor(ticket: Ticket) -> None:
    """Pass a complaint on to SP4N-LAPOR!."""
    PassOn.objects.create(
        ticket=ticket, sender=f"unit:{ticket.unit.code}", receiver="lapor:", why=WHY, who="rina", at=NOW,
        acknowledge_by=NOW.date(),
    )  # fmt: skip


@pytest.fixture
def officer(unit: Unit) -> User:
    return person("rina", roles.UNIT_OFFICER, unit)


@pytest.fixture
def evaluator(db: None) -> User:
    return person("budi", roles.EVALUATOR)


@pytest.fixture
def passed_on(kiosk: FakeKiosk, arrive: Arrive) -> PassedOn:
    """File a complaint as a kiosk does, and pass it on."""

    def make(
        *topics: str, text: str = "", phone: str = "", status: TicketStatus = TicketStatus.FORWARDED
    ) -> Ticket:
        ticket = filed_ticket(kiosk, arrive, *topics, text=text, phone=phone)
        Ticket.objects.filter(pk=ticket.pk).update(status=status)
        if status == TicketStatus.FORWARDED:
            to_lapor(ticket)
        ticket.refresh_from_db()
        return ticket

    return make
