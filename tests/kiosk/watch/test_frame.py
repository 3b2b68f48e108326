"""What a new version is judged by: that something can be seen."""

from pathlib import Path

import pygame

from kiosk.draw.seen import shows_picture
from kiosk.watch.frame import mark_frame


def test_a_screen_of_one_colour_shows_nothing() -> None:
    screen = pygame.Surface((800, 480))
    assert not shows_picture(screen)
    screen.fill((250, 250, 250))
    assert not shows_picture(screen)


def test_a_screen_with_a_button_on_it_shows_something() -> None:
    screen = pygame.Surface((800, 480))
    pygame.draw.rect(screen, (0, 120, 60), (300, 200, 100, 60))
    assert shows_picture(screen)


def test_the_mark_lies_in_the_services_own_folder(tmp_path: Path) -> None:
    mark_frame({"RUNTIME_DIRECTORY": str(tmp_path)})
    assert [file.name for file in tmp_path.iterdir()] == ["frame"]


def test_without_such_a_folder_there_is_no_mark_and_no_fault(tmp_path: Path) -> None:
    mark_frame({})
    mark_frame({"RUNTIME_DIRECTORY": str(tmp_path / "gone")})
