"""Answers of a few that stay in the month of their kiosk's counter (`survey.index.border`), in the days of the unit where it stood."""

from collections.abc import Sequence
from datetime import datetime

from collector.evidence.intake.lines import Read, RecordLine
from collector.fleet.standing import Standing
from collector.local import LAST_MS, local_date
from survey.index.border import stays
from survey.index.periods import ZONES
from survey.record.clock import Moment, Point, Stamped


def stayed(
    standing: Standing,
    start: Point,
    lines: Sequence[Read],
    stamps: Sequence[Stamped],
    moments: Sequence[Moment],
) -> list[Moment]:
    """Give the moments of some lines with those of the few that stay; how far they may be off says where they were dated."""

    def month_begins(at_ms: int) -> int | None:
        if not 0 <= at_ms <= LAST_MS:
            return None
        zone = ZONES.get(standing.zones.get(standing.at(at_ms)[0], ""))
        if zone is None:
            return None
        day = local_date(at_ms, zone.name)
        border_ms = round(datetime(day.year, day.month, 1, tzinfo=zone.offset).timestamp() * 1000)
        # Whoever answered at another unit is not counted at this one.
        return border_ms if standing.at(at_ms) == standing.at(border_ms - 1) else None

    answered = {line.seq: (line.boot, line.body.visit) for line in lines if not isinstance(line, RecordLine)}
    found = stays(start, stamps, moments, answered, month_begins)
    if not found:
        return list(moments)
    return [
        Moment(at_ms, max(error_ms, dated_ms - at_ms))
        if (at_ms := found.get(stamp.seq)) is not None
        else Moment(dated_ms, error_ms)
        for stamp, (dated_ms, error_ms) in zip(stamps, moments, strict=True)
    ]
