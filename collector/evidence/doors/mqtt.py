"""The MQTT door: takes what has arrived as one group, commits it, and only then acknowledges and publishes receipts.

paho's loop runs here, in the main thread, a step at a time: read until the socket is empty or the group is full, commit,
answer. So the slower the disk, the larger the groups, and the number of flushes follows the disk and not the kiosks.

Nothing is kept in memory between steps, so a broken connection or a kill loses nothing: what was not acknowledged comes again from
the broker, and what the broker dropped comes again from the kiosk, which waits for its receipt. On surprise (the database is gone)
the program ends and is started anew.
"""

import gc
import itertools
import logging
import random
import select
import ssl
import threading
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from paho.mqtt.client import Client, ConnectFlags, MQTTMessage, MQTTv5, MQTTv311
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from collector import clock
from collector.errors import CollectorError
from collector.evidence.intake.arrivals import Arrival, Outcome
from collector.evidence.models import Door
from collector.notify import notify
from survey.wire import topics

log = logging.getLogger(__name__)

GROUP_MESSAGES = 1_000
GROUP_BYTES = 96 * 1024
"""A group is closed when it is this large, which bounds memory whatever the backlog."""
GROUP_STATES = 200
"""How many kiosks' words about themselves one step hears, so that no step is long whatever was sent: the broker must hear from us in time."""
COLLECT_BYTES = 64 * 1024
"""After as much the garbage that messages leave behind is collected: behind a full group, and behind many small ones."""
COLLECT_ALL_EVERY = 16
"""Only what came since is looked through each time, and everything every so many times: what is remembered of kiosks grows with their number."""
MESSAGE_BYTES = 1024
"""Reckoned for a message beside its content; an empty one leaves something behind too."""
WAITING_STATES_BYTES = 4 * 1024 * 1024
"""With more of them waiting nothing is read until some are heard."""
MAX_PACKET_BYTES = 1024 * 1024
SESSION_SECONDS = 24 * 3600
_HOUSEKEEPING_SECONDS = 2.0
_FIRST_WAIT_SECONDS, _LONGEST_WAIT_SECONDS = 0.2, 20.0

Accept = Callable[[Sequence[Arrival]], list[Outcome]]
HearStates = Callable[[Mapping[str, bytes], int], object]
"""Hear what kiosks said of themselves, by their names, at a moment in milliseconds."""


class Publication(NamedTuple):
    """What is to be published besides receipts, such as settings that changed."""

    topic: str
    payload: bytes
    retain: bool = True


Housekeep = Callable[[], Sequence[Publication]]
"""Give what is to be published now."""


@dataclass(frozen=True, slots=True)
class BrokerAddress:
    """Where the broker is, and how to meet it."""

    host: str
    port: int
    tls: bool
    version: int = 5
    ca: Path | None = None
    certificate: Path | None = None
    key: Path | None = None

    @classmethod
    def parse_all(cls, urls: str, *, version: str) -> "list[BrokerAddress]":
        """Read the addresses of a broker's nodes, with commas between them.

        Raises:
            CollectorError: one is no address, or some are with TLS and some without.
        """
        found = [cls.parse(url.strip(), version=version) for url in urls.split(",")]
        if len({one.tls for one in found}) > 1:
            raise CollectorError("broker_url", url=urls)
        return found

    @classmethod
    def parse(cls, url: str, *, version: str) -> "BrokerAddress":
        """Read `mqtt://host:port` or `mqtts://host:port`.

        Raises:
            CollectorError: it is neither, or the version is not 5 or 3.1.1.
        """
        parts = urlsplit(url)
        if parts.scheme not in ("mqtt", "mqtts") or not parts.hostname:
            raise CollectorError("broker_url", url=url)
        if version not in ("5", "3.1.1"):
            raise CollectorError("mqtt_version", version=version)
        tls = parts.scheme == "mqtts"
        return cls(
            host=parts.hostname,
            port=parts.port or (8883 if tls else 1883),
            tls=tls,
            version=5 if version == "5" else 4,
        )


class Listener:
    """One connection to the broker; `run` repeats `step` until `stop`. Everything happens in the calling thread.

    Of a broker with several nodes, the next one is tried whenever a connection breaks or cannot be made.
    """

    def __init__(
        self,
        brokers: Sequence[BrokerAddress],
        *,
        accept: Accept,
        hear_states: HearStates,
        housekeep: Housekeep,
        name: str = "ikm-collector",
        share: str = "",
    ) -> None:
        self._nodes = itertools.cycle(brokers)
        self._broker = brokers[0]
        self._accept = accept
        self._hear_states = hear_states
        self._housekeep = housekeep
        self._up = f"$share/{share}/{topics.up('+')}" if share else topics.up("+")
        self._inbox: list[MQTTMessage] = []
        self._inbox_bytes = 0
        self._states: dict[str, bytes] = {}
        self._states_bytes = 0
        self._stopped = threading.Event()
        self._online = False
        self._left_behind = 0
        self._collections = itertools.count(1)
        self._next_housekeeping = 0.0
        self._client = self._make_client(name)

    def stop(self) -> None:
        """End `run` after the group in hand; may be called from a signal handler."""
        self._stopped.set()

    def run(self) -> None:
        """Listen until stopped. A broker that is away is waited for."""
        wait = _FIRST_WAIT_SECONDS
        notify("READY=1")  # whether the broker is there already or not
        while not self._stopped.is_set():
            notify("WATCHDOG=1")
            try:
                self._connect()
            except (OSError, ssl.SSLError) as error:
                if wait == _FIRST_WAIT_SECONDS:
                    log.warning(
                        "the broker at %s:%d is away: %s", self._broker.host, self._broker.port, error
                    )
                self._stopped.wait(wait * random.uniform(0.5, 1.0))
                wait = min(wait * 2, _LONGEST_WAIT_SECONDS)
                continue
            while not self._stopped.is_set() and self.step():
                wait = _FIRST_WAIT_SECONDS if self._online else wait
            if self._online and not self._stopped.is_set():
                log.warning("the connection to the broker is lost")
            self._online = False
            self._stopped.wait(wait * random.uniform(0.5, 1.0))
            wait = min(wait * 2, _LONGEST_WAIT_SECONDS)
        self._client.disconnect()

    def step(self, timeout: float = 0.5) -> bool:
        """Wait for something to arrive, take it and answer it; tells whether the connection still stands."""
        notify("WATCHDOG=1")
        connection = self._client.socket()
        if connection is None:
            return False
        pending = isinstance(connection, ssl.SSLSocket) and connection.pending() > 0
        writing = [connection] if self._client.want_write() else []
        hurried = pending or bool(self._states)
        readable, writable, _ = select.select([connection], writing, [], 0 if hurried else timeout)
        if writable and self._client.loop_write() != MQTTErrorCode.MQTT_ERR_SUCCESS:
            return False
        alive = True
        if readable or pending:
            alive = self._read()
        if self._inbox:
            self._commit()
        if self._states:
            self._hear_some()
        if self._online and time.monotonic() >= self._next_housekeeping:
            for one in self._housekeep():
                self._client.publish(one.topic, one.payload, qos=1, retain=one.retain)
            self._next_housekeeping = time.monotonic() + _HOUSEKEEPING_SECONDS
        return alive and self._client.loop_misc() == MQTTErrorCode.MQTT_ERR_SUCCESS

    def _read(self) -> bool:
        """Read packets until the socket is empty or the group is full."""
        while (
            len(self._inbox) + len(self._states) < GROUP_MESSAGES
            and self._inbox_bytes < GROUP_BYTES
            and self._states_bytes < WAITING_STATES_BYTES
        ):
            before = len(self._inbox) + len(self._states)
            if self._client.loop_read() != MQTTErrorCode.MQTT_ERR_SUCCESS:
                return False
            if len(self._inbox) + len(self._states) == before:
                break  # nothing more, or a packet that was no message: the next step goes on
        return True

    def _hear_some(self) -> None:
        """Hear those states that have waited longest; the others wait for the next step."""
        names = list(itertools.islice(self._states, GROUP_STATES))
        heard = {name: self._states.pop(name) for name in names}
        self._states_bytes -= sum(len(payload) for payload in heard.values())
        self._hear_states(heard, clock.now_ms())
        self._collect(heard.values())

    def _commit(self) -> None:
        """Commit what has arrived, in groups of bounded size.

        paho reads as many packets in one go as messages of ours wait for their acknowledgement, so more may have arrived
        than was asked for.
        """
        inbox, self._inbox, self._inbox_bytes = self._inbox, [], 0
        group: list[MQTTMessage] = []
        size = 0
        for message in inbox:
            if group and (len(group) >= GROUP_MESSAGES or size + len(message.payload) > GROUP_BYTES):
                self._commit_group(group)
                group, size = [], 0
            group.append(message)
            size += len(message.payload)
        self._commit_group(group)

    def _commit_group(self, group: Sequence[MQTTMessage]) -> None:
        now_ms = clock.now_ms()
        outcomes = self._accept(
            [
                Arrival(
                    payload=bytes(message.payload),
                    door=Door.MQTT,
                    received_ms=now_ms,
                    vouched=topics.kiosk_of(message.topic),
                )
                for message in group
            ]
        )
        receipts = {outcome.kiosk: outcome.receipt for outcome in outcomes if outcome.receipt}
        for kiosk, receipt in receipts.items():
            # At QoS 0: the broker retains it all the same, and a kiosk whose receipt is lost with the connection sends
            # again and gets another. At QoS 1 receipts would pile up in paho behind a backlog.
            self._client.publish(topics.down(kiosk), receipt, qos=0, retain=True)
        for message in group:
            self._client.ack(message.mid, message.qos)
        self._collect([message.payload for message in group])

    def _collect(self, payloads: Collection[bytes | bytearray]) -> None:
        """Take away what these messages left behind, once it is worth the while: records hang together in cycles.

        See `listen` for why nobody else collects. Where messages come one by one, doing it after each would cost a tenth of the speed.
        """
        self._left_behind += sum(MESSAGE_BYTES + len(payload) for payload in payloads)
        if self._left_behind >= COLLECT_BYTES:
            self._left_behind = 0
            gc.collect(0 if next(self._collections) % COLLECT_ALL_EVERY else 2)

    def _make_client(self, name: str) -> Client:
        version = MQTTv5 if self._broker.version == 5 else MQTTv311
        client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=name,
            clean_session=None if version == MQTTv5 else False,
            protocol=version,
            manual_ack=True,
        )
        client.on_connect = self._connected
        client.on_subscribe = self._subscribed
        client.on_message = self._arrived
        if self._broker.tls:
            client.tls_set(
                ca_certs=str(self._broker.ca) if self._broker.ca is not None else None,
                certfile=str(self._broker.certificate) if self._broker.certificate is not None else None,
                keyfile=str(self._broker.key) if self._broker.key is not None else None,
            )
        return client

    def _connect(self) -> None:
        self._inbox, self._inbox_bytes = [], 0
        self._states, self._states_bytes = {}, 0
        self._broker = next(self._nodes)
        if self._broker.version == 5:
            properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
            properties.SessionExpiryInterval = SESSION_SECONDS
            properties.ReceiveMaximum = 65_535
            properties.MaximumPacketSize = MAX_PACKET_BYTES
            self._client.connect(
                self._broker.host, self._broker.port, keepalive=30, clean_start=False, properties=properties
            )
        else:
            self._client.connect(self._broker.host, self._broker.port, keepalive=30)

    def _connected(
        self, client: Client, _data: object, _flags: ConnectFlags, reason: ReasonCode, _properties: object
    ) -> None:
        if reason.is_failure:
            log.error("the broker refused the collector: %s", reason)
            return
        client.subscribe([(self._up, 1), (topics.state("+"), 0)])
        self._online = True

    def _subscribed(self, *_: object) -> None:
        log.info("listening at %s:%d", self._broker.host, self._broker.port)

    def _arrived(self, client: Client, _data: object, message: MQTTMessage) -> None:
        # paho calls this from loop_read, in our own thread: the message is put aside, nothing is decided here.
        if message.topic.endswith("/up"):
            self._inbox.append(message)
            self._inbox_bytes += len(message.payload)
        elif not message.payload:  # our own word that nothing is retained there any more
            client.ack(message.mid, message.qos)
        else:
            name, payload = topics.kiosk_of(message.topic), bytes(message.payload)
            self._states_bytes += len(payload) - len(self._states.get(name, b""))
            self._states[name] = payload
            client.ack(message.mid, message.qos)
