"""A release's copy sheet: what stands in each form for it, filled in."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from collector.papers.cleaning import clean
from collector.papers.copying.forms import ELEMENT_FIELDS, Form, Row, forms_for
from collector.papers.said import Said
from collector.papers.sheet.arithmetic import sums_of
from collector.scores.show.formats import comma, decimal
from survey.index.periods import Period, PeriodKind, parse
from survey.instrument.instrument import LabelOrder, in_language
from survey.instrument.kinds import Kind

_NOT_HERE = "-"
"""What a release does not say."""
_LONGEST = 300


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a form: what it is called there, and what is typed into each of its fields."""

    label: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """One form, or a part of it with columns of its own."""

    title: str
    source: str
    heads: tuple[str, ...]
    """Above the columns, the labels' first."""
    lines: tuple[Line, ...]


def parts_of(said: Said) -> list[Part]:
    """Give the forms that numbers of such a release are typed into, filled in.

    Raises:
        CollectorError: a form of this place's own is wrong (`copy_form`), or the sums do not come to what was published (`paper_differs`).
    """
    return [
        Part(form.title, form.source, form.heads, tuple(_lines(said, form)))
        for form in forms_for(said.instrument.kind)
    ]


def _lines(said: Said, form: Form) -> Iterator[Line]:
    whole = _whole(said, form)
    elements = list(_elements(said, form))
    for row in form.rows:
        if row.each == "element":
            for one in elements:
                yield _line(form, row, one)
        elif row.each:
            yield from (_line(form, row, one) for one in _groups(said, row.each))
        else:
            yield _line(form, row, whole)


def _line(form: Form, row: Row, values: Mapping[str, str]) -> Line:
    label = clean(row.label.format_map(values), longest=_LONGEST)
    return Line(
        label,
        tuple(
            values[field].replace(",", form.decimal) if field in _NUMBERS else values[field]
            for field in row.fields
        ),
    )


_NUMBERS = frozenset({"value", "low", "high", "weighted_sum", *ELEMENT_FIELDS})
"""What has a decimal sign: a form may want another one than the comma."""


def _whole(said: Said, form: Form) -> Mapping[str, str]:
    sample: Mapping[str, Any] = (said.reading.index or {}).get("sample") or {}
    weighted = (
        comma(decimal(sums_of(said, LabelOrder.LIST).weighted, form.digits))
        if said.instrument.kind is Kind.SKM
        else _NOT_HERE
    )
    who = said.reading.said["subject"]
    return {
        "value": said.value,
        "low": said.low or _NOT_HERE,
        "high": said.high or _NOT_HERE,
        "category": said.category or _NOT_HERE,
        "performance": said.performance or _NOT_HERE,
        "n": str(said.n),
        "served": str(sample.get("population") or _NOT_HERE),
        "required": str(sample.get("required") or _NOT_HERE),
        "weighted_sum": weighted,
        "name": said.name,
        "region": said.region or _NOT_HERE,
        "agency": clean((who.get("agency") or {}).get("name") or _NOT_HERE),
        "services": said.services,
        "period": said.period,
        "period_short": _short(parse(said.reading.said["period"]["id"])),
        "first": said.first,
        "last": said.last,
        "published": said.published,
        "rule": said.rule,
        "address": said.address,
        "link": said.url,
    }


def _short(period: Period) -> str:
    """Write a period as F-01 has it: `TW IV 2021`."""
    kind, year = period.kind, period.last.year
    if kind is PeriodKind.QUARTER:
        return f"TW {('I', 'II', 'III', 'IV')[period.last.month // 3 - 1]} {year}"
    if kind is PeriodKind.SEMESTER:
        return f"Semester {('I', 'II')[period.last.month // 6 - 1]} {year}"
    return period.title


def _elements(said: Said, form: Form) -> Iterator[Mapping[str, str]]:
    """Give each element's numbers from its counts, rounded once; a sheet in the questionnaire's order numbers them so."""
    instrument = said.instrument
    frozen = {one["key"]: one for one in (said.reading.index or {})["elements"]}
    is_skm = instrument.kind is Kind.SKM
    order = LabelOrder(form.order)
    weighted = {one.key: one.mean * one.weight for one in sums_of(said, order).columns} if is_skm else {}
    keys = instrument.element_keys if order is LabelOrder.LIST else instrument.question_order
    for place, key in enumerate(keys, start=1):
        one, question = frozen[key], instrument.question(key)
        mean = Fraction(one["sum"], one["n"])
        yield {
            "number": str(place),
            "label": f"U{place}" if is_skm else question.code,
            "name": in_language(instrument.element(key).name, "id"),
            "short": in_language(instrument.element(key).short, "id"),
            "wording": in_language(question.wording, "id"),
            "sum": str(one["sum"]),
            "answered": str(one["n"]),
            "mean": comma(decimal(mean, form.digits)),
            "weighted": comma(decimal(weighted[key], form.digits)) if is_skm else _NOT_HERE,
            "element_value": _printed(said, key),
            "element_category": one["category"] or _NOT_HERE,
        }


def _printed(said: Said, key: str) -> str:
    return next(one.value for one in said.elements if one.key == key)


def _groups(said: Said, attribute: str) -> Iterator[Mapping[str, str]]:
    found = next((one for one in said.characteristics if one.key == attribute), None)
    for name, count in found.groups if found is not None else ():
        yield {"group": name, "count": str(count)}
    if found is None or not found.groups:
        yield {"group": "tidak ditampilkan", "count": _NOT_HERE}
