"""A private Mosquitto and a publisher fast enough not to be what is measured."""

import os
import shutil
import socket
import struct
import subprocess
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Self

_CONFIG = """\
listener {port} 127.0.0.1
allow_anonymous true
persistence false
max_queued_messages 0
max_inflight_messages {inflight}
"""


class Broker:
    """Mosquitto on a free loopback port, with no limit on what it queues."""

    def __init__(self, *, inflight: int = 20) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="ikm-bench-broker-")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        config = Path(self._folder.name) / "broker.conf"
        config.write_text(_CONFIG.format(port=self.port, inflight=inflight))
        program = shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
        if program is None:
            raise SystemExit("mosquitto is not installed; install it with: sudo apt-get install mosquitto")
        self._process = subprocess.Popen([program, "-c", config], stderr=subprocess.DEVNULL)
        self.pid = self._process.pid
        deadline = time.monotonic() + 10
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.02)
            else:
                break

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(timeout=10)
        self._folder.cleanup()


def publish(port: int, messages: Sequence[tuple[str, bytes]]) -> None:
    """Publish all messages at QoS 1 over one connection and wait for every acknowledgement."""
    packets = [
        publishing(topic, payload, mid=at % 65_535 + 1) for at, (topic, payload) in enumerate(messages)
    ]
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        client = os.urandom(6).hex().encode()
        hello = b"\x00\x04MQTT\x04\x02\x00\x00" + struct.pack(">H", len(client)) + client
        connection.sendall(packet(0x10, hello))
        _read(connection, 4)
        reader = threading.Thread(target=_read, args=(connection, 4 * len(packets)))
        reader.start()
        for at in range(0, len(packets), 256):
            connection.sendall(b"".join(packets[at : at + 256]))
        reader.join()
        connection.sendall(b"\xe0\x00")


def publishing(topic: str, payload: bytes, *, mid: int = 0, retain: bool = False) -> bytes:
    """Give a PUBLISH packet: at QoS 1 with a number, at QoS 0 without one."""
    name = topic.encode()
    numbered = struct.pack(">H", mid) if mid else b""
    first = 0x30 | (0x02 if mid else 0) | (0x01 if retain else 0)
    return packet(first, struct.pack(">H", len(name)) + name + numbered + payload)


def packet(first: int, rest: bytes) -> bytes:
    """Give an MQTT packet: its first byte, the length of the rest, and the rest."""
    length, header = len(rest), bytearray([first])
    while True:
        length, part = divmod(length, 128)
        header.append(part | (0x80 if length else 0))
        if not length:
            return bytes(header) + rest


def _read(connection: socket.socket, number: int) -> None:
    while number > 0:
        got = len(connection.recv(min(65_536, number)))
        if got == 0:
            raise ConnectionError("the broker closed the connection")
        number -= got
