"""Which elements to work on: the three lowest, and the three highest to keep (SKM report, chapter IV; follow-up plan).

The report names the three lowest and three highest elements; the plan (*rencana tindak lanjut*) starts with the lowest. Elements
whose printed value is the same share a rank, and a tie at the third place brings all of them in: nobody can tell from the
sheet why one of two equal values was left out.
"""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from survey.index.indices import ElementIndex, Index
from survey.instrument.bands import Band
from survey.instrument.instrument import Instrument
from survey.instrument.weights import two_decimals

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

    @property
    def tells_apart(self) -> bool:
        """Whether the two lists are disjoint; where they are not, the elements are too equal for a ranking."""
        return not {entry.element.key for entry in self.lowest} & {
            entry.element.key for entry in self.highest
        }


@dataclass(frozen=True, slots=True)
class WithoutFacts:
    """The index over the elements that are opinions, for analysis; never published as the IKM."""

    value: Decimal
    category: Band
    left_out: tuple[str, ...]


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


def without_facts(instrument: Instrument, index: Index) -> WithoutFacts:
    """Give the weighted mean times 25 of the elements that are opinions, their weights scaled to sum to 1.

    In free services the tariff is answered `Gratis` = 4 by nearly everybody and lifts the index; this shows by how much.
    PermenPAN-RB 14/2017 knows no such number: it goes into an analysis, beside the IKM.

    Raises:
        ValueError: every element is a fact.
    """
    opinions = [element for element in index.elements if not instrument.element(element.key).is_fact]
    weight = sum((instrument.element(element.key).weight for element in opinions), Fraction(0))
    if not weight:
        raise ValueError(f"{instrument.name} has no element that is an opinion")
    total = sum((element.nrr * instrument.element(element.key).weight for element in opinions), Fraction(0))
    value = two_decimals(25 * total / weight)
    return WithoutFacts(
        value=value,
        category=index.bands.classify(value),
        left_out=tuple(element.key for element in index.elements if element not in opinions),
    )


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
