"""Programs that are started together and ended together: the demo's broker, collector and kiosk."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path


class DemoError(Exception):
    """The demo cannot go on; the message says why and what to do."""


class Programs:
    """The demo's running programs, and the one way to end them all."""

    def __init__(self, *, logs: Path, environment: dict[str, str]) -> None:
        self._logs = logs
        self._environment = os.environ | environment
        self._running: list[tuple[str, subprocess.Popen[bytes]]] = []

    def start(self, name: str, command: Sequence[str | Path]) -> None:
        """Start a program that is to run until the demo ends; what it says goes to a log of its own."""
        with (self._logs / f"{name}.log").open("ab") as log:
            # A session of its own: Ctrl-C reaches only us, and we end the others in order.
            process = subprocess.Popen(
                command,
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                env=self._environment,
                start_new_session=True,
            )
        self._running.append((name, process))

    def run(self, command: Sequence[str | Path]) -> None:
        """Run a program in the foreground to its end, showing what it prints.

        Raises:
            DemoError: it failed.
        """
        process = subprocess.Popen(command, env=self._environment)
        self._running.append((Path(command[0]).name, process))
        while process.poll() is None:
            self.check()
            time.sleep(0.1)
        self._running.remove((Path(command[0]).name, process))
        if process.returncode != 0:
            raise DemoError(f"`{' '.join(map(str, command))}` ended with exit code {process.returncode}")

    def ask(self, command: Sequence[str | Path]) -> str:
        """Run a program to its end and give what it printed.

        Raises:
            DemoError: it failed; the message holds what it said.
        """
        done = subprocess.run(command, capture_output=True, text=True, env=self._environment, check=False)
        if done.returncode != 0:
            raise DemoError(f"`{' '.join(map(str, command))}` failed: {(done.stderr or done.stdout).strip()}")
        return done.stdout.strip()

    def check(self) -> None:
        """Make sure that everything that should run does.

        Raises:
            DemoError: a program has ended by itself; the message holds its last words and names its log.
        """
        for name, process in self._running:
            log = self._logs / f"{name}.log"
            if process.poll() not in (None, 0) and log.exists():
                last = log.read_text(errors="replace").strip().splitlines()[-1:] or ["it said nothing"]
                raise DemoError(f"{name} ended by itself: {last[0]} (its log is {log})")

    def wait_until(self, ready: Callable[[], bool], *, what: str, seconds: float) -> None:
        """Wait until `ready()`.

        Raises:
            DemoError: it was not in time, or a program ended meanwhile.
        """
        deadline = time.monotonic() + seconds
        while not ready():
            self.check()
            if time.monotonic() > deadline:
                raise DemoError(f"{what} took longer than {seconds:.0f} s; the logs in {self._logs} say more")
            time.sleep(0.1)

    def stop(self) -> None:
        """End every program, the last started first."""
        for number in (
            signal.SIGINT,
            signal.SIGTERM,
            signal.SIGHUP,
        ):  # a second Ctrl-C must not leave half of them running
            signal.signal(number, signal.SIG_IGN)
        for _name, process in reversed(self._running):
            if process.poll() is None:
                process.terminate()
                try:
                    process.wait(timeout=10)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
        self._running.clear()
