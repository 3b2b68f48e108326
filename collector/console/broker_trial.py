"""The broker's rights, tried for real: as the collector, as two kiosks and as strangers, each does what it may and what it must not.

A right to write shows in the broker's answer (by MQTT 3.1.1, which has none, in what arrives), a right to read in what arrives at whoever asked for it. The certificates are
made for this trial, and their keys are deleted behind it. Whoever comes in as the collector takes the listener's place until it comes back,
which is at once: so it is done in one breath, in the listener's own session, and begun again where that was too slow.
"""

import random
import ssl
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from paho.mqtt.client import Client, MQTTMessage, MQTTv5, MQTTv311
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from collector.evidence.doors.mqtt import SESSION_SECONDS, BrokerAddress
from collector.trust import ca, certificates
from collector.trust.keyholder import Keyholder
from collector.trust.kinds import COLLECTOR, Errand, Use
from survey.wire import topics

CONNECT_SECONDS = 5.0
_PATIENCE_SECONDS = 3.0
_LINGER_SECONDS = 0.4
"""What was let through wrongly may come a little behind what was let through rightly."""
_TRIES = 12
_PLAIN_PORT = 1883

UP, DOWN = (topics.up, topics.state), (topics.down, topics.settings, topics.tickets, topics.log)


class Row(NamedTuple):
    """One thing that was tried."""

    who: str
    what: str
    should: bool
    did: bool


class Party:
    """Somebody at the broker; `step` lets it speak and hear."""

    def __init__(
        self, broker: BrokerAddress, *, name: str, folder: Path | None, keeps_session: bool = False
    ) -> None:
        self.heard: set[tuple[str, bytes]] = set()
        self.said: dict[int, tuple[str, bytes]] = {}
        self.taken: set[tuple[str, bytes]] = set()
        """What the broker has taken of it, where it says so."""
        self.connected = self.ended = self.subscribed = False
        version = MQTTv5 if broker.version == 5 else MQTTv311
        clean = None if version == MQTTv5 else not keeps_session
        self.client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=name,
            clean_session=clean,
            protocol=version,
            reconnect_on_failure=False,
            manual_ack=keeps_session,  # what was meant for the listener comes again when it is back
        )
        self.client.connect_timeout = CONNECT_SECONDS
        self.client.on_connect = self._on_connect
        self.client.on_disconnect = lambda *_: setattr(self, "ended", True)
        self.client.on_subscribe = lambda *_: setattr(self, "subscribed", True)
        self.client.on_publish = self._on_publish
        self.client.on_message = self._on_message
        if broker.tls:
            context = ssl.create_default_context(cafile=str(broker.ca))
            if folder is not None:
                context.load_cert_chain(folder / "crt", folder / "key")
            self.client.tls_set_context(context)
        more: dict[str, object] = {}
        if version == MQTTv5:
            properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
            if keeps_session:
                properties.SessionExpiryInterval = SESSION_SECONDS
            more = {"clean_start": not keeps_session, "properties": properties}
        try:
            self.client.connect(broker.host, broker.port, keepalive=30, **more)  # type: ignore[arg-type]
        except (OSError, ValueError):
            self.ended = True
            return
        step_until(lambda: self.connected or self.ended, [self], seconds=CONNECT_SECONDS)

    def step(self) -> None:
        """Read and write what is due."""
        if self.ended:
            return
        try:
            if self.client.loop(0.01) != 0:
                self.ended = True
        except (OSError, ValueError):
            self.ended = True

    def say(self, topic: str, payload: bytes) -> None:
        """Publish something."""
        self.said[self.client.publish(topic, payload, qos=1).mid] = (topic, payload)

    def close(self) -> None:
        """Leave; without a goodbye from whoever is still in a handshake."""
        with suppress(OSError, ValueError):
            self.client.disconnect()

    def _on_connect(
        self, _client: Client, _data: object, _flags: object, reason: ReasonCode, _properties: object
    ) -> None:
        self.connected = not reason.is_failure
        self.ended = self.ended or reason.is_failure

    def _on_publish(
        self, _client: Client, _data: object, mid: int, reason: ReasonCode, _properties: object
    ) -> None:
        said = self.said.pop(mid, None)
        if said is not None and not reason.is_failure:
            self.taken.add(said)

    def _on_message(self, _client: Client, _data: object, message: MQTTMessage) -> None:
        self.heard.add((message.topic, bytes(message.payload)))


def step_until(done: Callable[[], bool], parties: Sequence[Party], *, seconds: float) -> bool:
    """Let everybody speak and hear until something is so; tells whether it came to be."""
    deadline = time.monotonic() + seconds
    while not done():
        if time.monotonic() > deadline:
            return False
        for party in parties:
            party.step()
        if all(party.ended for party in parties):
            return done()
    return True


class Trial:
    """One trial of one broker, with certificates in a folder of its own."""

    def __init__(
        self, broker: BrokerAddress, holder: Keyholder, folder: Path, *, keys: Path, errand: Errand
    ) -> None:
        (folder / ca.CERTIFICATE).write_text(ca.authority(keys))
        self._broker = replace(broker, ca=folder / ca.CERTIFICATE)
        token = f"{random.getrandbits(32):08x}"
        self._mine, self._other = f"periksa-{token}-1", f"periksa-{token}-2"
        self._token = token.encode()
        self._folder = folder
        wanted = ((COLLECTOR, Use.LISTENER), (self._mine, Use.KIOSK), (self._other, Use.KIOSK))
        for name, use in wanted:
            made = folder / name
            made.mkdir()
            request = certificates.request_for(made / "key")
            (made / "crt").write_text(holder.certify(request, name=name, use=use, errand=errand))
        self._heard: dict[str, set[tuple[str, bytes]]] = {name: set() for name, _ in wanted}
        self._taken: set[tuple[str, bytes]] = set()
        self._came_in: set[str] = set()

    def run(self) -> Iterator[Row]:
        """Try everything; gives the rows in the order of the table."""
        yield from self._strangers()
        kiosks = [self._enter(name) for name in (self._mine, self._other)]
        for _ in range(_TRIES):
            if self._in_one_breath(kiosks):
                break
        for party, name in zip(kiosks, (self._mine, self._other), strict=True):
            self._heard[name] |= party.heard
            party.close()
        yield from self._rows()

    def _enter(self, name: str) -> Party:
        party = Party(self._broker, name=name, folder=self._folder / name)
        if party.connected:
            self._came_in.add(name)
            wanted = [topic(kiosk) for topic in (*UP, *DOWN) for kiosk in (self._mine, self._other)]
            party.client.subscribe([(topic, 1) for topic in wanted])
            step_until(lambda: party.subscribed, [party], seconds=_PATIENCE_SECONDS)
        return party

    def _in_one_breath(self, kiosks: Sequence[Party]) -> bool:
        """Come in as the collector, and have everybody say everything; tells whether the collector was there all the while."""
        collector = Party(self._broker, name=COLLECTOR, folder=self._folder / COLLECTOR, keeps_session=True)
        if collector.connected:
            self._came_in.add(COLLECTOR)
        all_of_us = [collector, *kiosks]
        own = [topic(kiosk) for topic in UP for kiosk in (self._mine, self._other)]
        collector.client.subscribe([(topic, 1) for topic in own])
        step_until(lambda: collector.subscribed or collector.ended, all_of_us, seconds=_PATIENCE_SECONDS)
        for topic, payload in (*self._said_by_mine(), *self._said_by_collector()):
            said_by = kiosks[0] if payload.endswith(b"kiosk") else collector
            said_by.say(topic, payload)
        last, newest = (
            (topics.state(self._mine), self._words("kiosk")),
            (topics.log(self._mine), self._words("collector")),
        )

        def all_came() -> bool:
            answered = not collector.said and not kiosks[0].said
            return answered and last in collector.heard and newest in kiosks[0].heard

        step_until(lambda: collector.ended or all_came(), all_of_us, seconds=_PATIENCE_SECONDS)
        was_there = all_came() or not collector.connected or not collector.ended
        step_until(lambda: False, all_of_us, seconds=_LINGER_SECONDS)
        if not collector.ended:
            collector.client.unsubscribe(own)
            collector.step()
        self._heard[COLLECTOR] |= collector.heard
        self._taken |= collector.taken | kiosks[0].taken
        collector.close()
        return was_there

    def _words(self, who: str) -> bytes:
        return self._token + f" {who}".encode()

    def _said_by_mine(self) -> Iterator[tuple[str, bytes]]:
        """Give what a kiosk says, what it must not first: once what it may has come, nothing else is under way."""
        for kiosk, ways in ((self._other, (*UP, *DOWN)), (self._mine, (*DOWN, *UP))):
            for topic in ways:
                yield topic(kiosk), self._words("kiosk")

    def _said_by_collector(self) -> Iterator[tuple[str, bytes]]:
        for topic in (*UP, *DOWN):
            yield topic(self._mine), self._words("collector")

    def _strangers(self) -> Iterator[Row]:
        folder = self._folder / "stranger"
        folder.mkdir()
        _make_up(folder, self._mine)
        plain = BrokerAddress(self._broker.host, _PLAIN_PORT, tls=False, version=self._broker.version)
        for what, broker, shown in (
            ("come in without a certificate", self._broker, None),
            ("come in with a certificate of his own making", self._broker, folder),
            (f"come in without TLS at port {_PLAIN_PORT}", plain, None),
        ):
            party = Party(broker, name=self._mine, folder=shown)
            yield Row("stranger", what, should=False, did=party.connected)
            party.close()

    def _rows(self) -> Iterator[Row]:
        for who, name in (("collector", COLLECTOR), ("kiosk", self._mine)):
            yield Row(who, "come in with its certificate", should=True, did=name in self._came_in)
        for kiosk, whose in ((self._mine, "its own"), (self._other, "another kiosk's")):
            for topic in (*UP, *DOWN):
                should = kiosk == self._mine and topic in UP
                did = self._arrived(topic(kiosk), "kiosk")
                yield Row("kiosk", f"write {whose} {topic.__name__}", should=should, did=did)
        for topic in DOWN:
            did = (topic(self._mine), self._words("collector")) in self._heard[self._mine]
            yield Row("kiosk", f"read its own {topic.__name__}", should=True, did=did)
        for topic in (*UP, *DOWN):
            did = any(found == topic(self._mine) for found, _ in self._heard[self._other])
            yield Row("kiosk", f"read another kiosk's {topic.__name__}", should=False, did=did)
        for topic in UP:
            did = (topic(self._mine), self._words("kiosk")) in self._heard[COLLECTOR]
            yield Row("collector", f"read a kiosk's {topic.__name__}", should=True, did=did)
        for topic in (*DOWN, *UP):
            did = self._arrived(topic(self._mine), "collector")
            yield Row(
                "collector",
                f"write a kiosk's {topic.__name__}",
                should=topic in (*DOWN, topics.state),
                did=did,
            )

    def _arrived(self, topic: str, who: str) -> bool:
        said = (topic, self._words(who))
        if self._broker.version == 5:
            return said in self._taken
        return any(said in heard for heard in self._heard.values())


def _make_up(folder: Path, name: str) -> None:
    """Make a certificate in a kiosk's name that nobody vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    request = x509.CertificateBuilder().subject_name(subject).issuer_name(subject).serial_number(1)
    made = ca.dated(request.public_key(key.public_key())).sign(key, hashes.SHA256())
    (folder / "crt").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key").write_bytes(ca.key_pem(key))
