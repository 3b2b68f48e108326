"""An answer as a table: one row a group (or the whole), or one row an element of it.

There are two dialects. Programs read commas and decimal points; an Indonesian Excel takes a file for a table only where semicolons part the
cells, reads a decimal comma, and needs a byte order mark to see UTF-8. In both nothing that somebody named becomes a formula; for
Excel nothing becomes a date either.

A column is its name and how its cell is made, side by side, so that no cell can slip under another name.
"""

import csv
import io
import re
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal

from collector.scores.ask.results import IndexAnswer, Result
from collector.scores.show import shares
from collector.scores.show.formats import NRR_DIGITS, decimal, design_effect, probability, weighted_column
from collector.scores.show.labels import part_name
from survey.index.clusters import DayEffect
from survey.index.doubt import Interval
from survey.index.indices import ElementIndex, Index
from survey.index.sampling import METHOD
from survey.instrument.kinds import Kind

_LANGUAGE = "id"
BYTE_ORDER_MARK = "\ufeff"
_FORMULA = "=+-@\t\r\n＝＋－＠"
"""What a formula begins with; a tab and line ends are passed over before one."""
_LIKE_A_NUMBER = re.compile(r"[\d.,:/ -]*\d[\d.,:/ -]*")
_KEPT = re.compile(r"0|[1-9]\d{0,14}|\d{4}-\d\d-\d\d")
"""What Excel shows as it stands: whole numbers, and days, which it may know as days."""

ResultColumn = tuple[str, Callable[[Result], object]]
ElementColumn = tuple[str, Callable[[Result, Index, ElementIndex, Decimal], object]]
"""How a cell is made of the result, its index, the element and its printed weighted mean."""


def _interval(result: Result) -> Interval | None:
    return result.index.interval if result.index is not None else None


def _days(result: Result) -> DayEffect | None:
    return result.index.days if result.index is not None else None


RESULT_COLUMNS: Sequence[ResultColumn] = (
    ("n", lambda result: result.n),
    ("incomplete", lambda result: result.incomplete),
    ("archived", lambda result: result.archived),
    ("withheld", lambda result: "yes" if result.withheld else "no"),
    ("value", lambda result: result.index and result.index.value),
    ("category", lambda result: result.index and result.index.letter),
    ("performance", lambda result: result.index and result.index.performance),
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
        lambda result: result.without_flagged and result.without_flagged.letter,
    ),
    ("value_other_policy", lambda result: result.other_policy and result.other_policy.value),
    ("category_other_policy", lambda result: result.other_policy and result.other_policy.letter),
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
    ("index_name", lambda result: result.index and result.index.name),
    ("weight_mode", lambda result: result.index and result.index.weight_mode.value),
    ("rounding", lambda result: result.index and result.index.rounding.label),
    ("mapping", lambda result: result.index and result.index.mapping and result.index.mapping.value),
    ("policy", lambda result: result.index and result.index.policy.value),
    ("method", lambda result: result.index and METHOD),
    ("rule", lambda result: result.index and result.index.rule),
    ("bands", lambda result: result.index and result.index.table),
)
ELEMENT_COLUMNS: Sequence[ElementColumn] = (
    ("element", lambda _result, _index, element, _printed: element.key),
    ("label", lambda _result, _index, element, _printed: element.label),
    ("n", lambda _result, _index, element, _printed: element.n),
    ("archived", lambda result, _index, _element, _printed: result.archived),
    ("sum", lambda _result, _index, element, _printed: element.total),
    ("nrr", lambda _result, _index, element, _printed: decimal(element.nrr, NRR_DIGITS)),
    ("nrr_weighted", lambda _result, _index, _element, printed: printed),
    ("value", lambda _result, _index, element, _printed: element.value),
    ("category", lambda _result, _index, element, _printed: element.letter),
    ("interval_low", lambda _result, _index, element, _printed: element.interval and element.interval.low),
    ("interval_high", lambda _result, _index, element, _printed: element.interval and element.interval.high),
    ("index_name", lambda _result, index, _element, _printed: index.name),
    ("weight_mode", lambda _result, index, _element, _printed: index.weight_mode.value),
    ("rounding", lambda _result, index, _element, _printed: index.rounding.label),
    ("mapping", lambda _result, index, _element, _printed: index.mapping and index.mapping.value),
    ("policy", lambda _result, index, _element, _printed: index.policy.value),
    ("method", lambda _result, _index, _element, _printed: METHOD),
    ("rule", lambda _result, index, _element, _printed: index.rule),
    ("bands", lambda _result, index, _element, _printed: index.table),
)


def as_csv(answer: IndexAnswer, *, by_element: bool = False, excel: bool = False) -> str:
    """Give the answer as a table, for programs or for an Indonesian Excel; of what leads to shares always a row an answer to a question."""
    dimensions = [name for dimension in answer.by for name in (dimension.value, f"{dimension.value}_name")]
    leads_to_shares = answer.instrument.kind is Kind.SHARES
    columns = ELEMENT_COLUMNS if by_element else RESULT_COLUMNS
    names = shares.COLUMNS if leads_to_shares else tuple(name for name, _ in columns)
    rows: list[Sequence[object]] = [["instrument", "from", "to", *answer.names, *dimensions, *names]]
    for result in answer.groups if answer.by else (answer.whole,):
        start = [
            answer.instrument.name,
            answer.period.first.isoformat(),
            answer.period.last.isoformat(),
            *(getattr(answer.scope, what) for what in answer.names),
            *(text for part in result.group for text in (part.code, part_name(part, _LANGUAGE))),
        ]
        told: Iterable[list[object]] = _element_rows(result) if by_element else _result_rows(result)
        if leads_to_shares:
            told = shares.rows(answer.instrument, result)
        rows += [[*start, *row] for row in told]
    return table(rows, excel=excel)


def table(rows: Iterable[Sequence[object]], *, excel: bool) -> str:
    """Write rows, their head first, for programs or for an Indonesian Excel."""
    return (BYTE_ORDER_MARK if excel else "") + lines(rows, excel=excel)


def lines(rows: Iterable[Sequence[object]], *, excel: bool) -> str:
    """Write some rows of a table that is sent in parts; the mark of its encoding goes before the first part."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n", delimiter=";" if excel else ",")
    written = _for_excel if excel else _safe
    writer.writerows([written(cell) for cell in row] for row in rows)
    return out.getvalue()


def _result_rows(result: Result) -> list[list[object]]:
    return [[cell(result) for _, cell in RESULT_COLUMNS]]


def _element_rows(result: Result) -> list[list[object]]:
    index = result.index
    if index is None:
        return []
    return [
        [cell(result, index, element, printed) for _, cell in ELEMENT_COLUMNS]
        for element, printed in zip(index.elements, weighted_column(index), strict=True)
    ]


def _safe(cell: object) -> object:
    """Keep a spreadsheet from taking a name for a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell and cell[0] in _FORMULA else cell


def _for_excel(cell: object) -> object:
    """Write numbers with a decimal comma; keep a code or a weight (`18.01`, `1/9`) from becoming a time or a date."""
    if isinstance(cell, float | Decimal):
        return str(cell).replace(".", ",")
    if isinstance(cell, str) and _LIKE_A_NUMBER.fullmatch(cell) and not _KEPT.fullmatch(cell):
        return f"'{cell}"
    return _safe(cell)
