"""The end of a kiosk's key: both doors refuse it with a word that the kiosk can believe, and the broker's files say so."""

import base64
import json
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.core.management import call_command
from django.http import HttpResponse
from django.test import Client

from collector import clock
from collector.console.management.commands.listen import to_publish
from collector.errors import KeeperAway
from collector.evidence.doors.heartbeat import hear_all
from collector.fleet import endings, enrolment, revoked, tree
from collector.fleet.models import Kiosk, KioskEnding, KioskKey, Unit
from collector.jobs import working
from collector.trust import ca, keyholder, keys, public
from collector.trust.keys import private_folder
from survey.wire import topics
from survey.wire.ended import Ended, unpack_ended
from tests.collector.conftest import OwnClock
from tests.collector.fake_kiosk import FakeKiosk

BINARY = "application/octet-stream"


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "IKM_DATA", tmp_path)


def revoke(kiosk: FakeKiosk) -> None:
    call_command("kiosk", "revoke", kiosk.name, "--why", "hilang")


def word(answer: HttpResponse) -> Ended:
    """Give the collector's word that came with a refusal."""
    assert answer.status_code == 403
    told = json.loads(answer.content)
    assert told["code"] == "kiosk_revoked"
    verify = keys.verifier(public.read(settings.IKM_KEYS).signing)
    return unpack_ended(base64.b64decode(told["ended"]), verify)


def listed() -> x509.CertificateRevocationList:
    """Give the list as it lies there, which has our authority's signature."""
    found = x509.load_pem_x509_crl(revoked.path().read_bytes())
    authority = x509.load_pem_x509_certificate(ca.authority(settings.IKM_KEYS).encode())
    public_key = authority.public_key()
    assert isinstance(public_key, EllipticCurvePublicKey)
    assert found.is_signature_valid(public_key)
    return found


def serials() -> set[int]:
    return {one.serial_number for one in listed()}


def names() -> list[str]:
    above, _, _ = revoked.path().read_text().partition("-----BEGIN")
    return [line.removeprefix("deny ") for line in above.splitlines() if line.startswith("deny ")]


def serial_of(kiosk: FakeKiosk) -> int:
    return int(KioskKey.objects.get(public_key=kiosk.public_key).serial, 16)


def test_the_https_door_refuses_at_once_with_a_word_that_can_be_believed(
    kiosk: FakeKiosk, client: Client
) -> None:
    kiosk.responses(4)
    address = f"/api/v1/settings/{kiosk.name}"
    tag = client.get(address)["ETag"]
    assert client.get(address, headers={"If-None-Match": tag}).status_code == 304
    revoke(kiosk)
    for answer in (
        client.post("/api/v1/batches", kiosk.batch(), content_type=BINARY),
        client.get(address),
        client.get(address, headers={"If-None-Match": tag}),
        client.get(f"/api/v1/tickets/{kiosk.name}"),
    ):
        told = word(answer)
        assert (told.kiosk, told.keys) == (kiosk.name, (kiosk.public_key,))


def test_whoever_was_enrolled_anew_is_not_meant_and_the_old_card_is(unit: Unit, client: Client) -> None:
    old = FakeKiosk.enrolled(unit, name="k-0042")
    old.responses(4)
    new = FakeKiosk.enrolled(unit, name="k-0042")
    new.responses(3)
    assert word(client.post("/api/v1/batches", old.batch(), content_type=BINARY)).keys == (old.public_key,)
    assert client.post("/api/v1/batches", new.batch(), content_type=BINARY).status_code == 200
    assert client.get("/api/v1/settings/k-0042").status_code == 200
    revoke(new)
    told = word(client.get("/api/v1/settings/k-0042"))
    assert told.keys == (new.public_key, old.public_key)
    third = FakeKiosk.enrolled(unit, name="k-0042")
    third.responses(2)
    assert client.get("/api/v1/settings/k-0042").status_code == 200
    assert client.post("/api/v1/batches", third.batch(), content_type=BINARY).status_code == 200


def test_a_kiosk_that_never_was_gets_no_word(unit: Unit, client: Client) -> None:
    answer = client.get("/api/v1/settings/k-9999")
    assert (answer.status_code, answer.json()["code"]) == (404, "kiosk_unknown")
    assert "ended" not in answer.json()


def test_the_brokers_files_name_the_ended_certificate_and_no_other(kiosk: FakeKiosk, unit: Unit) -> None:
    other = FakeKiosk.enrolled(unit)
    revoke(kiosk)
    assert (serials(), names()) == ({serial_of(kiosk)}, [kiosk.name])
    again = FakeKiosk.enrolled(unit, name=kiosk.name)
    assert revoked.keep(who="test")
    assert (serials(), names()) == ({serial_of(kiosk)}, [])
    assert serial_of(again) != serial_of(kiosk) != serial_of(other)
    revoke(other)
    assert (serials(), names()) == ({serial_of(kiosk), serial_of(other)}, [other.name])


def test_the_list_is_made_anew_when_something_ended_or_a_week_is_over(
    kiosk: FakeKiosk, own_clock: OwnClock, tmp_path: Path
) -> None:
    assert revoked.keep(who="test"), "there was none"
    assert serials() == set()
    assert not revoked.keep(who="test")
    own_clock.moment += timedelta(days=6)
    assert not revoked.keep(who="test")
    own_clock.moment += timedelta(days=2)
    assert revoked.keep(who="test")
    good_for = listed().next_update_utc - own_clock.moment
    assert good_for > timedelta(days=365), "a broker lets nobody in with a list that has run out"
    revoke(kiosk)
    assert serials() == {serial_of(kiosk)}
    revoked.path().write_text("torn")
    working.keep_revoked()
    assert serials() == {serial_of(kiosk)}, "the worker mends what somebody damaged"
    private_folder(tmp_path / "other").mkdir(parents=True)
    ca.ensure(tmp_path / "other")
    mark, _, _ = revoked.path().read_text().partition("-----BEGIN")
    revoked.path().write_text(mark + ca.revoke(tmp_path / "other", []))
    working.keep_revoked()
    assert serials() == {serial_of(kiosk)}, "and a list of other keys than these"


def test_without_the_holder_of_the_keys_nothing_ends_by_half(
    kiosk: FakeKiosk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def away(*_: object, **__: object) -> object:
        raise KeeperAway("keeper_away", path="x", reason="y", seconds="8")

    monkeypatch.setattr(keyholder, "held", away)
    with pytest.raises(Exception, match="keeper"):
        revoke(kiosk)
    assert Kiosk.objects.get(name=kiosk.name).in_use
    assert KioskKey.objects.get().revoked_at is None
    working.keep_revoked()
    assert "waits" in caplog.text


def test_the_broker_tells_the_kiosk_and_forgets_what_it_retained(kiosk: FakeKiosk, unit: Unit) -> None:
    before = to_publish()
    assert [one.topic for one in before] == [topics.settings(kiosk.name)]
    revoke(kiosk)
    last, *cleared = to_publish()
    message = bytes(KioskEnding.objects.get().message)
    assert (last.topic, last.payload, last.retain) == (topics.down(kiosk.name), message, False)
    wanted = [
        topic(kiosk.name)
        for topic in (topics.down, topics.settings, topics.tickets, topics.log, topics.state)
    ]
    assert [(one.topic, one.payload, one.retain) for one in cleared] == [
        (topic, b"", True) for topic in wanted
    ]
    assert to_publish() == [], "nothing is retained for it again"
    FakeKiosk.enrolled(unit, name=kiosk.name)
    assert [one.topic for one in to_publish()] == [topics.settings(kiosk.name)], "it gets its settings back"


def test_what_a_revoked_kiosk_says_behind_that_is_cleared_too_and_a_good_ones_words_are_not(
    kiosk: FakeKiosk, unit: Unit
) -> None:
    """Its last will may come in after the broker was told; each such word is cleared once, so nothing goes round."""
    FakeKiosk.enrolled(unit, name="k-0077")
    revoke(kiosk)
    to_publish()
    for _ in range(2):
        hear_all({kiosk.name: b'{"state":"offline"}', "k-0077": b'{"state":"offline"}'}, clock.now_ms())
        assert topics.state(kiosk.name) in {one.topic for one in to_publish()}
        assert to_publish() == []


def test_a_card_that_another_one_replaced_is_told_and_nothing_of_the_new_ones_is_cleared(unit: Unit) -> None:
    FakeKiosk.enrolled(unit, name="k-0042")
    to_publish()
    FakeKiosk.enrolled(unit, name="k-0042")
    sent = {one.topic: one for one in to_publish()}
    assert not sent[topics.down("k-0042")].retain
    assert set(sent) == {topics.down("k-0042"), topics.settings("k-0042")}
    assert sent[topics.settings("k-0042")].payload


def test_a_kiosk_that_brings_history_in_is_no_kiosk_to_be_cut_off(unit: Unit) -> None:
    """Its archive's key is good: whatever asks in its name is not meant."""
    kiosk = FakeKiosk.enrolled(unit)
    KioskKey.objects.update(archive_from="2024-01-01T00:00:00Z", archive_until="2025-01-01T00:00:00Z")
    assert endings.word_for_unused(kiosk.name) is None


def test_broker_files_have_the_list_that_is_kept_and_one_without_entries_before(
    kiosk: FakeKiosk, tmp_path: Path
) -> None:
    def serials_in(folder: Path) -> list[int]:
        content = (folder / "crl.pem").read_bytes()
        return [one.serial_number for one in x509.load_pem_x509_crl(content)]

    call_command("broker_files", str(tmp_path / "before"), "--host", "broker.example")
    assert serials_in(tmp_path / "before") == []
    assert f"crlfile {tmp_path}/before/crl.pem" in (tmp_path / "before" / "mosquitto.conf").read_text()
    revoke(kiosk)
    call_command("broker_files", str(tmp_path / "after"), "--host", "broker.example")
    assert serials_in(tmp_path / "after") == [serial_of(kiosk)]


def test_a_revocation_stands_though_the_list_cannot_be_written(
    kiosk: FakeKiosk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setattr(settings, "IKM_DATA", tmp_path / "file")
    revoke(kiosk)
    assert "the broker follows once the worker has written its list" in capsys.readouterr().out
    assert not Kiosk.objects.get(name=kiosk.name).in_use


def test_an_enrolment_is_refused_in_one_sentence_each(unit: Unit, client: Client) -> None:
    """What a kiosk prints is the message of the collector, so each has to be a sentence that says what to do."""
    known = FakeKiosk.enrolled(unit)
    code = enrolment.new_code(unit, place=tree.place_of(unit))
    fresh = Ed25519PrivateKey.generate().public_key().public_bytes_raw().hex()

    def spent(**given: str) -> HttpResponse:
        return client.post("/api/v1/enrol", given, content_type="application/json")

    refused = {
        "code": spent(code="0" * 10, public_key=fresh, csr="x"),
        "public_key": spent(code=code, public_key=known.public_key.hex(), csr="x"),
        "csr": spent(code=code, public_key=fresh, csr="x"),
    }
    for word_, answer in refused.items():
        told = json.loads(answer.content)
        assert (answer.status_code, told["code"]) == (403, word_)
        assert "\n" not in told["message"]
        assert 20 < len(told["message"]) < 160, told
