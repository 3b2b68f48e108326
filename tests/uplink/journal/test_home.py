"""The folder between the two processes has one owner: nobody else spells its paths, and it gives one answer a question."""

import ast
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.watch.status import look
from survey.wire.carriage import receipt_name
from tests.uplink.fakes import KIOSK, FakeTransport, Home, fill
from tests.uplink.forwarder.test_courier import Trip
from uplink.forwarder.carry_out import export, take_back
from uplink.forwarder.log_inbox import LogSeen
from uplink.forwarder.moving import Told
from uplink.forwarder.status import Progress, StatusBoard
from uplink.journal.acknowledged import Acknowledged
from uplink.journal.home import KioskHome, read_status, write_status
from uplink.journal.reader import JournalReader
from uplink.journal.segments.folder import JournalFolder
from uplink.journal.verify import verify

ROOT = Path(__file__).resolve().parents[3]
OWNERS = {"uplink/journal/home.py", "uplink/journal/segments/folder.py"}
NOT_A_KIOSKS_FOLDER = {("kiosk/rehearsal/demo.py", "kiosk")}
"""The demo's own folder holds the home of its kiosk under this name."""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "home")
    home.enrol()
    return home


# Paths.


def paths() -> list[Path]:
    """Every path that the owners name, relative to the home."""
    home = KioskHome(Path())
    found = [getattr(home, name) for name, value in vars(KioskHome).items() if isinstance(value, property)]
    inside = JournalFolder(home.journal)
    found += [
        getattr(inside, name) for name, value in vars(JournalFolder).items() if isinstance(value, property)
    ]
    return found


def spelt(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """The texts that a module uses as parts of a path, and those that can be nothing else."""
    for node in ast.walk(tree):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
            candidates = [node.left, node.right]
        elif isinstance(node, ast.Call) and _name(node.func) in {"Path", "joinpath", "with_name", "glob"}:
            candidates = list(node.args)
        else:
            candidates = []
        for one in candidates:
            if isinstance(one, ast.Constant) and isinstance(one.value, str):
                yield one.lineno, one.value
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in _UNMISTAKABLE:
            yield node.lineno, node.value


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


_PARTS = {part for path in paths() for part in path.parts}
_UNMISTAKABLE = {part for part in _PARTS if "." in part or "-" in part} - {"ca.crt"} | {
    str(path) for path in paths() if len(path.parts) > 1
}


def test_no_other_module_spells_a_path_of_the_folder() -> None:
    wrong = {
        (str(path.relative_to(ROOT)), text)
        for package in ("survey", "hardware", "uplink", "kiosk")  # the collector has folders of its own
        for path in (ROOT / package).rglob("*.py")
        for _, text in spelt(ast.parse(path.read_text()))
        if text.strip("/") in _PARTS | _UNMISTAKABLE and str(path.relative_to(ROOT)) not in OWNERS
    }
    assert wrong - NOT_A_KIOSKS_FOLDER == set()


@pytest.mark.parametrize(
    "line",
    [
        'x = home / "uplink" / "acknowledged"',
        'x = home / "journal"',
        'x = Path("kiosk", "identity", "pin")',
        'NAME = "signing.key"',
        'x = f"chmod 600 {home}/" + "kiosk/identity/signing.key"',
        'x = folder.joinpath("losses")',
    ],
)
def test_the_walk_finds_a_path_that_is_spelt(line: str) -> None:
    assert {text for _, text in spelt(ast.parse(line))} & (_PARTS | _UNMISTAKABLE)


def test_no_two_things_have_one_path() -> None:
    assert len(set(paths())) == len(paths()) > 20


# How far has the collector confirmed?


def answers(home: Home) -> dict[str, int]:
    """Ask everybody who says how far the collector has confirmed; the journal is opened and closed."""
    journal = home.journal()
    fates = {"journal": journal.confirmed, "journal waiting": journal.head.seq - journal.waiting}
    stream, head = journal.stream, journal.head.seq
    transport = FakeTransport(home.collector)
    transport.cut = True
    trip = Trip(home, transport)
    trip.go(1)
    progress: Progress = trip.courier.progress
    board = StatusBoard(
        home.paths,
        JournalReader(home.paths.journal),
        version="1",
        log_seen=LogSeen,
        held=lambda: (0, 0),
        addresses=lambda: Told("mqtts://broker:8883", "https://ikm"),
        certificate_ends_ms=0,
    )
    fates["courier"] = progress.confirmed
    fates["status board"] = head - board.backlog(progress)
    journal.close()
    fates["status"] = look(home.folder).journal.confirmed
    fates["status waiting"] = head - look(home.folder).journal.waiting
    fates["home"] = home.paths.confirmed(stream, kiosk=KIOSK, verify=home.collector.verify)
    stick = home.folder.parent / "stick"
    stick.mkdir(exist_ok=True)
    fates["take back"] = take_back(home.folder, stick).confirmed
    fates["export"] = export(home.folder, stick).first - 1
    return fates


@pytest.mark.parametrize("network, stick", [(0, 0), (2, 8), (8, 2), (0, 8), (8, 0)])
def test_everybody_gives_one_answer_to_how_far_the_collector_has_confirmed(
    home: Home, network: int, stick: int
) -> None:
    journal = home.journal()
    fill(journal, 10)
    stream = journal.stream
    links = {seq: journal.link_at(seq) for seq in (2, 8)}
    journal.close()
    for path, through in ((home.acknowledged, network), (home.carried, stick)):
        if through:
            home.collector.at_ms -= 60_000  # whose clock was set back: the later receipt is dated before
            Acknowledged(path).store(home.collector.receipt(stream, through=through, link=links[through]))
    assert set(answers(home).values()) == {max(network, stick)}, answers(home)


def test_a_receipt_that_came_back_by_a_stick_counts_everywhere(home: Home) -> None:
    journal = home.journal()
    fill(journal, 10)
    links = {seq: journal.link_at(seq) for seq in (2, 8)}
    stream = journal.stream
    journal.close()
    Acknowledged(home.acknowledged).store(home.collector.receipt(stream, through=2, link=links[2]))
    home.paths.uplink_part.chmod(0o555)
    home.acknowledged.chmod(0o444)
    back = home.folder.parent / "back"
    back.mkdir()
    (back / receipt_name(kiosk=KIOSK, stream=stream)).write_bytes(
        home.collector.receipt(stream, through=8, link=links[8])
    )
    assert take_back(home.folder, back).news
    assert set(answers(home).values()) == {8}


def test_verify_holds_a_journal_against_the_receipt_that_says_most(home: Home) -> None:
    journal = home.journal()
    fill(journal, 10)
    Acknowledged(home.acknowledged).store(
        home.collector.receipt(journal.stream, through=2, link=journal.link_at(2))
    )
    Acknowledged(home.carried).store(
        home.collector.receipt(journal.stream, through=10, link=journal.head.link)
    )
    journal.close()
    assert verify(home.folder).clean
    (path,) = home.paths.journal.glob("*.journal")
    content = path.read_bytes()
    path.write_bytes(content[: content.rindex(b"\n", 0, -1) + 1])
    assert [(one.finding.value, one.first) for one in verify(home.folder).faults] == [("cut", 10)]


# Status files.


def test_a_status_comes_back_as_it_was_written(home: Home) -> None:
    for path in (home.paths.kiosk_status, home.paths.uplink_status):
        write_status(path, {"trouble": "", "confirmed": 8})
        assert read_status(path) == {"trouble": "", "confirmed": 8}
        assert path.stat().st_mode & 0o777 == 0o640
        assert [one.name for one in path.parent.iterdir() if one.suffix == ".new"] == []


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"3", b"\xff", b"[" * 4_000, json.dumps({"x": "y" * 9_000}).encode()]
)
def test_a_status_that_is_no_status_says_nothing(home: Home, content: bytes) -> None:
    assert read_status(home.paths.uplink_status) == {}
    home.paths.uplink_status.write_bytes(content)
    assert read_status(home.paths.uplink_status) == {}
