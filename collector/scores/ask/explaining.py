"""An explanation of a printed index from words: what the command's options, the page's form and the API's parameters share."""

import re
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from collector.scores.ask.results import QuestionError
from collector.scores.ask.words import rounding
from survey.index.explain import HIGHEST, LOWEST, MOST_ELEMENTS, Explained, of_means, of_value
from survey.instrument.weights import UNROUNDED

WORDS = ("nrr", "value", "weight", "rounding")
_LONGEST = 400
_NUMBER = re.compile(r"[0-9]{1,3}([.,][0-9]{1,6})?")
_WEIGHTS = {"exact": None, "2": 2, "3": 3, "4": 4}


def explanation(words: Mapping[str, str]) -> Explained:
    """Give the explanation these words ask for: of means (`nrr`, parted by spaces or semicolons) or of an index (`value`).

    Numbers have a decimal comma or point; `weight` is `exact` (default) or to how many decimals an office rounds it; `rounding` is as in a question
    about indices.

    Raises:
        QuestionError: a word is unknown, or says no numbers that can be explained.
    """
    for word in words:
        if word not in WORDS:
            raise QuestionError("parameter_unknown", word=word, known=", ".join(WORDS))
        if not words[word].isprintable() or len(words[word]) > _LONGEST:
            raise QuestionError("parameter", word=word)
    means, value = words.get("nrr", "").strip(), words.get("value", "").strip()
    if bool(means) == bool(value):
        raise QuestionError("explain")
    if value:
        if not _NUMBER.fullmatch(value):
            raise QuestionError("value", text=value)
        return of_value(Decimal(value.replace(",", ".")))
    if words.get("weight", "exact") not in _WEIGHTS:
        raise QuestionError("weight", known=", ".join(_WEIGHTS))
    return of_means(
        _means(means),
        weight_decimals=_WEIGHTS[words.get("weight", "exact")],
        stages=rounding(words.get("rounding")) or UNROUNDED,
    )


def _means(text: str) -> list[Fraction]:
    parts = re.split(r"[;\s]+", text.strip("; "))
    numbers = [Fraction(part.replace(",", ".")) for part in parts if _NUMBER.fullmatch(part)]
    fitting = all(LOWEST <= number <= HIGHEST for number in numbers)
    if len(numbers) != len(parts) or not fitting or len(numbers) > MOST_ELEMENTS:
        raise QuestionError("nrr", most=MOST_ELEMENTS)
    return numbers
