"""Presses that came as no queue of people makes them: too quick, like a clock, or far more than ever before.

Only rules that ask when somebody pressed count here, and none that asks what: so whoever knows when each villager came learns nothing
of their answers, not even by chance. Runs of best answers are flagged too, and stand where evaluators look, but are never announced.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings

from collector.alerts.gathering import Found
from collector.alerts.rules import FEWEST, Kind, Level
from collector.fleet.models import Kiosk
from collector.local import local_date
from collector.scores.ask.fetching import fetched
from collector.scores.ask.lookups import find_form
from collector.scores.ask.queries import PULSE
from collector.scores.ask.scope import Days, Dimension, Scope
from collector.scores.models import Response
from collector.scores.tallies.flags import Flag
from collector.scores.tallies.keys import day_number, stream_of

BY_TIME = Flag.MASHING | Flag.RHYTHM | Flag.RATE
_DAYS = 7
_AT_ONCE = 500


def seen(now: datetime) -> list[Found]:
    """Give the kiosks at which at least five people in one of the last seven days are flagged so; what came late is seen late."""
    last = local_date(now, settings.IKM_TIME_ZONE) - timedelta(days=1)
    days = Days(last - timedelta(days=_DAYS - 1), last)
    number, form = find_form(PULSE)
    if number is None:
        return []
    rows = fetched(number, form, Scope(), days, (Dimension.KIOSK, Dimension.DAY))
    doubtful = sorted({row.kiosk for row in rows if row.flagged and row.kiosk is not None})
    found = []
    for start in range(0, len(doubtful), _AT_ONCE):
        few = _with_bursts(doubtful[start : start + _AT_ONCE], days)
        standing = Kiosk.objects.filter(pk__in=few, stands__isnull=False, stands__hidden_on=None).order_by(
            "pk"
        )
        found += [
            Found(pk, name, unit, region, Kind.BURST, Level.DOWN, now, unit_id=unit_id)
            for pk, name, unit_id, unit, region in standing.values_list(
                "pk", "name", "stands", "stands__name", "stands__region"
            )
        ]
    return found


def _with_bursts(kiosks: Sequence[int], days: Days) -> list[int]:
    visits: defaultdict[tuple[int, int], set[tuple[int, int, int]]] = defaultdict(set)
    rows = Response.objects.filter(
        series__kiosk__in=kiosks, day__gte=day_number(days.first), day__lte=day_number(days.last)
    ).exclude(flags=0)
    for pk, kiosk, day, flags, boot, visit in rows.values_list(
        "pk", "series__kiosk", "day", "flags", "boot", "visit"
    ).iterator():
        if flags & BY_TIME:
            visits[kiosk, day].add((stream_of(pk), boot, visit))
    return sorted({kiosk for (kiosk, _), found in visits.items() if len(found) >= FEWEST})
