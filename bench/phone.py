"""How long a month of records takes over a phone that shares its network: the uplink, a real Mosquitto, and a slow line between.

Run: python -m bench.phone [--visits 1040]

The line is a relay that lets bytes through at a rate in each direction and holds each back for half the round trip: what a phone has
in a village with one bar. A month is 26 days of 40 visits, with an `alive` record every hour. Goal: within a minute at 128 kbit/s.
"""

import argparse
import asyncio
import multiprocessing
import os
import tempfile
import threading
import time
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bench.drain import _enrolment, acknowledge, drain, free_port, start_broker
from bench.journal_open import fill
from uplink.journal.enrolment import store_enrolment
from uplink.journal.identity import Identity

LINES = {"4G": (5_000, 60), "3G": (384, 150), "weak 3G": (128, 300), "EDGE": (64, 500)}
"""By name: kbit/s each way, and milliseconds there and back."""
_PIECE = 1_400


class Line:
    """One slow line to a port of this machine, in a thread of its own; counts what goes up."""

    def __init__(self, to: int, *, kbit: int, round_trip_ms: int) -> None:
        self.port = free_port()
        self.up = 0
        self._to = to
        self._seconds_a_byte = 8 / (kbit * 1000)
        self._delay = round_trip_ms / 2000
        self._ready = threading.Event()
        threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True).start()
        self._ready.wait(10)

    async def _serve(self) -> None:
        server = await asyncio.start_server(self._join, "127.0.0.1", self.port)
        self._ready.set()
        await server.serve_forever()

    async def _join(self, near: asyncio.StreamReader, near_out: asyncio.StreamWriter) -> None:
        far, far_out = await asyncio.open_connection("127.0.0.1", self._to)
        await asyncio.gather(self._carry(near, far_out, up=True), self._carry(far, near_out, up=False))

    async def _carry(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, *, up: bool) -> None:
        queue: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(64)

        async def put() -> None:
            while piece := await source.read(_PIECE):
                await asyncio.sleep(len(piece) * self._seconds_a_byte)
                self.up += len(piece) if up else 0
                await queue.put((time.monotonic() + self._delay, piece))
            await queue.put((0.0, b""))

        async def take() -> None:
            while True:
                at, piece = await queue.get()
                if not piece:
                    sink.close()
                    return
                await asyncio.sleep(max(0.0, at - time.monotonic()))
                sink.write(piece)
                await sink.drain()

        await asyncio.gather(put(), take(), return_exceptions=True)


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--visits", type=int, default=26 * 40)
    options = parser.parse_args()
    count = options.visits + 30 * 24
    key = Ed25519PrivateKey.generate()
    print(f"{count} records; load {os.getloadavg()[0]:.1f}")
    for name, (kbit, round_trip_ms) in LINES.items():
        with tempfile.TemporaryDirectory() as folder:
            home, port = Path(folder) / "home", free_port()
            fill(home, count)
            broker = start_broker(Path(folder), port)
            line = Line(port, kbit=kbit, round_trip_ms=round_trip_ms)
            store_enrolment(home, _enrolment(Identity.load(home), key, line.port))
            context = multiprocessing.get_context("spawn")
            ready = context.Event()
            words = (port, key.private_bytes_raw(), Identity.load(home).public_key, ready)
            collector = context.Process(target=acknowledge, args=words, daemon=True)
            collector.start()
            try:
                ready.wait(20)
                seconds = drain(home, count)
            finally:
                collector.kill()
                broker.kill()
                broker.wait()
            print(
                f"{name:8} {kbit:5} kbit/s {round_trip_ms:4} ms: {seconds:6.1f} s, {line.up / 1000:.0f} kB up"
            )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
