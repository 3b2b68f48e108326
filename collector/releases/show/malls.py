"""The public page of a mall: what its agencies come to that agreed to be counted together, and who serves there with what."""

from collections.abc import Sequence
from typing import NamedTuple

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from collector.fleet import malls
from collector.fleet.models import Unit
from collector.releases.show.pages import chosen, crumbs_of, index_of, of_subject, periods_of, today
from survey.index.periods import between


class Counter(NamedTuple):
    """A unit that serves in a mall."""

    unit: Unit
    services: Sequence[str]
    counted: bool
    """It is in the number that the page shows."""


@require_safe
def mall(request: HttpRequest, code: str) -> HttpResponse:
    """Show a mall: its newest number or that of a period, with of how many agencies it is, and all who serve there now."""
    found = get_object_or_404(malls.every(), code=code)
    instrument = index_of(request)
    periods = periods_of("place", code, instrument)
    whole = of_subject(request, subject="place", code=code, periods=periods, period=chosen(request, periods))
    reading = whole["reading"]
    counted = {one["unit"] for one in (reading.said.get("counted") or ())} if reading is not None else set()
    now = today()
    units = malls.serving(found, between(now, now))
    counters = [
        Counter(
            unit,
            list(unit.services.filter(offered=True).order_by("name").values_list("name", flat=True)),
            unit.code in counted,
        )
        for unit in units
    ]
    context = {
        "mall": found,
        "crumbs": crumbs_of(found.region_id),
        "counters": counters,
        "agencies": len({one.unit.agency_id for one in counters}),
        **whole,
    }
    return render(request, "releases/mall.html", context)
