"""Pictures of every screen in every size and language, for the documents, the tests and whoever translates.

Rendering needs no display: a surface in memory is enough.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pygame

from kiosk.draw.screens import draw
from kiosk.rehearsal.samples import samples
from kiosk.show.texts import shipped
from kiosk.show.views import LARGE_TEXT, Look

SIZES = ((1024, 600), (800, 480), (720, 1280))


@dataclass(frozen=True, slots=True)
class Variant:
    """A way the same screens can look; `name` goes into the folder's name."""

    name: str = ""
    text_scale: float = 1.0
    high_contrast: bool = False
    sunlit: bool = False

    def look(self, size: tuple[int, int]) -> Look:
        """Give how its screens are drawn on a panel."""
        return Look(
            size=size, text_scale=self.text_scale, high_contrast=self.high_contrast, sunlit=self.sunlit
        )


PLAIN = Variant()
LARGE = Variant("large", text_scale=LARGE_TEXT)
CONTRAST = Variant("contrast", high_contrast=True)
SUNLIGHT = Variant("sunlight", sunlit=True)


def render_gallery(
    out_dir: Path,
    sizes: Iterable[tuple[int, int]] = SIZES,
    languages: Iterable[str] | None = None,
    variants: Iterable[Variant] = (PLAIN,),
) -> list[Path]:
    """Write a PNG of every screen, and a contact sheet of each set; returns the files in the order written.

    Without `languages`, all that are no drafts.
    """
    spoken = (
        [language.code for language in shipped() if not language.draft] if languages is None else languages
    )
    chosen, looks = list(spoken), list(variants)
    pygame.font.init()
    written: list[Path] = []
    for size in sizes:
        for language in chosen:
            for variant in looks:
                written += _render_set(out_dir, size, language, variant)
    return written


def render(view_name: str, language: str, look: Look) -> pygame.Surface:
    """The picture of one sample screen.

    Raises:
        KeyError: there is no such sample.
    """
    pygame.font.init()
    surface = pygame.Surface(look.size)
    draw(surface, dict(samples(language, large=look.text_scale > 1))[view_name], look)
    return surface


def _render_set(out_dir: Path, size: tuple[int, int], language: str, variant: Variant) -> list[Path]:
    name = f"{size[0]}x{size[1]}-{language}" + (f"-{variant.name}" if variant.name else "")
    folder = out_dir / name
    folder.mkdir(parents=True, exist_ok=True)
    look = variant.look(size)
    written: list[Path] = []
    pictures: list[pygame.Surface] = []
    for number, (sample, view) in enumerate(samples(language, large=variant.text_scale > 1), start=1):
        surface = pygame.Surface(size)
        draw(surface, view, look)
        written.append(folder / f"{number:03}-{sample}.png")
        pygame.image.save(surface, str(written[-1]))
        pictures.append(pygame.transform.smoothscale(surface, (size[0] * 2 // 5, size[1] * 2 // 5)))
    sheet = out_dir / f"{name}.png"
    pygame.image.save(_contact_sheet(pictures, columns=6 if size[1] > size[0] else 4), str(sheet))
    return [*written, sheet]


def _contact_sheet(pictures: Sequence[pygame.Surface], *, columns: int) -> pygame.Surface:
    width, height = pictures[0].get_size()
    gap = 12
    rows = -(-len(pictures) // columns)
    sheet = pygame.Surface((columns * (width + gap) + gap, rows * (height + gap) + gap))
    sheet.fill((0x8A, 0x8F, 0x99))
    for place, picture in enumerate(pictures):
        left = gap + place % columns * (width + gap)
        sheet.blit(picture, (left, gap + place // columns * (height + gap)))
    return sheet
