"""An answer for a console, in one language."""

from collections.abc import Iterator
from fractions import Fraction
from functools import partial

from collector.scores.ask.results import IndexAnswer, Result, Timing
from collector.scores.show.doubts import (
    day_lines,
    graded,
    interval_line,
    other_policy_lines,
    response_lines,
    sample_lines,
)
from collector.scores.show.formats import NRR_DIGITS, comma, decimal
from collector.scores.show.labels import part_name, period_title
from collector.scores.show.shares import lines as share_lines
from collector.words.catalogue import say
from collector.words.foreign import shown
from survey.index.indices import Index
from survey.index.perception import thresholds
from survey.index.sampling import METHOD
from survey.instrument.instrument import in_language
from survey.instrument.weights import UNROUNDED


def as_text(answer: IndexAnswer, language: str) -> str:
    """Give the answer as lines; numbers are written as people here write them, in every language."""
    whole = answer.whole
    names = ", ".join(answer.names.values()) or say("index.all_units", language)
    lines = [
        say("index.head", language, names=names, period=period_title(answer.period, language)),
        say("index.instrument", language, instrument=answer.instrument.name),
    ]
    if whole.shares is not None:
        lines += share_lines(answer.instrument, whole, language)
    elif whole.index is None:
        lines.append(say("index.too_few" if whole.withheld else "index.nobody", language))
    else:
        lines += _index_lines(answer, whole, whole.index, language)
    if whole.archived:
        lines.append(say("index.archived", language, count=whole.archived))
    if whole.incomplete:
        lines.append(say("index.incomplete", language, count=whole.incomplete))
    if whole.pulse is not None:
        lines.append(
            say("index.pulse", language, percent=comma(whole.pulse.percent, language), n=whole.pulse.n)
        )
    if answer.flags_waiting:
        lines.append(say("index.flags_waiting", language, days=answer.flags_waiting))
    for group in answer.groups:
        label = " · ".join(part_name(part, language) for part in group.group)
        lines.append(f"  {label}: {_short(group, language)}")
    return "\n".join(map(shown, lines))


def _index_lines(answer: IndexAnswer, result: Result, index: Index, language: str) -> Iterator[str]:
    name_of = partial(in_language, language=language)
    names = {element.key: name_of(element.name) for element in answer.instrument.elements}
    width = max(len(name) for name in names.values())
    head = {name: say(f"index.{name}", language) for name in ("element", "mean", "value", "grade")}
    yield ""
    yield f"     {head['element']:<{width}}    {head['mean']:<7}{head['value']}  {head['grade']}"
    for element in index.elements:
        yield (
            f"{element.label:>4} {names[element.key]:<{width}}  {comma(decimal(element.nrr, NRR_DIGITS), language)}"
            f" {comma(element.value, language):>6}  {element.letter or ''}".rstrip()
        )
    if index.rounding == UNROUNDED:
        yield say("doubt.unrounded", language, index=index.name)
    yield ""
    yield index_line(index, language)
    yield interval_line(index, language)
    yield from day_lines(index.days, language)
    yield from other_policy_lines(result, language)
    if result.flagged and result.without_flagged is not None:
        without = result.without_flagged
        yield say(
            "index.unflagged",
            language,
            flagged=result.flagged,
            value=graded(without, language),
            n=without.n,
            rules=answer.flag_rules,
        )
    if result.timing is not None:
        yield from timing_lines(result.timing, language)
    yield from response_lines(result, language)
    yield from sample_lines(result, language)
    yield from method_lines(index, language)
    yield say("doubt.method", language, method=METHOD)


def index_line(index: Index, language: str) -> str:
    """Give the number, what it is called, and its category or its scale."""
    name, value, n = index.name, comma(index.value, language), index.n
    if index.category is not None:
        grade, called = index.category.letter, index.category.name
        return say("index.line", language, index=name, value=value, grade=grade, name=called, n=n)
    low, high = (
        comma(decimal(Fraction(end).limit_denominator(100), 2), language)
        for end in (index.scale.start, index.scale.end)
    )
    return say("index.line_plain", language, index=name, value=value, low=low, high=high, n=n)


def method_lines(index: Index, language: str) -> Iterator[str]:
    """Say by which rule, weights, table and policy an index was made, and which thresholds it reaches."""
    for one in thresholds(index):
        verdict = say("index.reached" if one.reached else "index.not_reached", language)
        yield say("index.threshold", language, zone=one.zone, at=comma(one.at, language), verdict=verdict)
    policy = say(f"index.policy_{index.policy.value}", language)
    if index.table is not None:
        weight = index.weight_mode.value
        yield say("index.method", language, rule=index.rule, weight=weight, bands=index.table, policy=policy)
    else:
        mapping = index.mapping.value if index.mapping is not None else "-"
        yield say("index.method_plain", language, rule=index.rule, mapping=mapping, policy=policy)
    if index.rounding != UNROUNDED:
        yield say("index.rounding", language, stages=index.rounding.label)


def timing_lines(timing: Timing, language: str) -> Iterator[str]:
    """Give what is doubtful about times, a sentence each."""
    if timing.late:
        yield say("index.late", language, count=timing.late)
    if timing.redated:
        yield say("index.redated", language, count=timing.redated)
    for what, count, index in (
        ("outside", timing.outside, timing.narrow),
        ("inside", timing.inside, timing.wide),
    ):
        if not count:
            continue
        yield say(f"index.{what}", language, count=count) + (
            say(f"index.{what}_so", language, value=graded(index, language), n=index.n)
            if index is not None
            else "."
        )


def _short(result: Result, language: str) -> str:
    if result.withheld:
        return say("index.withheld", language)
    if result.shares is not None:
        return f"n = {result.n}"
    if result.index is None:
        return say("index.nobody_here", language)
    index = result.index
    doubt = (
        f" ({comma(index.interval.low, language)}–{comma(index.interval.high, language)})"
        if index.interval
        else say("index.short_one", language)
    )
    history = f" ({say('index.archived_short', language, count=result.archived)})" if result.archived else ""
    return f"{graded(index, language)}{doubt}, n = {result.n}{history}"
