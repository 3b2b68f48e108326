"""What can be seen in the unit files without a machine to run them on."""

import re
import subprocess
from pathlib import Path

import pytest

UNITS = sorted((Path(__file__).resolve().parent.parent / "systemd").glob("*.service"))


def words(unit: Path, key: str) -> set[str]:
    """All words of a key, which may stand in several lines."""
    return {
        word for line in re.findall(rf"^{key}=(.*)$", unit.read_text(), re.MULTILINE) for word in line.split()
    }


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.stem)
def test_what_a_unit_conflicts_with_is_gone_before_it_starts(unit: Path) -> None:
    """`Conflicts=` orders nothing: a console on its way out hung up the kiosk's terminal while that was starting."""
    assert words(unit, "Conflicts") <= words(unit, "After")


FACE = Path(__file__).resolve().parent.parent / "packaging/kiosk/root/usr/lib/ikm-kiosk/face"


def test_where_nothing_draws_there_are_words_on_the_console(tmp_path: Path) -> None:
    """Asked for before each start and after each stop, and never a reason not to start."""
    unit = (FACE.parents[6] / "systemd" / "ikm-kiosk.service").read_text()
    asked = f"-/{FACE.relative_to(FACE.parents[3])}"
    assert f"ExecStartPre={asked}\n" in unit
    assert f"ExecStopPost={asked}\n" in unit
    terminal = tmp_path / "tty"
    terminal.touch()
    subprocess.run([FACE, terminal], check=True)
    said = terminal.read_text()
    assert "KIOS SEDANG DIMULAI" in said
    assert "formulir kertas" in said
    assert max(len(line) for line in said.splitlines()) < 80, "a console of the smallest screen"
    assert said.startswith("\033[2J"), "what stood there before is gone"
    subprocess.run([FACE, tmp_path / "nowhere"], check=True)


def test_the_broker_may_open_as_many_files_as_it_lets_kiosks_connect() -> None:
    """By itself systemd gives it 1,024, whatever its configuration says."""
    root = UNITS[0].parent.parent
    more = (root / "packaging/collector/root/usr/lib/systemd/system/mosquitto.service.d/ikm.conf").read_text()
    wanted = (root / "collector/console/management/commands/broker_files.py").read_text()
    files, kiosks = (
        re.search(r"^LimitNOFILE=(\d+)$", more, re.MULTILINE),
        re.search(r"^max_connections (\d+)$", wanted, re.MULTILINE),
    )
    assert files is not None
    assert kiosks is not None
    assert int(files[1]) > int(kiosks[1]) >= 84_000
