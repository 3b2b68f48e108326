"""How this kiosk does, gathered for the staff desk, its `alive` records and `status`."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from kiosk import __version__
from kiosk.keeping.service import Service
from kiosk.remote.inbox import Inbox
from kiosk.watch.health import SETTLING_SECONDS, Health, board_facts, certificate_days, heard_at, uplink_words
from survey.record.bodies import IN_TRAINING
from survey.wire.trouble import Trouble
from uplink.journal.stamp import Clock, boot_time_ms
from uplink.journal.written import WriterState


class Faults(NamedTuple):
    """What can keep a screen from being seen, touched and heard, and whether the case was opened; each asked when it is told."""

    touch: Callable[[], Trouble | None]
    picture: Callable[[], Trouble | None]
    speech: Callable[[], Trouble | None]
    microphone: Callable[[], Trouble | None]
    case: Callable[[], Trouble | None]


def gather(
    home: Path,
    service: Service,
    *,
    journal: Callable[[], WriterState],
    clock: Clock,
    zone: ZoneInfo,
    inbox: Inbox | None,
    faults: Faults,
    up_seconds: Callable[[], float],
) -> Health:
    """Gather how this kiosk does, from all that know a part of it."""
    stamp = clock.stamp()
    uplink = uplink_words(home, up_ms=boot_time_ms)
    heard, silent_seconds = heard_at(home, uplink, now_ms=stamp.at or 0, zone=zone)
    return Health(
        journal=journal(),
        board=board_facts(home),
        uplink=uplink,
        clock_trusted=stamp.sync,
        stuck=tuple(sorted(service.debouncer.stuck)),
        picture_fault=faults.picture(),
        touch_fault=faults.touch(),
        speech_fault=faults.speech(),
        microphone_fault=faults.microphone(),
        case_fault=faults.case(),
        last_error=service.recorder.trouble,
        version=__version__,
        settings_version=inbox.version if inbox is not None else 0,
        settings_refused=inbox.refused if inbox is not None else "",
        screen=IN_TRAINING if service.training else service.state.step.value,
        heard=heard,
        silent_seconds=silent_seconds,
        visits_today=service.visits_today,
        waiting=service.plan.waiting,
        certificate_days=certificate_days(uplink, now_ms=stamp.at if stamp.sync else None),
        settled=up_seconds() > SETTLING_SECONDS,
    )
