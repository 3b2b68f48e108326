"""The configuration: one TOML file, read once into named tuples. Beside each key's type stands what may be written for it.

Every key has a default, so an empty file is a working configuration. An unknown key or a bad value stops the start with the
key, the value and the remedy. `docs/configuration.md` lists every key; a test compares it with this module.
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, NamedTuple

from hardware.profile import FittedSection, UnknownProfile, beneath
from kiosk.errors import ConfigurationError
from kiosk.show.texts import is_shipped, language
from survey.instrument.ages import ONE_SCREEN
from survey.settings.given import remedy_of
from survey.settings.hours import DAYS, Hours
from survey.settings.keys import opening_hours
from survey.settings.shown import SettingsRefused
from uplink.forwarder.config import UplinkConfig

DEFAULT_HOME = Path("/var/lib/ikm-kiosk")


def _whole(low: int, high: int) -> Mapping[str, Any]:
    return {"kind": "whole", "low": low, "high": high}


def _seconds(low: float, high: float) -> Mapping[str, Any]:
    return {"kind": "number", "low": low, "high": high}


def _one_of(*choices: Any) -> Mapping[str, Any]:
    return {"kind": "choice", "choices": choices}


_FLAG, _TEXT, _TEXTS, _PINS, _CHORD = ({"kind": kind} for kind in ("flag", "text", "texts", "pins", "chord"))


class Paths(NamedTuple):
    """`[paths]`: where the kiosk keeps its things."""

    home: Annotated[Path, {"kind": "path"}] = DEFAULT_HOME


class Chords(NamedTuple):
    """What two buttons mean that are held together; none of them is ever an answer."""

    staff: frozenset[int]
    speech: frozenset[int]
    menu: frozenset[int]


class PanelSection(NamedTuple):
    """`[panel]`: the pins and how presses are judged."""

    buttons: Annotated[tuple[int, ...], _PINS] = (5, 6, 13, 19)
    lights: Annotated[tuple[int, ...], _PINS] = ()
    beeper: Annotated[int, _whole(-1, 27)] = -1
    glitch_ms: Annotated[int, _whole(1, 100)] = 5
    lockout_ms: Annotated[int, _whole(0, 2000)] = 120
    hold_seconds: Annotated[float, _seconds(0.8, 10)] = 1.5
    stuck_seconds: Annotated[float, _seconds(5, 120)] = 10.0
    staff_buttons: Annotated[tuple[int, ...], _CHORD] = (1, 4)
    speech_buttons: Annotated[tuple[int, ...], _CHORD] = (2, 3)
    menu_buttons: Annotated[tuple[int, ...], _CHORD] = (1, 2)
    staff_hold_seconds: Annotated[float, _seconds(1, 9)] = 3.0
    case_switch: Annotated[int, _whole(-1, 27)] = -1
    fifth_button: Annotated[int, _whole(-1, 27)] = -1
    headphone_jack: Annotated[int, _whole(-1, 27)] = -1

    @property
    def chords(self) -> Chords:
        """Give what each pair of buttons means when it is held."""
        return Chords(*map(frozenset, (self.staff_buttons, self.speech_buttons, self.menu_buttons)))


class ScreenSection(NamedTuple):
    """`[screen]`: the display."""

    width: Annotated[int, _whole(320, 4096)] = 1024
    height: Annotated[int, _whole(320, 4096)] = 600
    fullscreen: Annotated[bool, _FLAG] = True
    rotation: Annotated[int, _one_of(0, 90, 180, 270)] = 0
    driver: Annotated[str, _TEXT] = ""
    fonts: Annotated[tuple[str, ...], _TEXTS] = ()
    sunlight: Annotated[bool, _FLAG] = False


class VisitSection(NamedTuple):
    """`[visit]`: what a visit asks and how long it waits."""

    languages: Annotated[tuple[str, ...], _TEXTS] = ("id", "en")
    service: Annotated[bool, _FLAG] = True
    profile: Annotated[bool, _FLAG] = True
    profile_lists: Annotated[str, _one_of("annex", "wide")] = "wide"
    age_bands: Annotated[tuple[str, ...], {"kind": "age_bands"}] = ONE_SCREEN
    complaint: Annotated[bool, _FLAG] = True
    contact: Annotated[bool, _FLAG] = True
    skip: Annotated[bool, _FLAG] = True
    highlight_ms: Annotated[int, _whole(100, 2000)] = 400
    settle_ms: Annotated[int, _whole(0, 2000)] = 250
    idle_seconds: Annotated[float, _seconds(15, 600)] = 45.0
    writing_seconds: Annotated[float, _seconds(60, 600)] = 90.0
    invitation_seconds: Annotated[float, _seconds(12, 120)] = 40.0
    queue_seconds: Annotated[float, _seconds(3, 60)] = 6.0
    thanks_seconds: Annotated[float, _seconds(2, 60)] = 20.0
    ticket_seconds: Annotated[float, _seconds(30, 900)] = 120.0
    quiet_seconds: Annotated[float, _seconds(0, 30)] = 1.0
    nudge_seconds: Annotated[float, _seconds(5, 60)] = 20.0
    saving_seconds: Annotated[float, _seconds(5, 300)] = 30.0


class SoundSection(NamedTuple):
    """`[sound]`: the beep of a press, the voice, and whether somebody can speak."""

    beep: Annotated[bool, _FLAG] = True
    speech: Annotated[bool, _FLAG] = False
    volume_percent: Annotated[int, _whole(0, 100)] = 70
    recordings: Annotated[str, _TEXT] = ""
    microphone: Annotated[bool, _FLAG] = False


class StaffSection(NamedTuple):
    """`[staff]`: the staff screen."""

    lock_seconds: Annotated[float, _seconds(15, 600)] = 60.0
    usb_folder: Annotated[str, _TEXT] = "/media"
    call: Annotated[str, _TEXT] = ""
    offline_hours: Annotated[float, _seconds(1, 720)] = 24.0
    training_minutes: Annotated[int, _whole(1, 120)] = 15


class QueueSection(NamedTuple):
    """`[queue]`: the door for a queue system on the same machine."""

    socket: Annotated[str, _TEXT] = ""
    group: Annotated[str, _TEXT] = "ikm-queue"


class Config(NamedTuple):
    """The whole file."""

    paths: Paths = Paths()
    fitted: FittedSection = FittedSection()
    panel: PanelSection = PanelSection()
    screen: ScreenSection = ScreenSection()
    visit: VisitSection = VisitSection()
    sound: SoundSection = SoundSection()
    staff: StaffSection = StaffSection()
    queue: QueueSection = QueueSection()
    uplink: UplinkConfig = UplinkConfig()
    hours: Mapping[str, Hours] = MappingProxyType({})
    """Opening hours by day (`mon` … `sun`); no day named means always open."""


SECTIONS: Mapping[str, Any] = {
    "paths": Paths,
    "fitted": FittedSection,
    "panel": PanelSection,
    "screen": ScreenSection,
    "visit": VisitSection,
    "sound": SoundSection,
    "staff": StaffSection,
    "queue": QueueSection,
    "uplink": UplinkConfig,
}


def load(path: Path | None) -> Config:
    """Read the configuration; no path gives the defaults.

    Raises:
        ConfigurationError: the file is missing or unreadable, or a key or value is wrong.
    """
    if path is None:
        return Config()
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ConfigurationError(
            f"{path} does not exist: name another file with --config, or make an empty one for the defaults"
        ) from error
    except IsADirectoryError as error:
        raise ConfigurationError(f"{path} is a folder: name the file in it with --config") from error
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{path} is not written in UTF-8: save it as such") from error
    except OSError as error:
        raise ConfigurationError(
            f"{path} cannot be read ({error.strerror}): run as a user who may, or name another with --config"
        ) from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{path} is not valid TOML: {error}") from error
    return parse(content, file=str(path))


def screen_of(path: Path | None) -> ScreenSection:
    """Read how to draw, also from a file that is wrong elsewhere; where that cannot be known, the defaults."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8")) if path is not None else {}
        drawn: Mapping[str, Any] = {name: content.get(name, {}) for name in ("fitted", "screen")}
        return parse(drawn, file=str(path)).screen
    except (OSError, ValueError, ConfigurationError):
        return ScreenSection()


def parse(content: Mapping[str, Any], *, file: str) -> Config:
    """Make the configuration of a parsed file; `file` is what errors call it.

    Raises:
        ConfigurationError: a key or value is wrong.
    """
    known = {*SECTIONS, "hours"}
    for name, value in content.items():
        if name not in known:
            raise ConfigurationError(
                f"{file}: unknown table [{name}]: remove it; known are {', '.join(sorted(known))}"
            )
        if not isinstance(value, dict):
            raise ConfigurationError(f"{file}: {name} = {value!r}: write it as a table, [{name}]")
    try:
        content = beneath(content)
    except UnknownProfile as error:
        raise ConfigurationError(f"{file}: fitted.profiles: {error}") from error
    sections = {
        name: _section(kind, content.get(name, {}), f"{file}: {name}") for name, kind in SECTIONS.items()
    }
    config = Config(**sections, hours=_hours(content.get("hours", {}), where=f"{file}: hours"))
    _check_together(config, file)
    return config


def _hours(content: object, *, where: str) -> Mapping[str, Hours]:
    try:
        return opening_hours(content, where=where)
    except SettingsRefused as error:
        raise ConfigurationError(str(error)) from error


def keys() -> tuple[str, ...]:
    """Give every key of the file, as `section.key`, for the documents and their test."""
    return (
        *(f"{name}.{key}" for name, kind in SECTIONS.items() for key in kind._fields),
        *(f"hours.{day}" for day in DAYS),
    )


def _section(kind: Any, content: Mapping[str, Any], where: str) -> Any:
    for key, value in content.items():
        if key not in kind._fields:
            raise ConfigurationError(
                f"{where}.{key} = {value!r}: unknown key; known are {', '.join(sorted(kind._fields))}"
            )
    return kind(**{key: _value(_rule(kind, key), value, f"{where}.{key}") for key, value in content.items()})


def _value(rule: Mapping[str, Any], value: Any, where: str) -> Any:
    remedy = remedy_of(rule, value)
    if remedy:
        raise ConfigurationError(f"{where} = {value!r}: {remedy}")
    match rule["kind"]:
        case "path":
            return Path(value)
        case "paths":
            return tuple(Path(text) for text in value)
        case "number":
            return float(value)
        case _:
            return tuple(value) if isinstance(value, list) else value


def _rule(kind: Any, key: str) -> Mapping[str, Any]:
    """Give what is allowed for a key; the uplink's own section states it by its defaults."""
    if said := getattr(kind.__annotations__[key], "__metadata__", None):
        rule: Mapping[str, Any] = said[0]
        return rule
    if key == "mqtt_version":
        return {"kind": "choice", "choices": (3, 5)}
    default = kind._field_defaults[key]
    if isinstance(default, float):
        return {"kind": "number", "low": 0.1, "high": 1e6}
    if isinstance(default, int):
        return {"kind": "whole", "low": 1, "high": 10_000_000}
    return {"kind": "paths"}


def _check_together(config: Config, file: str) -> None:
    if not config.visit.languages:
        raise ConfigurationError(f'{file}: visit.languages = []: name at least one, as ["id"]')
    for code in config.visit.languages:
        named = f"{file}: visit.languages names {code!r}"
        if not is_shipped(code):
            raise ConfigurationError(f"{named}, which has no catalogue: take it out, or add one")
        if language(code).draft:
            raise ConfigurationError(
                f"{named}, a draft no speaker has approved: take it out, or have it read (ikm-kiosk texts)"
            )
    if len(set(config.panel.chords)) < len(config.panel.chords):
        raise ConfigurationError(
            f"{file}: panel.staff_buttons, speech_buttons and menu_buttons: take a pair of its own for each"
        )
    panel = config.panel
    pins = [
        *panel.buttons,
        *panel.lights,
        panel.beeper,
        panel.case_switch,
        panel.fifth_button,
        panel.headphone_jack,
    ]
    if twice := sorted({pin for pin in pins if pin >= 0 and pins.count(pin) > 1}):
        raise ConfigurationError(
            f"{file}: panel: GPIO {twice[0]} is named twice: take a pin of its own for each"
        )
    if (held := config.panel.staff_hold_seconds) >= config.panel.stuck_seconds:
        raise ConfigurationError(
            f"{file}: panel.staff_hold_seconds = {held}: must be less than stuck_seconds"
        )
