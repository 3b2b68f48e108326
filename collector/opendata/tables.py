"""The files of a data set, written while they are sent: tables for programs and for an Indonesian Excel, and JSON."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from collector.opendata.dataset import Dataset
from collector.releases.show.columns import (
    ELEMENT_COLUMNS,
    OF_ELEMENTS,
    RELEASE_COLUMNS,
    Column,
    element_rows,
    release_row,
)
from collector.scores.show.as_csv import BYTE_ORDER_MARK, lines

Rows = Callable[[Mapping[str, Any]], Iterable[Sequence[object]]]
RELEASES, ELEMENTS, JSON = "rilis.csv", "unsur.csv", "data.json"
TABLES: Mapping[str, tuple[Sequence[Column], Rows]] = {
    RELEASES: (RELEASE_COLUMNS, lambda said: [release_row(said)]),
    ELEMENTS: (ELEMENT_COLUMNS, element_rows),
}
"""The tables by their files' names: their columns, and the rows of a release in them."""


def as_csv(dataset: Dataset, file: str, *, excel: bool) -> Iterator[str]:
    """Give one of the tables in parts."""
    columns, rows = TABLES[file]
    yield (BYTE_ORDER_MARK if excel else "") + lines([[one.name for one in columns]], excel=excel)
    for part in dataset.parts():
        yield lines((row for content in part for row in rows(_opened(content))), excel=excel)


def as_json(dataset: Dataset, head: Mapping[str, object]) -> Iterator[str]:
    """Give all releases with their elements as JSON in parts, below a head that says what they are."""
    yield json.dumps(head, ensure_ascii=False).removesuffix("}") + ', "releases": [\n'
    before = ""
    for part in dataset.parts():
        for content in part:
            said = _opened(content)
            row = _named(RELEASE_COLUMNS, said, {})
            elements = said["index"]["elements"] if said["index"] else ()
            row["elements"] = [_named(OF_ELEMENTS, said, one) for one in elements]
            yield before + json.dumps(row, ensure_ascii=False)
            before = ",\n"
    yield "\n]}\n"


def _named(
    columns: Iterable[Column], said: Mapping[str, Any], element: Mapping[str, Any]
) -> dict[str, object]:
    return {one.name: one.cell(said, element) for one in columns}


def _opened(content: bytes) -> Mapping[str, Any]:
    return dict(msgspec.json.decode(content))  # half the time of `json`, and a country has 84,000 of them
