"""The microphone's programs: joined by pipes, stopped early, dropped and killed, and nothing of what was said on a disk."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from hardware.microphone import (
    DECODER,
    ENCODER,
    PLAYER,
    RECORDER,
    ProgramMicrophone,
    has_capture_device,
    missing,
)
from hardware.spoken import Failed, Outcome, Played, Recording
from survey.record import ogg

HUM = """
import sys, time
sys.stdout.buffer.write(b"\\x00\\x10" * 1600); sys.stdout.flush(); open({marker!r}, "w").close()
while True:
    sys.stdout.buffer.write(b"\\x00\\x10" * 16); sys.stdout.flush(); time.sleep(0.01)
"""
"""A recorder that hums until it is ended, and leaves a file to say that it does; it minds no length."""
PASS_ON = (sys.executable, "-c", "import sys; sys.stdout.buffer.write(sys.stdin.buffer.read())")


def python(code: str) -> Sequence[str]:
    return (sys.executable, "-c", code)


@contextmanager
def microphone(**commands: Sequence[str]) -> Iterator[ProgramMicrophone]:
    names = {"recorder": RECORDER, "encoder": ENCODER, "decoder": DECODER, "player": PLAYER}
    found = {name: python("") for name in names.values()}
    found |= {names[name]: command for name, command in commands.items()}
    made = ProgramMicrophone(volume_percent=70, commands=found)
    try:
        yield made
    finally:
        made.close()


def humming(folder: Path) -> Sequence[str]:
    return python(HUM.format(marker=str(folder / "hums")))


def wait_for(true: Callable[[], bool]) -> None:
    for _ in range(2_000):
        if true():
            return
        time.sleep(0.01)
    raise AssertionError("it never came to that")


def outcome_of(one: ProgramMicrophone) -> Outcome:
    found: list[Outcome | None] = []

    def has_come() -> bool:
        found.append(one.poll())
        return found[-1] is not None

    wait_for(has_come)
    outcome = found[-1]
    assert outcome is not None
    return outcome


def children() -> set[str]:
    """The programs that this process has started and that are not gone."""
    found = subprocess.run(
        ["ps", "-o", "pid=,args=", "--ppid", str(os.getpid())], capture_output=True, text=True, check=True
    )
    return {line.strip() for line in found.stdout.splitlines() if "ps -o" not in line}


def test_what_is_said_until_it_is_stopped_is_the_recording(tmp_path: Path) -> None:
    with microphone(recorder=humming(tmp_path), encoder=PASS_ON) as one:
        one.record(30)
        wait_for((tmp_path / "hums").exists)
        assert one.poll() is None
        one.stop()

        heard = outcome_of(one)

    assert isinstance(heard, Recording)
    assert len(heard.speech) >= 3_200
    assert set(heard.speech) == {0x00, 0x10}
    assert one.poll() is None, "an outcome is told once"


def test_a_recorder_that_ends_by_itself_needs_no_stop() -> None:
    with microphone(recorder=python("print('aaa', end='')"), encoder=PASS_ON) as one:
        one.record(30)
        assert outcome_of(one) == Recording(b"aaa")


@pytest.mark.parametrize("broken", ["recorder", "encoder"])
def test_a_program_that_fails_is_no_recording(broken: str) -> None:
    good = {"recorder": python("print('aaa', end='')"), "encoder": PASS_ON}
    with microphone(**(good | {broken: python("raise SystemExit(1)")})) as one:  # type: ignore[arg-type]
        one.record(30)
        assert isinstance(outcome_of(one), Failed)


def test_dropping_ends_the_programs_and_nothing_comes_of_it(tmp_path: Path) -> None:
    before = children()
    with microphone(recorder=humming(tmp_path), encoder=PASS_ON) as one:
        one.record(30)
        wait_for((tmp_path / "hums").exists)
        assert len(children() - before) == 2
        one.hush()
        assert one.poll() is None
        one.record(30)  # the device is free again, for the next one waits for the last
        one.stop()
        assert isinstance(outcome_of(one), Recording | Failed)
    assert children() - before == set()


def test_closing_ends_a_recording_and_its_programs(tmp_path: Path) -> None:
    before = children()
    with microphone(recorder=humming(tmp_path), encoder=PASS_ON) as one:
        one.record(30)
        wait_for((tmp_path / "hums").exists)
    assert children() - before == set()


def test_what_is_played_goes_through_decoder_and_player(tmp_path: Path) -> None:
    heard = tmp_path / "heard"
    player = python(f"import sys; open({str(heard)!r}, 'wb').write(sys.stdin.buffer.read())")
    with microphone(decoder=PASS_ON, player=player) as one:
        one.play(b"abc" * 15_000)
        assert outcome_of(one) == Played()
    assert heard.read_bytes() == b"abc" * 15_000


def test_a_player_that_fails_is_told() -> None:
    with microphone(decoder=PASS_ON, player=python("raise SystemExit(1)")) as one:
        one.play(b"abc")
        assert isinstance(outcome_of(one), Failed)


def test_a_killed_kiosk_leaves_no_program_that_listens(tmp_path: Path) -> None:
    """The encoder writes seldom, and so would notice late that nobody reads: here it never would."""
    code = (
        "import time\n"
        "from hardware.microphone import ENCODER, RECORDER, ProgramMicrophone\n"
        f"hum, on = {tuple(humming(tmp_path))!r}, ({sys.executable!r}, '-c', 'import sys; sys.stdin.buffer.read()')\n"
        "one = ProgramMicrophone(volume_percent=70, commands={RECORDER: hum, ENCODER: on})\n"
        "one.record(30)\n"
        "while len(one._job._programs) < 2:\n"
        "    time.sleep(0.01)\n"
        "print(*(program.pid for program in one._job._programs), flush=True)\n"
        "time.sleep(60)\n"
    )
    kiosk = subprocess.Popen(
        [sys.executable, "-c", code], cwd=Path(__file__).parents[2], stdout=subprocess.PIPE, text=True
    )
    assert kiosk.stdout is not None
    programs = [int(pid) for pid in kiosk.stdout.readline().split()]
    assert len(programs) == 2
    wait_for((tmp_path / "hums").exists)
    assert all(map(is_alive, programs))
    kiosk.send_signal(signal.SIGKILL)
    kiosk.wait()
    kiosk.stdout.close()
    wait_for(lambda: not any(map(is_alive, programs)))


def is_alive(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


def test_missing_programs_are_named() -> None:
    assert missing(("no-such-recorder", "sh")) == ("no-such-recorder",)
    with microphone(recorder=("no-such-recorder",), encoder=PASS_ON) as one:
        assert one.fault() == "no-such-recorder"
        one.record(30)
        assert isinstance(outcome_of(one), Failed)


def test_a_card_that_can_record_is_found(tmp_path: Path) -> None:
    assert not has_capture_device(tmp_path)
    (tmp_path / "proc/asound").mkdir(parents=True)
    pcm = tmp_path / "proc/asound/pcm"
    pcm.write_text("00-00: bcm2835 Headphones : bcm2835 Headphones : playback 8\n")
    assert not has_capture_device(tmp_path)
    pcm.write_text("01-00: USB Audio : USB Audio : playback 1 : capture 1\n")
    assert has_capture_device(tmp_path)


@pytest.mark.skipif(shutil.which(ENCODER) is None, reason="opus-tools are not installed")
def test_the_real_encoder_makes_half_a_minute_small_and_the_real_decoder_hears_it(tmp_path: Path) -> None:
    heard = tmp_path / "heard"
    tone = "import math, sys, array\nsys.stdout.buffer.write(array.array('h', [int(9e3 * math.sin(t * t / 9e8) * (t // 1600 % 3)) // 2 for t in range(480000)]).tobytes())\n"
    player = python(f"import sys; open({str(heard)!r}, 'wb').write(sys.stdin.buffer.read())")
    one = ProgramMicrophone(volume_percent=50, commands={RECORDER: python(tone), PLAYER: player})
    try:
        one.record(30)
        said = outcome_of(one)
        assert isinstance(said, Recording)
        one.play(said.speech)
        assert outcome_of(one) == Played()
    finally:
        one.close()
    assert ogg.seconds(said.speech) == 30
    assert 5_000 < len(said.speech) < 36_000
    assert abs(len(heard.read_bytes()) - 960_000) < 9_600
