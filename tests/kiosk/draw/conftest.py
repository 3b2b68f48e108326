"""Every test here draws in memory or on SDL's dummy display."""

from collections.abc import Iterator

import pygame
import pytest


@pytest.fixture(autouse=True)
def _no_real_display(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    monkeypatch.setenv("SDL_AUDIODRIVER", "dummy")
    pygame.font.init()
    yield
    pygame.display.quit()
