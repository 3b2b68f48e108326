"""A question from words: what the command's options, the API's parameters and the pages' addresses share."""

import re
from collections.abc import Mapping
from datetime import date

from collector.scores.ask.queries import DEFAULT_INSTRUMENT, IndexQuestion
from collector.scores.ask.results import QuestionError
from collector.scores.ask.scope import Dimension, Scope
from survey.index.indices import Policy
from survey.index.periods import Period, PeriodError, between
from survey.index.periods import parse as parse_period
from survey.index.sampling import SMALLEST_GROUP
from survey.instrument.instrument import ScaleMapping
from survey.instrument.weights import Stages, WeightMode

WORDS = (
    "unit",
    "region",
    "agency",
    "service",
    "place",
    "kiosk",
    "from",
    "to",
    "period",
    "by",
    "instrument",
    "weight_mode",
    "mapping",
    "rounding",
    "policy",
    "population",
    "format",
    "for",
)
"""Every word that may be asked with."""
AT_THE_CONSOLE = frozenset({"population"})
"""Words that an answer of the collector's authority takes from nobody but its operator."""
_LONGEST_WORD = 200
ELEMENT = "element"
"""A dimension of the output: one row an element. It needs no other counting."""


def question(words: Mapping[str, str], *, at_console: bool = False) -> IndexQuestion:
    """Give the question these words ask; at the collector's own console nothing is withheld.

    Raises:
        QuestionError: a word is unknown or says nothing that can be asked.
    """
    for word in words:
        if word not in WORDS:
            raise QuestionError("parameter_unknown", word=word, known=", ".join(WORDS))
        if not words[word].isprintable() or len(words[word]) > _LONGEST_WORD:
            raise QuestionError("parameter", word=word)
        if word in AT_THE_CONSOLE and not at_console:
            raise QuestionError("population", sentence="population_not_yours")
    scope = Scope(
        unit=words.get("unit") or None,
        region=words.get("region") or None,
        agency=words.get("agency") or None,
        service=words.get("service") or None,
        place=words.get("place") or None,
        kiosk=words.get("kiosk") or None,
    )
    return IndexQuestion(
        scope=scope,
        period=period_of(words),
        by=dimensions(words.get("by", "")),
        instrument=words.get("instrument") or DEFAULT_INSTRUMENT,
        weight_mode=_weight_mode(words.get("weight_mode")),
        mapping=_mapping(words.get("mapping")),
        rounding=rounding(words.get("rounding")),
        policy=_policy(words.get("policy")),
        population=_population(words.get("population")),
        smallest_group=1 if at_console else SMALLEST_GROUP,
    )


def period_of(words: Mapping[str, str]) -> Period:
    """Give the period that `period`, or `from` and `to`, name.

    Raises:
        QuestionError: none is given, or it is no period.
    """
    named = words.get("period")
    first, last = words.get("from"), words.get("to")
    if named and not first and not last:
        try:
            return parse_period(named)
        except PeriodError as error:
            raise QuestionError("period", sentence="period_none", text=named) from error
    if first and last and not named:
        try:
            return between(date.fromisoformat(first), date.fromisoformat(last))
        except (PeriodError, ValueError) as error:
            raise QuestionError("period", sentence="period_days", first=first, last=last) from error
    raise QuestionError("period")


def dimensions(text: str) -> tuple[Dimension, ...]:
    """Give the dimensions in a list with commas; `element` is not one of them.

    Raises:
        QuestionError: there is no such dimension, or one twice.
    """
    names = [name.strip() for name in text.split(",") if name.strip() and name.strip() != ELEMENT]
    try:
        found = tuple(Dimension(name) for name in names)
    except ValueError as error:
        known = ", ".join([*Dimension, ELEMENT])
        raise QuestionError("by", text=text, known=known) from error
    if len(set(found)) != len(found):
        raise QuestionError("by", sentence="by_twice")
    return found


def _weight_mode(text: str | None) -> WeightMode | None:
    try:
        return WeightMode(text) if text else None
    except ValueError as error:
        raise QuestionError("weight_mode", known=", ".join(WeightMode)) from error


def _mapping(text: str | None) -> ScaleMapping | None:
    try:
        return ScaleMapping(text) if text else None
    except ValueError as error:
        raise QuestionError("mapping", known=", ".join(ScaleMapping)) from error


def rounding(text: str | None) -> Stages | None:
    """Read the decimals of NRR and of NRR tertimbang, `2,2` or `3,-`; None where nothing is said.

    Raises:
        QuestionError: these are no decimals.
    """
    if not text:
        return None
    read = re.fullmatch(r"([0-6]|-),([0-6]|-)", text)
    if read is None:
        raise QuestionError("rounding")
    nrr, product = (None if part == "-" else int(part) for part in read.groups())
    return Stages(nrr, product)


def _policy(text: str | None) -> Policy:
    try:
        return Policy(text) if text else Policy.COMPLETE
    except ValueError as error:
        raise QuestionError("policy", known=", ".join(Policy)) from error


def _population(text: str | None) -> int | None:
    if not text:
        return None
    if not text.isdecimal() or len(text) > 9 or not int(text):
        raise QuestionError("population")
    return int(text)
