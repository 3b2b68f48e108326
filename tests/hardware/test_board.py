"""Facts of the board, from files as a Raspberry Pi has them."""

from pathlib import Path

import pytest

from hardware.board import look, unreadable_inputs


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


def test_a_machine_without_input_devices_says_so(tmp_path: Path) -> None:
    assert unreadable_inputs(tmp_path) is None


def test_readable_input_devices_are_no_fault(tmp_path: Path) -> None:
    device = tmp_path / "dev/input/event0"
    device.parent.mkdir(parents=True)
    device.touch()
    assert unreadable_inputs(tmp_path) == []
