"""What the desk says in the language of its page: official words with their meaning, and refusals with our own codes in them."""

from django.utils.html import format_html

from collector.errors import CollectorError
from collector.language import say_here, spoken
from collector.scores.show.labels import called, gloss
from collector.standards.components import Completeness

_CODES = ("state", "wanted", "field")
"""Values of errors that are words of ours, and Indonesian."""
_LISTS = ("possible",)
"""Such values of which there are several."""


def official(name: str) -> str:
    """Give an official word for a label, as markup: in English with what it means."""
    meaning = gloss(name, spoken())
    return format_html('<span lang="id">{}</span> ({})', name, meaning) if meaning else name


def refused(error: CollectorError) -> str:
    """Say why something was refused."""
    codes = {name: called(str(error.values[name]), spoken()) for name in _CODES if name in error.values}
    codes |= {
        name: ", ".join(called(one, spoken()) for one in str(error.values[name]).split(", "))
        for name in _LISTS
        if name in error.values
    }
    return CollectorError.told(error.word, {**error.values, **codes}).for_page(spoken())


def completeness_words(found: Completeness) -> str:
    """Say how complete a standard is: `11 of 14; missing: …`."""
    if found.is_whole:
        return say_here("desk.whole", filled=found.filled, of=found.of)
    missing = ", ".join(gloss(name, spoken()) or name for name in found.missing)
    return say_here("desk.missing", filled=found.filled, of=found.of, missing=missing)
