"""The chain of the streams before one: bounded, the nearest first, each once."""

import pytest

from survey.record.errors import Malformed
from survey.record.fields import Fields
from survey.record.predecessors import CUT, Chain, Predecessor, chain_from_fields, chain_to_list, lengthened


def stream(number: int) -> Predecessor:
    return Predecessor(f"{number:032x}", number, f"link-{number}", CUT)


def after(losses: int) -> Chain:
    """The chain of a stream before which so many were lost, one after the other."""
    chain: Chain = ()
    for number in range(1, losses + 1):
        chain = lengthened(stream(number), chain)
    return chain


def test_the_nearest_stands_first() -> None:
    assert after(3) == (stream(3), stream(2), stream(1))


@pytest.mark.parametrize("losses", [8, 9, 20])
def test_of_many_losses_the_newest_seven_and_the_oldest_are_named(losses: int) -> None:
    assert [one.seq for one in after(losses)] == [*range(losses, losses - 7, -1), 1]


def test_a_stream_that_comes_twice_is_named_where_it_stands_nearer() -> None:
    again = stream(1)._replace(seq=9)
    assert lengthened(again, after(3)) == (again, stream(3), stream(2))


def test_a_chain_is_read_back_as_it_was_written_and_no_longer_one() -> None:
    chain = after(8)
    assert chain_from_fields(Fields("head", {"before": chain_to_list(chain)}), "before") == chain
    longer = [*chain_to_list(chain), stream(99).to_fields()]
    with pytest.raises(Malformed):
        chain_from_fields(Fields("head", {"before": longer}), "before")
