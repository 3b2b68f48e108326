"""Complaints of a period, counted for a report. What is published leaves out those about officers and says no topic of fewer than five."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from collector.complaints.calendar import working_days_between
from collector.complaints.models import Ticket
from collector.fleet.models import Unit
from collector.handover import facts, topics
from collector.handover.models import Handover
from collector.handover.outputs.register import tickets_between

SMALLEST = 5
_DONE = "selesai"
_REJECTED = "ditolak"


@dataclass(frozen=True, slots=True)
class Counted:
    """A period's complaints."""

    whole: bool
    """Whether those kept from officers are counted too."""
    received: int
    statuses: tuple[tuple[str, int], ...]
    topics: tuple[tuple[str, int], ...]
    """Topics that are told with how many named them; a complaint may name several."""
    others: int
    """Complaints none of whose topics is told: none, or at least as many as a topic."""
    on_time: int
    overdue: int
    """Answered too late, or still open past the day."""
    answered: int
    mean_days: Fraction | None
    """Working days from the complaint to its first answer."""
    lapor: tuple[int, int]
    """Of these with a number of SP4N-LAPOR!, and of those the settled ones."""


def counted(unit: Unit, first: date, last: date, *, today: date, whole: bool, smallest: int = 1) -> Counted:
    """Count the complaints that came in between two days; open ones are judged by `today`."""
    found = [one for one in tickets_between(unit, first, last) if whole or not facts.is_guarded(one)]
    courses = facts.courses_of(found)
    answers = [(courses[one.pk], courses[one.pk].answered) for one in found]
    waits = [
        working_days_between(course.came, answered, unit)
        for course, answered in answers
        if answered is not None
    ]
    late = sum((answered or today) > course.due for course, answered in answers)
    on_time = sum(answered is not None and answered <= course.due for course, answered in answers)
    told, others = _topics(found, smallest)
    return Counted(
        whole=whole,
        received=len(found),
        statuses=tuple(_statuses(found).items()),
        topics=told,
        others=others,
        on_time=on_time,
        overdue=late,
        answered=len(waits),
        mean_days=Fraction(sum(waits), len(waits)) if waits else None,
        lapor=lapor_of(found),
    )


def lapor_of(tickets: Sequence[Ticket]) -> tuple[int, int]:
    """Give how many of some tickets have a number of SP4N-LAPOR!, and how many of those are settled."""
    out = Handover.objects.filter(ticket__in=[one.pk for one in tickets]).exclude(tracking_id="")
    statuses = list(out.values_list("ticket__status", flat=True))
    return len(statuses), statuses.count(_DONE)


def _statuses(tickets: Sequence[Ticket]) -> Mapping[str, int]:
    words = {"Selesai": 0, "Dalam penanganan": 0, "Ditolak": 0, "Dicabut warga": 0}
    for one in tickets:
        if facts.is_withdrawn(one):
            words["Dicabut warga"] += 1
        elif one.status == _DONE:
            words["Selesai"] += 1
        else:
            words["Ditolak" if one.status == _REJECTED else "Dalam penanganan"] += 1
    return words


def _topics(tickets: Sequence[Ticket], smallest: int) -> tuple[tuple[tuple[str, int], ...], int]:
    """Give the topics that may be told, and how many complaints have none of them: the rest is never a handful."""
    counts = Counter(code for one in tickets for code in set(one.topics))
    told = {code: count for code, count in counts.items() if count >= smallest}
    while True:
        others = sum(not told.keys() & set(one.topics) for one in tickets)
        if not 0 < others < smallest or not told:
            break
        del told[min(told, key=lambda code: (told[code], code))]
    ordered = sorted(told.items(), key=lambda pair: (-pair[1], pair[0]))
    return tuple((topics.name_of(code), count) for code, count in ordered), others
