"""The one-number keys of the tallies, and the days and months in them.

A key holds its parts from the most to the least significant, so that a range of days of one series, or of months of one
unit, is a range of keys. Days count from 1970-01-01, months from January 1970, both in the unit's own zone.
"""

from datetime import date
from functools import lru_cache
from typing import NamedTuple

from survey.record.errors import Malformed

_EPOCH = date(1970, 1, 1).toordinal()
_SEQ_BITS = 32
_DAY_BITS = 17
_MONTH_BITS = 12
_GROUP_BITS = 11
_FORM_BITS = 9

LAST_DAY = date(2299, 12, 31).toordinal() - _EPOCH
"""Days are kept between 1970-01-01 and this one: a clock that says otherwise is wrong."""
KIOSK_SHIFT = _DAY_BITS
"""How far the kiosk stands to the left in the key of a kiosk's day."""
NO_HOUR = 24
"""The local hour of what has a time too uncertain for one."""
LAST_FORM = (1 << _FORM_BITS) - 1
LAST_GROUP = (1 << _GROUP_BITS) - 1

SERIES_STEP_DAYS = 1 << (_DAY_BITS + 1)
"""How far the day keys of neighbouring series lie apart."""
UNIT_STEP = 1 << (_FORM_BITS + _MONTH_BITS + 1)
"""How far the unit keys of neighbouring units lie apart."""
GROUP_UNIT_STEP = 1 << (_FORM_BITS + _MONTH_BITS + 1 + _GROUP_BITS)
"""How far the group keys of neighbouring units lie apart."""


class Rest(NamedTuple):
    """What is left of a tally's key when its owner is taken off."""

    owner: int
    time: int
    flagged: bool


def response_id(stream: int, seq: int) -> int:
    """Give a record's row number.

    Raises:
        Malformed: no stream grows that long (`seq_range`).
    """
    if seq >> _SEQ_BITS:
        raise Malformed("seq_range", f"record {seq} is beyond what a stream can hold")
    return stream << _SEQ_BITS | seq


def stream_of(response: int) -> int:
    """Give the stream a row came from."""
    return response >> _SEQ_BITS


def day_number(day: date) -> int:
    """Give the number of a day."""
    return day.toordinal() - _EPOCH


@lru_cache(maxsize=4096)
def day_date(day: int) -> date:
    """Give the day of a number."""
    return date.fromordinal(day + _EPOCH)


def month_number(day: date) -> int:
    """Give the number of the month a day lies in."""
    return (day.year - 1970) * 12 + day.month - 1


@lru_cache(maxsize=4096)
def month_date(month: int) -> date:
    """Give the first day of a month."""
    return date(1970 + month // 12, month % 12 + 1, 1)


def kiosk_day_id(kiosk: int, day: int) -> int:
    """Give the key of a kiosk's day."""
    return kiosk << _DAY_BITS | day


def split_kiosk_day(key: int) -> tuple[int, int]:
    """Give kiosk and day of a key."""
    return key >> _DAY_BITS, key & ((1 << _DAY_BITS) - 1)


def day_key(series: int, day: int, *, flagged: bool) -> int:
    """Give the key of a series' day."""
    return (series << _DAY_BITS | day) << 1 | flagged


def split_day_key(key: int) -> Rest:
    """Give series, day and side of a key."""
    return Rest(key >> (_DAY_BITS + 1), key >> 1 & ((1 << _DAY_BITS) - 1), bool(key & 1))


def unit_day_key(unit: int, form: int, day: int) -> int:
    """Give the key of a unit's day, both sides of it."""
    return (unit << _FORM_BITS | form) << _DAY_BITS | day


def split_unit_day_key(key: int) -> tuple[int, int, int]:
    """Give unit, form and day of a key."""
    owner, day = key >> _DAY_BITS, key & ((1 << _DAY_BITS) - 1)
    return owner >> _FORM_BITS, owner & LAST_FORM, day


def unit_key(unit: int, form: int, month: int, *, flagged: bool) -> int:
    """Give the key of a unit's month."""
    return ((unit << _FORM_BITS | form) << _MONTH_BITS | month) << 1 | flagged


def split_unit_key(key: int) -> Rest:
    """Give unit, month and side of a key; the form is the one it was looked up by."""
    return Rest(key >> (_FORM_BITS + _MONTH_BITS + 1), key >> 1 & ((1 << _MONTH_BITS) - 1), bool(key & 1))


def group_key(unit: int, form: int, month: int, group: int, *, flagged: bool) -> int:
    """Give the key of one group of a unit's month."""
    return unit_key(unit, form, month, flagged=flagged) << _GROUP_BITS | group


def split_group_key(key: int) -> tuple[Rest, int]:
    """Give unit, month and side of a key, and its group."""
    return split_unit_key(key >> _GROUP_BITS), key & ((1 << _GROUP_BITS) - 1)
