"""The composition root of the device's first process: everything is made and wired here, and nowhere else."""

import contextlib
import gc
import logging
import os
import signal
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from hardware.board import set_brightness
from hardware.errors import PanelFault
from hardware.panel import Panel
from hardware.spoken import Microphone
from kiosk import __version__
from kiosk.config import Config
from kiosk.device import Device, open_device
from kiosk.errors import KioskError
from kiosk.fitted.opening import (
    make_debouncer,
    open_microphone,
    open_panel,
    open_queue_door,
    open_voice,
    open_window,
    tell_of_picture,
    why_untouched,
)
from kiosk.fitted.speaking import Speaking
from kiosk.keeping.queue import QueueBoard
from kiosk.keeping.recorder import Recorder
from kiosk.keeping.service import Service
from kiosk.keeping.thanked import ThankedLog
from kiosk.loop import Loop
from kiosk.ports import Desk, Display, Voice
from kiosk.remote.inbox import Inbox
from kiosk.remote.staff_hours import StaffHours
from kiosk.remote.standing import Standing
from kiosk.show.standby import between_view
from kiosk.show.texts import Texts
from kiosk.times import RealTimes, Times
from kiosk.watch.case import CaseWatch
from kiosk.watch.folders import require_enrolled, require_good_key
from kiosk.watch.gather import Faults, gather
from kiosk.watch.health import Health
from kiosk.watch.housekeeping import Housekeeper, KioskPlace, Tools
from kiosk.watch.revoked import RevokedWatch
from kiosk.watch.trial import on_trial
from kiosk.watch.watchdog import Watchdog
from survey.record.bodies import Boot
from survey.record.record import BOOT, STAFF
from survey.record.staff import CASE_OPENED, Staff
from survey.settings.keys import SettingsContent
from survey.visit.machine import begin
from survey.visit.plan import Plan
from survey.wire.trouble import Trouble
from uplink.journal.enrolment import verifier
from uplink.journal.home import KioskHome, write_status

if TYPE_CHECKING:
    from hardware.wifi import Wifi

log = logging.getLogger(__name__)

_M_MMAP_THRESHOLD = -3
"""glibc's name for the size from which memory is asked of the kernel, and given back to it."""


def make_loop(
    device: Device,
    *,
    panel: Panel,
    display: Display,
    times: Times,
    plan: Plan | None = None,
    watchdog: Watchdog | None = None,
    voice: Voice | None = None,
    microphone: Microphone | None = None,
    thanked_log: TextIO | None = None,
    staff: bool = False,
    touch_fault: Callable[[], Trouble | None] = lambda: None,
    picture_fault: Callable[[], Trouble | None] = lambda: None,
    wifi: "Wifi | None" = None,
    codes_at_once: bool = True,
    queue: QueueBoard | None = None,
) -> Loop:
    """Wire the frame loop; the `boot` record is the first thing it writes.

    With a `plan` of its own (a replay) the collector's settings are left aside; with `staff` the desk can be opened and
    the kiosk's health is told. Codes of complaints and visits take a slow hash of 16 MiB; without `codes_at_once` whoever calls begins
    to make them (`make_codes`), once the first picture stands.
    """
    config, enrolment, home = device.config, device.enrolment, KioskHome(device.home)
    hours, standing = StaffHours(home.staff_hours, own=config.hours), Standing(home.stand)
    recorder = Recorder(
        device.writer,
        times,
        seal=partial(_seal, device),
        tickets=device.tickets,
        codes=device.codes if plan is None else None,
        place=standing.code,
        thanked_log=ThankedLog(thanked_log) if thanked_log else None,
    )
    if codes_at_once:
        make_codes(device, of_visits=plan is None)
    recorder.note(BOOT, Boot(software=__version__, hardware=os.uname().machine).to_body())
    inbox = None
    if plan is None:
        inbox = Inbox(device.home, kiosk=enrolment.kiosk, verify=verifier(enrolment.collector_key))
    remote = (inbox.last_good() if inbox is not None else None) or SettingsContent()
    hours.heed(remote)
    standing.heed(remote)
    case = CaseWatch(
        home.case_mark,
        is_open=panel.case_open,
        tell=lambda: recorder.note(STAFF, Staff(CASE_OPENED).to_body()),
    )
    speaking = Speaking(microphone)
    make_plan = partial(_plan, device, speaking)
    plan = plan or make_plan(remote)
    # Every visit leaves at least one record, so the newest record's number is beyond every visit's before it.
    state = begin(plan, now=times.monotonic(), visit=device.journal.head.seq)
    service = Service(plan, state, recorder, make_debouncer(config, panel))
    began = times.monotonic()
    look = partial(
        gather,
        device.home,
        service,
        journal=device.writer.state,
        clock=device.clock,
        zone=device.zone,
        inbox=inbox,
        faults=Faults(
            touch=touch_fault,
            picture=picture_fault,
            speech=voice.fault if voice is not None else lambda: None,
            microphone=lambda: speaking.fault,
            case=case.fault,
        ),
        up_seconds=lambda: times.monotonic() - began,
    )

    def sun(told: bool | None) -> None:
        display.change_look(sunlit=config.screen.sunlight if told is None else told)

    if remote.sunlight is not None:
        sun(remote.sunlight)
    return Loop(
        service,
        panel=panel,
        display=display,
        times=times,
        housekeeping=Housekeeper(
            times,
            service=service,
            remote=remote,
            place=_place(device, remote),
            hours=hours,
            standing=standing,
            inbox=inbox,
            tools=Tools(
                health=look if staff else None,
                write_status=partial(write_status, home.kiosk_status) if staff else None,
                make_plan=make_plan,
                set_brightness=_brightness if staff else None,
                set_sunlit=sun,
                set_volume=partial(_set_volume, voice, speaking),
                look=partial(_look, case, RevokedWatch(device.home, service)),
            ),
            queue=queue,
        ),
        watchdog=watchdog or Watchdog({}),
        voice=voice,
        speaking=speaking,
        make_desk=partial(
            _desk,
            device,
            service,
            panel=panel,
            look=look,
            voice=voice,
            set_here=(hours, standing, case, wifi),
        )
        if staff
        else None,
        chords=config.panel.chords,
        staff_hold_seconds=config.panel.staff_hold_seconds,
        hold_seconds=config.panel.hold_seconds,
    )


def _look(case: CaseWatch, revoked: RevokedWatch, now: float) -> None:
    case.look(now)
    revoked.look(now)


def make_codes(device: Device, *, of_visits: bool) -> None:
    """Begin to make codes ahead of whoever needs one."""
    device.tickets.start()
    if of_visits:
        device.codes.start()


def _plan(device: Device, speaking: Speaking, remote: SettingsContent) -> Plan:
    """Make the plan of visits; speaking is offered only where it can be recorded."""
    return device.plan(remote) if speaking.offered else device.plan(remote)._replace(microphone=False)


def _place(device: Device, remote: SettingsContent) -> KioskPlace:
    enrolment, unit = device.enrolment, device.enrolment.unit.name
    collector = remote.collector or enrolment.collector_url.rstrip(
        "/"
    )  # one that moved since is shown from the next start on
    return KioskPlace(
        unit=unit,
        place=enrolment.place.name if enrolment.place.name != unit else "",
        offline_seconds=device.config.staff.offline_hours * 3600,
        status_address=f"{collector}/pengaduan/",
        code_address=f"{collector}/bukti/",
    )


def _desk(
    device: Device,
    service: Service,
    *,
    panel: Panel,
    look: Callable[[], Health],
    voice: Voice | None,
    set_here: "tuple[StaffHours, Standing, CaseWatch, Wifi | None]",
) -> Desk:
    from hardware.wifi import Wifi  # noqa: PLC0415 - most days nobody calls staff
    from kiosk.desk.screen import Settable, StaffScreen  # noqa: PLC0415 - likewise

    hours, standing, case, wifi = set_here
    settable = Settable(hours, standing, case, wifi or Wifi())
    return StaffScreen.make(device, panel=panel, service=service, look=look, voice=voice, settable=settable)


def run(home: Path, config: Config, *, simulate: bool, windowed: bool) -> int:
    """Run the kiosk with a screen until it is stopped.

    Raises:
        KioskError: it cannot start or go on; the message names the remedy.
    """
    require_enrolled(home)  # a new machine is told so, whatever else it lacks
    require_good_key(home)
    panel = open_panel(config, simulate=simulate)
    try:
        with open_device(home, config) as device:
            window = open_window(
                config, title=device.enrolment.unit.name, windowed=windowed, keys_press=simulate
            )
            display: Display = window
            if trial := on_trial():  # else the faces stand there as soon as such a picture would
                display.show(between_view(trial, Texts()))
            panel.wake_with(window.wake)
            microphone = open_microphone(config)
            watchdog = Watchdog()
            times = RealTimes(device.clock, device.zone)
            queue = QueueBoard() if config.queue.socket else None
            door = open_queue_door(config, queue, times.monotonic) if queue is not None else None
            try:
                loop = make_loop(
                    device,
                    panel=panel,
                    display=display,
                    times=times,
                    watchdog=watchdog,
                    voice=open_voice(home, config),
                    microphone=microphone,
                    staff=True,
                    touch_fault=partial(why_untouched, window),
                    picture_fault=window.picture_fault,
                    codes_at_once=False,
                    queue=queue,
                )
                for number in (signal.SIGTERM, signal.SIGINT):
                    signal.signal(number, lambda _number, _frame: loop.service.stop())
                loop.step()
                gc.freeze()
                gc.enable()
                tell_of_picture()
                _give_back_memory()
                watchdog.ready("in service")
                make_codes(device, of_visits=True)
                log.info("in service; %d records wait for the collector", device.journal.waiting)
                loop.run()
                require_good_key(
                    home
                )  # it may have ended in service: from here on the screen says so, and nothing stops
                watchdog.stopping()
                display.show(
                    between_view(on_trial(), Texts())
                )  # stays until the next one draws, or the console
            except PanelFault as error:
                raise KioskError(str(error)) from error
            finally:
                if door is not None:
                    door.close()
                if microphone is not None:
                    microphone.close()
                display.close()
    finally:
        panel.close()
    return 0


def _give_back_memory() -> None:
    """Return what start-up needed and running does not: on a small board the uplink can use it."""
    import ctypes  # noqa: PLC0415 - the first frame need not wait for it

    with contextlib.suppress(AttributeError, OSError):  # only glibc knows these calls
        libc = ctypes.CDLL(None)
        # What a code's slow hash takes goes back each time, instead of staying with us for the next one.
        libc.mallopt(_M_MMAP_THRESHOLD, 1 << 20)
        libc.malloc_trim(0)


def _seal(device: Device, content: bytes, *, info: bytes) -> bytes:
    from uplink.journal.sealing import current_key, seal  # noqa: PLC0415 - few visitors complain

    return seal(content, current_key(device.home, device.enrolment), info=info)


def _set_volume(voice: Voice | None, speaking: Speaking, percent: int) -> None:
    speaking.set_volume(percent)
    if voice is not None:
        voice.set_volume(percent)


def _brightness(percent: int) -> None:
    if not set_brightness(percent):
        log.info("this screen has no backlight that can be set")
