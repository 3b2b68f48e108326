"""Reading a screen aloud, for visitors who read badly or not at all.

Every piece of text is spoken by espeak-ng into a file once and kept; a recording by a person under the same file name
takes its place. What is read stands in `kiosk.show.aloud.spoken`.

A worker thread speaks and renders, so that a press is never delayed. The mixer is started when somebody first listens.
"""

import array
import hashlib
import logging
import math
import queue
import re
import shutil
import subprocess
import threading
import wave
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pygame

from kiosk.show.aloud.spoken import Passing, Tone
from kiosk.show.texts import language
from survey.wire.trouble import Trouble, trouble

log = logging.getLogger(__name__)

WORDS_PER_MINUTE = (140, 180, 220, 110)
"""The paces that a listener can choose from; the first is the ordinary one."""
_RATE = 22050
_TONE_HERTZ, _TONE_SECONDS = 880, 0.18
RENDER_SECONDS = 20.0
"""A piece that takes longer than this is given up."""
_RECORDING_KINDS = (".wav", ".ogg")


class SpeechError(Exception):
    """A text could not be spoken; the message says why."""


def file_name(text: str, voice: str) -> str:
    """The name of a piece's file without its ending: readable, and different for every text and voice. A recording has it too."""
    readable = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:40].strip("-")
    digest = hashlib.sha256(f"{voice}\n{text}".encode()).hexdigest()[:10]
    return f"{readable}-{digest}"


class Speech:
    """Speaks pieces of text; owns its worker thread and, once used, the mixer.

    `folder` keeps the spoken files, `recordings` may hold better ones. Without espeak-ng only recordings are heard.
    """

    def __init__(
        self,
        folder: Path,
        *,
        recordings: Path | None = None,
        volume_percent: int,
        program: str = "espeak-ng",
    ) -> None:
        self._folder = folder
        self._recordings = recordings
        self._volume = volume_percent / 100
        self._louder = 0
        self._pace = 0
        self._program = shutil.which(program)
        self._orders: queue.SimpleQueue[_Order | None] = queue.SimpleQueue()
        self._hushed = threading.Event()
        """Belongs to the latest order to speak; each has its own, so that hushing one never meets the next."""
        self._broken = False
        self._worker: threading.Thread | None = None

    @property
    def fault(self) -> Trouble | None:
        """Why nothing can be read aloud, or None."""
        if self._program is None and self._recordings is None:
            return trouble("speech_missing")
        return trouble("sound_fails") if self._broken else None

    def say(self, pieces: Sequence[str], code: str) -> None:
        """Read pieces of text aloud in their language; ends whatever is being read."""
        self.hush()
        self._hushed = threading.Event()
        self._order(_Order(pieces, code, self._hushed))

    def tune(self, louder: int, pace: int) -> None:
        """Speak as loud and as fast as a listener wants, from the next piece on: 0 is ordinary, 3 softer and slower."""
        self._louder, self._pace = louder, pace

    def set_volume(self, percent: int) -> None:
        """Speak as loud as this, 0 to 100, from the next piece on."""
        self._volume = percent / 100

    def hush(self) -> None:
        """Stop reading at once."""
        self._hushed.set()

    def release(self) -> None:
        """Stop reading and let go of the sound card, which not every card shares; the next piece takes it again."""
        self.hush()
        if self._worker is not None:
            self._orders.put(_Order((), "", threading.Event(), releases=True))

    def close(self) -> None:
        """Stop the worker and let go of the sound output."""
        self.hush()
        if self._worker is not None:
            self._orders.put(None)
            self._worker.join()
            self._worker = None
        if pygame.mixer.get_init():
            pygame.mixer.quit()

    def file_of(self, text: str, code: str) -> Path:
        """The file in which a piece is spoken, made if need be.

        Raises:
            SpeechError: there is no recording, and espeak-ng is missing or failed.
        """
        voice = language(code).voice
        name = file_name(text, voice)
        if self._recordings is not None:
            for kind in _RECORDING_KINDS:
                recording = self._recordings / (name + kind)
                if recording.is_file():
                    return recording
        spoken = self._folder / (f"{name}-{self._words_per_minute}.wav" if self._pace else f"{name}.wav")
        if not spoken.is_file():
            self._render(text, voice, spoken)
        return spoken

    @property
    def _words_per_minute(self) -> int:
        return WORDS_PER_MINUTE[self._pace]

    @property
    def _loudness(self) -> float:
        return (self._volume, (self._volume + 1) / 2, 1.0, self._volume / 2)[self._louder]

    def _tone(self) -> Path:
        """A short tone that swells and fades, made once: it says that the kiosk listens, before any word."""
        file = self._folder / "tone.wav"
        if not file.is_file():
            self._folder.mkdir(parents=True, exist_ok=True)
            count = round(_RATE * _TONE_SECONDS)
            swings = (
                math.sin(2 * math.pi * _TONE_HERTZ * n / _RATE) * math.sin(math.pi * n / count)
                for n in range(count)
            )
            with wave.open(str(file.with_suffix(".part")), "wb") as sound:
                sound.setnchannels(1)
                sound.setsampwidth(2)
                sound.setframerate(_RATE)
                sound.writeframes(array.array("h", (round(16_000 * swing) for swing in swings)).tobytes())
            file.with_suffix(".part").replace(file)
        return file

    def _render(self, text: str, voice: str, file: Path) -> None:
        if self._program is None:
            raise SpeechError(f"espeak-ng is not installed, and there is no recording {file.stem}")
        self._folder.mkdir(parents=True, exist_ok=True)
        unfinished = file.with_suffix(".part")
        command = [
            self._program,
            "-v",
            voice,
            "-s",
            str(self._words_per_minute),
            "-w",
            str(unfinished),
            "--stdin",
        ]
        try:
            subprocess.run(
                command, input=text.encode(), check=True, capture_output=True, timeout=RENDER_SECONDS
            )
            unfinished.replace(file)
        except (OSError, subprocess.SubprocessError) as error:
            raise SpeechError(f"espeak-ng could not speak {file.stem}: {error}") from error

    def _order(self, order: "_Order") -> None:
        if self._worker is None:
            self._worker = threading.Thread(target=self._work, name="speech", daemon=True)
            self._worker.start()
        self._orders.put(order)

    def _work(self) -> None:
        while (order := self._orders.get()) is not None:
            try:
                self._fulfil(order)
            except (SpeechError, OSError, pygame.error) as error:
                # Reading aloud is an aid, never worth stopping the kiosk; the fault is shown to staff.
                if not self._broken:
                    log.warning("reading aloud: %s", error)
                self._broken = True

    def _fulfil(self, order: "_Order") -> None:
        if order.releases:
            pygame.mixer.quit()
            return
        for text in order.pieces:
            if order.hushed.is_set():
                return
            if isinstance(text, Tone):
                self._play(self._tone(), order.hushed)
            elif isinstance(text, Passing):
                self._say_once(text, order)
            else:
                self._play(self.file_of(text, order.language), order.hushed)
        self._broken = False

    def _say_once(self, text: str, order: "_Order") -> None:
        spoken = self._folder / "passing.wav"
        try:
            self._render(text, language(order.language).voice, spoken)
            self._play(spoken, order.hushed)
        finally:
            spoken.unlink(missing_ok=True)

    def _play(self, file: Path, hushed: threading.Event) -> None:
        if not pygame.mixer.get_init():
            pygame.mixer.init(frequency=_RATE, channels=1)
        sound = pygame.mixer.Sound(str(file))
        sound.set_volume(self._loudness)
        channel = sound.play()
        while channel is not None and channel.get_busy() and not hushed.wait(0.03):
            continue
        sound.stop()


@dataclass(frozen=True, slots=True)
class _Order:
    """Pieces to speak until `hushed`."""

    pieces: Sequence[str]
    language: str
    hushed: threading.Event
    releases: bool = False
    """Nothing is said; the sound card is let go."""
