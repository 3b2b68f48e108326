"""Facts of the board, from files as a Raspberry Pi has them."""

from pathlib import Path

import pytest

from hardware.board import Battery, addresses, look, root_is_locked, unreadable_inputs


@pytest.fixture
def pi(tmp_path: Path) -> Path:
    files = {
        "proc/device-tree/model": "Raspberry Pi 4 Model B Rev 1.5\x00",
        "sys/class/thermal/thermal_zone0/temp": "54321\n",
        "sys/devices/platform/soc/soc:firmware/get_throttled": "0x50005\n",
        "proc/meminfo": "MemTotal:  1024000 kB\nMemAvailable:   512000 kB\n",
    }
    for name, content in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return tmp_path


def test_a_pi_tells_model_heat_and_power(pi: Path) -> None:
    facts = look(pi, root=pi)
    assert (facts.model, facts.temperature_c, facts.memory_free_mb) == (
        "Raspberry Pi 4 Model B Rev 1.5",
        54.321,
        512,
    )
    assert (facts.under_voltage, facts.was_under_voltage, facts.throttled) == (True, True, True)


def test_what_another_machine_lacks_is_unknown_not_invented(tmp_path: Path) -> None:
    facts = look(tmp_path, root=tmp_path)
    assert (facts.model, facts.temperature_c, facts.under_voltage, facts.memory_free_mb) == (None,) * 4
    assert 0 <= facts.disk_used_percent <= 100
    assert facts.disk_free_mb > 0


def test_a_battery_is_told_where_the_kernel_measures_one(pi: Path) -> None:
    assert look(pi, root=pi).battery is None
    for name, files in {
        "ADP0": {"type": "Mains", "online": "0"},
        "hidpp_battery_0": {"type": "Battery", "scope": "Device", "capacity": "3", "status": "Discharging"},
        "BAT0": {"type": "Battery", "capacity": "73\n", "status": "Discharging\n"},
        "BAT1": {"type": "Battery", "capacity": "?", "status": "Unknown"},
    }.items():
        folder = pi / "sys/class/power_supply" / name
        folder.mkdir(parents=True)
        for file, content in files.items():
            (folder / file).write_text(content)
    assert look(pi, root=pi).battery == Battery(73, draining=True)


_TRIE = """Local:
  +-- 0.0.0.0/0 3 0 5
     +-- 127.0.0.0/8 2 0 2
        |-- 127.0.0.1
           /32 host LOCAL
     |-- 169.254.7.9
        /32 host LOCAL
     +-- 192.168.1.0/24 2 0 2
        |-- 192.168.1.17
           /32 host LOCAL
        |-- 192.168.1.255
           /32 link BROADCAST
Main:
     |-- 192.168.1.17
        /32 host LOCAL
"""
_SIX = (
    "00000000000000000000000000000001 01 80 10 80       lo\n"
    "fe800000000000000000000000000001 02 40 20 80     eth0\n"
    "20010db8000000000000000000000017 02 40 00 80     eth0\n"
)


@pytest.mark.parametrize(
    "trie,six,found",
    [
        (_TRIE, _SIX, ("192.168.1.17",)),
        (_TRIE.replace("192.168.1.17", "127.0.0.2"), _SIX, ("2001:db8::17",)),
        (_TRIE.replace("192.168.1.17", "127.0.0.2"), "", ()),
    ],
    ids=["both", "only the newer kind", "no network"],
)
def test_addresses_are_those_by_which_others_find_the_machine(
    tmp_path: Path, trie: str, six: str, found: tuple[str, ...]
) -> None:
    (tmp_path / "proc/net").mkdir(parents=True)
    (tmp_path / "proc/net/fib_trie").write_text(trie)
    (tmp_path / "proc/net/if_inet6").write_text(six)
    assert addresses(root=tmp_path) == found


def test_a_machine_that_tells_nothing_of_its_network_has_no_address(tmp_path: Path) -> None:
    assert addresses(root=tmp_path) == ()


def test_a_machine_without_input_devices_says_so(tmp_path: Path) -> None:
    assert unreadable_inputs(tmp_path) is None


def test_readable_input_devices_are_no_fault(tmp_path: Path) -> None:
    device = tmp_path / "dev/input/event0"
    device.parent.mkdir(parents=True)
    device.touch()
    assert unreadable_inputs(tmp_path) == []


@pytest.mark.parametrize(
    "mounts,locked",
    [
        ("/dev/mmcblk0p2 / ext4 rw,noatime 0 0\nproc /proc proc ro 0 0", False),
        ("/dev/mmcblk0p2 / ext4 ro,noatime 0 0\n/dev/mmcblk0p3 /var/lib/ikm-kiosk ext4 rw 0 0", True),
        ("/dev/mmcblk0p2 / ext4 rw 0 0\noverlayroot / overlay rw,lowerdir=/media/root-ro 0 0", True),
        ("/dev/mmcblk0p2 / ext4 rw,errors=remount-ro 0 0", False),
        ("", False),
    ],
    ids=["ordinary", "read-only", "in memory", "would lock itself", "nothing known"],
)
def test_a_system_that_forgets_or_refuses_what_is_written_is_locked(
    mounts: str, locked: bool, tmp_path: Path
) -> None:
    (tmp_path / "proc" / "self").mkdir(parents=True)
    (tmp_path / "proc" / "self" / "mounts").write_text(f"{mounts}\n")
    assert root_is_locked(tmp_path) is locked
