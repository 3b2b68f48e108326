"""What is painted can be read and hit: the contrast of every text as it stands on the screen, and targets in millimetres."""

from collections.abc import Iterable, Iterator

import pygame
import pytest

from kiosk.draw.screens import draw, layout
from kiosk.draw.theme import contrast
from kiosk.rehearsal.gallery import CONTRAST, LARGE, PLAIN, SIZES, SUNLIGHT, Variant
from kiosk.rehearsal.samples import samples
from kiosk.show.views import GLOW, ChoiceView, Look, View

LEAST_CONTRAST = 7.0
LEAST_MILLIMETRES = 9.0
PANELS = {(800, 480): (154.08, 85.92)}
"""Official 7-inch panels in pixels, and their pictures in millimetres: Raspberry Pi Touch Display, data sheet of 2015."""


def look_of(size: tuple[int, int], variant: Variant) -> Look:
    return variant.look(size)


class Watched(pygame.Surface):
    """A surface that notes how each transparent picture (a word, a number, an icon) stands out from what it is laid on; a veil over all of it is none."""

    def __init__(self, size: tuple[int, int]) -> None:
        super().__init__(size)
        self.faint: list[float] = []

    def subsurface(self, *box: object) -> pygame.Surface:
        part = super().subsurface(*box)  # type: ignore[arg-type]
        part.faint = self.faint  # type: ignore[attr-defined]
        return part

    def blit(  # type: ignore[override] - as the screens call it
        self,
        source: pygame.Surface,
        dest: tuple[int, int],
        area: tuple[int, int, int, int] | None = None,
    ) -> pygame.Rect:
        if source.get_flags() & pygame.SRCALPHA and area is None and source.get_size() != self.get_size():
            colour = pygame.transform.average_color(source, consider_alpha=True)[:3]
            place = source.get_bounding_rect().move(dest).clip(self.get_rect())
            ground = pygame.transform.average_color(self, place)[:3] if place.width else colour
            self.faint.append(contrast(colour, ground))
        return super().blit(source, dest, area)


def shining(views: Iterable[tuple[str, View]]) -> Iterator[tuple[str, View]]:
    """The screens, and the idle screen also where its pulse is brightest."""
    for name, view in views:
        yield name, view
        if isinstance(view, ChoiceView) and view.told is not None:
            yield f"{name}, shining", view._replace(glow=GLOW)


@pytest.mark.heavy
@pytest.mark.parametrize(
    "variant", [PLAIN, LARGE, CONTRAST, SUNLIGHT], ids=["plain", "large", "contrast", "sunlight"]
)
@pytest.mark.parametrize("size", SIZES)
def test_every_text_stands_out_seven_to_one_from_what_it_is_painted_on(
    size: tuple[int, int], variant: Variant
) -> None:
    wrong = []
    for language in ("id", "en"):
        for name, view in shining(samples(language, large=variant.text_scale > 1)):
            surface = Watched(size)
            draw(surface, view, look_of(size, variant))
            assert surface.faint, name
            if min(surface.faint) < LEAST_CONTRAST:
                wrong.append((language, name, round(min(surface.faint), 1)))

    assert wrong == []


@pytest.mark.parametrize("variant", [PLAIN, LARGE], ids=["plain", "large"])
@pytest.mark.parametrize("size", PANELS)
def test_on_the_official_panel_every_target_is_nine_millimetres_both_ways(
    size: tuple[int, int], variant: Variant
) -> None:
    across, down = (part / pixels for part, pixels in zip(PANELS[size], size, strict=True))
    wrong = [
        (name, part.action, part.box)
        for language in ("id", "en")
        for name, view in samples(language, large=variant.text_scale > 1)
        for part in layout(view, look_of(size, variant))
        if part.action and min(part.box[2] * across, part.box[3] * down) < LEAST_MILLIMETRES
    ]

    assert wrong == []
