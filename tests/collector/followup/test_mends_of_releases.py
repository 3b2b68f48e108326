"""Which two releases a mend is seen in, and what is said where there are none."""

from datetime import UTC, date, datetime

import pytest

from collector.followup import forum, register
from collector.followup.mend import Mend, Seen, mends
from collector.followup.models import Item
from collector.followup.reading import items_of_unit
from collector.followup.sentences import mend_lines
from collector.releases import publishing
from collector.releases.moved import Reason
from survey.index.periods import parse
from tests.collector.conftest import OwnClock
from tests.collector.followup import desa
from tests.collector.papers import town
from tests.collector.scores.village import Post

pytestmark = pytest.mark.django_db
DONE = date(2027, 1, 20)


@pytest.fixture
def post(own_clock: OwnClock) -> Post:
    """A village with a quarter out in January, and another one in April."""
    own_clock.moment = datetime(2027, 1, 9, 3, tzinfo=UTC)
    return town.post()


def later(own_clock: OwnClock, month: int, day: int) -> None:
    own_clock.moment = datetime(2027, month, day, 3, tzinfo=UTC)


def mend(post: Post) -> Mend:
    (found,) = mends(post.unit, items_of_unit(post.unit)).values()
    return found


def do(item: Item, day: date = DONE) -> None:
    register.done(item, day=day, result="Loket kedua", who="budi")


def test_a_mend_is_seen_between_the_quarters_around_its_day_and_not_in_the_one_it_lies_in(
    post: Post, own_clock: OwnClock
) -> None:
    before = desa.released(post, number=200)
    item = desa.add(before)
    later(own_clock, 1, 21)
    do(item)
    assert (mend(post).seen, mend(post).reason) == (Seen.WAITING, Reason.NO_AFTER)
    later(own_clock, 4, 5)
    desa.released(post, desa.AFTER, seed=2)
    assert mend(post).seen is Seen.WAITING, "the mend lies in the middle of that quarter"
    later(own_clock, 7, 5)
    after = desa.released(post, parse("2027-TW2"), seed=3)
    found = mend(post)
    assert found.before is not None
    assert found.after is not None
    assert (found.before.address, found.after.address) == (before.address, after.address)
    assert (found.seen, found.reason, found.is_widened, found.is_late_entry) == (
        Seen.NOT_YET,
        Reason.CHANCE,
        True,
        False,
    )
    lines = mend_lines(found, "id")
    assert lines[0] == "Belum terlihat: selisihnya masih dalam kisaran kebetulan."
    assert "dilebarkan" in lines[2]
    assert lines[-1] == "Angka menunjukkan perubahan, bukan sebabnya."


def test_a_mend_of_another_quarter_s_plan_needs_no_allowance_and_a_day_entered_afterwards_is_told(
    post: Post, own_clock: OwnClock
) -> None:
    own_clock.moment = datetime(2026, 10, 5, 3, tzinfo=UTC)
    item = desa.add(desa.released(post, desa.BEFORE, seed=4))
    later(own_clock, 1, 9)
    desa.released(post)
    later(own_clock, 7, 5)
    desa.released(post, parse("2027-TW2"), seed=3)
    later(own_clock, 7, 9)
    do(item)
    found = mend(post)
    assert (found.is_widened, found.is_late_entry) == (False, True)
    assert "Tanggal selesai dicatat sesudah rilis itu terbit." in mend_lines(found, "id")


def test_a_withdrawn_release_is_evidence_of_nothing(post: Post, own_clock: OwnClock) -> None:
    before = desa.released(post)
    item = desa.add(before)
    later(own_clock, 1, 21)
    do(item)
    later(own_clock, 7, 5)
    after = desa.released(post, parse("2027-TW2"), seed=3)
    assert mend(post).seen is Seen.NOT_YET
    publishing.withdraw(after, who="wati", why="salah unit")
    assert mend(post).seen is Seen.WAITING
    publishing.withdraw(before, who="wati", why="salah unit")
    assert (mend(post).seen, mend(post).reason) == (Seen.NOT_YET, Reason.NO_BEFORE)


def test_what_a_forum_agreed_is_looked_for_in_the_official_quarters(post: Post, own_clock: OwnClock) -> None:
    desa.released(post)
    held = forum.hold(post.unit, desa.minutes(), who="budi")
    register.add(post.unit, desa.plan(element=""), forum=held, who="budi")
    item = register.add(post.unit, desa.plan(element="sarpras"), forum=held, who="budi")
    later(own_clock, 1, 21)
    do(item)
    do(register.find(post.unit, 1))
    found = mends(post.unit, items_of_unit(post.unit))
    assert (found[1].seen, found[1].reason) == (Seen.NOT_YET, Reason.NO_ELEMENT)
    assert (found[2].seen, found[2].before and found[2].before.period) == (Seen.WAITING, "2026-TW4")


def test_a_month_is_not_compared_with_a_quarter(post: Post, own_clock: OwnClock) -> None:
    item = desa.add(desa.released(post))
    later(own_clock, 1, 21)
    do(item)
    later(own_clock, 7, 5)
    desa.released(post, parse("2027-TW2"), seed=3)
    later(own_clock, 7, 6)
    publishing.publish(post.unit, parse("2027-04"), who="wati")
    found = mend(post)
    assert found.after is not None
    assert found.after.period == "2027-TW2"
