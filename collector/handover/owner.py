"""One complaint, one owner: what was handed over is not worked on here until it comes back, or the other side never took it up."""

from datetime import date

from django.db.models.signals import pre_save

from collector import clock
from collector.complaints.models import TicketStatus, TicketStep
from collector.errors import CollectorError
from collector.handover import facts
from collector.handover.models import Handover, Stage
from collector.local import local_date

_OURS = (Stage.REFUSED, Stage.RETURNED)
_CITIZENS = frozenset({TicketStatus.WITHDRAWN})
"""Steps that are their citizen's, whoever has the complaint."""


def is_elsewhere(handover: Handover, today: date) -> bool:
    """Tell whether the other side has it: it named a number, or still has time to."""
    if handover.stage in _OURS:
        return False
    return handover.stage == Stage.TAKEN or today <= handover.acknowledge_by


def insist() -> None:
    """Refuse each step of our own while a complaint is elsewhere, from wherever it is made: none is kept."""
    pre_save.connect(_look, sender=TicketStep, dispatch_uid="handover.owner")


def _look(instance: TicketStep, **_more: object) -> None:
    if instance.pk is not None or instance.who == facts.LAPOR or instance.status in _CITIZENS:
        return
    found = Handover.objects.filter(ticket=instance.ticket_id).select_related("ticket__unit").first()
    if found is not None and is_elsewhere(found, local_date(clock.now(), found.ticket.unit.time_zone)):
        raise CollectorError("handover_elsewhere", ticket=found.ticket.number, until=found.acknowledge_by)
