"""The composition root of the device's first process: everything is made and wired here, and nowhere else."""

import contextlib
import logging
import os
import signal
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TextIO

from hardware.board import set_brightness
from hardware.debounce import Debouncer, DebounceTiming
from hardware.errors import NoPins, PanelFault
from hardware.panel import Panel
from hardware.simulator import SimulatedPanel
from kiosk import __version__
from kiosk.config import Config, PanelSection, ScreenSection
from kiosk.device import Device, open_device
from kiosk.errors import KioskError, NoButtons
from kiosk.loop import Loop
from kiosk.ports import Desk, Display, Voice
from kiosk.recorder import Recorder, ThankedLog
from kiosk.remote.inbox import Inbox
from kiosk.service import Service
from kiosk.show.views import Look
from kiosk.times import RealTimes, Times
from kiosk.watch.folders import require_enrolled
from kiosk.watch.health import SETTLING_SECONDS, Health, board_facts, certificate_days, heard_at, uplink_words
from kiosk.watch.housekeeping import Housekeeper, KioskPlace, Tools
from kiosk.watch.watchdog import Watchdog
from survey.record.bodies import Boot
from survey.record.record import BOOT
from survey.settings import SettingsContent
from survey.visit.machine import begin
from survey.visit.plan import Plan
from survey.wire.trouble import Trouble
from uplink.journal.enrolment import verifier
from uplink.journal.home import KioskHome, write_status
from uplink.journal.stamp import boot_time_ms

if TYPE_CHECKING:
    from kiosk.draw.window import Window

log = logging.getLogger(__name__)


def make_loop(
    device: Device,
    *,
    panel: Panel,
    display: Display,
    times: Times,
    plan: Plan | None = None,
    watchdog: Watchdog | None = None,
    voice: Voice | None = None,
    thanked_log: TextIO | None = None,
    staff: bool = False,
    touch_fault: Trouble | None = None,
    picture_fault: Callable[[], Trouble | None] = lambda: None,
) -> Loop:
    """Wire the frame loop; the `boot` record is the first thing it writes.

    With a `plan` of its own (a replay) the collector's settings are left aside; with `staff` the desk can be opened and
    the kiosk's health is told.
    """
    config, enrolment = device.config, device.enrolment
    recorder = Recorder(
        device.writer,
        times,
        seal=partial(_seal, device),
        tickets=device.tickets,
        thanked_log=ThankedLog(thanked_log) if thanked_log else None,
    )
    device.tickets.start()
    recorder.note(BOOT, Boot(software=__version__, hardware=os.uname().machine).to_body())
    inbox = None
    if plan is None:
        inbox = Inbox(device.home, kiosk=enrolment.kiosk, verify=verifier(enrolment.collector_key))
    remote = (inbox.last_good() if inbox is not None else None) or SettingsContent()
    plan = plan or device.plan(remote)
    # Every visit leaves at least one record, so the newest record's number is beyond every visit's before it.
    state = begin(plan, now=times.monotonic(), visit=device.journal.head.seq)
    service = Service(plan, state, recorder, make_debouncer(config, panel))
    began = times.monotonic()
    look = partial(
        _health,
        device,
        service,
        inbox=inbox,
        faults=_Faults(touch_fault, picture_fault, voice),
        up_seconds=lambda: times.monotonic() - began,
    )
    return Loop(
        service,
        panel=panel,
        display=display,
        times=times,
        housekeeping=Housekeeper(
            times,
            service=service,
            remote=remote,
            place=_place(device),
            hours=config.hours,
            inbox=inbox,
            tools=Tools(
                health=look if staff else None,
                write_status=partial(write_status, KioskHome(device.home).kiosk_status) if staff else None,
                make_plan=device.plan,
                set_brightness=_brightness if staff else None,
                set_volume=voice.set_volume if voice is not None else None,
            ),
        ),
        watchdog=watchdog or Watchdog({}),
        voice=voice,
        make_desk=partial(_desk, device, service, panel=panel, look=look, voice=voice) if staff else None,
        chords=config.panel.chords,
        staff_hold_seconds=config.panel.staff_hold_seconds,
    )


class _Faults(NamedTuple):
    """What can keep a screen from being seen, touched and heard."""

    touch: Trouble | None
    picture: Callable[[], Trouble | None]
    voice: Voice | None


def _place(device: Device) -> KioskPlace:
    enrolment = device.enrolment
    return KioskPlace(
        unit=enrolment.unit.name,
        place=enrolment.place.name if enrolment.place.name != enrolment.unit.name else "",
        offline_seconds=device.config.staff.offline_hours * 3600,
        status_address=f"{enrolment.collector_url.rstrip('/')}/pengaduan/",
    )


def _desk(
    device: Device, service: Service, *, panel: Panel, look: Callable[[], Health], voice: Voice | None
) -> Desk:
    from kiosk.desk.screen import StaffScreen  # noqa: PLC0415 - most days nobody calls staff

    return StaffScreen.make(device, panel=panel, service=service, look=look, voice=voice)


def make_debouncer(config: Config, panel: Panel) -> Debouncer:
    """Make the debouncer; a button that is down already is stuck until it comes up."""
    down = frozenset(button for button, is_down in panel.levels().items() if is_down)
    if down:
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


def run(home: Path, config: Config, *, simulate: bool, windowed: bool) -> int:
    """Run the kiosk with a screen until it is stopped.

    Raises:
        KioskError: it cannot start or go on; the message names the remedy.
    """
    require_enrolled(home)  # a new machine is told so, whatever else it lacks
    panel = open_panel(config, simulate=simulate)
    try:
        with open_device(home, config) as device:
            window = open_window(
                config, title=device.enrolment.unit.name, windowed=windowed, keys_press=simulate
            )
            display: Display = window
            panel.wake_with(window.wake)
            watchdog = Watchdog()
            try:
                loop = make_loop(
                    device,
                    panel=panel,
                    display=display,
                    times=RealTimes(device.clock, device.zone),
                    watchdog=watchdog,
                    voice=_voice(home, config),
                    staff=True,
                    touch_fault=_touch_fault(window),
                    picture_fault=window.picture_fault,
                )
                for number in (signal.SIGTERM, signal.SIGINT):
                    signal.signal(number, lambda _number, _frame: loop.service.stop())
                loop.step()
                _give_back_memory()
                watchdog.ready("in service")
                log.info("in service; %d records wait for the collector", device.journal.waiting)
                loop.run()
                watchdog.stopping()
            except PanelFault as error:
                raise KioskError(str(error)) from error
            finally:
                display.close()
    finally:
        panel.close()
    return 0


def open_panel(config: Config, *, simulate: bool) -> Panel:
    """Open the buttons.

    Raises:
        NoButtons: there are no pins, and nobody asked for simulated ones.
    """
    if simulate:
        return SimulatedPanel()
    from hardware.pins import GpioPanel, Wiring, open_factory  # noqa: PLC0415 - gpiozero is slow to load

    section = config.panel
    wiring = Wiring(
        buttons=dict(enumerate(section.buttons, start=1)),
        lights=dict(enumerate(section.lights, start=1)),
        beeper=section.beeper if section.beeper >= 0 and config.sound.beep else None,
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


def _touch_fault(window: "Window") -> Trouble | None:
    fault = window.input_fault()
    if fault is not None:
        log.error("touches cannot arrive: %s", fault.code)
    return fault


def look_of(screen: ScreenSection) -> Look:
    """Give how everything is drawn before a visitor changes it."""
    return Look(size=(screen.width, screen.height), rotation=screen.rotation, fonts=screen.fonts)


def _voice(home: Path, config: Config) -> Voice | None:
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
        set_volume=speech.set_volume,
        tune=speech.tune,
        fault=lambda: speech.fault,
    )


def _health(
    device: Device,
    service: Service,
    *,
    inbox: Inbox | None,
    faults: _Faults,
    up_seconds: Callable[[], float],
) -> Health:
    stamp = device.clock.stamp()
    uplink = uplink_words(device.home, up_ms=boot_time_ms)
    heard, silent_seconds = heard_at(device.home, uplink, now_ms=stamp.at or 0, zone=device.zone)
    return Health(
        journal=device.writer.state(),
        board=board_facts(device.home),
        uplink=uplink,
        clock_trusted=stamp.sync,
        stuck=tuple(sorted(service.debouncer.stuck)),
        picture_fault=faults.picture(),
        touch_fault=faults.touch,
        speech_fault=faults.voice.fault() if faults.voice is not None else None,
        last_error=service.recorder.trouble,
        version=__version__,
        settings_version=inbox.version if inbox is not None else 0,
        settings_refused=inbox.refused if inbox is not None else "",
        screen=service.state.step.value,
        heard=heard,
        silent_seconds=silent_seconds,
        visits_today=service.visits_today,
        certificate_days=certificate_days(uplink, now_ms=stamp.at if stamp.sync else None),
        settled=up_seconds() > SETTLING_SECONDS,
    )


def _give_back_memory() -> None:
    """Return what start-up needed and running does not: on a small board the uplink can use it."""
    import ctypes  # noqa: PLC0415 - the first frame need not wait for it

    with contextlib.suppress(AttributeError, OSError):  # only glibc knows this call
        ctypes.CDLL(None).malloc_trim(0)


def _seal(device: Device, content: bytes, *, info: bytes) -> bytes:
    from uplink.journal.sealing import current_key, seal  # noqa: PLC0415 - few visitors complain

    return seal(content, current_key(device.home, device.enrolment), info=info)


def _brightness(percent: int) -> None:
    if not set_brightness(percent):
        log.info("this screen has no backlight that can be set")
