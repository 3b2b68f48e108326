"""The true time of a record: known, repaired or bounded, and the same in whatever groups the records came."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.record.clock import ClockState, Moment, Stamped, settles, times, unknown_clock

DAY = 86_400_000
ENROLLED = 1_000 * DAY
RECEIVED = ENROLLED + 10 * DAY


def stamped(
    seq: int, boot: int, up_ms: int, at: int | None = None, *, sync: bool = False, received: int = RECEIVED
) -> Stamped:
    return Stamped(seq, boot, up_ms, at, sync, received)


def moments(*records: Stamped) -> list[Moment]:
    return times(unknown_clock(enrolled_ms=ENROLLED), records).moments


def test_a_trusted_clock_dates_its_whole_boot_before_and_after() -> None:
    base = ENROLLED + DAY
    found = moments(
        stamped(1, 1, 0), stamped(2, 1, 60_000, base + 60_000, sync=True), stamped(3, 1, 3_660_000)
    )
    assert [one.at_ms for one in found] == [base, base + 60_000, base + 3_660_000]
    assert [one.error_ms for one in found] == [1_006, 1_000, 1_360]


def test_a_later_anchor_takes_over_from_its_record_on() -> None:
    base = ENROLLED + DAY
    found = moments(
        stamped(1, 1, 0, base, sync=True),
        stamped(2, 1, 1000),
        stamped(3, 1, 2000, base + 5000, sync=True),
        stamped(4, 1, 3000),
    )
    assert [one.at_ms - base for one in found] == [0, 1000, 5000, 6000]


def test_a_boot_that_knew_no_time_lies_between_its_neighbours() -> None:
    base = ENROLLED + DAY
    found = moments(
        stamped(1, 1, 0, base, sync=True),
        stamped(2, 1, DAY),
        stamped(3, 2, 0),
        stamped(4, 3, 0, base + 3 * DAY, sync=True),
    )
    assert found[2] == Moment(base + 2 * DAY, DAY)


def test_what_an_untrusted_clock_showed_is_believed_where_it_can_be_true() -> None:
    base = ENROLLED + DAY
    first, last = stamped(1, 1, 0, base, sync=True), stamped(4, 3, 0, base + 3 * DAY, sync=True)
    possible = moments(first, stamped(2, 2, 0, base + DAY), stamped(3, 2, 1000), last)
    assert [one.at_ms for one in possible[1:3]] == [base + DAY, base + DAY + 1000]
    impossible = moments(first, stamped(2, 2, 0, 0), stamped(3, 2, 1000), last)
    assert impossible[1].at_ms == base + 3 * DAY // 2


def test_a_boot_without_any_anchor_lies_before_it_was_received() -> None:
    found = moments(stamped(1, 1, 0), stamped(2, 1, 1000))
    assert found[0] == Moment(ENROLLED + 5 * DAY, 5 * DAY)


def test_a_clock_ahead_of_the_collectors_is_not_trusted_whatever_it_says() -> None:
    lying = stamped(1, 1, 0, RECEIVED + DAY, sync=True)
    assert not settles([lying])
    assert moments(lying)[0] == Moment(ENROLLED + 5 * DAY, 5 * DAY)


FIVE_MINUTES = 300_000


def test_five_minutes_ahead_of_the_collector_is_the_most_that_is_trusted() -> None:
    assert moments(stamped(1, 1, 0, RECEIVED + FIVE_MINUTES, sync=True))[0].at_ms == RECEIVED + FIVE_MINUTES
    assert moments(stamped(1, 1, 0, RECEIVED + FIVE_MINUTES + 1, sync=True))[0].at_ms == ENROLLED + 5 * DAY


@pytest.mark.parametrize("ahead, shown", [(FIVE_MINUTES, FIVE_MINUTES), (FIVE_MINUTES + 1, 1_000 - DAY)])
def test_a_later_clock_too_far_ahead_leaves_the_one_before_it_in_force(ahead: int, shown: int) -> None:
    found = moments(
        stamped(1, 1, 0, RECEIVED - DAY, sync=True), stamped(2, 1, 1_000, RECEIVED + ahead, sync=True)
    )
    assert found[1].at_ms == RECEIVED + shown


def test_the_first_trusted_moment_of_the_next_boot_bounds_the_one_before_by_its_beginning() -> None:
    base = ENROLLED + DAY
    found = moments(
        stamped(1, 1, 0, base, sync=True),
        stamped(2, 2, 0),
        stamped(3, 3, DAY, base + 3 * DAY, sync=True),  # it began a day before it knew the time
    )
    assert found[1] == Moment(base + DAY, DAY)


def test_a_boot_without_a_clock_begins_after_all_that_came_before_it() -> None:
    base = ENROLLED + DAY
    found = moments(
        stamped(1, 1, 1_000, base, sync=True),
        stamped(2, 1, DAY),
        stamped(3, 2, 2_000),
        stamped(4, 3, 5_000, received=base + 3 * DAY),
    )
    first, second = base + DAY - 1_000, base + DAY + 1_000
    assert [one.at_ms - one.error_ms for one in found[2:]] == [first + 2_000, second + 5_000]


def test_a_boot_time_that_runs_back_does_not_draw_the_next_boot_back() -> None:
    base = ENROLLED + DAY
    found = moments(
        stamped(1, 1, DAY, base + DAY, sync=True),
        stamped(2, 1, 5_000),
        stamped(3, 2, 0, received=base + 2 * DAY),
    )
    assert found[2].at_ms - found[2].error_ms == base + DAY


def test_a_boot_at_1970_is_dated_from_its_first_trusted_moment() -> None:
    base = ENROLLED + DAY
    found = moments(
        stamped(1, 1, 0, 0), stamped(2, 1, 60_000), stamped(3, 1, 120_000, base + 120_000, sync=True)
    )
    assert [one.at_ms for one in found] == [base, base + 60_000, base + 120_000]


def test_a_clock_that_jumps_back_is_followed_only_where_it_is_trusted() -> None:
    base = ENROLLED + DAY
    found = moments(
        stamped(1, 1, 0, base, sync=True),
        stamped(2, 1, 1_000, base - 30 * DAY),
        stamped(3, 1, 2_000),
        stamped(4, 1, 3_000, base + 4_000, sync=True),
    )
    assert [one.at_ms - base for one in found] == [0, 1_000, 2_000, 4_000]


def test_months_offline_without_any_clock_end_at_the_collectors_own() -> None:
    found = moments(stamped(1, 1, 0), stamped(2, 2, 0), stamped(3, 3, 0, received=ENROLLED + 120 * DAY))
    for one in found:
        assert one.at_ms - one.error_ms >= ENROLLED
        assert one.at_ms + one.error_ms <= ENROLLED + 120 * DAY


@given(
    boots=st.lists(
        st.tuples(
            st.integers(0, DAY),
            st.lists(st.integers(0, 5 * 3_600_000), min_size=1, max_size=5),
            st.booleans(),
        ),
        min_size=1,
        max_size=6,
    ),
)
def test_the_truth_is_always_within_the_error(boots: list[tuple[int, list[int], bool]]) -> None:
    records: list[Stamped] = []
    truth: list[int] = []
    now = ENROLLED
    for number, (off, ups, trusted) in enumerate(boots, 1):
        now += off
        for place, up_ms in enumerate(sorted(ups)):
            # The wall clock is right where it is trusted, and otherwise anything.
            shown = None if place else now + up_ms if trusted else up_ms
            received = now + up_ms + 1_000
            records.append(stamped(len(records) + 1, number, up_ms, shown, sync=trusted, received=received))
            truth.append(now + up_ms)
        now += max(ups)
    for one, at in zip(moments(*records), truth, strict=True):
        assert abs(one.at_ms - at) <= one.error_ms


def incrementally(records: list[Stamped], cuts: list[int]) -> tuple[dict[int, Moment], ClockState]:
    """Feed records as the intake does: in groups, dating the open ones anew when an anchor comes."""
    state = unknown_clock(enrolled_ms=ENROLLED)
    known: dict[int, Moment] = {}
    for begin, end in zip([0, *cuts], [*cuts, len(records)], strict=True):
        group = records[begin:end]
        if not group:
            continue
        first, from_base = group[0].seq, False
        if state.open_from < first and settles(group):
            group = [one for one in records[:begin] if one.seq >= state.open_from] + group
            from_base = True
        found, state = times(state, group, from_base=from_base)
        known |= {one.seq: moment for one, moment in zip(group, found, strict=True)}
    return known, state


@given(seed=st.integers(0, 10**9), cuts=st.sets(st.integers(1, 39)))
def test_times_do_not_depend_on_how_records_were_grouped(seed: int, cuts: set[int]) -> None:
    chance = random.Random(seed)
    records, boot, up_ms = [], 1, 0
    for seq in range(1, 41):
        if chance.random() < 0.25:
            boot, up_ms = boot + 1, 0
        up_ms += chance.randrange(DAY // 10)
        at = ENROLLED + chance.randrange(20 * DAY) if chance.random() < 0.2 else None
        received = ENROLLED + chance.randrange(8, 12) * DAY
        records.append(stamped(seq, boot, up_ms, at, sync=chance.random() < 0.5, received=received))
    together, _ = times(unknown_clock(enrolled_ms=ENROLLED), records)
    apart, _ = incrementally(records, sorted(cuts))
    assert [apart[seq] for seq in range(1, 41)] == together
