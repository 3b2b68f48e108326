"""Category tables: which number is called what, by which rule, and tables that may only be read.

The printed tables have gaps (64.99 to 65.00, 76.60 to 76.61, 88.30 to 88.31) and unrounded values do fall inside. So a value is
rounded to two decimals first, half up, and then compared with the lower bounds alone.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from survey.record.errors import SurveyError

CENT = Decimal("0.01")


class ReadOnlyTable(SurveyError):  # noqa: N818 - named for what the table is
    """A table that explains old outputs was asked to judge a value."""


class Band(NamedTuple):
    """One row of a category table."""

    letter: str
    """*Mutu pelayanan*: A, B, C or D; PEKPPP has A to F with A-, B- and C-."""
    lowest: Decimal
    highest: Decimal
    name: str
    """*Kinerja unit pelayanan*, or whatever the rule calls the row, in Indonesian."""


@dataclass(frozen=True, slots=True)
class BandTable:
    """A whole category table, best row first."""

    version: str
    rule: str
    bands: tuple[Band, ...]
    read_only: bool = False
    """True for a table that is out of force: it explains an old poster and judges nothing."""
    # values with two decimals are few, and ten are looked up for every index
    _seen: dict[Decimal, Band] = field(default_factory=dict, init=False, repr=False, compare=False)

    def classify(self, value: Decimal) -> Band:
        """Give the row of a value that is already rounded to two decimals.

        Raises:
            ReadOnlyTable: the table is out of force.
            ValueError: the value has more than two decimals, or lies outside the table.
        """
        if self.read_only:
            raise ReadOnlyTable(f"bands {self.version} ({self.rule}) are out of force and judge nothing")
        return self.explain(value)

    def explain(self, value: Decimal) -> Band:
        """Give the row an output that used this table must have named; the only door to a table out of force.

        Raises:
            ValueError: the value has more than two decimals, or lies outside the table.
        """
        band = self._seen.get(value)
        if band is None:
            band = self._seen[value] = self._find(value)
        return band

    def _find(self, value: Decimal) -> Band:
        if value * 100 % 1:
            raise ValueError(f"{value} is not rounded to two decimals: round half up first, then classify")
        if not self.bands[-1].lowest <= value <= self.bands[0].highest:
            raise ValueError(f"{value} lies outside {self.bands[-1].lowest} to {self.bands[0].highest}")
        return next(band for band in self.bands if value >= band.lowest)

    def neighbours(self, band: Band) -> tuple[Band | None, Band | None]:
        """Give the row below and the row above, None at the ends."""
        place = self.bands.index(band)
        below = self.bands[place + 1] if place + 1 < len(self.bands) else None
        return below, self.bands[place - 1] if place else None

    def band(self, letter: str) -> Band:
        """Give the row called `letter`.

        Raises:
            KeyError: the table has no such row.
        """
        for band in self.bands:
            if band.letter == letter:
                return band
        raise KeyError(letter)


def table(version: str, rule: str, *rows: tuple[str, str, str, str], read_only: bool = False) -> BandTable:
    """Make a table of rows `(letter, lowest, highest, name)`, best first."""
    bands = tuple(Band(letter, Decimal(low), Decimal(high), name) for letter, low, high, name in rows)
    return BandTable(version=version, rule=rule, bands=bands, read_only=read_only)


BANDS_2004 = table(
    "2004",
    "KEP/25/M.PAN/2/2004",
    ("A", "81.26", "100.00", "Sangat baik"),
    ("B", "62.51", "81.25", "Baik"),
    ("C", "43.76", "62.50", "Kurang baik"),
    ("D", "25.00", "43.75", "Tidak baik"),
    read_only=True,
)
"""Out of force since 2014, and still met on posters: it calls 81.96 very good, which has been good since 2017."""
