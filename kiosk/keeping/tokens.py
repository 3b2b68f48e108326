"""By what the journal's answers are known again; a text is the token of a record that a visitor waits for."""

from typing import NamedTuple


class Note(NamedTuple):
    """The token of a record that no visitor waits for."""

    number: int
    kind: str


class Part(NamedTuple):
    """The token of one of several records that a visitor waits for together."""

    token: str
    is_last: bool


def last_of(token: str | Part) -> tuple[str, bool]:
    """Give what a visitor waits for, and whether nothing of it comes after this."""
    return (token.token, token.is_last) if isinstance(token, Part) else (token, True)
