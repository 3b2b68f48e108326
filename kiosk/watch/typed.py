"""A code that was typed at the kiosk's own screen, on its way to whoever may enrol this machine.

The kiosk has no network and may make no folders for others. On a device it leaves the wish in its folder under /run, in memory, where the
unit `ikm-kiosk-typed` takes it away before it does anything with it; on a laptop it starts the command that a hand would type. Neither
code nor PIN is ever an argument, stands in a log, or reaches a disk.
"""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from kiosk.errors import Obstacle, Tried
from kiosk.watch.lives import is_open
from kiosk.watch.tried import newest_try, told_mark
from uplink.errors import IdentityError
from uplink.journal.enrolment import load_enrolment
from uplink.journal.segments.files import replace_file

WISH = "enrol.toml"
"""In the kiosk's folder under /run; written like the file on the card."""
_SOURCES = Path("/etc/apt/sources.list.d/ikm.sources")
"""Where the packages came from: the collector's own address, where it was installed from one."""
_PATIENCE_SECONDS, _LOOK_SECONDS = 180.0, 0.25

Enrol = Callable[["Wish"], Tried | None]
"""Try it; gives what came of it, None where the machine is enrolled now. Takes its time: to be called beside the frame loop."""


class Wish(NamedTuple):
    """What was typed."""

    collector: str
    code: str
    pin: str

    def __repr__(self) -> str:
        """Give nothing away, wherever it may be printed."""
        return f"Wish({self.collector!r})"


def enrol_with(home: Path) -> Enrol:
    """Give the way to enrol that this machine has: the unit's where systemd runs the kiosk, else the command."""
    if folder := os.environ.get("RUNTIME_DIRECTORY"):
        return lambda wish: by_unit(wish, Path(folder), home)
    return lambda wish: by_command(wish, home)


def by_unit(
    wish: Wish,
    folder: Path,
    home: Path,
    *,
    monotonic: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Tried | None:
    """Leave the wish where the unit finds it, and wait for what comes of it."""
    before, until = told_mark(), monotonic() + _PATIENCE_SECONDS
    lines = (f"{key} = {json.dumps(value)}" for key, value in wish._asdict().items())
    try:
        replace_file(folder / WISH, "\n".join((*lines, "")).encode(), mode=0o600)
        while monotonic() < until:
            if not is_open(home):
                return None
            if told_mark() != before and (tried := newest_try()) is not None:
                return tried
            sleep(_LOOK_SECONDS)
    except OSError as error:
        return Tried(Obstacle.ENROLMENT_FAILS, f"{folder} cannot be written: {error.strerror}")
    finally:
        with contextlib.suppress(OSError):
            (folder / WISH).unlink(missing_ok=True)
    return Tried(
        Obstacle.ENROLMENT_FAILS,
        "the unit ikm-kiosk-typed does not answer: systemctl status ikm-kiosk-typed.path",
    )


def by_command(wish: Wish, home: Path) -> Tried | None:
    """Run `ikm-kiosk enrol` for whoever runs this program."""
    with tempfile.TemporaryDirectory() as folder:
        pin, told = Path(folder, "wish.pin"), Path(folder, "told.json")
        pin.touch(mode=0o600)
        pin.write_text(wish.pin, encoding="ascii")
        command = [sys.executable, "-m", "kiosk", "enrol", "-", "--collector", wish.collector]
        done = subprocess.run(
            [*command, "--home", str(home), "--pin-file", str(pin)],
            input=wish.code,
            capture_output=True,
            text=True,
            check=False,
            env=os.environ | {"IKM_TRIED": str(told)},
        )
        if done.returncode == 0:
            return None
        said = done.stderr.strip().splitlines() or ["it ended without a word"]
        return newest_try(told) or Tried(Obstacle.ENROLMENT_FAILS, said[-1].removeprefix("ikm-kiosk: "))


def is_address(text: str) -> bool:
    """Tell whether this can be a collector's address."""
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def known_address(home: Path, sources: Path = _SOURCES) -> str:
    """Give the address of the collector that this machine belonged to, or else takes its packages from; nothing where it does neither."""
    with contextlib.suppress(IdentityError):
        return load_enrolment(home).collector_url
    try:
        lines = sources.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        return ""
    uri = next((line.partition(":")[2].strip() for line in lines if line.startswith("URIs:")), "")
    address, apt, _ = uri.partition("/apt/")
    return address if apt and is_address(address) else ""
