"""The pictures that are kept: each kind of screen once, and what other sizes and looks do differently.

Run `python -m tests.pictures.approved_set` to approve the screens as they are now; look at every changed picture first.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import pygame
from PIL import Image

from kiosk.draw.fonts import Weight, find
from kiosk.rehearsal.gallery import render
from kiosk.show.views import LARGE_TEXT, Look
from tests.kiosk.draw.looks import LOOK

APPROVED = Path(__file__).parent / "approved"
FONT = APPROVED / "font.sha256"
"""Says which files of Inter the pictures are set in: each suite of Debian has another version, which sets lines a little wider or narrower."""
COLOURS = 32
"""Enough for flat colours and the shades of their edges; keeps a picture below twenty kilobytes."""


@dataclass(frozen=True)
class Case:
    """One approved picture."""

    screen: str
    language: str = "id"
    look: Look = LOOK
    look_name: str = ""

    @property
    def name(self) -> str:
        width, height = self.look.size
        parts = (f"{width}x{height}", self.language, self.look_name, self.screen)
        return "-".join(part for part in parts if part)

    @property
    def file(self) -> Path:
        return APPROVED / f"{self.name}.png"

    def rendered(self) -> Image.Image:
        surface = render(self.screen, self.language, self.look)
        return Image.frombytes("RGB", surface.get_size(), pygame.image.tobytes(surface, "RGB"))


_SMALL = Look(size=(800, 480))
_UPRIGHT = Look(size=(720, 1280))
_LARGE = _SMALL._replace(text_scale=LARGE_TEXT)
_LARGE_UPRIGHT = _UPRIGHT._replace(text_scale=LARGE_TEXT)
_IN_LARGE_TEXT = (
    "idle-offline",
    "service",
    "question-5-produk",
    "question-9-pengaduan",
    "why",
    "closed",
    "about",
    "news-1",
    "counters-1",
)
_SCREENS = (
    "idle",
    "pressed",
    "invitation",
    "service",
    "question-5-produk",
    "question-9-pengaduan",
    "menu",
    "complaints",
    "why",
    "topics-1",
    "text",
    "text-symbols",
    "text-to-speak",
    "speak",
    "recording",
    "heard",
    "consent-ticked",
    "phone",
    "code",
    "standing-answered",
    "text-warned",
    "kept-withdrawn",
    "ticket",
    "saving",
    "thanks",
    "thanks-code",
    "thanks-faces",
    "failed",
    "closed",
    "pin",
    "staff",
    "staff-trouble",
    "idle-offline",
    "idle-told-2",
    "question-faces",
    "standards-1",
    "standard-1",
    "counters-1",
    "counters-4",
    "enrol-code",
    "enrol-no-answer",
    "not-enrolled",
    "enrolling-no-answer",
    "enrolling-wrong-clock",
    "starting",
    "updating",
    "not-mounted",
    "journal-shut",
)
CASES = (
    *(Case(screen) for screen in _SCREENS),
    Case("idle", "en", _SMALL),
    Case("topics-3", "id", _SMALL),
    Case("why", "en", _SMALL),
    Case("code-wrong", "id", _SMALL),
    Case("text-to-speak-empty", "en", _SMALL),
    Case("speak", "en", _SMALL),
    Case("text", "id", _SMALL),
    Case("consent", "en", _SMALL),
    *(Case(screen, "id", _LARGE, "large") for screen in _IN_LARGE_TEXT),
    *(Case(screen, "en", _LARGE_UPRIGHT, "large") for screen in ("question-5-produk", "ticket")),
    Case("idle-told-3", "id", LOOK._replace(sunlit=True), "sunlight"),
    Case("pressed", "id", _UPRIGHT),
    Case("question-5-produk", "id", _UPRIGHT),
    Case("text", "en", _UPRIGHT),
    Case("ticket", "id", _UPRIGHT),
    Case("topics-1", "id", _UPRIGHT),
    Case("code", "id", _UPRIGHT),
    Case("enrolling-wrong-code", "id", _UPRIGHT),
    Case("heard-warned", "id", _UPRIGHT),
    Case("consent-warned", "id", LOOK._replace(high_contrast=True), "contrast"),
    Case("not-enrolled-offline", "id", _SMALL),
    Case("idle-without-time", "id", _UPRIGHT),
    Case("no-buttons", "id", _UPRIGHT),
    Case("pressed", "id", LOOK._replace(high_contrast=True), "contrast"),
)


def font_sum() -> str:
    """Give the sum over the files of the type that is installed."""
    files = (find(weight) for weight in Weight)
    return hashlib.sha256(b"".join(file.read_bytes() for file in files if file is not None)).hexdigest()


def approve() -> None:
    """Write every picture anew and remove those that no case names."""
    APPROVED.mkdir(exist_ok=True)
    FONT.write_text(f"{font_sum()}\n")
    for case in CASES:
        palette = case.rendered().quantize(COLOURS, dither=Image.Dither.NONE)
        palette.save(case.file, optimize=True)
    named = {case.file for case in CASES}
    for file in APPROVED.glob("*.png"):
        if file not in named:
            file.unlink()


if __name__ == "__main__":
    approve()
