"""The composition root of the device's first process: everything is made and wired here, and nowhere else."""

import contextlib
import logging
import platform
import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import TextIO
from zoneinfo import ZoneInfo

from hardware.debounce import Debouncer, Timing
from hardware.errors import NoPins
from hardware.panel import Panel
from hardware.simulator import SimulatedPanel
from kiosk.agenda import make_plan
from kiosk.config import Config
from kiosk.errors import KioskError, NotEnrolled
from kiosk.housekeeping import Housekeeper
from kiosk.loop import Display, Loop
from kiosk.recorder import Recorder, ThankedLog
from kiosk.times import RealTimes, Times
from kiosk.watchdog import Watchdog
from survey.record import BOOT
from survey.visit_plan import Plan, Service
from uplink.errors import UplinkError
from uplink.identity import ENROLMENT_FILE, Enrolment, Identity, load_enrolment, verifier
from uplink.journal import Journal, Receipts
from uplink.sealing import seal
from uplink.stamp import Clock, SystemClock
from uplink.writer import JournalWriter

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Device:
    """The parts that every way of running the kiosk shares: who it is, and its open journal."""

    home: Path
    config: Config
    enrolment: Enrolment
    journal: Journal
    writer: JournalWriter
    clock: Clock
    zone: ZoneInfo

    def plan(self) -> Plan:
        """Make the plan of visits."""
        return make_plan(self.config, services=services_of(self.enrolment))


def services_of(enrolment: Enrolment) -> tuple[Service, ...]:
    """Give the services the enrolment lists."""
    return tuple(Service(code=service.code, name=service.name) for service in enrolment.services)


def journal_folder(home: Path) -> Path:
    """Give where the journal lies."""
    return home / "journal"


def load_identity(home: Path) -> tuple[Identity, Enrolment]:
    """Read who this kiosk is.

    Raises:
        NotEnrolled: it has not been enrolled.
        KioskError: its identity cannot be read.
    """
    if not (home / ENROLMENT_FILE).exists():
        raise NotEnrolled(
            f"{home} holds no enrolment: get a code with `ikm-collector enrol` and run "
            f"`ikm-kiosk enrol CODE --collector URL --home {home}`"
        )
    try:
        return Identity.load(home), load_enrolment(home)
    except UplinkError as error:
        raise KioskError(str(error)) from error


@contextlib.contextmanager
def open_device(
    home: Path, config: Config, *, make_clock: Callable[[Journal], Clock] | None = None
) -> Iterator[Device]:
    """Open the journal and start its writer; both are closed in the end, with everything submitted written.

    A simulation brings its own clock, made once the journal's boots are known.

    Raises:
        NotEnrolled: the kiosk has no identity.
        KioskError: the journal cannot be opened; the message names the remedy.
    """
    identity, enrolment = load_identity(home)
    receipts = Receipts(mark=home / "uplink" / "mark", verify=verifier(enrolment.collector_key))
    try:
        journal = Journal.open(journal_folder(home), stream_key=identity, receipts=receipts)
    except UplinkError as error:
        raise KioskError(
            f"the journal in {journal_folder(home)} cannot be opened: {error}; nothing was changed"
        ) from error
    clock = (
        make_clock(journal) if make_clock else SystemClock(journal_folder(home), last_boot=journal.last_boot)
    )
    writer = JournalWriter(journal, clock=clock)
    writer.start()
    try:
        yield Device(
            home=home,
            config=config,
            enrolment=enrolment,
            journal=journal,
            writer=writer,
            clock=clock,
            zone=ZoneInfo(enrolment.timezone),
        )
    finally:
        writer.stop()


def make_loop(
    device: Device,
    *,
    panel: Panel,
    display: Display,
    times: Times,
    plan: Plan | None = None,
    watchdog: Watchdog | None = None,
    thanked_log: TextIO | None = None,
) -> Loop:
    """Wire the frame loop; the `boot` record is the first thing it writes."""
    config, enrolment = device.config, device.enrolment
    recorder = Recorder(
        device.writer,
        times,
        seal=partial(seal, public_key=enrolment.seal_key) if enrolment.seal_key else None,
        thanked_log=ThankedLog(thanked_log, device.journal.stream) if thanked_log else None,
    )
    recorder.note(BOOT, {"software": version("ikm-kiosk"), "hardware": platform.machine()})
    down = frozenset(button for button, is_down in panel.levels().items() if is_down)
    if down:
        log.warning("buttons %s are down at the start: stuck until they come up", sorted(down))
    return Loop(
        plan=plan or device.plan(),
        panel=panel,
        debouncer=Debouncer(
            Timing(
                glitch_seconds=config.panel.glitch_ms / 1000,
                lockout_seconds=config.panel.lockout_ms / 1000,
                hold_seconds=config.panel.hold_seconds,
                chord_hold_seconds=config.panel.staff_hold_seconds,
                stuck_seconds=config.panel.stuck_seconds,
            ),
            down_at_start=down,
        ),
        display=display,
        recorder=recorder,
        times=times,
        housekeeping=Housekeeper(
            times,
            unit=enrolment.unit.name,
            place=enrolment.place.name if enrolment.place.name != enrolment.unit.name else "",
            hours=config.hours,
            answer_days=config.visit.answer_days,
            status_address=f"{enrolment.collector_url.rstrip('/')}/t/",
        ),
        watchdog=watchdog,
        staff_buttons=frozenset(config.panel.staff_buttons),
        staff_hold_seconds=config.panel.staff_hold_seconds,
        # Every visit leaves at least one record, so the newest record's number is beyond every visit's before it.
        first_visit=device.journal.head.seq,
    )


def run(home: Path, config: Config, *, simulate: bool, windowed: bool) -> int:
    """Run the kiosk with a screen until it is stopped.

    Raises:
        KioskError: it cannot start or go on; the message names the remedy.
    """
    panel = open_panel(config, simulate=simulate)
    try:
        with open_device(home, config) as device:
            display = open_window(config, title=device.enrolment.unit.name, windowed=windowed)
            watchdog = Watchdog()
            try:
                loop = make_loop(
                    device,
                    panel=panel,
                    display=display,
                    times=RealTimes(device.clock, device.zone),
                    watchdog=watchdog,
                )
                signal.signal(signal.SIGTERM, lambda _number, _frame: loop.stop())
                signal.signal(signal.SIGINT, lambda _number, _frame: loop.stop())
                loop.step()
                watchdog.ready()
                log.info("the kiosk is in service with %d records waiting", device.journal.waiting)
                loop.run()
                watchdog.stopping()
            finally:
                display.close()
    finally:
        panel.close()
    return 0


def open_panel(config: Config, *, simulate: bool) -> Panel:
    """Open the buttons.

    Raises:
        KioskError: there are no pins, and nobody asked for simulated ones.
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
        raise KioskError(str(error)) from error


def open_window(config: Config, *, title: str, windowed: bool) -> Display:
    """Open the display.

    Raises:
        KioskError: there is none; the message names the remedy.
    """
    from kiosk.views import Look  # noqa: PLC0415 - with the window below, so that a simulation loads no pygame
    from kiosk.window import Window, WindowError  # noqa: PLC0415 - pygame is slow to load

    section = config.screen
    look = Look(size=(section.width, section.height), rotation=section.rotation, fonts=section.fonts)
    try:
        window = Window.open(
            look, title=title, fullscreen=section.fullscreen and not windowed, driver=section.driver or None
        )
    except WindowError as error:
        raise KioskError(str(error)) from error
    fault = window.input_fault()
    if fault:
        print(f"ikm-kiosk: {fault}", file=sys.stderr)
    return window
