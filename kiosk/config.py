"""The configuration: one TOML file, read once into frozen dataclasses (without slots and `repr`, which would cost the first frame several milliseconds).

Every key has a default, so an empty file is a working configuration. An unknown key or a bad value stops the start with the
key, the value and the remedy. `docs/configuration.md` lists every key; a test compares it with this module.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any, NamedTuple

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


def _whole(default: float, low: float, high: float, kind: str = "whole") -> Any:
    return field(default=default, metadata={"kind": kind, "low": low, "high": high})


def _seconds(default: float, low: float, high: float) -> Any:
    return _whole(default, low, high, "number")


def _one_of(default: Any, *choices: Any) -> Any:
    return field(default=default, metadata={"kind": "choice", "choices": choices})


def _plain(default: Any, kind: str) -> Any:
    return field(default=default, metadata={"kind": kind})


@dataclass(frozen=True, repr=False)
class Paths:
    """`[paths]`: where the kiosk keeps its things."""

    home: Path = field(default=DEFAULT_HOME, metadata={"kind": "path"})


class Chords(NamedTuple):
    """What two buttons mean that are held together; none of them is ever an answer."""

    staff: frozenset[int]
    speech: frozenset[int]
    menu: frozenset[int]


@dataclass(frozen=True, repr=False)
class PanelSection:
    """`[panel]`: the pins and how presses are judged."""

    buttons: tuple[int, ...] = _plain((5, 6, 13, 19), "pins")
    lights: tuple[int, ...] = _plain((), "pins")
    beeper: int = _whole(-1, -1, 27)
    glitch_ms: int = _whole(5, 1, 100)
    lockout_ms: int = _whole(120, 0, 2000)
    hold_seconds: float = _seconds(1.5, 0.8, 10)
    stuck_seconds: float = _seconds(10.0, 5, 120)
    staff_buttons: tuple[int, ...] = _plain((1, 4), "chord")
    speech_buttons: tuple[int, ...] = _plain((2, 3), "chord")
    menu_buttons: tuple[int, ...] = _plain((1, 2), "chord")
    staff_hold_seconds: float = _seconds(3.0, 1, 9)
    case_switch: int = _whole(-1, -1, 27)
    fifth_button: int = _whole(-1, -1, 27)
    headphone_jack: int = _whole(-1, -1, 27)

    @property
    def chords(self) -> Chords:
        """Give what each pair of buttons means when it is held."""
        return Chords(*map(frozenset, (self.staff_buttons, self.speech_buttons, self.menu_buttons)))


@dataclass(frozen=True, repr=False)
class ScreenSection:
    """`[screen]`: the display."""

    width: int = _whole(1024, 320, 4096)
    height: int = _whole(600, 320, 4096)
    fullscreen: bool = _plain(default=True, kind="flag")
    rotation: int = _one_of(0, 0, 90, 180, 270)
    driver: str = _plain("", "text")
    fonts: tuple[str, ...] = _plain((), "texts")
    sunlight: bool = _plain(default=False, kind="flag")


@dataclass(frozen=True, repr=False)
class VisitSection:
    """`[visit]`: what a visit asks and how long it waits."""

    languages: tuple[str, ...] = _plain(("id", "en"), "texts")
    service: bool = _plain(default=True, kind="flag")
    profile: bool = _plain(default=True, kind="flag")
    profile_lists: str = _one_of("wide", "annex", "wide")
    age_bands: tuple[str, ...] = _plain(ONE_SCREEN, "age_bands")
    complaint: bool = _plain(default=True, kind="flag")
    contact: bool = _plain(default=True, kind="flag")
    skip: bool = _plain(default=True, kind="flag")
    highlight_ms: int = _whole(400, 100, 2000)
    settle_ms: int = _whole(250, 0, 2000)
    idle_seconds: float = _seconds(45.0, 15, 600)
    writing_seconds: float = _seconds(90.0, 60, 600)
    invitation_seconds: float = _seconds(40.0, 12, 120)
    queue_seconds: float = _seconds(6.0, 3, 60)
    thanks_seconds: float = _seconds(20.0, 2, 60)
    ticket_seconds: float = _seconds(120.0, 30, 900)
    quiet_seconds: float = _seconds(1.0, 0, 30)
    nudge_seconds: float = _seconds(20.0, 5, 60)
    saving_seconds: float = _seconds(30.0, 5, 300)


@dataclass(frozen=True, repr=False)
class SoundSection:
    """`[sound]`: the beep of a press, the voice, and whether somebody can speak."""

    beep: bool = _plain(default=True, kind="flag")
    speech: bool = _plain(default=False, kind="flag")
    volume_percent: int = _whole(70, 0, 100)
    recordings: str = _plain("", "text")
    microphone: bool = _plain(default=False, kind="flag")


@dataclass(frozen=True, repr=False)
class StaffSection:
    """`[staff]`: the staff screen."""

    lock_seconds: float = _seconds(60.0, 15, 600)
    usb_folder: str = _plain("/media", "text")
    call: str = _plain("", "text")
    offline_hours: float = _seconds(24.0, 1, 720)
    training_minutes: int = _whole(15, 1, 120)


@dataclass(frozen=True, repr=False)
class QueueSection:
    """`[queue]`: the door for a queue system on the same machine."""

    socket: str = _plain("", "text")
    group: str = _plain("ikm-queue", "text")


@dataclass(frozen=True, repr=False)
class Config:
    """The whole file."""

    paths: Paths = Paths()
    fitted: FittedSection = field(default_factory=FittedSection)
    panel: PanelSection = PanelSection()
    screen: ScreenSection = ScreenSection()
    visit: VisitSection = VisitSection()
    sound: SoundSection = SoundSection()
    staff: StaffSection = StaffSection()
    queue: QueueSection = QueueSection()
    uplink: UplinkConfig = field(default_factory=UplinkConfig)
    hours: Mapping[str, Hours] = field(default_factory=dict)
    """Opening hours by day (`mon` … `sun`); no day named means always open."""


SECTIONS: Mapping[str, type] = {
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
        *(f"{name}.{entry.name}" for name, kind in SECTIONS.items() for entry in fields(kind)),
        *(f"hours.{day}" for day in DAYS),
    )


def _section(kind: Any, content: Mapping[str, Any], where: str) -> Any:
    entries = {entry.name: entry for entry in fields(kind)}
    for key, value in content.items():
        if key not in entries:
            raise ConfigurationError(
                f"{where}.{key} = {value!r}: unknown key; known are {', '.join(sorted(entries))}"
            )
    return kind(**{key: _value(entries[key], value, f"{where}.{key}") for key, value in content.items()})


def _value(entry: "Field[Any]", value: Any, where: str) -> Any:
    remedy = remedy_of(_rule(entry), value)
    if remedy:
        raise ConfigurationError(f"{where} = {value!r}: {remedy}")
    kind = _rule(entry)["kind"]
    if kind == "path":
        return Path(value)
    if kind == "paths":
        return tuple(Path(text) for text in value)
    if kind == "number":
        return float(value)
    return tuple(value) if isinstance(value, list) else value


def _rule(entry: "Field[Any]") -> Mapping[str, Any]:
    """Give what is allowed for a key; the uplink's own section states it by its defaults."""
    if entry.metadata:
        return entry.metadata
    if entry.name == "mqtt_version":
        return {"kind": "choice", "choices": (3, 5)}
    if isinstance(entry.default, float):
        return {"kind": "number", "low": 0.1, "high": 1e6}
    if isinstance(entry.default, int):
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
