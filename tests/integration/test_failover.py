"""A PostgreSQL with a standby: the primary is killed, the standby takes over, and the collector's processes go on by themselves, as their units start them anew."""

import json
import os
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.collector.fake_kiosk import FakeKiosk, skm
from tests.integration.listening import Centre, Sender, counted
from tests.postgres import PrivatePostgres, Standby
from tests.world import COLLECTOR, free_port

pytestmark = [pytest.mark.integration, pytest.mark.long]

BACKLOG = int(os.environ.get("IKM_BACKLOG", "20000"))
KIOSKS = 5
CONFIRMED = "-c synchronous_standby_names=second"


class Kept:
    """A process that is started anew whenever it ends, as its unit says."""

    def __init__(self, centre: Centre, *command: str) -> None:
        self._stopped = threading.Event()
        self._log = (centre.folder / f"{command[0]}.log").open("ab")
        self._command = [str(COLLECTOR), *command]
        self._environment = centre.environment
        self.starts = 0
        self._process = self._start()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def _start(self) -> "subprocess.Popen[bytes]":
        self.starts += 1
        return subprocess.Popen(self._command, env=self._environment, stdout=self._log, stderr=self._log)

    def _look(self) -> None:
        while not self._stopped.wait(0.5):
            if self._process.poll() is not None:
                self._process = self._start()

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join()
        self._process.terminate()
        try:
            self._process.wait(timeout=30)
        except subprocess.TimeoutExpired:  # its commit waits for a standby
            self._process.kill()
            self._process.wait()
        self._log.close()


class Fleet:
    """Two servers, a collector on them, and kiosks with a backlog."""

    def __init__(self, folder: Path, first: PrivatePostgres, *, settings: str = "") -> None:
        self.first = first
        self.second = Standby(first, port=free_port())
        self.address = f"postgresql://{first.user}@{first.place},{self.second.place}/postgres"
        self.centre = Centre(folder, first.url())  # the tables are made before there is a standby
        self.centre.environment["DATABASE_URL"] = self.address
        self.web_port = free_port()
        self.kept: list[Kept] = []
        self.kiosks = [self.centre.enrol() for _ in range(KIOSKS)]
        self.second.__enter__()
        if settings:
            first.stop()
            first.settings = settings
            first.start()
            self.follows()
        self.senders: list[Sender] = []

    def write(self, number: int) -> None:
        for kiosk in self.kiosks:
            for _ in range(number):
                kiosk.record("response", skm(3, visit=kiosk.last))

    def begin(self, *commands: tuple[str, ...]) -> None:
        from collector.trust.keys import verifier  # noqa: PLC0415 - keeps Django out of the collection of tests

        self.kept = [Kept(self.centre, *command) for command in commands]
        verify = verifier(self.centre.collector_key())
        self.senders = [Sender(kiosk, self.centre.port, verify, batch=50) for kiosk in self.kiosks]

    def send(self, until: Callable[[], bool], *, seconds: float = 240) -> bool:
        """Send until that is so; tells whether it came in time."""
        deadline = time.monotonic() + seconds
        while not until():
            if time.monotonic() > deadline:
                return False
            for sender in self.senders:
                sender.step()
            time.sleep(0.05)
        return True

    @property
    def is_drained(self) -> bool:
        return all(sender.mark == sender.kiosk.last for sender in self.senders)

    @property
    def marks(self) -> dict[str, int]:
        return {sender.kiosk.stream: sender.mark for sender in self.senders}

    def follows(self) -> None:
        """Wait until the standby holds what the primary has."""
        deadline = time.monotonic() + 60
        while self.first.ask(
            "SELECT count(*) FROM pg_stat_replication WHERE replay_lsn = pg_current_wal_lsn()"
        ) != [(1,)]:
            assert time.monotonic() < deadline
            time.sleep(0.1)

    def status(self, path: str = "/") -> int:
        return self.asked(path)[0]

    def asked(self, path: str, payload: bytes | None = None) -> tuple[int, str, bytes]:
        """Give status, `Retry-After` and body; status 0 where nobody answers."""
        request = urllib.request.Request(f"http://127.0.0.1:{self.web_port}{path}", data=payload)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return int(answer.status), "", answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, str(error.headers["Retry-After"]), error.read()
        except OSError:
            return 0, "", b""

    def post(self, payload: bytes) -> bool:
        return self.asked("/api/v1/batches", payload)[0] == 200

    def command(self, *words: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [str(COLLECTOR), *words], env=self.centre.environment, capture_output=True, text=True, check=False
        )

    def close(self) -> None:
        for sender in self.senders:
            sender.close()
        for one in self.kept:
            one.stop()
        self.centre.stop()
        self.second.__exit__()


@contextmanager
def fleet(folder: Path, *, settings: str = "") -> Iterator[Fleet]:
    with PrivatePostgres(port=free_port()) as first:
        made = Fleet(folder, first, settings=settings)
        try:
            yield made
        finally:
            made.close()


def through(server: PrivatePostgres) -> dict[str, int]:
    return {str(uid): int(number) for uid, number in server.ask("SELECT uid, through FROM evidence_stream")}


def until(what: Callable[[], bool], *, seconds: float = 120) -> bool:
    deadline = time.monotonic() + seconds
    while not what():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.5)
    return True


def held(kiosks: list[FakeKiosk], centre: Centre, server: PrivatePostgres) -> None:
    """Nothing is lost, nothing counted twice."""
    centre.environment["DATABASE_URL"] = server.url()
    number = sum(kiosk.last for kiosk in kiosks)
    assert counted(centre) == [(number, number)]
    report = centre.ask(str(COLLECTOR), "audit", "--unit", "u", "--period", "2026")
    for kiosk in kiosks:
        assert f"{kiosk.stream[:8]}  1..{kiosk.last}: {kiosk.last} received, 0 missing" in report


def test_a_primary_killed_in_a_backlog_takes_no_receipt_with_it(tmp_path: Path) -> None:
    """With a synchronous standby. Then the old primary comes back while the new one stands, and while it does not."""
    with fleet(tmp_path, settings=CONFIRMED) as world:
        world.write(BACKLOG // KIOSKS)
        world.begin(("listen",), ("serve", "--port", str(world.web_port)), ("work",), ("alert", "run"))
        third = BACKLOG // KIOSKS // 3
        assert until(lambda: world.status() == 200)
        assert world.send(lambda: min(world.marks.values()) > third), "it listens"
        world.first.kill()
        time.sleep(1)
        receipted = world.marks

        # Nobody may be written to or read from: all that is asked meanwhile is told to come again, a kiosk's batch too.
        assert until(lambda: world.status() == 503)
        for path in ("/unit/u/", "/en/", "/api/v1/releases", "/api/v1/verdicts/u"):
            assert world.asked(path)[:2] == (503, "30"), path
        kiosk = world.kiosks[0]
        status, wait, said = world.asked("/api/v1/batches", kiosk.batch(kiosk.last, prev=True))
        assert (status, wait, json.loads(said)["code"]) == (503, "30", "away")

        world.second.promote()
        held_now = through(world.second)
        assert all(held_now.get(stream, 0) >= mark > 0 for stream, mark in receipted.items())
        world.write(50)
        assert world.send(lambda: world.is_drained), world.marks
        # A page may still be at hand; whoever asks the database first makes each process end and start anew.
        assert until(lambda: world.status("/api/v1/releases") == 200)
        assert until(lambda: world.status() == 200)

        # A kiosk on HTTPS is answered too; what it sends again is told from what is new.
        kiosk.record("response", skm(4, visit=kiosk.last))
        assert until(lambda: world.post(kiosk.batch(kiosk.last, prev=True)))

        # The old primary comes back, and takes writing as it always did: nobody writes to it.
        world.first.settings = ""
        world.first.start()
        before = through(world.first)
        for one in world.kept:
            one.stop()
        world.kept = [Kept(world.centre, "listen")]
        world.write(20)
        assert world.send(lambda: world.is_drained)
        assert through(world.first) == before
        assert through(world.second) == {one.stream: one.last for one in world.kiosks}

        # Not even where the new one is away: no writing is better than writing that must be thrown away.
        world.second.stop()
        done = world.command("unit", "add", "--code", "v", "--name", "V", "--region", "18.01")
        assert done.returncode != 0
        assert "old primary" in done.stdout + done.stderr
        world.second.start()
        with pytest.raises(AssertionError, match="pg_ctl ended"):
            world.second.promote()  # a second time there is nothing to promote
        held(world.kiosks, world.centre, world.second)


def test_no_receipt_before_the_standby_has_it_whatever_is_killed_or_cancelled(tmp_path: Path) -> None:
    with fleet(tmp_path, settings=CONFIRMED) as world:
        world.write(5)
        world.begin(("listen",))
        assert world.send(lambda: world.is_drained)
        done = world.marks
        world.second.stop()
        world.write(5)
        assert not world.send(lambda: world.marks != done, seconds=5), "it waits for the standby"

        # Cancelled again and again, it is committed on the primary alone: sent again, it has no receipt all the same.
        waiting = "SELECT pid FROM pg_stat_activity WHERE wait_event = 'SyncRep' AND backend_type = 'client backend'"
        cancelled = 0

        def cancels() -> bool:
            nonlocal cancelled
            cancelled += len(world.first.ask(f"SELECT pg_cancel_backend(pid) FROM ({waiting}) AS one"))
            assert world.marks == done, "a receipt for what the standby never had"
            return cancelled > 5 and max(through(world.first).values()) > max(done.values())

        assert world.send(cancels, seconds=90), "it is committed here, and tried again"

        # Killed between commit and receipt, and started again: the same.
        world.first.kill()
        world.first.start()
        assert not world.send(lambda: world.marks != done, seconds=8)
        world.second.start()
        assert world.send(lambda: world.is_drained)
        world.follows()
        held(world.kiosks, world.centre, world.first)


def test_what_an_asynchronous_standby_did_not_have_is_asked_for_and_named(tmp_path: Path) -> None:
    with fleet(tmp_path) as world:
        world.write(40)
        world.begin(("listen",))
        assert world.send(lambda: world.is_drained)
        world.follows()
        had = world.marks
        world.second.stop()
        world.write(30)
        assert world.send(lambda: world.is_drained)
        lost = {stream: (had[stream] + 1, mark) for stream, mark in world.marks.items()}
        world.first.kill()
        world.second.start()
        world.second.promote()
        assert through(world.second) == had

        # The kiosks let go of what they have receipts for, and show those with what they write next.
        world.write(10)
        assert world.send(lambda: world.is_drained), world.marks
        holes = "SELECT s.uid, l.first, l.last FROM evidence_losthere l JOIN evidence_stream s ON s.id = l.stream_id"
        assert {uid: (first, last) for uid, first, last in world.second.ask(holes)} == lost
        world.centre.environment["DATABASE_URL"] = world.second.url()
        told = world.command("audit", "--unit", "u", "--period", "2026")
        assert told.returncode == 1
        for kiosk in world.kiosks:
            first, last = lost[kiosk.stream]
            assert (
                f"{kiosk.stream[:8]}  1..{kiosk.last}: {kiosk.last - 30} received, 30 missing" in told.stdout
            )
            assert f"records {first} to {last}: lost at the collector, which had receipted it" in told.stdout
        assert counted(world.centre) == [(5 * 50, 5 * 50)]

        # Who kept more than it had to fills the hole.
        for sender, (first, last) in zip(world.senders, lost.values(), strict=True):
            assert sender.kiosk.stream in lost
            sender.publish(sender.kiosk.batch(first, last, prev=True))
        assert until(lambda: world.second.ask(holes) == [])
        held(world.kiosks, world.centre, world.second)
