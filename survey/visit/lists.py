"""A list on the four buttons, a page at a time."""

from collections.abc import Sequence

from survey.visit.action import Word

BUTTONS = 4
_FEWER = 2


def page_of(names: Sequence[str], page: int, *, fewer: bool = False) -> tuple[str, ...]:
    """Give one page of a list for four buttons: four names when that is all, else three (or two and the way on twice) and the way on."""
    if fewer and len(names) > _FEWER:
        start = min(page % pages(len(names), fewer=True) * _FEWER, len(names) - _FEWER)
        return (*names[start : start + _FEWER], Word.MORE, Word.MORE)
    if len(names) <= BUTTONS:
        return tuple(names)
    size = BUTTONS - 1
    # The last page is filled up from the one before, so that the way on stands on the fourth button of every page.
    start = min(page % pages(len(names)) * size, len(names) - size)
    return (*names[start : start + size], Word.MORE)


def pages(count: int, *, fewer: bool = False) -> int:
    """Give how many pages a list of `count` names has."""
    if fewer and count > _FEWER:
        return -(-count // _FEWER)
    return 1 if count <= BUTTONS else -(-count // (BUTTONS - 1))
