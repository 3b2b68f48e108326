"""A kiosk whose key has ended: it believes its collector alone, keeps everything, and tries rarely."""

import base64
import json
import time
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from survey.wire.ended import Ended, pack_ended
from survey.wire.trouble import trouble
from tests.contract.test_senders import http
from tests.uplink.fakes import KIOSK, START_MS, Home, fill
from tests.uplink.services import HttpCollector
from uplink.errors import Refused
from uplink.forwarder.app import Uplink
from uplink.forwarder.config import UplinkConfig
from uplink.forwarder.ended import REST_SECONDS, TRY_SECONDS, EndedInbox
from uplink.forwarder.senders.http import HttpSender
from uplink.forwarder.senders.sender import EndedArrived, SettingsArrived
from uplink.journal.enrolment import ended_ms
from uplink.journal.home import read_status


def word(
    home: Home, *, kiosk: str = KIOSK, key: bytes = b"", signer: Ed25519PrivateKey | None = None
) -> bytes:
    ended = Ended(kiosk, (b"\1" * 32, key or home.identity.public_key), START_MS)
    return pack_ended(ended, (signer or home.collector.key).sign)


def refusal(ended: bytes) -> tuple[int, bytes]:
    told = {"code": "kiosk_revoked", "message": "revoked", "ended": base64.b64encode(ended).decode()}
    return 403, json.dumps(told).encode()


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "home")
    made.enrol()
    return made


def inbox(home: Home) -> EndedInbox:
    return EndedInbox(home.folder, home.enrol(), verify=home.collector.verify)


def test_the_collectors_word_is_kept_and_known_after_a_restart(home: Home) -> None:
    one = inbox(home)
    assert not one.has_come
    assert one.take(word(home))
    assert (one.has_come, inbox(home).has_come, ended_ms(home.folder, home.enrol())) == (True, True, START_MS)
    assert not one.take(word(home)), "said twice it is the same"


def test_nobody_else_and_no_word_on_another_key_stops_a_kiosk(home: Home) -> None:
    one = inbox(home)
    for false in (
        word(home, signer=Ed25519PrivateKey.generate()),
        word(home, kiosk="k-0002"),
        word(home, key=b"\2" * 32),
        home.collector.receipt("0" * 32),
        b"IKE1",
        b"",
    ):
        assert not one.take(false)
        home.paths.ended.write_bytes(false)  # as whoever broke into the uplink would
        assert ended_ms(home.folder, home.enrol()) == 0
    assert not one.has_come
    assert not inbox(home).has_come


def test_it_tries_two_minutes_an_hour(home: Home) -> None:
    one = inbox(home)
    assert all(one.lets_try(now) for now in range(0, 10_000, 100))
    one.take(word(home))
    begun = 50_000.0
    tries = [now for now in range(36_000) if one.lets_try(begun + now)]
    assert not one.lets_try(begun + 5)
    assert REST_SECONDS - 5 < tries[0] < REST_SECONDS + 5, "first it rests"
    share = len(tries) / 36_000
    assert share == pytest.approx(TRY_SECONDS / REST_SECONDS, rel=0.15)


def test_only_a_receipt_of_later_takes_the_word_back(home: Home) -> None:
    one = inbox(home)
    one.take(word(home))
    for at_ms in (
        0,
        START_MS - 1,
        START_MS,
        START_MS + 60_000,
    ):  # signed just after the end, for what came just before
        one.heard(at_ms)
        assert one.has_come
    one.heard(START_MS + 3_600_000)
    assert not one.has_come
    assert not inbox(home).has_come
    assert one.lets_try(1.0)


def test_the_word_comes_with_a_refusal_over_https(tmp_path: Path, home: Home) -> None:
    with HttpCollector(home.collector) as door:
        sender = HttpSender(http(door.url), now=time.monotonic)
        sender.open()
        sender.poll(0)
        door.answer = refusal(word(home))
        with pytest.raises(Refused):
            sender.send(b"batch")
        assert sender.poll(0) == (EndedArrived(word(home)),)
        door.answer = (403, b'{"code":"kiosk_revoked","message":"m","ended":"?"}')
        with pytest.raises(Refused):
            sender.send(b"batch")
        assert sender.poll(0) == ()
        sender.close()


def test_settings_are_asked_for_within_five_minutes_while_the_session_stays_open(
    tmp_path: Path, home: Home
) -> None:
    """A kiosk that lives on HTTPS opens its session once in months."""
    assert UplinkConfig().https_settings_seconds <= 300
    now = [1_000.0]
    with HttpCollector(home.collector) as door:
        where = http(door.url)
        sender = HttpSender(where, now=lambda: now[0])
        sender.open()
        assert sender.poll(0) == ()
        door.settings = b"signed settings"
        now[0] += where.settings_every_seconds - 1
        assert sender.poll(0) == ()
        now[0] += 1
        assert sender.poll(0) == (SettingsArrived(b"signed settings"),)
        now[0] += where.settings_every_seconds
        assert sender.poll(0) == (), "what is unchanged does not come again"
        door.settings = b"other settings"
        now[0] += where.settings_every_seconds
        assert sender.poll(0) == (SettingsArrived(b"other settings"),)
        sender.close()


def test_a_revoked_uplink_keeps_the_journal_and_says_why(home: Home) -> None:
    journal = home.journal()
    fill(journal, 3)
    with HttpCollector(home.collector) as door:
        door.answer = refusal(word(home))
        home.enrol(url=door.url)
        # Nothing listens where the broker should be, so HTTPS is what is left.
        config = UplinkConfig(
            reconnect_first_seconds=0.01, reconnect_cap_seconds=0.02, mqtt_failures_before_https=1
        )
        uplink = Uplink(home.folder, config)
        try:
            deadline = time.monotonic() + 20
            while not home.paths.ended.exists():
                assert time.monotonic() < deadline
                uplink.step()
            asked = len(home.collector.batches)
            for _ in range(3):
                uplink._status_at = 0.0
                uplink.step()
        finally:
            uplink.close()
    status = read_status(home.paths.uplink_status)
    assert (status["connected"], status["backlog"]) == (False, 3)
    assert status["trouble"] == trouble("kiosk_revoked").to_fields()
    assert len(home.collector.batches) == asked, "it rests"
    assert journal.waiting == 3
    journal.close()


def test_a_machine_that_was_enrolled_anew_gets_another_uplink(home: Home) -> None:
    home.paths.ended.write_bytes(word(home))
    uplink = Uplink(home.folder, UplinkConfig())
    try:
        uplink.step()
        assert not uplink._stopped.is_set()
        home.paths.enrolment.unlink()
        uplink._status_at = 0.0
        uplink.step()
        assert uplink._stopped.is_set()
    finally:
        uplink.close()
