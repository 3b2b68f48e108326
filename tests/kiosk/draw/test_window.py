"""The window on SDL's dummy display: what it repaints, and what it hands back."""

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pygame
import pytest

from kiosk.draw.screens import draw
from kiosk.draw.waiting import input_fault
from kiosk.draw.window import PAGES_KEPT, Window, WindowError
from kiosk.rehearsal.samples import samples
from kiosk.show.views import (
    CORNER,
    TICK,
    ButtonKey,
    ChoiceView,
    Input,
    Lifted,
    Look,
    MessageView,
    Quit,
    Touched,
    Typed,
    View,
)
from survey.wire.trouble import trouble
from tests.kiosk.draw.looks import LOOK

VIEWS = dict(samples("id"))


@pytest.fixture
def window() -> Iterator[Window]:
    opened = Window.open(LOOK, title="test", fullscreen=False, driver="dummy")
    opened.events(0)
    yield opened
    opened.close()


def same(one: pygame.Surface, other: pygame.Surface) -> bool:
    return pygame.image.tobytes(one, "RGB") == pygame.image.tobytes(other, "RGB")


def drawn(name_or_view: str | ChoiceView, look: Look | None = None) -> pygame.Surface:
    view = VIEWS[name_or_view] if isinstance(name_or_view, str) else name_or_view
    surface = pygame.Surface((look or LOOK).size)
    draw(surface, view, look or LOOK)
    return surface


def press(window: Window, event: pygame.event.Event) -> list[Input]:
    pygame.event.post(event)
    return window.events(0)


def click(window: Window, point: tuple[int, int]) -> list[Input]:
    pygame.event.post(pygame.event.Event(pygame.MOUSEBUTTONDOWN, pos=point, button=1, touch=False))
    pygame.event.post(pygame.event.Event(pygame.MOUSEBUTTONUP, pos=point, button=1, touch=False))
    return window.events(0)


def key(code: int, text: str = "") -> pygame.event.Event:
    return pygame.event.Event(pygame.KEYDOWN, key=code, unicode=text)


@pytest.fixture
def updated(monkeypatch: pytest.MonkeyPatch) -> list[list[pygame.Rect]]:
    """Every list of rectangles that is handed to the display."""
    handed: list[list[pygame.Rect]] = []
    # The display's own function is the border being observed; it cannot be passed in.
    monkeypatch.setattr(pygame.display, "update", handed.append)
    return handed


def test_a_highlight_repaints_only_its_own_rectangle(
    window: Window, updated: list[list[pygame.Rect]]
) -> None:
    idle = VIEWS["idle"]
    window.show(idle)
    answer = next(target.rect for target in window.targets if target.action == "answer:3")
    updated.clear()

    window.show(VIEWS["pressed"])

    assert {tuple(rect) for rects in updated for rect in rects} == {tuple(answer)}
    assert same(window.picture(), drawn("pressed"))


def test_a_tick_of_the_clock_repaints_only_the_clock(
    window: Window, updated: list[list[pygame.Rect]]
) -> None:
    idle = VIEWS["idle"]
    window.show(idle)
    updated.clear()

    window.show(idle._replace(bar=idle.bar._replace(right="Senin 23 Nov · 09.42")))

    assert all(rect.bottom < 60 for rects in updated for rect in rects)


def test_a_step_of_the_pulse_repaints_only_the_four_cards(
    window: Window, updated: list[list[pygame.Rect]]
) -> None:
    idle = VIEWS["idle"]
    assert isinstance(idle, ChoiceView)
    window.show(idle)
    updated.clear()
    window.show(idle._replace(glow=2))
    assert len(updated[0]) == 4, updated
    cards = updated[0][0].unionall(updated[0][1:])
    assert not any(cards.collidepoint(10, y) for y in range(0, 600, 20))
    assert same(window.picture(), drawn(idle._replace(glow=2)))
    window.show(idle)
    assert same(window.picture(), drawn("idle"))


def test_the_same_view_again_repaints_nothing(window: Window, updated: list[list[pygame.Rect]]) -> None:
    window.show(VIEWS["idle"])
    updated.clear()

    window.show(VIEWS["idle"])

    assert updated == []


@pytest.mark.heavy
def test_whatever_came_before_the_picture_is_the_same(window: Window) -> None:
    for name in [*VIEWS, *reversed(VIEWS)]:
        window.show(VIEWS[name])
        assert same(window.picture(), drawn(name)), name


def test_nothing_a_visitor_entered_is_kept_and_the_pages_are_few(window: Window) -> None:
    kept: list[View] = []
    for view in VIEWS.values():
        for one in (view, VIEWS["text"], view):
            window.show(one)
        kept += [view for view, _ in window._pages if view not in kept]
        assert len(window._pages) <= PAGES_KEPT

    assert VIEWS["idle"] in kept
    assert all(isinstance(view, ChoiceView | MessageView) for view in kept)
    assert not any(isinstance(view, ChoiceView) and view.pressed is not None for view in kept)


def test_a_page_is_kept_once_it_comes_again(window: Window) -> None:
    idle = VIEWS["idle"]
    window.show(idle)
    assert not window._pages, "the first picture would wait for its copy"
    for _ in range(2):
        window.show(VIEWS["text"])
        window.show(idle)
        assert [view for view, _ in window._pages] == [idle]
        assert same(window.picture(), drawn("idle"))


def test_the_look_can_change_between_two_views(window: Window) -> None:
    window.show(VIEWS["idle"])
    window.change_look(text_scale=1.25, high_contrast=True)
    window.show(VIEWS["idle"])

    assert same(window.picture(), drawn("idle", LOOK._replace(text_scale=1.25, high_contrast=True)))


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_a_rotated_panel_shows_and_hears_the_same(rotation: int) -> None:
    window = Window.open(
        Look(size=(720, 1280), rotation=rotation), title="test", fullscreen=False, driver="dummy"
    )
    window.events(0)
    window.show(VIEWS["idle"])
    window.show(VIEWS["pressed"])
    upright = pygame.transform.rotate(pygame.display.get_surface(), rotation)

    assert same(upright, drawn("pressed", Look(size=(720, 1280))))
    answer = next(target.rect for target in window.targets if target.action == "answer:2")
    panel = pygame.display.get_surface().get_size()
    on_panel = {
        90: (panel[0] - 1 - answer.centery, answer.centerx),
        270: (answer.centery, panel[1] - 1 - answer.centerx),
    }
    point = on_panel.get(rotation, (panel[0] - 1 - answer.centerx, panel[1] - 1 - answer.centery))
    assert [type(event) for event in click(window, point)] == [Touched, Lifted]
    window.close()


def test_a_click_becomes_a_touch_and_its_end(window: Window) -> None:
    window.show(VIEWS["consent"])
    box = next(target.rect for target in window.targets if target.action == TICK)

    touched, lifted = click(window, box.center)

    assert (touched.name, lifted.name) == (TICK, TICK)
    assert lifted.at >= touched.at


def test_the_staff_corner_can_be_held_and_blank_paper_cannot(window: Window) -> None:
    window.show(VIEWS["idle"])

    assert [event.name for event in click(window, (1020, 3))] == [CORNER, CORNER]
    assert click(window, (3, 595)) == []


@pytest.mark.parametrize(
    "event,expected",
    [
        pytest.param(key(pygame.K_3, "3"), ButtonKey, id="digit"),
        pytest.param(key(pygame.K_KP2, "2"), ButtonKey, id="number pad"),
        pytest.param(key(pygame.K_F4), ButtonKey, id="function key"),
        pytest.param(key(pygame.K_a, "a"), Typed, id="letter"),
        pytest.param(key(pygame.K_BACKSPACE, "\b"), Typed, id="backspace"),
        pytest.param(pygame.event.Event(pygame.QUIT), Quit, id="closed"),
    ],
)
def test_keys_stand_in_for_buttons(window: Window, event: pygame.event.Event, expected: type[Input]) -> None:
    window.show(VIEWS["idle"])

    assert [type(found) for found in press(window, event)] == [expected]


def test_digits_are_typed_where_text_is_entered_and_function_keys_stay_buttons(window: Window) -> None:
    window.show(VIEWS["phone"])

    digit = press(window, key(pygame.K_3, "3"))
    function = press(window, key(pygame.K_F3))

    assert [event.text for event in digit] == ["3"]
    assert [(event.button, event.down) for event in function] == [(3, True)]


def test_in_a_simulation_one_to_four_are_buttons_also_where_text_is_entered(window: Window) -> None:
    window.keys_press = True
    window.show(VIEWS["text"])

    assert [type(event) for event in press(window, key(pygame.K_3, "3"))] == [ButtonKey]
    assert [event.text for event in press(window, key(pygame.K_KP3, "3"))] == ["3"]
    assert [event.text for event in press(window, key(pygame.K_5, "5"))] == ["5"]


def test_a_key_held_across_a_change_of_screens_comes_up_as_the_button_it_was(window: Window) -> None:
    window.show(VIEWS["idle"])
    (down,) = press(window, key(pygame.K_2, "2"))
    window.show(VIEWS["text"])

    (up,) = press(window, pygame.event.Event(pygame.KEYUP, key=pygame.K_2))

    assert [(event.button, event.down) for event in (down, up)] == [(2, True), (2, False)]
    assert press(window, pygame.event.Event(pygame.KEYUP, key=pygame.K_2)) == []


def test_a_window_that_loses_the_keyboard_has_no_key_down(window: Window) -> None:
    window.show(VIEWS["idle"])
    press(window, key(pygame.K_F1))

    (up,) = press(window, pygame.event.Event(pygame.WINDOWFOCUSLOST))

    assert (up.button, up.down) == (1, False)


def test_waking_ends_the_waiting_at_once(window: Window) -> None:
    timer = threading.Timer(0.05, window.wake)
    began = time.monotonic()
    timer.start()

    window.events(5.0)

    assert time.monotonic() - began < 1.0
    timer.join()


def test_idle_waiting_costs_almost_nothing(window: Window) -> None:
    spent, began = time.process_time(), time.monotonic()

    window.events(0.5)

    assert (time.process_time() - spent) / (time.monotonic() - began) < 0.02


def test_a_display_that_is_not_there_is_explained() -> None:
    pygame.display.quit()

    with pytest.raises(WindowError, match="groups video, render and input"):
        Window.open(LOOK, title="test", fullscreen=False, driver="kmsdrm-of-another-machine")


def test_missing_and_unreadable_input_devices_are_told_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert input_fault(tmp_path / "nothing") == trouble("no_touch_device")
    assert input_fault(tmp_path) == trouble("no_touch_device")
    (tmp_path / "event0").touch()
    assert input_fault(tmp_path) is None
    # Whoever runs the tests may be root, who may read everything.
    monkeypatch.setattr("os.access", lambda _path, _mode: False)
    assert input_fault(tmp_path) == trouble("touch_forbidden")


@pytest.mark.parametrize("driver", ["kmsdrm", "KMSDRM"])
def test_a_console_driver_is_known_by_either_of_its_names(driver: str) -> None:
    surface = pygame.Surface(LOOK.size)
    shown = Window(LOOK, surface, driver=driver)
    assert (shown.driver, shown._polls) == ("kmsdrm", False)


def test_on_the_console_the_picture_needs_no_desktop_opengl(monkeypatch: pytest.MonkeyPatch) -> None:
    # There is no console here: the dummy driver gives itself out as SDL calls the other.
    monkeypatch.setattr(pygame.display, "get_driver", lambda: "KMSDRM")
    monkeypatch.delenv("SDL_RENDER_DRIVER", raising=False)
    Window.open(LOOK, title="test", fullscreen=False, driver="dummy").close()
    assert os.environ["SDL_RENDER_DRIVER"] == "opengles2"
    monkeypatch.setenv("SDL_RENDER_DRIVER", "software")
    Window.open(LOOK, title="test", fullscreen=False, driver="dummy").close()
    assert os.environ["SDL_RENDER_DRIVER"] == "software"
