"""What the emulated machine's screen should show, drawn here from the same views, and where to touch it."""

from functools import cache

import pygame
from PIL import Image

from kiosk.config import Config
from kiosk.draw.screens import draw
from kiosk.remote.plan import make_plan
from kiosk.show.present import present
from kiosk.show.surroundings import Surroundings
from kiosk.show.texts import Texts
from survey.visit.action import Word
from survey.visit.state import State, Step
from tests.kiosk.draw.looks import LOOK
from tests.pictures.comparison import compare

CLOCK = (700, 15, 1020, 55)
AROUND = Surroundings(
    mended=(),
    hours={},
    unit="Balai Desa Sukamaju",
    place="",
    wall=None,  # left out of the comparison: it is shown once a receipt has told that the clock can be trusted
    published=None,
    closed=False,
    opens=None,
    answer_days=None,
    status_address="",
    code_address="",
    out_of_service=None,
    mark=None,
    log_words="",
)


@cache
def _picture(step: Step, language: str) -> Image.Image:
    surface, _ = _draw(step, language)
    return Image.frombytes("RGB", surface.get_size(), pygame.image.tobytes(surface, "RGB"))


def drawn(step: Step, *, language: str = "id") -> Image.Image:
    """The picture of a screen."""
    return _picture(step, language).copy()


def alike(shown: Image.Image, step: Step, *, language: str = "id") -> bool:
    """Whether a picture of the screen shows this, whatever the time is on it."""
    wanted = drawn(step, language=language)
    for picture in (shown, wanted):
        picture.paste(picture.getpixel((2, 2)), CLOCK)
    return compare(shown, wanted).alike


def place_of(word: Word) -> tuple[int, int]:
    """Where the idle screen is touched for an action."""
    _, places = _draw(Step.IDLE, "id")
    return places[word]


def _draw(step: Step, language: str) -> tuple[pygame.Surface, dict[str, tuple[int, int]]]:
    plan = make_plan(Config(), services=(), languages=tuple(Config().visit.languages))
    # The topics that follow a low smiley.
    state = State(language=language, step=step, complaint_from=Step.SERVICE, rated=True)
    view = present(plan, state, AROUND, Texts(language), now=0.0)
    assert view is not None
    pygame.font.init()
    surface = pygame.Surface(LOOK.size)
    targets = draw(surface, view, LOOK)
    return surface, {target.action: target.rect.center for target in targets}
