"""Fingers, mice, and panels that hang sideways."""

import pygame
import pytest

from kiosk.draw.pointer import LOST_SECONDS, Contact, Pointer, logical, on_panel

PANEL = (1024, 600)


def finger(kind: int, x: float, y: float, finger_id: int = 1) -> pygame.event.Event:
    return pygame.event.Event(kind, x=x, y=y, finger_id=finger_id)


def mouse(kind: int, pos: tuple[int, int], *, button: int = 1, touch: bool = False) -> pygame.event.Event:
    return pygame.event.Event(kind, pos=pos, button=button, touch=touch)


def test_a_finger_is_scaled_to_the_panel() -> None:
    pointer = Pointer(panel=PANEL, rotation=0)

    assert pointer.contact(finger(pygame.FINGERDOWN, 1.0, 1.0), 0.0) == Contact((1023, 599), down=True)


def test_one_tap_is_one_contact_though_sdl_also_makes_a_mouse_event_of_it() -> None:
    pointer = Pointer(panel=PANEL, rotation=0)
    events = [
        finger(pygame.FINGERDOWN, 0.5, 0.5),
        mouse(pygame.MOUSEBUTTONDOWN, (512, 300), touch=True),
        finger(pygame.FINGERUP, 0.5, 0.5),
        mouse(pygame.MOUSEBUTTONUP, (512, 300), touch=True),
    ]

    contacts = [contact for event in events if (contact := pointer.contact(event, 0.0))]

    assert [contact.down for contact in contacts] == [True, False]


def test_a_mouse_event_alone_counts_as_some_compositors_send_no_other() -> None:
    pointer = Pointer(panel=PANEL, rotation=0)

    assert pointer.contact(mouse(pygame.MOUSEBUTTONDOWN, (10, 20)), 0.0) == Contact((10, 20), down=True)


@pytest.mark.parametrize(
    "event",
    [
        pytest.param(mouse(pygame.MOUSEBUTTONDOWN, (1, 1), button=3), id="right button"),
        pytest.param(mouse(pygame.MOUSEBUTTONDOWN, (1, 1), button=4), id="wheel"),
        pytest.param(mouse(pygame.MOUSEBUTTONUP, (1, 1)), id="released without a press"),
        pytest.param(pygame.event.Event(pygame.MOUSEMOTION, pos=(1, 1)), id="moved"),
    ],
)
def test_other_events_are_no_contact(event: pygame.event.Event) -> None:
    assert Pointer(panel=PANEL, rotation=0).contact(event, 0.0) is None


def test_a_second_finger_is_ignored_until_the_first_is_lifted() -> None:
    pointer = Pointer(panel=PANEL, rotation=0)
    pointer.contact(finger(pygame.FINGERDOWN, 0.1, 0.1, finger_id=1), 0.0)

    assert pointer.contact(finger(pygame.FINGERDOWN, 0.9, 0.9, finger_id=2), 0.0) is None
    assert pointer.contact(finger(pygame.FINGERUP, 0.9, 0.9, finger_id=2), 0.0) is None
    assert pointer.contact(finger(pygame.FINGERUP, 0.1, 0.1, finger_id=1), 0.0) == Contact(
        (102, 60), down=False
    )


def test_a_finger_that_was_never_lifted_does_not_make_the_panel_deaf() -> None:
    pointer = Pointer(panel=PANEL, rotation=0)
    pointer.contact(finger(pygame.FINGERDOWN, 0.1, 0.1, finger_id=1), 0.0)

    assert pointer.contact(finger(pygame.FINGERDOWN, 0.5, 0.5, finger_id=2), LOST_SECONDS - 1) is None
    assert pointer.contact(finger(pygame.FINGERDOWN, 0.5, 0.5, finger_id=3), LOST_SECONDS + 1) is not None


def test_the_same_finger_down_again_counts_though_its_lifting_was_lost() -> None:
    pointer = Pointer(panel=PANEL, rotation=0)
    pointer.contact(finger(pygame.FINGERDOWN, 0.1, 0.1), 0.0)

    assert pointer.contact(finger(pygame.FINGERDOWN, 0.5, 0.5), 1.0) == Contact((512, 300), down=True)


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_touches_are_turned_back_as_the_picture_was_turned(rotation: int) -> None:
    size = (100, 60)
    picture = pygame.Surface(size)
    rect = pygame.Rect(70, 10, 20, 8)
    picture.fill((255, 0, 0), rect)
    shown = pygame.transform.rotate(picture, -rotation)

    turned = on_panel(rect, size=size, rotation=rotation)

    assert pygame.mask.from_threshold(shown, (255, 0, 0), (1, 1, 1)).get_bounding_rects() == [turned]
    for corner in (turned.topleft, (turned.right - 1, turned.bottom - 1)):
        assert rect.collidepoint(logical(corner, panel=shown.get_size(), rotation=rotation))
