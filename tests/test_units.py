"""What can be seen in the unit files without a machine to run them on."""

import re
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
