"""The sheet's arithmetic, exact: what each formula of the workbook must come to, and its words as formulas."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from collector.errors import CollectorError
from collector.papers.said import Said
from collector.releases.content import two_decimals as as_printed
from survey.instrument.bands import BandTable
from survey.instrument.instrument import LabelOrder, in_language
from survey.instrument.weights import WeightMode, two_decimals

CONVERSION = 25


@dataclass(frozen=True, slots=True)
class Column:
    """One element in a sheet."""

    key: str
    label: str
    name: str
    short: str
    total: int
    answered: int
    weight: Fraction
    interval: str

    @property
    def mean(self) -> Fraction:
        """NRR."""
        return Fraction(self.total, self.answered)


@dataclass(frozen=True, slots=True)
class Sums:
    """All elements in the order of a sheet, and what they come to."""

    columns: tuple[Column, ...]
    bands: BandTable
    mode: WeightMode
    equal: bool
    """Whether all elements weigh the same, so that one cell holds the weight."""

    @property
    def weighted(self) -> Fraction:
        """The sum of NRR tertimbang."""
        return sum((one.mean * one.weight for one in self.columns), Fraction(0))

    @property
    def value(self) -> Decimal:
        """The index."""
        return two_decimals(self.weighted * CONVERSION)

    @property
    def weight_formula(self) -> str:
        """The one weight as the sheet has it: `=1/9`, `=0.111`."""
        weight = self.columns[0].weight
        return f"={weight}" if self.mode is WeightMode.EXACT else f"={float(weight)}"


def sums_of(said: Said, order: LabelOrder) -> Sums:
    """Give the sums of a release in the order in which a sheet numbers the elements.

    Raises:
        CollectorError: they do not come to the index that was published (`paper_differs`): such a sheet is never made.
    """
    instrument, index = said.instrument, said.reading.index or {}
    frozen: Mapping[str, Mapping[str, Any]] = {one["key"]: one for one in index["elements"]}
    mode = WeightMode(index["weight_mode"])
    weights = dict(zip(instrument.element_keys, instrument.weights_by_mode[mode][0], strict=True))
    keys: Sequence[str] = instrument.element_keys if order is LabelOrder.LIST else instrument.question_order
    columns = tuple(
        Column(
            key=key,
            label=f"U{place}",
            name=in_language(instrument.element(key).name, "id"),
            short=in_language(instrument.element(key).short, "id"),
            total=frozen[key]["sum"],
            answered=frozen[key]["n"],
            weight=Fraction(weights[key]),
            interval=_interval(frozen[key]),
        )
        for place, key in enumerate(keys, start=1)
    )
    found = Sums(
        columns, said.instrument.bands or _no_bands(said), mode, equal=len(set(instrument.weights)) == 1
    )
    if found.value != as_printed(index["value"]):
        raise CollectorError(
            "paper_differs", address=said.address, found=found.value, published=index["value"]
        )
    return found


def category_formula(cell: str, bands: BandTable) -> str:
    """Give the formula that names the category of a cell which is rounded already."""
    formula = f'"{_named(bands, -1)}"'
    for place in range(len(bands.bands) - 2, -1, -1):
        formula = f'IF({cell}>={bands.bands[place].lowest},"{_named(bands, place)}",{formula})'
    return f"={formula}"


def category_of(value: Decimal, bands: BandTable) -> str:
    """Give what that formula comes to."""
    return _named(bands, bands.bands.index(bands.classify(value)))


def _named(bands: BandTable, place: int) -> str:
    band = bands.bands[place]
    return f"{band.letter} ({band.name})"


def _interval(frozen: Mapping[str, Any]) -> str:
    if not frozen["interval"]:
        return "–"
    low, high = (as_printed(frozen["interval"][end]) for end in ("low", "high"))
    return f"{low} – {high}".replace(".", ",")


def _no_bands(said: Said) -> BandTable:
    raise CollectorError("paper_no_number", address=said.address)
