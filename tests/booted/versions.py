"""Versions of the kiosk in a box: built once, told apart by number, broken on purpose, published, and cut off in mid-upgrade.

Built for real is only the first one; the others are its packages with another number in them, which takes a second instead of
twenty, and, where they are to be broken, with a few lines of the program changed.
"""

import os
import signal
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from tests.booted.box import HERE, Box, BoxError, Guest

PACKAGES = "/var/lib/ikm-packages"
KEYS = "/root/ikm-packages-key"
FIRST = "0.1.0+20260921.120000"
"""The version in pyproject.toml, and the moment of the box's only commit."""
PATIENCE_SECONDS, PROOF_SECONDS = 14, 3

BREAKS = {
    "never ready": ("kiosk/app.py", "def run(", "import time\n\n\ndef run(*_, **__): time.sleep(1e6)\n\n\ndef unused("),
    "crashes": ("kiosk/app.py", "def run(", "def run(*_, **__): raise SystemExit('broken on purpose')\n\n\ndef unused("),
    "no frame": ("kiosk/draw/window.py", "def _present(self, rects", "def _present(self, _): self._screen.fill(0)\n\n    def unused(self, rects"),
    "waits": ("kiosk/watch/folders.py", "def require_enrolled(", "def require_enrolled(_):\n    raise KioskError('broken on purpose', obstacle=Obstacle.NOT_ENROLLED)\n\n\ndef unused("),
    "uplink crashes": ("kiosk/commands/uplink.py", "def _act(", "def _act(_): raise SystemExit('broken on purpose')\n\n\ndef unused("),
}  # fmt: skip
"""By what is wrong with it: the file, and what takes the place of what in it."""

MAKE = """
set -e
from={first} to={version} old=$(echo {first} | sed 's/[.]/\\\\&/g')
rm -rf {work}/part && mkdir -p {work}/part {work}/built
dpkg-deb -R {folder}/ikm-kiosk-tree-${{from}}_${{from}}_*.deb {work}/part/tree
dpkg-deb -R {folder}/ikm-kiosk_${{from}}_all.deb {work}/part/top
cd {work}/part
mv tree/opt/ikm-kiosk/$from tree/opt/ikm-kiosk/$to
sed -i "1s,/$old/,/$to/," tree/opt/ikm-kiosk/$to/bin/ikm-kiosk
sed -i "s/$old/$to/g" tree/DEBIAN/control top/DEBIAN/control
sed -i "s/switch to $old/switch to $to/" top/DEBIAN/postinst
rm tree/DEBIAN/md5sums top/DEBIAN/md5sums
site=$(echo tree/opt/ikm-kiosk/$to/lib/python*/site-packages)
{breaking}
for part in tree top; do dpkg-deb --root-owner-group -Znone -b $part {work}/built >/dev/null; done
"""


@dataclass
class Versions:
    """The repository in a box, and what was published there."""

    box: Box
    number: int = 0

    @property
    def folder(self) -> str:
        """Where the repository of this suite lies, which nginx offers below /apt/."""
        return f"{PACKAGES}/{self.box.suite}"

    def build(self, out: str) -> None:
        """Build from the checkout, as anybody would."""
        self.box.sh(f"cd /srv/checkout && COMPRESSION=none packaging/build kiosk {out}", seconds=300)

    def publish(self, version: str) -> None:
        """Put a version's packages into the repository, and sign it anew."""
        self.box.sh(
            f"cd /srv/checkout && packaging/repository {self.folder} {KEYS} /srv/*/ikm-kiosk*_{version}_*.deb"
        )

    def next(self, *, broken: str = "") -> str:
        """Make and publish one more version."""
        self.number += 1
        version = f"0.2.{self.number}"
        self.box.sh(making(version, folder="/srv/first", first=FIRST, work="/srv", broken=broken))
        self.publish(version)
        return version

    def upgrade(self) -> str:
        """Let unattended-upgrades do what its timer would."""
        return self.box.sh("apt-get update -qq && unattended-upgrade -v", seconds=120)

    def settled(self) -> None:
        """Wait until nothing is on trial any more, and both programs run."""
        settled(self.box)

    def running(self) -> str:
        """Which version the kiosk runs from."""
        return running(self.box)

    def installed(self) -> list[str]:
        """The environments that are there."""
        return installed(self.box)

    def cut_at(self, state: str, *, seconds: float = 40) -> str:
        """Upgrade, and pull the plug the moment after dpkg has logged a state; gives the last state it logged."""
        log = self.box.folder / "root/var/log/dpkg.log"
        begins, leader = log.stat().st_size, self.box.leader()
        worker = threading.Thread(target=self._try_upgrade)
        worker.start()
        end = time.monotonic() + seconds
        while time.monotonic() < end and worker.is_alive():
            with log.open("rb") as lines:
                lines.seek(begins)
                if f"status {state}".encode() in lines.read():
                    os.kill(leader, signal.SIGKILL)
                    break
        else:
            worker.join()
            raise BoxError(f"dpkg never came to {state!r}:\n{log.read_bytes()[begins:].decode()}")
        self.box.pull_the_plug()
        worker.join()
        return _last_state(log, begins)

    def _try_upgrade(self) -> None:
        subprocess.run(
            [
                str(HERE / "box.sh"),
                "run",
                str(self.box.folder),
                "apt-get update -qq && unattended-upgrade",
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
        )


def making(version: str, *, folder: str, first: str, work: str, broken: str = "") -> str:
    """Give the script that makes WORK/built hold this version's packages, out of the first one's in FOLDER."""
    breaking = ""
    if broken:
        file, old, new = BREAKS[broken]
        breaking = (
            f"python3 - <<'END'\nfrom glob import glob\nfrom pathlib import Path\n(file,) = map(Path, glob('{work}/part/tree/opt/ikm-kiosk/*/lib/*/site-packages/{file}'))\n"
            f"text = file.read_text()\nassert text.count({old!r}) == 1\nfile.write_text(text.replace({old!r}, {new!r}))\n"
            "[old.unlink() for old in file.parent.glob(f'__pycache__/{file.stem}.*')]\nEND"
        )
    return MAKE.format(folder=folder, first=first, version=version, breaking=breaking, work=work)


def settled(guest: Guest, *, seconds: float = 120, pause: float = 0.2) -> float:
    """Wait until nothing is on trial any more, and both programs run; gives how long it took."""
    asked = (
        "[ -e /var/lib/ikm-kiosk-switch/trial ] || systemctl is-active ikm-kiosk ikm-uplink ikm-kiosk-switch"
    )
    return guest.until(
        lambda: guest.sh(asked, check=False).split() == ["active", "active", "inactive"],
        what="a version has been judged",
        seconds=seconds,
        pause=pause,
    )


def running(guest: Guest) -> str:
    """Which version the kiosk runs from."""
    return guest.sh(
        "tr '\\0' '\\n' </proc/$(systemctl show -P MainPID ikm-uplink)/cmdline | head -n 1"
    ).split("/")[3]


def installed(guest: Guest) -> list[str]:
    """The environments that are there."""
    return guest.sh("find /opt/ikm-kiosk -mindepth 1 -maxdepth 1 -type d -printf '%f\\n' | sort -V").split()


def _last_state(log: Path, begins: int) -> str:
    states = [
        line for line in log.read_bytes()[begins:].decode(errors="replace").splitlines() if " status " in line
    ]
    return states[-1].split(" status ")[1]
