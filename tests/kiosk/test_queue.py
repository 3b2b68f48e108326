"""A queue system beside the kiosk: what it may say, what becomes of it, and what it can never do."""

import json
import re
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.fitted import queue_door
from kiosk.fitted.queue_door import QueueDoor
from kiosk.keeping.queue import MOST_OFFERED, QueueBoard, Unsaid
from survey.visit.offer import offer
from survey.visit.plan import Called, Counter, OfferedService
from survey.visit.services import unit_called
from survey.visit.state import Step
from survey.wire.crowd import band_of
from tests.survey.visits import Walk, full_plan

ROOT = Path(__file__).resolve().parents[2]
SERVICES = (
    OfferedService("info", "Informasi", unit_name="Pengelola"),
    OfferedService("ktp", "KTP", unit="dukcapil", unit_name="Dukcapil"),
    OfferedService("pajak", "Pajak", unit="samsat", unit_name="Samsat"),
    OfferedService("balik", "Balik nama", unit="samsat", unit_name="Samsat"),
)
COUNTERS = (
    Counter("Informasi", "Lantai 1", number="1"),
    Counter("Dukcapil", "Lantai 1", number="3", unit="dukcapil"),
    Counter("Samsat", "Lantai 2", unit="samsat", number="4"),
    Counter("Musala", "Lantai 2", unit="lain"),
)
PLAN = full_plan(services=SERVICES, counters=COUNTERS, complaint=False)


class Now:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def board() -> QueueBoard:
    made = QueueBoard()
    assert made.told(PLAN, 0.0) is PLAN
    return made


@pytest.fixture
def door(board: QueueBoard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setattr(queue_door, "SECONDS", 0.4)
    opened = QueueDoor(tmp_path / "queue", board, group="no-such-group", now=Now())
    yield tmp_path / "queue"
    opened.close()
    assert not (tmp_path / "queue").exists()


def say(path: Path, request: bytes, *, slowly: bool = False) -> tuple[int, str]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as caller:
        caller.settimeout(10)
        caller.connect(str(path))
        try:
            for at in range(len(request)) if slowly else (0,):
                caller.sendall(request[at : at + 1] if slowly else request)
                if slowly:
                    time.sleep(0.02)
        except BrokenPipeError:
            pass
        answer = b""
        while piece := caller.recv(4096):
            answer += piece
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head.split()[1]), json.loads(body)["code"] if body else ""


def post(path: str, body: object) -> bytes:
    text = body if isinstance(body, bytes) else json.dumps(body).encode()
    return f"POST {path} HTTP/1.1\r\nHost: kiosk\r\nContent-Length: {len(text)}\r\n\r\n".encode() + text


def test_the_documented_lines_work_as_they_stand(door: Path, board: QueueBoard) -> None:
    lines = re.findall(r"^curl .*$", (ROOT / "docs" / "queue.md").read_text(), flags=re.MULTILINE)
    assert len(lines) == 2
    for line in lines:
        done = subprocess.run(
            ["sh", "-c", line.replace("/run/ikm-kiosk/queue", str(door))],
            capture_output=True,
            check=False,
            timeout=20,
        )
        assert done.returncode == 0, done.stderr
    plan = board.told(PLAN, 1000.0)
    assert plan.called == (Called("A-017", "dukcapil"),)
    assert plan.waiting == (("3", 3), ("4", 0))


def test_only_its_own_user_comes_in_where_there_is_no_such_group(door: Path) -> None:
    assert door.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "request_, answer",
    [
        (post("/v1/called", {"ticket": "a-017", "counter": "3"}), (400, "ticket")),
        (post("/v1/called", {"ticket": "A" * 9, "counter": "3"}), (400, "ticket")),
        (post("/v1/called", {"ticket": "A\n1", "counter": "3"}), (400, "ticket")),
        (post("/v1/called", {"ticket": 17, "counter": "3"}), (400, "ticket")),
        (post("/v1/called", {"ticket": "A-1", "counter": "9"}), (404, "counter")),
        (post("/v1/called", {"ticket": "A-1", "counter": ["3"]}), (404, "counter")),
        (post("/v1/called", {"answer": 4}), (400, "ticket")),
        (post("/v1/answer", {"answer": 4}), (404, "path")),
        (post("/v1/waiting", {"waiting": {"3": -1}}), (400, "waiting")),
        (post("/v1/waiting", {"waiting": {"3": True}}), (400, "waiting")),
        (post("/v1/waiting", {"waiting": {"3": 10_000}}), (400, "waiting")),
        (post("/v1/waiting", {"waiting": {"3": 1, "9": 1}}), (404, "counter")),
        (post("/v1/waiting", {"waiting": []}), (400, "waiting")),
        (post("/v1/waiting", b"[" * 3000), (400, "json")),
        (post("/v1/waiting", b"\xff"), (400, "json")),
        (b"GET /v1/waiting HTTP/1.1\r\n\r\n", (405, "method")),
        (b"POST /v1/called HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n", (413, "size")),
        (b"POST /v1/called HTTP/1.1\r\nContent-Length: -4\r\n\r\n", (413, "size")),
        (b"x" * 5000, (413, "size")),
        (b"\r\n\r\n", (413, "size")),
    ],
)
def test_whatever_makes_no_sense_is_refused_and_changes_nothing(
    door: Path, board: QueueBoard, request_: bytes, answer: tuple[int, str]
) -> None:
    assert say(door, request_) == answer
    assert board.told(PLAN, 1000.0) is PLAN


def test_who_dawdles_is_hung_up_on_and_the_next_is_served(door: Path, board: QueueBoard) -> None:
    slow = threading.Thread(
        target=lambda: say(door, post("/v1/called", {"ticket": "B-1", "counter": "3"}), slowly=True)
    )
    slow.start()
    time.sleep(0.1)
    assert say(door, post("/v1/called", {"ticket": "A-1", "counter": "3"})) == (204, "")
    slow.join(10)
    assert [one.ticket for one in board.told(PLAN, 1000.0).called] == ["A-1"]


def test_what_is_old_is_told_no_more_and_a_second_call_moves_a_ticket(board: QueueBoard) -> None:
    for number in range(20):
        board.call(f"A-{number}", "3", now=100.0)
    board.call("A-19", "4", now=110.0)
    plan = board.told(PLAN, 120.0)
    assert plan.called == (Called("A-19", "samsat"), Called("A-18", "dukcapil"), Called("A-17", "dukcapil"))
    assert len(plan.called) == MOST_OFFERED
    assert board.told(plan, 130.0) is plan, "nothing has changed, so nothing is drawn anew"
    assert board.told(plan, 1005.0).called == (Called("A-19", "samsat"),)
    assert board.told(plan, 1010.0).called == ()
    board.wait({"3": 4}, now=0.0)
    assert board.told(PLAN, 599.0).waiting == (("3", 1),)
    assert board.told(PLAN, 600.0).waiting == ()


def test_a_counter_whose_unit_serves_no_more_offers_no_ticket(board: QueueBoard) -> None:
    board.call("M-1", "Musala", now=0.0)
    assert board.told(PLAN, 1.0).called == ()
    board.call("A-1", "3", now=0.0)
    fewer = PLAN._replace(counters=COUNTERS[:1])
    assert board.told(fewer, 1.0) is fewer
    with pytest.raises(Unsaid, match="counter"):
        board.call("A-2", "3", now=0.0)


@pytest.mark.parametrize(
    "number, band", [(0, 0), (1, 1), (4, 1), (5, 2), (9, 2), (10, 3), (19, 3), (20, 4), (999, 4)]
)
def test_how_many_wait_is_a_band(number: int, band: int) -> None:
    assert band_of(number) == band


def test_a_ticket_picks_the_counter_and_no_record_has_it(board: QueueBoard) -> None:
    board.call("A-017", "4", now=0.0)
    plan = board.told(PLAN, 1.0)
    assert unit_called(plan, 1) == 3
    walk = Walk(plan)
    for action in ("answer:3", "accept", "called:1"):
        walk.wait(1)
        walk.choose(action)
    assert (walk.state.step, walk.state.place) == (Step.SERVICE, 3)
    assert offer(walk.plan, walk.state).options == ("service:pajak", "service:balik")
    walk.choose("service:balik")
    while walk.state.step is Step.QUESTION:
        walk.choose("answer:4")
    walk.wait(3600)
    index = walk.responses[-1].response
    assert (index.service, index.unit) == ("balik", "samsat")
    assert "A-017" not in repr(walk.effects)
    assert "A-017" not in repr(walk.state)


def test_a_call_begins_no_visit_and_chooses_nothing(board: QueueBoard) -> None:
    board.call("A-017", "3", now=0.0)
    walk = Walk(board.told(PLAN, 1.0))
    assert walk.state.step is Step.IDLE
    walk.wait(3600)
    assert walk.responses == []
    walk.choose("answer:3")
    walk.choose("accept")
    assert offer(walk.plan, walk.state).options == ("called:1", "within:1", "within:2", "within:3")
    assert walk.state.service is None
