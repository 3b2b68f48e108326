"""A bad network: a TCP proxy that can be cut, stalled, slowed, made one-way, or made to break off at any byte."""

import contextlib
import random
import selectors
import socket
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from enum import Enum

_CHUNK_BYTES = 16_384


class Weather(Enum):
    """How the network behaves."""

    FAIR = "fair"
    CUT = "cut"
    """Connections break, and none can be made."""
    STALLED = "stalled"
    """Connections stand and nothing passes: a dead spot."""
    SLOW = "slow"
    """A quarter of a second each way, and 20 kB/s."""
    ONE_WAY = "one-way"
    """What goes up arrives; what comes down, receipts above all, does not."""
    BREAKING = "breaking"
    """Each connection breaks after a random number of bytes."""


@dataclass
class _Pair:
    near: socket.socket
    far: socket.socket
    breaks_after: int
    passed: int = 0
    waiting: dict[socket.socket, deque[tuple[float, bytes]]] = field(default_factory=dict)

    def other(self, end: socket.socket) -> socket.socket:
        return self.far if end is self.near else self.near


class Proxy:
    """Passes loopback connections on to `target`, as the weather allows. Runs in its own thread."""

    def __init__(self, target: int, *, seed: int) -> None:
        self.target = target
        self.weather = Weather.FAIR
        self.connections = 0
        self.bytes_up = 0
        self.bytes_down = 0
        self._chance = random.Random(seed)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.setblocking(False)
        self.port = int(self._listener.getsockname()[1])
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._pairs: dict[socket.socket, _Pair] = {}
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="proxy", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join()
        for pair in list(self._pairs.values()):
            self._drop(pair)
        self._selector.close()
        self._listener.close()

    def _run(self) -> None:
        while not self._stopped.is_set():
            for key, _ in self._selector.select(0.02):
                if key.fileobj is self._listener:
                    self._accept()
                elif isinstance(key.fileobj, socket.socket) and key.fileobj in self._pairs:
                    self._read(key.fileobj)
            self._deliver()
            if self.weather is Weather.CUT:
                for pair in list(self._pairs.values()):
                    self._drop(pair)

    def _accept(self) -> None:
        near, _ = self._listener.accept()
        if self.weather is Weather.CUT:
            near.close()
            return
        try:
            far = socket.create_connection(("127.0.0.1", self.target), timeout=2)
        except OSError:
            near.close()
            return
        self.connections += 1
        pair = _Pair(near=near, far=far, breaks_after=self._chance.randrange(1, 20_000))
        for end in (near, far):
            end.setblocking(False)
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            pair.waiting[end] = deque()
            self._pairs[end] = pair
            self._selector.register(end, selectors.EVENT_READ)

    def _read(self, end: socket.socket) -> None:
        pair = self._pairs[end]
        if self.weather is Weather.STALLED:
            time.sleep(0.005)
            return
        try:
            content = end.recv(_CHUNK_BYTES)
        except BlockingIOError:
            return
        except OSError:
            content = b""
        if not content:
            self._drop(pair)
            return
        pair.passed += len(content)
        if self.weather is Weather.BREAKING and pair.passed > pair.breaks_after:
            self._drop(pair)
            return
        upwards = end is pair.near
        if self.weather is Weather.ONE_WAY and not upwards:
            return  # the stream has a hole now, so this connection is lost once the weather turns
        if upwards:
            self.bytes_up += len(content)
        else:
            self.bytes_down += len(content)
        delay = 0.25 + len(content) / 20_000 if self.weather is Weather.SLOW else 0.0
        pair.waiting[pair.other(end)].append((time.monotonic() + delay, content))

    def _deliver(self) -> None:
        now = time.monotonic()
        for pair in list({id(one): one for one in self._pairs.values()}.values()):
            for end, waiting in pair.waiting.items():
                while waiting and waiting[0][0] <= now:
                    moment, content = waiting.popleft()
                    try:
                        sent = end.send(content)
                    except BlockingIOError:
                        sent = 0
                    except OSError:
                        self._drop(pair)
                        break
                    if sent < len(content):
                        waiting.appendleft((moment, content[sent:]))
                        break

    def _drop(self, pair: _Pair) -> None:
        for end in (pair.near, pair.far):
            self._pairs.pop(end, None)
            with contextlib.suppress(KeyError, ValueError):
                self._selector.unregister(end)
            with contextlib.suppress(OSError):
                # A reset, as when the cable goes: nobody hears goodbye.
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
            end.close()
