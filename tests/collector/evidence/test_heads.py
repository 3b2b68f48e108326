"""Heads in heartbeats: a stream that never comes is missed, and a card that tells another history is named."""

import logging
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core.management import call_command

from collector.evidence.models import HeardHead, Stream
from collector.evidence.proof.audit_output import as_html, as_json
from collector.fleet.models import KioskKey, Unit
from survey.index.periods import parse
from tests.collector.fake_kiosk import MORNING_MS, FakeKiosk
from tests.collector.hearing import hear
from tests.collector.judged import judge

pytestmark = pytest.mark.django_db

Arrive = Callable[..., list[object]]
PERIOD = parse("2026-11")
NOW_MS = MORNING_MS + 8 * 86_400_000


def alarms(caplog: pytest.LogCaptureFixture) -> int:
    return sum(
        one.levelno == logging.ERROR and "tells another history" in one.message for one in caplog.records
    )


def test_a_stream_of_which_only_a_head_was_heard_is_missed(
    unit: Unit, kiosk: FakeKiosk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kiosk.responses(1, 1, 1)
    assert hear(kiosk.name, kiosk.state(2), now_ms=NOW_MS) is None
    assert hear(kiosk.name, kiosk.state(3), now_ms=NOW_MS) is None
    assert hear(kiosk.name, kiosk.state(1), now_ms=NOW_MS) is None
    assert HeardHead.objects.get().seq == 3
    found = judge(unit, PERIOD, tmp_path)
    assert (found.audit.integrity, found.audit.completeness, found.remarks()) == (
        True,
        False,
        ["none_received"],
    )
    assert "1..3: 0 received, 3 missing" in found.text
    assert "3 records written, none received" in found.text
    call_command("kiosk", "list")
    assert f"{kiosk.stream[:8]}: 3 records heard of, NONE RECEIVED" in capsys.readouterr().out
    assert '"received_at": null' in as_json(found.audit)


def test_what_was_heard_before_anything_came_is_remembered_when_it_comes(
    unit: Unit, kiosk: FakeKiosk, arrive: Arrive, tmp_path: Path
) -> None:
    kiosk.responses(1, 2, 3)
    hear(kiosk.name, kiosk.state(3), now_ms=NOW_MS)
    arrive(kiosk.batch(1, 1))
    assert (Stream.objects.get().heard_seq, HeardHead.objects.count()) == (3, 0)
    assert judge(unit, PERIOD, tmp_path).faults() == [("cut", 2, 3)]
    arrive(kiosk.batch(2))
    assert judge(unit, PERIOD, tmp_path).holds


def test_an_enrolled_kiosk_that_was_never_heard_is_listed(
    unit: Unit, busy: FakeKiosk, tmp_path: Path
) -> None:
    mute = FakeKiosk.enrolled(unit)
    found = judge(unit, PERIOD, tmp_path)
    assert found.holds
    assert [(one.kiosk, one.key) for one in found.audit.silent] == [(mute.name, mute.public_key.hex())]
    assert f"{mute.name}: nothing was ever heard under its key" in found.text
    assert "tidak ada yang pernah terdengar" in as_html(found.audit, "id")
    hear(mute.name, mute.state(0), now_ms=NOW_MS)
    mute.responses(1)
    hear(mute.name, mute.state(1), now_ms=NOW_MS)
    assert judge(unit, PERIOD, tmp_path).audit.silent == ()


@pytest.mark.parametrize("seq", [61, 62, 63])
def test_a_copied_card_that_only_sends_heartbeats_is_named(
    unit: Unit,
    busy: FakeKiosk,
    arrive: Arrive,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
    seq: int,
) -> None:
    """Under a number that is held, the same as the last one held or lower, and again and again."""
    twin = busy.copy()
    twin.lines, twin.links = twin.lines[:60], twin.links[:61]
    twin.responses(4, 4, 4)
    busy.responses(1, 1)
    arrive(busy.batch(62))
    hear(busy.name, busy.state(63), now_ms=NOW_MS)
    for _ in range(3):
        assert hear(busy.name, twin.state(seq), now_ms=NOW_MS) is None
    assert Stream.objects.get().heard_seq == 63
    assert (HeardHead.objects.get().seq, alarms(caplog)) == (seq, 1)
    found = judge(unit, PERIOD, tmp_path)
    assert (found.audit.integrity, found.faults()) == (False, [("forked", seq, seq)])
    for words in (("kiosk", "list"), ("refusals",)):
        call_command(*words)
        printed = capsys.readouterr().out
        assert "ANOTHER HISTORY" in printed or f"head {seq} of another history" in printed
    hear(busy.name, busy.state(60), now_ms=NOW_MS)
    assert HeardHead.objects.count() == 1, "a lower head of the true history proves nothing new"


def test_two_heads_of_records_that_have_not_come_contradict_each_other(
    unit: Unit, busy: FakeKiosk, arrive: Arrive, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    twin = busy.copy()
    busy.responses(1)
    twin.responses(4)
    for one in (busy, twin, busy, twin):
        hear(busy.name, one.state(62), now_ms=NOW_MS)
    assert alarms(caplog) == 1
    assert judge(unit, PERIOD, tmp_path).faults() == [("cut", 62, 62), ("forked", 62, 62)]
    arrive(busy.batch(62))
    assert judge(unit, PERIOD, tmp_path).faults() == [("forked", 62, 62)]


def test_two_heads_of_a_stream_that_never_came_contradict_each_other(
    unit: Unit, kiosk: FakeKiosk, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    twin = kiosk.copy()
    kiosk.responses(1)
    twin.responses(4)
    for one in (kiosk, twin):
        hear(kiosk.name, one.state(1), now_ms=NOW_MS)
    assert alarms(caplog) == 1
    assert judge(unit, PERIOD, tmp_path).faults() == [("cut", 1, 1), ("forked", 1, 1)]


def test_a_head_that_was_heard_first_and_does_not_fit_what_comes_is_named(
    unit: Unit, busy: FakeKiosk, arrive: Arrive, tmp_path: Path
) -> None:
    twin = busy.copy()
    busy.responses(1)
    twin.responses(4)
    hear(busy.name, twin.state(62), now_ms=NOW_MS)
    arrive(busy.batch(62))
    assert judge(unit, PERIOD, tmp_path).faults() == [("forked", 62, 62)]


def test_a_number_cannot_be_made_up(kiosk: FakeKiosk) -> None:
    kiosk.responses(1)
    for changes in ({"seq": 2**53 - 1}, {"stream": "0" * 32}):
        assert hear(kiosk.name, kiosk.state(1, changes=changes), now_ms=NOW_MS) == "state_head"
    stranger = FakeKiosk(kiosk.name, Ed25519PrivateKey.generate())
    stranger.responses(1)
    assert hear(kiosk.name, stranger.state(1), now_ms=NOW_MS) == "state_head"
    KioskKey.objects.update(revoked_at="2026-11-02T00:00:00Z")
    assert hear(kiosk.name, kiosk.state(1), now_ms=NOW_MS) == "state_head"
    assert HeardHead.objects.count() == 0


def test_heads_take_no_more_room_than_a_hundred(kiosk: FakeKiosk) -> None:
    for _ in range(103):
        other = FakeKiosk(kiosk.name, kiosk.key)
        other.responses(1)
        assert hear(kiosk.name, other.state(1), now_ms=NOW_MS) is None
    assert HeardHead.objects.count() == 100
