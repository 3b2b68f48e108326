"""The type the screens are set in: Inter where it is installed, else whatever sans serif there is.

Debian's `fonts-inter` has every Latin letter of the languages of Indonesia; text in Javanese script is set in Noto Sans
Javanese. Font files are looked for by name in the usual folders, without fontconfig: starting another program would
cost more time than the first picture.
"""

import os
from collections.abc import Iterable
from enum import Enum
from functools import lru_cache
from pathlib import Path

import pygame

FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts")
# By its path: asked for without a name, pygame looks for it with importlib.resources and zipfile.
_OWN_FONT = Path(pygame.__file__).with_name(pygame.font.get_default_font())
JAVANESE = range(0xA980, 0xA9E0)


class Weight(Enum):
    """The three weights in use; the value is the file's name for Inter."""

    REGULAR = "Regular"
    SEMIBOLD = "SemiBold"
    BOLD = "Bold"


# Tried in this order; DejaVu and Noto have no semibold, their bold stands in.
_FALLBACK_NAMES = {
    Weight.REGULAR: ("Inter-Regular", "NotoSans-Regular", "DejaVuSans"),
    Weight.SEMIBOLD: ("Inter-SemiBold", "NotoSans-SemiBold", "NotoSans-Bold", "DejaVuSans-Bold"),
    Weight.BOLD: ("Inter-Bold", "NotoSans-Bold", "DejaVuSans-Bold"),
}
_JAVANESE_NAMES = {
    Weight.REGULAR: ("NotoSansJavanese-Regular",),
    Weight.SEMIBOLD: ("NotoSansJavanese-Bold",),
    Weight.BOLD: ("NotoSansJavanese-Bold",),
}


def font(
    size: int, weight: Weight, preferred: tuple[str, ...] = (), *, javanese: bool = False
) -> pygame.font.Font:
    """The font, set to this size in pixels until it is asked for in another: use it at once, and do not keep it.

    `preferred` are font files named in the configuration; one whose name ends in the weight's name serves that weight.
    """
    found = _opened(weight, preferred, javanese=javanese)
    if found.point_size != size:
        found.set_point_size(size)
    return found


@lru_cache(maxsize=32)
def _opened(weight: Weight, preferred: tuple[str, ...], *, javanese: bool) -> pygame.font.Font:
    # Once for all sizes: Inter holds a quarter of a megabyte each time it is opened, and a first picture has sixteen sizes.
    path = find(weight, preferred, javanese=javanese)
    return pygame.font.Font(str(path or _OWN_FONT), 20)


@lru_cache(maxsize=1024)
def width_of(text: str, size: int, weight: Weight, preferred: tuple[str, ...] = ()) -> int:
    """The width of a word; kept, for the same words are measured on every screen. Not for what a visitor typed."""
    return font_for(text, size, weight, preferred).size(text)[0]


def font_for(text: str, size: int, weight: Weight, preferred: tuple[str, ...] = ()) -> pygame.font.Font:
    """The font that has the letters of `text`: Javanese script has a font of its own."""
    return font(size, weight, preferred, javanese=any(ord(letter) in JAVANESE for letter in text))


def find(weight: Weight, preferred: Iterable[str] = (), *, javanese: bool = False) -> Path | None:
    """The file for a weight, or None where only pygame's own font is left."""
    if javanese:
        return next((file for name in _JAVANESE_NAMES[weight] if (file := _installed(name))), None)
    chosen = [Path(name) for name in preferred]
    for file in chosen:
        if file.stem.endswith(weight.value) and file.is_file():
            return file
    if chosen and chosen[0].is_file():
        return chosen[0]
    return next((file for name in _FALLBACK_NAMES[weight] if (file := _installed(name))), None)


@lru_cache(maxsize=32)
def _installed(name: str) -> Path | None:
    file = _font_files().get(name)
    return Path(file) if file else None


@lru_cache(maxsize=1)
def _font_files() -> dict[str, str]:
    # Plain strings: a thousand path objects would be felt at the start.
    found: dict[str, str] = {}
    for folder in FOLDERS:
        for parent, _, names in os.walk(folder):
            for name in names:
                stem, _, extension = name.rpartition(".")
                if extension.lower() in {"otf", "ttf"}:
                    found.setdefault(stem, os.path.join(parent, name))  # noqa: PTH118 - see above
    return found
