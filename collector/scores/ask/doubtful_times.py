"""What came in late, was dated anew, or may belong to the period beside: counted next to an index, never in its place.

Every response counts on the day that its anchors allow. Where its time is uncertain enough to lie on the other side of a
period's border, the index is also computed both ways: of what certainly lies in the period, and of all that may.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from collector.scores.ask.counting import coder_of
from collector.scores.ask.fetching import Row, where_of
from collector.scores.ask.lookups import GroupKey
from collector.scores.ask.lookups import rows as find
from collector.scores.ask.scope import GROUP_DIMENSIONS, PERIOD_DIMENSIONS, Days, Dimension, Scope
from collector.scores.tallies.forms import CodedForm
from collector.scores.tallies.keys import day_date, day_number

# CROSS JOIN for the same reason as in `counting`: SQLite looks the few rows of each series up.
_DOUBTS = (
    "SELECT s.unit_id, s.service_id, s.place_id, s.kiosk_id, d.day, d.earliest, d.latest, d.late, d.redated, r.answers"
    " FROM scores_series s JOIN fleet_unit u ON u.id = s.unit_id CROSS JOIN scores_doubtfultime d"
    " JOIN scores_response r ON r.id = d.id"
    " WHERE s.form_id = %s AND d.series_id = s.id AND d.latest >= %s AND d.earliest <= %s AND {where}"
)


@dataclass(slots=True)
class DoubtfulTimes:
    """What is doubtful about the times of one group's responses: plain rows of counts, as `packing` adds them."""

    late: int = 0
    """Of those counted here that came in more than 30 days after they were given."""
    redated: int = 0
    """Of those counted here whose own clock was not trusted."""
    outside: int = 0
    """Of those counted here that may lie outside the period."""
    inside: int = 0
    """Of those counted elsewhere that may lie inside it."""


def doubtful_times(
    form_number: int, form: CodedForm, scope: Scope, days: Days, by: Sequence[Dimension] = ()
) -> dict[GroupKey, DoubtfulTimes]:
    """Give the doubtful times of the whole under `()`, and of every group of units, services, places or kiosks.

    Groups of periods, hours and profiles have none of their own.
    """
    first, last = day_number(days.first), day_number(days.last)
    where = where_of(scope)
    found = find(_DOUBTS.format(where=where.sql), (form_number, first, last, *where.values))
    grouped = by and not {*GROUP_DIMENSIONS, *PERIOD_DIMENSIONS}.intersection(by)
    entries = [_entry(one) for one in found]
    coders = [coder_of(dimension, [row for row, *_ in entries]) for dimension in by] if grouped else []
    doubts: defaultdict[GroupKey, DoubtfulTimes] = defaultdict(DoubtfulTimes)
    for row, day, earliest, latest, late, redated, answers in entries:
        counted = first <= day <= last
        number = form.number(answers)
        for key in {(), tuple(coder(row) for coder in coders)}:
            group = doubts[key]
            if not counted:
                group.inside += number
                continue
            group.late += number * late
            group.redated += number * redated
            if earliest < first or latest > last:
                group.outside += number
    return dict(doubts)


def _entry(row: tuple[Any, ...]) -> tuple[Row, int, int, int, bool, bool, str]:
    unit, service, place, kiosk, day, earliest, latest, late, redated, answers = row
    place_in = Row(unit, service, place, kiosk, day_date(day), False, "", 0, is_dated=False)  # noqa: FBT003 - whose it is, and no more
    return place_in, day, earliest, latest, bool(late), bool(redated), answers
