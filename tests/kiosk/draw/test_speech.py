"""Reading aloud: what is read, what is never read, and whose voice it is."""

import threading
import time
import wave
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.rehearsal.samples import samples
from kiosk.show.aloud.speech import Speech, SpeechError, file_name
from kiosk.show.aloud.spoken import pieces
from kiosk.show.texts import Texts
from kiosk.show.views import KeyboardView, TicketView
from survey.wire.trouble import trouble

VIEWS = dict(samples("id"))

FAKE_ESPEAK = """#!/bin/sh
# Stands in for espeak-ng: notes that it was asked, and writes a short silence to the file after -w.
echo "$@" >> "{log}"
while [ "$1" != -w ]; do shift; done
cp "{silence}" "$2"
"""


@pytest.fixture
def espeak(tmp_path: Path) -> Path:
    silence = tmp_path / "silence.wav"
    with wave.open(str(silence), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(22050)
        file.writeframes(bytes(2 * 2205))
    program = tmp_path / "espeak-ng"
    program.write_text(FAKE_ESPEAK.format(log=tmp_path / "asked", silence=silence))
    program.chmod(0o755)
    return program


@pytest.fixture
def speech(tmp_path: Path, espeak: Path) -> Iterator[Speech]:
    made = Speech(tmp_path / "spoken", program=str(espeak), volume_percent=70)
    yield made
    made.close()


def asked(tmp_path: Path) -> int:
    log = tmp_path / "asked"
    return len(log.read_text().splitlines()) if log.exists() else 0


def test_a_question_is_read_with_all_answers_in_their_order() -> None:
    assert pieces(VIEWS["question-9-pengaduan"], "id")[2:] == (
        "Tombol 1: Tidak ada",
        "Tombol 2: Ada tetapi tidak berfungsi",
        "Tombol 3: Berfungsi kurang maksimal",
        "Tombol 4: Dikelola dengan baik",
    )


def test_a_press_changes_nothing_in_what_is_read() -> None:
    assert pieces(VIEWS["pressed"], "id") == pieces(VIEWS["idle"], "id")
    answered = VIEWS["question-answered"]._replace(pressed=None)
    plain = answered._replace(options=tuple(option._replace(chosen=False) for option in answered.options))
    assert pieces(answered, "id") == pieces(plain, "id")


def test_what_was_typed_is_never_read() -> None:
    for name, view in VIEWS.items():
        if isinstance(view, KeyboardView) and view.text:
            assert not any(view.text in piece for piece in pieces(view, "id")), name


def test_a_ticket_is_read_character_by_character_so_that_no_file_holds_a_code() -> None:
    view = VIEWS["ticket"]
    assert isinstance(view, TicketView)

    named = Texts("id")
    code = view.code.replace(" ", "")
    assert len(code) == 13
    assert pieces(view, "id")[1:14] == tuple(named.get(f"spell.{character}") for character in code)
    assert not any(part in piece for piece in pieces(view, "id") for part in view.code.split())


def test_an_answer_to_a_complaint_is_read_and_no_file_of_it_stays(speech: Speech, tmp_path: Path) -> None:
    view = VIEWS["standing-answered"]
    assert any("30 November" in piece for piece in pieces(view, "id"))

    speech.say(pieces(view, "id"), "id")
    deadline = time.monotonic() + 20
    while asked(tmp_path) < len(pieces(view, "id")):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    speech.close()

    kept = [file.name for file in (tmp_path / "spoken").iterdir()]
    assert kept
    assert not any("november" in name or name.startswith("passing") for name in kept)


def test_every_new_screen_of_a_complaint_is_read_with_what_the_buttons_do() -> None:
    for name, view in VIEWS.items():
        if name.startswith(("why", "topics", "code", "standing", "word", "withdraw", "kept", "complaints")):
            read = pieces(view, "id")
            assert view.title in read
            buttons = [piece for piece in read if piece.startswith("Tombol ")]
            assert len(buttons) == len(view.options), name
            assert all(piece.partition(": ")[2] for piece in buttons), name


def test_the_tile_that_the_buttons_are_on_is_read_before_the_others() -> None:
    view = VIEWS["topics-1"]
    assert pieces(view, "id")[2] == view.tiles[view.focus].label


def test_the_staff_screen_is_not_read() -> None:
    assert pieces(VIEWS["staff"], "id") == ()


def test_a_piece_is_rendered_once_and_kept(speech: Speech, tmp_path: Path) -> None:
    first = speech.file_of("Puas", "id")
    second = speech.file_of("Puas", "id")

    assert first == second
    assert first.name.startswith("puas-")
    assert asked(tmp_path) == 1


def test_another_voice_or_text_is_another_file() -> None:
    names = {file_name(text, voice) for text in ("Puas", "Puas!", "puas") for voice in ("id", "en")}

    assert len(names) == 6


def test_a_recording_takes_the_place_of_the_machine_voice(tmp_path: Path, espeak: Path) -> None:
    recording = tmp_path / "recordings" / (file_name("Puas", "id") + ".ogg")
    recording.parent.mkdir()
    recording.write_bytes(b"")
    speech = Speech(tmp_path / "spoken", recordings=recording.parent, program=str(espeak), volume_percent=70)

    assert speech.file_of("Puas", "id") == recording
    assert asked(tmp_path) == 0


def test_without_espeak_the_fault_is_told_and_recordings_still_serve(tmp_path: Path) -> None:
    absent = Speech(tmp_path / "spoken", program="espeak-that-is-not-there", volume_percent=70)
    recorded = Speech(
        tmp_path / "spoken", recordings=tmp_path, program="espeak-that-is-not-there", volume_percent=70
    )

    assert absent.fault == trouble("speech_missing")
    assert recorded.fault is None
    with pytest.raises(SpeechError, match="no recording puas-"):
        recorded.file_of("Puas", "id")


def test_a_rendering_that_fails_leaves_no_half_file(tmp_path: Path) -> None:
    broken = tmp_path / "espeak-ng"
    broken.write_text("#!/bin/sh\nexit 1\n")
    broken.chmod(0o755)

    with pytest.raises(SpeechError, match="could not speak"):
        Speech(tmp_path / "spoken", program=str(broken), volume_percent=70).file_of("Puas", "id")

    assert list((tmp_path / "spoken").iterdir()) == []


def test_speaking_goes_through_all_pieces_and_leaves_no_thread(speech: Speech, tmp_path: Path) -> None:
    view = VIEWS["idle"]

    speech.say(pieces(view, "id"), "id")
    deadline = time.monotonic() + 20
    while asked(tmp_path) < len(pieces(view, "id")):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    speech.close()

    assert asked(tmp_path) == len(pieces(view, "id"))
    assert speech.fault is None
    assert "speech" not in {thread.name for thread in threading.enumerate()}


def test_hushing_before_it_began_keeps_it_silent(speech: Speech, tmp_path: Path) -> None:
    speech.say(pieces(VIEWS["idle"], "id"), "id")
    speech.hush()
    speech.close()

    assert asked(tmp_path) <= 1
