"""The commands of the device: help for a stranger, exit codes, and the doctor's remedies."""

import json
from pathlib import Path

import pytest

from kiosk.__main__ import COMMANDS, main
from kiosk.commands.doctor import patient_of
from kiosk.config import Config
from kiosk.desk.pin import check, set_pin
from kiosk.watch.doctor import examine
from kiosk.watch.patient import BAD, OK
from survey.wire.messages import Settings, pack_settings
from tests.kiosk.rigs import rig
from uplink.journal.identity import Identity


@pytest.fixture(autouse=True)
def _no_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a desktop too: what keeps a kiosk from serving is said on the console where there is no screen."""
    monkeypatch.setenv("SDL_VIDEODRIVER", "none-here")


def findings(home: Path, *, simulate: bool = True) -> dict[str, str]:
    return {found.check: found.state for found in examine(patient_of(home, Config(), simulate=simulate))}


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_explains_itself(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([command, "--help"])
    assert ended.value.code == 0
    assert "usage: ikm-kiosk" in capsys.readouterr().out


def test_without_a_command_the_commands_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([])
    assert ended.value.code == 2
    assert "COMMAND" in capsys.readouterr().err


def test_status_tells_people_and_programs(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with rig(home) as kiosk:
        kiosk.press(3)
    assert main(["status", "--home", str(home)]) == 0
    assert "k-0001 of Balai Desa Sukamaju" in capsys.readouterr().out
    assert main(["status", "--json", "--home", str(home)]) == 0
    status = json.loads(capsys.readouterr().out)
    assert status["journal"]["waiting"] == status["journal"]["head"] > 1
    assert status["journal"]["confirmed"] == 0


def test_status_of_nothing_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status", "--home", str(tmp_path)]) == 1
    assert "ikm-kiosk enrol" in capsys.readouterr().err


def test_a_kiosk_without_pins_refuses_to_start_and_names_the_way_out(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", "--home", str(home)]) == 1
    assert "--simulate" in capsys.readouterr().err


def test_a_bad_configuration_stops_every_command(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "kiosk.toml"
    config.write_text("[panel]\nglitch_ms = -1\n")
    for command in (["run"], ["uplink"], ["simulate", "--visitors", "1"], ["status"], ["doctor"]):
        assert main([*command, "--home", str(home), "--config", str(config)]) == 78
        assert "panel.glitch_ms = -1" in capsys.readouterr().err


def test_the_pin_is_set_from_a_file(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "pin"
    file.write_text("2580\n")
    assert main(["pin", "--home", str(home), "--pin-file", str(file)]) == 0
    assert check(home, "2580")


def test_a_weak_pin_is_refused(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "pin"
    file.write_text("1111\n")
    assert main(["pin", "--home", str(home), "--pin-file", str(file)]) == 1
    assert "equal or consecutive" in capsys.readouterr().err


# -- the doctor


def test_a_healthy_kiosk_gets_exit_code_0(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    set_pin(home, "2580")
    with rig(home) as kiosk:
        kiosk.press(3)
    code = main(["doctor", "--simulate", "--home", str(home)])
    said = capsys.readouterr().out
    assert "BAD" not in said
    assert code in (0, 1), "the disk and heat of the machine that tests are its own"
    states = findings(home)
    assert (states["enrolment"], states["journal"], states["pin"], states["buttons"]) == (OK, OK, OK, OK)


def test_each_trouble_has_a_remedy(home: Path, tmp_path: Path) -> None:
    nowhere = examine(patient_of(tmp_path / "nowhere", Config(), simulate=True))
    for found in (*nowhere, *examine(patient_of(home, Config(), simulate=False))):
        assert found.state == OK or found.remedy, found


def test_a_key_that_others_can_read_is_found(home: Path) -> None:
    (home / "kiosk" / "identity" / "signing.key").chmod(0o644)
    assert findings(home)["signing key"] == BAD


def test_a_swapped_key_is_found(home: Path) -> None:
    (home / "kiosk" / "identity" / "signing.key").unlink()
    Identity.create(home)
    assert findings(home)["enrolment"] == BAD


def test_missing_pins_are_found_and_the_exit_code_says_so(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["doctor", "--json", "--home", str(home)]) == 2
    found = json.loads(capsys.readouterr().out)
    assert any(one["state"] == "bad" and "lgpio" in one["fact"] for one in found)


def test_refused_and_foreign_settings_are_found(home: Path, collector: Identity) -> None:
    path = home / "uplink" / "settings"
    path.parent.mkdir()
    path.write_bytes(pack_settings(Settings("k-0001", 1, {"volume_percent": 900}), collector.sign))
    assert findings(home)["settings"] == "warn"
    path.write_bytes(b"nonsense")
    assert findings(home)["settings"] == BAD
