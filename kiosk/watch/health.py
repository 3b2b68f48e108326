"""How the kiosk is, as plain facts: for the staff screen, the status file and the doctor."""

import logging
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from hardware.board import Facts, look
from survey.wire.trouble import Trouble, trouble, trouble_of
from uplink.journal.home import KioskHome, read_status
from uplink.journal.writer import WriterState

log = logging.getLogger(__name__)

_STALE_UP_MS = 30_000  # the uplink writes its status when something changes, and looks every two seconds
HOT_C, VERY_HOT_C = 70.0, 80.0
FULL_PERCENT, VERY_FULL_PERCENT = 85, 95
SLOW_WRITE_MS = 500.0


class Health(NamedTuple):
    """One look at everything that matters to whoever keeps the kiosk going."""

    journal: WriterState
    board: Facts | None
    uplink: Mapping[str, object]
    """The uplink's own words; empty where it has not run."""
    clock_trusted: bool
    stuck: tuple[int, ...] = ()
    touch_fault: Trouble | None = None
    speech_fault: Trouble | None = None
    last_error: Trouble | None = None
    """Why the latest record was not kept."""
    version: str = ""
    settings_version: int = 0
    settings_refused: str = ""
    alive: Mapping[str, object] = MappingProxyType({})

    def troubles(self) -> list[Trouble]:
        """Name what is wrong, most serious first, each once."""
        found = [self.journal.trouble, trouble_of(self.uplink.get("trouble"))]
        if self.stuck:
            found.append(trouble("buttons_stuck", buttons=", ".join(map(str, self.stuck))))
        found.append(self.touch_fault)
        if self.board is not None and self.board.under_voltage:
            found.append(trouble("weak_power"))
        if self.settings_refused:
            found.append(trouble("settings_refused", version=self.settings_version))
        found += [self.last_error, self.speech_fault]
        return list(dict.fromkeys(told for told in found if told is not None))

    def to_status(self) -> dict[str, object]:
        """Give what the uplink passes on to the collector: small, without anything personal."""
        board = self.board
        status: dict[str, object] = {
            "version": self.version,
            "screen": self.alive.get("screen", ""),
            "open": self.alive.get("open", True),
            "accepting": self.journal.accepting,
            "write_ms_p99": round(self.journal.write_ms_p99, 1),
            "stuck": list(self.stuck),
            "trouble": " ".join(told.code for told in self.troubles()),
            "settings": self.settings_version,
        }
        if board is not None:
            status |= {"disk_used_percent": board.disk_used_percent}
            if board.temperature_c is not None:
                status["temperature_c"] = round(board.temperature_c)
            if board.was_under_voltage is not None:
                status["was_under_voltage"] = board.was_under_voltage
        return status


def board_facts(home: Path) -> Facts | None:
    """Look at the board; None where even the disk cannot be asked."""
    try:
        return look(home)
    except OSError as error:
        log.warning("the disk of %s cannot be asked: %s", home, error)
        return None


def uplink_words(home: Path, *, up_ms: Callable[[], int]) -> dict[str, object]:
    """Read the uplink's status file; a status from before this boot says nothing."""
    words = read_status(KioskHome(home).uplink_status)
    written = words.get("written_up_ms")
    if isinstance(written, int) and written > up_ms() + _STALE_UP_MS:
        return {}
    return words
