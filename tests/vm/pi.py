"""A Raspberry Pi without one: an emulated arm64 machine with a real kernel, wires, a screen, and a plug that can be pulled.

QEMU's `virt` board, its device tree edited so that gpiozero takes it for a Pi 4. The board's PL061 is a gpiochip for the kernel in
there, and QEMU's qtest channel sets the level of its wires from outside, as a finger would. QMP takes pictures of the
virtio screen and moves a pointer. Killing QEMU is the power cut: what had not been flushed to the disk is gone with its memory.
"""

import io
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image

from tests.booted.box import KEPT, ROOT, BoxError, Guest, make, new_folder, snapshot

HERE = Path(__file__).resolve().parent
CACHE = KEPT / "vm"
NEEDED = {
    "qemu-system-aarch64": "qemu-system-arm",
    "qemu-img": "qemu-utils",
    "dtc": "device-tree-compiler",
    "mmdebstrap": "mmdebstrap",
    "arch-test": "arch-test",
    "mke2fs": "e2fsprogs",
    "zstd": "zstd",
    "mosquitto": "mosquitto",
}
SCREEN = (1024, 600)
BUTTONS, LIGHTS = (0, 1, 4, 5), (6, 7, 2, 3)
"""The chip's eight lines; a Pi has more, with other numbers."""
SECOND_DISK_BYTES = 192 * 1024**2
HOST = "10.0.2.2"
"""How the machine in there calls this one; it reaches what listens on loopback here."""
BOARD = "virt,gic-version=3"
CORES = 2 if os.getloadavg()[0] < 3 else 1
"""On a busy machine two wait for each other more than they work."""
PROCESSOR = ("-cpu", "cortex-a72", "-smp", f"{CORES}")
KERNEL_WORDS = "root=/dev/vda rw systemd.default_timeout_start_sec=600 console=ttyAMA0 quiet loglevel=1 systemd.show_status=false vt.global_cursor_default=0 consoleblank=0"
BUSY = 5
"""Limits are for a machine that does nothing else. On a busy one the emulator is many times slower, which is no finding."""
NOTHING_ON_THE_FIRST = " video=Virtual-1:d"
"""QEMU hangs a screen on every card; the kernel is told to see none there."""
_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]")


def why_not() -> str:
    """Why no such machine can run here, or nothing."""
    if os.geteuid() != 0:
        return "the emulated machine's disk is made by root"
    path = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
    missing = [package for program, package in NEEDED.items() if not shutil.which(program, path=path)]
    if not Path("/usr/libexec/qemu-binfmt/aarch64-binfmt-P").exists():
        missing.append("qemu-user-static")
    return f"an emulated machine needs: apt-get install {' '.join(missing)}" if missing else ""


@contextmanager
def pi_with_checkout() -> Iterator["Pi"]:
    """Give an emulated machine, booted, with this checkout in /srv/checkout; gone in the end."""
    CACHE.mkdir(parents=True, exist_ok=True)
    folder, lock = new_folder()
    pi = Pi(folder, _disk())
    try:
        snapshot(folder / "checkout")
        _build(folder / "checkout")
        subprocess.run(
            ["tar", "--create", "--file", folder / "checkout.tar", "--directory", folder / "checkout", "."],
            check=True,
        )
        pi.start()
        pi.sh("mkdir -p /srv/checkout && tar -x -f /dev/vdb -C /srv/checkout")
        yield pi
    finally:
        pi.pull_the_plug()
        shutil.rmtree(folder, ignore_errors=True)
        lock.close()


def _build(checkout: Path) -> None:
    """Put the kiosk's packages for this machine into the copy of the checkout; nothing of it runs here."""
    subprocess.run(
        [
            ROOT / "packaging" / "build",
            "kiosk",
            checkout,
            "--suite",
            "bookworm",
            "--architecture",
            "arm64",
            "--version",
            "0.1.0",
        ],
        check=True,
        stdin=subprocess.DEVNULL,
        timeout=300,
        env=os.environ | {"COMPRESSION": "gzip", "SOURCE_DATE_EPOCH": "1790000000"},
    )


def _disk() -> Path:
    """Make, or find, the folder with disk, kernel and initial RAM disk."""
    archive = make(HERE / "make-root.sh", CACHE, seconds=3600)
    return make(HERE / "make-disk.sh", CACHE, archive, seconds=1800)


class Pi(Guest):
    """One emulated machine; `start` and `pull_the_plug` may follow each other any number of times."""

    def __init__(self, folder: Path, disk: Path) -> None:
        self.folder = folder
        self._kernel, self._initrd = disk / "vmlinuz", disk / "initrd"
        self._process: subprocess.Popen[bytes] | None = None
        self._talks: list[_Talk] = []
        self._change = folder / "disk.qcow2"
        subprocess.run(
            ["qemu-img", "create", "-q", "-f", "qcow2", "-b", disk / "disk.img", "-F", "raw", self._change],
            check=True,
        )
        self._tree = _device_tree(folder)
        self._cable = True
        self.second_disk = folder / "second.img"
        """Empty, and /dev/vdc in there."""
        with self.second_disk.open("wb") as file:
            file.truncate(SECOND_DISK_BYTES)

    def start(self, *, memory_mb: int = 1024, rtc: str = "utc", cards: int = 1) -> float:
        """Plug it in, and wait for a root shell; gives the seconds that took.

        `rtc` is what the clock on the board shows, as 2026-12-24T08:00:00; else it is right. Of two graphics cards the screen hangs on
        the second, and nothing on the first.
        """
        began = time.monotonic()
        for name in ("qmp", "qtest", "serial"):
            (self.folder / name).unlink(missing_ok=True)
        command = [
            "setpriv", "--pdeathsig", "KILL",
            "qemu-system-aarch64", "-M", BOARD, "-accel", "tcg,thread=multi", *PROCESSOR, "-m", f"{memory_mb}",
            "-dtb", self._tree, "-kernel", self._kernel, "-initrd", self._initrd,
            "-append", KERNEL_WORDS + (NOTHING_ON_THE_FIRST if cards == 2 else ""),
            "-drive", f"file={self._change},format=qcow2,if=none,id=disk,cache=writeback",
            "-device", "virtio-blk-pci,drive=disk",
            "-drive", f"file={self.folder / 'checkout.tar'},format=raw,if=none,id=checkout,readonly=on",
            "-device", "virtio-blk-pci,drive=checkout",
            "-drive", f"file={self.second_disk},format=raw,if=none,id=second,cache=writeback",
            "-device", "virtio-blk-pci,drive=second",
            *(["-device", "virtio-gpu-pci"] if cards == 2 else []),
            "-device", f"virtio-gpu-pci,id=screen,xres={SCREEN[0]},yres={SCREEN[1]}",
            "-device", "virtio-keyboard-pci", "-device", "virtio-tablet-pci", "-device", "virtio-rng-pci",
            "-netdev", "user,id=net", "-device", "virtio-net-pci,netdev=net,romfile=",
            "-display", "none", "-no-reboot", "-rtc", f"base={rtc},clock=vm",
            "-serial", f"unix:{self.folder / 'serial'},server=on,wait=off",
            "-qmp", f"unix:{self.folder / 'qmp'},server=on,wait=off",
            "-qtest", f"unix:{self.folder / 'qtest'},server=on,wait=off", "-qtest-log", "/dev/null",
        ]  # fmt: skip
        with (self.folder / "qemu.log").open("ab") as log:
            self._process = subprocess.Popen(
                [str(word) for word in command], stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        for name in ("qmp", "qtest", "serial"):
            self._talks.append(_connect(self.folder / name, self._process))
        self._qmp, self._qtest, self._serial = self._talks
        self._qmp.line(10)
        self._ask("qmp_capabilities")
        self._ask("set_link", name="net", up=self._cable)
        self._chip = next(
            f"/machine/unattached/{entry['name']}"
            for entry in self._ask("qom-list", path="/machine/unattached")
            if entry["type"] == "child<pl061>"
        )
        for line in range(8):  # as pull-up resistors would, before anybody reads them
            self._wire(line, 1)
        self._serial.until(r"root@[^:]*:[^#]*# ", 300 * BUSY)
        self._serial.send(" exec env PS1= PS2= SYSTEMD_PAGER= SYSTEMD_COLORS=0 LANG=C.UTF-8 sh\n")
        self._serial.send(" stty -echo -onlcr columns 2000\n echo re''ady\n")
        self._serial.until(r"ready\r?\n", 60 * BUSY)
        return time.monotonic() - began

    def cable(self, *, plugged: bool) -> None:
        """Pull the network's cable, or plug it in; so it stays over any number of starts."""
        self._cable = plugged
        self._ask("set_link", name="net", up=plugged)

    def pull_the_plug(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._gone()

    def switch_off(self) -> None:
        """Power off in order."""
        assert self._process is not None
        self._serial.send(" systemctl poweroff\n")
        self._gone()

    def _gone(self) -> None:
        assert self._process is not None
        self._process.wait(timeout=180 * BUSY)
        self._process = None
        for talk in self._talks:
            talk.close()
        self._talks.clear()

    def press(self, button: int, *, seconds: float = 0.3) -> None:
        """Press a button, 1 to 4, as a finger does: its wire is pulled to ground."""
        self.hold(button, down=True)
        time.sleep(seconds)
        self.hold(button, down=False)

    def hold(self, button: int, *, down: bool) -> None:
        """Put a finger on a button, or take it off."""
        self._wire(BUTTONS[button - 1], 0 if down else 1)

    def tap(self, x: int, y: int) -> None:
        """Touch the screen for a moment."""
        axes = (("x", x, SCREEN[0]), ("y", y, SCREEN[1]))
        self._ask(
            "input-send-event",
            events=[
                {"type": "abs", "data": {"axis": axis, "value": value * 0x7FFF // size}}
                for axis, value, size in axes
            ],
        )
        for down in (True, False):
            self._ask("input-send-event", events=[{"type": "btn", "data": {"button": "left", "down": down}}])
            time.sleep(0.15)

    def picture(self) -> Image.Image:
        """What the screen shows."""
        with tempfile.TemporaryDirectory(dir=self.folder) as place:
            file = Path(place) / "picture.ppm"
            self._ask("screendump", filename=str(file), device="screen")
            return Image.open(io.BytesIO(file.read_bytes())).convert("RGB")

    def until(
        self, ready: Callable[[], bool], *, what: str, seconds: float = 120, pause: float = 0.2
    ) -> float:
        return super().until(ready, what=what, seconds=seconds * BUSY, pause=pause)

    def _run(self, script: str, *, seconds: float) -> tuple[int, str]:
        seconds *= BUSY
        mark = f"mark{time.monotonic_ns()}"
        self._serial.send(f" cat >/run/asked <<'{mark}'\n{script}\n{mark}\n")
        self._serial.send(f" timeout {seconds:.0f} sh /run/asked </dev/null 2>&1; echo {mark} $?\n")
        said = self._serial.until(mark + r" \d+\r?\n", seconds + 30)
        said, _, code = said.rpartition(mark)
        return int(code), _ESCAPES.sub("", said).replace("\r", "")

    def _wire(self, line: int, level: int) -> None:
        self._qtest.send(f"set_irq_in {self._chip} unnamed-gpio-in {line} {level}\n")
        answer = self._qtest.line(10)
        if not answer.startswith("OK"):
            raise BoxError(f"wire {line}: {answer}")

    def _ask(self, command: str, **arguments: object) -> list[dict[str, str]]:
        self._qmp.send(json.dumps({"execute": command, "arguments": arguments}) + "\n")
        while True:
            answer = json.loads(self._qmp.line(60))
            if "error" in answer:
                raise BoxError(f"{command}: {answer['error']}")
            if "return" in answer:
                return list(answer["return"])


class _Talk:
    """A socket on which lines are spoken."""

    def __init__(self, path: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        try:
            self._socket.connect(str(path))
        except OSError:
            self._socket.close()
            raise
        self._rest = ""
        self._qemu_log = path.parent / "qemu.log"
        self._log = path.with_suffix(".log").open("a")

    def send(self, text: str) -> None:
        try:
            self._socket.sendall(text.encode())
        except OSError as error:
            raise self._gone() from error

    def close(self) -> None:
        self._socket.close()
        self._log.close()

    def line(self, seconds: float) -> str:
        return self.until(r"\n", seconds).rstrip()

    def until(self, pattern: str, seconds: float) -> str:
        """Wait for a pattern; gives all up to its end."""
        end = time.monotonic() + seconds
        while not (found := re.search(pattern, self._rest)):
            self._socket.settimeout(max(0.1, end - time.monotonic()))
            try:
                piece = self._socket.recv(65536).decode(errors="replace")
            except TimeoutError:
                raise BoxError(f"not within {seconds:.0f} s: {pattern}; last: {self._rest[-2000:]}") from None
            if not piece:
                raise self._gone()
            self._log.write(piece)
            self._log.flush()
            self._rest += piece
        said, self._rest = self._rest[: found.end()], self._rest[found.end() :]
        return said

    def _gone(self) -> BoxError:
        return BoxError(
            f"the machine is gone; QEMU: {self._qemu_log.read_text()[-1000:]}; last: {self._rest[-2000:]}"
        )


def _connect(path: Path, process: "subprocess.Popen[bytes]") -> _Talk:
    end = time.monotonic() + 30
    while True:
        try:
            return _Talk(path)
        except OSError:
            if time.monotonic() > end or process.poll() is not None:
                raise BoxError(f"QEMU does not start: {(path.parent / 'qemu.log').read_text()}") from None
            time.sleep(0.1)


def _device_tree(folder: Path) -> Path:
    """Write the board's device tree, made into one that calls itself a Raspberry Pi.

    gpiozero asks for the board's revision; without one it refuses. The power key is taken off the chip: its wire is a button's.
    """
    blob, tree = folder / "virt.dtb", folder / "pi.dtb"
    subprocess.run(
        ["qemu-system-aarch64", "-M", f"{BOARD},dumpdtb={blob}", *PROCESSOR, "-m", "1024", "-nic", "none"],
        check=True, capture_output=True, timeout=60,
    )  # fmt: skip
    dtc = ["dtc", "-q", "-I", "dtb", "-O", "dts", str(blob)]
    text = subprocess.run(dtc, check=True, capture_output=True, text=True).stdout
    text = re.sub(r"\n\tgpio-keys \{.*?\n\t\};\n", "\n", text, flags=re.DOTALL)
    text = re.sub(r'model = "[^"]*";', 'model = "Raspberry Pi 4 Model B (emulated)";', text, count=1)
    end = text.rindex("};")
    text = text[:end] + "\n\tsystem { linux,revision = <0xc03111>; };\n" + text[end:]
    subprocess.run(
        ["dtc", "-q", "-I", "dts", "-O", "dtb", "-o", str(tree)], input=text, text=True, check=True
    )
    return tree
