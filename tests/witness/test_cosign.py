"""A witness by stick, over HTTP, and following a log: it cosigns what goes on, and nothing behind a fork."""

import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from survey.log import tiles, tree
from survey.log.checkpoint import read_checkpoint
from survey.log.cosignature import cosigned_by
from survey.log.note import Note, read_lines
from survey.log.witnessing import Offer
from tests.survey.log.keys import check, log
from witness.cosign import command
from witness.cosign.memory import Memory, NotAWitness
from witness.cosign.server import serve


class Shelf:
    """A log in a folder, as files."""

    def __init__(self, folder: Path, other: str = "") -> None:
        self.folder = folder
        self.size = 0
        self.root = tree.EMPTY_ROOT
        self._other = other
        folder.mkdir(exist_ok=True)

    def add(self, number: int) -> None:
        entries = [
            f"{at}{self._other if at > 2 else ''}".encode() for at in range(self.size, self.size + number)
        ]
        grown = tiles.grow(self.size, entries, lambda tile: (self.folder / tile.path()).read_bytes())
        for tile, content in grown.files.items():
            path = self.folder / tile.path()
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        self.size, self.root = grown.size, grown.root
        (self.folder / "checkpoint").write_text(log().checkpoint(self.size, self.root).note.message())

    def offer(self, old: int) -> Offer:
        def hashes(level: int, begin: int, end: int) -> list[bytes]:
            return tiles.read_hashes(
                lambda tile: (self.folder / tile.path()).read_bytes(), self.size, level, begin, end
            )

        path = tree.consistency_path(old, self.size)
        return Offer(
            old, tuple(tree.proof(path, tiles.subtree_of(hashes))), log().checkpoint(self.size, self.root)
        )


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "log")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    assert (
        command.main([str(tmp_path / "saksi"), "begin", "--name", "saksi.example", "--log", log().key.text()])
        == 0
    )
    return tmp_path / "saksi"


def holds(folder: Path, text: str) -> bool:
    return cosigned_by(read_checkpoint(text.encode()).note, Memory(folder).key, check) is not None


def test_a_stick_goes_there_and_comes_back_cosigned(folder: Path, shelf: Shelf, tmp_path: Path) -> None:
    stick = tmp_path / "stik.txt"
    seen = 0
    for number in (3, 1, 300):
        shelf.add(number)
        stick.write_text(shelf.offer(seen).text())
        assert command.main([str(folder), "cosign", str(stick)]) == command.DONE
        assert holds(folder, stick.read_text())
        seen = shelf.size
    known = Memory(folder).seen
    assert known is not None
    assert known.size == 304


def test_a_fork_is_refused_kept_and_said_for_ever(
    folder: Path, shelf: Shelf, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stick = tmp_path / "stik.txt"
    shelf.add(7)
    stick.write_text(shelf.offer(0).text())
    assert command.main([str(folder), "cosign", str(stick)]) == command.DONE
    forked = Shelf(tmp_path / "lain", other="x")
    forked.add(9)
    stick.write_text(forked.offer(7).text())
    before = stick.read_text()
    assert command.main([str(folder), "cosign", str(stick)]) == command.FORK
    assert stick.read_text() == before, "nothing was signed"
    assert Memory(folder).fork == before
    assert command.main([str(folder), "show"]) == command.FORK
    assert "FORK" in capsys.readouterr().out
    shelf.add(1)
    stick.write_text(shelf.offer(7).text())
    assert command.main([str(folder), "cosign", str(stick)]) == command.DONE, "the history it knows goes on"


def test_what_does_not_go_on_from_what_was_seen_is_refused(
    folder: Path, shelf: Shelf, tmp_path: Path
) -> None:
    stick = tmp_path / "stik.txt"
    shelf.add(7)
    stick.write_text(shelf.offer(3).text())
    assert command.main([str(folder), "cosign", str(stick)]) == command.REFUSED
    stick.write_text("no offer")
    assert command.main([str(folder), "cosign", str(stick)]) == command.UNREADABLE
    assert Memory(folder).seen is None


def test_it_follows_a_log_in_a_folder(folder: Path, shelf: Shelf, tmp_path: Path) -> None:
    out = tmp_path / "titik"
    for number in (5, 600):
        shelf.add(number)
        assert command.main([str(folder), "follow", str(shelf.folder), "--out", str(out)]) == command.DONE
        assert holds(folder, out.read_text())
    forked = Shelf(tmp_path / "lain", other="x")
    forked.add(700)
    assert command.main([str(folder), "follow", str(forked.folder), "--out", str(out)]) == command.FORK
    assert command.main([str(folder), "follow", str(tmp_path / "none")]) == command.UNREADABLE


@pytest.fixture
def address(folder: Path) -> Iterator[str]:
    server = serve(Memory(folder), host="127.0.0.1", port=0)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


def post(address: str, body: bytes, path: str = "/add-checkpoint") -> tuple[int, str, str]:
    request = urllib.request.Request(address + path, data=body, method="POST")
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return answer.status, answer.headers.get_content_type(), answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.headers.get_content_type(), error.read().decode()


def test_it_answers_as_the_specification_has_it(
    folder: Path, shelf: Shelf, address: str, tmp_path: Path
) -> None:
    shelf.add(7)
    status, _, lines = post(address, shelf.offer(0).text().encode())
    note = log().checkpoint(shelf.size, shelf.root).note
    assert status == 200
    assert cosigned_by(Note(note.text, read_lines(lines)), Memory(folder).key, check) is not None
    assert post(address, shelf.offer(0).text().encode())[0] == 200, "the same again"
    shelf.add(2)
    assert post(address, shelf.offer(3).text().encode()) == (409, "text/x.tlog.size", "7\n")
    forked = Shelf(tmp_path / "lain", other="x")
    forked.add(9)
    assert post(address, forked.offer(7).text().encode())[0] == 422
    unsigned = shelf.offer(7).text().replace(" ikm.example/log ", " ikm.example/lgo ")
    assert post(address, unsigned.encode())[0] == 403
    other = shelf.offer(7).text().replace("ikm.example/log\n", "ikm.example/two\n")
    assert post(address, other.encode())[0] == 404
    assert post(address, b"garbage")[0] == 400
    assert post(address, b"x" * 70_000)[0] == 413
    assert post(address, b"", path="/elsewhere")[0] == 404
    assert post(address, shelf.offer(7).text().encode())[0] == 200


def test_a_second_witness_is_not_made_in_the_same_folder(folder: Path) -> None:
    assert (
        command.main([str(folder), "begin", "--name", "x", "--log", log().key.text()]) == command.UNREADABLE
    )
    with pytest.raises(NotAWitness):
        Memory(folder.with_name("none")).key  # noqa: B018 - reading it is the test
