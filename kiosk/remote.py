"""What the collector has set for this kiosk, once it was checked by `kiosk.settings`."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from kiosk.config import Hours
from kiosk.present import Published
from survey.instrument import Instrument
from survey.visit_plan import Service


@dataclass(frozen=True, slots=True)
class Remote:
    """Checked settings; None where the collector leaves it to the configuration and the enrolment."""

    version: int = 0
    instruments: tuple[Instrument, ...] | None = None
    texts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """By language, then by key."""
    hours: Mapping[str, Hours] | None = None
    volume_percent: int | None = None
    brightness_percent: int | None = None
    published: Published | None = None
    services: tuple[Service, ...] | None = None
    languages: tuple[str, ...] | None = None
    unknown: tuple[str, ...] = ()
    """Keys this version does not know."""
