"""New versions on an emulated Pi, and a plug that is pulled in the middle of each: always a working kiosk, and nothing lost.

`tests/booted/test_updates.py` kills a container twenty times. Here the memory goes with the plug, and with it whatever the disk had not
been told to keep. apt takes the versions from a signed repository on this machine, as unattended-upgrades would have it do.
"""

import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from survey.visit.state import Step
from tests.booted.box import ROOT
from tests.booted.versions import installed, making, running, settled
from tests.vm.kiosk import EmulatedKiosk
from tests.vm.pi import CORES, HOST
from tests.world import free_port

pytestmark = [pytest.mark.vm, pytest.mark.long]

FIRST = "0.1.0"
"""What the machine was set up with."""
PATIENCE_SECONDS, PROOF_SECONDS = (240 if CORES == 2 else 900), 10
"""For how long the judge waits for a version, and then watches it; a start takes two minutes here."""
PREPARE = f"""
set -e
cd /etc/apt && mkdir -p keyrings
python3 -c 'import urllib.request as u; open("keyrings/ikm.gpg", "wb").write(u.urlopen("ADDRESS/ikm.gpg", timeout=30).read())'
printf 'Types: deb\\nURIs: ADDRESS/\\nSuites: ./\\nSigned-By: /etc/apt/keyrings/ikm.gpg\\nCheck-Date: no\\n' >sources.list.d/ikm.sources
d=/etc/systemd/system/ikm-kiosk-switch.service.d
mkdir -p $d
printf '[Service]\\nEnvironment=IKM_PATIENCE={PATIENCE_SECONDS} IKM_PROOF={PROOF_SECONDS}\\n' >$d/emulated.conf
systemctl daemon-reload
sync
"""
UPGRADE = "apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends ikm-kiosk"
CUT = """
log=/var/log/dpkg.log; touch $log
begins=$(($(stat -c %s $log) + 1))
setsid sh -c '{upgrade}' >/run/upgrade 2>&1 &
until tail -c +$begins $log | grep -qF 'status {state}'; do sleep 0.1; done
tail -n 1 $log
"""


@dataclass
class Offered:
    """The repository on this machine, and what was published there."""

    kiosk: EmulatedKiosk
    folder: Path
    number: int = 0

    def next(self, *, broken: str = "") -> str:
        """Make and publish one more version."""
        self.number += 1
        version = f"0.2.{self.number}"
        first = str(self.kiosk.pi.folder / "checkout")
        script = making(version, folder=first, first=FIRST, work=str(self.folder), broken=broken)
        _run("sh", "-c", script)
        built = sorted((self.folder / "built").glob(f"*_{version}_*.deb"))
        assert len(built) == 2
        _run(ROOT / "packaging" / "repository", self.folder / "offered", self.folder / "key", *built)
        return version


@pytest.fixture(scope="module")
def offered(kiosk: EmulatedKiosk, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Offered]:
    folder, port = tmp_path_factory.mktemp("offered"), free_port()
    offered = Offered(kiosk, folder)
    first = sorted((kiosk.pi.folder / "checkout").glob(f"ikm-kiosk*_{FIRST}_*.deb"))
    _run(ROOT / "packaging" / "repository", folder / "offered", folder / "key", *first)
    serve = ["-m", "http.server", "--bind", "127.0.0.1", "--directory", str(folder / "offered"), str(port)]
    kiosk.world.start("packages", [sys.executable, *serve])
    try:
        kiosk.pi.sh(PREPARE.replace("ADDRESS", f"http://{HOST}:{port}"), seconds=120)
        yield offered
    finally:
        kiosk.world.kill("packages")


@pytest.mark.parametrize(
    "state, broken",
    [
        ("half-installed ikm-kiosk-tree-{}", ""),
        ("half-configured ikm-kiosk:", ""),
        ("installed ikm-kiosk:", "no frame"),
    ],
    ids=["while its files are unpacked", "while it is turned to", "while a broken one is on trial"],
)
def test_a_plug_pulled_in_mid_upgrade_leaves_a_working_kiosk(
    kiosk: EmulatedKiosk, offered: Offered, state: str, broken: str
) -> None:
    pi = kiosk.pi
    kiosk.rate()
    before, held = running(pi), kiosk.ratings()
    version = offered.next(broken=broken)
    kiosk.until_idle()
    pi.press(4)
    kiosk.until_shown(Step.INVITATION)  # thanked, and on its way when the plug is pulled
    last = pi.sh(CUT.format(upgrade=UPGRADE, state=state.format(version)), seconds=400)
    pi.pull_the_plug()

    began = time.monotonic()
    pi.start()
    if broken:
        # It shows nothing, and is given its time.
        judged = settled(pi, seconds=PATIENCE_SECONDS + 400, pause=2)
        assert f"refused: {version}" in pi.sh("/usr/lib/ikm-kiosk/switch status")
        sys.stdout.write(f"\njudged {judged:.0f} s after the shell\n")
    kiosk.in_service()  # from the old version or the new
    up_with = running(pi)
    sys.stdout.write(
        f"\ncut at {last.strip()}: up with {up_with}, in service {time.monotonic() - began:.0f} s after the plug\n"
    )
    assert up_with in ({before} if broken else {before, version})
    assert "EXT4-fs error" not in pi.sh("journalctl -q -k -o cat")
    pi.sh("systemctl start ikm-kiosk-mend", seconds=600)  # it began by itself; this waits for its end
    assert pi.sh("dpkg --audit", seconds=120) == ""

    pi.sh(UPGRADE, seconds=600)
    settled(pi, seconds=PATIENCE_SECONDS + 400, pause=2)
    sys.stdout.write(f"\nupgraded and judged {time.monotonic() - began:.0f} s after the plug\n")
    assert running(pi) == (before if broken else version)
    assert before in installed(pi)
    kiosk.in_service()
    pi.sh("ikm-kiosk verify", seconds=180)
    kiosk.until_rated(held + 1)  # whoever was thanked before the cut
    kiosk.rate()
    own = pi.status()["journal"]["stream"]  # type: ignore[index]
    numbers = sorted(seq for stream, seq in kiosk.world.evidence() if stream == own)
    assert numbers == list(range(1, len(numbers) + 1)), "nothing is missing"
    assert kiosk.world.alarms() == {"refused": 0, "conflicts": 0}


def _run(*command: str | Path) -> None:
    done = subprocess.run(
        [str(word) for word in command], capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, f"{command}: {done.stdout[-2000:]}{done.stderr[-2000:]}"
