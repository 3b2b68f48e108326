"""The courier: whatever the transport does, every record arrives, once, in order, and only a true receipt counts."""

import json
from collections import deque
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pytest

from survey.record.attachment import attach
from survey.record.record import ALIVE, COMPLAINT, STAFF, TALLY, TEST
from survey.wire.messages import unpack_batch, unpack_receipt
from survey.wire.trouble import trouble
from tests.uplink.fakes import START_MS, FakeCollector, FakeTransport, Home, fill, stamp
from uplink.errors import Refused
from uplink.forwarder.app import pace_of
from uplink.forwarder.config import UplinkConfig
from uplink.forwarder.courier import Courier
from uplink.forwarder.inbox import settings_inbox, tickets_inbox
from uplink.forwarder.log_inbox import LogFiles, LogInbox
from uplink.forwarder.senders.sender import (
    Event,
    LogArrived,
    ReceiptArrived,
    SettingsArrived,
    TicketsArrived,
)
from uplink.journal.acknowledged import Acknowledged, read_acknowledged
from uplink.journal.reader import JournalReader


class Trip:
    """A courier with a clock that moves only when told."""

    def __init__(
        self,
        home: Home,
        *transports: FakeTransport,
        acknowledged: Path | None = None,
        spread_seconds: float = 0.0,
        **pace: float,
    ) -> None:
        self.home = home
        self.now = 1_000.0
        self.courier = Courier(
            kiosk="k-0001",
            reader=JournalReader(home.paths.journal),
            acknowledged=Acknowledged(acknowledged or home.acknowledged),
            ahead=Acknowledged(home.paths.ahead),
            receipts=home.receipts,
            transports=transports,
            inboxes={
                SettingsArrived: settings_inbox(
                    home.paths.settings, kiosk="k-0001", verify=home.collector.verify
                ),
                TicketsArrived: tickets_inbox(
                    home.paths.tickets, kiosk="k-0001", verify=home.collector.verify
                ),
                LogArrived: LogInbox(
                    LogFiles(
                        seen=home.paths.log,
                        fork=home.paths.log_fork,
                        uncosigned=home.paths.log_uncosigned,
                        other_log=home.paths.log_other,
                        policy=home.paths.log_policy,
                    ),
                    kiosk="k-0001",
                    collector_key=bytes(32),
                    verify=lambda _signature, _message: False,
                    check=lambda _key, _signature, _message: False,
                ),
            },
            report=lambda progress: json.dumps({"confirmed": progress.confirmed}).encode(),
            now=lambda: self.now,
            wait=lambda seconds: None,
            boot_time_ms=lambda: 5_000,
            pace=pace_of(UplinkConfig())._replace(**pace),  # type: ignore[arg-type]
            spread_seconds=spread_seconds,
        )

    def go(self, steps: int = 10, *, seconds: float = 0.2) -> None:
        for _ in range(steps):
            self.courier.step(0.0)
            self.now += seconds

    @property
    def progress(self) -> object:
        return self.courier.progress


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def test_an_answer_goes_out_at_once_and_its_receipt_moves_the_acknowledged_position(home: Home) -> None:
    journal, transport = home.journal(), FakeTransport(home.collector)
    trip = Trip(home, transport)
    trip.go()
    fill(journal, 1)
    trip.go(2)
    assert home.collector.held() == 1
    assert trip.courier.progress.confirmed == 1
    assert journal.waiting == 1
    released = journal.release()
    assert released is not None
    assert released.through == 1
    assert journal.waiting == 0
    journal.close()


def test_a_backlog_goes_in_large_batches(home: Home) -> None:
    journal, transport = home.journal(), FakeTransport(home.collector)
    fill(journal, 450)
    trip = Trip(home, transport, max_batch_records=100)
    trip.go(20)
    assert [batch.first for batch in home.collector.batches] == [1, 101, 201, 301, 401]
    assert home.collector.held() == 450
    journal.close()


def test_no_message_exceeds_what_the_transport_takes(home: Home) -> None:
    journal, transport = home.journal(), FakeTransport(home.collector)
    transport.max_bytes = 900
    fill(journal, 300)
    trip = Trip(home, transport)
    trip.go(200)
    assert home.collector.held() == 300
    assert max(len(payload) for payload in transport.sent) <= 900
    journal.close()


def test_records_nobody_waits_for_go_together_or_with_an_answer(home: Home) -> None:
    journal, transport = home.journal(), FakeTransport(home.collector)
    trip = Trip(home, transport, lazy_seconds=60.0)
    fill(journal, 1, kind=ALIVE)
    trip.go()
    assert len(transport.sent) == 1, "a new connection carries what waits"
    fill(journal, 2, kind=ALIVE)
    trip.go(10)
    assert len(transport.sent) == 1
    fill(journal, 1)
    trip.go(3)
    assert [len(batch.lines) for batch in home.collector.batches] == [1, 3]
    fill(journal, 1, kind=ALIVE)
    trip.go(10, seconds=7.0)
    assert home.collector.held() == 5
    journal.close()


def test_only_the_first_batch_of_a_connection_says_where_it_joins(home: Home) -> None:
    journal, transport = home.journal(), FakeTransport(home.collector)
    trip = Trip(home, transport)
    for _ in range(3):
        fill(journal, 1)
        trip.go(3)
    assert [batch.prev is not None for batch in home.collector.batches] == [True, False, False]
    journal.close()


@pytest.mark.parametrize("kind", [TALLY, TEST])
def test_a_batch_ends_behind_what_strangers_are_shown_so_that_it_has_a_signature_of_its_own(
    home: Home, kind: str
) -> None:
    journal, transport = home.journal(), FakeTransport(home.collector)
    for number in (3, 4):
        fill(journal, number)
        journal.append(kind, {"upto": journal.head.seq}, stamp=stamp())
    fill(journal, 2)
    Trip(home, transport).go(9)
    assert [one.last for one in home.collector.batches] == [4, 9, 11]
    journal.close()


@pytest.mark.parametrize("lost", [{1}, {2}, {1, 2, 3}, {2, 4, 5, 6, 7}])
def test_batches_that_vanish_are_sent_again(home: Home, lost: set[int]) -> None:
    journal, transport = home.journal(), FakeTransport(home.collector)
    transport.drop = lost
    fill(journal, 90)
    trip = Trip(home, transport, max_batch_records=10, patience_seconds=1.0)
    trip.go(400)
    assert home.collector.held() == 90
    assert home.collector.refused == []
    journal.close()


def test_lost_receipts_cost_only_a_repetition(home: Home) -> None:
    journal, transport = home.journal(), FakeTransport(home.collector)
    fill(journal, 5)
    trip = Trip(home, transport)
    trip.courier.step(0.0)
    transport.events.clear()
    transport.cut = True
    trip.go(3)
    transport.cut = False
    trip.go(100)
    assert home.collector.held() == 5
    assert home.collector.conflicts == 0
    assert trip.courier.progress.confirmed == 5
    journal.close()


def test_a_collector_that_does_not_answer_is_asked_ever_less_often(home: Home) -> None:
    journal, transport = home.journal(), FakeTransport(home.collector)
    transport.deaf = True
    fill(journal, 2_000)
    trip = Trip(home, transport)
    trip.go(3_600, seconds=1.0)
    sent_in_an_hour = sum(len(payload) for payload in transport.sent)
    assert len(transport.sent) < 60
    assert sent_in_an_hour < 100_000
    assert trip.courier.progress.trouble == trouble("no_receipts")
    transport.deaf = False
    trip.go(2_500, seconds=1.0)
    assert home.collector.held() == 2_000
    assert trip.courier.progress.trouble is None
    journal.close()


def test_https_takes_over_and_mqtt_comes_back_by_itself(home: Home) -> None:
    journal = home.journal()
    mqtt, https = FakeTransport(home.collector), FakeTransport(home.collector, transport="https", window=1)
    mqtt.cut = True
    fill(journal, 3)
    trip = Trip(home, mqtt, https, return_seconds=100.0)
    trip.go(100, seconds=1.0)
    assert home.collector.held() == 3
    assert trip.courier.progress.transport == "https"
    mqtt.cut = False
    fill(journal, 2)
    trip.go(120, seconds=1.0)
    assert trip.courier.progress.transport == "mqtt"
    assert home.collector.held() == 5
    fill(journal, 1)
    trip.go(3)
    assert mqtt.sent
    assert home.collector.held() == 6
    journal.close()


def test_a_receipt_that_is_forged_or_of_another_stream_moves_nothing(home: Home) -> None:
    journal, transport = home.journal(), FakeTransport(home.collector)
    transport.deaf = True
    fill(journal, 3)
    trip = Trip(home, transport)
    stranger = Home(home.folder / "other").collector
    stranger.links[journal.stream] = [bytes(32)] * 4
    for payload in (
        stranger.receipt(journal.stream, through=3, link=journal.head.link),
        home.collector.receipt("ff" * 16, through=3, link=journal.head.link),
        home.collector.receipt(journal.stream, through=3, link=bytes(32)),
        home.collector.receipt(journal.stream, through=9, link=bytes(32)),
        b"",
        b"IKR1\x01nonsense",
    ):
        transport.retained = payload
        transport.close()
        trip.courier.progress.connected = False
        trip.go(3)
    assert trip.courier.progress.confirmed == 0
    assert read_acknowledged(home.acknowledged) is None
    journal.close()


def test_a_refusal_is_shown_and_costs_no_record(home: Home) -> None:
    class RefusingTransport(FakeTransport):
        refusing = True

        def send(self, batch: bytes) -> None:
            if self.refusing:
                self.sent.append(batch)
                raise Refused("kiosk_unknown", "this kiosk is not enrolled here")
            super().send(batch)

    journal, transport = home.journal(), RefusingTransport(home.collector)
    fill(journal, 2)
    trip = Trip(home, transport)
    trip.go(600, seconds=1.0)
    assert trip.courier.progress.trouble == trouble("records_refused", seq=1, code="kiosk_unknown")
    assert len(transport.sent) < 30
    transport.refusing = False
    trip.go(1_500, seconds=1.0)
    assert home.collector.held() == 2
    journal.close()


def test_a_collector_set_back_to_a_backup_gets_what_is_still_here(home: Home) -> None:
    journal, transport = home.journal(), FakeTransport(home.collector)
    fill(journal, 10)
    trip = Trip(home, transport, patience_seconds=1.0)
    trip.go()
    assert trip.courier.progress.confirmed == 10
    stream = journal.stream
    del home.collector.lines[stream][4:]
    del home.collector.links[stream][5:]
    fill(journal, 1)
    trip.go(60, seconds=0.5)
    assert home.collector.held() == 11
    journal.close()


class Restored(FakeCollector):
    """A collector that was set back, and goes on behind its hole on proof of its own receipt."""

    def accept(self, payload: bytes) -> bytes | None:
        batch = unpack_batch(payload)
        lines, links = self.lines.setdefault(batch.stream, []), self.links[batch.stream]
        if batch.receipt is not None and batch.prev is not None and batch.first > len(links):
            shown = unpack_receipt(batch.receipt, self.verify)
            assert shown.through + 1 >= batch.first, "the proof reaches what is sent"
            lines += [b""] * (batch.first - len(links))
            links += [b""] * (batch.first - 1 - len(links)) + [batch.prev]
        return super().accept(payload)


def test_a_collector_set_back_behind_what_was_freed_is_shown_its_own_receipt(home: Home) -> None:
    journal, transport = home.journal(segment_bytes=2_000), FakeTransport(home.collector)
    fill(journal, 40)
    trip = Trip(home, transport, patience_seconds=1.0)
    trip.go()
    assert journal.release() is not None
    (first, *_) = JournalReader(home.paths.journal).read(1, most=1, most_bytes=1_000)
    assert first.seq > 10, "what was confirmed is not here any more"
    stream = journal.stream
    home.collector.__class__ = Restored
    del home.collector.lines[stream][4:]
    del home.collector.links[stream][5:]
    home.collector.batches.clear()
    fill(journal, 1)
    trip.go(60, seconds=0.5)
    assert home.collector.held() == 41
    assert home.collector.lines[stream][4 : first.seq - 1] == [b""] * (first.seq - 5)
    shown = [batch.first for batch in home.collector.batches if batch.receipt is not None]
    assert shown == [first.seq], "it is shown once, where the hole is"
    fill(journal, 1)
    trip.go(60, seconds=0.5)
    assert (home.collector.held(), trip.courier.progress.confirmed, trip.courier.progress.trouble) == (
        42,
        42,
        None,
    )
    journal.close()


def test_progress_survives_the_process(home: Home) -> None:
    journal, transport = home.journal(), FakeTransport(home.collector)
    fill(journal, 4)
    Trip(home, transport).go()
    fill(journal, 1)
    later = FakeTransport(home.collector)
    Trip(home, later).go()
    assert [batch.first for batch in home.collector.batches] == [1, 5]
    assert home.collector.at_ms > START_MS
    journal.close()


def test_state_is_reported_when_connected_and_at_a_modest_rate(home: Home) -> None:
    journal, transport = home.journal(), FakeTransport(home.collector)
    fill(journal, 1)
    trip = Trip(home, transport, report_seconds=100.0)
    trip.go(250, seconds=1.0)
    assert len(transport.states) == 3
    journal.close()


def test_a_journal_that_is_begun_anew_is_carried_from_its_beginning(home: Home) -> None:
    journal, transport = home.journal(), FakeTransport(home.collector)
    fill(journal, 3)
    trip = Trip(home, transport)
    trip.go()
    assert trip.courier.progress.confirmed == 3
    journal.close()
    home.paths.journal.rename(home.folder / "aside")
    journal = home.journal()
    fill(journal, 2)
    trip.courier.look_at_acknowledged()
    trip.go(60, seconds=1.0)
    assert [len(lines) for lines in home.collector.lines.values()] == [3, 2]
    assert trip.courier.progress.confirmed == 2
    journal.close()


def test_a_receipt_from_a_stick_is_not_sent_for_again(home: Home) -> None:
    journal, transport = home.journal(), FakeTransport(home.collector)
    fill(journal, 5)
    trip = Trip(home, transport)
    transport.cut = True
    trip.go()
    aside = FakeTransport(home.collector)
    Trip(home, aside, acknowledged=home.carried).go()
    trip.courier.look_at_acknowledged()
    assert trip.courier.progress.confirmed == 5
    transport.cut = False
    trip.go(60, seconds=1.0)
    assert transport.sent == []
    journal.close()


def test_a_connection_that_ends_after_good_service_is_no_mark_against_its_transport(home: Home) -> None:
    journal = home.journal()
    mqtt, https = FakeTransport(home.collector), FakeTransport(home.collector, transport="https")
    trip = Trip(home, mqtt, https)
    trip.go()
    for _ in range(6):
        trip.go(100, seconds=1.0)
        mqtt.cut = True
        trip.go(1, seconds=0.1)
        mqtt.cut = False
    trip.go(100, seconds=1.0)
    assert trip.courier.progress.transport == "mqtt"
    assert https.opened == 0
    journal.close()


def test_a_damaged_record_that_nobody_has_declared_lost_is_told(home: Home) -> None:
    journal, transport = home.journal(), FakeTransport(home.collector)
    trip = Trip(home, transport)
    fill(journal, 5)
    (path,) = home.paths.journal.glob("*.journal")
    content = bytearray(path.read_bytes())
    content[content.index(b'"seq":3')] ^= 0xFF
    path.write_bytes(content)
    trip.go()
    assert home.collector.held() == 2
    assert trip.courier.progress.trouble == trouble("record_undeclared", seq=3)
    journal.reopen()
    trip.go()
    assert home.collector.held() == 5
    assert trip.courier.progress.trouble is None
    journal.close()


@pytest.mark.parametrize("seed", range(5))
def test_from_a_mute_broker_to_https_it_takes_at_most_a_minute(home: Home, seed: int) -> None:
    journal = home.journal()
    mqtt, https = FakeTransport(home.collector), FakeTransport(home.collector, transport="https")
    mqtt.deaf = True
    trip = Trip(home, mqtt, https)
    fill(journal, 1)
    began = trip.now
    while home.collector.held() == 0:
        trip.go(1, seconds=0.5)
        assert trip.now - began <= 60.0
    journal.close()


class Clogged(FakeTransport):
    """Batches and receipts pass, and the broker's acknowledgements are lost while it `clogs`: each takes a place of the window for good."""

    clogs = True
    taken = 0

    @property
    def room(self) -> int:
        return super().room - self.taken

    def open(self) -> None:
        before = self.opened
        super().open()
        if self.opened > before:
            self.taken = 0

    def send(self, batch: bytes) -> None:
        super().send(batch)
        self.taken += self.clogs


@pytest.mark.parametrize("waiting", [0, 30])
def test_a_window_full_of_batches_that_nobody_acknowledges_is_left_within_a_minute(
    home: Home, waiting: int
) -> None:
    journal, transport = home.journal(), Clogged(home.collector)
    trip = Trip(home, transport)
    for _ in range(transport.window):
        fill(journal, 1)
        trip.go(2)
    assert (home.collector.held(), transport.room) == (4, 0)
    transport.clogs = False
    fill(journal, waiting)
    trip.go(120, seconds=0.5)
    assert home.collector.held() == 4 + waiting
    assert (transport.opened, transport.room) == (2, 4), "and the new connection stays"
    fill(journal, 1)
    trip.go(2)
    assert home.collector.held() == 5 + waiting
    journal.close()


def test_what_waits_for_hours_though_there_is_a_road_is_told(home: Home) -> None:
    journal, transport = home.journal(), FakeTransport(home.collector)
    fill(journal, 3)
    trip = Trip(home, transport)
    trip.go()
    fill(journal, 2)
    trip.courier._reader.read = lambda *_, **__: []  # type: ignore[method-assign]  # whatever the fault may be
    for hour in range(4):
        trip.courier.look_at_acknowledged()
        assert (trip.courier.progress.trouble is None) == (hour < 2)
        trip.go(1, seconds=3_600.0)
    assert trip.courier.progress.trouble == trouble("records_wait", seq=4, hours=3)
    journal.close()


# Waiting.


def test_a_lost_connection_is_tried_ever_less_often_and_not_in_step(home: Home) -> None:
    journal, transport = home.journal(), FakeTransport(home.collector)
    fill(journal, 1)
    trip = Trip(home, transport, reconnect_first_seconds=5.0, reconnect_cap_seconds=100.0)
    transport.cut = True
    trip.go(3_600, seconds=1.0)
    # A wait is drawn from 0 to the ceiling, 50 s on average in the end: 72 tries an hour, give or take.
    assert 30 < transport.tried < 150
    transport.cut = False
    trip.go(150, seconds=1.0)
    assert home.collector.held() == 1
    journal.close()


def test_a_connection_that_ends_is_not_opened_again_at_once(home: Home) -> None:
    journal, transport = home.journal(), FakeTransport(home.collector)
    trips = [
        Trip(home, transport, reconnect_first_seconds=1_000.0, reconnect_cap_seconds=1_000.0)
        for _ in range(8)
    ]
    at_once = 0
    for trip in trips:
        trip.go(2)
        transport.cut = True
        trip.go(1)
        transport.cut = False
        opened = transport.opened
        trip.go(5, seconds=0.2)
        at_once += transport.opened - opened
        transport.close()
    assert at_once <= 1, "a second after the end of a connection one in a thousand is back"
    journal.close()


def test_after_a_power_cut_the_first_call_is_spread_out(home: Home) -> None:
    journal, transport = home.journal(), FakeTransport(home.collector)
    Trip(home, transport, spread_seconds=1_000_000.0).go(5)
    assert transport.tried == 0
    Trip(home, transport, spread_seconds=0.0).go(1)
    assert transport.tried == 1
    journal.close()


class PacedTransport(FakeTransport):
    """Keeps receipts back until they are let through, one by one."""

    def __init__(self, collector: FakeCollector) -> None:
        super().__init__(collector)
        self.kept: deque[Event] = deque()
        self.due = 0

    def poll(self, timeout: float) -> Sequence[Event]:
        events = super().poll(timeout)
        self.kept.extend(event for event in events if isinstance(event, ReceiptArrived))
        through = [self.kept.popleft() for _ in range(self.due)]
        self.due = 0
        return through + [event for event in events if not isinstance(event, ReceiptArrived)]


def test_patience_begins_anew_with_every_receipt_and_does_end(home: Home) -> None:
    journal, transport = home.journal(), PacedTransport(home.collector)
    fill(journal, 30)
    trip = Trip(home, transport, max_batch_records=10, patience_seconds=10.0)
    trip.go(8, seconds=1.0)
    for confirmed in (10, 20):
        transport.due = 1
        trip.go(8, seconds=1.0)
        assert trip.courier.progress.confirmed == confirmed
        assert [batch.first for batch in home.collector.batches] == [1, 11, 21], "nothing was sent again"
    trip.go(18, seconds=1.0)
    assert trip.courier.progress.trouble == trouble("no_receipts")
    journal.close()


def test_whoever_gets_receipts_late_does_not_send_everything_twice(home: Home) -> None:
    """A collector that is behind would take in as many repetitions as new records, and fall further behind."""
    journal, transport = home.journal(), PacedTransport(home.collector)
    trip = Trip(home, transport, patience_seconds=10.0)
    sent = []
    for number in range(4):
        fill(journal, 1)
        trip.go(14, seconds=1.0)
        transport.due = 1
        trip.go(2, seconds=1.0)
        assert trip.courier.progress.confirmed == number + 1
        sent.append(len(home.collector.batches))
        transport.kept.clear()
    assert [later - before for before, later in pairwise(sent)] == [1, 1, 1], "only the first was sent again"
    journal.close()


@pytest.mark.parametrize("kind, attached, sent", [(COMPLAINT, False, 1), (STAFF, True, 1), (STAFF, False, 0)])
def test_a_complaint_and_what_is_attached_go_at_once(
    home: Home, kind: str, attached: bool, sent: int
) -> None:
    journal, transport = home.journal(), FakeTransport(home.collector)
    trip = Trip(home, transport)
    fill(journal, 1)
    trip.go()
    before = len(transport.sent)
    text = [attach("text", b"antre lama")] if attached else []
    journal.append(kind, {}, stamp=stamp(2), attachments=text)
    trip.go(3)
    assert len(transport.sent) - before == sent
    journal.close()
