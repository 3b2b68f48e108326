"""An explanation of a printed index, as JSON's values and as lines for a console."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from collector.scores.show.formats import NRR_DIGITS, comma, decimal
from collector.words.catalogue import say
from survey.index.explain import Called, Explained


def explained_json(found: Explained) -> dict[str, Any]:
    """Give it as JSON's values; a page shows the same."""
    return {
        "value": float(found.value),
        "now": _called(found.now),
        "then": _called(found.then),
        "weight": str(found.weight) if found.weight is not None else None,
        "rounding": {"nrr": found.stages.nrr, "product": found.stages.product},
        "weighted_sum": float(decimal(found.total, NRR_DIGITS)) if found.total is not None else None,
        "elements": [
            {
                "nrr": float(decimal(row.mean, NRR_DIGITS)),
                "weighted": float(decimal(row.weighted, NRR_DIGITS)),
            }
            for row in found.rows
        ],
    }


def explained_lines(found: Explained, language: str) -> Iterator[str]:
    """Give it as lines."""
    for number, row in enumerate(found.rows, start=1):
        mean, weighted = (comma(decimal(one, NRR_DIGITS), language) for one in (row.mean, row.weighted))
        yield f"{number:>4}  {mean}  {weighted}"
    if found.total is not None and found.weight is not None:
        total = comma(decimal(found.total, NRR_DIGITS), language)
        yield say("explain.sum", language, total=total, weight=found.weight, stages=found.stages.label or "-")
    yield say("explain.value", language, value=comma(found.value, language))
    for key, called in (("now", found.now), ("then", found.then)):
        grade, name = (called.band.letter, called.band.name) if called.band else ("-", "-")
        yield say(f"explain.{key}", language, grade=grade, name=name, rule=called.table.rule)


def _called(called: Called) -> dict[str, object]:
    band = called.band
    return {
        "table": called.table.version,
        "rule": called.table.rule,
        "in_force": not called.table.read_only,
        "category": band.letter if band else None,
        "name": band.name if band else None,
        "from": _number(band.lowest) if band else None,
        "to": _number(band.highest) if band else None,
    }


def _number(value: Decimal) -> float:
    return float(value)
