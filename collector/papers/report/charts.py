"""The report's two charts: each element with its interval on the scale of the categories, and the index over the periods."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from collector.papers.drawing import data_of
from collector.papers.press import PNG, Press
from collector.papers.report import trend
from collector.papers.said import Said
from collector.releases.content import interval_of, two_decimals
from collector.scores.show.formats import comma
from survey.instrument.bands import BandTable

WIDTH, ROW = 1_240, 56
"""In pixels: a chart is 160 mm wide in the file, so some 200 a inch."""
_ROOM = Decimal(3)
"""Points of the index left free at either end of a scale."""

Span = tuple[Decimal, Decimal, Decimal]
"""Value, lower and upper end."""


def pictures(said: Said, press: Press) -> Mapping[str, bytes]:
    """Give both charts as PNG."""
    data = charts(said)
    return {
        kind: press(
            "chart.typ",
            {**data_of(said, (WIDTH, _height(kind, data))), "logo": [], "charts": data, "kind": kind},
            form=PNG,
        )
        for kind in ("elements", "trend")
    }


def charts(said: Said) -> Mapping[str, object]:
    """Give what is drawn, as shares of the width."""
    index, table = said.reading.index or {}, said.reading.bands
    if table is None:
        raise ValueError(said.address)  # what has no categories has no papers
    frozen = {one["key"]: one for one in index["elements"]}
    named = [(one.short, one.is_low, _span(frozen[one.key])) for one in said.elements]
    named.sort(key=lambda one: -one[2][0])
    points = trend.of(said.release)
    own = two_decimals(index["value"])
    return {
        "value": said.value,
        "index": said.instrument.index_name,
        "elements": _drawn(named, table, own),
        "trend": _drawn(
            [(one.title, one.is_own, (one.value, one.low, one.high)) for one in points], table, own
        ),
    }


def _span(frozen: Mapping[str, object]) -> Span:
    value = two_decimals(Decimal(str(frozen["value"])))
    found = interval_of(frozen)
    return (value, found.low, found.high) if found else (value, value, value)


def _drawn(rows: Iterable[tuple[str, bool, Span]], table: BandTable, own: Decimal) -> Mapping[str, object]:
    listed = list(rows)
    lowest = min(span[1] for _, _, span in listed)
    start, end = table.bands[-1].lowest, table.bands[0].highest
    start = max(start, min(lowest, own) - _ROOM)

    def at(point: Decimal) -> float:
        return round(float((min(max(point, start), end) - start) / (end - start)), 5)

    zones = [
        {
            "letter": band.letter,
            "x": at(band.lowest),
            "width": round(at(band.highest) - at(band.lowest), 5)
            if band.highest < end
            else round(1 - at(band.lowest), 5),
            "lowest": comma(band.lowest) if band.lowest > start else "",
        }
        for band in table.bands
        if band.highest > start
    ]
    for left, right in zip(zones[1:], zones, strict=False):  # no gap of a hundredth between two categories
        left["width"] = round(float(str(right["x"])) - float(str(left["x"])), 5)
    return {
        "zones": zones,
        "own": at(own),
        "rows": [
            {
                "name": name,
                "strong": strong,
                "value": comma(value),
                "at": at(value),
                "low": at(low),
                "high": at(high),
            }
            for name, strong, (value, low, high) in listed
        ],
    }


def _height(kind: str, data: Mapping[str, object]) -> int:
    found = data[kind]
    rows = found["rows"] if isinstance(found, dict) else ()
    return (150 if kind == "elements" else 104) + ROW * len(rows)
