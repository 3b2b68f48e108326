"""A village's quarter of complaints, as rows: for counting, where nothing was written."""

from datetime import UTC, date, datetime, timedelta

from collector.complaints import life
from collector.complaints.models import Ticket, TicketStatus, TicketStep
from collector.fleet import tree
from collector.fleet.models import Unit
from tests.collector.clocks import stopped
from tests.collector.scores.village import at

ROUTED = datetime(2026, 1, 1, tzinfo=UTC)


def ticket(
    unit: Unit,
    day: date,
    *topics: str,
    status: TicketStatus = TicketStatus.RECEIVED,
    answered: date | None = None,
    about_officer: bool = False,
) -> Ticket:
    """A complaint of a day that stands so, answered on another."""
    made = Ticket.objects.create(
        stream_id=1,
        seq=Ticket.objects.count() + 1,
        lookup=f"{Ticket.objects.count() + 1:032x}",
        unit=unit,
        place=tree.place_of(unit),
        at_ms=at(day, seconds=3 * 3600),
        received_ms=at(day, seconds=3 * 3600),
        changed_at=ROUTED,
        routed_at=ROUTED,
        topics=list(topics),
        about_officer=about_officer,
    )
    life.arrived(made, ROUTED)
    Ticket.objects.filter(pk=made.pk).update(status=status)
    made.refresh_from_db()
    if answered is not None:
        moment = datetime(answered.year, answered.month, answered.day, 4, tzinfo=UTC)
        with stopped(moment):
            TicketStep.objects.create(ticket=made, status=status, who="rina", answer="Sudah.")
        if status in (TicketStatus.DONE, TicketStatus.REJECTED):
            Ticket.objects.filter(pk=made.pk).update(closed_at=moment)
    return made


def quarter(unit: Unit, *, first: date = date(2026, 7, 6)) -> None:
    """Twenty-three complaints: lama 9, fasilitas 6, syarat 3, bansos 1, lainnya 1, and three about officers."""
    kinds = ["lama"] * 9 + ["fasilitas"] * 6 + ["syarat"] * 3 + ["bansos", "lainnya"]
    for place, topic in enumerate(kinds):
        day = first + timedelta(days=3 * place)
        late = place % 7 == 6
        answered = day + timedelta(days=30 if late else 5) if place % 5 != 4 else None
        status = TicketStatus.DONE if answered and place % 2 == 0 else TicketStatus.ANSWERED
        ticket(unit, day, topic, status=status if answered else TicketStatus.HANDLED, answered=answered)
    ticket(unit, first, "pungli")
    ticket(
        unit, first, "petugas_tidak_ramah", status=TicketStatus.REJECTED, answered=first + timedelta(days=2)
    )
    ticket(unit, first, "lama", about_officer=True)
