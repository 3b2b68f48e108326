"""How this kiosk does, gathered for the staff desk, its `alive` records and `status`."""

from collections.abc import Callable
from typing import NamedTuple

from kiosk import __version__
from kiosk.device import Device
from kiosk.ports import Voice
from kiosk.remote.inbox import Inbox
from kiosk.service import Service
from kiosk.speaking import Speaking
from kiosk.watch.health import SETTLING_SECONDS, Health, board_facts, certificate_days, heard_at, uplink_words
from survey.wire.trouble import Trouble
from uplink.journal.stamp import boot_time_ms


class Faults(NamedTuple):
    """What can keep a screen from being seen, touched and heard."""

    touch: Trouble | None
    picture: Callable[[], Trouble | None]
    voice: Voice | None
    speaking: Speaking


def gather(
    device: Device,
    service: Service,
    *,
    inbox: Inbox | None,
    faults: Faults,
    up_seconds: Callable[[], float],
) -> Health:
    """Gather how this kiosk does, from all that know a part of it."""
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
        microphone_fault=faults.speaking.fault,
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
