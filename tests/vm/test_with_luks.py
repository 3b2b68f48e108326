"""The data's partition locked as the guide for installing says: a key on the card, then a passphrase by hand; each over a pulled plug."""

import re
from collections.abc import Iterator

import pytest

from tests.booted.box import ROOT
from tests.vm.kiosk import EmulatedKiosk
from tests.vm.pi import HOST
from tests.world import COLLECTOR

pytestmark = [pytest.mark.vm, pytest.mark.long]

HOME = "/var/lib/ikm-kiosk"
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


@pytest.fixture
def unborn(kiosk: EmulatedKiosk) -> Iterator[EmulatedKiosk]:
    """The machine before it is enrolled; afterwards the kiosk that it was."""
    pi = kiosk.pi
    pi.sh(
        f"systemctl stop ikm-kiosk ikm-uplink; mv {HOME} /var/lib/other; cp /etc/fstab /root/; sync",
        seconds=120,
    )
    yield kiosk
    pi.sh(
        f"systemctl stop ikm-kiosk ikm-uplink; umount {HOME}; cryptsetup close ikm-data; cp /root/fstab /etc/; rm -f /etc/crypttab\n"
        f"systemctl daemon-reload; rmdir {HOME}; mv /var/lib/other {HOME}; systemctl start ikm-kiosk ikm-uplink",
        seconds=300,
    )
    kiosk.in_service()


def test_data_lies_locked_and_comes_back_by_the_key_on_the_card_or_by_hand(unborn: EmulatedKiosk) -> None:
    kiosk, pi = unborn, unborn.pi
    with_key, with_passphrase, each_time = blocks()
    assert "apt-get install cryptsetup" in with_key[0]  # it is on this disk already
    type_in(kiosk, with_key[1:])
    code = kiosk.world.ask(COLLECTOR, "enrol", "--unit", "sukamaju").split()[-1]
    address = f"http://{HOST}:{kiosk.world.web_port}"
    pi.sh(f"ikm-kiosk enrol {code} --collector {address}; systemctl start ikm-kiosk ikm-uplink", seconds=240)
    kiosk.in_service()
    kiosk.rate()
    held = kiosk.ratings()

    pi.pull_the_plug()
    pi.start()
    kiosk.in_service()  # by itself
    assert "/dev/mapper/ikm-data" in pi.sh(f"findmnt {HOME}")
    pi.sh("ikm-kiosk verify", seconds=120)
    kiosk.rate()

    stream = str(pi.status()["journal"]["stream"])  # type: ignore[index]
    pi.sh(f"grep -qr {stream} {HOME}")
    type_in(kiosk, with_passphrase)
    pi.pull_the_plug()
    assert stream.encode() not in pi.second_disk.read_bytes(), "it lies on the disk for everybody to read"

    pi.start()
    pi.until(
        lambda: f"{HOME} is not mounted" in pi.show("ikm-kiosk", "StatusText"),
        what="the kiosk says what is missing", seconds=240, pause=2,
    )  # fmt: skip
    assert pi.sh(f"ls -A {HOME}") == "", "nothing is written into the folder in its place"
    pi.fails("printf 'another\\n' | cryptsetup open /dev/vdc ikm-data")
    type_in(kiosk, each_time)
    kiosk.in_service()  # without a restart by hand
    kiosk.rate()
    pi.sh("ikm-kiosk verify", seconds=120)
    assert kiosk.ratings() == held + 2
