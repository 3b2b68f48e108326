"""What kiosks are built of, as data: each profile says which settings go with a part, and what must then be there.

A kiosk names several (`fitted.profiles`): a panel, a screen, the light it stands in. What its own file says comes before them,
and of two profiles the later one.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Annotated, Any, NamedTuple

from hardware.board import outputs, screen_connected, sound_cards, unreadable_inputs


class FittedSection(NamedTuple):
    """`[fitted]` of the kiosk's configuration: what it is built of."""

    profiles: Annotated[tuple[str, ...], {"kind": "texts"}] = ()


_FOLDER = Path(__file__).parent / "profiles"


class UnknownProfile(Exception):  # noqa: N818 - named for what is wrong
    """There is no profile of that name."""


class Profile(NamedTuple):
    """One part, or a way to set one up."""

    name: str
    title: str
    """In Indonesian, for whoever chooses."""
    needs: tuple[str, ...]
    """Of what `missing` looks for: what is missing where the doctor does not find it."""
    connector: str
    """What its screen hangs on, as the kernel calls it (`DSI`, `HDMI`), or nothing where that is all the same."""
    size: tuple[int, int] | None
    """Of its screen, before any rotation."""
    settings: Mapping[str, Mapping[str, Any]]
    """By table and key, as they would stand in the configuration."""


def profiles() -> tuple[Profile, ...]:
    """Give all there are, by name."""
    return tuple(profile(path.stem) for path in sorted(_FOLDER.glob("*.toml")))


@cache
def profile(name: str) -> Profile:
    """Read one.

    Raises:
        UnknownProfile: there is none of that name.
    """
    file = _FOLDER / f"{name}.toml"
    if not re.fullmatch("[a-z0-9-]+", name) or not file.is_file():
        known = ", ".join(sorted(path.stem for path in _FOLDER.glob("*.toml")))
        raise UnknownProfile(f"{name} is no profile; there are {known}")
    content = tomllib.loads(file.read_text(encoding="utf-8"))
    said = content.pop("profile")
    width, height = said.get("size", (0, 0))
    return Profile(
        name=name,
        title=said["title"],
        needs=tuple(said["needs"]),
        connector=said.get("connector", ""),
        size=(width, height) if width else None,
        settings=content,
    )


def beneath(content: Mapping[str, Any]) -> Mapping[str, Any]:
    """Give a parsed configuration with the settings of the profiles that it names beneath its own.

    Raises:
        UnknownProfile: it names one that is not there.
    """
    named = content.get("fitted", {}).get("profiles", ())
    if not isinstance(named, list) or not all(isinstance(name, str) for name in named):
        return content  # whoever checks values says what is wrong with this one
    merged: dict[str, Any] = {}
    for tables in (*(profile(name).settings for name in named), content):
        for table, entries in tables.items():
            merged[table] = {**merged.get(table, {}), **entries} if isinstance(entries, dict) else entries
    return merged


class Missing(NamedTuple):
    """What a profile needs and this machine has not, with what to do about it."""

    profile: str
    fact: str
    remedy: str


def missing(names: Sequence[str], *, buttons: bool, lights: bool, root: Path = Path("/")) -> list[Missing]:
    """Compare what is there with what the profiles need; whether the wiring is set, the configuration knows."""
    inputs = unreadable_inputs(root)
    there = {
        "buttons": (buttons, "no buttons are set", "set panel.buttons to their pins"),
        "lights": (lights, "no lights are set", "set panel.lights to their pins"),
        "screen": (
            screen_connected(root) is True,
            "no screen is connected",
            "check the screen's cable and power",
        ),
        "touch": (inputs is not None and not inputs, "no touch can be read", "check the panel's touch cable"),
        "sound": (bool(sound_cards(root)), "no sound output was found", "connect a speaker or headphones"),
        "microphone": (
            bool(list((root / "proc/asound").glob("card*/pcm*c"))),
            "no device that can record is connected",
            "connect a microphone",
        ),
        "backlight": (
            bool(list((root / "sys/class/backlight").glob("*"))),
            "the screen's light cannot be set",
            "enable the screen's overlay in config.txt",
        ),
    }
    found = []
    for one in map(profile, names):
        found += [
            Missing(one.name, fact, remedy)
            for need in one.needs
            for good, fact, remedy in [there[need]]
            if not good
        ]
        found += _wrong_screen(one, root)
    return found


def _wrong_screen(wanted: Profile, root: Path) -> list[Missing]:
    screens = [output for output in outputs(root) if output.connected]
    if not screens or (not wanted.connector and wanted.size is None):
        return []
    on = [output for output in screens if output.name.startswith(wanted.connector)]
    told = ", ".join(f"{output.name} {'x'.join(map(str, output.size or ('?',)))}" for output in screens)
    if not on:
        return [
            Missing(
                wanted.name,
                f"no screen on {wanted.connector}: there is {told}",
                "check its ribbon cable and overlay",
            )
        ]
    if wanted.size is not None and all(output.size not in (None, wanted.size) for output in on):
        width, height = wanted.size
        return [
            Missing(
                wanted.name,
                f"no screen of {width}x{height}: there is {told}",
                "choose the profile of this screen",
            )
        ]
    return []
