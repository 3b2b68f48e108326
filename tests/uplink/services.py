"""A real broker, and a fake collector behind real MQTT and real HTTP, each on a loopback port of its own."""

import hashlib
import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Self

from paho.mqtt.client import Client, MQTTMessage, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion

from survey.wire import topics
from tests.uplink.fakes import FakeCollector


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(true: Callable[[], object], *, seconds: float = 10.0, what: str = "it") -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, f"{what} did not happen within {seconds} s"
        time.sleep(0.02)


class Broker:
    """A private Mosquitto that keeps nothing."""

    def __init__(self, folder: Path, *, extra: str = "", tls: tuple[Path, Path, Path] | None = None) -> None:
        self.port = free_port()
        program = shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
        assert program, "mosquitto is not installed"
        self._program = program
        self._config = folder / f"broker-{self.port}.conf"
        lines = [f"listener {self.port} 127.0.0.1", "persistence false", "max_keepalive 1800"]
        if os.geteuid() == 0:
            lines.append("user root")  # else it gives up its rights and cannot read a test's folder
        if tls is None:
            lines.append("allow_anonymous true")
        else:
            ca, certificate, key = tls
            lines += [f"cafile {ca}", f"certfile {certificate}", f"keyfile {key}"]
            lines += ["require_certificate true", "use_identity_as_username true", "set_tcp_nodelay true"]
        self._config.write_text("\n".join((*lines, extra, "")))
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def start(self) -> None:
        self._process = subprocess.Popen(
            [self._program, "-c", str(self._config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            until(self._listens, what="the broker")
        except AssertionError:
            self.kill()
            raise

    def kill(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
            self._process = None

    def _listens(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=0.2).close()
        except OSError:
            return False
        return True


class MqttCollector:
    """Answers every batch with a receipt, over a broker."""

    def __init__(
        self, collector: FakeCollector, *, port: int, tls: tuple[Path, Path, Path] | None = None
    ) -> None:
        self._collector = collector
        self.states: list[dict[str, object]] = []
        self._client = Client(CallbackAPIVersion.VERSION2, client_id="collector", protocol=MQTTv5)
        if tls is not None:
            ca, certificate, key = tls
            self._client.tls_set(ca_certs=str(ca), certfile=str(certificate), keyfile=str(key))
        self._client.on_connect = self._on_connect
        self._client.on_message = self._on_message
        self._ready = threading.Event()
        self._client.on_subscribe = lambda *_: self._ready.set()
        self._client.reconnect_delay_set(1, 1)
        self._client.connect("localhost" if tls else "127.0.0.1", port)

    def __enter__(self) -> Self:
        self._client.loop_start()
        assert self._ready.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def _on_connect(self, client: Client, *_: object) -> None:
        client.subscribe([("ikm/v1/+/up", 1), ("ikm/v1/+/state", 0)])

    def _on_message(self, client: Client, userdata: object, message: MQTTMessage) -> None:
        kiosk = topics.kiosk_of(message.topic)
        if message.topic.endswith("/state"):
            self.states.append(json.loads(message.payload))
        elif (receipt := self._collector.accept(bytes(message.payload))) is not None:
            client.publish(topics.down(kiosk), receipt, qos=1, retain=True)


class HttpCollector:
    """Answers batches over HTTP; `answer` replaces the ordinary answer with `(status, body)`."""

    def __init__(self, collector: FakeCollector) -> None:
        self.answer: tuple[int, bytes] | None = None
        self.settings: bytes | None = None
        self.tickets: bytes | None = None
        self.files: dict[str, bytes] = {}
        """What else can be fetched, by path."""
        self.enrolment: dict[str, object] | None = None
        self.asked: list[dict[str, object]] = []
        self.date = ""
        """What its clock says in the head of its answers, instead of this machine's."""
        outer = self

        class Door(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                if self.path in outer.files:
                    self._say(200, outer.files[self.path])
                else:
                    kept = {"settings": outer.settings, "tickets": outer.tickets}
                    wanted = next((kept[name] for name in kept if f"/{name}/" in self.path), None)
                    self._say(*_settings_answer(wanted, self.headers["If-None-Match"]))

            def do_POST(self) -> None:
                content = self.rfile.read(int(self.headers["Content-Length"]))
                if outer.answer is not None:
                    self._say(*outer.answer)
                elif self.path == "/api/v1/enrol":
                    outer.asked.append(json.loads(content))
                    self._say(200, json.dumps(outer.enrolment).encode())
                elif (receipt := collector.accept(content)) is not None:
                    self._say(200, receipt)
                else:
                    self._say(400, b'{"code":"bad","message":"not a batch"}')

            def _say(self, status: int, content: bytes, tag: str = "") -> None:
                self.send_response(status)
                self.send_header("ETag", tag)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def date_time_string(self, timestamp: float | None = None) -> str:
                return outer.date or super().date_time_string(timestamp)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    def secure(self, certificate: Path, key: Path) -> None:
        """Speak HTTPS, as `localhost`; before it is entered."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.url = f"https://localhost:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _settings_answer(settings: bytes | None, known: str | None) -> tuple[int, bytes, str]:
    if settings is None:
        return 404, b'{"code":"no_settings","message":"none yet"}', ""
    tag = f'"{hashlib.sha256(settings).hexdigest()}"'
    return (304, b"", tag) if known == tag else (200, settings, tag)
