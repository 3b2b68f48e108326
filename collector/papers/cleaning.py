"""Texts from outside on their way to paper: whatever somebody wrote stays a text, in one line, in letters the type has.

Names of units and services, letterheads and contacts are other people's. A right-to-left override would turn a line around, a character
without a glyph is an empty box in silence, ten thousand letters run off the sheet.
"""

import unicodedata

LONGEST = 120
MISSING = "□"
"""Stands for a character that the type has not."""
RANGES = (
    (0x20, 0x7E), (0xA0, 0xAC), (0xAE, 0x148), (0x14A, 0x17F), (0x218, 0x21B), (0x391, 0x3A1), (0x3A3, 0x3A9), (0x3B1, 0x3C9), (0x410, 0x44F),
    (0x1E80, 0x1E85), (0x1EA0, 0x1EF9), (0x2012, 0x2014), (0x2018, 0x201A), (0x201C, 0x201E), (0x2022, 0x2022), (0x2026, 0x2026),
    (0x2030, 0x2030), (0x2032, 0x2033), (0x2039, 0x203A), (0x20AC, 0x20AC), (0x2116, 0x2116), (0x2122, 0x2122), (0x2190, 0x2193),
    (0x2212, 0x2212), (0x2248, 0x2248), (0x2260, 0x2260), (0x2264, 0x2265), (0x25A1, 0x25A1), (0x25B2, 0x25B2), (0x25BC, 0x25BC), (0x25CF, 0x25CF),
)  # fmt: skip
"""What Inter has of what an Indonesian office may write; a test sets every one of them."""


def clean(text: object, *, longest: int = LONGEST) -> str:
    """Give a text in one line of at most so many characters, without what steers a reader's program."""
    found = unicodedata.normalize("NFC", str(text)[: 4 * longest])
    found = " ".join("".join(map(_letter, found)).split())
    return found if len(found) <= longest else found[: longest - 1].rstrip() + "…"


def clean_lines(text: str, *, most: int, longest: int = LONGEST) -> tuple[str, ...]:
    """Give the lines of a text that say anything, at most so many."""
    lines = (clean(line, longest=longest) for line in text[: 4 * most * longest].splitlines())
    return tuple(line for line in lines if line)[:most]


def _letter(one: str) -> str:
    number = ord(one)
    if any(first <= number <= last for first, last in RANGES):
        return one
    category = unicodedata.category(one)
    if category in ("Cf", "Mn", "Me", "Cs"):  # direction marks, joiners, marks of foreign scripts
        return ""
    return " " if category[0] in "CZ" else MISSING
