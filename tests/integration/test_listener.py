"""The listener as a real process at a real broker with its default limits: killed in a backlog, nothing is lost or doubled."""

import os
import random
import secrets
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from paho.mqtt.client import Client, MQTTMessage, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion

from survey.record.errors import Malformed
from survey.wire import topics
from survey.wire.messages import unpack_receipt
from tests.collector.fake_kiosk import FakeKiosk, skm
from tests.postgres import PrivatePostgres
from tests.set_up import set_up
from tests.world import COLLECTOR, free_port, mosquitto

pytestmark = pytest.mark.integration

KIOSKS, RECORDS, BATCH = 3, 1_500, 10


class Centre:
    """A broker with nothing configured but its port, and a collector."""

    def __init__(self, folder: Path, database_url: str) -> None:
        self.port = free_port()
        self.folder = folder
        self.environment = os.environ | {
            "IKM_DATA": str(folder / "data"),
            "IKM_BROKER_URL": f"mqtt://127.0.0.1:{self.port}",
            "DATABASE_URL": database_url,
            "DJANGO_SETTINGS_MODULE": "collector.settings",
        }
        config = folder / "broker.conf"
        config.write_text(f"listener {self.port} 127.0.0.1\nallow_anonymous true\n")
        self.broker = subprocess.Popen([mosquitto(), "-c", config], stderr=subprocess.DEVNULL)
        self.listener: subprocess.Popen[bytes] | None = None
        set_up(self.environment)
        self.ask(str(COLLECTOR), "unit", "add", "--code", "u", "--name", "U", "--region", "18.01")

    def ask(self, *command: str) -> str:
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def enrol(self) -> FakeKiosk:
        """Enrol a kiosk by the commands' own functions, in a process that has the collector's settings."""
        code = (
            "import django; django.setup()\n"
            "from collector.fleet import tree\n"
            "from tests.collector.fake_kiosk import FakeKiosk\n"
            "kiosk = FakeKiosk.enrolled(tree.find_unit('u'))\n"
            "print(kiosk.name, kiosk.key.private_bytes_raw().hex())"
        )
        name, key = self.ask(sys.executable, "-c", code).split()[-2:]
        kiosk = FakeKiosk(name, Ed25519PrivateKey.from_private_bytes(bytes.fromhex(key)))
        kiosk.clock_ms = round(time.time() * 1000)  # what is dated before its enrolment would be named
        return kiosk

    def collector_key(self) -> bytes:
        code = "from collector.trust import public\nfrom collector.settings import IKM_KEYS\nprint(public.read(IKM_KEYS).signing.hex())"
        return bytes.fromhex(self.ask(sys.executable, "-c", code))

    def start(self) -> None:
        with (self.folder / "listener.log").open("ab") as log:
            self.listener = subprocess.Popen(
                [str(COLLECTOR), "listen"], env=self.environment, stdout=log, stderr=log
            )

    def wait_until_it_listens(self, host: str) -> None:
        log = self.folder / "listener.log"
        deadline = time.monotonic() + 20
        while f"listening at {host}" not in log.read_text():
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.05)

    def kill(self) -> None:
        assert self.listener is not None
        self.listener.send_signal(signal.SIGKILL)
        self.listener.wait()

    def stop(self) -> None:
        for process in (self.listener, self.broker):
            if process is not None and process.poll() is None:
                process.terminate()
                process.wait(timeout=10)


@pytest.fixture(params=["sqlite", "postgres"])
def centre(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Centre]:
    if request.param == "sqlite":
        centre = Centre(tmp_path, f"sqlite:///{tmp_path / 'c.sqlite3'}")
        yield centre
        centre.stop()
        return
    with PrivatePostgres() as cluster:
        centre = Centre(tmp_path, cluster.url())
        yield centre
        centre.stop()


class Sender:
    """A courier in little: sends from the receipt's mark, and goes back to it when nothing comes."""

    def __init__(self, kiosk: FakeKiosk, port: int, verify: object) -> None:
        self.kiosk, self.mark, self.sent, self.progress = kiosk, 0, 0, time.monotonic()
        self._verify = verify
        self._client = Client(CallbackAPIVersion.VERSION2, client_id=kiosk.name, protocol=MQTTv5)
        self._client.on_message = self._receipt
        self._client.on_connect = lambda client, *_: client.subscribe(topics.down(kiosk.name), 0)
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()

    def _receipt(self, _client: Client, _data: object, message: MQTTMessage) -> None:
        try:
            receipt = unpack_receipt(bytes(message.payload), self._verify)
        except Malformed:
            return
        if receipt.stream == self.kiosk.stream and receipt.through > self.mark:
            assert receipt.link == self.kiosk.links[receipt.through]
            self.mark, self.progress = receipt.through, time.monotonic()

    def step(self) -> bool:
        """Send a window of batches; tells whether everything is receipted."""
        if self.mark == self.kiosk.last:
            return True
        if time.monotonic() - self.progress > 1.0:
            self.sent, self.progress = self.mark, time.monotonic()
        self.sent = max(self.sent, self.mark)
        while self.sent < min(self.kiosk.last, self.mark + 1_000):
            first = self.sent + 1
            last = min(self.kiosk.last, first + BATCH - 1)
            payload = self.kiosk.batch(first, last, prev=first == self.mark + 1)
            self._client.publish(topics.up(self.kiosk.name), payload, qos=1)
            self.sent = last
        return False

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


def counted(centre: Centre) -> list[tuple[int, int]]:
    """Give `(responses, different records they come from)` as the database holds them."""
    query = "SELECT COUNT(*), COUNT(DISTINCT id) FROM scores_response"
    url = centre.environment["DATABASE_URL"]
    if url.startswith("sqlite"):
        with sqlite3.connect(url.removeprefix("sqlite:///")) as database:
            return list(database.execute(query))
    with psycopg.connect(url) as postgres:
        return list(postgres.execute(query).fetchall())


def test_killed_in_a_backlog_nothing_is_lost_or_doubled(centre: Centre) -> None:
    from collector.trust.keys import verifier  # noqa: PLC0415 - keeps Django out of the collection of tests

    chance = random.Random(7)
    kiosks = [centre.enrol() for _ in range(KIOSKS)]
    for kiosk in kiosks:
        for number in range(RECORDS):
            kiosk.record("response", skm(chance.randint(1, 4), visit=number))
    verify = verifier(centre.collector_key())
    centre.start()
    senders = [Sender(kiosk, centre.port, verify) for kiosk in kiosks]
    over = threading.Event()
    kills = 0
    try:
        deadline = time.monotonic() + 120
        next_kill = time.monotonic() + 2.5
        while [sender.step() for sender in senders] != [True] * KIOSKS:
            assert time.monotonic() < deadline, [sender.mark for sender in senders]
            if kills < 3 and time.monotonic() > next_kill:
                centre.kill()
                kills += 1
                centre.start()
                next_kill = time.monotonic() + chance.uniform(1.8, 2.6)
            over.wait(0.02)
    finally:
        for sender in senders:
            sender.close()
    assert counted(centre) == [(KIOSKS * RECORDS, KIOSKS * RECORDS)]
    for kiosk in kiosks:
        report = centre.ask(str(COLLECTOR), "audit", "--unit", "u", "--period", "2026")
        assert f"{kiosk.stream[:8]}  1..{RECORDS}: {RECORDS} received, 0 missing" in report


def test_hostile_messages_do_not_stop_the_listener(centre: Centre) -> None:
    from collector.trust.keys import verifier  # noqa: PLC0415 - keeps Django out of the collection of tests

    kiosk = centre.enrol()
    kiosk.record("response", skm(4))
    centre.start()
    centre.wait_until_it_listens("127.0.0.1")
    stranger = Client(CallbackAPIVersion.VERSION2, client_id=secrets.token_hex(4), protocol=MQTTv5)
    stranger.connect("127.0.0.1", centre.port)
    stranger.loop_start()
    chance = random.Random(3)
    good = kiosk.batch()
    hostile_topics = (
        topics.up(kiosk.name),
        topics.up("k-9999"),
        topics.state(kiosk.name),
        topics.up("é"),
    )
    for number in range(250):
        noise = chance.randbytes(chance.choice((0, 1, 70, 5_000)))
        bent = bytearray(good)
        bent[chance.randrange(len(bent))] ^= 1 << chance.randrange(8)
        topic = chance.choice(hostile_topics)
        told = stranger.publish(topic, chance.choice((noise, bytes(bent), b"IKM1" + noise)), qos=number % 2)
    # Once the broker has the last it has them all, and the listener gets them before the true one.
    told.wait_for_publish(60)
    assert told.is_published()
    sender = Sender(kiosk, centre.port, verifier(centre.collector_key()))
    try:
        deadline = time.monotonic() + 60
        while not sender.step():
            assert time.monotonic() < deadline
            time.sleep(0.05)
    finally:
        sender.close()
        stranger.disconnect()
        stranger.loop_stop()
    assert centre.listener is not None
    assert centre.listener.poll() is None
    assert counted(centre) == [(1, 1)]
    assert "refused" in centre.ask(str(COLLECTOR), "refusals")


@pytest.mark.parametrize("centre", ["sqlite"], indirect=True)
def test_over_tls_with_the_certificates_the_collector_made(centre: Centre) -> None:
    """The configuration that `broker-files` writes is one that Mosquitto takes, and the listener gets in."""
    folder = centre.folder / "broker"
    centre.ask(str(COLLECTOR), "broker-files", str(folder), "--host", "localhost")
    port = free_port()
    config = (folder / "mosquitto.conf").read_text().replace("listener 8883", f"listener {port} 127.0.0.1")
    # As root, Mosquitto gives up its rights and cannot read a test's folder.
    (folder / "mosquitto.conf").write_text(config + "user root\n")
    broker = subprocess.Popen([mosquitto(), "-c", folder / "mosquitto.conf"], stderr=subprocess.DEVNULL)
    centre.environment["IKM_BROKER_URL"] = f"mqtts://localhost:{port}"
    centre.start()
    try:
        centre.wait_until_it_listens("localhost")
    finally:
        broker.terminate()
        broker.wait(timeout=10)
    shutil.rmtree(folder)
