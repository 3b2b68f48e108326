"""The data's partition locked as the guide for installing says: a key on the card, then a passphrase by hand; each over a pulled plug."""

import re
import sys
from collections.abc import Iterator

import pytest

from tests.booted.box import ROOT
from tests.vm.kiosk import EmulatedKiosk
from tests.vm.pi import HOST
from tests.world import COLLECTOR

pytestmark = [pytest.mark.vm, pytest.mark.long]

HOME = "/var/lib/ikm-kiosk"
LATE_SECONDS = 100
"""After so long the disk opens: longer than the 90 s for which systemd waits for a disk."""
LATER = "/etc/systemd/system/systemd-cryptsetup@ikmdata.service.d"
LATE = f"""
mkdir -p {LATER}
printf '[Service]\\nExecStartPre=/bin/sleep {LATE_SECONDS}\\n' >{LATER}/late.conf
sync
"""
PASSPHRASE = "sawah hijau di pagi hari"


def blocks() -> list[list[str]]:
    """The commands of the guide: with a key on the card, a passphrase in its place, and each time it is switched on."""
    text = (ROOT / "docs" / "panduan-pemasangan.md").read_text()
    return [block.splitlines() for block in re.findall(r"^```sh\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)]


def type_in(kiosk: EmulatedKiosk, lines: list[str]) -> None:
    """Type them, and the passphrase wherever one is asked for."""
    for line in lines:
        command = line.removeprefix("sudo ").replace("/dev/sda1", "/dev/vdc")
        asks = "luksAddKey" in line or ("cryptsetup open" in line and "--key-file" not in line)
        kiosk.pi.sh(f"printf '{PASSPHRASE}\\n' | {command}" if asks else command, seconds=180)


@pytest.fixture(scope="module")
def locked(kiosk: EmulatedKiosk) -> Iterator[EmulatedKiosk]:
    """The machine enrolled anew on a locked disk, with the key on its card; afterwards the kiosk that it was."""
    pi = kiosk.pi
    pi.sh(
        f"systemctl stop ikm-kiosk ikm-uplink; mv {HOME} /var/lib/other; cp /etc/fstab /root/; sync",
        seconds=120,
    )
    with_key, *_ = blocks()
    assert "apt-get install cryptsetup" in with_key[0]  # it is on this disk already
    type_in(kiosk, with_key[1:])
    code = kiosk.world.ask(COLLECTOR, "enrol", "--unit", "sukamaju").split()[-1]
    address = f"http://{HOST}:{kiosk.world.web_port}"
    pi.sh(f"ikm-kiosk enrol {code} --collector {address}; systemctl start ikm-kiosk ikm-uplink", seconds=240)
    kiosk.in_service()
    yield kiosk
    pi.sh(
        f"systemctl stop ikm-kiosk ikm-uplink; umount {HOME}; cryptsetup close ikmdata; cp /root/fstab /etc/; rm -rf /etc/crypttab {LATER}\n"
        f"systemctl daemon-reload; rmdir {HOME}; mv /var/lib/other {HOME}; systemctl start ikm-kiosk ikm-uplink",
        seconds=300,
    )
    kiosk.in_service()


def test_after_a_cut_the_key_on_the_card_opens_the_disk_however_late(locked: EmulatedKiosk) -> None:
    kiosk, pi = locked, locked.pi
    kiosk.rate()
    held = kiosk.ratings()
    pi.sh(LATE)
    pi.pull_the_plug()
    booted = pi.start()
    seconds = kiosk.in_service()  # by itself
    sys.stdout.write(f"\nopened {LATE_SECONDS} s late: in service {booted + seconds:.0f} s after the plug\n")
    assert "/dev/mapper/ikmdata" in pi.sh(f"findmnt {HOME}")
    mounted, began = (
        int(pi.show(unit, "ActiveEnterTimestampMonotonic")) // 1_000_000
        for unit in (r"'var-lib-ikm\x2dkiosk.mount'", "basic.target")
    )
    sys.stdout.write(
        f"\nmounted {mounted} s after the kernel's start, {mounted - began} s after basic.target\n"
    )
    assert mounted > LATE_SECONDS
    pi.sh("ikm-kiosk verify", seconds=120)
    kiosk.rate()
    assert kiosk.ratings() == held + 1


def test_with_a_passphrase_it_stays_locked_until_somebody_types_it(locked: EmulatedKiosk) -> None:
    kiosk, pi = locked, locked.pi
    _, with_passphrase, each_time = blocks()
    held = kiosk.ratings()
    stream = str(pi.status()["journal"]["stream"])  # type: ignore[index]
    pi.sh(f"grep -qr {stream} {HOME}")
    type_in(kiosk, with_passphrase)
    pi.sh("sync")
    pi.pull_the_plug()
    assert stream.encode() not in pi.second_disk.read_bytes(), "it lies on the disk for everybody to read"

    pi.start()
    pi.until(
        lambda: f"{HOME} is not mounted" in pi.show("ikm-kiosk", "StatusText"),
        what="the kiosk says what is missing", seconds=240, pause=2,
    )  # fmt: skip
    assert pi.sh(f"ls -A {HOME}") == "", "nothing is written into the folder in its place"
    pi.fails("printf 'another\\n' | cryptsetup open /dev/vdc ikmdata")
    type_in(kiosk, each_time)
    kiosk.in_service()  # without mounting or restarting anything by hand
    kiosk.rate()
    pi.sh("ikm-kiosk verify", seconds=120)
    assert kiosk.ratings() == held + 1
