"""Opening hours by day, as settings, the kiosk's configuration and its staff give them, and as a record tells them. Pure."""

import re
from collections.abc import Mapping
from datetime import time

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Hours = tuple[tuple[time, time], ...]
"""Opening hours of one day, in order, not overlapping, in local time."""


def read_hours(content: object, *, where: str) -> Mapping[str, Hours]:
    """Read opening hours: an object of days, each a list of `["08:00", "16:00"]`.

    Raises:
        ValueError: a day is unknown, or its times are none, or out of order; `where` is what the message calls them.
    """
    if not isinstance(content, dict):
        raise ValueError(  # noqa: TRY004 - what was typed is a value, whatever its type
            f'{where} = {content!r}: write an object of days, as mon = [["08:00", "16:00"]]'
        )
    hours: dict[str, Hours] = {}
    for day, spans in content.items():
        if day not in DAYS:
            raise ValueError(f"{where}.{day}: no such day; write one of {', '.join(DAYS)}")
        try:
            read = tuple((_clock(start), _clock(end)) for start, end in spans)
        except (TypeError, ValueError) as error:
            raise ValueError(
                f'{where}.{day} = {spans!r}: write a list of times, as [["08:00", "12:00"], ["13:00", "16:00"]]'
            ) from error
        flat = [moment for span in read for moment in span]
        if flat != sorted(set(flat)):
            raise ValueError(f"{where}.{day} = {spans!r}: the times must rise and not overlap")
        hours[day] = read
    return hours


def written_hours(hours: Mapping[str, Hours]) -> dict[str, list[list[str]]]:
    """Give what `read_hours` reads, without the days that are closed."""
    return {
        day: [[f"{start:%H:%M}", f"{end:%H:%M}"] for start, end in hours[day]]
        for day in DAYS
        if hours.get(day)
    }


def told_hours(hours: Mapping[str, Hours]) -> dict[str, str]:
    """Give them as a `staff` record tells them: `08:00-12:00 13:00-15:00` by day."""
    return {day: " ".join("-".join(span) for span in spans) for day, spans in written_hours(hours).items()}


def _clock(text: object) -> time:
    moment = time.fromisoformat(text) if isinstance(text, str) and re.fullmatch(r"\d\d:\d\d", text) else None
    if moment is None:
        raise ValueError(text)
    return moment
