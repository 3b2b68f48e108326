"""A booted Debian in a container, driven by `box.sh`; whatever breaks, nothing of it stays behind."""

import fcntl
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
KEPT = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "ikm-kiosk"
CACHE = KEPT / "booted"
PYTHONS = {"bookworm": "3.11", "trixie": "3.13"}
_PREFIX = "ikm-box-"
_PLENTY_BYTES = 8 * 1024**3


COMMIT = """
cd /srv/checkout && git init -q . && git add -A
GIT_COMMITTER_DATE=2026-09-21T12:00:00Z git -c user.name=box -c user.email=box@invalid commit -q -m "The checkout" --date 2026-09-21T12:00:00Z
"""
"""A clean clone, as people have it."""


class BoxError(AssertionError):
    """Something in the box did not go as it should; the message holds what was said."""


class Guest(ABC):
    """A machine inside this one, on which shell scripts can be run."""

    def sh(self, script: str, *, seconds: float = 60, check: bool = True) -> str:
        """Run a shell script inside, as root; gives what it printed."""
        code, said = self._run(script, seconds=seconds)
        if check and code != 0:
            raise BoxError(f"{script.strip()}\n-> exit code {code}\n{said[-4000:]}")
        return said

    def fails(self, script: str) -> str:
        """Run a script that must fail; gives what it printed."""
        code, said = self._run(script, seconds=60)
        if code == 0:
            raise BoxError(f"{script}: it should have failed\n{said[-4000:]}")
        return said

    def show(self, unit: str, fact: str) -> str:
        return self.sh(f"systemctl show -P {fact} {unit}").strip()

    def until(
        self, ready: Callable[[], bool], *, what: str, seconds: float = 120, pause: float = 0.2
    ) -> float:
        """Wait until `ready()`; gives how long it took."""
        began = time.monotonic()
        while not ready():
            if time.monotonic() - began > seconds:
                raise BoxError(f"{what}: not within {seconds} s\n{self.journal()}")
            time.sleep(pause)
        return time.monotonic() - began

    def journal(self) -> str:
        """The newest words of all units."""
        return self.sh("systemctl --failed --no-legend; journalctl -q --no-pager -n 60", check=False)

    def status(self) -> dict[str, object]:
        """What `ikm-kiosk status` says."""
        return dict(json.loads(self.sh("ikm-kiosk status --json")))

    @abstractmethod
    def _run(self, script: str, *, seconds: float) -> tuple[int, str]: ...


class Box(Guest):
    """One running container."""

    def __init__(self, folder: Path, *, suite: str, beside: "Box | None" = None) -> None:
        self.folder = folder
        self.suite = suite
        self._beside = beside

    def put(self, source: Path, target: str) -> None:
        self._do("put", source, target)

    def boot(self, *options: str) -> None:
        """Switch it on; the options are systemd-nspawn's, and hold until it is off."""
        self._do("up", *options)

    def off(self) -> None:
        """Switch it off in order."""
        self._do("off")

    def leader(self) -> int:
        """Its pid 1, as this machine numbers it."""
        return int(_call("leader", self.folder, seconds=10).stdout)

    def reboot(self) -> None:
        self._do("reboot")

    def pull_the_plug(self) -> None:
        self._do("kill")

    def _run(self, script: str, *, seconds: float) -> tuple[int, str]:
        done = _call("run", self.folder, "sh", "-c", script, seconds=seconds)
        return done.returncode, done.stdout

    def _do(self, verb: str, *words: str | Path) -> None:
        network = f"/proc/{self._beside.leader()}/ns/net" if self._beside is not None else ""
        done = _call(verb, self.folder, *words, seconds=200, network=network)
        if done.returncode != 0:
            raise BoxError(f"box.sh {verb}: {done.stdout[-4000:]}")


def why_not() -> str:
    """Why no box can run on this machine, or nothing."""
    done = _call("check", seconds=60)
    return "" if done.returncode == 0 else done.stdout.strip() or "box.sh check failed"


@contextmanager
def boxed(suite: str, *, beside: Box | None = None) -> Iterator[Box]:
    """Give a booted box with the checkout, the pinned wheels and the drop-ins in it; removed in the end.

    One beside another shares its network and nothing else: the services of the other's network are not started in it.
    """
    CACHE.mkdir(parents=True, exist_ok=True)
    archive = make(HERE / "make-root.sh", CACHE, suite)
    folder, lock = new_folder()
    pinned = folder / "pinned.txt"
    parts = ["demo", "lgpio"] if suite == "bookworm" else ["demo"]  # trixie's Python has lgpio from elsewhere
    pinned.write_text("".join((ROOT / "requirements" / f"{part}.txt").read_text() for part in parts))
    box = Box(folder / "box", suite=suite, beside=beside)
    try:
        wheels = make(HERE / "make-wheels.sh", CACHE, pinned, sys.executable, PYTHONS[suite])
        box._do("new", archive)
        box.put(wheels, "/srv/wheels")
        box.put(HERE / "dropins", "/etc/systemd/system")
        box.put(HERE / "pressed.py", "/srv")
        box.put(HERE / "typed.py", "/srv")
        for service in ("mosquitto", "nginx", "postgresql") if beside is not None else ():
            (box.folder / "root/etc/systemd/system" / f"{service}.service").symlink_to("/dev/null")
        snapshot(box.folder / "root" / "srv" / "checkout")
        (box.folder / "root/etc/pip.conf").write_text(
            "[global]\nno-index = true\nfind-links = /srv/wheels\ndisable-pip-version-check = true\nquiet = 1\n"
        )
        box.boot()
        box.sh(COMMIT)
        yield box
    finally:
        _call("remove", box.folder, seconds=120)
        shutil.rmtree(folder, ignore_errors=True)
        lock.close()


def on_machines() -> list[str]:
    """The code blocks of README's "On machines"."""
    (section,) = re.findall(
        r"^## On machines\n(.*?)^## ", (ROOT / "README.md").read_text(), re.DOTALL | re.MULTILINE
    )
    return re.findall(r"^```\n(.*?)^```", section, re.DOTALL | re.MULTILINE)


def _call(
    verb: str, *words: str | Path, seconds: float, network: str = ""
) -> "subprocess.CompletedProcess[str]":
    # Into a file, not a pipe: what goes on running in the background would keep a pipe open for ever.
    with tempfile.TemporaryFile() as said:
        command = [str(HERE / "box.sh"), verb, *map(str, words)]
        try:
            code = subprocess.run(
                command,
                env=os.environ | {"NETWORK": network},
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                check=False,
                timeout=seconds,
            ).returncode
        except subprocess.TimeoutExpired:
            code = 124
        said.seek(0)
        return subprocess.CompletedProcess(command, code, said.read().decode(errors="replace"))


def make(script: Path, *words: str | Path, seconds: float = 1200, **environment: str) -> Path:
    """Run one of the scripts that make something once; gives where that is, which it prints last."""
    done = subprocess.run(
        [str(script), *map(str, words)], env=os.environ | environment,
        stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=seconds,
    )  # fmt: skip
    if done.returncode != 0:
        raise BoxError(f"{script}: {done.stderr[-3000:]}")
    return Path(done.stdout.split()[-1])


def new_folder() -> tuple[Path, IO[bytes]]:
    """Make this box's folder, whose lock lives as long as we do; boxes whose maker is dead are removed."""
    with (CACHE / "boxes.lock").open("wb") as all_boxes:
        fcntl.flock(all_boxes, fcntl.LOCK_EX)
        places = _places()
        for place in places:
            for left in place.glob(f"{_PREFIX}*"):
                _remove_if_orphaned(left)
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=places[-1]))
        lock = (folder / "lock").open("wb")
        fcntl.flock(lock, fcntl.LOCK_EX)
    return folder, lock


def _places() -> list[Path]:
    """Where boxes may lie, the best last: in memory, where there is plenty, nobody waits for the disk."""
    places, memory = [Path(tempfile.gettempdir())], Path("/dev/shm")
    if memory.is_dir() and shutil.disk_usage(memory).free > _PLENTY_BYTES:
        places.append(memory)
    return places


def _remove_if_orphaned(folder: Path) -> None:
    with (folder / "lock").open("ab") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        if (folder / "box").exists():
            _call("remove", folder / "box", seconds=120)
        shutil.rmtree(folder, ignore_errors=True)


def snapshot(target: Path) -> None:
    """Copy what the checkout holds, committed or not, without what git ignores."""
    listed = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        capture_output=True, check=True,
    )  # fmt: skip
    for name in filter(None, listed.stdout.decode().split("\0")):
        source = ROOT / name
        if source.is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, target / name)
