"""The whole gallery for the documents: every screen a visitor or staff can meet, on one sheet a look.

`python -m tests.pictures.gallery` draws the sheets in `docs/pictures/gallery` anew; `ikm-kiosk screens` makes the same pictures one by one, in full.
"""

from pathlib import Path
from typing import NamedTuple

import pygame
from PIL import Image

from kiosk.draw.screens import draw
from kiosk.draw.theme import mixed, theme
from kiosk.rehearsal.gallery import CONTRAST, LARGE, PLAIN, SUNLIGHT, Variant
from kiosk.rehearsal.samples import samples

SHEETS = Path(__file__).resolve().parents[2] / "docs" / "pictures" / "gallery"
_GAP = 8
_GROUND = (0x8A, 0x8F, 0x99)


class Sheet(NamedTuple):
    """Every screen in one look."""

    name: str
    size: tuple[int, int]
    language: str
    variant: Variant
    columns: int
    percent: int
    """Of the screen's size."""

    @property
    def file(self) -> Path:
        return SHEETS / f"{self.name}.png"

    @property
    def cell(self) -> tuple[int, int]:
        return self.size[0] * self.percent // 100, self.size[1] * self.percent // 100

    def size_for(self, count: int) -> tuple[int, int]:
        width, height = self.cell
        rows = -(-count // self.columns)
        return self.columns * (width + _GAP) + _GAP, rows * (height + _GAP) + _GAP

    def palette(self) -> Image.Image:
        """The look's own colours and one shade for the edges of letters: what keeps a sheet small."""
        look = theme(self.variant.look(self.size)).palette
        colours = (
            look.paper,
            look.ink,
            mixed(look.paper, look.ink, 0.5),
            look.line,
            look.accent,
            look.tint,
            _GROUND,
        )
        one = Image.new("P", (1, 1))
        one.putpalette([channel for colour in colours for channel in colour])
        return one

    def names(self) -> list[str]:
        return [name for name, _ in samples(self.language, large=self.variant is LARGE)]

    def rendered(self) -> Image.Image:
        pygame.font.init()
        pictures = []
        for _, view in samples(self.language, large=self.variant is LARGE):
            surface = pygame.Surface(self.size)
            draw(surface, view, self.variant.look(self.size))
            picture = Image.frombytes("RGB", self.size, pygame.image.tobytes(surface, "RGB"))
            pictures.append(picture.resize(self.cell, Image.Resampling.LANCZOS))
        sheet = Image.new("RGB", self.size_for(len(pictures)), _GROUND)
        for place, picture in enumerate(pictures):
            row, column = divmod(place, self.columns)
            sheet.paste(
                picture,
                (_GAP + column * (self.cell[0] + _GAP), _GAP + row * (self.cell[1] + _GAP)),
            )
        return sheet


_SMALL, _UPRIGHT = (800, 480), (720, 1280)
ALL = (
    Sheet("800x480-id", _SMALL, "id", PLAIN, 9, 33),
    Sheet("800x480-en", _SMALL, "en", PLAIN, 9, 33),
    Sheet("800x480-id-large", _SMALL, "id", LARGE, 9, 33),
    Sheet("800x480-en-large", _SMALL, "en", LARGE, 9, 33),
    Sheet("800x480-id-contrast", _SMALL, "id", CONTRAST, 12, 25),
    Sheet("800x480-id-sunlight", _SMALL, "id", SUNLIGHT, 12, 25),
    Sheet("720x1280-id", _UPRIGHT, "id", PLAIN, 14, 21),
    Sheet("720x1280-en-large", _UPRIGHT, "en", LARGE, 14, 21),
)


def main() -> None:
    """Draw every sheet."""
    SHEETS.mkdir(parents=True, exist_ok=True)
    for sheet in ALL:
        few = sheet.rendered().quantize(palette=sheet.palette(), dither=Image.Dither.NONE)
        few.save(sheet.file, optimize=True)


if __name__ == "__main__":
    main()
