"""What everybody reads: what a unit plans and did after its releases, and what the last forum agreed on until the next one is held.

The report of the survey has this table, and the public is to watch what a forum agreed on. Evidence files and who entered what stay
in the house: pictures show people.
"""

from dataclasses import asdict
from datetime import date

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from collector import clock
from collector.fleet.models import Unit
from collector.followup import forum
from collector.followup.mend import Mend, mends
from collector.followup.reading import ItemRead, items_of_unit
from collector.followup.sentences import mend_lines, months
from collector.language import spoken
from collector.local import local_date
from survey.index.periods import parse

_ROUNDS = 4
"""Of how many periods the plans are shown; all stand in the JSON."""
_INSIDE = ("evidence", "recorded_on")


@require_safe
def page(request: HttpRequest, code: str) -> HttpResponse:
    """Show a unit's plans below the periods they follow, and the last forum's."""
    unit = get_object_or_404(Unit.objects.select_related("region", "agency"), code=code)
    items = items_of_unit(unit)
    seen, today = mends(unit, items), local_date(clock.now(), unit.time_zone)
    periods = sorted(
        {one.period for one in items if one.period}, key=lambda one: parse(one).last, reverse=True
    )
    held = forum.forums(unit)[:1]
    context = {
        "unit": unit,
        "rounds": [
            (parse(period), *_counted([one for one in items if one.period == period], seen, today))
            for period in periods[:_ROUNDS]
        ],
        "forums": [
            (one, *_counted([item for item in items if item.forum_on == one.held_on], seen, today))
            for one in held
        ],
    }
    return render(request, "followup/board.html", context)


@require_safe
def data(_: HttpRequest, code: str) -> HttpResponse:
    """Give all plans of a unit for a program."""
    unit = get_object_or_404(Unit, code=code)
    items = items_of_unit(unit)
    seen = mends(unit, items)
    return JsonResponse(
        {
            "unit": unit.code,
            "items": [
                {key: value for key, value in asdict(one).items() if key not in _INSIDE}
                | {"mend": _mend(seen.get(one.number))}
                for one in items
            ],
        }
    )


def _counted(
    items: list[ItemRead], seen: dict[int, Mend], today: date
) -> tuple[list[dict[str, object]], int]:
    """Give plans as the table tells them, in the order of their numbers, and how many are done."""
    rows: list[dict[str, object]] = [
        {
            "item": one,
            "months": months(one.first_month, one.last_month, spoken()),
            "is_late": one.is_late(today),
            "mend": mend_lines(seen[one.number], spoken()) if one.number in seen else [],
        }
        for one in sorted(items, key=lambda one: one.number)
    ]
    return rows, sum(one.is_done for one in items)


def _mend(found: Mend | None) -> dict[str, object] | None:
    if found is None:
        return None
    change = found.difference
    return {
        "seen": found.seen.value,
        "reason": found.reason.value,
        "before": found.before.address if found.before else None,
        "after": found.after.address if found.after else None,
        "difference": float(change.value) if change else None,
        "interval": [float(change.interval.low), float(change.interval.high)]
        if change and change.interval
        else None,
        "widened": found.is_widened,
        "entered_late": found.is_late_entry,
    }
