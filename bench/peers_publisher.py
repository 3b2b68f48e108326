"""A publisher that loses nothing: what a broker has not acknowledged is sent again after a lost connection, as every client at QoS 1 does."""

import os
import socket
import struct
import threading
import time
from collections.abc import Sequence
from typing import Self

from bench.broker import packet, publishing

WINDOW = 500
"""Messages on the way without an acknowledgement; packet numbers are 1 to this."""


class Publisher(threading.Thread):
    """Sends all messages in the background while the `with` block lasts, for so many seconds at most, and stays connected."""

    def __init__(self, port: int, messages: Sequence[tuple[str, bytes]], *, seconds: float) -> None:
        super().__init__(daemon=True)
        self._port, self._messages = port, messages
        self._until = time.monotonic() + seconds
        self._waiting = dict.fromkeys(range(len(messages)))
        """Places of the messages that are not acknowledged, in order."""
        self._over = threading.Event()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._until = 0.0
        self._over.set()
        self.join()

    @property
    def is_done(self) -> bool:
        """Whether the broker has acknowledged all."""
        return not self._waiting

    def run(self) -> None:
        """Send until all is acknowledged or the time is over."""
        while self._waiting and time.monotonic() < self._until:
            try:
                self._converse()
            except OSError:
                time.sleep(0.1)

    def _converse(self) -> None:
        """Send over one connection what waits, in the order of the messages."""
        with socket.create_connection(("127.0.0.1", self._port), timeout=1) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection.settimeout(5)
            name = os.urandom(6).hex().encode()
            connection.sendall(
                packet(0x10, b"\x00\x04MQTT\x04\x02\x00\x00" + struct.pack(">H", len(name)) + name)
            )
            _receive(connection, 4)
            left, under_way, free = iter(list(self._waiting)), {}, list(range(WINDOW, 0, -1))
            inbox = b""
            while self._waiting:
                parts = []
                while free and (place := next(left, None)) is not None:
                    number = free.pop()
                    under_way[number] = place
                    parts.append(publishing(*self._messages[place], mid=number))
                connection.sendall(b"".join(parts))
                if time.monotonic() > self._until:
                    return
                if not (got := connection.recv(65_536)):
                    raise ConnectionError
                inbox += got
                for start in range(
                    0, len(inbox) - 3, 4
                ):  # a publisher gets nothing but PUBACKs of four bytes
                    (number,) = struct.unpack_from(">H", inbox, start + 2)
                    del self._waiting[under_way.pop(number)]
                    free.append(number)
                inbox = inbox[len(inbox) // 4 * 4 :]
            # A kiosk stays connected; amqtt forgets what it acknowledged to a client that leaves.
            self._over.wait(max(0.0, self._until - time.monotonic()))
            connection.sendall(b"\xe0\x00")


def _receive(connection: socket.socket, number: int) -> None:
    while number > 0:
        if not (got := connection.recv(number)):
            raise ConnectionError
        number -= len(got)
