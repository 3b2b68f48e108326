"""Both transports keep the same promises to the courier: MQTT over a real Mosquitto, HTTP over a real socket."""

import contextlib
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Self

import pytest

from survey.wire.messages import Batch, pack_batch, unpack_receipt
from tests.kiosk.conftest import ENROLMENT
from tests.uplink.certificates import Authority
from tests.uplink.fakes import KIOSK, Home, fill
from tests.uplink.services import Broker, HttpCollector, MqttCollector, free_port, until
from uplink.errors import Refused, TooLarge, Unreachable
from uplink.forwarder.app import http_transport, mqtt_transport
from uplink.forwarder.config import UplinkConfig
from uplink.forwarder.senders.deadline import Deadline
from uplink.forwarder.senders.http import HttpSender, HttpTransport
from uplink.forwarder.senders.mqtt import Credentials, MqttSender, MqttTransport
from uplink.forwarder.senders.sender import (
    Event,
    ReceiptArrived,
    Sender,
    SendRefused,
    SettingsArrived,
    SlotFreed,
)
from uplink.forwarder.senders.validity import Validity
from uplink.forwarder.status import last_will
from uplink.journal.enrolment import Broker as EnrolledBroker
from uplink.journal.home import KioskHome
from uplink.journal.reader import JournalReader
from uplink.journal.stamp import is_synchronised

pytestmark = pytest.mark.integration


def mqtt(port: int, **more: object) -> MqttTransport:
    enrolment = ENROLMENT._replace(kiosk=KIOSK, broker=EnrolledBroker("127.0.0.1", port, tls=False))
    return replace(
        mqtt_transport(enrolment, KioskHome(Path()), UplinkConfig(), Validity(is_synchronised, lambda: 0)),
        **more,
    )  # type: ignore[arg-type]


def http(url: str, **more: object) -> HttpTransport:
    enrolment = ENROLMENT._replace(kiosk=KIOSK, collector_url=url)
    return replace(
        http_transport(enrolment, KioskHome(Path()), UplinkConfig(), Validity(is_synchronised, lambda: 0)),
        **more,
    )  # type: ignore[arg-type]


class Case:
    """A home with a batch in its journal, and how to make a sender of one kind."""

    def __init__(self, home: Home, make: Callable[[], Sender]) -> None:
        self.home = home
        self.make = make
        journal = home.journal()
        fill(journal, 3)
        self.stream = journal.stream
        journal.close()
        entries = JournalReader(home.paths.journal).read(1, most=3, most_bytes=10_000)
        self.batch = pack_batch(
            Batch(
                kiosk=KIOSK,
                stream=self.stream,
                first=1,
                lines=tuple(entry.line for entry in entries),
                signature=entries[-1].signature,
            )
        )

    def events(self, sender: Sender, kind: type[Event]) -> list[Event]:
        found: list[Event] = []

        def seen() -> bool:
            found.extend(event for event in sender.poll(0.05) if isinstance(event, kind))
            return bool(found)

        until(seen, what=kind.__name__)
        return found


@pytest.fixture(params=["mqtt 5", "mqtt 3.1.1", "https"])
def case(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Case]:
    home = Home(tmp_path)
    with ExitStack() as stack:
        if request.param == "https":
            door = stack.enter_context(HttpCollector(home.collector))
            where = http(door.url, connect_seconds=2.0)
            yield Case(home, lambda: HttpSender(where, now=time.monotonic))
        else:
            broker = stack.enter_context(Broker(tmp_path))
            stack.enter_context(MqttCollector(home.collector, port=broker.port))
            transport = mqtt(broker.port, version=5 if "5" in request.param else 3)
            yield Case(home, lambda: MqttSender(transport, last_will=last_will()))


def test_a_batch_is_answered_by_a_fresh_receipt(case: Case) -> None:
    sender = case.make()
    sender.open()
    sender.send(case.batch)
    (event, *_) = case.events(sender, ReceiptArrived)
    assert isinstance(event, ReceiptArrived)
    assert event.fresh
    receipt = unpack_receipt(event.payload, case.home.collector.verify)
    assert (receipt.stream, receipt.through) == (case.stream, 3)
    sender.close()


def test_room_is_zero_unless_open_and_comes_back_after_a_send(case: Case) -> None:
    sender = case.make()
    assert sender.room == 0
    sender.open()
    sender.open()
    room = sender.room
    assert room >= 1
    sender.send(case.batch)
    assert sender.room == room - 1

    def free_again() -> bool:
        sender.poll(0.05)
        return sender.room == room

    until(free_again)
    sender.close()
    sender.close()
    assert sender.room == 0


def test_the_same_batch_twice_is_taken_twice_and_counted_once(case: Case) -> None:
    sender = case.make()
    sender.open()
    for _ in range(2):
        sender.send(case.batch)
        case.events(sender, ReceiptArrived)
    sender.close()
    assert case.home.collector.held() == 3


def test_sending_without_a_connection_is_unreachable(case: Case) -> None:
    with pytest.raises(Unreachable):
        case.make().send(case.batch)


def test_a_closed_sender_opens_again(case: Case) -> None:
    sender = case.make()
    for _ in range(2):
        sender.open()
        sender.send(case.batch)
        case.events(sender, ReceiptArrived)
        sender.close()


def test_nobody_at_the_other_end_is_unreachable() -> None:
    port = free_port()
    over_mqtt = MqttSender(mqtt(port, connect_seconds=1.0), last_will=last_will())
    over_https = HttpSender(http(f"http://127.0.0.1:{port}", connect_seconds=1.0), now=time.monotonic)
    for sender in (over_mqtt, over_https):
        with pytest.raises(Unreachable, match=str(port)):
            sender.open()


def test_mqtt_tells_that_nobody_listens(tmp_path: Path) -> None:
    home = Home(tmp_path)
    with Broker(tmp_path) as broker:
        sender = MqttSender(mqtt(broker.port), last_will=last_will())
        case = Case(home, lambda: sender)
        sender.open()
        sender.send(case.batch)
        (event, *_) = case.events(sender, SendRefused)
        assert isinstance(event, SendRefused)
        assert event.code == "nobody_listens"
        sender.close()


def test_mqtt_tells_a_refused_publish_from_an_accepted_one(tmp_path: Path) -> None:
    rules = tmp_path / "acl"
    rules.write_text("topic read #\n")
    home = Home(tmp_path)
    with Broker(tmp_path, extra=f"acl_file {rules}") as broker:
        sender = MqttSender(mqtt(broker.port), last_will=last_will())
        case = Case(home, lambda: sender)
        sender.open()
        sender.send(case.batch)
        (event, *_) = case.events(sender, SendRefused)
        assert isinstance(event, SendRefused)
        assert event.code == "mqtt_135"  # Not authorized
        sender.close()


def test_mqtt_keeps_within_the_brokers_own_limit(tmp_path: Path) -> None:
    home = Home(tmp_path)
    with Broker(tmp_path, extra="max_packet_size 1000") as broker:
        sender = MqttSender(mqtt(broker.port), last_will=last_will())
        sender.open()
        assert sender.max_bytes < 1_000
        with pytest.raises(TooLarge):
            sender.send(bytes(1_000))
        sender.send(bytes(sender.max_bytes))
        case = Case(home, lambda: sender)
        case.events(sender, SendRefused)  # nobody listens, but the connection lives
        sender.close()


def test_a_broker_that_dies_is_noticed(tmp_path: Path) -> None:
    with Broker(tmp_path) as broker:
        sender = MqttSender(mqtt(broker.port), last_will=last_will())
        sender.open()
        broker.kill()

        def poll_until_it_raises() -> None:
            for _ in range(200):
                sender.poll(0.05)

        with pytest.raises(Unreachable):
            poll_until_it_raises()
        assert sender.room == 0


def test_vanishing_leaves_the_last_will_and_parting_does_not(tmp_path: Path) -> None:
    home = Home(tmp_path)
    with Broker(tmp_path) as broker, MqttCollector(home.collector, port=broker.port) as collector:
        sender = MqttSender(mqtt(broker.port), last_will=last_will())
        sender.open()
        sender.report(b'{"online":true}')
        sender.poll(0.05)
        until(lambda: collector.states == [{"online": True}])
        sender.close()
        until(lambda: collector.states == [{"online": True}, {"online": False}])
        sender.open()
        sender.part(b'{"online":false,"health":{}}')
        until(lambda: len(collector.states) == 3)
        assert collector.states[-1] == {"online": False, "health": {}}


@pytest.mark.parametrize(
    "status,content,fate",
    [
        (413, b"", TooLarge),
        (403, b'{"code":"kiosk_unknown","message":"not enrolled"}', Refused),
        (403, b"<html>proxy says no</html>", Unreachable),
        (404, b"<html>", Unreachable),
        (302, b"", Unreachable),
        (401, b'{"code":"x","message":"y"}', Unreachable),
        (429, b"", Unreachable),
        (500, b'{"code":"x","message":"y"}', Unreachable),
        (
            503,
            b'{"code":"away","message":"the database cannot be asked now","remedy":"ask again"}',
            Unreachable,
        ),
        (204, b"", Unreachable),
    ],
)
def test_http_answers_have_one_of_three_fates(
    tmp_path: Path, status: int, content: bytes, fate: type[Exception]
) -> None:
    home = Home(tmp_path)
    with HttpCollector(home.collector) as door:
        sender = HttpSender(http(door.url), now=time.monotonic)
        sender.open()
        door.answer = (status, content)
        with pytest.raises(fate) as refusal:
            sender.send(b"batch")
        assert type(refusal.value) is fate
        sender.close()


def test_a_refusal_may_bring_the_receipt_that_tells_a_card_of_its_lost_past(tmp_path: Path) -> None:
    home = Home(tmp_path)
    with HttpCollector(home.collector) as door:
        sender = HttpSender(http(door.url), now=time.monotonic)
        sender.open()
        door.answer = (409, b'{"code":"conflict","message":"both are kept","receipt":"cmVjZWlwdA=="}')
        with pytest.raises(Refused, match="both are kept"):
            sender.send(b"batch")
        assert sender.poll(0.0) == (ReceiptArrived(b"receipt", fresh=True),)
        door.answer = (409, b'{"code":"conflict","message":"both are kept","receipt":7}')
        with pytest.raises(Refused):
            sender.send(b"batch")
        assert sender.poll(0.0) == ()
        sender.close()


class Dripping:
    """A door that answers 200 and then gives one byte at a time, for ever."""

    def __init__(self) -> None:
        self._server = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._server.getsockname()[1]}"
        self._over = threading.Event()

    def __enter__(self) -> Self:
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._server.close()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._server.accept()
                threading.Thread(target=self._drip, args=(connection,), daemon=True).start()

    def _drip(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            connection.recv(4_096)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9999999\r\n\r\n")
            while not self._over.wait(0.05):
                connection.sendall(b"x")


def test_an_answer_that_drips_is_given_up_after_the_deadline() -> None:
    with Dripping() as door:
        sender = HttpSender(http(door.url, deadline_seconds=0.5), now=time.monotonic)
        started = time.monotonic()
        with pytest.raises(Unreachable):
            sender.open()
        assert time.monotonic() - started < 3.0


def test_a_road_that_is_too_slow_for_a_batch_carries_smaller_ones(tmp_path: Path) -> None:
    home = Home(tmp_path)
    with HttpCollector(home.collector) as door, Dripping() as slow:
        sender = HttpSender(http(door.url, deadline_seconds=0.3), now=time.monotonic)
        sender.open()
        sender._where = replace(sender._where, collector_url=slow.url)
        before = sender.max_bytes
        with pytest.raises(Unreachable):
            sender.send(b"batch")
        assert sender.max_bytes < before
        sender.close()


def test_a_resolver_that_hangs_holds_nobody_up_and_not_for_ever_more_threads() -> None:
    over = threading.Event()
    deadline: Deadline[bool] = Deadline(0.05)
    earlier = threading.enumerate()

    def hanging() -> list[threading.Thread]:
        return [each for each in threading.enumerate() if each.name == "exchange" and each not in earlier]

    for _ in range(10):
        with pytest.raises(TimeoutError):
            deadline.run(lambda: over.wait(30))
    assert 1 <= len(hanging()) <= 4
    over.set()
    until(lambda: not hanging(), what="the end of what hung")
    assert deadline.run(lambda: True)


def test_http_brings_the_settings_when_it_opens(tmp_path: Path) -> None:
    home = Home(tmp_path)
    with HttpCollector(home.collector) as door:
        door.settings = json.dumps({"signed": "bytes"}).encode()
        sender = HttpSender(http(door.url), now=time.monotonic)
        sender.open()
        (event, *_) = sender.poll(0.0)
        assert event.payload == door.settings  # type: ignore[union-attr]
        assert not isinstance(event, SlotFreed)
        sender.close()


def test_http_asks_for_the_settings_again_while_it_serves(tmp_path: Path) -> None:
    home = Home(tmp_path)
    now = 1_000.0
    with HttpCollector(home.collector) as door:
        sender = HttpSender(http(door.url), now=lambda: now)
        sender.open()
        assert sender.poll(0.0) == (), "there are none yet"
        door.settings = b"the first"
        now += 299.0
        assert sender.poll(0.0) == ()
        now += 1.0
        assert sender.poll(0.0) == (SettingsArrived(b"the first"),)
        assert sender.poll(0.0) == ()
        now += 300.0
        assert sender.poll(0.0) == (), "what has not changed does not come again"
        door.settings = b"the second"
        now += 300.0
        assert sender.poll(0.0) == (SettingsArrived(b"the second"),)
        sender.close()
        now += 300.0
        assert sender.poll(0.0) == (), "a closed session asks for nothing"


# paho-mqtt 2.2 leaves the socket of a failed TLS handshake to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_mqtt_over_tls_shows_its_certificate_and_checks_the_brokers(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    ours, strangers = Authority(tmp_path / "ours"), Authority(tmp_path / "strangers")
    certificate, key = ours.issue("localhost")
    kiosk, kiosk_key = ours.issue(KIOSK)
    other, other_key = strangers.issue(KIOSK)

    with Broker(tmp_path, tls=(ours.path, certificate, key)) as broker:

        def sender(ca: Path, shown: Path, shown_key: Path) -> MqttSender:
            credentials = Credentials(ca=ca, certificate=shown, key=shown_key)
            transport = mqtt(broker.port, host="localhost", credentials=credentials, connect_seconds=3.0)
            return MqttSender(transport, last_will=last_will())

        with MqttCollector(home.collector, port=broker.port, tls=(ours.path, kiosk, kiosk_key)):
            good = sender(ours.path, kiosk, kiosk_key)
            case = Case(home, lambda: good)
            good.open()
            good.send(case.batch)
            case.events(good, ReceiptArrived)
            good.close()
        for bad in (
            sender(strangers.path, kiosk, kiosk_key),
            sender(ours.path, other, other_key),
            sender(ours.path, kiosk, other_key),
            sender(ours.path, tmp_path / "missing.crt", kiosk_key),
        ):
            with pytest.raises(Unreachable):
                bad.open()
            assert bad.room == 0
