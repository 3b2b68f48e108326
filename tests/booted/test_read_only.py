"""A kiosk whose system can only be read, and one whose system forgets what is written to it: the data's folder alone stays."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.booted.box import Box
from tests.booted.machine import EVER, Machine

pytestmark = pytest.mark.booted

DATA = "/var/lib/ikm-kiosk"
COLLECTORS = (
    "/var/lib/postgresql", "/var/lib/mosquitto", "/var/lib/nginx", "/var/lib/ikm-collector", "/var/lib/ikm-collector-web",
    "/var/lib/ikm-collector-listen", "/var/lib/ikm-keeper", "/var/log/postgresql", "/var/log/mosquitto", "/var/log/nginx",
)  # fmt: skip
"""What the collector in the same box has to write: it stands for a machine elsewhere."""
LOCKED = {"read-only": "--read-only", "in memory": "--volatile=overlay"}
"""The second is what Raspberry Pi OS calls an overlay file system."""


@pytest.fixture(params=["read-only", pytest.param("in memory", marks=pytest.mark.long)])
def locked(machine: Machine, request: pytest.FixtureRequest) -> Iterator[tuple[Box, list[str]]]:
    """The machine with a locked root and an empty data partition; afterwards it is what it was."""
    box = machine.box
    root, kept = box.folder / "root", box.folder / "kept"
    data = kept / "data"
    data.mkdir(parents=True)
    options = [LOCKED[request.param], f"--bind={data}:{DATA}"]
    box.off()
    for folder in COLLECTORS:
        if (root / folder[1:]).is_dir():  # a copy: what lies below the locked root is locked too
            place = kept / folder[1:].replace("/", "-")
            subprocess.run(["cp", "-a", root / folder[1:], place], check=True)
            options.append(f"--bind={place}:{folder}")
    try:
        box.boot(*options)
        yield box, options
    finally:
        box.pull_the_plug()
        shutil.rmtree(kept)
        box.boot()
        machine.in_service()


@pytest.mark.heavy
def test_with_a_locked_root_the_kiosk_enrols_records_sends_and_survives_a_cut(
    machine: Machine, locked: tuple[Box, list[str]]
) -> None:
    box, options = locked
    is_readable_only = options[0] == "--read-only"
    said = box.sh("touch /etc/written /usr/written /var/lib/written", check=False)
    assert ("Read-only file system" in said) == is_readable_only
    assert "locked" in box.sh("ikm-kiosk doctor --simulate", check=False)
    assert "holds no enrolment" in box.show("ikm-kiosk", "StatusText")
    for unit in ("apt-daily", "apt-daily-upgrade"):
        box.sh(f"systemctl start {unit}.service", check=False)
        assert box.show(f"{unit}.service", "Result") == "exec-condition", (
            "nothing new is taken that would be forgotten"
        )

    box.until(machine.answers, what="the collector")
    counted = machine.ratings()
    box.sh(
        "ikm-collector enrol --unit sukamaju 2>/dev/null | ikm-kiosk enrol - --collector https://collector.example",
        seconds=120,
    )
    machine.in_service()
    machine.rate()
    box.sh(f"kill -KILL {box.show('ikm-kiosk', 'MainPID')} {box.show('ikm-uplink', 'MainPID')}")
    machine.in_service()
    machine.rate()
    head = machine.head()

    machine.press()
    box.pull_the_plug()
    box.boot(*options)
    machine.in_service()
    assert box.sh("ls /etc/written 2>/dev/null", check=False) == "", "the system is as it was before"
    box.until(lambda: machine.ratings() == counted + 3, what="what was pressed before the cut")
    machine.rate()
    assert machine.head() > head
    box.sh("ikm-kiosk verify")
    assert machine.ratings() == counted + 4, "0 lost"
    # The kiosk that was here before is away, and its newest records with it; the audit says that too.
    said = box.sh(f"ikm-collector audit --unit sukamaju {EVER}", check=False)
    assert re.search(r"1\.\.(\d+): \1 received, 0 missing; 4 responses", said), said
    assert box.sh("systemctl list-units --failed --no-legend 'ikm-kiosk*' 'ikm-uplink*'") == ""
    sys.stdout.write(f"\n{options[0]}: 4 of 4 received, over a kill and a cut\n")
