"""Fitting words into a box: measured wrapping, and the largest size at which everything fits.

`**bold**` marks strong words. Sizes are tried from the wished one downwards and never below the theme's smallest text;
whether the smallest was enough is told by `Fitted.fits`, which the tests ask for every screen.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from kiosk.fonts import Weight, width_of
from kiosk.theme import Theme

Measure = Callable[[str, bool], int]


@dataclass(frozen=True, slots=True)
class Run:
    """Words of one weight that stand together on a line."""

    text: str
    strong: bool


Line = tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Fitted:
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


@dataclass(frozen=True, slots=True)
class Style:
    """How a text is set: the ordinary and the strong weight, and the leading."""

    weight: Weight = Weight.REGULAR
    strong: Weight = Weight.SEMIBOLD
    leading: float = 1.32


TITLE = Style(weight=Weight.BOLD, strong=Weight.BOLD, leading=1.17)
LABEL = Style(weight=Weight.SEMIBOLD, strong=Weight.BOLD, leading=1.2)
BODY = Style(strong=Weight.BOLD)
SECONDARY = Style(leading=1.28)
NUMBER = Style(weight=Weight.BOLD, strong=Weight.BOLD, leading=1.21)


@lru_cache(maxsize=256)
def fit(
    text: str, theme: Theme, style: Style, size: float, *, width: int, height: int, most_lines: int = 99
) -> Fitted:
    """Set `text` in a box, as large as `size` (as at 1024x600) or as much smaller as it takes."""
    smallest, largest = theme.smallest_text, theme.text(size)
    best: Fitted | None = None
    tried = largest
    # Halving the range: opening a font for every size in between would be felt when the kiosk starts.
    while smallest <= largest:
        fitted = _set(text, theme, style, tried, width=width)
        if fitted.fits and fitted.height <= height and len(fitted.lines) <= most_lines:
            best = fitted
            smallest = tried + 1
        else:
            largest = tried - 1
        tried = (smallest + largest) // 2
    return best or replace(_set(text, theme, style, theme.smallest_text, width=width), fits=False)


def measure(text: str, theme: Theme, style: Style, pixels: int, *, strong: bool = False) -> int:
    """The width of a piece of text at a size in pixels."""
    return width_of(text, pixels, style.strong if strong else style.weight, theme.fonts)


def wrap(text: str, width: int, measured: Measure) -> tuple[tuple[Line, ...], bool]:
    """Break a text into lines no wider than `width`.

    A single word that is too wide is broken inside, and the answer's second part is then false.
    """
    lines: list[Line] = []
    whole = True
    for paragraph in text.split("\n"):
        line: list[Run] = []
        used = 0
        for word in _words(paragraph):
            pieces = [word]
            if measured(word.text, word.strong) > width:
                pieces = _break(word, width, measured)
                whole = False
            for piece in pieces:
                space = measured(" ", piece.strong) if line else 0
                needed = measured(piece.text, piece.strong)
                if line and used + space + needed > width:
                    lines.append(_joined(line))
                    line, used, space = [], 0, 0
                line.append(piece)
                used += space + needed
        lines.append(_joined(line))
    return tuple(lines), whole


def _set(text: str, theme: Theme, style: Style, pixels: int, *, width: int) -> Fitted:
    def measured(words: str, strong: bool) -> int:
        return measure(words, theme, style, pixels, strong=strong)

    lines, whole = wrap(text, width, measured)
    widest = max((sum(measured(run.text, run.strong) for run in line) for line in lines), default=0)
    return Fitted(
        size=pixels,
        line_height=round(pixels * style.leading),
        lines=lines,
        width=min(widest, width),
        fits=whole,
    )


def _words(paragraph: str) -> list[Run]:
    words: list[Run] = []
    for place, part in enumerate(paragraph.split("**")):
        words += [Run(word, strong=place % 2 == 1) for word in part.split(" ") if word]
    return words


def _break(word: Run, width: int, measured: Measure) -> list[Run]:
    pieces: list[Run] = []
    piece = ""
    for letter in word.text:
        if piece and measured(piece + letter, word.strong) > width:
            pieces.append(Run(piece, word.strong))
            piece = ""
        piece += letter
    return [*pieces, Run(piece, word.strong)]


def _joined(line: Sequence[Run]) -> Line:
    runs: list[Run] = []
    for word in line:
        if runs and runs[-1].strong == word.strong:
            runs[-1] = Run(f"{runs[-1].text} {word.text}", word.strong)
        elif runs:
            # The space between weights belongs to the run before, so that painting needs no rule for it.
            runs[-1] = Run(runs[-1].text + " ", runs[-1].strong)
            runs.append(word)
        else:
            runs.append(word)
    return tuple(runs)
