"""What the doctor examines, and what one check finds."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from hardware.panel import Panel
from kiosk.config import Config

OK, WARN, BAD = "ok", "warn", "bad"


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What one check found; `remedy` says what to do where it is not `ok`."""

    check: str
    state: str
    fact: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Patient:
    """What is examined, and the world it is examined in."""

    home: Path
    config: Config
    simulate: bool
    has_pin: Callable[[Path], bool]
    """Whether the staff's PIN was set in a kiosk's folder."""
    open_panel: Callable[[Config], Panel]
    """Opens the buttons; raises `KioskError` where there are none."""
    root: Path = Path("/")


Check = Callable[[Patient], Iterator[Diagnosis]]
