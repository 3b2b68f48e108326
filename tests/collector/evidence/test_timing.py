"""The true time of a record: known, repaired or bounded, and the same in whatever groups the records came."""

import random

from hypothesis import given
from hypothesis import strategies as st

from collector.evidence.timing import ClockState, Moment, Stamped, dump, fresh, load, settles, times

DAY = 86_400_000
ENROLLED = 1_000 * DAY
RECEIVED = ENROLLED + 10 * DAY


def stamped(
    seq: int, boot: int, up_ms: int, at: int | None = None, *, sync: bool = False, received: int = RECEIVED
) -> Stamped:
    return Stamped(seq, boot, up_ms, at, sync, received)


def moments(*records: Stamped) -> list[Moment]:
    return times(fresh(enrolled_ms=ENROLLED), records).moments


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


def test_a_state_survives_being_stored() -> None:
    _, state = times(
        fresh(enrolled_ms=ENROLLED), [stamped(1, 1, 0, ENROLLED, sync=True), stamped(2, 2, 5, 7)]
    )
    assert load(dump(state)) == state


def incrementally(records: list[Stamped], cuts: list[int]) -> tuple[dict[int, Moment], ClockState]:
    """Feed records as the intake does: in groups, dating the open ones anew when an anchor comes."""
    state = fresh(enrolled_ms=ENROLLED)
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
    together, _ = times(fresh(enrolled_ms=ENROLLED), records)
    apart, _ = incrementally(records, sorted(cuts))
    assert [apart[seq] for seq in range(1, 41)] == together
