"""Forms: how the answers to one version of an instrument become one short text, and a text becomes counts."""

from collections.abc import Mapping
from functools import lru_cache

from collector.fleet.instruments import find
from collector.scores.tallies.packing import to_counts, to_number
from collector.scores.tallies.unit_days import COUNTS_FROM, FIELD_BITS, DayRows
from survey.index.clusters import Clusters
from survey.index.tally import Tally, length
from survey.instrument.instrument import Instrument

UNANSWERED = "-"
_DIGITS = "0123456789a"  # the widest scale an instrument may have is 0 to 10
_REMEMBERED = 4_096  # patterns of answers; the listener's memory is bounded
# Places in a plain row (`unit_days`), after the score: those of layout 1 of `survey.index.tally`; a property test
# holds both together.
_ONE_COMPLETE = 1 << FIELD_BITS
_SQUARES_SHIFT = 3 * FIELD_BITS


class CodedForm:
    """An instrument whose answers are written as one character an element, in the order of `element_keys`."""

    def __init__(self, instrument: Instrument) -> None:
        self.instrument = instrument
        self.keys = instrument.element_keys
        self.fields = 1 + length(instrument)
        """Of a plain row."""
        self.days = DayRows(instrument)
        """Its rows by unit and day."""
        self._digits = {value: _DIGITS[value] for value in instrument.values}
        self._parts = [self._parts_of(key) for key in self.keys]
        self._canonical_keys = tuple(sorted(self.keys))  # as they stand in a record's canonical JSON
        self._values: dict[str, tuple[int, ...]] = {}
        self._known: dict[tuple[int, ...], tuple[str, int]] = {}

    def encode(self, answers: Mapping[str, int]) -> str | None:
        """Give the text of `answers`, or None where one is no answer to this form."""
        try:
            if len(answers) == len(self.keys):
                return "".join([self._digits[answers[key]] for key in self.keys])
            known = {self.keys.index(key): self._digits[value] for key, value in answers.items()}
        except (KeyError, ValueError):
            return None
        return "".join([known.get(place, UNANSWERED) for place in range(len(self.keys))])

    def decode(self, text: str) -> dict[str, int]:
        """Give the answers behind a text."""
        return {
            key: _DIGITS.index(digit)
            for key, digit in zip(self.keys, text, strict=True)
            if digit != UNANSWERED
        }

    def values(self, text: str) -> tuple[int, ...]:
        """Give the values answered, in the order of the elements; a day is read again and again, so they are remembered by their text."""
        found = self._values.get(text)
        if found is None:
            if len(self._values) >= _REMEMBERED:
                self._values.clear()
            found = self._values[text] = tuple(_DIGITS.index(digit) for digit in text if digit != UNANSWERED)
        return found

    def read(self, answers: Mapping[str, int]) -> tuple[str, int] | None:
        """Give the text of `answers` and what they count, or None where one is no answer to this form."""
        in_order = tuple(answers) == self._canonical_keys
        values = tuple(answers.values())
        found = self._known.get(values) if in_order else None
        if found is None:
            text = self.encode(answers)
            if text is None:
                return None
            found = text, self.number(text)
            if in_order:
                if len(self._known) >= _REMEMBERED:
                    self._known.clear()
                self._known[values] = found
        return found

    def number(self, text: str) -> int:
        """Give the plain row of one response with these answers.

        Its score, and the same as `Tally.of(instrument, [answers])`, put together from parts made once: hardly two responses of a busy
        day are equal, and this runs for each of them.
        """
        if UNANSWERED in text:
            return to_number((0, *Tally.of(self.instrument, [self.decode(text)]).to_ints()))
        number, score = _ONE_COMPLETE, 0
        for parts, digit in zip(self._parts, text, strict=True):
            counted, weight = parts[digit]
            number += counted
            score += weight
        return number + score + (score * score << _SQUARES_SHIFT)

    def tally(self, plain: int) -> Tally:
        """Give the tally in a plain row."""
        _, *ints = to_counts(plain, self.fields)
        return Tally.from_ints(self.instrument, ints)

    def opened(self, dated: int) -> tuple[Tally, Clusters]:
        """Give the tally in a dated row, and its sums over unit-days."""
        counts, sums = to_counts(dated, self.days.sums + self.fields), self.days.sums
        return Tally.from_ints(self.instrument, counts[sums + 1 :]), Clusters.from_row(counts[:sums])

    def _parts_of(self, key: str) -> dict[str, tuple[int, int]]:
        """Give, for every answer to an element of a complete response, what it adds to the counts and to the score."""
        instrument = self.instrument
        place = COUNTS_FROM + self.keys.index(key) * len(instrument.values)
        weight = instrument.weight_units[self.keys.index(key)]
        return {
            digit: (1 << FIELD_BITS * (place + value - instrument.lowest), weight * value)
            for value, digit in self._digits.items()
        }


def coded(instrument: str, version: str) -> CodedForm | None:
    """Give the form of an instrument, or None where this collector does not know it (yet)."""
    try:
        return _coded(instrument, version)
    except KeyError:
        return None


@lru_cache(maxsize=64)
def _coded(instrument: str, version: str) -> CodedForm:
    found = find(instrument, version)
    if found is None:
        raise KeyError(instrument)  # an exception, because only what was found may be remembered
    return CodedForm(found)
