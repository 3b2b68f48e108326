"""What travels beside a record: no record is receipted without it or its kiosk's word, on any road, and the audit counts it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from collector import clock
from collector.complaints.models import Ticket
from collector.evidence.doors.usb import carry_in
from collector.evidence.intake.accept import accept
from collector.evidence.intake.arrivals import Accepted, Arrival, RefusedMessage
from collector.evidence.models import Door, HeldAttachment, Refusal, Stream
from collector.evidence.proof.audit import audit
from collector.evidence.proof.audit_output import as_html, as_json, as_text
from collector.evidence.proof.verify_bundle import verify
from collector.fleet.models import Unit
from collector.scores.proof.export import export
from collector.trust import public
from survey.index.periods import parse
from survey.record.attachment import Attachment, LostAttachment, attach, lost_message
from survey.wire.carriage import SEALED
from survey.wire.messages import pack_batch, unpack_batch
from survey.wire.sealing import CARRIED
from tests.collector.fake_kiosk import FakeKiosk
from uplink.journal.sealing import seal

pytestmark = pytest.mark.django_db

Outcome = Accepted | RefusedMessage
Road = Callable[[bytes], Outcome | int]
PERIOD = parse("2026-11")


def complain(kiosk: FakeKiosk) -> int:
    """Write a response and a complaint behind it; the complaint's number."""
    key = public.read(settings.IKM_KEYS).seal_key
    kiosk.responses(4)
    return kiosk.record(
        "complaint",
        {"lookup": "ab" * 16, "visit": 1},
        attachments=(attach("text", seal(b"antre lama", key)), attach("contact", seal(b"0812", key))),
    )


def stripped(batch: bytes, *, but: tuple[str, ...] = ()) -> bytes:
    """Leave the attachments out, as whoever carries a batch can."""
    whole = unpack_batch(batch)
    return pack_batch(
        whole._replace(attachments=tuple(one for one in whole.attachments if one[1].name in but))
    )


def declared(kiosk: FakeKiosk, seq: int, name: str, *, by: FakeKiosk | None = None) -> LostAttachment:
    """Declare an attachment lost, as the kiosk's journal does."""
    digest = next(one.digest for one in kiosk.attachments[seq] if one.name == name)
    message = lost_message(stream=kiosk.stream, seq=seq, name=name, digest=digest)
    return LostAttachment(name, (by or kiosk).key.sign(message))


def with_attachments(batch: bytes, *attachments: tuple[int, Attachment | LostAttachment]) -> bytes:
    return pack_batch(unpack_batch(batch)._replace(attachments=attachments))


@pytest.fixture(params=["http", "mqtt", "usb"])
def road(request: pytest.FixtureRequest, client: Client, tmp_path: Path) -> Callable[[bytes], str]:
    """A road to the collector: gives the code of a refusal, or `ok`."""

    def http(batch: bytes) -> str:
        answer = client.post("/api/v1/batches", batch, content_type="application/octet-stream")
        return "ok" if answer.status_code == 200 else str(answer.json()["code"])

    def mqtt(batch: bytes) -> str:
        (outcome,) = accept([Arrival(batch, Door.MQTT, clock.now_ms(), vouched="k-0001")])
        return "ok" if isinstance(outcome, Accepted) else outcome.code

    def usb(batch: bytes) -> str:
        path = tmp_path / "1.ikm"
        path.write_bytes(SEALED + seal(batch, public.read(settings.IKM_KEYS).seal_key, info=CARRIED))
        refused = carry_in(path, who="rina").refused
        return refused[0][1].code if refused else "ok"

    roads: dict[str, Callable[[bytes], str]] = {"http": http, "mqtt": mqtt, "usb": usb}
    return roads[request.param]


def held() -> dict[str, bool]:
    return {one.name: bool(one.content) for one in HeldAttachment.objects.all()}


@pytest.mark.parametrize("left", [(), ("text",), ("contact",)])
def test_a_stripped_batch_is_not_taken_and_the_honest_one_after_it_is(
    kiosk: FakeKiosk, unit: Unit, road: Callable[[bytes], str], left: tuple[str, ...]
) -> None:
    seq = complain(kiosk)
    honest = kiosk.batch(prev=True)
    assert road(stripped(honest, but=left)) == "attachment_missing"
    assert (Stream.objects.count(), Ticket.objects.count(), held()) == (0, 0, {})
    assert road(kiosk.batch(1, seq - 1, prev=True)) == "ok"
    assert road(stripped(kiosk.batch(seq, seq), but=left)) == "attachment_missing"
    assert Stream.objects.get().through == seq - 1, "no receipt goes past the record before"
    assert road(honest) == "ok"
    assert Stream.objects.get().through == seq
    assert held() == {"text": True, "contact": True}
    assert [row.code for row in Refusal.objects.all()] == ["attachment_missing"]
    found = audit(unit, PERIOD, now=clock.now())
    assert (found.holds, found.streams[0].attachments.held) == (True, 2)
    assert "refused from k-0001: 2 × attachment_missing" in as_text(found)


def test_another_content_than_the_one_named_does_not_do(
    kiosk: FakeKiosk, road: Callable[[bytes], str]
) -> None:
    seq = complain(kiosk)
    other = [(seq, attach(one.name, b"nothing happened")) for one in kiosk.attachments[seq]]
    assert road(with_attachments(kiosk.batch(prev=True), *other)) == "attachment_missing"


def test_a_loss_that_the_kiosk_has_signed_does_and_no_other(
    kiosk: FakeKiosk, unit: Unit, road: Callable[[bytes], str]
) -> None:
    seq = complain(kiosk)
    text, contact = kiosk.attachments[seq]
    stranger = FakeKiosk.enrolled(unit)
    honest = kiosk.batch(prev=True)
    for false in (
        declared(kiosk, seq, "text", by=stranger),
        LostAttachment("text", b""),
        LostAttachment("text", declared(kiosk, seq, "contact").signature),
    ):
        assert road(with_attachments(honest, (seq, false), (seq, contact))) == "attachment_missing"
    assert road(with_attachments(honest, (seq, declared(kiosk, seq, "text")), (seq, contact))) == "ok"
    assert held() == {"text": False, "contact": True}
    found = audit(unit, PERIOD, now=clock.now())
    counts = found.streams[0].attachments
    assert (found.holds, counts.named, counts.held, counts.lost, counts.never) == (True, 2, 1, 1, ())
    assert road(with_attachments(honest, (seq, text), (seq, contact))) == "ok"
    assert held() == {"text": True, "contact": True}, "what was found after all is taken"


def test_a_record_held_without_its_attachment_takes_it_from_a_later_batch(
    kiosk: FakeKiosk, unit: Unit, arrive: Callable[..., list[object]]
) -> None:
    seq = complain(kiosk)
    arrive(kiosk.batch())
    HeldAttachment.objects.filter(name="text").delete()
    found = audit(unit, PERIOD, now=clock.now())
    assert (found.integrity, found.completeness) == (True, False)
    assert found.streams[0].attachments.never == ((seq, "text"),)
    assert f"PROBLEM  record {seq}: its attachment text never came" in as_text(found)
    assert '"completeness": false' in as_json(found)
    assert f"catatan {seq}: lampirannya text tidak pernah datang" in as_html(found, "id")
    (outcome,) = arrive(kiosk.batch(seq, seq))
    assert isinstance(outcome, Accepted)
    assert (outcome.new, audit(unit, PERIOD, now=clock.now()).completeness) == (0, True)


@pytest.mark.parametrize("deed", ["delete", "empty", "change"])
def test_what_the_operator_takes_away_is_missed_in_the_audit_and_in_the_bundle(
    kiosk: FakeKiosk, unit: Unit, arrive: Callable[..., list[object]], tmp_path: Path, deed: str
) -> None:
    seq = complain(kiosk)
    arrive(kiosk.batch())
    text = HeldAttachment.objects.filter(name="text")
    if deed == "delete":
        text.delete()
    else:
        text.update(content=b"" if deed == "empty" else b"nothing happened")
    assert not audit(unit, PERIOD, now=clock.now()).completeness
    export(tmp_path / "b.zip", unit=unit, period=PERIOD, who="auditor", why="a test")
    report = verify(tmp_path / "b.zip")
    assert [one for one in report.problems if f"record {seq}: its attachment text never came" in one]


def test_a_bundle_accounts_for_what_is_held_destroyed_and_lost(
    kiosk: FakeKiosk, unit: Unit, arrive: Callable[..., list[object]], tmp_path: Path
) -> None:
    seq = complain(kiosk)
    _, contact = kiosk.attachments[seq]
    arrive(with_attachments(kiosk.batch(), (seq, declared(kiosk, seq, "text")), (seq, contact)))
    HeldAttachment.objects.filter(name="contact").update(content=b"", salt=b"", destroyed_at=clock.now())
    export(tmp_path / "b.zip", unit=unit, period=PERIOD, who="auditor", why="a test")
    assert verify(tmp_path / "b.zip").problems == ()
    HeldAttachment.objects.filter(name="text").update(loss=bytes(64))
    export(tmp_path / "b.zip", unit=unit, period=PERIOD, who="auditor", why="a test")
    assert len(verify(tmp_path / "b.zip").problems) == 1, "a loss that the kiosk has not signed is none"


@pytest.mark.parametrize("attached", [5, [], {"text": 5}, {"te xt\x00": "x" * 43}, {"text": "short"}])
def test_what_names_nothing_holds_nothing_up(
    kiosk: FakeKiosk, arrive: Callable[..., list[object]], attached: object
) -> None:
    kiosk.record("weather", {"attached": attached})
    (outcome,) = arrive(kiosk.batch())
    assert isinstance(outcome, Accepted)
