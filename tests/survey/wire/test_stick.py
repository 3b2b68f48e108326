"""A prepared stick: nothing but regular files is opened, nothing is written into what lay there, and nothing hangs."""

import os
import socket
import threading
from pathlib import Path

import pytest

from survey.wire import stick as sticks
from survey.wire.stick import (
    CHANGED,
    MAX_DEPTH,
    NO_FILE,
    STRANGE_NAME,
    TOO_DEEP,
    TOO_LARGE,
    TOO_MANY,
    UNREADABLE,
    Skipped,
    opened_stick,
    read_regular,
)


@pytest.fixture(autouse=True)
def watchdog() -> object:
    """End the whole run where something hangs: that is what these tests are about."""
    timer = threading.Timer(60, os.abort)
    timer.start()
    yield
    timer.cancel()


def code_of(path: Path, *, limit: int = 100) -> str:
    with pytest.raises(Skipped) as skipped:
        read_regular(path, limit=limit)
    return skipped.value.code


def prepare(folder: Path) -> None:
    """Put one of everything into a folder, under names that are looked for."""
    (folder / "link.ikm").symlink_to("/etc/passwd")
    (folder / "loop.ikm").symlink_to("loop.ikm")
    (folder / "away").symlink_to("/etc")
    os.mkfifo(folder / "pipe.ikm")
    (folder / "folder.ikm").mkdir()
    (folder / "folder.ikm" / "inner.ikm").write_bytes(b"inner")
    socket.socket(socket.AF_UNIX).bind(str(folder / "socket.ikm"))
    (folder / "evil\x1b[2Jname.ikm").write_bytes(b"x")
    (folder / "\u202emki.exe.ikm").write_bytes(b"x")
    (folder / "line\nend.ikm").write_bytes(b"x")
    (folder / "true.ikm").write_bytes(b"true")


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_of_everything_a_stick_can_hold_only_files_are_found(tmp_path: Path) -> None:
    prepare(tmp_path)
    with opened_stick(tmp_path) as stick:
        folders = stick.folders(".ikm")
        assert [(one.path, one.files) for one in folders] == [((), ["true.ikm"])]
        assert stick.read((), "true.ikm", limit=4) == b"true"
        found = {(one.name, one.code) for one in stick.skipped}
    assert found == {
        ("link.ikm", NO_FILE),
        ("loop.ikm", NO_FILE),
        ("away", NO_FILE),
        ("pipe.ikm", NO_FILE),
        ("folder.ikm", NO_FILE),
        ("socket.ikm", NO_FILE),
        ("evil\x1b[2Jname.ikm", STRANGE_NAME),
        ("\u202emki.exe.ikm", STRANGE_NAME),
        ("line\nend.ikm", STRANGE_NAME),
    }
    assert all(str(one).isprintable() for one in stick.skipped)


def test_what_becomes_a_link_after_it_was_found_is_not_followed(tmp_path: Path) -> None:
    inner = tmp_path / "folder"
    inner.mkdir()
    (inner / "a.ikm").write_bytes(b"a")
    with opened_stick(tmp_path) as stick:
        assert len(stick.folders(".ikm")) == 1
        (inner / "a.ikm").unlink()
        inner.rmdir()
        secret = tmp_path / "secret"
        secret.mkdir()
        (secret / "a.ikm").write_bytes(b"secret")
        inner.symlink_to(secret)
        with pytest.raises(Skipped) as skipped:
            stick.read(("folder",), "a.ikm", limit=10)
    assert skipped.value.code == UNREADABLE


def test_a_file_is_read_within_bounds(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"x" * 100)
    assert read_regular(path, limit=100) == b"x" * 100
    assert code_of(path, limit=99) == TOO_LARGE
    with path.open("wb") as sparse:
        sparse.truncate(1 << 40)
    assert code_of(path) == TOO_LARGE
    assert code_of(tmp_path / "none") == UNREADABLE
    assert code_of(Path("/dev/zero")) == NO_FILE
    assert code_of(Path("/proc/self/status")) == CHANGED, "it says it is empty, and has content"


def test_a_file_that_grows_while_it_is_read_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"begin")
    read = os.read

    def growing(handle: int, most: int) -> bytes:
        with path.open("ab") as file:
            file.write(b"more")
        return read(handle, most)

    monkeypatch.setattr(sticks.os, "read", growing)
    assert code_of(path) == CHANGED


def test_depth_and_number_have_bounds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deep = tmp_path
    for _ in range(MAX_DEPTH + 2):
        deep = deep / "d"
        deep.mkdir()
        (deep / "a.ikm").write_bytes(b"a")
    with opened_stick(tmp_path) as stick:
        assert len(stick.folders(".ikm")) == MAX_DEPTH
        assert [one.code for one in stick.skipped] == [TOO_DEEP]
    monkeypatch.setattr(sticks, "MAX_NAMES", 3)
    with opened_stick(tmp_path) as stick:
        stick.folders(".ikm")
        assert [one.code for one in stick.skipped] == [TOO_MANY]


def test_a_new_file_replaces_a_prepared_link_and_writes_into_nothing(tmp_path: Path) -> None:
    root, victim = tmp_path / "root", tmp_path / "victim"
    root.mkdir()
    victim.write_bytes(b"a key")
    (root / "out").mkdir()
    (root / "out" / "a").symlink_to(victim)
    os.link(victim, root / "out" / "b")
    os.mkfifo(root / "out" / "c")
    with opened_stick(root) as stick:
        for name in "abcd":
            stick.write("out", name, name.encode())
    assert victim.read_bytes() == b"a key"
    for name in "abcd":
        path = root / "out" / name
        assert (path.is_symlink(), path.read_bytes()) == (False, name.encode())
    assert sorted(path.name for path in (root / "out").iterdir()) == ["a", "b", "c", "d"]


def test_a_folder_that_is_a_link_or_a_file_is_not_written_to(tmp_path: Path) -> None:
    root, elsewhere = tmp_path / "root", tmp_path / "elsewhere"
    root.mkdir()
    elsewhere.mkdir()
    (root / "out").symlink_to(elsewhere)
    (root / "file").write_bytes(b"")
    (root / "taken" / "a").mkdir(parents=True)
    with opened_stick(root) as stick:
        for folder in ("out", "file", "taken"):
            with pytest.raises(OSError, match=r"Not a dir|Too many|Is a dir"):
                stick.write(folder, "a", b"x")
    assert list(elsewhere.iterdir()) == []
    assert [path.name for path in (root / "taken").iterdir()] == ["a"], "nothing half-written is left behind"


def test_the_root_is_no_link(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("/etc")
    with pytest.raises(OSError, match=r"Not a dir|Too many"), opened_stick(tmp_path / "link"):
        pass
