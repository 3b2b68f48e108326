"""What people write, as it is kept: lines stay lines, what steers a screen or a printer goes."""

from collector.errors import CollectorError
from collector.words.foreign import in_one_line


def lines(text: str) -> str:
    """Give a text with its lines, without spaces at their ends and without empty ones at the beginning and the end."""
    return "\n".join(in_one_line(one) for one in text.splitlines()).strip("\n")


def needed(field: str, text: str, *, most: int) -> str:
    """Give a text in one line that must say something.

    Raises:
        CollectorError: it says nothing (`standard_empty`), or is too long (`standard_long`).
    """
    found = in_one_line(text)
    if not found:
        raise CollectorError("standard_empty", field=field)
    return fitting(field, found, most=most)


def fitting(field: str, text: str, *, most: int) -> str:
    """Insist that a text is not longer than it may be, and give it.

    Raises:
        CollectorError: it is (`standard_long`).
    """
    if len(text) > most:
        raise CollectorError("standard_long", field=field, most=most)
    return text
