"""Two streams of one key lost in a row, as tests of the collector begin with them."""

from collections.abc import Callable

from collector.fleet.models import Unit
from collector.scores.ask.queries import IndexQuestion, indices
from collector.scores.ask.scope import Scope
from survey.index.periods import parse
from tests.collector.fake_kiosk import FakeKiosk


class Losses:
    """A has written 57 records of which 41 came in, B five of which none did, and C goes on after both."""

    def __init__(self, first: FakeKiosk, arrive: Callable[..., list[object]]) -> None:
        self.a = first
        self.a.start()
        self.a.responses(*[3] * 56)
        arrive(self.a.batch(1, 41))
        self.b = self.a.successor()
        self.b.responses(4, 4, 4, 4)
        self.c = self.b.successor()
        self.c.responses(2, 2)


def count(unit: Unit) -> int | None:
    """How many responses a unit's index of the year is made of."""
    return indices(IndexQuestion(Scope(unit=unit.code), parse("2026"), smallest_group=1)).whole.n
