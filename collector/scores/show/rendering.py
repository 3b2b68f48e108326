"""Answers written down: as JSON for programs, as CSV for spreadsheets, as text for a console."""

import csv
import io
from collections.abc import Iterator

from collector.scores.ask.results import IndexAnswer, Result
from collector.scores.show.formats import comma, confidence, decimal
from survey.index.doubt import Interval
from survey.index.indices import Index
from survey.instrument.instrument import in_language

NRR_DIGITS = 3
_LANGUAGE = "id"


def as_json(answer: IndexAnswer) -> dict[str, object]:
    """Give the answer as JSON's values; `docs/scores.md` explains every key."""
    period = answer.period
    fields: dict[str, object] = {
        **{what: {"code": getattr(answer.scope, what), "name": name} for what, name in answer.names.items()},
        "period": period.identifier,
        "from": period.first.isoformat(),
        "to": period.last.isoformat(),
        "instrument": answer.instrument.name,
        "flag_rules": answer.flag_rules,
        "flags_waiting": answer.flags_waiting,
        **_result(answer, answer.whole, elements=True),
    }
    if answer.by:
        fields["by"] = [dimension.value for dimension in answer.by]
        fields["groups"] = [_result(answer, group, elements=True) for group in answer.groups]
    return fields


def as_csv(answer: IndexAnswer, *, by_element: bool = False) -> str:
    """Give the answer as a table: one row a group (or the whole), or one row an element of it."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    dimensions = [name for dimension in answer.by for name in (dimension.value, f"{dimension.value}_name")]
    head = ["instrument", "from", "to", *answer.names, *dimensions]
    writer.writerow([*head, *(_ELEMENT_COLUMNS if by_element else _COLUMNS)])
    for result in answer.groups if answer.by else (answer.whole,):
        start = [
            answer.instrument.name,
            answer.period.first.isoformat(),
            answer.period.last.isoformat(),
            *(getattr(answer.scope, what) for what in answer.names),
            *(text for part in result.group for text in (part.code, part.name)),
        ]
        for row in _element_rows(result) if by_element else (_row(result),):
            writer.writerow([_safe(cell) for cell in (*start, *row)])
    return out.getvalue()


def as_text(answer: IndexAnswer) -> str:
    """Give the answer for a console, in Indonesian."""
    whole = answer.whole
    names = ", ".join(answer.names.values()) or "Semua unit"
    lines = [f"{names} — {answer.period.title}", f"Instrumen {answer.instrument.name}"]
    if whole.index is None:
        lines.append(
            "Terlalu sedikit responden untuk ditampilkan."
            if whole.withheld
            else "Belum ada responden lengkap."
        )
    else:
        lines += _index_lines(answer, whole, whole.index)
    if whole.incomplete:
        lines.append(f"Tidak lengkap (dihitung terpisah): {whole.incomplete}")
    if whole.pulse is not None:
        lines.append(f"Kesan singkat (bukan IKM): {comma(whole.pulse.percent)} % puas, n = {whole.pulse.n}")
    if answer.flags_waiting:
        lines.append(f"Tanda kewaspadaan belum dihitung untuk {answer.flags_waiting} hari kios.")
    for group in answer.groups:
        label = " · ".join(part.name for part in group.group)
        lines.append(f"  {label}: {_short(group)}")
    return "\n".join(lines)


def _result(answer: IndexAnswer, result: Result, *, elements: bool) -> dict[str, object]:
    index = result.index
    fields: dict[str, object] = {}
    if result.group:
        fields["group"] = {
            part.dimension.value: {"code": part.code, "name": part.name} for part in result.group
        }
    fields |= {
        "n": result.n,
        "incomplete": result.incomplete,
        "withheld": result.withheld,
        **_index(index),
        "sample": (
            {
                "population": result.sufficiency.population,
                "required": result.sufficiency.required,
                "collected": result.sufficiency.collected,
                "sufficient": result.sufficiency.is_sufficient,
            }
            if result.sufficiency
            else None
        ),
        "flagged": result.flagged,
        "without_flagged": (
            {"n": result.without_flagged.n, **_index(result.without_flagged)}
            if result.without_flagged
            else None
        ),
        "pulse": {"n": result.pulse.n, "satisfied_percent": float(result.pulse.percent)}
        if result.pulse
        else None,
    }
    if index is not None:
        fields["rule"] = index.rule
        fields["bands"] = index.bands.version
        fields["weight_mode"] = index.weight_mode.value
        fields["weight"] = index.weight
        fields["policy"] = index.policy.value
    if elements and index is not None:
        fields["elements"] = [
            {
                "key": element.key,
                "label": element.label,
                "name": in_language(answer.instrument.element(element.key).name, _LANGUAGE),
                "n": element.n,
                "nrr": float(decimal(element.nrr, NRR_DIGITS)),
                "weighted": float(decimal(element.weighted, NRR_DIGITS)),
                "value": float(element.value),
                "category": element.category.letter,
                "interval": _interval(element.interval),
            }
            for element in index.elements
        ]
    return fields


def _index(index: Index | None) -> dict[str, object]:
    if index is None:
        return {
            "value": None,
            "category": None,
            "performance": None,
            "interval": None,
            "category_probability": None,
            "category_probabilities": {},
        }
    return {
        "value": float(index.value),
        "category": index.category.letter,
        "performance": index.category.name,
        "interval": _interval(index.interval),
        "category_probability": _probability(index.likelihood),
        "category_probabilities": {
            letter: _probability(share) for letter, share in index.likelihoods.items()
        },
    }


def _interval(interval: Interval | None) -> dict[str, float] | None:
    if interval is None:
        return None
    return {"low": float(interval.low), "high": float(interval.high), "level": interval.level}


def _probability(share: float | None) -> float | None:
    return None if share is None else round(share, 4)


_COLUMNS = (
    "n",
    "incomplete",
    "withheld",
    "value",
    "category",
    "performance",
    "interval_low",
    "interval_high",
    "category_probability",
    "flagged",
    "value_without_flagged",
    "category_without_flagged",
    "population",
    "required",
    "pulse_n",
    "pulse_satisfied_percent",
    "weight_mode",
    "policy",
    "rule",
    "bands",
)
_ELEMENT_COLUMNS = (
    "element",
    "label",
    "n",
    "nrr",
    "nrr_weighted",
    "value",
    "category",
    "interval_low",
    "interval_high",
    "weight_mode",
    "policy",
    "rule",
    "bands",
)


def _row(result: Result) -> tuple[object, ...]:
    index, without, sample, pulse = (
        result.index,
        result.without_flagged,
        result.sufficiency,
        result.pulse,
    )
    interval = index.interval if index else None
    return (
        result.n,
        result.incomplete,
        "yes" if result.withheld else "no",
        index and index.value,
        index and index.category.letter,
        index and index.category.name,
        interval and interval.low,
        interval and interval.high,
        index and _probability(index.likelihood),
        result.flagged,
        without and without.value,
        without and without.category.letter,
        sample and sample.population,
        sample and sample.required,
        pulse and pulse.n,
        pulse and pulse.percent,
        *_method(index),
    )


def _element_rows(result: Result) -> Iterator[tuple[object, ...]]:
    for element in result.index.elements if result.index else ():
        yield (
            element.key,
            element.label,
            element.n,
            decimal(element.nrr, NRR_DIGITS),
            decimal(element.weighted, NRR_DIGITS),
            element.value,
            element.category.letter,
            element.interval and element.interval.low,
            element.interval and element.interval.high,
            *_method(result.index),
        )


def _method(index: Index | None) -> tuple[object, ...]:
    if index is None:
        return (None, None, None, None)
    return index.weight_mode.value, index.policy.value, index.rule, index.bands.version


def _safe(cell: object) -> object:
    """Keep a spreadsheet from taking a name for a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in "=+-@\t\r" and cell else cell


def _index_lines(answer: IndexAnswer, result: Result, index: Index) -> Iterator[str]:
    yield ""
    width = max(len(in_language(element.name, _LANGUAGE)) for element in answer.instrument.elements)
    yield f"     {'Unsur':<{width}}    NRR  Nilai  Mutu"
    for element in index.elements:
        name = in_language(answer.instrument.element(element.key).name, _LANGUAGE)
        yield (
            f"{element.label:>4} {name:<{width}}  {comma(decimal(element.nrr, NRR_DIGITS))} {comma(element.value):>6}"
            f"  {element.category.letter}"
        )
    yield ""
    yield f"IKM {comma(index.value)}  mutu {index.category.letter} ({index.category.name}),  n = {result.n}"
    if index.interval is not None:
        sure = ""
        if index.likelihood is not None:
            sure = f"; mutu {index.category.letter} dengan keyakinan {confidence(index.likelihood)}"
        yield f"Selang 95 %: {comma(index.interval.low)} – {comma(index.interval.high)}{sure}"
    if result.flagged and result.without_flagged is not None:
        without = result.without_flagged
        yield (
            f"Tanpa {result.flagged} respons yang ditandai: {comma(without.value)} {without.category.letter}"
            f" (n = {without.n}; aturan tanda {answer.flag_rules})"
        )
    if result.sufficiency is not None:
        sample = result.sufficiency
        verdict = "cukup" if sample.is_sufficient else f"kurang {sample.missing}"
        yield f"Sampel: {sample.collected} dari {sample.required} yang diperlukan (populasi {sample.population}): {verdict}"
    yield f"Aturan {index.rule}; bobot {index.weight_mode}; tabel mutu {index.bands.version}; {index.policy}"


def _short(result: Result) -> str:
    if result.withheld:
        return "tidak ditampilkan (n < 5)"
    if result.index is None:
        return "belum ada responden lengkap"
    index = result.index
    doubt = f" ({comma(index.interval.low)}–{comma(index.interval.high)})" if index.interval else ""
    return f"{comma(index.value)} {index.category.letter}{doubt}, n = {result.n}"
