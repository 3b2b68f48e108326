"""What the collector has set for this kiosk, once it was checked by `kiosk.remote.settings`."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from kiosk.config import Hours
from kiosk.show.surroundings import PublishedLabel
from survey.instrument.instrument import Instrument
from survey.visit.plan import OfferedService


class Remote(NamedTuple):
    """Checked settings; None where the collector leaves it to the configuration and the enrolment."""

    version: int = 0
    instruments: tuple[Instrument, ...] | None = None
    texts: Mapping[str, Mapping[str, str]] = MappingProxyType({})
    """By language, then by key."""
    hours: Mapping[str, Hours] | None = None
    volume_percent: int | None = None
    brightness_percent: int | None = None
    published: PublishedLabel | None = None
    services: tuple[OfferedService, ...] | None = None
    languages: tuple[str, ...] | None = None
    unknown: tuple[str, ...] = ()
    """Keys this version does not know."""
