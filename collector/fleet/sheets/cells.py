"""What a cell of each kind may hold, and how it is kept."""

import re
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from datetime import date
from typing import NamedTuple

from django.conf import settings

from collector.errors import CollectorError
from collector.fleet import courses
from collector.fleet.enrolment import RESERVED
from collector.fleet.malls import FIRST_DAY, LAST_DAY
from collector.fleet.services import LONGEST_NAME
from collector.fleet.tree import CODE, LONGEST_PROVIDER
from collector.words.foreign import in_one_line
from survey.index.periods import ZONES
from survey.settings.shown import MAX_COUNTER_NAME, MAX_FLOOR, MAX_NUMBER, MAX_SQUARES, MAX_WAY
from survey.wire.messages import KIOSK_NAME


class Known(NamedTuple):
    """The codes that a cell may name: those that are here, and those that the same file brings."""

    regions: AbstractSet[str]
    agencies: AbstractSet[str]
    units: AbstractSet[str]
    places: AbstractSet[str]
    ended: AbstractSet[str]
    """Units that have ended or are hidden."""


class Wrong(Exception):  # noqa: N818 - it is said of a cell
    """A cell cannot be taken; its reason is a key under `fleet_sheet.`."""


def kept(kind: str, text: str, known: Known) -> str:
    """Give a cell as it is kept.

    Raises:
        Wrong: it cannot be.
    """
    return _KINDS[kind](text, known)


def _code(text: str, _known: Known) -> str:
    if not CODE.fullmatch(text):
        raise Wrong("code")
    return text


def _name(text: str, _known: Known) -> str:
    name = in_one_line(text)
    if not name:
        raise Wrong("empty")
    if len(name) > LONGEST_NAME:
        raise Wrong("long")
    return name


def _region(text: str, known: Known) -> str:
    if text not in known.regions:
        raise Wrong("region" if text else "empty")
    return text


def _agency(text: str, known: Known) -> str:
    if text and text not in known.agencies:
        raise Wrong("agency")
    return text


def _zone(text: str, _known: Known) -> str:
    zone = text or str(settings.IKM_TIME_ZONE)
    if zone not in ZONES:
        raise Wrong("zone")
    return zone


def _unit(text: str, known: Known) -> str:
    if text in known.ended:
        raise Wrong("ended")
    if text not in known.units:
        raise Wrong("unit" if text else "empty")
    return text


def _server(text: str, known: Known) -> str:
    return _unit(text, known) if text else ""


def _place(text: str, known: Known) -> str:
    if text and text not in known.places and text not in known.units:
        raise Wrong("place")
    return text


def _mall(text: str, known: Known) -> str:
    if not text:
        raise Wrong("empty")
    if text not in known.places and text not in known.units:
        raise Wrong("place")
    return text


def _day(text: str, known: Known) -> str:
    if not text:
        raise Wrong("empty")
    return _last(text, known)


def _last(text: str, _known: Known) -> str:
    try:
        day = date.fromisoformat(text) if text else FIRST_DAY
    except ValueError as error:
        raise Wrong("day") from error
    if not FIRST_DAY <= day <= LAST_DAY:
        raise Wrong("day")
    return day.isoformat() if text else ""


def _provider(text: str, known: Known) -> str:
    """Alerts name a provider before a colon."""
    if ":" in text:
        raise Wrong("provider")
    return _line(LONGEST_PROVIDER, "provider")(text, known)


def _asks(text: str, _known: Known) -> str:
    if text:
        try:
            courses.find(text)
        except CollectorError as error:
            raise Wrong("asks") from error
    return text


def _yes(text: str, _known: Known) -> str:
    said = text.casefold() or "ya"
    if said not in ("ya", "tidak"):
        raise Wrong("yes")
    return said


def _where(text: str, known: Known) -> str:
    if not text:
        raise Wrong("empty")
    if text not in known.places and text not in known.units:
        raise Wrong("no_place")
    return text


def _line(most: int, why: str, *, needed: bool = False) -> Callable[[str, Known], str]:
    """Make the reader of a text in one line."""

    def read(text: str, _known: Known) -> str:
        line = in_one_line(text)
        if needed and not line:
            raise Wrong("empty")
        if len(line) > most:
            raise Wrong(why)
        return line

    return read


def _box(text: str, _known: Known) -> str:
    """Four numbers, however they are parted."""
    parts = re.split(r"[\s,;x×]+", text.strip()) if text.strip() else []
    if not parts:
        return ""
    if len(parts) != 4 or not all(re.fullmatch(r"\d{1,3}", one, re.ASCII) for one in parts):
        raise Wrong("box")
    x, y, width, height = map(int, parts)
    if min(width, height) < 1 or max(x + width, y + height) > MAX_SQUARES:
        raise Wrong("box")
    return f"{x} {y} {width} {height}"


def _beside(text: str, _known: Known) -> str:
    if text and not KIOSK_NAME.fullmatch(text):
        raise Wrong("kiosk")
    return text


def _kiosk(text: str, _known: Known) -> str:
    if not KIOSK_NAME.fullmatch(text):
        raise Wrong("kiosk")
    if text in RESERVED:
        raise Wrong("reserved")
    return text


_KINDS: Mapping[str, Callable[[str, Known], str]] = {
    "code": _code, "name": _name, "region": _region, "agency": _agency, "zone": _zone, "unit": _unit, "place": _place,
    "yes": _yes, "kiosk": _kiosk, "where": _where, "box": _box, "beside": _beside,
    "counter": _line(MAX_COUNTER_NAME, "counter", needed=True), "number": _line(MAX_NUMBER, "number"),
    "floor": _line(MAX_FLOOR, "floor", needed=True), "way": _line(MAX_WAY, "way"),
    "mall": _mall, "day": _day, "last": _last, "server": _server, "asks": _asks, "provider": _provider,
}  # fmt: skip
