"""Tallies: the few whole numbers from which every index, with its doubt, comes by adding.

A tally belongs to one version of one instrument. It holds, as whole numbers that add element by element (layout 1):

    0                    complete responses
    1                    incomplete responses
    2                    sum over complete responses of the squared weighted score
    3 …                  complete responses: for each element, how often each value of the scale was chosen
    then                 incomplete responses: the same

Elements stand in the order of `Instrument.element_keys`, values from the lowest up, so the nine elements of the SKM take
3 + 9×4 + 9×4 = 75 numbers, and a tally of a day, a quarter, a province are all of that length. The *weighted score* of a
respondent is the sum of weight times value, times the weights' common denominator, so it is whole (the plain sum for
equal weights). Its sum follows from the counts; its squares do not, and they carry what the counts cannot say: how much
the answers of one respondent agree, which decides how far the unit's index may be trusted.

Whoever stores tallies keeps `LAYOUT` and the instrument's name beside them. A correction is a subtraction.
"""

from collections.abc import Iterable, Mapping, Sequence

from survey.instrument.instrument import Instrument
from survey.record.errors import Malformed

LAYOUT = 1
"""Version of the order above; stored numbers of another layout are not added to these."""

_COMPLETE, _INCOMPLETE, _SQUARES, _HEAD = 0, 1, 2, 3


class Tally:
    """Sufficient statistics of responses to one instrument version; grows with `add` and with `+`."""

    __slots__ = ("_ints", "instrument")

    def __init__(self, instrument: Instrument, ints: Sequence[int]) -> None:
        self.instrument = instrument
        self._ints = list(ints)

    @classmethod
    def empty(cls, instrument: Instrument) -> "Tally":
        """Give a tally of no responses."""
        return cls(instrument, [0] * length(instrument))

    @classmethod
    def of(cls, instrument: Instrument, responses: Iterable[Mapping[str, int]]) -> "Tally":
        """Give the tally of these responses' answers.

        Raises:
            Malformed: an answer does not fit the instrument (`answer_element`, `answer_value`).
        """
        tally = cls.empty(instrument)
        for answers in responses:
            tally.add(answers)
        return tally

    @classmethod
    def total(cls, instrument: Instrument, tallies: Iterable["Tally"]) -> "Tally":
        """Pool tallies of one instrument by adding: of units, services, days. Indices are never averaged.

        Raises:
            ValueError: a tally belongs to another instrument version.
        """
        rows = []
        for tally in tallies:
            _same(instrument, tally.instrument)
            rows.append(tally.to_ints())
        return (
            cls(instrument, [sum(column) for column in zip(*rows, strict=True)])
            if rows
            else cls.empty(instrument)
        )

    @classmethod
    def from_ints(cls, instrument: Instrument, ints: Sequence[int]) -> "Tally":
        """Read a tally that was stored in this layout.

        Raises:
            Malformed: the numbers cannot be a tally of this instrument (`tally_ints`).
        """
        tally = cls(instrument, ints)
        tally._check()
        return tally

    def to_ints(self) -> tuple[int, ...]:
        """Give the numbers in the order of this module's page; always `length(instrument)` of them."""
        return tuple(self._ints)

    def add(self, answers: Mapping[str, int]) -> None:
        """Count one response. Answers to every element make it complete; even none at all makes it incomplete.

        Raises:
            Malformed: an answer's element or value does not exist in the instrument (`answer_element`, `answer_value`);
                nothing was counted.
        """
        instrument = self.instrument
        places, score = _places(instrument, answers)
        complete = len(answers) == len(instrument.elements)
        start = _HEAD if complete else _HEAD + _width(instrument)
        for place in places:
            self._ints[start + place] += 1
        self._ints[_COMPLETE if complete else _INCOMPLETE] += 1
        if complete:
            self._ints[_SQUARES] += score * score

    @property
    def complete(self) -> int:
        """How many responses answered every element; the `n` of an official index."""
        return self._ints[_COMPLETE]

    @property
    def incomplete(self) -> int:
        """How many responses left an element out; counted beside the index, never silently in it."""
        return self._ints[_INCOMPLETE]

    @property
    def squares(self) -> int:
        """The sum over complete responses of the squared weighted score (see this module's page)."""
        return self._ints[_SQUARES]

    def counts(self, key: str, *, incomplete: bool = False) -> tuple[int, ...]:
        """Give how often each value of the scale, lowest first, was chosen for an element.

        Counts the complete responses, or the incomplete ones.

        Raises:
            ValueError: the instrument has no element `key`.
        """
        return self.counts_at(self.instrument.element_keys.index(key), incomplete=incomplete)

    def counts_at(self, element: int, *, incomplete: bool = False) -> tuple[int, ...]:
        """Give the same as `counts` by the element's place in `Instrument.element_keys`."""
        values = len(self.instrument.values)
        start = _HEAD + element * values + (_width(self.instrument) if incomplete else 0)
        return tuple(self._ints[start : start + values])

    def complete_counts(self) -> list[int]:
        """Give the counts of complete responses, all elements one after another."""
        return self._ints[_HEAD : _HEAD + _width(self.instrument)]

    def incomplete_counts(self) -> list[int]:
        """Give the counts of incomplete responses, all elements one after another."""
        return self._ints[_HEAD + _width(self.instrument) :]

    def copy(self) -> "Tally":
        """Give a tally that no longer follows this one's changes."""
        return Tally(self.instrument, self._ints)

    def __add__(self, other: "Tally") -> "Tally":
        _same(self.instrument, other.instrument)
        return Tally(self.instrument, [a + b for a, b in zip(self._ints, other._ints, strict=True)])

    def __sub__(self, other: "Tally") -> "Tally":
        _same(self.instrument, other.instrument)
        ints = [a - b for a, b in zip(self._ints, other._ints, strict=True)]
        if min(ints) < 0:
            raise ValueError("a tally cannot lose responses it does not hold")
        return Tally(self.instrument, ints)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Tally):
            return NotImplemented
        return self.instrument.name == other.instrument.name and self._ints == other._ints

    __hash__ = None  # type: ignore[assignment]  # it grows

    def __repr__(self) -> str:
        return f"<Tally {self.instrument.name}: {self.complete} complete, {self.incomplete} incomplete>"

    def _check(self) -> None:
        ints, instrument = self._ints, self.instrument
        if len(ints) != length(instrument) or min(ints) < 0:
            raise Malformed(
                "tally_ints", f"a tally of {instrument.name} is {length(instrument)} numbers from 0"
            )
        values = len(instrument.values)
        middle = _HEAD + _width(instrument)
        if any(answered != ints[_COMPLETE] for answered in _sums(ints[_HEAD:middle], values)):
            raise Malformed("tally_ints", "every element of a complete response is answered once")
        if max(_sums(ints[middle:], values)) > ints[_INCOMPLETE]:
            raise Malformed("tally_ints", "more answers than incomplete responses")


def length(instrument: Instrument) -> int:
    """Give how many numbers a tally of this instrument has."""
    return _HEAD + 2 * _width(instrument)


def _width(instrument: Instrument) -> int:
    return len(instrument.elements) * (instrument.highest - instrument.lowest + 1)


def _sums(counts: list[int], values: int) -> list[int]:
    """Give for every element how many answers its counts hold."""
    return list(map(sum, zip(*[iter(counts)] * values, strict=True)))


def _places(instrument: Instrument, answers: Mapping[str, int]) -> tuple[list[int], int]:
    """Give the place of every answer among the counts, and the weighted score."""
    places, score = [], 0
    lowest, highest = instrument.lowest, instrument.highest
    values = highest - lowest + 1
    slots = instrument.slots
    for key, value in answers.items():
        slot = slots.get(key)
        if slot is None:
            raise Malformed("answer_element", f"{instrument.name} has no element {key!r}")
        if not isinstance(value, int) or isinstance(value, bool) or not lowest <= value <= highest:
            raise Malformed("answer_value", f"{instrument.name} is answered from {lowest} to {highest}")
        element, weight = slot
        places.append(element * values + value - lowest)
        score += weight * value
    return places, score


def _same(one: Instrument, other: Instrument) -> None:
    if one is not other and one.name != other.name:
        raise ValueError(f"{one.name} and {other.name} are never added: their questions differ")
