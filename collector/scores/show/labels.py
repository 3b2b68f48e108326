"""What people call the groups of an answer, in one language: their own names where they have some, else our words."""

import re
from collections.abc import Mapping
from functools import lru_cache

from collector.scores.ask.overview import ENDED_OTHERWISE
from collector.scores.ask.results import GroupPart
from collector.scores.ask.scope import GROUP_DIMENSIONS, Dimension
from collector.scores.tallies.naming import OTHER, UNKNOWN
from collector.words.catalogue import LANGUAGES, known, say
from survey.index.periods import Period
from survey.index.periods import parse as parse_period
from survey.instrument.definition import shipped
from survey.instrument.instrument import in_language

_PERIODS = frozenset({Dimension.MONTH, Dimension.QUARTER, Dimension.SEMESTER, Dimension.YEAR})


def part_name(part: GroupPart, language: str) -> str:
    """Give what people call one dimension of a group; a code without a name stands for itself."""
    return part.name or _our_word(part, language) or part.code


def _our_word(part: GroupPart, language: str) -> str:
    if not part.code:
        return say("group.no_agency" if part.dimension is Dimension.AGENCY else "group.no_service", language)
    if part.dimension is Dimension.HOUR and part.code != UNKNOWN:
        return say("group.hour", language, hour=part.code)
    if part.dimension in _PERIODS:
        return period_title(parse_period(part.code), language)
    if part.dimension in GROUP_DIMENSIONS and part.code in (UNKNOWN, OTHER):
        return say("group.hour_unknown" if part.dimension is Dimension.HOUR else "group.other", language)
    return ""


def period_title(period: Period, language: str) -> str:
    """Give what a period is called: in Indonesian as reports do, in other languages by its identifier."""
    return period.title if language == "id" else period.identifier


def ending_name(how: str, language: str) -> str:
    """Give how a questionnaire ended."""
    key = f"ending.{how}"
    return say(key if known(key) else f"ending.{ENDED_OTHERWISE}", language)


def called(value: str, language: str) -> str:
    """Give one of our own Indonesian codes (`terbit`, `naik`, `dijawab`) in a language; what is none of them as it is."""
    key = f"word.{_slug(value)}"
    return say(key, language) if known(key) else value


def gloss(term: str, language: str) -> str:
    """Say what an official Indonesian word means: a category, an element, a component of a standard.

    Nothing in Indonesian, and nothing of a word that no rule we ship has.
    """
    if language == LANGUAGES[0]:
        return ""
    key = f"gloss.{_slug(term)}"
    return say(key, language) if known(key) else _elements(language).get(term, "")


def _slug(text: str) -> str:
    return re.sub("[^a-z]+", "_", text.lower()).strip("_")


@lru_cache(maxsize=len(LANGUAGES))
def _elements(language: str) -> Mapping[str, str]:
    """Give what each element of a shipped questionnaire is called, by its official name."""
    return {
        in_language(one.name, LANGUAGES[0]): in_language(one.name, language)
        for instrument in shipped()
        for one in instrument.elements
    }
