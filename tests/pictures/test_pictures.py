"""Each screen looks as it looked when a person approved it."""

import random
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageFilter

from kiosk.draw.fonts import Weight, find
from tests.pictures.approved_set import APPROVED, CASES, FONT, Case, font_sum
from tests.pictures.comparison import compare

pytestmark = pytest.mark.pictures

FAILED = Path(__file__).parent / "failed"
BUTTON = (840, 512, 990, 585)
"""Around the button at the lower right of the idle screen."""


in_their_font = pytest.mark.skipif(
    FONT.read_text().strip() != font_sum(),
    reason="the approved pictures are set in Debian 12's Inter; that nothing is cut off is tested in any",
)


def approved(case: Case) -> Image.Image:
    return Image.open(case.file).convert("RGB")


def test_the_font_of_the_approved_pictures_is_installed() -> None:
    file = find(Weight.REGULAR)

    assert file is not None
    assert file.stem == "Inter-Regular", "the pictures are set in Inter: install Debian's fonts-inter"


@in_their_font
@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in CASES])
def test_screen_looks_as_approved(case: Case) -> None:
    rendered = case.rendered()

    result = compare(rendered, approved(case))

    if not result.alike:
        FAILED.mkdir(exist_ok=True)
        rendered.save(FAILED / f"{case.name}.rendered.png")
        approved(case).save(FAILED / f"{case.name}.approved.png")
        result.difference.save(FAILED / f"{case.name}.difference.png")
    assert result.alike, (
        f"{result.share:.2%} of the picture differs; see tests/pictures/failed/{case.name}.*.png"
    )


def test_every_approved_picture_is_still_compared() -> None:
    assert {file.name for file in APPROVED.glob("*.png")} == {case.file.name for case in CASES}


def test_the_approved_pictures_stay_small() -> None:
    assert sum(case.file.stat().st_size for case in CASES) < 1_700_000


@pytest.mark.parametrize("distance", [6, -10])
def test_a_moved_button_is_found(distance: int) -> None:
    case = CASES[0]
    moved = approved(case)
    paper = moved.getpixel((5, 5))
    button = moved.crop(BUTTON)
    moved.paste(paper, BUTTON)
    moved.paste(button, (BUTTON[0] + distance, BUTTON[1]))

    assert not compare(moved, approved(case)).alike


def test_another_colour_and_a_lost_word_are_found() -> None:
    case = CASES[0]
    tinted, wordless = approved(case), approved(case)
    tinted.paste((0xDD, 0xEF, 0xEC), (60, 200, 240, 240))
    wordless.paste((0xFF, 0xFF, 0xFF), (580, 375, 690, 415))

    assert not compare(tinted, approved(case)).alike
    assert not compare(wordless, approved(case)).alike


def test_another_size_is_found() -> None:
    assert not compare(CASES[0].rendered(), Image.new("RGB", (800, 480))).alike


@in_their_font
def test_the_noise_of_another_rasteriser_is_none() -> None:
    case = CASES[0]
    chance = random.Random(4)
    noisy = case.rendered()
    pixels = noisy.load()
    for x in range(noisy.width):
        for y in range(noisy.height):
            red, green, blue = pixels[x, y]
            step = chance.randint(-9, 9)
            pixels[x, y] = (red + step, green + step, blue + step)
    lower = ImageChops.offset(case.rendered(), 0, 1)
    softened = Image.blend(case.rendered(), case.rendered().filter(ImageFilter.GaussianBlur(0.6)), 0.7)

    assert compare(noisy, approved(case)).alike
    assert compare(softened, approved(case)).alike
    assert compare(lower.crop((0, 1, 1024, 170)), approved(case).crop((0, 1, 1024, 170))).alike
