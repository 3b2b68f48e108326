"""The server before which no proxy stands: requests that never arrive hold no thread for ever, and slow ones get their time."""

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from tests.world import free_port

SERVE = """
import sys
from collector.console.serving import PatientWorker, Server

PatientWorker.seconds = 0.5

def echo(environ, start):
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    start("200 OK", [("Content-Type", "text/plain")])
    return [body or b"nothing"]

class Echo(Server):
    def load(self):
        return echo

Echo({"bind": f"127.0.0.1:{sys.argv[1]}", "workers": 1, "threads": 2, "worker_class": PatientWorker, "loglevel": "critical"}).run()
"""
HEADERS = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n"


@pytest.fixture
def port() -> Iterator[int]:
    free = free_port()
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "collector.settings"}
    with subprocess.Popen([sys.executable, "-c", SERVE, str(free)], env=environment) as server:
        try:
            yield free
        finally:
            server.terminate()


def connected(port: int) -> socket.socket:
    deadline = time.monotonic() + 60
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=60)
        except ConnectionRefusedError:
            assert time.monotonic() < deadline
            time.sleep(0.05)


def test_what_never_arrives_holds_up_nobody_for_ever(port: int) -> None:
    stalled = [connected(port) for _ in range(6)]
    for number, one in enumerate(stalled):
        one.sendall(HEADERS + b"\r\nten bytes." if number % 2 else HEADERS)
    asked = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    asked.request("GET", "/")
    assert asked.getresponse().read() == b"nothing"
    for one in (asked, *stalled):
        one.close()


def test_a_body_that_takes_longer_than_headers_may_is_taken_whole(port: int) -> None:
    body = b"x" * 50_000  # two seconds and a half may pass
    sending = connected(port)
    sending.sendall(HEADERS.replace(b"100", b"50000") + b"Connection: close\r\n\r\n" + body[:40_000])
    time.sleep(1.6)
    sending.sendall(body[40_000:])
    with sending.makefile("rb") as answer:
        assert body in answer.read()
    sending.close()
