"""A release as CSV: a row an element."""

from collections.abc import Callable, Mapping
from typing import Any

from collector.releases.show.reading import Reading
from collector.scores.show.as_csv import table

_COLUMNS: tuple[tuple[str, Callable[[Mapping[str, Any], Mapping[str, Any]], object]], ...] = (
    ("address", lambda said, _: said["address"]),
    ("subject", lambda said, _: said["subject"]["kind"]),
    ("code", lambda said, _: said["subject"]["code"]),
    ("name", lambda said, _: said["subject"]["name"]),
    ("period", lambda said, _: said["period"]["id"]),
    ("edition", lambda said, _: said["number"]),
    ("n", lambda said, _: said["n"]),
    ("archived", lambda said, _: said["index"]["archived"]),
    ("value", lambda said, _: said["index"]["value"]),
    ("category", lambda said, _: said["index"]["category"]),
    ("interval_low", lambda said, _: _bound(said["index"], "low")),
    ("interval_high", lambda said, _: _bound(said["index"], "high")),
    ("element", lambda _, element: element["key"]),
    ("label", lambda _, element: element["label"]),
    ("element_n", lambda _, element: element["n"]),
    ("nrr", lambda _, element: element["nrr"]),
    ("nrr_weighted", lambda _, element: element["weighted"]),
    ("element_value", lambda _, element: element["value"]),
    ("element_category", lambda _, element: element["category"]),
    ("element_low", lambda _, element: _bound(element, "low")),
    ("element_high", lambda _, element: _bound(element, "high")),
    ("policy", lambda said, _: said["index"]["policy"]),
    ("weight_mode", lambda said, _: said["index"]["weight_mode"]),
    ("rule", lambda said, _: said["index"]["rule"]),
)


def as_csv(reading: Reading, *, excel: bool) -> str:
    """Give a release's elements with their number and doubt; only the heads where it has no number."""
    elements = reading.index["elements"] if reading.index is not None else ()
    rows = ([cell(reading.said, element) for _, cell in _COLUMNS] for element in elements)
    return table([[name for name, _ in _COLUMNS], *rows], excel=excel)


def _bound(index: Mapping[str, Any], which: str) -> object:
    return index["interval"][which] if index["interval"] else None
