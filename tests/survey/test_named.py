"""Named tuples of two kinds stay apart, though their contents are the same."""

import hardware.events
from hardware.events import Pressed, Released
from survey.named import Bare
from survey.visit.state import Hold as Held
from survey.visit.state import Press, Release, Tick


def test_events_of_two_kinds_are_never_equal() -> None:
    for one, other in ((Press(1), Held(1)), (Pressed(1, 2.0), Released(1, 2.0)), (Release(), Tick())):
        assert one != other
        assert not one == other  # noqa: SIM201 - both operators are our own
        assert len({one, other}) == 2


def test_a_distinct_event_is_not_its_contents() -> None:
    assert Press(1) != (1,)
    assert hardware.events.Chord(frozenset({1}), 1.0) != (frozenset({1}), 1.0)


def test_events_of_one_kind_are_equal_by_their_contents() -> None:
    assert Press(1) == Press(1)
    assert Press(1) != Press(2)
    assert Release() == Release()
    assert hash(Press(1)) == hash(Press(1))
    assert hash(Release()) == hash(Release())


def test_an_event_that_carries_nothing_is_true_all_the_same() -> None:
    assert Tick()
    assert isinstance(Tick(), Bare)
    assert repr(Tick()) == "Tick()"
