"""The number itself: the kiosks' counters against what the release says, and the release against its own arithmetic."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from survey.log.counter import NOTHING, Counted, Told, read_told
from survey.record.errors import Malformed
from survey.record.tally import TallyTold
from witness.ed25519 import check
from witness.verify.findings import Report
from witness.verify.thread import KnownKiosk

BANDS_2017 = (("A", 8831), ("B", 7661), ("C", 6500), ("D", 2500))
"""The lowest index of each category, in hundredths."""
_LOWEST, _HIGHEST = 1, 4


class Period:
    """A release's period, as its borders are told in tallies."""

    def __init__(self, first: str, last: str, bounds_ms: tuple[int, int]) -> None:
        year, month = int(last[:4]), int(last[5:7])
        self.begins = first[:7]
        self.after = f"{year + month // 12:04d}-{month % 12 + 1:02d}"
        self.begin_ms, self.end_ms = bounds_ms


def check_counters(
    told: Mapping[str, Any], kiosks: Mapping[str, KnownKiosk], unit: str, period: Period, report: Report
) -> Counted:
    """Check each kiosk's counters; gives what they come to together."""
    part, total, seen = str(told.get("part", "")), NOTHING, set()
    for one in told["kiosks"]:
        name = str(one["kiosk"])
        if name in seen:
            report.fault("kiosk_twice", kiosk=name)
            continue
        seen.add(name)
        try:
            total = total.plus(
                _earned(one, kiosks.get(name), unit=unit, part=part, period=period, report=report)
            )
        except Malformed as error:
            report.fault("counter_altered", kiosk=name, what=error.code)
    closed = {str(name): str(why) for name, why in told["closed"]["kiosks"]}
    if told["closed"]["n"]:
        report.note("rests_on_auditor", n=told["closed"]["n"])
    for name, why in sorted(closed.items()):
        report.note("kiosk_closed", kiosk=name, why=why)
    for name, kiosk in sorted(kiosks.items()):
        is_alive = any(
            key not in kiosk.archives
            and enrolled_ms < period.end_ms
            and kiosk.revoked.get(key, period.end_ms) > period.begin_ms
            for key, enrolled_ms in kiosk.keys.items()
        )
        if (
            is_alive
            and kiosk.stood_at(unit, period.begin_ms, period.end_ms)[0]
            and name not in {*seen, *closed}
        ):
            report.fault("kiosk_left_out", kiosk=name)
    return total


def check_sums(said: Mapping[str, Any], told: Mapping[str, Any], total: Counted, report: Report) -> None:
    """Hold what the counters come to against the number that was released."""
    elements = {str(one["key"]): int(one["sum"]) for one in said["index"]["elements"]}
    n, closed = int(said["n"]), int(told["closed"]["n"])
    report.answers, report.opened = n, total.n
    if total.n + closed != n or closed < 0:
        report.fault("number_differs", released=n, counted=total.n, closed=closed)
        return
    for key in {**elements, **total.sums}:
        rest = elements.get(key, 0) - total.sums.get(key, 0)
        if not closed * _LOWEST <= rest <= closed * _HIGHEST:
            report.fault(
                "sum_differs", element=key, released=elements.get(key, 0), counted=total.sums.get(key, 0)
            )
            return


def check_arithmetic(said: Mapping[str, Any], report: Report) -> None:
    """Reckon the index from the release's own sums, and the category from the index."""
    index, n = said["index"], int(said["n"])
    if index["rounding"] != {"nrr": None, "product": None} or index["instrument"] != said["instrument"]:
        report.note("not_reckoned")
        return
    sums = sum(int(one["sum"]) for one in index["elements"])
    exact = Fraction(sums, n) * Fraction(str(index["weight"])) * 25 * 100
    reckoned = (2 * exact.numerator + exact.denominator) // (2 * exact.denominator)
    stated = hundredths(index["value"])
    if reckoned != stated or any(int(one["n"]) != n for one in index["elements"]):
        report.fault("index_differs", stated=_text(stated), reckoned=_text(reckoned))
    if index["bands"] != "2017" or index["own_words"]:
        report.note("category_not_checked")
        return
    letter = next((letter for letter, lowest in BANDS_2017 if reckoned >= lowest), "D")
    if letter != index["category"]:
        report.fault("category_differs", stated=str(index["category"]), reckoned=letter)


def hundredths(value: object) -> int:
    """Give a number with two decimals in hundredths."""
    return round(float(str(value)) * 100)


def _text(number: int) -> str:
    return f"{number // 100}.{number % 100:02d}"


def _earned(
    one: Mapping[str, Any], known: KnownKiosk | None, *, unit: str, part: str, period: Period, report: Report
) -> Counted:
    name, key, stream = str(one["kiosk"]), str(one["key"]), str(one["stream"])
    if known is None or not known.keys:
        report.fault("kiosk_not_logged", kiosk=name)
    elif key not in known.keys:
        report.fault("key_not_logged", kiosk=name)
    elif not known.stood_at(unit, period.begin_ms, period.end_ms)[1]:
        report.fault("kiosk_elsewhere", kiosk=name)
    elif one["begin"] is not None and known.keys[key] > period.begin_ms:
        report.fault("key_too_young", kiosk=name)
    begin, before = _told(one["begin"], stream, part, key)
    end, after = _told(one["end"], stream, part, key)
    enrolled_ms = known.keys.get(key, 0) if known is not None else 0
    if after is None or not _is_border(after, period.after):
        report.fault("border", kiosk=name, which="end")
    elif not _begins(before, after, period, enrolled_ms):
        report.fault("border", kiosk=name, which="begin")
    earned = end.minus(begin)
    if earned.n < 0 or min(earned.sums.values(), default=0) < 0:
        report.fault("counter_altered", kiosk=name, what="counter_backwards")
    return earned


def _told(given: object, stream: str, part: str, key: str) -> tuple[Counted, TallyTold | None]:
    if given is None:
        return NOTHING, None
    told: Told = read_told(given)
    return told.counted, told.check(stream=stream, part=part, public_key=bytes.fromhex(key), check=check)


def _begins(before: TallyTold | None, after: TallyTold, period: Period, enrolled_ms: int) -> bool:
    """Tell whether a counter stands at the period's beginning, or the kiosk came within the period and began with nothing."""
    if before is None:
        return after.since == 0 and enrolled_ms >= period.begin_ms
    return _is_border(before, period.begins) and before.since == after.since and before.upto < after.upto


def _is_border(told: TallyTold, month: str) -> bool:
    return told.closes and told.day[:7] == month
