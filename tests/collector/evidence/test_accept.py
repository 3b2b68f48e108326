"""The one function behind every door: counted once, refused by a stable code, and nothing stops it."""

import base64
import zlib
from collections.abc import Sequence

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.db import IntegrityError, OperationalError, connection
from django.test import Client

from collector.evidence.intake import ledger
from collector.evidence.intake.accept import accept
from collector.evidence.intake.arrivals import Accepted, Arrival, Message, Outcome, RefusedMessage
from collector.evidence.intake.decided import Decided
from collector.evidence.intake.group import take
from collector.evidence.models import Conflict, Door, RawBatch, Refusal, SetAside, Stream
from collector.fleet.models import Kiosk, KioskKey, Unit
from collector.trust import keys, public
from survey.record.chain import lost_line, lost_message
from survey.wire.messages import Receipt, pack_batch, unpack_batch, unpack_receipt
from tests.collector.fake_kiosk import MORNING_MS, FakeKiosk, pulse, skm

pytestmark = pytest.mark.django_db

NOW_MS = MORNING_MS + 3_600_000


def arrive(*payloads: bytes, vouched: str | None = None) -> list[Outcome]:
    return accept(
        [
            Arrival(payload=payload, door=Door.MQTT, received_ms=NOW_MS, vouched=vouched)
            for payload in payloads
        ]
    )


def receipt(outcome: Outcome) -> Receipt:
    assert isinstance(outcome, Accepted), outcome
    return unpack_receipt(outcome.receipt, keys.verifier(public.read(settings.IKM_KEYS).signing))


def code(outcome: Outcome) -> str:
    assert isinstance(outcome, RefusedMessage), outcome
    return outcome.code


def test_a_batch_is_kept_verbatim_and_receipted(kiosk: FakeKiosk) -> None:
    kiosk.responses(4, 3)
    payload = kiosk.batch()
    (outcome,) = arrive(payload)
    got = receipt(outcome)
    assert (got.kiosk, got.stream, got.through, got.link) == (kiosk.name, kiosk.stream, 2, kiosk.links[2])
    assert [bytes(row.payload) for row in RawBatch.objects.all()] == [payload]
    assert ledger.lines(Stream.objects.get().pk) == kiosk.lines


def test_the_same_batch_again_is_accepted_and_adds_nothing(kiosk: FakeKiosk) -> None:
    kiosk.responses(4, 3)
    payload = kiosk.batch()
    outcomes = arrive(payload, payload) + arrive(payload)
    assert [receipt(outcome).through for outcome in outcomes] == [2, 2, 2]
    assert [outcome.new for outcome in outcomes if isinstance(outcome, Accepted)] == [2, 0, 0]
    assert RawBatch.objects.count() == 1


def test_a_kiosk_that_sends_again_is_answered_without_reading_back_what_it_sent(
    kiosk: FakeKiosk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As every kiosk of a country does after a storm: all of it has come already, or a part of it."""
    kiosk.responses(4, 3, 2)
    arrive(kiosk.batch())

    def unread(*_: object, **__: object) -> None:
        pytest.fail("a batch was read back")

    monkeypatch.setattr(ledger, "unpack_batch", unread)
    (all_of_it,) = arrive(kiosk.batch(2, 3, prev=True))
    kiosk.responses(1)
    (more,) = arrive(kiosk.batch(2, 4, prev=True))
    assert (receipt(all_of_it).through, receipt(more).through) == (3, 4)
    monkeypatch.undo()
    assert ledger.lines(Stream.objects.get().pk) == kiosk.lines


def test_a_repetition_that_differs_is_no_repetition(kiosk: FakeKiosk) -> None:
    """Whoever carries it may change a line or leave one out: it does not pass for what is held, nor move the stream."""
    kiosk.responses(4, 3, 2)
    arrive(kiosk.batch())
    kiosk.responses(1)
    honest = unpack_batch(kiosk.batch(2, 4, prev=True))
    better = honest.lines[0].replace(b'"biaya":3', b'"biaya":4')
    assert better != honest.lines[0]
    another = (better, *honest.lines[1:])
    for changed in (
        honest._replace(lines=another),
        honest._replace(lines=another[:2]),
        honest._replace(lines=honest.lines[1:]),
    ):
        (outcome,) = arrive(pack_batch(changed))
        assert code(outcome) == "signature"
    assert ledger.lines(Stream.objects.get().pk) == kiosk.lines[:3]


def passed_off(kiosk: FakeKiosk, seq: int, declaration: bytes = b"") -> bytes:
    """A batch in which somebody on the way has put a placeholder for a record: chain and signature still hold."""
    batch = unpack_batch(kiosk.batch())
    lines = list(batch.lines)
    lines[seq - 1] = lost_line(kiosk.links[seq], declaration)
    return pack_batch(batch._replace(lines=tuple(lines)))


def test_a_rating_passed_off_as_lost_is_refused(kiosk: FakeKiosk) -> None:
    kiosk.responses(4, 1, 4)
    elsewhere = kiosk.key.sign(lost_message(stream=kiosk.stream, seq=3, link=kiosk.links[2]))
    outcomes = arrive(passed_off(kiosk, 2), passed_off(kiosk, 2, elsewhere), kiosk.batch())
    assert [code(outcome) for outcome in outcomes[:2]] == ["signature", "signature"]
    assert receipt(outcomes[2]).through == 3
    assert ledger.lines(Stream.objects.get().pk) == kiosk.lines


def test_a_rating_passed_off_as_lost_later_on_is_refused_too(kiosk: FakeKiosk) -> None:
    kiosk.responses(4)
    arrive(kiosk.batch())
    kiosk.responses(1, 4)
    forged = unpack_batch(passed_off(kiosk, 2))
    (outcome,) = arrive(pack_batch(forged._replace(first=2, lines=forged.lines[1:])))
    assert code(outcome) == "signature"


@pytest.mark.parametrize("came_first", ["the record", "its placeholder"])
def test_a_record_and_its_placeholder_are_two_stories_though_their_link_is_one(
    kiosk: FakeKiosk, came_first: str
) -> None:
    """As a copied card tells them, whose medium lost what the other's still has; the link alone would call both the same."""
    kiosk.responses(4, 1, 4)
    declaration = kiosk.key.sign(lost_message(stream=kiosk.stream, seq=2, link=kiosk.links[2]))
    lost = unpack_batch(passed_off(kiosk, 2, declaration))
    stories = [unpack_batch(kiosk.batch(2, 3, prev=True)), lost._replace(first=2, lines=lost.lines[1:])]
    stories[1] = stories[1]._replace(prev=kiosk.links[1])
    if came_first == "the record":
        arrive(kiosk.batch())
    else:
        stories.reverse()
        arrive(pack_batch(lost))
    same, other = arrive(pack_batch(stories[0])) + arrive(pack_batch(stories[1]))
    assert receipt(same).through == 3
    assert code(other) == "conflict"


def test_a_loss_the_kiosk_declared_is_taken_and_set_aside(kiosk: FakeKiosk) -> None:
    kiosk.responses(4, 1, 4)
    declaration = kiosk.key.sign(lost_message(stream=kiosk.stream, seq=2, link=kiosk.links[2]))
    (outcome,) = arrive(passed_off(kiosk, 2, declaration))
    assert receipt(outcome).through == 3
    assert [(row.seq, row.code) for row in SetAside.objects.all()] == [(2, "record_lost")]


def test_a_batch_that_repeats_the_end_of_what_is_held_adds_only_the_rest(kiosk: FakeKiosk) -> None:
    kiosk.responses(4, 3, 2, 1, 4)
    arrive(kiosk.batch(1, 3))
    (outcome,) = arrive(kiosk.batch(2, 5))
    assert receipt(outcome).through == 5
    assert ledger.lines(Stream.objects.get().pk) == kiosk.lines
    assert ledger.lines(Stream.objects.get().pk, first=3, last=4) == kiosk.lines[2:4]


def test_a_gap_is_answered_with_what_is_held(kiosk: FakeKiosk) -> None:
    kiosk.responses(4, 3, 2, 1)
    arrive(kiosk.batch(1, 1))
    (outcome,) = arrive(kiosk.batch(3, 4))
    assert (receipt(outcome).through, receipt(outcome).link) == (1, kiosk.links[1])
    assert RawBatch.objects.count() == 1


def test_batches_out_of_order_in_one_group_are_taken_when_they_fit(kiosk: FakeKiosk) -> None:
    kiosk.responses(4, 3, 2, 1)
    outcomes = arrive(kiosk.batch(1, 1), kiosk.batch(3, 4), kiosk.batch(2, 3), kiosk.batch(4, 4))
    assert [receipt(outcome).through for outcome in outcomes] == [4, 4, 4, 4]
    assert ledger.lines(Stream.objects.get().pk) == kiosk.lines


def test_a_stream_that_begins_in_the_middle_is_asked_for_its_beginning(kiosk: FakeKiosk) -> None:
    kiosk.responses(4, 3)
    (outcome,) = arrive(kiosk.batch(2, 2, prev=True))
    assert (receipt(outcome).through, receipt(outcome).link) == (0, kiosk.links[0])
    assert code(arrive(kiosk.batch(2, 2))[0]) == "stream_unknown"
    assert Stream.objects.count() == 0


def test_only_the_last_signature_of_a_run_needs_to_hold_but_a_bad_one_costs_only_itself(
    kiosk: FakeKiosk,
) -> None:
    kiosk.responses(4, 3, 2, 1)
    good = [kiosk.batch(seq, seq) for seq in range(1, 5)]
    forged = good[3][:-64] + bytes(64)
    outcomes = arrive(good[0], good[1], good[2], forged)
    assert [receipt(outcome).through for outcome in outcomes[:3]] == [3, 3, 3]
    assert code(outcomes[3]) == "signature"
    assert receipt(arrive(good[3])[0]).through == 4


def test_a_batch_behind_a_forged_one_waits_for_the_true_one(kiosk: FakeKiosk) -> None:
    kiosk.responses(4, 3, 2)
    other = kiosk.copy()
    other.lines[1] = other.lines[1].replace(b'"persyaratan":3', b'"persyaratan":4')
    arrive(kiosk.batch(1, 1))
    lie = other.batch(2, 2)[:-64] + kiosk.batch(2, 2)[-64:]
    outcomes = arrive(lie, kiosk.batch(3, 3))
    assert code(outcomes[0]) == "signature"
    assert receipt(outcomes[1]).through == 1
    assert [receipt(one).through for one in arrive(kiosk.batch(2, 2), kiosk.batch(3, 3))] == [3, 3]


def test_a_strangers_key_is_refused_and_counted(kiosk: FakeKiosk) -> None:
    stranger = FakeKiosk(kiosk.name, Ed25519PrivateKey.generate())
    stranger.responses(1)
    nobody = FakeKiosk("k-9999", Ed25519PrivateKey.generate())
    nobody.responses(1)
    assert [code(one) for one in arrive(stranger.batch(), nobody.batch())] == ["signature", "kiosk_unknown"]
    assert list(Refusal.objects.order_by("code").values_list("code", "kiosk_name", "count")) == [
        ("kiosk_unknown", "", 1),
        ("signature", kiosk.name, 1),
    ]
    assert Stream.objects.count() == 0


def test_a_topic_vouches_for_its_kiosk_only(kiosk: FakeKiosk) -> None:
    kiosk.responses(4)
    assert code(arrive(kiosk.batch(), vouched="k-0777")[0]) == "kiosk_topic"
    assert receipt(arrive(kiosk.batch(), vouched=kiosk.name)[0]).through == 1


def test_a_revoked_key_is_refused(kiosk: FakeKiosk) -> None:
    kiosk.responses(4, 3)
    arrive(kiosk.batch(1, 1))
    KioskKey.objects.update(revoked_at="2026-11-02T00:00:00Z")
    assert code(arrive(kiosk.batch(2, 2))[0]) == "kiosk_revoked"


def test_two_stories_under_one_number_are_both_kept(kiosk: FakeKiosk) -> None:
    kiosk.responses(4, 3)
    twin = kiosk.copy()
    kiosk.responses(2, 1)
    twin.responses(4, 4)
    arrive(kiosk.batch())
    outcomes = arrive(twin.batch(2, 4), twin.batch(3, 4, prev=True), twin.batch(2, 4))
    assert [code(one) for one in outcomes] == ["conflict", "conflict", "conflict"]
    assert [(row.first, row.seq) for row in Conflict.objects.order_by("first")] == [(2, 3), (3, 3)]
    for one in outcomes:
        assert isinstance(one, RefusedMessage)
        told = unpack_receipt(one.receipt, keys.verifier(keys.load(settings.IKM_KEYS).public_key))
        assert (one.kiosk, told.through, told.link) == (kiosk.name, 4, kiosk.links[4]), (
            "so a card set back learns"
        )
    assert ledger.lines(Stream.objects.get().pk) == kiosk.lines


def test_a_copied_card_that_runs_ahead_is_a_conflict_when_it_shows_its_past(kiosk: FakeKiosk) -> None:
    kiosk.responses(4, 3)
    twin = kiosk.copy()
    kiosk.responses(2)
    twin.responses(4, 4)
    arrive(kiosk.batch())
    assert code(arrive(twin.batch(4, 4, prev=True))[0]) == "conflict"
    assert code(arrive(twin.batch(4, 4))[0]) == "signature"
    assert Conflict.objects.count() == 1


def test_unknown_kinds_and_unreadable_records_are_kept_and_block_nothing(kiosk: FakeKiosk) -> None:
    kiosk.responses(4)
    kiosk.record("weather", {"rain": True})
    kiosk.line(b"\xff not a record")
    kiosk.line(b'{"seq":99,"kind":"alive","boot":1,"up_ms":1,"sync":true,"body":{}}')
    kiosk.record("response", {"answers": "none"})
    kiosk.record("response", skm(4) | {"instrument": "spp-2031"})
    kiosk.responses(3)
    assert receipt(arrive(kiosk.batch())[0]).through == 7
    assert list(SetAside.objects.order_by("seq").values_list("seq", "code")) == [
        (2, "kind_unknown"),
        (3, "record_unreadable"),
        (4, "record_seq"),
        (5, "body_unreadable"),
        (6, "instrument_unknown"),
    ]


def test_the_first_record_of_a_batch_that_settles_earlier_ones_is_set_aside_like_any_other(
    kiosk: FakeKiosk,
) -> None:
    kiosk.reboot(clock_ms=None)
    kiosk.responses(4)
    arrive(kiosk.batch())
    kiosk.record("weather", {"rain": True})
    kiosk.record("clock", {"source": "ntp", "reason": "sync"}, at=MORNING_MS, sync=True)
    assert receipt(arrive(kiosk.batch(2, 3))[0]).through == 3
    assert list(SetAside.objects.values_list("seq", "code")) == [(2, "kind_unknown")]


def bomb() -> bytes:
    packer = zlib.compressobj(9, wbits=-15)
    return b"IKM1\x00" + packer.compress(bytes(50_000_000)) + packer.flush() + bytes(64)


HOSTILE = {
    "nothing": (b"", "envelope_magic"),
    "noise": (b"\x00" * 5000, "envelope_magic"),
    "only a magic": (b"IKM1", "envelope_short"),
    "a receipt": (b"IKR1" + b"\x01" * 100, "envelope_magic"),
    "a newer dictionary": (b"IKM1\x63" + b"\x01" * 100, "envelope_dictionary"),
    "no deflate": (b"IKM1\x00" + b"\xff" * 100, "envelope_deflate"),
    "a bomb": (bomb(), "envelope_size"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_bytes_are_refused_under_their_code(db: None, name: str) -> None:
    payload, expected = HOSTILE[name]
    assert code(arrive(payload)[0]) == expected
    assert Refusal.objects.get().code == expected


def test_a_truncated_batch_is_refused_wherever_it_is_cut(kiosk: FakeKiosk) -> None:
    kiosk.responses(4, 3)
    payload = kiosk.batch()
    outcomes = arrive(*(payload[:length] for length in range(len(payload))))
    assert all(isinstance(outcome, RefusedMessage) for outcome in outcomes)
    assert receipt(arrive(payload)[0]).through == 2


def test_a_flood_of_refusals_takes_no_more_room_than_one(kiosk: FakeKiosk) -> None:
    arrive(*(b"junk %d" % number for number in range(300)))
    arrive(*(b"junk %d" % number for number in range(300)), vouched="k-5555")
    row = Refusal.objects.get()
    assert (row.code, row.kiosk_name, row.count) == ("envelope_magic", "", 600)


def test_two_kiosks_and_a_second_stream_are_apart(unit: Unit, kiosk: FakeKiosk) -> None:
    other = FakeKiosk.enrolled(unit)
    again = FakeKiosk(kiosk.name, kiosk.key)
    for one, value in ((kiosk, 4), (other, 3), (again, 2)):
        one.responses(value)
    outcomes = arrive(kiosk.batch(), other.batch(), again.batch())
    assert [receipt(one).stream for one in outcomes] == [kiosk.stream, other.stream, again.stream]
    assert Stream.objects.filter(kiosk=Kiosk.objects.get(name=kiosk.name)).count() == 2


def test_pulse_and_questionnaire_of_a_visit_travel_alone(kiosk: FakeKiosk) -> None:
    kiosk.record("response", pulse(4))
    kiosk.record("response", skm(4))
    assert [receipt(one).through for one in arrive(kiosk.batch(1, 1), kiosk.batch(2, 2))] == [2, 2]
    assert SetAside.objects.count() == 0


def test_a_nul_character_in_a_text_stops_nothing(kiosk: FakeKiosk) -> None:
    kiosk.record("response", skm(4, profile={"sex": "\x00"}, service="\x00"))
    kiosk.record("staff", {"action": "\x00"})
    kiosk.responses(3)
    other = arrive(kiosk.batch(), b"junk")
    assert isinstance(other[0], Accepted)


class Contested:
    """A transaction that meets another process for the first `times` times, as two that open one stream do."""

    def __init__(self, times: int, error: type[Exception]) -> None:
        self.left = times
        self.error = error
        self.last_tries: list[bool] = []

    def take(self, messages: Sequence[Message], *, last_try: bool) -> list[Decided]:
        self.last_tries.append(last_try)
        if self.left:
            self.left -= 1
            raise self.error("database is locked")
        return take(messages, last_try=last_try)


@pytest.mark.parametrize("error", [OperationalError, IntegrityError])
def test_a_group_that_meets_another_process_three_times_is_taken_the_fourth(
    kiosk: FakeKiosk, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    contested = Contested(3, error)
    monkeypatch.setattr(
        "collector.evidence.intake.accept.take", contested.take
    )  # no two processes meet on order
    kiosk.responses(4)
    assert receipt(arrive(kiosk.batch())[0]).through == 1
    assert contested.last_tries == [False, False, False, True]


def test_a_database_that_goes_on_failing_is_the_door_s_to_end_on(
    kiosk: FakeKiosk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "collector.evidence.intake.accept.take", Contested(4, OperationalError).take
    )  # as above
    kiosk.responses(4)
    with pytest.raises(OperationalError):
        arrive(kiosk.batch())
    assert Stream.objects.count() == 0


def test_the_suite_runs_on_the_database_that_was_asked_for(request: pytest.FixtureRequest, db: None) -> None:
    wanted = {"sqlite": "sqlite", "postgres": "postgresql"}[request.config.getoption("--db")]
    assert connection.vendor == wanted


def test_the_http_door_shows_its_receipt_beside_the_refusal_of_another_story(
    kiosk: FakeKiosk, client: Client
) -> None:
    kiosk.responses(4)
    twin = kiosk.copy()
    kiosk.responses(2)
    twin.responses(3)
    arrive(kiosk.batch())
    answer = client.post("/api/v1/batches", twin.batch(), content_type="application/octet-stream")
    told = answer.json()
    assert (answer.status_code, told["code"]) == (409, "conflict")
    verify = keys.verifier(keys.load(settings.IKM_KEYS).public_key)
    assert unpack_receipt(base64.b64decode(told["receipt"]), verify).link == kiosk.links[2]
    assert (
        "receipt" not in client.post("/api/v1/batches", b"x", content_type="application/octet-stream").json()
    )
