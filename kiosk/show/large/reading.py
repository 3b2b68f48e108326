"""Texts on pages: which part of a long text stands on the present one."""

import re

from survey.visit.reading import page_count, page_number
from survey.visit.state import State

_SENTENCE = r"(?:(?<=[.!?])|(?<=[.!?]\*\*)) +(?=\S)"


def here(text: str, state: State) -> str:
    """Give what of a text stands on the present page of the screen."""
    count = page_count(state)
    return parted(text, count)[page_number(state)] if count > 1 else text


def is_first(state: State) -> bool:
    """Tell whether this is the page that a screen begins with."""
    return page_number(state) == 0


def parted(text: str, count: int) -> tuple[str, ...]:
    """Part a text between its sentences, so that the longest part is as short as it can be.

    Bold passages stay whole, because they never go beyond a sentence. Where there are fewer sentences than parts, the last ones are empty.
    """
    sentences = re.split(_SENTENCE, text)
    if count <= 1 or len(sentences) <= count:
        return (*sentences, *[""] * (count - len(sentences))) if count > 1 else (text,)
    heads = range(1, len(sentences) - count + 2)
    options = [(" ".join(sentences[:head]), *parted(" ".join(sentences[head:]), count - 1)) for head in heads]
    return min(options, key=lambda parts: max(map(len, parts)))
