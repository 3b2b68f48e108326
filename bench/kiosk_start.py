"""From process start to the first usable frame, and the memory held then, beside a bare pygame-ce window.

Both are started as processes of their own, in turn, and say READY over systemd's notification socket when their first frame
is on the (dummy) display. Goals: at most 2.0 x the bare window's time, at most 1.8 x its memory. The processor's time, of all
threads, is printed too: other busy programs stretch the clock's.
"""

import contextlib
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from uplink.journal.enrolment import Broker, Enrolment, Named, store_enrolment
from uplink.journal.identity import Identity

RUNS = 9
TIME_LIMIT, MEMORY_LIMIT = 2.0, 1.8
BARE = """
import os, socket, pygame
pygame.display.init(); pygame.font.init()
screen = pygame.display.set_mode((1024, 600))
screen.fill((251, 250, 246)); pygame.display.flip()
channel = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
channel.sendto(b"READY=1", os.environ["NOTIFY_SOCKET"])
while True:
    pygame.event.pump()
    pygame.time.wait(50)
"""


@dataclass(frozen=True)
class Start:
    """One start: seconds to the first frame by the clock and of the processor, and megabytes resident then."""

    seconds: float
    worked: float
    megabytes: float


def start(command: list[str], notify: socket.socket, address: str) -> Start:
    """Start a program, wait for its READY, look at its memory, and end it."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment |= {
        "NOTIFY_SOCKET": address,
        "SDL_VIDEODRIVER": "dummy",
        "PYGAME_HIDE_SUPPORT_PROMPT": "1",
    }
    began = time.perf_counter()
    process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
    try:
        while b"READY=1" not in notify.recv(256):
            pass
        seconds = time.perf_counter() - began
        tasks = Path(f"/proc/{process.pid}/task").glob("*/schedstat")
        worked = sum(int(one.read_text().split()[0]) for one in tasks) / 1e9
        status = Path(f"/proc/{process.pid}/status").read_text()
        resident = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))
        return Start(seconds, worked, resident / 1024)
    finally:
        process.kill()  # SDL makes an event of SIGTERM, which the bare window does not read
        process.wait()
        notify.settimeout(0)
        with contextlib.suppress(BlockingIOError):
            while notify.recv(256):
                pass
        notify.settimeout(60)


def enrolled(home: Path) -> None:
    """Make a kiosk that needs no collector."""
    identity = Identity.create(home)
    store_enrolment(
        home,
        Enrolment(
            kiosk="k-0001",
            public_key=identity.public_key,
            collector_key=Identity.ephemeral("c").public_key,
            seal_key=bytes(32),
            collector_url="https://collector.example",
            broker=Broker("broker.example", 8883),
            unit=Named("unit", "Balai Desa"),
            place=Named("place", "Balai"),
            agency="Desa",
            timezone="Asia/Jakarta",
        ),
    )


def main() -> int:
    """Measure in turn and print both beside the limits; exit 1 beyond them."""
    folder = Path(tempfile.mkdtemp(prefix="ikm-start-"))
    notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    try:
        address = str(folder / "notify")
        notify.bind(address)
        notify.settimeout(60)
        home = folder / "home"
        home.mkdir()
        enrolled(home)
        kiosk = [str(Path(sys.executable).parent / "ikm-kiosk"), "run", "--simulate", "--home", str(home)]
        bare = [sys.executable, "-c", BARE]
        start(kiosk, notify, address)  # once for the caches of both
        start(bare, notify, address)
        pairs = [(start(kiosk, notify, address), start(bare, notify, address)) for _ in range(RUNS)]
    finally:
        notify.close()
        shutil.rmtree(folder)
    ours = [one for one, _ in pairs]
    theirs = [one for _, one in pairs]
    seconds = statistics.median(one.seconds for one in ours), statistics.median(one.seconds for one in theirs)
    worked = statistics.median(one.worked for one in ours), statistics.median(one.worked for one in theirs)
    memory = (
        statistics.median(one.megabytes for one in ours),
        statistics.median(one.megabytes for one in theirs),
    )
    print(f"median of {RUNS} starts of each, in turn")
    print(
        f"  first frame   kiosk {seconds[0]:.3f} s   bare window {seconds[1]:.3f} s   ratio {seconds[0] / seconds[1]:.2f}   limit {TIME_LIMIT}"
    )
    print(
        f"  processor     kiosk {worked[0]:.3f} s   bare window {worked[1]:.3f} s   ratio {worked[0] / worked[1]:.2f}"
    )
    print(
        f"  resident      kiosk {memory[0]:.1f} MB   bare window {memory[1]:.1f} MB   ratio {memory[0] / memory[1]:.2f}   limit {MEMORY_LIMIT}"
    )
    return int(seconds[0] / seconds[1] > TIME_LIMIT or memory[0] / memory[1] > MEMORY_LIMIT)


if __name__ == "__main__":
    sys.exit(main())
