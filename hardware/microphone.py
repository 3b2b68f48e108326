"""The microphone: what a visitor says, as bytes of Ogg Opus, and played back; by the programs `arecord`, `opusenc`, `opusdec` and `aplay`.

The programs are joined by pipes. Nothing of what is said is ever on a disk: it is in the pipes and in this process's memory, and no
program outlives it. One thread works beside the frame loop, which asks with `poll` and never waits.
"""

import math
import os
import queue
import select
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO

from hardware.spoken import Failed, Outcome, Played, Recording

RECORDER, ENCODER, DECODER, PLAYER = "arecord", "opusenc", "opusdec", "aplay"
PROGRAMS = (RECORDER, ENCODER, DECODER, PLAYER)
PACKAGES = ("alsa-utils", "opus-tools")
"""Debian's packages of these programs."""

_RATE = "16000"
_DIES_WITH_US = ("setpriv", "--pdeathsig", "KILL")
"""Before a program: the kernel ends it with the thread that started it, however that ends. A pipe alone would let it listen for seconds more."""
ENCODING = (
    "--quiet --raw --raw-rate 16000 --raw-chan 1 --speech --bitrate 8 --cvbr --framesize 60 --padding 0 - -"
)
"""Of the encoder's settings for speech those with the fewest bytes (`bench/speech_size.py`)."""
_GRACE_SECONDS = 5.0
"""So long after its time a program is waited for before it is killed."""
_LOOK_SECONDS = 0.05
_LONGEST_PLAYED_SECONDS = 60.0


def missing(programs: Sequence[str] = PROGRAMS) -> tuple[str, ...]:
    """Give the programs that are not installed."""
    return tuple(program for program in programs if shutil.which(program) is None)


def has_capture_device(root: Path = Path("/")) -> bool:
    """Tell whether the kernel knows of a device that can record."""
    try:
        return "capture" in (root / "proc/asound/pcm").read_text()
    except OSError:
        return False


class ProgramMicrophone:
    """The sound card's, by programs; `commands` replaces them in tests."""

    def __init__(self, *, volume_percent: int, commands: dict[str, Sequence[str]] | None = None) -> None:
        self._volume_percent = volume_percent
        self._commands: dict[str, Sequence[str]] = {
            RECORDER: (RECORDER, "-q", "-t", "raw", "-f", "S16_LE", "-c", "1", "-r", _RATE),
            ENCODER: (ENCODER, *ENCODING.split()),
            DECODER: (DECODER, "--quiet", "--rate", _RATE),
            PLAYER: (PLAYER, "-q", "-t", "raw", "-f", "S16_LE", "-c", "1", "-r", _RATE),
        } | (commands or {})
        self._missing = missing([str(command[0]) for command in self._commands.values()])
        self._job: _Job | None = None
        self._latest: _Job | None = None
        """The newest one, though it was dropped: its programs may not be gone yet."""

    def fault(self) -> str:
        """Say which programs are missing."""
        return ", ".join(self._missing)

    def record(self, seconds: int) -> None:
        """Begin to record."""
        recorder = (*self._commands[RECORDER], "-d", str(seconds))
        self._begin(lambda job: job.record(recorder, self._commands[ENCODER], seconds=seconds))

    def stop(self) -> None:
        """End recording."""
        if self._job is not None:
            self._job.stopped.set()

    def play(self, speech: bytes) -> None:
        """Play a recording."""
        gain = f"{20 * math.log10(max(1, self._volume_percent) / 100):.1f}"
        decoder = (*self._commands[DECODER], "--gain", gain, "-", "-")
        self._begin(lambda job: job.play(decoder, self._commands[PLAYER], speech))

    def set_volume(self, percent: int) -> None:
        """Play as loud as this from the next time on."""
        self._volume_percent = percent

    def hush(self) -> None:
        """Drop what goes on."""
        if self._job is not None:
            self._job.dropped.set()
        self._job = None

    def poll(self) -> Outcome | None:
        """Give what came of the latest call, once."""
        if self._job is None or self._job.outcome.empty():
            return None
        outcome = self._job.outcome.get_nowait()
        self._job = None
        return outcome

    def close(self) -> None:
        """End the programs, and wait until they are gone."""
        self.hush()
        if self._latest is not None:
            self._latest.thread.join()

    def _begin(self, work: "Callable[[_Job], Outcome]") -> None:
        self.hush()
        self._job = self._latest = _Job(work, after=self._latest)
        self._job.thread.start()


class _Job:
    """One recording or one playing, with its thread; `outcome` has what came of it unless it was dropped."""

    def __init__(self, work: "Callable[[_Job], Outcome]", *, after: "_Job | None") -> None:
        self.stopped, self.dropped = threading.Event(), threading.Event()
        self.outcome: queue.SimpleQueue[Outcome] = queue.SimpleQueue()
        self._programs: list[subprocess.Popen[bytes]] = []
        self._work = work
        self._after = after
        self.thread = threading.Thread(target=self._run, name="microphone", daemon=True)

    def record(self, recorder: Sequence[str], encoder: Sequence[str], *, seconds: int) -> Outcome:
        """Record to the end of the time, or until it is stopped."""
        source = self._start(recorder, subprocess.DEVNULL)
        sink = self._start(encoder, source.stdout)
        speech = self._read(source, sink, deadline=time.monotonic() + seconds + _GRACE_SECONDS)
        failed = source.wait(_GRACE_SECONDS) != 0 and not self.stopped.is_set() if speech else True
        if failed or sink.wait(_GRACE_SECONDS) != 0:
            return Failed(f"{recorder[0]} ended with {source.poll()}, {encoder[0]} with {sink.returncode}")
        return Recording(speech)

    def play(self, decoder: Sequence[str], player: Sequence[str], speech: bytes) -> Outcome:
        """Play to the end, or until it is dropped."""
        source = self._start(decoder, subprocess.PIPE)
        sink = self._start(player, source.stdout, out=subprocess.DEVNULL)
        if source.stdin is not None:
            source.stdin.write(speech)  # less than a pipe takes at once
            source.stdin.close()
        deadline = time.monotonic() + _LONGEST_PLAYED_SECONDS
        while sink.poll() is None and time.monotonic() < deadline and not self.dropped.wait(_LOOK_SECONDS):
            continue
        if sink.poll() != 0:
            return Failed(f"{player[0]} ended with {sink.returncode}")
        return Played()

    def _read(
        self, source: "subprocess.Popen[bytes]", sink: "subprocess.Popen[bytes]", *, deadline: float
    ) -> bytes:
        """Read what the encoder says until it ends; nothing where it was dropped or took too long."""
        if sink.stdout is None:
            return b""
        read, stopping = bytearray(), False
        while time.monotonic() < deadline and not self.dropped.is_set():
            if self.stopped.is_set() and not stopping:
                stopping = True
                source.terminate()
                deadline = time.monotonic() + _GRACE_SECONDS
            if not select.select([sink.stdout], [], [], _LOOK_SECONDS)[0]:
                continue
            piece = os.read(sink.stdout.fileno(), 65_536)
            if not piece:
                return bytes(read)
            read += piece
        return b""

    def _start(
        self, command: Sequence[str], source: int | IO[bytes] | None, *, out: int = subprocess.PIPE
    ) -> "subprocess.Popen[bytes]":
        bound = _DIES_WITH_US if shutil.which(_DIES_WITH_US[0]) else ()
        program = subprocess.Popen(
            (*bound, *command),
            stdin=source,
            stdout=out,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        if self._programs and self._programs[-1].stdout is source:
            self._programs[-1].stdout.close()  # type: ignore[union-attr]  # it is the next program's alone
        self._programs.append(program)
        return program

    def _run(self) -> None:
        if self._after is not None:
            self._after.thread.join()  # its programs hold the device until then
        self._after = None
        if self.dropped.is_set():
            return
        try:
            outcome = self._work(self)
        except (OSError, subprocess.SubprocessError) as error:
            outcome = Failed(str(error))
        finally:
            self._end()
        if not self.dropped.is_set():
            self.outcome.put(outcome)

    def _end(self) -> None:
        for program in self._programs:
            if program.poll() is None:
                program.kill()
            program.wait()
            for pipe in (program.stdin, program.stdout):
                if pipe is not None and not pipe.closed:
                    pipe.close()
