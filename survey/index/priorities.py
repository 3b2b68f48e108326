"""Which elements to work on: the three lowest, and the three highest to keep (SKM report, chapter IV; follow-up plan).

The report names the three lowest and three highest elements; the plan (*rencana tindak lanjut*) starts with the lowest. Elements
whose printed value is the same share a rank, and a tie at the third place brings all of them in: nobody can tell from the
sheet why one of two equal values was left out.
"""

from dataclasses import dataclass

from survey.index.indices import ElementIndex, Index
from survey.instrument.instrument import Instrument

NAMED = 3


@dataclass(frozen=True, slots=True)
class Ranked:
    """An element with its place; equal values share one (1, 2, 2, 4)."""

    rank: int
    element: ElementIndex
    is_fact: bool
    """Whether it asks for a fact, as the tariff does: `Gratis` is no achievement of the service desk."""


@dataclass(frozen=True, slots=True)
class Priorities:
    """What a report names; each at least three elements, more where the third place is shared."""

    lowest: tuple[Ranked, ...]
    """Worst first: the order of the follow-up plan."""
    highest: tuple[Ranked, ...]
    """Best first."""


def priorities(instrument: Instrument, index: Index, *, named: int = NAMED) -> Priorities:
    """Give the lowest and the highest elements of an index, ties included.

    Raises:
        ValueError: `named` is not positive.
    """
    if named < 1:
        raise ValueError(f"{named} elements cannot be named")
    rising = sorted(index.elements, key=lambda element: element.value)
    falling = sorted(index.elements, key=lambda element: -element.value)
    return Priorities(lowest=_ranked(instrument, rising, named), highest=_ranked(instrument, falling, named))


def _ranked(instrument: Instrument, ordered: list[ElementIndex], named: int) -> tuple[Ranked, ...]:
    values = [element.value for element in ordered]
    last = values[min(named, len(values)) - 1]
    return tuple(
        Ranked(
            rank=values.index(element.value) + 1,
            element=element,
            is_fact=instrument.element(element.key).is_fact,
        )
        for element in ordered[: len(values) - values[::-1].index(last)]
    )
