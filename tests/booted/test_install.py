"""`install.sh kiosk` on machines on which something is not as it should be, and what it leaves on one where all is well."""

import re

import pytest

from tests.booted.machine import Machine
from tests.booted.versions import FIRST

pytestmark = pytest.mark.booted

SAID = {
    "not root": "run it with sudo",
    "full card": r"the card is full: \d+ MB are free for /opt, and 500 are needed; make room",
    "no file": "/root/none cannot be read: write the code into it",
    "wrong code": "is not the collector that made this code: compare every letter.*The code was not sent",
    "short code": "this is no enrolment code: a code has 26 letters and digits, this one has .*; compare it",
    "wrong name": "the name in https://nowhere.example is not known: is there a network",
    "no network": "https://127.0.0.1:9 does not answer .*: is there a network.*run this again with the same code",
    "no code given": "there is no code, and without it no collector is believed: write it into a file",
    "no packages": "/srv holds no packages: name the folder",
    "wrong clock": r"this machine's clock says 2020-01-01 \d\d:\d\d UTC and the collector's 20\d\d-.*sudo date -u -s '20",
    "old system": "a kiosk needs Raspberry Pi OS or Debian, Bookworm or Trixie",
}


@pytest.mark.parametrize("what", SAID)
def test_whatever_stands_in_the_way_is_said_in_one_sentence_with_its_remedy(
    machine: Machine, what: str
) -> None:
    said = machine.installs[what].strip()
    assert re.search(SAID[what], said), said
    assert len(said.splitlines()) == 1, said
    assert said.startswith("install: ")


def test_no_code_is_ever_repeated(machine: Machine) -> None:
    code = machine.box.sh("cat /root/code").strip()
    for part in code.split("-"):
        assert part not in "".join(machine.installs.values())


def test_an_interrupted_installation_is_finished_by_the_next_run(machine: Machine) -> None:
    assert "ii  ikm-kiosk\n" not in machine.installs["interrupted"]
    assert "not enrolled yet; the screen says so" in machine.installs["no code"]


def test_run_again_it_changes_nothing(machine: Machine) -> None:
    box = machine.box
    kiosk = box.show("ikm-kiosk", "InvocationID")
    said = box.sh(
        "cd /srv/checkout && ./install.sh kiosk --collector https://collector.example --code-file /root/code",
        seconds=120,
    )
    assert "this machine is enrolled already" in said
    assert said.endswith("install: in service\n")
    assert box.show("ikm-kiosk", "InvocationID") == kiosk


HELD = """
import fcntl, pathlib, time
with open("/var/lib/dpkg/lock-frontend", "w") as lock:
    fcntl.lockf(lock, fcntl.LOCK_EX)
    pathlib.Path("/run/held").touch()
    for _ in range(600):
        if "waiting for it" in pathlib.Path("/run/said").read_text():
            break
        time.sleep(0.1)
"""
"""Another apt at work, for as long as nobody has noticed it."""


def test_another_apt_at_work_is_waited_for(machine: Machine) -> None:
    said = machine.box.sh(
        f"rm -f /run/held; : >/run/said; python3 -c '{HELD}' & until [ -e /run/held ]; do sleep 0.1; done\n"
        "cd /srv/checkout && ./install.sh kiosk --collector https://collector.example >/run/said 2>&1; cat /run/said",
        seconds=120,
    )
    assert "another program is installing something: waiting for it" in said
    assert said.endswith("install: in service\n")


def test_the_collectors_packages_are_believed_by_its_key_and_authority_alone(machine: Machine) -> None:
    box = machine.box
    source = box.sh("cat /etc/apt/sources.list.d/ikm*.sources")
    assert f"URIs: https://collector.example/apt/{box.suite}/\n" in source
    assert "Signed-By: /etc/apt/keyrings/ikm.gpg" in source
    assert (
        "collector.example"
        in box.sh("apt-get update 2>&1; apt-cache policy ikm-kiosk").split("Version table")[1]
    )
    # Signed by somebody else, nothing is taken; nor from a server that only looks like this one.
    box.sh(
        f"cp -r {machine.versions.folder} /root/kept && packaging() {{ /srv/checkout/packaging/repository {machine.versions.folder} /root/strangers; }}; packaging"
    )
    try:
        assert "NO_PUBKEY" in box.sh("apt-get update 2>&1", check=False) or "Missing key" in box.sh(
            "apt-get update 2>&1", check=False
        )
    finally:
        box.sh(
            f"rm -r {machine.versions.folder} && mv /root/kept {machine.versions.folder}; apt-get update -qq"
        )
    box.sh("mv /etc/ikm-kiosk/ca.crt /root/")
    try:
        assert "certificate" in box.sh("apt-get update 2>&1", check=False)
    finally:
        box.sh("mv /root/ca.crt /etc/ikm-kiosk/; apt-get update -qq")


def test_a_clock_behind_the_signature_does_not_stop_updates(machine: Machine) -> None:
    """Over HTTPS the certificate must be valid, too, and it was made days before; a stick has none."""
    source = "/etc/apt/sources.list.d/ikm*.sources"
    behind = "rm -rf /var/lib/apt/lists/*; faketime -f -2h apt-get update 2>&1"
    machine.versions.publish(FIRST)  # signed now
    said = machine.box.sh(
        f"sed -i '/Check-Date/d' {source}; {behind}; sed -i '$a Check-Date: no' {source}", check=False
    )
    assert "not valid yet" in said, "this is no clock behind the signature's date"
    said = machine.box.sh(behind)
    assert not re.search("^[EW]:", said, re.MULTILINE), said


def test_the_system_around_it_is_set_up(machine: Machine) -> None:
    box = machine.box
    assert box.sh("systemctl is-enabled getty@tty1.service", check=False).strip() == "masked"
    assert "autoconnect-retries-default=0" in box.sh("cat /usr/lib/NetworkManager/conf.d/90-ikm-kiosk.conf")
    assert "SystemMaxUse=64M" in box.sh("systemd-analyze cat-config systemd/journald.conf")
    assert "RuntimeWatchdogSec=15" in box.sh("systemd-analyze cat-config systemd/system.conf")
    assert 'APT::Periodic::Unattended-Upgrade "1"' in box.sh("apt-config dump")
    assert box.sh("apt-config dump | grep Origins-Pattern::").strip() == (
        'Unattended-Upgrade::Origins-Pattern:: "origin=ikm";'
    )
    assert box.sh("stat -c '%U:%G %a' /etc/ikm-kiosk/hotspot").strip() == "root:ikm 640"
    assert box.fails("runuser -u nobody -- cat /etc/ikm-kiosk/hotspot").count("Permission denied") == 1
    name = box.sh("runuser -u ikm-kiosk -- head -n 1 /etc/ikm-kiosk/hotspot").strip()
    assert name.startswith("ikm-kios-"), "the desk reads it"
    groups = box.sh("id -nG ikm-kiosk").split()
    assert {"ikm", "video", "render", "input", "gpio", "audio", "tty"} <= set(groups)
