"""A collector restored from a backup resumes behind its own hole, on proof of its own receipt, and names what it lost."""

import logging
from collections.abc import Callable
from json import loads
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command

from collector.evidence.intake.accept import accept
from collector.evidence.intake.arrivals import Accepted, Arrival, RefusedMessage
from collector.evidence.intake.rebuild import rebuild
from collector.evidence.models import Conflict, Door, HeldAttachment, LostHere, RawBatch, SetAside, Stream
from collector.fleet import tree
from collector.fleet.assignments import assign
from collector.fleet.models import Kiosk, KioskKey, Unit
from collector.local import moment_of
from collector.scores.models import Response
from collector.scores.proof.held import holdings
from collector.trust import keys, public
from survey.index.periods import parse
from survey.record.attachment import attach
from survey.wire.messages import Receipt, pack_receipt, unpack_receipt
from tests.collector.evidence.test_rebuild import snapshot
from tests.collector.fake_kiosk import MORNING_MS, FakeKiosk
from tests.collector.judged import judge
from tests.uplink.fakes import KIOSK, START_MS, FakeTransport, Home, fill
from tests.uplink.forwarder.test_courier import Trip
from tests.uplink.journal.test_writer import stands_at
from uplink.journal.losses import declared
from uplink.journal.segments.segment import segment_paths
from uplink.journal.writer import JournalWriter

pytestmark = pytest.mark.django_db

Arrive = Callable[..., list[object]]
PERIOD = parse("2026-11")


def own_receipt(card: FakeKiosk, through: int, **changes: object) -> bytes:
    """A receipt that this collector gave before it was restored."""
    receipt = Receipt(card.name, card.stream, through, card.links[through], MORNING_MS)
    return pack_receipt(receipt._replace(**changes), keys.load(settings.IKM_KEYS).sign)


def through(outcome: object) -> int:
    assert isinstance(outcome, Accepted), outcome
    verify = keys.verifier(public.read(settings.IKM_KEYS).signing)
    return unpack_receipt(outcome.receipt, verify).through


@pytest.fixture
def behind(kiosk: FakeKiosk, arrive: Arrive) -> FakeKiosk:
    """The collector has 21 records of 166 it had receipted; the kiosk has let go of them, and goes on."""
    kiosk.record("boot", {"software": "1"})
    kiosk.responses(*[3] * 185)
    arrive(kiosk.batch(1, 21))
    return kiosk


def test_it_resumes_behind_its_own_hole_and_names_it(
    unit: Unit,
    behind: FakeKiosk,
    arrive: Arrive,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert through(*arrive(behind.batch(167, 170, prev=True))) == 21, "without proof it is a gap"
    shown = own_receipt(behind, 166)
    (outcome,) = arrive(behind.batch(167, 170, prev=True, receipt=shown))
    assert (through(outcome), outcome.new) == (170, 4)
    assert through(*arrive(behind.batch(171, 180))) == 180
    assert [through(one) for one in arrive(behind.batch(181), behind.batch(170, 181))] == [186, 186]
    assert [one.levelno for one in caplog.records if "22 to 166" in one.message] == [logging.ERROR]
    found = judge(unit, PERIOD, tmp_path)
    assert (found.audit.integrity, found.audit.completeness) == (True, False)
    assert found.faults() == [("lost_here", 22, 166)]
    assert "records 22 to 166: lost at the collector, which had receipted it" in found.text
    assert Response.objects.count() == 40
    assert bytes(LostHere.objects.get().receipt) == shown
    (held,) = holdings(unit)
    assert (held.received, held.lost_here) == (41, 145)
    call_command("kiosk", "list")
    assert "186 records, 145 LOST HERE" in capsys.readouterr().out
    before = snapshot()
    rebuild(lambda _line: None)
    assert snapshot() == before


def test_what_the_kiosk_still_had_fills_the_hole(
    unit: Unit, behind: FakeKiosk, arrive: Arrive, tmp_path: Path
) -> None:
    arrive(behind.batch(167, prev=True, receipt=own_receipt(behind, 166)))
    (outcome,) = arrive(behind.batch(10, 100, prev=True))
    assert (through(outcome), outcome.new) == (186, 79)
    assert judge(unit, PERIOD, tmp_path).faults() == [("lost_here", 101, 166)]
    (outcome,) = arrive(behind.batch(150, 170, prev=True))
    assert outcome.new == 17
    assert judge(unit, PERIOD, tmp_path).faults() == [("lost_here", 101, 149)]
    (outcome,) = arrive(behind.batch(120, 130, prev=True))
    assert outcome.new == 11
    assert judge(unit, PERIOD, tmp_path).faults() == [("lost_here", 101, 119), ("lost_here", 131, 149)]
    (outcome,) = arrive(behind.batch(101, 149, prev=True))
    assert (outcome.new, LostHere.objects.count()) == (38, 0)
    assert judge(unit, PERIOD, tmp_path).holds
    assert Response.objects.count() == 185
    (again,) = arrive(behind.batch())
    assert again.new == 0
    before = snapshot()
    rebuild(lambda _line: None)
    assert snapshot() == before


def test_a_hole_is_filled_and_the_stream_goes_on_in_one_message_and_in_one_group(
    unit: Unit, behind: FakeKiosk, arrive: Arrive, tmp_path: Path
) -> None:
    arrive(behind.batch(167, 170, prev=True, receipt=own_receipt(behind, 166)))
    assert [one.new for one in arrive(behind.batch(20, 180, prev=True), behind.batch(181))] == [155, 6]
    assert (Response.objects.count(), judge(unit, PERIOD, tmp_path).holds) == (185, True)


def test_a_complaint_that_fills_a_hole_has_its_text(kiosk: FakeKiosk, arrive: Arrive) -> None:
    kiosk.responses(3, 3)
    body = {"lookup": "ab" * 16, "visit": 1}
    kiosk.record("complaint", body, attachments=[attach("text", b"gelap")])
    kiosk.responses(3, 3)
    arrive(kiosk.batch(1, 1))
    arrive(kiosk.batch(4, prev=True, receipt=own_receipt(kiosk, 3)))
    arrive(kiosk.batch(2, 3))
    assert bytes(HeldAttachment.objects.get().content) == b"gelap"
    assert SetAside.objects.count() == 0


def test_what_the_kiosk_still_has_of_it_comes_first(
    unit: Unit, behind: FakeKiosk, arrive: Arrive, tmp_path: Path
) -> None:
    """Its receipt is through 166, and it still has 140 and what follows."""
    shown = own_receipt(behind, 166)
    assert through(*arrive(behind.batch(140, 150, prev=True, receipt=shown))) == 150
    assert through(*arrive(behind.batch(151))) == 186
    assert judge(unit, PERIOD, tmp_path).faults() == [("lost_here", 22, 139)]


def test_a_stream_of_which_the_backup_holds_nothing_goes_on(
    unit: Unit, kiosk: FakeKiosk, arrive: Arrive, tmp_path: Path
) -> None:
    kiosk.responses(*[3] * 30)
    assert through(*arrive(kiosk.batch(21, prev=True))) == 0
    assert Stream.objects.count() == 0
    assert through(*arrive(kiosk.batch(21, prev=True, receipt=own_receipt(kiosk, 20)))) == 30
    found = judge(unit, PERIOD, tmp_path)
    assert (found.faults(), found.audit.lineage) == ([("lost_here", 1, 20)], True)
    assert found.remarks() == ["beginning_lost"], "and nobody knows yet whether it followed another one"
    assert Response.objects.count() == 10
    arrive(kiosk.batch(1, 20))
    assert judge(unit, PERIOD, tmp_path).holds


def test_a_receipt_that_proves_nothing_leaves_a_gap(kiosk: FakeKiosk, arrive: Arrive) -> None:
    kiosk.responses(*[3] * 30)
    other = FakeKiosk(kiosk.name, kiosk.key)
    other.responses(*[3] * 30)
    arrive(kiosk.batch(1, 10))
    for shown in (
        b"junk",
        own_receipt(kiosk, 20)[:-1] + bytes([own_receipt(kiosk, 20)[-1] ^ 1]),
        own_receipt(kiosk, 20, kiosk="k-0777"),
        own_receipt(other, 20),
        own_receipt(kiosk, 10),
        own_receipt(kiosk, 19),
    ):
        assert through(*arrive(kiosk.batch(21, prev=True, receipt=shown))) == 10
    assert through(*arrive(kiosk.batch(21, receipt=own_receipt(kiosk, 20)))) == 10, "no link before it"
    assert LostHere.objects.count() == 0


def test_a_card_that_tells_another_history_than_the_receipt_is_a_conflict(
    kiosk: FakeKiosk, arrive: Arrive
) -> None:
    kiosk.responses(*[3] * 30)
    twin = kiosk.copy()
    twin.lines, twin.links = twin.lines[:15], twin.links[:16]
    twin.responses(*[4] * 15)
    arrive(kiosk.batch(1, 10))
    (outcome,) = arrive(twin.batch(21, prev=True, receipt=own_receipt(kiosk, 20)))
    assert isinstance(outcome, RefusedMessage)
    assert (outcome.code, Conflict.objects.count(), LostHere.objects.count()) == ("conflict", 1, 0)


def test_nobody_fills_a_hole_with_another_story(kiosk: FakeKiosk, arrive: Arrive) -> None:
    kiosk.responses(*[3] * 30)
    twin = kiosk.copy()
    twin.lines, twin.links = twin.lines[:10], twin.links[:11]
    twin.responses(*[4] * 20)
    arrive(kiosk.batch(1, 10))
    arrive(kiosk.batch(21, prev=True, receipt=own_receipt(kiosk, 20)))
    (outcome,) = arrive(twin.batch(11, 20, prev=True))
    assert isinstance(outcome, RefusedMessage)
    assert outcome.code == "conflict"
    assert LostHere.objects.get().first == 11
    (outcome,) = arrive(twin.batch(11, 20))
    assert isinstance(outcome, Accepted)
    assert (outcome.new, LostHere.objects.get().first) == (0, 11)


def test_a_batch_deleted_from_the_database_is_missing_and_not_called_lost_here(
    unit: Unit, behind: FakeKiosk, arrive: Arrive, tmp_path: Path
) -> None:
    arrive(behind.batch(167, 170, prev=True, receipt=own_receipt(behind, 166)))
    arrive(behind.batch(171))
    RawBatch.objects.filter(first=1).delete()
    rebuild(lambda _line: None)
    assert judge(unit, PERIOD, tmp_path).faults() == [("missing", 1, 21), ("lost_here", 22, 166)]


class Centre:
    """This collector as an uplink's transport reaches it, and its backup."""

    def __init__(self) -> None:
        self.verify = keys.verifier(public.read(settings.IKM_KEYS).signing)
        self.now_ms = START_MS

    def accept(self, payload: bytes) -> bytes | None:
        self.now_ms += 1_000
        (outcome,) = accept([Arrival(payload=payload, door=Door.MQTT, received_ms=self.now_ms)])
        return outcome.receipt if isinstance(outcome, Accepted) else None

    def backup(self) -> dict[str, object]:
        return Stream.objects.values("id", "through", "link", "clock").get()

    def restore(self, backup: dict[str, object]) -> None:
        RawBatch.objects.filter(first__gt=backup["through"]).delete()
        Stream.objects.filter(pk=backup["id"]).update(**backup)
        rebuild(lambda _line: None)


def enrolled(unit: Unit, folder: Path) -> tuple[Home, Centre]:
    """A kiosk's folder and the real collector that it is enrolled at."""
    home, centre = Home(folder), Centre()
    home.collector = centre
    home.receipts = home.paths.receipts(kiosk=KIOSK, verify=centre.verify)
    one = Kiosk.objects.create(name=KIOSK)
    since = moment_of(START_MS - 3_600_000)
    KioskKey.objects.create(kiosk=one, public_key=home.identity.public_key, enrolled_at=since)
    assign(one, unit=unit, place=tree.place_of(unit), since=since)
    return home, centre


def test_a_real_uplink_and_a_restored_collector_go_on_by_themselves(unit: Unit, tmp_path: Path) -> None:
    home, centre = enrolled(unit, tmp_path)
    journal = home.journal(segment_bytes=2_000)
    trip = Trip(home, FakeTransport(centre), patience_seconds=1.0)
    fill(journal, 5)
    trip.go()
    yesterday = centre.backup()
    fill(journal, 40)
    trip.go()
    assert (Stream.objects.get().through, journal.release() is not None) == (45, True)
    centre.restore(yesterday)
    assert Response.objects.count() == 5
    fill(journal, 3)
    trip.go(60, seconds=0.5)
    left = LostHere.objects.get()
    assert (left.first, Stream.objects.get().through) == (6, 48)
    assert Response.objects.count() == 48 - (left.last - left.first + 1)
    assert (trip.courier.progress.confirmed, trip.courier.progress.trouble) == (48, None)
    journal.close()


def test_a_restored_collector_gets_past_confirmed_records_that_damage_has_taken_from_the_kiosk(
    unit: Unit, tmp_path: Path
) -> None:
    """The page took the header of the oldest file too: nobody knows the link before the first record that is left."""
    home, centre = enrolled(unit, tmp_path)
    journal = home.journal(segment_bytes=2_000)
    trip = Trip(home, FakeTransport(centre), patience_seconds=1.0)
    writer = JournalWriter(journal, now=lambda: trip.now, undeclared=lambda: stands_at(trip))
    fill(journal, 5)
    trip.go()
    yesterday = centre.backup()
    fill(journal, 38)
    trip.go()
    assert (journal.release() is not None, journal.confirmed) == (True, 43)
    fill(journal, 2)
    oldest, path = segment_paths(home.paths.journal)[0]
    assert oldest == 41
    content = path.read_bytes()
    begin = content.index(b'"seq":44')
    path.write_bytes(bytes(begin) + content[begin:])
    journal.reopen()
    assert list(declared(home.paths.journal).records) == [44], "what is confirmed is no loss"
    centre.restore(yesterday)
    trip.go(5, seconds=0.5)
    assert stands_at(trip) == 41
    writer.step()
    journal.reopen()
    assert list(declared(home.paths.journal).records) == [41, 42, 43, 44], (
        "a kiosk started anew still says so"
    )
    trip.go(20, seconds=0.5)
    left = LostHere.objects.get()
    assert (left.first, left.last, Stream.objects.get().through) == (6, 43, 45)
    assert (trip.courier.progress.confirmed, trip.courier.progress.trouble) == (45, None)
    writer.stop()


def test_a_successor_whose_beginning_is_lost_here_counts_from_its_next_boot_on(
    unit: Unit, kiosk: FakeKiosk, arrive: Arrive, tmp_path: Path
) -> None:
    kiosk.record("boot", {"software": "1"})
    kiosk.responses(3, 3)
    arrive(kiosk.batch())
    after = kiosk.successor(why="cut")
    after.responses(*[4] * 9)
    shown = own_receipt(after, 6)
    arrive(after.batch(7, 10, prev=True, receipt=shown))
    assert list(Stream.objects.order_by("pk").values_list("standing", flat=True)) == ["counted", "foreign"]
    remarks = judge(unit, PERIOD, tmp_path).remarks()
    assert ("follows" in remarks, "beginning_lost" in remarks) == (False, True)
    after.record("boot", loads(after.lines[0])["body"])
    after.responses(2)
    arrive(after.batch(11, 12))
    assert list(Stream.objects.order_by("pk").values_list("standing", flat=True)) == ["counted", "counted"]
    found = judge(unit, PERIOD, tmp_path)
    assert ("follows" in found.remarks(), "beginning_lost" in found.remarks()) == (True, False)
    assert found.faults() == [("lost_here", 1, 6)]
    assert Response.objects.count() == 7


def test_a_first_record_that_is_held_has_had_its_say(unit: Unit, kiosk: FakeKiosk, arrive: Arrive) -> None:
    kiosk.record("boot", {"software": "1"})
    arrive(kiosk.batch())
    stolen, named = FakeKiosk(kiosk.name, kiosk.key), kiosk.successor()
    stolen.record("boot", {"software": "1"})
    arrive(stolen.batch())
    stolen.record("boot", loads(named.lines[0])["body"])
    arrive(stolen.batch(2, 2))
    assert list(Stream.objects.order_by("pk").values_list("standing", flat=True)) == ["counted", "foreign"]
