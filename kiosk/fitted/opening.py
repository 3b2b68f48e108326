"""What the kiosk is fitted with, opened as it is set: buttons, screen, voice and microphone."""

import logging
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from hardware.board import graphics_card, sound_cards
from hardware.debounce import Debouncer, DebounceTiming
from hardware.errors import NoPins
from hardware.panel import Panel
from hardware.profile import profile
from hardware.simulator import SimulatedPanel
from hardware.spoken import Microphone
from kiosk.config import Config, PanelSection, ScreenSection
from kiosk.errors import KioskError, NoButtons
from kiosk.ports import Voice
from kiosk.show.views import Look
from kiosk.watch.frame import mark_frame
from survey.wire.trouble import Trouble, trouble
from uplink.journal.home import KioskHome

if TYPE_CHECKING:
    from kiosk.draw.window import Window
    from kiosk.fitted.queue_door import QueueDoor
    from kiosk.keeping.queue import QueueBoard

log = logging.getLogger(__name__)


def make_debouncer(config: Config, panel: Panel) -> Debouncer:
    """Make the debouncer; a button that is down already is stuck until it comes up."""
    if down := frozenset(button for button, is_down in panel.levels().items() if is_down):
        log.warning("buttons %s are down at the start: ignored until they come up", sorted(down))
    return Debouncer(debounce_timing(config.panel), down_at_start=down)


def debounce_timing(panel: PanelSection) -> DebounceTiming:
    """Give how presses are judged, as it is set."""
    return DebounceTiming(
        glitch_seconds=panel.glitch_ms / 1000,
        lockout_seconds=panel.lockout_ms / 1000,
        hold_seconds=panel.hold_seconds,
        chord_hold_seconds=panel.staff_hold_seconds,
        stuck_seconds=panel.stuck_seconds,
    )


def open_panel(config: Config, *, simulate: bool) -> Panel:
    """Open the buttons.

    Raises:
        NoButtons: there are no pins, and nobody asked for simulated ones.
    """
    if simulate or not config.panel.buttons:  # touch alone, as on a tablet
        return SimulatedPanel()
    from hardware.pins import GpioPanel, Wiring, open_factory  # noqa: PLC0415 - gpiozero is slow to load

    section = config.panel
    wiring = Wiring(
        buttons=dict(enumerate(section.buttons, start=1)),
        lights=dict(enumerate(section.lights, start=1)),
        beeper=section.beeper if section.beeper >= 0 and config.sound.beep else None,
        case=section.case_switch if section.case_switch >= 0 else None,
        fifth=section.fifth_button if section.fifth_button >= 0 else None,
        jack=section.headphone_jack if section.headphone_jack >= 0 else None,
    )
    try:
        return GpioPanel(wiring, open_factory())
    except NoPins as error:
        raise NoButtons(str(error)) from error


def open_window(config: Config, *, title: str, windowed: bool, keys_press: bool = False) -> "Window":
    """Open the display; with `keys_press` the keys 1-4 are buttons wherever they are pressed.

    Raises:
        KioskError: there is none that anybody could see; the message names the remedy.
    """
    from kiosk.draw.window import Window, WindowError  # noqa: PLC0415 - pygame is slow to load

    section, look = config.screen, look_of(config.screen)
    connectors = [connector for name in config.fitted.profiles if (connector := profile(name).connector)]
    card = graphics_card(connectors[-1] if connectors else "")
    if card is not None:  # SDL would take the first card, also where the screen hangs on the second
        os.environ.setdefault("SDL_KMSDRM_DEVICE_INDEX", str(card))
    try:
        window = Window.open(
            look, title=title, fullscreen=section.fullscreen and not windowed, driver=section.driver or None
        )
    except WindowError as error:
        raise KioskError(str(error)) from error
    if window.blind:
        window.close()
        raise KioskError(
            "this machine has no screen, and a kiosk that nobody can see is not in service: connect one, on a desktop set "
            'DISPLAY or WAYLAND_DISPLAY, or name a driver in [screen], such as driver = "dummy" for a trial'
        )
    window.keys_press = keys_press
    return window


def why_untouched(window: "Window") -> Trouble | None:
    """Give why touches cannot arrive now; None where they can. Asked again and again: a cable may be pulled in service."""
    return window.input_fault()


def why_silent(voice_fault: Callable[[], Trouble | None], root: Path = Path("/")) -> Trouble | None:
    """Give why nothing can be heard now: a loudspeaker that was pulled is known before somebody wants to listen."""
    if (fault := voice_fault()) is not None:
        return fault
    return trouble("sound_fails") if (root / "proc/asound").is_dir() and not sound_cards(root) else None


def look_of(screen: ScreenSection) -> Look:
    """Give how everything is drawn before a visitor changes it."""
    return Look(
        size=(screen.width, screen.height),
        sunlit=screen.sunlight,
        rotation=screen.rotation,
        fonts=screen.fonts,
    )


def open_voice(home: Path, config: Config) -> Voice | None:
    """Give what reads screens aloud; None where the kiosk is set to be silent."""
    if not config.sound.speech:
        return None
    from kiosk.show.aloud.speech import Speech  # noqa: PLC0415 - only where screens are read aloud

    section = config.sound
    speech = Speech(
        KioskHome(home).speech,
        recordings=Path(section.recordings) if section.recordings else None,
        volume_percent=section.volume_percent,
    )
    return Voice(
        say=speech.say,
        hush=speech.hush,
        release=speech.release,
        set_volume=speech.set_volume,
        tune=speech.tune,
        fault=partial(why_silent, lambda: speech.fault),
    )


def open_microphone(config: Config) -> Microphone | None:
    """Give what records a spoken complaint; None where there is none."""
    if not config.sound.microphone:
        return None
    from hardware.microphone import ProgramMicrophone  # noqa: PLC0415 - few kiosks have one

    return ProgramMicrophone(volume_percent=config.sound.volume_percent)


def open_queue_door(config: Config, board: "QueueBoard", now: Callable[[], float]) -> "QueueDoor | None":
    """Give the door for a queue system; None where it cannot be opened: a kiosk without it asks as ever."""
    from kiosk.fitted.queue_door import QueueDoor  # noqa: PLC0415 - few kiosks have one

    try:
        return QueueDoor(Path(config.queue.socket), board, group=config.queue.group, now=now)
    except OSError as error:
        log.warning("queue door: %s cannot be opened (%s)", config.queue.socket, error)
        return None


def tell_of_picture() -> None:
    """Leave the mark of a first frame where somebody can see a picture."""
    import pygame  # noqa: PLC0415 - loaded with the window, and only with it

    from kiosk.draw.seen import shows_picture  # noqa: PLC0415 - likewise

    screen = pygame.display.get_surface()
    if screen is not None and shows_picture(screen):
        mark_frame()
