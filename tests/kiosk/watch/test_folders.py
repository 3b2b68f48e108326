"""The kiosk's folders: their owners, and a partition that is not there."""

import os
import pwd
from pathlib import Path

import pytest

from hardware.simulator import SimulatedPanel
from kiosk.config import Config
from kiosk.errors import KioskError
from kiosk.watch import folders
from kiosk.watch.doctor import examine
from kiosk.watch.patient import BAD, Patient


def somebody(name: str, number: int) -> pwd.struct_passwd:
    return pwd.struct_passwd((name, "x", number, number, "", "/", "/bin/false"))


def known(*, kiosk: int, uplink: int) -> dict[str, pwd.struct_passwd]:
    return {"ikm-kiosk": somebody("ikm-kiosk", kiosk), "ikm-uplink": somebody("ikm-uplink", uplink)}


def test_without_the_two_users_everything_is_ours(tmp_path: Path) -> None:
    folders.make(tmp_path / "home", {})
    assert (tmp_path / "home" / "uplink").is_dir()
    assert list(folders.misplaced(tmp_path / "home", {})) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give folders away")
def test_each_folder_is_made_for_its_user(tmp_path: Path) -> None:
    home = tmp_path / "home"
    folders.make(home, known(kiosk=12_345, uplink=12_346))
    assert (home.stat().st_uid, (home / "uplink").stat().st_uid) == (12_345, 12_346)
    assert list(folders.misplaced(home, known(kiosk=12_345, uplink=12_346))) == []


def test_what_lies_in_the_uplinks_folder_is_its_own(tmp_path: Path) -> None:
    us = os.geteuid()
    (tmp_path / "uplink" / "broker").mkdir(parents=True)
    assert list(folders.misplaced(tmp_path, known(kiosk=us, uplink=us))) == []
    assert list(folders.misplaced(tmp_path, known(kiosk=us, uplink=us + 1))) == [
        (tmp_path / "uplink", "ikm-uplink")
    ]
    assert list(folders.misplaced(tmp_path, known(kiosk=us + 1, uplink=us))) == [(tmp_path, "ikm-kiosk")]


@pytest.mark.parametrize(
    "line,mounted,missing",
    [
        ("LABEL=data {home} ext4 defaults 0 2", False, True),
        ("LABEL=data {parent} ext4 nofail 0 2", False, True),
        ("LABEL=data {home} ext4 defaults 0 2", True, False),
        ("# LABEL=data {home} ext4 defaults 0 2", False, False),
        ("LABEL=data {home}/journal ext4 defaults 0 2", False, False),
        ("/dev/mmcblk0p2 / ext4 defaults 0 1", False, False),
        ("{home}", False, False),
        ("", False, False),
    ],
)
def test_a_partition_that_is_not_mounted_is_named(
    tmp_path: Path, line: str, mounted: bool, missing: bool
) -> None:
    home = tmp_path / "var" / "kiosk"
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc" / "fstab").write_text(line.format(home=home, parent=home.parent) + "\n")
    said = folders.unmounted(home, root=tmp_path, is_mount=lambda _: mounted)
    assert ("is not mounted" in said) == missing


def test_the_doctor_names_a_partition_that_is_not_mounted(tmp_path: Path) -> None:
    home = tmp_path / "kiosk"
    home.mkdir()
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc" / "fstab").write_text(f"LABEL=data {home} ext4 nofail 0 2\n")
    patient = Patient(
        home,
        Config(),
        has_pin=lambda _home: False,
        open_panel=lambda _config: SimulatedPanel(),
        simulate=True,
        root=tmp_path,
    )
    first = examine(patient)[0]
    assert (first.check, first.state, "LABEL=data" in first.fact) == ("folder", BAD, True)


def test_a_folder_that_cannot_be_made_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(KioskError, match="run this as root"):
        folders.make(tmp_path / "file" / "home", {})
