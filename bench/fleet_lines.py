"""The connections of `bench.fleet_day`: a plain MQTT client for each kiosk, all in one thread over `epoll`.

A lost connection is begun again as the uplink does it, after a wait drawn evenly below five seconds, ten, twenty and so on.
"""

import random
import selectors
import socket
import struct
import time
from collections.abc import Callable
from contextlib import suppress
from heapq import heappop, heappush
from itertools import count

from bench.broker import packet, publishing
from bench.fleet_kiosks import Kiosk
from survey.record.errors import Malformed
from survey.wire import topics
from survey.wire.messages import unpack_receipt

AGAIN_SECONDS, AGAIN_CAP_SECONDS, PATIENCE_CAP_SECONDS = 5.0, 300.0, 600.0


class Fleet:
    """All kiosks in one thread: `turn` does what is due and answers what came."""

    def __init__(self, port: int, verify: Callable[[bytes, bytes], bool], chance: random.Random) -> None:
        self._port = port
        self._verify = verify
        self._chance = chance
        self._poll = selectors.DefaultSelector()
        self._due: list[tuple[float, int, Kiosk, str]] = []
        self._order = count()
        self._mid = 0
        self.in_storm = False
        self.waited: list[float] = []
        """Seconds from a batch to its receipt, outside the storm."""
        self.waited_in_storm: list[float] = []
        self.receipts = self.batches = self.again = 0

    def connect(self, kiosk: Kiosk) -> None:
        """Begin a connection; where nobody listens it is tried again later."""
        if kiosk.connection is not None or kiosk.in_outage:
            return
        connection = socket.socket()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            connection.connect(("127.0.0.1", self._port))
        except OSError:
            connection.close()
            self._later(kiosk)
            return
        connection.settimeout(0)
        kiosk.connection, kiosk.inbox, kiosk.is_ready = connection, b"", False
        self._poll.register(connection, selectors.EVENT_READ, kiosk)
        name = kiosk.name.encode()
        hello = b"\x00\x04MQTT\x04\x02\x03\x84" + struct.pack(">H", len(name)) + name
        self._send(kiosk, packet(0x10, hello))

    def part(self, kiosk: Kiosk, *, outage: bool = False) -> None:
        """End a connection; without an outage it is begun again after some seconds."""
        kiosk.in_outage = kiosk.in_outage or outage
        if kiosk.connection is not None:
            self._poll.unregister(kiosk.connection)
            kiosk.connection.close()
            kiosk.connection, kiosk.is_ready = None, False
            kiosk.parted()
            if not outage:
                self._later(kiosk)

    def send(self, kiosk: Kiosk) -> None:
        """Send what may be sent now."""
        if not kiosk.is_ready:
            return
        for payload in kiosk.batches(in_storm=self.in_storm):
            self._mid = self._mid % 65_535 + 1
            self._send(kiosk, publishing(topics.up(kiosk.name), payload, mid=self._mid))
            self.batches += 1
        if kiosk.under_way and not kiosk.is_timed:
            kiosk.is_timed = True
            self._push(kiosk, "wait", kiosk.progress_at + kiosk.patience)

    def report(self, kiosk: Kiosk) -> None:
        """Publish how the kiosk is, with the head of its chain."""
        if kiosk.is_ready:
            state = kiosk.fake.state(kiosk.fake.last)
            self._send(kiosk, publishing(topics.state(kiosk.name), state, retain=True))

    def turn(self, until: float) -> None:
        """Answer what comes until a moment of the clock, and do what is due."""
        while True:
            now = time.monotonic()
            while self._due and self._due[0][0] <= now:
                _, _, kiosk, what = heappop(self._due)
                if what == "connect":
                    self.connect(kiosk)
                else:
                    self._look(kiosk, now)
            for key, _ in self._poll.select(0 if now >= until else min(0.05, until - now)):
                self._read(key.data)
            if now >= until:
                return

    def _look(self, kiosk: Kiosk, now: float) -> None:
        """Send again what got no receipt for too long."""
        kiosk.is_timed = False
        if not (kiosk.is_ready and kiosk.under_way):
            return
        if now < kiosk.progress_at + kiosk.patience:
            kiosk.is_timed = True
            self._push(kiosk, "wait", kiosk.progress_at + kiosk.patience)
            return
        kiosk.patience = min(kiosk.patience * 2, PATIENCE_CAP_SECONDS)
        kiosk.go_back()
        self.again += 1
        self.send(kiosk)

    def _later(self, kiosk: Kiosk) -> None:
        kiosk.tries += 1
        ceiling = min(AGAIN_CAP_SECONDS, AGAIN_SECONDS * 2 ** min(kiosk.tries - 1, 6))
        self._push(kiosk, "connect", time.monotonic() + ceiling * self._chance.random())

    def _push(self, kiosk: Kiosk, what: str, at: float) -> None:
        heappush(self._due, (at, next(self._order), kiosk, what))

    def _send(self, kiosk: Kiosk, content: bytes) -> None:
        connection = kiosk.connection
        if connection is None:
            return
        try:
            connection.settimeout(20)
            connection.sendall(content)
            connection.settimeout(0)
        except OSError:
            self.part(kiosk)

    def _read(self, kiosk: Kiosk) -> None:
        if kiosk.connection is None:
            return
        try:
            got = kiosk.connection.recv(65_536)
        except BlockingIOError:
            return
        except OSError:
            got = b""
        if not got:
            self.part(kiosk)
            return
        kiosk.inbox += got
        while (first := _first(kiosk.inbox)) is not None:
            kind, rest, kiosk.inbox = first
            self._take(kiosk, kind, rest)

    def _take(self, kiosk: Kiosk, kind: int, rest: bytes) -> None:
        if kind == 0x20:  # CONNACK
            topic = topics.down(kiosk.name).encode()
            self._send(kiosk, packet(0x82, b"\x00\x01" + struct.pack(">H", len(topic)) + topic + b"\x00"))
        elif kind == 0x90:  # SUBACK
            kiosk.is_ready, kiosk.tries = True, 0
            kiosk.go_back()
            self.report(kiosk)
            self.send(kiosk)
        elif kind & 0xF0 == 0x30:
            (length,) = struct.unpack_from(">H", rest)
            payload = rest[2 + length + (2 if kind & 0x06 else 0) :]
            self.receipts += 1
            # Every fiftieth receipt's signature is checked: each costs what it costs a kiosk, and here one process is all of them.
            verify = self._verify if self.receipts % 50 == 0 else (lambda _signature, _message: True)
            with suppress(Malformed):
                receipt = unpack_receipt(payload, verify)
                if receipt.stream == kiosk.fake.stream:
                    for seconds, storm in kiosk.confirm(receipt.through, receipt.link):
                        (self.waited_in_storm if storm or self.in_storm else self.waited).append(seconds)
                    self.send(kiosk)


def _first(inbox: bytes) -> tuple[int, bytes, bytes] | None:
    """Take the first packet off: its first byte, what is in it, and what follows; None while it is not whole."""
    length, shift = 0, 0
    for place in range(1, min(len(inbox), 5)):
        length |= (inbox[place] & 0x7F) << shift
        shift += 7
        if not inbox[place] & 0x80:
            end = place + 1 + length
            return (inbox[0], inbox[place + 1 : end], inbox[end:]) if len(inbox) >= end else None
    return None
