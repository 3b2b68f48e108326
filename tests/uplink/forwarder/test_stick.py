"""A stick that asks is served once each time it appears."""

import os
import shutil
from pathlib import Path

import pytest

from survey.wire.carriage import MARKER
from tests.uplink.fakes import Home, fill
from uplink.forwarder.stick import StickWatcher


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "home")
    home.enrol()
    journal = home.journal()
    fill(journal, 3)
    journal.close()
    return home


def test_only_a_stick_with_the_marker_is_written_to(home: Home, tmp_path: Path) -> None:
    (tmp_path / "media" / "holiday").mkdir(parents=True)
    asking = tmp_path / "media" / "ikm"
    asking.mkdir()
    (asking / MARKER).touch()
    watcher = StickWatcher(home.folder, (tmp_path / "media" / "*",))
    watcher.look()
    assert "3 records written" in watcher.said
    assert [path.name for path in (tmp_path / "media" / "holiday").iterdir()] == []
    (folder,) = (path for path in asking.iterdir() if path.is_dir())
    assert folder.name.endswith("-1-3")


def test_it_is_served_again_after_it_was_pulled_out(home: Home, tmp_path: Path) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    (stick / MARKER).touch()
    watcher = StickWatcher(home.folder, (stick,))
    watcher.look()
    (folder,) = (path for path in stick.iterdir() if path.is_dir())
    shutil.rmtree(folder)
    watcher.look()
    assert not folder.exists(), "once is enough while it is in"
    (stick / MARKER).unlink()
    watcher.look()
    assert watcher.said == ""
    (stick / MARKER).touch()
    watcher.look()
    assert folder.exists()


def test_a_stick_that_cannot_be_written_is_told_and_stops_nothing(home: Home, tmp_path: Path) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    (stick / MARKER).touch()
    (stick / ".ikm-k-0001-part").write_text("in the way")
    watcher = StickWatcher(home.folder, (stick,))
    watcher.look()
    assert "cannot be written" in watcher.said


def test_a_marker_that_is_a_link_or_a_pipe_asks_for_nothing(home: Home, tmp_path: Path) -> None:
    linked, piped = tmp_path / "linked", tmp_path / "piped"
    linked.mkdir()
    piped.mkdir()
    (linked / MARKER).symlink_to("/etc/passwd")
    os.mkfifo(piped / MARKER)
    watcher = StickWatcher(home.folder, (linked, piped))
    watcher.look()
    assert watcher.said == ""
    assert len(list(linked.iterdir())) == 1
