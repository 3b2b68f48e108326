"""What kiosks reported on some days, read for many kiosks at once: the rules of `flags` look at whole days."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from collector import statements
from collector.scores.tallies.keys import KIOSK_SHIFT, NO_HOUR
from survey.record.response import TYPED

# Asked for whenever kiosks say that they live: it selects what the rules need, and nothing else.
_RESPONSES = (
    "SELECT given.value, r.id, r.hour, r.at_ms, r.answers, r.duration_s, r.boot, r.visit, r.flags,"
    " m.channel, m.outside_hours, s.place_id, f.instrument, f.version"
    " FROM {each} {then} scores_series s ON s.kiosk_id = given.value >> %s"
    " {then} scores_response r ON r.series_id = s.id AND r.day = given.value & %s"
    " {then} scores_manner m ON m.id = r.manner_id {then} scores_form f ON f.id = s.form_id"
    " ORDER BY given.value, r.at_ms, r.id"
)
_STAFF = (
    "SELECT given.value, a.at_ms, a.until_ms FROM {each}"
    " {then} scores_staffaction a ON a.kiosk_id = given.value >> %s AND a.day = given.value & %s"
    " ORDER BY given.value, a.at_ms, a.id"
)
_KEY = (KIOSK_SHIFT, (1 << KIOSK_SHIFT) - 1)
_STALE = (
    "SELECT d.id FROM {each}"
    " {then} scores_staleday d ON d.id >= given.value << %s AND d.id < (given.value + 1) << %s ORDER BY d.id LIMIT %s"
)
_DONE = "DELETE FROM scores_staleday WHERE id {among}"
_BUSIEST = (
    "SELECT r.day, r.hour, count(*) FROM scores_series s JOIN scores_response r ON r.series_id = s.id"
    " JOIN scores_manner m ON m.id = r.manner_id"
    " WHERE s.kiosk_id = %s AND s.place_id = %s AND r.day BETWEEN %s AND %s AND r.hour < %s"
    " AND length(r.answers) = 1 AND m.channel <> %s GROUP BY r.day, r.hour"
)
_WITH_RESPONSES = (
    "SELECT DISTINCT s.kiosk_id, r.day FROM scores_series s JOIN scores_response r ON r.series_id = s.id"
    " WHERE s.kiosk_id {among} AND r.day BETWEEN %s AND %s"
)


class DayResponse(NamedTuple):
    """A response as it is stored, as far as the rules ask for it."""

    id: int
    hour: int
    at_ms: int
    answers: str
    duration_s: int
    boot: int
    visit: int
    flags: int
    channel: str
    outside_hours: bool
    place: int
    instrument: str
    version: str


def responses_of(days: Collection[int]) -> dict[int, list[DayResponse]]:
    """Give what was reported on kiosk-days, by their keys, in the order it happened; without those that have nothing."""
    found: dict[int, list[DayResponse]] = {}
    for day, *response in statements.rows(_RESPONSES, statements.several(days), *_KEY):
        found.setdefault(day, []).append(DayResponse(*response))
    return found


def staff_of(days: Collection[int]) -> dict[int, list[tuple[int, int]]]:
    """Give from when to when staff stood at a kiosk, by the keys of its days; without those on which nobody did."""
    found: dict[int, list[tuple[int, int]]] = {}
    for day, at_ms, until_ms in statements.rows(_STAFF, statements.several(days), *_KEY):
        found.setdefault(day, []).append((at_ms, until_ms))
    return found


def busiest_hours(kiosk: int, place: int, *, days: tuple[int, int]) -> list[int]:
    """Give how many smileys the busiest hour had, on each day on which a kiosk at a place had any; typed ones left out."""
    found: dict[int, int] = {}
    for day, _, count in statements.rows(_BUSIEST, kiosk, place, *days, NO_HOUR, TYPED):
        found[day] = max(found.get(day, 0), count)
    return list(found.values())


def with_responses(kiosks: Collection[int], *, days: tuple[int, int]) -> set[tuple[int, int]]:
    """Give kiosk and day of all days on which these kiosks have responses."""
    return {
        (kiosk, day) for kiosk, day in statements.rows(_WITH_RESPONSES, statements.several(kiosks), *days)
    }


def take_stale(kiosks: Sequence[int], most: int) -> list[int]:
    """Take at most `most` stale days of these kiosks off the list; another process that looks at the same time gets other ones."""
    locked = statements.locking(_STALE, clause="FOR UPDATE OF d SKIP LOCKED")
    found = [
        day for (day,) in statements.rows(locked, statements.several(kiosks), KIOSK_SHIFT, KIOSK_SHIFT, most)
    ]
    if found:
        statements.run(_DONE, statements.several(found))
    return found
