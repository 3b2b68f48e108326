"""Keys of tallies keep their parts apart, in the order that ranges need."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.scores.tallies import keys
from survey.record.errors import Malformed

days = st.dates(min_value=date(1970, 1, 1), max_value=date(2299, 12, 31))
owners = st.integers(min_value=1, max_value=2**27)


@given(owners, days, st.booleans())
def test_parts_of_a_day_key_come_back(owner: int, day: date, flagged: bool) -> None:
    number = keys.day_number(day)
    key = keys.day_key(owner, number, flagged=flagged)
    assert keys.split_day_key(key) == (owner, number, flagged)
    assert keys.day_date(number) == day


@given(
    owners,
    st.integers(1, keys.LAST_FORM),
    days,
    st.integers(1, keys.LAST_GROUP),
    st.booleans(),
)
def test_parts_of_day_unit_and_group_keys_come_back_and_fit(
    owner: int, form: int, day: date, group: int, flagged: bool
) -> None:
    month = keys.month_number(day)
    assert keys.split_unit_day_key(keys.unit_day_key(owner, form, keys.day_number(day))) == (
        owner,
        form,
        keys.day_number(day),
    )
    assert keys.split_unit_key(keys.unit_key(owner, form, month, flagged=flagged)) == (owner, month, flagged)
    key = keys.group_key(owner, form, month, group, flagged=flagged)
    assert keys.split_group_key(key) == ((owner, month, flagged), group)
    assert key < 2**63


def test_days_of_one_series_lie_between_those_of_its_neighbours() -> None:
    assert keys.day_key(7, 0, flagged=False) - keys.day_key(6, 0, flagged=False) == keys.SERIES_STEP_DAYS
    assert keys.day_key(6, keys.LAST_DAY, flagged=True) < keys.day_key(7, 0, flagged=False)
    last_month = keys.month_number(keys.day_date(keys.LAST_DAY))
    assert keys.unit_key(6, keys.LAST_FORM, last_month, flagged=True) < keys.unit_key(7, 1, 0, flagged=False)
    assert keys.unit_key(7, 0, 0, flagged=False) == 7 * keys.UNIT_STEP
    assert keys.group_key(7, 0, 0, 0, flagged=False) == 7 * keys.GROUP_UNIT_STEP
    assert keys.unit_day_key(6, 9, keys.LAST_DAY) < keys.unit_day_key(7, 1, 0) < keys.unit_day_key(7, 2, 0)


def test_no_stream_grows_beyond_its_share_of_a_row_number() -> None:
    assert keys.stream_of(keys.response_id(5, 2**32 - 1)) == 5
    with pytest.raises(Malformed, match="beyond"):
        keys.response_id(5, 2**32)
