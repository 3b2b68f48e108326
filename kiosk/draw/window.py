"""The display: shows views, repainting only what changes, and hands back plain events.

All of it belongs to the main thread, except `wake`. Nothing but video and fonts of pygame is started: the rest costs
start-up time and memory. Pages without anything a visitor entered are kept prerendered, so that changing to them is one
copy; the change from one view to the next of the same kind repaints only the parts that differ.
"""

import logging
import os
import time
from collections import OrderedDict, deque
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import pygame

from kiosk.draw.pointer import Pointer, on_panel
from kiosk.draw.screens import PlacedPart, Target, layout, paint, targets, theme_of
from kiosk.draw.theme import Theme
from kiosk.draw.waiting import InputWatch, input_fault, picture_fault
from kiosk.show.views import (
    BandedView,
    ButtonKey,
    ChoiceView,
    Input,
    KeyboardView,
    Lifted,
    Look,
    MessageView,
    Quit,
    Touched,
    Typed,
    View,
)
from survey.wire.trouble import Trouble

log = logging.getLogger(__name__)

PAGES_KEPT = 2
"""Prerendered pages in memory, at four bytes a pixel: the idle screen, and the one that follows it or leads back to it."""
POLL_SECONDS = 1 / 60
"""On a desktop input is asked for once a frame: pygame's own waiting asks a thousand times a second."""
CONSOLE_DRIVERS = frozenset({"kmsdrm", "evdev", "directfb", "fbcon", "rpi"})
"""Drivers that read the input devices themselves, and stay silent when they may not."""
NO_INPUT_DRIVERS = frozenset({"dummy", "offscreen"})

_BUTTON_KEYS = {getattr(pygame, f"K_{number}"): number for number in range(1, 5)}
_PAD_KEYS = {getattr(pygame, f"K_KP{number}"): number for number in range(1, 5)}
"""The number pad types where something is typed, so that a number can be typed also where 1-4 are buttons."""
_FUNCTION_KEYS = {getattr(pygame, f"K_F{number}"): number for number in range(1, 7)}
"""F5 is a fifth button, F6 a headphone plug that is in while it is held down."""
_CONTROL_KEYS = {
    pygame.K_BACKSPACE: "\b",
    pygame.K_RETURN: "\r",
    pygame.K_KP_ENTER: "\r",
    pygame.K_ESCAPE: "\x1b",
}


class WindowError(Exception):
    """The display cannot be used; the message says why and what to do."""


class _Page(NamedTuple):
    """A whole screen drawn beforehand, and what it consists of."""

    picture: pygame.Surface
    parts: tuple[PlacedPart, ...]


class Window:
    """The one window of the kiosk; make it with `Window.open`."""

    def __init__(self, look: Look, screen: pygame.Surface, *, driver: str) -> None:
        self.look = look
        self.driver = driver.lower()  # SDL takes "kmsdrm" and calls it "KMSDRM"
        self._screen = screen
        # Rotated panels are painted on a surface of their own; else the screen itself is the canvas.
        self._canvas = pygame.Surface(look.size) if look.rotation else screen
        self._pointer = Pointer(panel=screen.get_size(), rotation=look.rotation)
        self._pages: OrderedDict[tuple[View, Look], _Page] = OrderedDict()
        self._painted: deque[tuple[View, Look]] = deque(maxlen=8)
        """What was painted whole of late, and may be kept: it becomes a page when it comes again."""
        self._view: View | None = None
        self._parts: tuple[PlacedPart, ...] = ()
        self._targets: tuple[Target, ...] = ()
        self._held: str | None = None
        self._watch = InputWatch()
        self.keys_press = False
        """The keys 1-4 stand for the buttons wherever they are pressed; without that they type where something is typed."""
        self._keys_down: dict[int, int] = {}
        """Which button each key that is down stands for: it comes up as what it went down as, whatever is shown by then."""
        self._polls = self.driver not in CONSOLE_DRIVERS | NO_INPUT_DRIVERS

    @classmethod
    def open(cls, look: Look, *, title: str, fullscreen: bool, driver: str | None = None) -> "Window":
        """Open the display.

        `look.size` is the logical size, as the visitor sees it. On a full screen the panel's own size takes its
        place, turned by the look's rotation; `window.look` tells the result.

        Raises:
            WindowError: there is no display of this kind.
        """
        if driver:
            os.environ["SDL_VIDEODRIVER"] = driver
        try:
            pygame.display.init()
            pygame.font.init()
            match pygame.display.get_driver().lower():
                case "x11":
                    # SDL would load a whole OpenGL stack to copy pictures: 80 MB that a still page has no use for.
                    os.environ.setdefault("SDL_FRAMEBUFFER_ACCELERATION", "0")
                case "kmsdrm":
                    # SDL prefers desktop OpenGL, and where libgl1 is missing it shows black without a word.
                    os.environ.setdefault("SDL_RENDER_DRIVER", "opengles2")
            sideways = look.rotation in {90, 270}
            wanted = (0, 0) if fullscreen else look.size[::-1] if sideways else look.size
            screen = pygame.display.set_mode(wanted, pygame.FULLSCREEN if fullscreen else 0)
        except pygame.error as error:
            log.info("%s", error)
            raise WindowError(
                f"no picture on {driver or 'the display'}: on a desktop set DISPLAY or WAYLAND_DISPLAY; on the "
                "console the user needs the groups video, render and input, and no other program may hold the screen"
            ) from error
        pygame.display.set_caption(title)
        pygame.mouse.set_visible(not fullscreen)
        # SDL's text input would open an input method on some desktops; plain key events are enough here.
        pygame.key.stop_text_input()
        panel = screen.get_size()
        size = panel[::-1] if sideways else panel
        return cls(look._replace(size=size), screen, driver=pygame.display.get_driver())

    def show(self, view: View) -> None:
        """Bring the view to the screen; what is there already stays untouched."""
        if view == self._view:
            return
        theme = theme_of(view, self.look)
        page = self._kept_page(view)
        parts = page.parts if page else layout(view, self.look)
        changed = self._changed(view, parts, theme)
        if changed is None:
            if page:
                self._canvas.blit(page.picture, (0, 0))
            else:
                self._paint_whole(view, parts, theme)
            rects = [self._canvas.get_rect()]
        elif page:
            rects = [self._canvas.blit(page.picture, box, box) for box in {part.box for part in changed}]
        else:
            rects = [self._canvas.fill(theme.palette.paper, box) for box in {part.box for part in changed}]
            paint(self._canvas, changed & set(parts), theme)
        self._view, self._parts, self._targets = view, parts, targets(parts, theme)
        self._present(rects)

    def change_look(
        self,
        *,
        text_scale: float | None = None,
        high_contrast: bool | None = None,
        sunlit: bool | None = None,
    ) -> None:
        """Change the text size, the contrast, or for whom it is drawn; the next `show` draws everything anew."""
        wanted = {"text_scale": text_scale, "high_contrast": high_contrast, "sunlit": sunlit}
        self.look = self.look._replace(**{name: one for name, one in wanted.items() if one is not None})  # type: ignore[arg-type]
        self._view, self._parts = None, ()

    def events(self, timeout: float) -> list[Input]:
        """Wait at most `timeout` seconds for input or `wake`, and return what there is."""
        return [event for raw in self._raw_events(timeout) for event in self._read(raw)]

    def wake(self) -> None:
        """Make a waiting `events` return at once. May be called from any thread."""
        self._watch.wake()

    def input_fault(self) -> Trouble | None:
        """Why touches cannot arrive on this display, or None."""
        return input_fault() if self.driver in CONSOLE_DRIVERS else None

    def picture_fault(self) -> Trouble | None:
        """Why nobody can see this display, or None."""
        return picture_fault() if self.driver in CONSOLE_DRIVERS else None

    @property
    def blind(self) -> bool:
        """SDL found no screen, and draws into memory of its own accord: nobody will ever see it."""
        return self.driver == "offscreen" != os.environ.get("SDL_VIDEODRIVER", "").lower()

    def picture(self) -> pygame.Surface:
        """A copy of what is on the screen, as the visitor sees it."""
        return self._canvas.copy()

    @property
    def targets(self) -> tuple[Target, ...]:
        """What can be touched now."""
        return self._targets

    def close(self) -> None:
        """Give the display back."""
        self._pages.clear()
        self._watch.close()
        pygame.display.quit()

    def _changed(self, view: View, parts: tuple[PlacedPart, ...], theme: Theme) -> set[PlacedPart] | None:
        """The parts that vanished or are new, or None when the screen is better shown whole."""
        if type(view) is not type(self._view) or theme_of(self._view, self.look) is not theme:
            return None
        changed = set(self._parts) ^ set(parts)
        # A step of the pulse would be painted whole for a copy that nobody needs again.
        shines = isinstance(view, ChoiceView) and view._replace(glow=0) == self._at_rest()
        return changed if shines or _area(changed) * 2 < _area(self._parts) else None

    def _at_rest(self) -> View | None:
        view = self._view
        return view._replace(glow=0) if isinstance(view, ChoiceView) else view

    def _kept_page(self, view: View) -> "_Page | None":
        page = self._pages.get((view, self.look))
        if page is not None:
            self._pages.move_to_end((view, self.look))
        return page

    def _paint_whole(self, view: View, parts: tuple[PlacedPart, ...], theme: Theme) -> None:
        """Paint a whole screen; it is kept as a page from its second time on, for the first picture need not wait for a copy."""
        self._canvas.fill(theme.palette.paper)
        paint(self._canvas, parts, theme)
        shown = (view, self.look)
        if not _may_be_kept(view):
            return
        if shown not in self._painted:
            self._painted.append(shown)
            return
        self._pages[shown] = _Page(self._canvas.copy(), parts)
        if len(self._pages) > PAGES_KEPT:
            self._pages.popitem(last=False)

    def _present(self, rects: list[pygame.Rect]) -> None:
        rotation = self.look.rotation
        if rotation:
            size = self.look.size
            for rect in rects:
                turned = pygame.transform.rotate(self._canvas.subsurface(rect), -rotation)
                self._screen.blit(turned, on_panel(rect, size=size, rotation=rotation))
            rects = [on_panel(rect, size=size, rotation=rotation) for rect in rects]
        pygame.display.update(rects)

    def _raw_events(self, timeout: float) -> list[pygame.event.Event]:
        deadline = time.monotonic() + timeout
        while not (found := pygame.event.get()):
            left = deadline - time.monotonic()
            if left <= 0 or self._watch.wait(min(left, POLL_SECONDS) if self._polls else left):
                return pygame.event.get()
        return found

    def _read(self, event: pygame.event.Event) -> Iterator[Input]:
        now = time.monotonic()
        if event.type == pygame.QUIT:
            yield Quit()
        elif event.type in (pygame.KEYDOWN, pygame.KEYUP):
            yield from self._read_key(event, now)
        elif event.type == pygame.WINDOWFOCUSLOST:
            # Another window has the keyboard: no key of ours is down any more, and none may look like a stuck button.
            for button in self._keys_down.values():
                yield ButtonKey(button, down=False, at=now)
            self._keys_down.clear()
        elif contact := self._pointer.contact(event, now):
            if contact.down:
                self._held = self._action_at(contact.point)
                if self._held is not None:
                    yield Touched(self._held, now)
            elif self._held is not None:
                yield Lifted(self._held, now)
                self._held = None

    def _read_key(self, event: pygame.event.Event, now: float) -> Iterator[Input]:
        if event.type == pygame.KEYUP:
            button = self._keys_down.pop(event.key, None)
            if button is not None:
                yield ButtonKey(button, down=False, at=now)
            return
        button = _FUNCTION_KEYS.get(event.key)
        if button is None and (self.keys_press or not self._types):
            button = _BUTTON_KEYS.get(event.key)
        if button is None and not self._types:
            button = _PAD_KEYS.get(event.key)
        if button is not None:
            self._keys_down[event.key] = button
            yield ButtonKey(button, down=True, at=now)
        else:
            text = _CONTROL_KEYS.get(event.key, event.unicode)
            if text and (text.isprintable() or event.key in _CONTROL_KEYS):
                yield Typed(text, now)

    @property
    def _types(self) -> bool:
        view = self._view.under if isinstance(self._view, BandedView) else self._view
        return isinstance(view, KeyboardView)

    def _action_at(self, point: tuple[int, int]) -> str | None:
        return next((target.action for target in self._targets if target.rect.collidepoint(point)), None)


def _may_be_kept(view: View) -> bool:
    """Only pages on which nothing of a visitor can stand are kept in memory."""
    match view:
        case ChoiceView():
            passes = view.glow or (view.told is not None and view.told.page)
            return not passes and view.pressed is None and not any(option.chosen for option in view.options)
        case MessageView():
            return bool(view.options)  # what only says that something is starting is shown once
        case _:
            return False


def _area(parts: Iterable[PlacedPart]) -> int:
    return sum(part.box[2] * part.box[3] for part in parts)
