"""A few answers that an anchor dates behind a month's border stay in the month of their counter; five people do not; and no grouping changes that."""

import random

from hypothesis import given
from hypothesis import strategies as st

from survey.index.border import stays
from survey.index.sampling import SMALLEST_GROUP
from survey.record.clock import Stamped, settles, times, unknown_clock

DAY = 86_400_000
ENROLLED = 1_000 * DAY
MONTH = 30 * DAY
BORDER = 1_020 * DAY
"""Months of thirty days begin here, and thirty days before and after."""
RECEIVED = ENROLLED + 100 * DAY


def month_begins(at_ms: int) -> int:
    return BORDER + (at_ms - BORDER) // MONTH * MONTH


def kept(people: int, *, visits: int | None = None, anchored_ms: int = BORDER + 3 * DAY) -> dict[int, int]:
    """Have a kiosk go off ten days before a border, and so many people answer before it knows the day again."""
    records = [Stamped(1, 1, 0, BORDER - 10 * DAY, sync=True, received_ms=RECEIVED)]
    records += [
        Stamped(2 + at, 2, 60_000 * at, None, sync=False, received_ms=RECEIVED) for at in range(people)
    ]
    records.append(Stamped(2 + people, 2, 60_000 * people, anchored_ms, sync=True, received_ms=RECEIVED))
    state = unknown_clock(enrolled_ms=ENROLLED)
    answered = {2 + at: at % (visits or people) for at in range(people)}
    return stays(state.end, records, times(state, records).moments, answered, month_begins)


def test_fewer_than_five_stay_and_five_are_moved() -> None:
    for people in range(1, SMALLEST_GROUP):
        assert kept(people) == dict.fromkeys(range(2, 2 + people), BORDER - 1)
    assert kept(SMALLEST_GROUP) == {}


def test_people_are_counted_and_not_their_questionnaires() -> None:
    assert len(kept(8, visits=4)) == 8
    assert kept(10, visits=5) == {}


def test_what_is_dated_before_the_border_is_left_as_it_is() -> None:
    assert kept(3, anchored_ms=BORDER - 2 * DAY) == {}
    assert kept(3, anchored_ms=BORDER + 90_000) == {4: BORDER - 1}, "two answered before midnight"


def test_months_that_nobody_saw_end_at_the_border_of_the_anchor() -> None:
    assert set(kept(2, anchored_ms=BORDER + MONTH + 3 * DAY).values()) == {BORDER + MONTH - 1}


def test_what_follows_a_trusted_clock_is_never_held_back() -> None:
    records = [
        Stamped(1, 1, 0, BORDER - DAY, sync=True, received_ms=RECEIVED),
        *(Stamped(at, 1, at * DAY, None, sync=False, received_ms=RECEIVED) for at in (2, 3)),
    ]
    state = unknown_clock(enrolled_ms=ENROLLED)
    found = times(state, records).moments
    assert found[2].at_ms > BORDER
    assert stays(state.end, records, found, {2: 1, 3: 2}, month_begins) == {}


def together(records: list[Stamped], cuts: list[int], answered: dict[int, int]) -> dict[int, int]:
    """When each record is, where they come in groups: what a group settles is read again with it, as the intake does."""
    known: dict[int, int] = {}
    state = unknown_clock(enrolled_ms=ENROLLED)
    for begin, end in zip([0, *cuts], [*cuts, len(records)], strict=True):
        group, from_base = records[begin:end], False
        if not group:
            continue
        if state.open_from < group[0].seq and settles(group):
            group = [one for one in records[:begin] if one.seq >= state.open_from] + group
            from_base = True
        start = state.base if from_base else state.end
        moments, state = times(state, group, from_base=from_base)
        known |= {one.seq: moment.at_ms for one, moment in zip(group, moments, strict=True)}
        known |= stays(start, group, moments, answered, month_begins)
    return known


@given(seed=st.integers(0, 10**9), cuts=st.sets(st.integers(1, 39)))
def test_who_stays_does_not_depend_on_how_records_were_grouped(seed: int, cuts: set[int]) -> None:
    chance = random.Random(seed)
    records, boot, up_ms, now = [], 1, 0, ENROLLED
    for seq in range(1, 41):
        if chance.random() < 0.25:
            boot, up_ms, now = boot + 1, 0, now + chance.randrange(20 * DAY)
        step = chance.randrange(DAY)
        up_ms, now = up_ms + step, now + step
        sync = chance.random() < 0.15
        at = now if sync else now - chance.randrange(30 * DAY) if chance.random() < 0.2 else None
        records.append(Stamped(seq, boot, up_ms, at, sync, RECEIVED + 900 * DAY))
    answered = {seq: chance.randrange(12) for seq in range(1, 41) if chance.random() < 0.7}
    assert together(records, sorted(cuts), answered) == together(records, [], answered)
