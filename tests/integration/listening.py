"""A collector that listens at a broker, as real processes, and kiosks that send to it."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import psycopg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from paho.mqtt.client import Client, MQTTMessage, MQTTv5, MQTTv311
from paho.mqtt.enums import CallbackAPIVersion

from survey.record.errors import Malformed
from survey.wire import topics
from survey.wire.messages import unpack_receipt
from tests.collector.fake_kiosk import FakeKiosk
from tests.set_up import set_up
from tests.world import COLLECTOR, free_port, mosquitto

BATCH = 10


class Centre:
    """A broker with nothing configured but its port, or another one, and a collector with one listener or more."""

    def __init__(
        self, folder: Path, database_url: str, *, ports: Sequence[int] = (), version: str = "5"
    ) -> None:
        self.ports = ports or [free_port()]
        self.folder = folder
        self.environment = os.environ | {
            "IKM_DATA": str(folder / "data"),
            "IKM_BROKER_URL": ",".join(f"mqtt://127.0.0.1:{port}" for port in self.ports),
            "IKM_MQTT_VERSION": version,
            "DATABASE_URL": database_url,
            "DJANGO_SETTINGS_MODULE": "collector.settings",
        }
        self.broker: subprocess.Popen[bytes] | None = None
        if not ports:
            config = folder / "broker.conf"
            config.write_text(f"listener {self.port} 127.0.0.1\nallow_anonymous true\n")
            self.broker = subprocess.Popen([mosquitto(), "-c", config], stderr=subprocess.DEVNULL)
        self.listeners: dict[str, subprocess.Popen[bytes]] = {}
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

    @property
    def port(self) -> int:
        return self.ports[0]

    def start(self, *options: str, name: str = "only") -> None:
        with (self.folder / "listener.log").open("ab") as log:
            self.listeners[name] = subprocess.Popen(
                [str(COLLECTOR), "listen", *options], env=self.environment, stdout=log, stderr=log
            )

    def wait_until_it_listens(self, host: str) -> None:
        log = self.folder / "listener.log"
        deadline = time.monotonic() + 20
        while f"listening at {host}" not in log.read_text():
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.05)

    def kill(self, name: str = "only") -> None:
        self.listeners[name].send_signal(signal.SIGKILL)
        self.listeners.pop(name).wait()

    def stop(self) -> None:
        for process in (*self.listeners.values(), self.broker):
            if process is not None and process.poll() is None:
                process.terminate()
                process.wait(timeout=10)


class Sender:
    """A courier in little: sends from the receipt's mark, and goes back to it when nothing comes."""

    def __init__(
        self, kiosk: FakeKiosk, port: int, verify: object, *, batch: int = BATCH, version: str = "5"
    ) -> None:
        self.kiosk, self.mark, self.sent, self.progress = kiosk, 0, 0, time.monotonic()
        self.receipt: bytes | None = None
        self._verify = verify
        self._batch = batch
        protocol = MQTTv5 if version == "5" else MQTTv311
        self._client = Client(CallbackAPIVersion.VERSION2, client_id=kiosk.name, protocol=protocol)
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
            self.receipt = bytes(message.payload)
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
            last = min(self.kiosk.last, first + self._batch - 1)
            begins = first == self.mark + 1
            payload = self.kiosk.batch(first, last, prev=begins, receipt=self.receipt if begins else None)
            self.publish(payload)
            self.sent = last
        return False

    def publish(self, payload: bytes) -> None:
        """Send one batch."""
        self._client.publish(topics.up(self.kiosk.name), payload, qos=1)

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()
        if (left := self._client.socket()) is not None:
            left.close()


def counted(centre: Centre) -> list[tuple[int, int]]:
    """Give `(responses, different records they come from)` as the database holds them."""
    query = "SELECT COUNT(*), COUNT(DISTINCT id) FROM scores_response"
    url = centre.environment["DATABASE_URL"]
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as database:
            return list(database.execute(query))
    with psycopg.connect(url) as postgres:
        return list(postgres.execute(query).fetchall())
