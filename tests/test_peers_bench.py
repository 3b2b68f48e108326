"""The counting of `python -m bench.peers`: what is lost and doubled, who worked, and a publisher whose broker dies."""

import os
import socket
import subprocess
import sys
import threading
from pathlib import Path

from bench.peers import Row, after_kills, rows, times
from bench.peers_kinds import flat
from bench.peers_programs import COLUMNS, create
from bench.peers_publisher import Publisher
from bench.peers_tables import PROBE, Held, Table, counting
from bench.peers_turns import Killed, Speed
from bench.spent import processor_seconds, tree, tree_seconds


def test_lost_and_doubled_are_counted_by_identity_and_probes_are_no_answers(tmp_path: Path) -> None:
    table = Table(None, "t", tmp_path)
    count = counting(table)
    assert count() == Held(0, 0)  # no table yet
    table.run(create())
    for one in ("aa", "bb", "bb", "ff", f"{PROBE}-1-1", f"{PROBE}-1-2"):
        table.run(f"INSERT INTO response (id) VALUES ('{one}')")
    held = count()
    assert (held.lost(5), held.doubled) == (2, 1)
    table.run("INSERT INTO response (id) VALUES ('cc')")
    assert count().since(held) == Held(1, 1)


def test_what_kills_cost_is_added_up() -> None:
    row = Row("x", "PostgreSQL", lambda *_: None, 1, "x")  # type: ignore[arg-type,return-value]
    assert after_kills(row) == ["", ""]
    row.kills = [Killed(100, 25, Held(90, 80)), Killed(1_000, 250, Held(1_000, 1_000))]
    assert after_kills(row) == ["20 of 1,100", "10"]


def test_ours_is_held_against_a_peer_round_by_round() -> None:
    ours = Row("ours", "PostgreSQL", lambda *_: None, 1)  # type: ignore[arg-type,return-value]
    peer = Row("x", "PostgreSQL", lambda *_: None, 1, "x")  # type: ignore[arg-type,return-value]
    ours.speeds = [Speed(1, (8, 1, 1), 1), Speed(1, (10, 5, 5), 1), Speed(1, (30, 0, 0), 1)]
    peer.speeds = [Speed(1, (10, 5, 5), 1), Speed(1, (100, 0, 0), 1), Speed(1, (30, 30, 30), 1)]
    assert (times(ours, peer), times(ours, ours)) == ("3.0 ×", "")


def test_every_answer_of_the_messages_is_another_one_and_has_every_column() -> None:
    import json  # noqa: PLC0415 - only here

    single = [json.loads(one) for one in flat(200, array=1)]
    assert len({one["id"] for one in single}) == 200
    assert all(set(one) == set(COLUMNS) and one["id"] < PROBE for one in single)
    assert [one for part in flat(200, array=100) for one in json.loads(part)] == single
    assert {row.engine for row in rows(arrays=True)} == {"PostgreSQL", "SQLite"}


def test_a_program_has_worked_for_what_its_children_did() -> None:
    work = "sum(n * n for n in range(3_000_000))"
    parent = subprocess.Popen(
        [
            sys.executable,
            "-c",
            f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', '{work}'])\nprint(flush=True)\nsys.stdin.read()",
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert parent.stdout is not None
    parent.stdout.readline()
    assert parent.pid in tree(os.getpid())
    assert tree_seconds(parent.pid) > processor_seconds(parent.pid)
    assert tree_seconds(parent.pid, without=parent.pid) == 0
    parent.communicate()
    assert tree(parent.pid) == []


class DyingBroker(threading.Thread):
    """Takes connections; leaves the first after some acknowledgements, and remembers what it acknowledged."""

    def __init__(self, leaves_after: int) -> None:
        super().__init__(daemon=True)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listening.getsockname()[1])
        self._leaves_after = leaves_after
        self.taken: list[bytes] = []
        self.connections = 0

    def run(self) -> None:
        with self._listening:
            while self.connections < 2:
                connection, _ = self._listening.accept()
                self.connections += 1
                with connection, connection.makefile("rb") as stream:
                    while (head := stream.read(2)) and head[0] != 0xE0:
                        rest = stream.read(head[1])
                        if head[0] == 0x10:
                            connection.sendall(b"\x20\x02\x00\x00")
                            continue
                        if self.connections == 1 and len(self.taken) == self._leaves_after:
                            break
                        self.taken.append(rest[5:])
                        connection.sendall(b"\x40\x02" + rest[3:5])


def test_a_publisher_sends_again_what_was_not_acknowledged_and_nothing_else() -> None:
    messages = [("t", b"%04d" % number) for number in range(1_200)]
    broker = DyingBroker(leaves_after=700)
    broker.start()
    with Publisher(broker.port, messages, seconds=20) as publisher:
        broker_seen = threading.Event()
        while not publisher.is_done and publisher.is_alive():
            broker_seen.wait(0.01)
        assert publisher.is_done
    broker.join(timeout=5)
    assert broker.connections == 2
    # What it took without the acknowledgement being read comes twice; nothing is missing, and the order is kept.
    assert sorted(set(broker.taken)) == [payload for _, payload in messages]
    assert broker.taken[:700] == [payload for _, payload in messages[:700]]
