"""The way out over MQTT 5 (or 3.1.1), with paho.

paho's loop runs inside `poll`, in the courier's own thread: no lock, no second thread that can die unseen. Each
connection is a new client, so a stuck one leaves nothing behind. Batches go out at QoS 1, because a refusal or "no
matching subscribers" is worth knowing; receipts come in at QoS 0, because a lost one costs nothing and an
acknowledgement costs bytes. A message is handed to paho only while connected and never more than the window: paho's
queue lives in memory and sends what it holds once more after every reconnect.
"""

import contextlib
import os
import socket
import ssl
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage, MQTTv5, MQTTv311
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from survey.wire import topics
from survey.wire.ended import MAGIC as ENDED
from survey.wire.trouble import Trouble, trouble
from uplink.errors import TooLarge, Unreachable
from uplink.forwarder.senders.sender import (
    NOBODY_LISTENS,
    EndedArrived,
    Event,
    LogArrived,
    ReceiptArrived,
    SendRefused,
    SettingsArrived,
    SlotFreed,
    TicketsArrived,
)
from uplink.forwarder.senders.validity import Validity

_PACKET_OVERHEAD = 64  # fixed header, topic length and properties of a PUBLISH, generously
_NO_SUBSCRIBERS = 16
_GOODBYE_SECONDS = 1.0
_POLL_STEP_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Credentials:
    """The kiosk's client certificate, its key, and the authority that the broker is checked against."""

    ca: Path
    certificate: Path
    key: Path


@dataclass(frozen=True, slots=True)
class MqttTransport:
    """Where and how to connect."""

    kiosk: str
    host: str
    port: int
    credentials: Credentials | None
    """None for a broker without TLS (a test, a demo)."""
    version: int
    """5, or 3 for brokers that know only MQTT 3.1.1."""
    keep_alive_seconds: int
    window: int
    """How many batches may be under way at once."""
    max_bytes: int
    """The longest message to send where the broker names no limit of its own."""
    connect_seconds: float
    validity: Validity


class MqttSender:
    """One connection at a time to one broker. Used by one thread."""

    transport = "mqtt"

    def __init__(self, where: MqttTransport, *, last_will: bytes) -> None:
        self._where = where
        self._last_will = last_will
        self._client: Client | None = None
        self._connected = False
        self._events: deque[Event] = deque()
        self._under_way: set[int] = set()
        self._ended = ""
        self._refusal: Trouble | None = None
        self._limit = where.max_bytes

    @property
    def max_bytes(self) -> int:
        """The longest batch that fits a message."""
        return self._limit - len(topics.up(self._where.kiosk)) - _PACKET_OVERHEAD

    @property
    def room(self) -> int:
        """How many batches may be handed over now."""
        return self._where.window - len(self._under_way) if self._connected else 0

    def aim(self, where: MqttTransport) -> None:
        """Go there from the next connection on."""
        self._where = where

    def open(self) -> None:
        """Connect with a new client, and wait for the broker's answer.

        Raises:
            Unreachable: the broker does not answer, or refuses us.
        """
        if self._connected:
            return
        self.close()
        client = self._new_client()
        self._client = client
        try:
            client.connect(self._where.host, self._where.port, keepalive=self._where.keep_alive_seconds)
        except (OSError, ValueError, ssl.SSLError) as error:
            self.close()
            raise Unreachable(
                f"the broker {self._where.host}:{self._where.port} does not answer: {error}",
                trouble("broker_certificate")
                if isinstance(error, ssl.SSLError)
                else trouble("broker_no_answer", host=self._where.host, port=self._where.port),
            ) from error
        for _ in range(int(self._where.connect_seconds * 10)):
            self._turn(0.1)
            if self._connected:
                return
        self.close()
        raise Unreachable(
            f"the broker {self._where.host}:{self._where.port} accepted us and fell silent",
            trouble("broker_silent", host=self._where.host, port=self._where.port),
        )

    def send(self, batch: bytes) -> None:
        """Publish a batch.

        Raises:
            Unreachable: there is no connection.
            TooLarge: the broker would close the connection over it.
        """
        if len(batch) > self.max_bytes:
            raise TooLarge(f"the broker takes at most {self.max_bytes} bytes, this batch has {len(batch)}")
        self._under_way.add(self._publish(topics.up(self._where.kiosk), batch, qos=1, retain=False))

    def report(self, state: bytes) -> None:
        """Publish the state, retained.

        Raises:
            Unreachable: there is no connection.
        """
        self._publish(topics.state(self._where.kiosk), state, qos=0, retain=True)

    def poll(self, timeout: float) -> Sequence[Event]:
        """Run paho's loop once and give what came of it.

        Raises:
            Unreachable: the connection is gone.
        """
        if not self._events:
            self._turn(min(timeout, _POLL_STEP_SECONDS))
        events = tuple(self._events)
        self._events.clear()
        return events

    def close(self) -> None:
        """Drop the connection; the broker publishes our last will unless we said goodbye with `part`."""
        client, self._client = self._client, None
        self._connected = False
        self._under_way.clear()
        self._events.clear()
        self._ended = ""
        self._refusal = None
        if client is not None:
            client.on_connect = client.on_disconnect = client.on_publish = client.on_message = None
            with contextlib.suppress(OSError, ValueError):
                if (sock := client.socket()) is not None:
                    sock.close()

    def part(self, state: bytes) -> None:
        """Say goodbye: publish `state` and disconnect in order, so that no last will is sent."""
        client = self._client
        if client is not None and self._connected:
            with contextlib.suppress(Unreachable, OSError, ValueError):
                self._publish(topics.state(self._where.kiosk), state, qos=0, retain=True)
                with _heard_out(client):
                    client.disconnect()
        self.close()

    def _new_client(self) -> Client:
        version = MQTTv5 if self._where.version == 5 else MQTTv311
        client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=self._where.kiosk,
            protocol=MQTTProtocolVersion(version),
            reconnect_on_failure=False,
        )
        client.connect_timeout = self._where.connect_seconds
        client.max_queued_messages_set(self._where.window + 4)
        client.max_inflight_messages_set(self._where.window + 4)
        client.suppress_exceptions = True  # an exception in a callback must not pass through paho's loop
        if (credentials := self._where.credentials) is not None:
            try:
                client.tls_set_context(self._context(credentials))
            except (OSError, ValueError, ssl.SSLError) as error:
                raise Unreachable(
                    f"the broker's certificates cannot be used: {error}; enrol again",
                    trouble("broker_certificate"),
                ) from error
        client.will_set(topics.state(self._where.kiosk), self._last_will, qos=1, retain=True)
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_publish = self._on_publish
        client.on_message = self._on_message
        return client

    def _context(self, credentials: Credentials) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(cafile=credentials.ca)
        context.load_cert_chain(credentials.certificate, credentials.key)
        self._where.validity.apply(context)
        return context

    def _turn(self, timeout: float) -> None:
        """Let paho read and write, and raise what its callbacks have noticed."""
        if self._client is None:
            raise Unreachable("not connected to the broker")
        try:
            result = self._client.loop(timeout)
        except (OSError, ValueError, ssl.SSLError) as error:
            # paho 2.x lets errors of the TLS layer through (eclipse-paho/paho.mqtt.python 891)
            self.close()
            raise Unreachable(f"the connection to the broker failed: {error}") from error
        if self._ended or result != MQTTErrorCode.MQTT_ERR_SUCCESS:
            reason, told = self._ended or str(result), self._refusal
            received = tuple(self._events)
            self.close()
            self._events.extend(received)
            raise Unreachable(f"the connection to the broker ended: {reason}", told)

    def _publish(self, topic: str, payload: bytes, *, qos: int, retain: bool) -> int:
        if self._client is None or not self._connected:
            raise Unreachable("not connected to the broker")
        info = self._client.publish(topic, payload, qos=qos, retain=retain)
        if info.rc != MQTTErrorCode.MQTT_ERR_SUCCESS:
            # paho may have queued it all the same; closing this client is what forgets it.
            self.close()
            raise Unreachable(f"the broker's connection took no message: {info.rc!s}")
        return info.mid

    # Callbacks run inside `poll`; they only take notes.

    def _on_connect(
        self,
        client: Client,
        userdata: object,  # noqa: ARG002 - the signature is paho's, here and below
        flags: ConnectFlags,  # noqa: ARG002
        reason: ReasonCode,
        properties: Properties | None,
    ) -> None:
        if reason.is_failure:
            self._ended = f"refused: {reason}"
            self._refusal = trouble("broker_refuses", code=reason.value)
            return
        limit = getattr(properties, "MaximumPacketSize", None)
        self._limit = min(self._where.max_bytes, limit) if isinstance(limit, int) else self._where.max_bytes
        mine = (topics.down, topics.settings, topics.tickets, topics.log)
        client.subscribe([(topic(self._where.kiosk), 0) for topic in mine])
        self._connected = True

    def _on_disconnect(
        self,
        client: Client,  # noqa: ARG002
        userdata: object,  # noqa: ARG002
        flags: DisconnectFlags,  # noqa: ARG002
        reason: ReasonCode,
        properties: Properties | None,  # noqa: ARG002
    ) -> None:
        self._ended = self._ended or str(reason)

    def _on_publish(
        self,
        client: Client,  # noqa: ARG002
        userdata: object,  # noqa: ARG002
        mid: int,
        reason: ReasonCode,
        properties: Properties | None,  # noqa: ARG002
    ) -> None:
        if mid not in self._under_way:  # a report
            return
        self._under_way.discard(mid)
        if reason.is_failure:
            self._events.append(SendRefused(code=f"mqtt_{reason.value}", message=str(reason)))
        elif reason.value == _NO_SUBSCRIBERS:
            self._events.append(SendRefused(code=NOBODY_LISTENS, message="no collector listens just now"))
        else:
            self._events.append(SlotFreed())

    def _on_message(self, client: Client, userdata: object, message: MQTTMessage) -> None:  # noqa: ARG002
        if message.topic == topics.down(self._where.kiosk) and message.payload.startswith(ENDED):
            self._events.append(EndedArrived(bytes(message.payload)))
        elif message.topic == topics.down(self._where.kiosk):
            self._events.append(ReceiptArrived(bytes(message.payload), fresh=not message.retain))
        elif message.topic == topics.settings(self._where.kiosk):
            self._events.append(SettingsArrived(bytes(message.payload)))
        elif message.topic == topics.tickets(self._where.kiosk):
            self._events.append(TicketsArrived(bytes(message.payload)))
        elif message.topic == topics.log(self._where.kiosk):
            self._events.append(LogArrived(bytes(message.payload)))


@contextlib.contextmanager
def _heard_out(client: Client) -> Iterator[None]:
    """Keep the connection until the broker has closed its side too, or a second has passed.

    paho closes its socket with the goodbye. With unread bytes in it that resets the connection, and the broker may throw the
    goodbye away and publish our last will.
    """
    sock = client.socket()
    if sock is None:
        yield
        return
    with socket.socket(fileno=os.dup(sock.fileno())) as kept:
        yield
        kept.settimeout(_GOODBYE_SECONDS)
        kept.shutdown(socket.SHUT_WR)
        while kept.recv(4_096):
            pass
