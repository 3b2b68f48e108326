"""A unit's complaints of a release's period, counted: what they may hint at, how long they waited, who worked on them. None is told.

A unit's own paper leaves out complaints about its officers, which no officer of the unit may see; an evaluator's counts all.
"""

import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from collector.complaints.life import NOBODY
from collector.complaints.models import Ticket, TicketStatus, TicketStep
from collector.complaints.sorting import FORMS
from collector.complaints.waiting import public
from collector.fleet.models import Unit
from collector.local import local_date
from survey.record.complaint import BY_CODE

_ANSWERS = (TicketStatus.ANSWERED, TicketStatus.DONE, TicketStatus.REJECTED)


@dataclass(frozen=True, slots=True)
class Counted:
    """Complaints of a period."""

    whole: bool
    """Whether those about officers are counted too."""
    received: int
    done: int
    answered: int
    median_days: int | None
    """From the complaint to its first answer, in whole days; None where none was answered."""
    late: int
    """Answered after their date, or open past it."""
    hints: tuple[tuple[str, int], ...]
    """Each of the ten forms with how many complaints may hint at it; one complaint may hint at several."""
    steps: int
    workers: int
    """Accounts that moved one of them."""
    last_step: date | None


def counted(unit: Unit, first: date, last: date, *, today: date, whole: bool) -> Counted:
    """Count the complaints that came in between two days, the unit's own; open ones are judged by `today`."""
    zone = unit.time_zone
    tickets = Ticket.objects.filter(unit=unit) if whole else public(unit)
    found: list[tuple[int, date, Sequence[str], str, date | None]] = [
        (pk, day, topics, status, due)
        for pk, at_ms, topics, status, due in tickets.values_list("pk", "at_ms", "topics", "status", "due_on")
        if first <= (day := local_date(at_ms, zone)) <= last
    ]
    steps = list(
        TicketStep.objects.filter(ticket__unit=unit, ticket__in=[pk for pk, *_ in found])
        .exclude(who__in=NOBODY)
        .order_by("pk")
        .values_list("ticket", "status", "at", "who")
    )
    answered_on: dict[int, date] = {}
    for ticket, status, at, _ in steps:
        if status in _ANSWERS:
            answered_on.setdefault(ticket, local_date(at, zone))
    waits = {pk: (answered_on.get(pk, today) - day).days for pk, day, *_ in found}
    hints = Counter(form for _, _, topics, *_ in found for form in _hinted(topics))
    return Counted(
        whole=whole,
        received=len(found),
        done=sum(status == TicketStatus.DONE for *_, status, _ in found),
        answered=len(answered_on),
        median_days=int(statistics.median_high(waits[pk] for pk in answered_on)) if answered_on else None,
        late=sum(due is not None and answered_on.get(pk, today) > due for pk, *_, due in found),
        hints=tuple((form, hints[form]) for form in FORMS),
        steps=len(steps),
        workers=len({who for *_, who in steps}),
        last_step=local_date(max(at for _, _, at, _ in steps), zone) if steps else None,
    )


def _hinted(topics: Sequence[str]) -> set[str]:
    return {form for code in topics if code in BY_CODE for form in BY_CODE[code].maladministration}
