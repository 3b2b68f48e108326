"""Time on a device without a clock chip: repaired where one trusted moment is known, bounded otherwise, never guessed."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.clock import SAME_CLOCK_MS, UNKNOWN_ERROR_MS, Moment, Quality, Timeline
from survey.record import Stamp

DAY = 86_400_000
HOUR = 3_600_000
NOON = 1_767_268_800_000


def stamp(boot: int, up_ms: int, at: int | None = None, *, sync: bool = False) -> Stamp:
    return Stamp(boot=boot, up_ms=up_ms, at=at, sync=sync)


def timeline(*stamps: Stamp, received_ms: int | None = None) -> Timeline:
    line = Timeline()
    for one in stamps:
        line.add(one, received_ms=received_ms)
    return line


def test_a_trusted_clock_is_exact() -> None:
    first, later = stamp(1, 5_000, NOON, sync=True), stamp(1, 65_000, sync=True)
    line = timeline(first, later)
    assert line.moment(first) == Moment(at_ms=NOON, error_ms=SAME_CLOCK_MS, quality=Quality.EXACT)
    assert line.moment(later).at_ms == NOON + 60_000
    assert line.moment(later).quality is Quality.EXACT


def test_a_boot_at_1970_is_repaired_from_its_first_trusted_moment() -> None:
    early = stamp(1, 10_000, 10_000)
    quiet = stamp(1, 20_000)
    line = timeline(early, quiet)
    assert line.moment(early).quality is Quality.UNKNOWN
    assert line.add(stamp(1, HOUR, NOON, sync=True))
    for one in (early, quiet):
        moment = line.moment(one)
        assert moment.quality is Quality.REPAIRED
        assert moment.at_ms == NOON - HOUR + one.up_ms
        assert moment.error_ms < 1_000


def test_a_clock_that_jumps_back_is_followed_only_where_it_is_trusted() -> None:
    good = stamp(1, 10_000, NOON, sync=True)
    wrong = stamp(1, 20_000, NOON - 30 * DAY)
    after = stamp(1, 30_000)
    line = timeline(good, wrong, after)
    assert line.moment(wrong).at_ms == NOON + 10_000
    assert line.moment(after).at_ms == NOON + 20_000
    assert line.moment(after).quality is Quality.REPAIRED
    right = stamp(1, 40_000, NOON + 31_000, sync=True)
    assert not timeline(good).add(wrong)
    line.add(right)
    assert line.moment(right) == Moment(at_ms=NOON + 31_000, error_ms=SAME_CLOCK_MS, quality=Quality.EXACT)


def test_a_boot_without_a_trusted_clock_lies_between_its_neighbours() -> None:
    before = stamp(1, HOUR, NOON, sync=True)
    dark = [stamp(2, 0, 0), stamp(2, 2 * HOUR)]
    after = stamp(3, HOUR, NOON + 10 * HOUR, sync=True)
    line = timeline(before, *dark, after)
    moment = line.moment(dark[0])
    # It began after NOON, and two hours before the boot that began at NOON + 9 h.
    assert moment.quality is Quality.BOUNDED
    assert moment.at_ms == NOON + 7 * HOUR // 2
    assert abs(moment.error_ms - 7 * HOUR // 2) < 2_000
    assert line.moment(dark[1]).at_ms == moment.at_ms + 2 * HOUR


def test_several_dark_boots_share_the_room_between() -> None:
    line = timeline(
        stamp(1, 0, NOON, sync=True),
        stamp(2, 3 * HOUR),
        stamp(3, HOUR),
        stamp(4, 0, NOON + 6 * HOUR, sync=True),
    )
    second, third = line.moment(stamp(2, 0)), line.moment(stamp(3, 0))
    assert (second.at_ms - second.error_ms, second.at_ms + second.error_ms) == pytest.approx(
        (NOON, NOON + 2 * HOUR), abs=2_000
    )
    assert (third.at_ms - third.error_ms, third.at_ms + third.error_ms) == pytest.approx(
        (NOON + 3 * HOUR, NOON + 5 * HOUR), abs=2_000
    )


def test_months_offline_end_at_the_collectors_own_clock() -> None:
    line = Timeline()
    line.add(stamp(1, 0, NOON, sync=True))
    dark = stamp(2, HOUR, 5_000)
    line.add(dark, received_ms=NOON + 60 * DAY)
    moment = line.moment(dark)
    assert moment.quality is Quality.BOUNDED
    assert moment.at_ms - moment.error_ms >= NOON
    assert moment.at_ms + moment.error_ms <= NOON + 60 * DAY + 2_000


def test_with_one_side_open_nothing_is_claimed() -> None:
    dark = stamp(1, HOUR, NOON)
    assert timeline(dark).moment(dark) == Moment(
        at_ms=NOON, error_ms=UNKNOWN_ERROR_MS, quality=Quality.UNKNOWN
    )
    reset = stamp(1, HOUR, 5_000)
    line = timeline(reset, received_ms=NOON)
    assert line.moment(reset) == Moment(at_ms=NOON, error_ms=UNKNOWN_ERROR_MS, quality=Quality.UNKNOWN)
    fast = stamp(1, HOUR, NOON + 900 * DAY)
    line = timeline(fast, received_ms=NOON)
    assert line.moment(fast).at_ms <= NOON
    assert line.moment(fast).quality is Quality.UNKNOWN


def test_a_trusted_clock_far_ahead_of_the_collector_is_not_believed() -> None:
    liar = stamp(1, 1_000, NOON + 400 * DAY, sync=True)
    line = timeline(liar, received_ms=NOON)
    assert line.moment(liar).quality is Quality.UNKNOWN
    honest = stamp(1, 1_000, NOON, sync=True)
    assert timeline(honest, received_ms=NOON + 5).moment(honest).quality is Quality.EXACT


def test_the_past_moves_only_when_something_was_learned() -> None:
    line = Timeline()
    assert not line.add(stamp(1, 0, 5_000))
    assert not line.add(stamp(1, 1_000))
    assert line.add(stamp(1, 2_000, NOON, sync=True))
    assert not line.add(stamp(1, 3_000, NOON + 1_001, sync=True))
    assert not line.add(stamp(2, 0, 9_000))
    assert line.add(stamp(3, 0, NOON + DAY, sync=True))


def test_the_error_grows_with_the_distance_from_a_trusted_moment() -> None:
    line = timeline(stamp(1, 0, NOON, sync=True), stamp(1, 30 * DAY))
    near, far = line.moment(stamp(1, HOUR, sync=True)), line.moment(stamp(1, 30 * DAY))
    assert near.error_ms < far.error_ms < 5 * 60_000


stamps = st.builds(
    Stamp,
    boot=st.integers(1, 5),
    up_ms=st.integers(0, 10 * DAY),
    at=st.none() | st.integers(-(10**12), 4 * 10**12),
    sync=st.booleans(),
)


@given(found=st.lists(stamps, max_size=30), received=st.none() | st.integers(0, 4 * 10**12))
def test_it_survives_storing_and_any_nonsense(found: list[Stamp], received: int | None) -> None:
    line = timeline(*found, received_ms=received)
    again = Timeline.from_rows(json.loads(json.dumps(line.to_rows())))
    assert again.boots == line.boots
    for one in found:
        moment = line.moment(one)
        assert again.moment(one) == moment
        assert 0 <= moment.error_ms <= UNKNOWN_ERROR_MS


@given(
    start=st.integers(10**12, 2 * 10**12),
    boots=st.lists(
        st.tuples(
            st.integers(0, DAY), st.lists(st.integers(0, 5 * HOUR), min_size=1, max_size=5), st.booleans()
        ),
        min_size=1,
        max_size=6,
    ),
)
def test_the_truth_is_always_within_the_error(start: int, boots: list[tuple[int, list[int], bool]]) -> None:
    line = Timeline()
    truth: list[tuple[Stamp, int]] = []
    now = start
    for number, (off, moments, trusted) in enumerate(boots, 1):
        now += off
        for place, up_ms in enumerate(sorted(moments)):
            # The wall clock is right where it is trusted, and otherwise anything.
            at = now + up_ms if trusted else up_ms
            one = stamp(number, up_ms, at if place == 0 else None, sync=trusted)
            line.add(one, received_ms=now + up_ms + 1_000)
            truth.append((one, now + up_ms))
        now += max(moments)
    for one, at in truth:
        moment = line.moment(one)
        assert abs(moment.at_ms - at) <= moment.error_ms
