"""Facts of the board the kiosk runs on: model, temperature, power, memory, disk, input devices.

Every reading may be missing on another machine; then it is None, never an invented number.
"""

import itertools
import os
import re
import socket
from pathlib import Path
from typing import NamedTuple

_UNDER_VOLTAGE, _THROTTLED, _EVER_UNDER_VOLTAGE = 1 << 0, (1 << 1) | (1 << 2) | (1 << 3), 1 << 16
_GLOBAL_SCOPE = "00"


class Battery(NamedTuple):
    """The battery that the machine runs on when the mains fail."""

    percent: int
    draining: bool
    """Whether it is being used now."""


class Facts(NamedTuple):
    """One look at the board."""

    model: str | None
    temperature_c: float | None
    under_voltage: bool | None
    """Whether the power supply is too weak now."""
    was_under_voltage: bool | None
    """Whether it was too weak at any time since the start."""
    throttled: bool | None
    disk_used_percent: int
    disk_free_mb: int
    memory_free_mb: int | None
    battery: Battery | None = None
    """The emptiest of those that the kernel tells of."""


def look(folder: Path, *, root: Path = Path("/")) -> Facts:
    """Read the board's facts; `folder` says which disk is meant.

    Raises:
        OSError: the folder's disk cannot be asked.
    """
    power = _hexadecimal(root / "sys/devices/platform/soc/soc:firmware/get_throttled")
    disk = os.statvfs(folder)
    used = disk.f_blocks - disk.f_bfree
    usable = used + disk.f_bavail
    return Facts(
        model=_text(root / "proc/device-tree/model"),
        temperature_c=_thousandths(root / "sys/class/thermal/thermal_zone0/temp"),
        under_voltage=None if power is None else bool(power & _UNDER_VOLTAGE),
        was_under_voltage=None if power is None else bool(power & _EVER_UNDER_VOLTAGE),
        throttled=None if power is None else bool(power & _THROTTLED),
        disk_used_percent=round(100 * used / usable) if usable else 100,
        disk_free_mb=disk.f_bavail * disk.f_frsize // 1_000_000,
        memory_free_mb=_free_memory(root / "proc/meminfo"),
        battery=_battery(root / "sys/class/power_supply"),
    )


def unreadable_inputs(root: Path = Path("/")) -> list[str] | None:
    """Name the input devices this user may not read; None where the machine has none at all.

    On a console SDL starts, draws, and gets no touch at all when the permission is missing, without any error.
    """
    devices = sorted((root / "dev/input").glob("event*"))
    if not devices:
        return None
    return [device.name for device in devices if not os.access(device, os.R_OK)]


def screen_connected(root: Path = Path("/")) -> bool | None:
    """Tell whether a screen hangs on this machine; None where the kernel does not say."""
    told = [_text(file) for file in sorted((root / "sys/class/drm").glob("card*-*/status"))]
    if not told:
        return None
    return any(one == "connected" for one in told)


def root_is_locked(root: Path = Path("/")) -> bool:
    """Tell whether the system can only be read, or what is written to it goes to memory: then nothing of it is there after a power cut."""
    mounts = [line.split() for line in (_text(root / "proc/self/mounts") or "").splitlines()]
    kinds = [(words[2], words[3].split(",")) for words in mounts if len(words) > 3 and words[1] == "/"]
    return bool(kinds) and (kinds[-1][0] == "overlay" or "ro" in kinds[-1][1])


class Output(NamedTuple):
    """A plug for a screen."""

    card: int
    """The graphics card's number; a Pi 5 has one for HDMI and another one for DSI."""
    name: str
    """As the kernel calls it: `HDMI-A-1`, `DSI-1`."""
    connected: bool
    size: tuple[int, int] | None
    """Of the screen that hangs on it, where the kernel says."""


def outputs(root: Path = Path("/")) -> list[Output]:
    """Give every plug of every graphics card, in their order."""
    found = []
    for folder in (root / "sys/class/drm").glob("card*-*"):
        card = re.fullmatch(r"card(\d+)-(.+)", folder.name)
        if card is None:
            continue
        size = re.match(r"(\d+)x(\d+)", _text(folder / "modes") or "")
        found.append(
            Output(
                card=int(card[1]),
                name=card[2],
                connected=_text(folder / "status") == "connected",
                size=(int(size[1]), int(size[2])) if size else None,
            )
        )
    return sorted(found)


def graphics_card(connector: str = "", *, root: Path = Path("/")) -> int | None:
    """Give the card on which a screen hangs, a screen of this connector first; None where one need not choose.

    SDL takes the first card, and on a Pi 5 with a DSI panel that may be the one on which nothing hangs.
    """
    cards = {
        int(name[1])
        for path in (root / "dev/dri").glob("card*")
        if (name := re.fullmatch(r"card(\d+)", path.name))
    }
    if len(cards) < 2:
        return None
    seen = [output for output in outputs(root) if output.connected and output.card in cards]
    return (
        min(seen, key=lambda output: (not output.name.startswith(connector), output.card)).card
        if seen
        else None
    )


def sound_cards(root: Path = Path("/")) -> tuple[str, ...]:
    """Name the sound outputs of this machine."""
    names = (_text(folder / "id") for folder in sorted((root / "proc/asound").glob("card[0-9]*")))
    return tuple(name for name in names if name)


def set_brightness(percent: int, *, root: Path = Path("/")) -> bool:
    """Set every backlight to a share of its full light; False where there is none, or this user may not.

    Not all the way to black: a dark kiosk looks broken.
    """
    done = False
    for light in sorted((root / "sys/class/backlight").glob("*")):
        try:
            full = int((light / "max_brightness").read_text())
            (light / "brightness").write_text(str(max(1, full * max(5, percent) // 100)))
            done = True
        except (OSError, ValueError):
            continue
    return done


def addresses(*, root: Path = Path("/")) -> tuple[str, ...]:
    """Name the addresses under which this machine can be reached, the newer kind only where there is no other.

    Read from files: the kiosk's process may open no network socket, not even to ask.
    """
    lines = (_text(root / "proc/net/fib_trie") or "").splitlines()
    found = [
        before.rpartition("|-- ")[2].strip()
        for before, line in itertools.pairwise(lines)
        if line.strip() == "/32 host LOCAL"
    ]
    # The loopback, and what a machine gives itself when nobody answers.
    usable = [address for address in found if not address.startswith(("127.", "169.254."))]
    for line in (_text(root / "proc/net/if_inet6") or "").splitlines() if not usable else ():
        number, _, _, scope, *_ = line.split()
        if scope == _GLOBAL_SCOPE:
            usable.append(socket.inet_ntop(socket.AF_INET6, bytes.fromhex(number)))
    return tuple(dict.fromkeys(usable))


def _text(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip("\x00\n ") or None
    except OSError:
        return None


def _battery(folder: Path) -> Battery | None:
    """Of the machine itself: a mouse with a battery of its own says that it powers a device."""
    found = []
    for supply in sorted(folder.glob("*")):
        charge = _text(supply / "capacity") or ""
        ours = _text(supply / "type") == "Battery" and _text(supply / "scope") != "Device"
        if ours and re.fullmatch(r"\d{1,3}", charge) and int(charge) <= 100:
            found.append(Battery(int(charge), draining=_text(supply / "status") == "Discharging"))
    return min(found, default=None)


def _thousandths(path: Path) -> float | None:
    try:
        return int(_text(path) or "") / 1000
    except ValueError:
        return None


def _hexadecimal(path: Path) -> int | None:
    try:
        return int(_text(path) or "", 16)
    except ValueError:
        return None


def _free_memory(path: Path) -> int | None:
    for line in (_text(path) or "").splitlines():
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) // 1000
    return None
