"""The number itself: the kiosks' counters against what the release says, and the release against its own arithmetic."""

import math
import re
from collections.abc import Container, Mapping, Sequence
from typing import Any

from survey.log.counter import NOTHING, Counted, Told, read_told
from survey.record.errors import Malformed
from survey.record.tally import TallyTold
from witness.ed25519 import check
from witness.verify import values
from witness.verify.findings import Report
from witness.verify.thread import KnownKiosk
from witness.verify.visits import Tested

BANDS_2017 = (("A", 8831), ("B", 7661), ("C", 6500), ("D", 2500))
"""The lowest index of each category, in hundredths."""
_LOWEST, _HIGHEST = 1, 4
_MOST_FEW = 4
"""Fewer than five people are never told apart."""
_STREAM_BYTES = 16
_WEIGHT = re.compile(r"([0-9]{1,4})/([0-9]{1,4})|0\.([0-9]{1,6})")


class Period:
    """A unit's period, as its borders are told in tallies."""

    def __init__(self, unit: str, first: str, last: str, bounds_ms: tuple[int, int]) -> None:
        self.unit = unit
        year, month = int(last[:4]), int(last[5:7])
        self.begins = first[:7]
        self.after = f"{year + month // 12:04d}-{month % 12 + 1:02d}"
        self.begin_ms, self.end_ms = bounds_ms


def check_counters(
    told: Mapping[str, Any],
    kiosks: Mapping[str, KnownKiosk],
    period: Period,
    tests: Sequence[Tested],
    report: Report,
) -> Counted:
    """Check each kiosk's counters; gives what they come to together, without the test visits."""
    part, total, seen = values.text(told, "part"), NOTHING, set()
    smallest: int | None = None
    for one in values.rows(told, "kiosks"):
        name = values.text(one, "kiosk")
        if name in seen:
            report.fault("kiosk_twice", kiosk=name)
            continue
        seen.add(name)
        own = [test for test in tests if test.kiosk == name]
        earned = _earned(one, kiosks.get(name), part=part, period=period, tests=own, report=report)
        total = total.plus(earned)
        if earned.n > 0:
            smallest = earned.n if smallest is None else min(smallest, earned.n)
    closed = values.obj(told, "closed")
    rest = values.whole(closed, "n")
    if rest:
        report.note("rests_on_auditor", n=rest)
    for row in values.rows(closed, "kiosks"):
        if not isinstance(row, list) or len(row) != 2 or not all(isinstance(word, str) for word in row):
            raise values.wrong("closed")
        seen.add(row[0])
        report.note("kiosk_closed", kiosk=row[0], why=row[1])
    bounds = period.begin_ms, period.end_ms
    stayed = {name for name, kiosk in kiosks.items() if kiosk.stood_at(period.unit, *bounds)[1]}
    _check_closed(closed, smallest, stayed, report)
    for name, kiosk in sorted(kiosks.items()):
        here = kiosk.stood_at(period.unit, period.begin_ms, period.end_ms)[0]
        if here and kiosk.is_alive(period.begin_ms, period.end_ms) and name not in seen:
            report.fault("kiosk_left_out", kiosk=name)
    return total


def _check_closed(
    closed: Mapping[str, Any], smallest: int | None, stayed: Container[str], report: Report
) -> None:
    """Name a kiosk whose counters are closed for a reason that what is published contradicts; `stayed` here all of the period.

    A kiosk with few has one to four answers, and one that is closed beside others no more than the smallest that is opened: so they hold so
    many at most. Whether a kiosk moved stands in the log. The other reasons no stranger can look into.
    """
    rows, n = closed["kiosks"], closed["n"]
    few, beside = (sum(why == one for _, why in rows) for one in ("few", "protected"))
    if few + beside == len(rows) and (not beside or smallest is not None):
        most = few * _MOST_FEW + beside * (smallest or 0)
        if n > most:
            report.fault("closed_too_many", n=n, most=most)
    for name, why in rows:
        if why == "moved" and name in stayed:
            report.fault("closed_not_moved", kiosk=name)


def check_sums(said: Mapping[str, Any], told: Mapping[str, Any], total: Counted, report: Report) -> None:
    """Hold what the counters come to against the number that was released."""
    elements = elements_of(said)
    n, closed = values.whole(said, "n"), values.whole(values.obj(told, "closed"), "n")
    report.answers, report.opened = n, total.n
    if total.n + closed != n:
        report.fault("number_differs", released=n, counted=total.n, closed=closed)
        return
    for key in sorted({**elements, **total.sums}):
        released, counted = elements.get(key, 0), total.sums.get(key, 0)
        if not closed * _LOWEST <= released - counted <= closed * _HIGHEST:
            report.fault("sum_differs", element=key, released=released, counted=counted)
            return


def elements_of(said: Mapping[str, Any]) -> dict[str, int]:
    """Give the sum of each element as the release says it."""
    rows = values.rows(values.obj(said, "index"), "elements")
    return {values.text(one, "key"): values.whole(one, "sum") for one in rows}


def check_arithmetic(said: Mapping[str, Any], report: Report) -> None:
    """Reckon the index from the release's own sums, and the category from the index."""
    index, n = values.obj(said, "index"), values.whole(said, "n")
    rounding, weight = values.obj(index, "rounding"), _WEIGHT.fullmatch(values.text(index, "weight"))
    is_plain = values.at(rounding, "nrr") is None and values.at(rounding, "product") is None
    if not is_plain or weight is None or n == 0:
        report.note("not_reckoned")
        return
    top, bottom = (int(weight[1]), int(weight[2])) if weight[1] else (int(weight[3]), 10 ** len(weight[3]))
    if bottom == 0:
        report.note("not_reckoned")
        return
    rows = values.rows(index, "elements")
    over, under = sum(elements_of(said).values()) * top * 2500, n * bottom
    reckoned = (2 * over + under) // (2 * under)
    stated = hundredths(values.number(index, "value"))
    if reckoned != stated or any(values.whole(one, "n") != n for one in rows):
        report.fault("index_differs", stated=printed(stated), reckoned=printed(reckoned))
    if values.at(index, "bands") != "2017" or values.at(index, "own_words") is not False:
        report.note("category_not_checked")
        return
    letter = next((letter for letter, lowest in BANDS_2017 if reckoned >= lowest), "D")
    if values.at(index, "category") != letter:
        report.fault("category_differs", stated=f"{values.at(index, 'category')}", reckoned=letter)


def hundredths(value: float) -> int:
    """Give an index in hundredths, as it is printed."""
    return math.floor(value * 100 + 0.5)


def printed(number: int) -> str:
    """Give hundredths as they are printed."""
    return f"{number // 100}.{number % 100:02d}"


def _earned(
    one: Mapping[str, Any],
    known: KnownKiosk | None,
    *,
    part: str,
    period: Period,
    tests: Sequence[Tested],
    report: Report,
) -> Counted:
    name, key = values.text(one, "kiosk"), values.unhex(values.text(one, "key"))
    stream = values.text(one, "stream")
    enrolled_ms = known.keys.get(key.hex(), -1) if known is not None else -1
    values.at(one, "begin")
    _check_key(one, known, key.hex(), period, report)
    try:
        if len(values.unhex(stream)) != _STREAM_BYTES:
            raise values.wrong("stream")
        begin, before = _told(one["begin"], stream, part, key)
        end, after = _told(values.at(one, "end"), stream, part, key)
    except Malformed as error:
        report.fault("counter_altered", kiosk=name, what=error.code)
        return NOTHING
    if after is None or not _is_border(after, period.after):
        report.fault("border", kiosk=name, which="end")
    elif not _begins(before, after, period, enrolled_ms):
        report.fault("border", kiosk=name, which="begin")
    earned = _without(
        end.minus(begin), [one.within(part, before, after) for one in tests if one.stream == stream]
    )
    if earned.n < 0 or min(earned.sums.values(), default=0) < 0:
        report.fault("counter_altered", kiosk=name, what="counter_backwards")
    return earned


def _check_key(
    one: Mapping[str, Any], known: KnownKiosk | None, key: str, period: Period, report: Report
) -> None:
    """Name a counter that is of no kiosk, or of another key, place or life than the log says."""
    name, stream = one["kiosk"], one["stream"]
    enrolled_ms = known.keys.get(key, -1) if known is not None else -1
    if known is None or not known.keys:
        report.fault("kiosk_not_logged", kiosk=name)
    elif key not in known.keys:
        report.fault("key_not_logged", kiosk=name)
    elif not known.stood_at(period.unit, _from_ms(one, enrolled_ms, period), period.end_ms)[1]:
        report.fault("kiosk_elsewhere", kiosk=name)
    elif one["begin"] is not None and enrolled_ms > period.begin_ms:
        report.fault("key_too_young", kiosk=name)
    elif one["begin"] is None and set(known.begun) - {stream}:
        report.fault("kiosk_unaccounted", kiosk=name, why="other_life")


def _from_ms(one: Mapping[str, Any], enrolled_ms: int, period: Period) -> int:
    """Give from when on a kiosk has to have stood at the unit: one that came within the period, from its enrolment on."""
    return max(period.begin_ms, enrolled_ms) if one["begin"] is None else period.begin_ms


def _without(earned: Counted, parts: Sequence[Counted]) -> Counted:
    for one in parts:
        earned = earned.minus(one)
    return earned


def _told(given: object, stream: str, part: str, key: bytes) -> tuple[Counted, TallyTold | None]:
    if given is None:
        return NOTHING, None
    told: Told = read_told(given)
    return told.counted, told.check(stream=stream, part=part, public_key=key, check=check)


def _begins(before: TallyTold | None, after: TallyTold, period: Period, enrolled_ms: int) -> bool:
    """Tell whether a counter stands at the period's beginning, or the kiosk came within the period and began with nothing."""
    if before is None:
        return after.since == 0 and enrolled_ms >= period.begin_ms
    return _is_border(before, period.begins) and before.since == after.since and before.upto < after.upto


def _is_border(told: TallyTold, month: str) -> bool:
    return told.closes and told.day[:7] == month
