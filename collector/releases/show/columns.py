"""A release as CSV: a row an element; an evaluation's result a row an indicator."""

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
    ("instrument", lambda said, _: said["instrument"]),
    ("index_name", lambda said, _: said["index_name"]),
    ("edition", lambda said, _: said["number"]),
    ("n", lambda said, _: said["n"]),
    ("asked", lambda said, _: said["visits"]),
    ("served", lambda said, _: (said["index"].get("sample") or {}).get("population")),
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
    ("mapping", lambda said, _: said["index"]["mapping"]),
    ("rule", lambda said, _: said["index"]["rule"]),
)


def as_csv(reading: Reading, *, excel: bool) -> str:
    """Give a release's elements with their number and doubt; only the heads where it has no number."""
    if reading.ipp is not None:
        return table(_ipp_rows(reading.said, reading.ipp), excel=excel)
    elements = reading.index["elements"] if reading.index is not None else ()
    rows = ([cell(reading.said, element) for _, cell in _COLUMNS] for element in elements)
    return table([[name for name, _ in _COLUMNS], *rows], excel=excel)


def _ipp_rows(said: Mapping[str, Any], ipp: Mapping[str, Any]) -> list[list[object]]:
    """Give an evaluation's result: a row an indicator, the whole beside each."""
    f02, f03 = ipp["f02"], ipp["f03"]
    head = [
        "address", "code", "name", "period", "round", "edition", "value", "category", "f02", "f03", "f03_counted",
        "f03_n", "quota", "zeroed", "aspect", "indicator", "weight_percent", "mark", "rule",
    ]  # fmt: skip
    whole = [
        said["address"], said["subject"]["code"], said["subject"]["name"], said["period"]["id"], ipp["round"],
        said["number"], ipp["value"], ipp["category"], f02["value"], f03["value"], f03["counted"], f03["n"],
        f03["quota"], "yes" if f03["zeroed"] else "no",
    ]  # fmt: skip
    rows = [
        [*whole, one["aspect"], one["number"], one["weight_percent"], one["mark"], ipp["rule"]]
        for one in f02["indicators"]
    ]
    return [head, *rows]


def _bound(index: Mapping[str, Any], which: str) -> object:
    return index["interval"][which] if index["interval"] else None
