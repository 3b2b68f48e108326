"""Fitting words into a box: measured wrapping, and the largest size at which everything fits.

`**bold**` marks strong words. Sizes are tried from the wished one downwards and never below the theme's smallest text;
whether the smallest was enough is told by `Fitted.fits`, which the tests ask for every screen.
"""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import NamedTuple

from kiosk.draw.fonts import Weight, width_of
from kiosk.draw.theme import Theme

_REFERENCE = 48
"""The size in pixels at which words are measured to judge how large a text can be set."""
_JOINT = re.compile(r"(?<=[-/])(?=\w)|(?<=\.)(?=[a-z])")
"""Where a word may be broken: Indonesian doubles words with a hyphen, and an address has slashes and points."""
SEPARATOR = "·"
"""Parts a line's facts; the line break says the same, so it never begins or ends one."""

Measure = Callable[[str, bool], int]


class Run(NamedTuple):
    """Words of one weight that stand together on a line."""

    text: str
    strong: bool


Line = tuple[Run, ...]


class Fitted(NamedTuple):
    """A text broken into lines at a size, ready to be painted."""

    size: int
    line_height: int
    lines: tuple[Line, ...]
    width: int
    fits: bool

    @property
    def height(self) -> int:
        """The height of all lines."""
        return self.line_height * len(self.lines)


class Style(NamedTuple):
    """How a text is set: the ordinary and the strong weight, and the leading."""

    weight: Weight = Weight.REGULAR
    strong: Weight = Weight.SEMIBOLD
    leading: float = 1.32
    balanced: bool = False
    """Lines of about equal length, instead of a last word alone on its line."""


TITLE = Style(weight=Weight.BOLD, strong=Weight.BOLD, leading=1.17, balanced=True)
LABEL = Style(weight=Weight.SEMIBOLD, strong=Weight.BOLD, leading=1.2, balanced=True)
BODY = Style(strong=Weight.BOLD)
CENTRED = Style(strong=Weight.BOLD, balanced=True)
SECONDARY = Style(leading=1.28)
NUMBER = Style(weight=Weight.BOLD, strong=Weight.BOLD, leading=1.21)


@lru_cache(maxsize=256)
def fit(
    text: str, theme: Theme, style: Style, size: float, *, width: int, height: int, most_lines: int = 99
) -> Fitted:
    """Set `text` in a box, as large as `size` (as at 1024x600) or as much smaller as it takes."""
    pixels = theme.text(size)
    fitted = _set(text, theme, style, pixels, width=width)
    if not _is_good(fitted, height, most_lines):
        pixels = _likely_size(text, theme, style, pixels - 1, width=width, height=height, most=most_lines)
        fitted = _set(text, theme, style, pixels, width=width)
    while not _is_good(fitted, height, most_lines):
        if pixels <= theme.smallest_text:
            return fitted._replace(fits=False)
        pixels -= 1
        fitted = _set(text, theme, style, pixels, width=width)
    return fitted


def _is_good(fitted: Fitted, height: int, most_lines: int) -> bool:
    return fitted.fits and fitted.height <= height and len(fitted.lines) <= most_lines


def shorten(text: str, theme: Theme, style: Style, size: float, *, width: int, height: int) -> Fitted:
    """Set a text that may be cut: words that have no room give way to an ellipsis. For names, never for questions.

    In large text it is cut before it is set more than a tenth smaller: whoever asked for it cannot read what is small.
    """
    words = text.split(" ")
    least = theme.text(size) * 9 // 10 if theme.large else 0
    fitted = fit(text, theme, style, size, width=width, height=height)
    while (not fitted.fits or fitted.size < least) and len(words) > 1:
        words.pop()
        rest = " ".join(words).rstrip(" ·,") + "…"
        # A bold passage that was cut must still be closed.
        rest += "**" if rest.count("**") % 2 else ""
        fitted = fit(rest, theme, style, size, width=width, height=height)
    return fitted


def _likely_size(
    text: str, theme: Theme, style: Style, wished: int, *, width: int, height: int, most: int
) -> int:
    """The largest size at which the text will fit, judged by widths at one size.

    Opening a font and measuring with it at every size in between would be felt on the first showing of each screen.
    """
    smallest, largest = theme.smallest_text, wished
    while smallest < largest:
        tried = (smallest + largest + 1) // 2

        def scaled(words: str, strong: bool, tried: int = tried) -> int:
            return measure(words, theme, style, _REFERENCE, strong=strong) * tried // _REFERENCE

        lines, whole = wrap(text, width, scaled)
        if whole and len(lines) <= min(most, height // round(tried * style.leading)):
            smallest = tried
        else:
            largest = tried - 1
    return smallest


def measure(text: str, theme: Theme, style: Style, pixels: int, *, strong: bool = False) -> int:
    """The width of a piece of text at a size in pixels."""
    return width_of(text, pixels, style.strong if strong else style.weight, theme.fonts)


def wrap(text: str, width: int, measured: Measure) -> tuple[tuple[Line, ...], bool]:
    """Break a text into lines no wider than `width`.

    A single word that is too wide is broken after a hyphen or slash. Where it has none it is broken anywhere, and the
    answer's second part is then false.
    """
    lines: list[Line] = []
    whole = True
    for paragraph in text.split("\n"):
        line: list[Run] = []
        used = 0
        for word in _words(paragraph):
            pieces, broken = _pieces(word, width, measured)
            whole = whole and not broken
            for part, piece in enumerate(pieces):
                apart = bool(line) and part == 0  # the pieces of one word stand together
                space = measured(" ", line[-1].strong) if apart else 0
                needed = _width(piece, measured)
                if line and used + space + needed > width:
                    if line[-1].text == SEPARATOR and len(line) > 1:
                        line.pop()
                    lines.append(_merged(line))
                    line, used, space = [], 0, 0
                if not line and lines and piece[0].text == SEPARATOR:
                    continue
                if line and apart:
                    # The space belongs to the run before it, so that painting needs no rule for spaces.
                    line[-1] = Run(line[-1].text + " ", line[-1].strong)
                line += piece
                used += space + needed
        lines.append(_merged(line))
    return tuple(lines), whole


def _set(text: str, theme: Theme, style: Style, pixels: int, *, width: int) -> Fitted:
    def measured(words: str, strong: bool) -> int:
        return measure(words, theme, style, pixels, strong=strong)

    lines, whole = wrap(text, width, measured)
    if style.balanced and whole and len(lines) > 1:
        lines = _balanced(text, width, measured, lines)
    widest = max((sum(measured(run.text, run.strong) for run in line) for line in lines), default=0)
    return Fitted(
        size=pixels,
        line_height=round(pixels * style.leading),
        lines=lines,
        width=min(widest, width),
        fits=whole,
    )


def _balanced(text: str, width: int, measured: Measure, lines: tuple[Line, ...]) -> tuple[Line, ...]:
    """Narrow the text as far as it goes without another line."""
    narrow, wide = width // len(lines), width
    while narrow < wide:
        middle = (narrow + wide) // 2
        tried, whole = wrap(text, middle, measured)
        if whole and len(tried) <= len(lines):
            wide, lines = middle, tried
        else:
            narrow = middle + 1
    return lines


def _width(word: Sequence[Run], measured: Measure) -> int:
    return sum(measured(run.text, run.strong) for run in word)


def _words(paragraph: str) -> list[list[Run]]:
    """Split at spaces; a word may change its weight inside, as the full stop after a bold word does."""
    words: list[list[Run]] = [[]]
    for place, part in enumerate(paragraph.split("**")):
        for number, piece in enumerate(part.split(" ")):
            if number:
                words.append([])
            if piece:
                words[-1].append(Run(piece, strong=place % 2 == 1))
    return [word for word in words if word]


def _pieces(word: list[Run], width: int, measured: Measure) -> tuple[list[list[Run]], bool]:
    """The word in pieces that are narrow enough, and whether it had to be broken where no word may be."""
    if _width(word, measured) <= width:
        return [word], False
    pieces: list[list[Run]] = []
    broken = False
    for run in word:
        for part in _JOINT.split(run.text):
            if measured(part, run.strong) > width:
                broken = True
                pieces += [
                    [Run(letters, run.strong)] for letters in _break(part, run.strong, width, measured)
                ]
            else:
                pieces.append([Run(part, run.strong)])
    return pieces, broken


def _break(text: str, strong: bool, width: int, measured: Measure) -> list[str]:
    pieces: list[str] = []
    piece = ""
    for letter in text:
        if piece and measured(piece + letter, strong) > width:
            pieces.append(piece)
            piece = ""
        piece += letter
    return [*pieces, piece]


def _merged(line: Sequence[Run]) -> Line:
    runs: list[Run] = []
    for run in line:
        if runs and runs[-1].strong == run.strong:
            runs[-1] = Run(runs[-1].text + run.text, run.strong)
        else:
            runs.append(run)
    return tuple(runs)
