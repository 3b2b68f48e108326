"""An answer as a table, for spreadsheets: one row a group (or the whole), or one row an element of it.

A column is its name and how its cell is made, side by side, so that no cell can slip under another name.
"""

import csv
import io
from collections.abc import Callable, Sequence
from decimal import Decimal

from collector.scores.ask.results import IndexAnswer, Result
from collector.scores.show.formats import NRR_DIGITS, decimal, design_effect, probability, weighted_column
from collector.scores.show.labels import part_name
from survey.index.clusters import DayEffect
from survey.index.doubt import Interval
from survey.index.indices import ElementIndex, Index
from survey.index.sampling import METHOD

_LANGUAGE = "id"

ResultColumn = tuple[str, Callable[[Result], object]]
ElementColumn = tuple[str, Callable[[Index, ElementIndex, Decimal], object]]
"""How a cell is made of the index, the element and its printed weighted mean."""


def _interval(result: Result) -> Interval | None:
    return result.index.interval if result.index is not None else None


def _days(result: Result) -> DayEffect | None:
    return result.index.days if result.index is not None else None


RESULT_COLUMNS: Sequence[ResultColumn] = (
    ("n", lambda result: result.n),
    ("incomplete", lambda result: result.incomplete),
    ("withheld", lambda result: "yes" if result.withheld else "no"),
    ("value", lambda result: result.index and result.index.value),
    ("category", lambda result: result.index and result.index.category.letter),
    ("performance", lambda result: result.index and result.index.category.name),
    ("interval_low", lambda result: (interval := _interval(result)) and interval.low),
    ("interval_high", lambda result: (interval := _interval(result)) and interval.high),
    ("category_probability", lambda result: result.index and probability(result.index.likelihood)),
    ("days", lambda result: (days := _days(result)) and days.days),
    ("design_effect", lambda result: (days := _days(result)) and design_effect(days)),
    ("enough_days", lambda result: (days := _days(result)) and ("yes" if days.is_judged else "no")),
    ("flagged", lambda result: result.flagged),
    ("value_without_flagged", lambda result: result.without_flagged and result.without_flagged.value),
    (
        "category_without_flagged",
        lambda result: result.without_flagged and result.without_flagged.category.letter,
    ),
    ("value_other_policy", lambda result: result.other_policy and result.other_policy.value),
    ("category_other_policy", lambda result: result.other_policy and result.other_policy.category.letter),
    ("late", lambda result: result.timing and result.timing.late),
    ("redated", lambda result: result.timing and result.timing.redated),
    ("maybe_outside", lambda result: result.timing and result.timing.outside),
    ("maybe_inside", lambda result: result.timing and result.timing.inside),
    ("population", lambda result: result.sufficiency and result.sufficiency.population),
    ("population_stated_by", lambda result: result.stated and (result.stated.by or "asker")),
    (
        "exceeds_population",
        lambda result: result.sufficiency and ("yes" if result.sufficiency.exceeds_population else "no"),
    ),
    ("required", lambda result: result.sufficiency and result.sufficiency.required),
    ("pulse_n", lambda result: result.pulse and result.pulse.n),
    ("pulse_satisfied_percent", lambda result: result.pulse and result.pulse.percent),
    ("weight_mode", lambda result: result.index and result.index.weight_mode.value),
    ("policy", lambda result: result.index and result.index.policy.value),
    ("method", lambda result: result.index and METHOD),
    ("rule", lambda result: result.index and result.index.rule),
    ("bands", lambda result: result.index and result.index.bands.version),
)
ELEMENT_COLUMNS: Sequence[ElementColumn] = (
    ("element", lambda _index, element, _printed: element.key),
    ("label", lambda _index, element, _printed: element.label),
    ("n", lambda _index, element, _printed: element.n),
    ("sum", lambda _index, element, _printed: element.total),
    ("nrr", lambda _index, element, _printed: decimal(element.nrr, NRR_DIGITS)),
    ("nrr_weighted", lambda _index, _element, printed: printed),
    ("value", lambda _index, element, _printed: element.value),
    ("category", lambda _index, element, _printed: element.category.letter),
    ("interval_low", lambda _index, element, _printed: element.interval and element.interval.low),
    ("interval_high", lambda _index, element, _printed: element.interval and element.interval.high),
    ("weight_mode", lambda index, _element, _printed: index.weight_mode.value),
    ("policy", lambda index, _element, _printed: index.policy.value),
    ("method", lambda _index, _element, _printed: METHOD),
    ("rule", lambda index, _element, _printed: index.rule),
    ("bands", lambda index, _element, _printed: index.bands.version),
)


def as_csv(answer: IndexAnswer, *, by_element: bool = False) -> str:
    """Give the answer as a table."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    dimensions = [name for dimension in answer.by for name in (dimension.value, f"{dimension.value}_name")]
    columns = ELEMENT_COLUMNS if by_element else RESULT_COLUMNS
    writer.writerow(["instrument", "from", "to", *answer.names, *dimensions, *(name for name, _ in columns)])
    for result in answer.groups if answer.by else (answer.whole,):
        start = [
            answer.instrument.name,
            answer.period.first.isoformat(),
            answer.period.last.isoformat(),
            *(getattr(answer.scope, what) for what in answer.names),
            *(text for part in result.group for text in (part.code, part_name(part, _LANGUAGE))),
        ]
        for row in _element_rows(result) if by_element else _result_rows(result):
            writer.writerow([_safe(cell) for cell in (*start, *row)])
    return out.getvalue()


def _result_rows(result: Result) -> list[list[object]]:
    return [[cell(result) for _, cell in RESULT_COLUMNS]]


def _element_rows(result: Result) -> list[list[object]]:
    index = result.index
    if index is None:
        return []
    return [
        [cell(index, element, printed) for _, cell in ELEMENT_COLUMNS]
        for element, printed in zip(index.elements, weighted_column(index), strict=True)
    ]


def _safe(cell: object) -> object:
    """Keep a spreadsheet from taking a name for a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in "=+-@\t\r" and cell else cell
