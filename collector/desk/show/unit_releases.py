"""All that a unit reports at the desk: its official periods, the newest first, and how far each has come."""

from collections.abc import Iterator

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from collector.desk import periods
from collector.desk.show.followup import found_unit
from collector.fleet.models import Unit
from survey.index.periods import Period

_MOST, _LEAST = 8, 4
"""How many periods the page goes back: two years of quarters, and one where nobody has begun a release of the years before."""


@login_required
@require_safe
def listed(request: HttpRequest, code: str) -> HttpResponse:
    """Show the last periods of a unit that are over, each with its state, its number where that is out, and its day."""
    unit = found_unit(request, code)
    rows = [periods.standing(unit, period) for period in _back(unit)]
    while len(rows) > _LEAST and rows[-1].release is None:
        rows.pop()
    return render(request, "desk/unit_releases.html", {"unit": unit, "rows": rows})


def _back(unit: Unit) -> Iterator[Period]:
    period = periods.last_closed(unit)
    for _ in range(_MOST):
        yield period
        period = period.previous()
