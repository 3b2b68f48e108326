"""Small files and their folders: what root makes belongs to the owner of the folder it lies in."""

import os
from pathlib import Path

import pytest

from uplink.journal.identity import Identity
from uplink.journal.segments.files import make_folder, replace_file

NOBODY = 12_345


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make what belongs to others")
def test_what_root_makes_belongs_to_the_folders_owner(tmp_path: Path) -> None:
    os.chown(tmp_path, NOBODY, NOBODY + 1)
    replace_file(tmp_path / "a" / "b" / "file", b"content")
    Identity.create(tmp_path)
    owners = {(path.stat().st_uid, path.stat().st_gid) for path in tmp_path.rglob("*")}
    assert owners == {(NOBODY, NOBODY + 1)}


def test_folders_that_are_missing_are_made(tmp_path: Path) -> None:
    make_folder(tmp_path / "a" / "b", mode=0o700)
    make_folder(tmp_path / "a" / "b")
    assert (tmp_path / "a" / "b").stat().st_mode & 0o777 == 0o700
