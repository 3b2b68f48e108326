"""What people call the groups of an answer, in one language: their own names where they have some, else our words."""

from collector.scores.ask.overview import ENDED_OTHERWISE
from collector.scores.ask.results import GroupPart
from collector.scores.ask.scope import GROUP_DIMENSIONS, Dimension
from collector.scores.tallies.naming import OTHER, UNKNOWN
from collector.words.catalogue import known, say
from survey.index.periods import Period
from survey.index.periods import parse as parse_period

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
