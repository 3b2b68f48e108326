"""Reading a screen aloud, for visitors who read badly or not at all.

Every piece of text is spoken by espeak-ng into a file once and kept; a recording by a person under the same file name
takes its place. What is read is what stands on the screen for everybody: question, explanation, and all answers in
their order. Never what was pressed, chosen or typed.

A worker thread speaks and renders, so that a press is never delayed. The mixer is started when somebody first listens.
"""

import hashlib
import logging
import queue
import re
import shutil
import subprocess
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import assert_never

import pygame

from kiosk.show.texts import Texts, language
from kiosk.show.views import (
    Action,
    ChoiceView,
    ConsentView,
    KeyboardView,
    LetterView,
    MessageView,
    NoticeView,
    StaffView,
    TicketView,
    TilesView,
    View,
    WarnedView,
)
from survey.wire.trouble import Trouble, trouble

log = logging.getLogger(__name__)

WORDS_PER_MINUTE = 140
RENDER_SECONDS = 20.0
"""A piece that takes longer than this is given up."""
_RECORDING_KINDS = (".wav", ".ogg")


class Passing(str):
    """A piece that is a visitor's own, such as the answer to a complaint: no file of it stays."""

    __slots__ = ()


class SpeechError(Exception):
    """A text could not be spoken; the message says why."""


def pieces(view: View, code: str) -> tuple[str, ...]:
    """What is read of a view, in order; nothing that tells what a visitor has entered."""
    texts = Texts(code)
    match view:
        case ChoiceView():
            read = (view.title, view.subtitle, *_options(view.options, texts))
        case MessageView():
            read = (view.title, view.text, *_options(view.options, texts))
        case ConsentView():
            read = (view.title, *view.paragraphs, view.box_label, *_options(view.options, texts))
        case TicketView():
            # Character by character: a file with a whole code would keep a visitor's ticket on the disk.
            code_words = (texts.get(f"spell.{character}") for character in view.code if character != " ")
            read = (view.title, *code_words, view.text, *_options(view.options, texts))
        case KeyboardView():
            read = (view.title, view.note, *_options(view.options, texts))
        case TilesView():
            # The tile that the buttons are on comes first: it is what *pick* would take.
            here = view.tiles[view.focus].label
            others = (tile.label for tile in view.tiles if tile.label != here)
            read = (view.title, view.subtitle, here, *_options(view.options, texts), *others)
        case LetterView():
            read = (view.title, *map(Passing, view.paragraphs), *_options(view.options, texts))
        case WarnedView():
            read = (view.title, view.text, *_options(view.options, texts))
        case StaffView() | NoticeView():
            read = ()
        case _:
            assert_never(view)
    return tuple(type(piece)(piece.replace("**", "")) for piece in read if piece)


def file_name(text: str, voice: str) -> str:
    """The name of a piece's file without its ending: readable, and different for every text and voice."""
    readable = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:40].strip("-")
    digest = hashlib.sha256(f"{voice}\n{WORDS_PER_MINUTE}\n{text}".encode()).hexdigest()[:10]
    return f"{readable}-{digest}"


class Speech:
    """Speaks views; owns its worker thread and, once used, the mixer.

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

    def speak(self, view: View, code: str) -> None:
        """Read a view aloud in its language; ends whatever is being read."""
        self.hush()
        self._hushed = threading.Event()
        self._order(_Order(pieces(view, code), code, self._hushed))

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
        spoken = self._folder / f"{name}.wav"
        if not spoken.is_file():
            self._render(text, voice, spoken)
        return spoken

    def _render(self, text: str, voice: str, file: Path) -> None:
        if self._program is None:
            raise SpeechError(f"espeak-ng is not installed, and there is no recording {file.stem}")
        self._folder.mkdir(parents=True, exist_ok=True)
        unfinished = file.with_suffix(".part")
        command = [self._program, "-v", voice, "-s", str(WORDS_PER_MINUTE), "-w", str(unfinished), "--stdin"]
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
            except (SpeechError, pygame.error) as error:
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
            if isinstance(text, Passing):
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
            pygame.mixer.init(frequency=22050, channels=1)
        sound = pygame.mixer.Sound(str(file))
        sound.set_volume(self._volume)
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


def _options(options: Iterable[Action], texts: Texts) -> list[str]:
    return [
        texts.get("speech.option", number=option.button, label=option.label)
        if option.button
        else option.label
        for option in options
    ]
