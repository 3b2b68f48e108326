"""Opening hours: whether the unit is open at a moment, and when it opens next. Pure."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from survey.settings.hours import DAYS, Hours


def is_open(hours: Mapping[str, Hours], moment: datetime | None) -> bool:
    """Tell whether it is open; always, where no hours are set or the time is not known."""
    if not hours or moment is None:
        return True
    now = moment.time()
    return any(start <= now < end for start, end in hours.get(DAYS[moment.weekday()], ()))


def opens_next(hours: Mapping[str, Hours], moment: datetime) -> datetime | None:
    """Give when it opens next, within the coming week; None if it never does."""
    for ahead in range(8):
        day = moment + timedelta(days=ahead)
        for start, _end in hours.get(DAYS[day.weekday()], ()):
            opening = datetime.combine(day.date(), start, tzinfo=moment.tzinfo)
            if opening > moment:
                return opening
    return None
