"""What everybody reads of a unit's complaints: how many are open and how many past their date, as of last night; and within how many days it answers.

Complaints that are kept from the unit's desk are in no number here: the desk reads this page too.
"""

from datetime import datetime, time
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from collector import clock
from collector.complaints import rules
from collector.complaints.waiting import public, waiting
from collector.fleet.models import Unit
from collector.local import local_date


@require_safe
def shown(request: HttpRequest, code: str) -> HttpResponse:
    """Show a unit's complaints in numbers."""
    unit = get_object_or_404(Unit, code=code, hidden_on=None)
    today = local_date(clock.now(), unit.time_zone)
    midnight = datetime.combine(today, time(), ZoneInfo(unit.time_zone))
    found = rules.read(rules.in_force(unit).content)
    context = {
        "unit": unit,
        "waiting": waiting(public(unit), midnight=midnight),
        "days": rules.answer_days(unit),
        "span": found.classes[found.arrival],
    }
    return render(request, "complaints/standing.html", context)
