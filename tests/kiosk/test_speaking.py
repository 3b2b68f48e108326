"""Who cannot write speaks: through the real loop and journal, with a microphone that always hears the same."""

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from hardware.microphone import DECODER, ENCODER, PLAYER, RECORDER, ProgramMicrophone
from hardware.simulator import SimulatedMicrophone
from hardware.spoken import Failed
from kiosk.__main__ import main
from kiosk.config import Config, parse
from kiosk.fitted.speaking import Speaking
from kiosk.ports import Voice
from kiosk.show.texts import catalogue
from kiosk.show.views import KeyboardView, MessageView, TicketView, View, WarnedView
from kiosk.watch.doctor import examine
from kiosk.watch.patient import OK, WARN, Patient
from survey.record import ogg
from survey.record.complaint import ADDED, Added, AdditionKind, Filing
from survey.record.spoken import MAX_SPEECH_BYTES, VOICE, voice_piece
from survey.visit.action import Word
from survey.visit.speech import NotRecorded, Record
from survey.visit.state import Step
from survey.wire.sealing import ROUTED
from survey.wire.trouble import trouble
from tests.kiosk.journals import Kept, records
from tests.kiosk.rehearsal.test_simulation import opened, opened_of
from tests.kiosk.rigs import Rig, rig
from uplink.journal.written import WriteFailed

TEXTS = catalogue("id")
HAS_MICROPHONE = parse({"sound": {"microphone": True}}, file="test")
LONG = ogg.silence(80)
"""In three parts, as half a minute of speech comes in four or five."""


@contextmanager
def kiosk_that_hears(
    home: Path, speech: bytes = LONG, config: Config = HAS_MICROPHONE, voice: Voice | None = None
) -> Iterator[tuple[Rig, SimulatedMicrophone]]:
    made: list[SimulatedMicrophone] = []

    def make(times: object) -> SimulatedMicrophone:
        made.append(SimulatedMicrophone(speech, times.monotonic))  # type: ignore[attr-defined]
        return made[0]

    with rig(home, config, microphone=make, voice=voice) as kiosk:
        yield kiosk, made[0]


def complain(kiosk: Rig, *more: str) -> None:
    for action in ("complaint", "new", "topic:lama", "next", *more):
        kiosk.touch(action)


def said(view: View) -> str:
    assert isinstance(view, MessageView | WarnedView | TicketView)
    return view.text


def additions_of(home: Path, key: X25519PrivateKey) -> list[tuple[Added, bytes]]:
    """What each addition says that it is, and the part of a recording that lies beside it."""
    found = []
    for record in records(home, "addition"):
        sealed = {one.name: one for one in record.attachments}
        added = Added.from_bytes(opened_of(sealed[ADDED], key))
        found.append((added, voice_piece(opened(sealed[VOICE].content, key))))
    return found


def filing_of(record: Kept, key: X25519PrivateKey) -> Filing:
    return Filing.from_bytes(opened_of(record.attachments[0], key))


def nothing_in_clear(home: Path) -> bool:
    files = [path for path in home.rglob("*") if path.is_file()]
    return bool(files) and not any(b"Opus" in path.read_bytes() for path in files)


def test_what_is_said_is_played_sent_and_sealed_in_parts(home: Path, seal_key: X25519PrivateKey) -> None:
    with kiosk_that_hears(home) as (kiosk, microphone):
        complain(kiosk, "speak")
        assert "30 detik" in said(kiosk.view)
        kiosk.touch("start")
        kiosk.wait(3)
        assert "Sisa **27 detik**" in said(kiosk.view)
        kiosk.touch("stop")
        assert microphone.heard == [LONG]
        assert "belum dikirim" in said(kiosk.view)
        kiosk.touch("next")
        view = kiosk.view
        assert isinstance(view, TicketView)
        assert TEXTS["ticket.spoken_kept"] in view.text
        assert kiosk.loop.service.recorder.thanked == 4, "the complaint and three parts"
    (complaint,), parts = records(home, "complaint"), additions_of(home, seal_key)
    filing = filing_of(complaint, seal_key)
    assert filing.names_officer, "nobody can look for names in it"
    assert [one.spoken.part for one, _ in parts if one.spoken] == [1, 2, 3]
    assert {(one.kind, one.key, one.spoken.of) for one, _ in parts if one.spoken} == {
        (AdditionKind.SPOKEN, filing.key, 3)
    }
    assert len({one.spoken.speech for one, _ in parts if one.spoken}) == 1
    assert {record.body["lookup"] for record in records(home, "addition")} == {complaint.body["lookup"]}
    assert complaint.seq < records(home, "addition")[0].seq, "the complaint is kept first"
    assert ogg.joined([piece for _, piece in parts]) == LONG
    assert ogg.seconds(ogg.joined([parts[0][1], parts[2][1]])) == 80, "what is left of it can be heard"
    assert nothing_in_clear(home)


def test_by_the_buttons_alone(home: Path, seal_key: X25519PrivateKey) -> None:
    with kiosk_that_hears(home, ogg.silence(5)) as (kiosk, microphone):
        kiosk.touch("complaint")
        kiosk.press(2)  # Pengaduan baru
        kiosk.press(3)  # Pilih
        kiosk.press(4)  # Lanjut
        kiosk.press(2)  # Bicara saja
        kiosk.press(2)  # Mulai bicara
        assert kiosk.loop.service.state.step is Step.RECORDING
        kiosk.press(2)  # Selesai bicara
        kiosk.press(2)  # Putar lagi
        assert microphone.heard == [ogg.silence(5)] * 2
        kiosk.press(3)  # Ulangi
        kiosk.press(2)  # Selesai bicara
        kiosk.press(4)  # Kirim
        assert isinstance(kiosk.view, TicketView)
    assert [one.spoken and one.spoken.of for one, _ in additions_of(home, seal_key)] == [1]


def test_the_countdown_ends_the_recording_by_itself(home: Path) -> None:
    with kiosk_that_hears(home) as (kiosk, _):
        complain(kiosk, "speak", "start")
        kiosk.wait(20, frame=0.5)
        assert not isinstance(kiosk.view, WarnedView), "who speaks is there"
        kiosk.wait(11, frame=0.5)
        assert kiosk.loop.service.state.step is Step.HEARD
        assert kiosk.loop.service.state.spoken == 80


def test_whoever_walks_away_leaves_nothing_of_the_voice_but_the_topics(
    home: Path, seal_key: X25519PrivateKey
) -> None:
    with kiosk_that_hears(home) as (kiosk, microphone):
        complain(kiosk, "speak", "start", "stop")
        kiosk.wait(75, frame=1.0)
        assert TEXTS["still_there.spoken"] in said(kiosk.view)
        assert TEXTS["still_there.draft"] in said(kiosk.view)
        kiosk.wait(25, frame=1.0)
        assert kiosk.loop.service.state.step is Step.IDLE
        assert microphone.poll() is None
    (complaint,) = records(home, "complaint")
    assert filing_of(complaint, seal_key).topics == ("lama",)
    assert records(home, "addition") == []


def test_batal_keeps_what_was_picked_and_forgets_what_was_said(home: Path) -> None:
    with kiosk_that_hears(home) as (kiosk, _):
        complain(kiosk, "key:a", "speak", "start", "stop", "cancel")
        view = kiosk.view
        assert isinstance(view, KeyboardView)
        assert view.text == "a"
        kiosk.touch("next")
    assert records(home, "addition") == []
    assert sorted(one.name for one in records(home, "complaint")[0].attachments) == ["filing", "text"]


def test_staff_that_is_called_meanwhile_finds_nothing_said(home: Path) -> None:
    with kiosk_that_hears(home) as (kiosk, microphone):
        complain(kiosk, "speak", "start")
        kiosk.touch("corner", seconds=4)
        assert kiosk.loop.service.state.step is Step.STAFF
        kiosk.wait(40, frame=1.0)
        assert microphone.heard == []
    assert records(home, "addition") == []
    assert len(records(home, "complaint")) == 1


def test_a_part_that_the_disk_refuses_loses_no_complaint_and_is_told(home: Path) -> None:
    with kiosk_that_hears(home) as (kiosk, _):
        complain(kiosk, "speak", "start", "stop")
        writer, submit = kiosk.device.writer, kiosk.device.writer.submit
        seen: list[object] = []

        def refuse_the_second(token: object, kind: str, *rest: object) -> None:
            seen.append(kind)
            if seen.count("addition") == 2:
                writer.results.put(WriteFailed(token, trouble("record_refused"), "test"))  # type: ignore[arg-type]
            else:
                submit(token, kind, *rest)  # type: ignore[arg-type]

        writer.submit = refuse_the_second  # type: ignore[method-assign, assignment]
        kiosk.touch("next")
        assert "**tidak** tersimpan" in said(kiosk.view)
    assert len(records(home, "complaint")) == 1
    assert len(records(home, "addition")) == 2


def test_a_microphone_that_fails_says_so_and_leads_back_to_writing(home: Path) -> None:
    with kiosk_that_hears(home) as (kiosk, microphone):
        microphone.broken = True
        complain(kiosk, "speak", "start")
        kiosk.wait(1)
        assert said(kiosk.view) == TEXTS["speaking.fails"]
        kiosk.touch("back")
        assert isinstance(kiosk.view, KeyboardView)
        microphone.broken = False
        kiosk.touch("speak")
        assert "30 detik" in said(kiosk.view), "it may work the next time"


@pytest.mark.parametrize("speech", [b"", b"no recording at all", ogg.silence(0)])
def test_what_is_no_recording_is_none(home: Path, speech: bytes) -> None:
    with kiosk_that_hears(home, speech) as (kiosk, _):
        complain(kiosk, "speak", "start", "stop")
        assert said(kiosk.view) == TEXTS["speaking.fails"]


def test_a_recording_that_is_too_long_is_refused() -> None:
    too_long = ogg.silence(1_000)
    assert len(too_long) > MAX_SPEECH_BYTES
    speaking = Speaking(SimulatedMicrophone(too_long, lambda: 0.0))
    speaking.perform(Record(0))
    assert speaking.results() == [NotRecorded()]
    assert speaking.fault == trouble("microphone_fails")


def test_a_word_more_can_be_spoken_too_beside_what_is_typed(home: Path, seal_key: X25519PrivateKey) -> None:
    with kiosk_that_hears(home) as (kiosk, _):
        complain(kiosk, "next")
        view = kiosk.view
        assert isinstance(view, TicketView)
        kiosk.touch("noted")
        kiosk.loop.service.state = kiosk.loop.service.state._replace(
            step=Step.WORD, code=view.code.replace(" ", ""), text="masih"
        )
        for action in ("speak", "start", "stop", "next"):
            kiosk.touch(action)
        assert said(kiosk.view) == TEXTS["kept.spoken"]
    (complaint,) = records(home, "complaint")
    assert not filing_of(complaint, seal_key).names_officer
    added = records(home, "addition")
    assert [sorted(one.name for one in record.attachments) for record in added] == [
        ["added", "text"],
        *([["added", "voice"]] * 3),
    ]
    assert {record.body["lookup"] for record in added} == {complaint.body["lookup"]}


@pytest.mark.parametrize("config", [Config(), HAS_MICROPHONE])
def test_speaking_is_off_where_no_microphone_is_configured_or_its_programs_are_missing(
    home: Path, config: Config
) -> None:
    absent = ProgramMicrophone(volume_percent=70, commands={RECORDER: ("no-such-program",)})
    with rig(home, config, microphone=lambda _times: absent) as kiosk:
        complain(kiosk)
        assert Word.SPEAK not in {option.name for option in kiosk.view.options}  # type: ignore[union-attr]
        health = kiosk.loop.desk
        assert health is None
    speaking = Speaking(absent)
    assert not speaking.offered
    assert speaking.fault is not None
    assert speaking.fault.code == "microphone_missing"
    assert "no-such-program" in dict(speaking.fault.values)["programs"]  # type: ignore[operator]


def test_reading_aloud_lets_go_of_the_sound_card_before_a_recording_and_reads_on_after_it(home: Path) -> None:
    order: list[str] = []
    voice = Voice(
        say=lambda pieces, _language: order.append(pieces[0]),
        hush=lambda: None,
        release=lambda: order.append("release"),
        set_volume=lambda _percent: None,
        tune=lambda _louder, _pace: None,
        fault=lambda: None,
    )
    config = parse({"sound": {"microphone": True, "speech": True}}, file="test")
    with kiosk_that_hears(home, config=config, voice=voice) as (kiosk, _):
        complain(kiosk, "speak", "listen", "start")
        assert order == ["Ceritakan dengan suara", "release"]
        kiosk.touch("stop")
        kiosk.wait(4)
        assert order[-2:] == ["release", "Ini suara Anda"], (
            "what can be done is read once the voice has been heard"
        )


def test_real_programs_record_and_play_through_the_loop(home: Path, seal_key: X25519PrivateKey) -> None:
    """Real processes and pipes, in real time: only what hears and sounds is replaced."""
    heard = home.parent / "heard"
    code = f"import sys; sys.stdout.buffer.write({ogg.silence(4)!r})"
    on = (sys.executable, "-c", "import sys; sys.stdout.buffer.write(sys.stdin.buffer.read())")
    player = (sys.executable, "-c", f"import sys; open({str(heard)!r}, 'wb').write(sys.stdin.buffer.read())")
    programs = {RECORDER: (sys.executable, "-c", code), ENCODER: on, DECODER: on, PLAYER: player}
    microphone = ProgramMicrophone(volume_percent=70, commands=programs)
    try:
        with rig(home, HAS_MICROPHONE, microphone=lambda _times: microphone) as kiosk:
            complain(kiosk, "speak", "start")
            for _ in range(1_000):
                kiosk.loop.step()
                if heard.exists() and heard.read_bytes() == ogg.silence(4):
                    break
                time.sleep(0.01)
            assert kiosk.loop.service.state.spoken == 4
            kiosk.touch("next")
            assert isinstance(kiosk.view, TicketView)
    finally:
        microphone.close()
    assert [ogg.seconds(piece) for _, piece in additions_of(home, seal_key)] == [4]


def test_nothing_comes_of_a_recording_that_fails_after_it_was_dropped() -> None:
    microphone = SimulatedMicrophone(LONG, lambda: 0.0)
    microphone.record(0)
    assert microphone.poll() is not None
    microphone.broken = True
    microphone.record(0)
    assert isinstance(microphone.poll(), Failed)
    microphone.record(0)
    microphone.close()
    assert microphone.poll() is None


@pytest.mark.heavy
def test_invented_visitors_speak_where_there_is_a_microphone(
    home: Path, tmp_path: Path, seal_key: X25519PrivateKey, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "kiosk.toml"
    file.write_text("[sound]\nmicrophone = true\n")
    options = [
        "simulate",
        "--visitors",
        "60",
        "--seed",
        "9",
        "--json",
        "--home",
        str(home),
        "--config",
        str(file),
    ]
    assert main(options) == 0
    assert json.loads(capsys.readouterr().out)["failed"] == 0
    kinds = [
        Added.from_bytes(opened(one.content, seal_key, info=ROUTED)).kind
        for record in records(home, "addition")
        for one in record.attachments
        if one.name == ADDED
    ]
    assert kinds.count(AdditionKind.SPOKEN) >= 1
    assert nothing_in_clear(home)


# -- the doctor


def doctor_of(home: Path, config: Config, root: Path) -> dict[str, str]:
    patient = Patient(home, config, simulate=True, has_pin=lambda _: True, open_panel=None, root=root)  # type: ignore[arg-type]
    return {one.fact: one.state for one in examine(patient) if one.check == "microphone"}


def test_the_doctor_says_what_is_missing(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    assert doctor_of(home, Config(), tmp_path) == {}
    assert doctor_of(home, HAS_MICROPHONE, tmp_path) == {"arecord, opusenc, opusdec, aplay missing": WARN}
    for program in (RECORDER, ENCODER, DECODER, PLAYER):
        (folder / program).write_text("#!/bin/sh\n")
        (folder / program).chmod(0o755)
    assert doctor_of(home, HAS_MICROPHONE, tmp_path) == {"no device that can record is connected": WARN}
    (tmp_path / "proc/asound").mkdir(parents=True)
    (tmp_path / "proc/asound/pcm").write_text("01-00: USB Audio : USB Audio : playback 1 : capture 1\n")
    assert doctor_of(home, HAS_MICROPHONE, tmp_path) == {"programs and a device that can record": OK}
