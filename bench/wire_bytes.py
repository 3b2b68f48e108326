"""Bytes on the wire, TLS, TCP and IP included, both ways: a live response, a backlog, an idle day.

Run (as root, for it counts packets on the loopback interface): python -m bench.wire_bytes

The real uplink talks over TLS with a client certificate to a real Mosquitto; a placeholder of the collector signs receipts.
Every packet of the kiosk's connection is counted with its IP header, acknowledgements too; where loopback sent more
than 1,448 bytes in one packet, the headers of the further packets a real link would need are added. An idle day is
measured as two of its hours at a hundredfold speed, times twelve. Goals: 700 / 30 / 80,000 bytes. Beside it in the same
run: one plain JSON message a response at QoS 1 without any receipt.
"""

import argparse
import contextlib
import datetime as dt
import multiprocessing
import os
import shutil
import socket
import struct
import subprocess
import tempfile
import threading
import time
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.x509.oid import NameOID
from paho.mqtt.client import Client, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion

from bench.drain import KIOSK, acknowledge, free_port
from bench.journal_append import body, stamp
from survey.record.record import ALIVE, Record, encode
from uplink.forwarder.app import Uplink
from uplink.forwarder.config import UplinkConfig
from uplink.journal.enrolment import Broker, Enrolment, Named, store_enrolment
from uplink.journal.identity import Identity
from uplink.journal.journal import Journal

SEGMENT_BYTES = 1_448
HEADER_BYTES = 52  # IPv4 and TCP with timestamps
SPEED = 100
KIOSK_STATUS = (
    '{"accepting":true,"disk_used_percent":31,"open":true,"screen":"idle","settings":4,"stuck":[],'
    '"temperature_c":48,"trouble":"","version":"0.1.0","was_under_voltage":false,"write_ms_p99":9.4}'
)


class PacketCounter:
    """Counts the packets to and from one TCP port on the loopback interface, in its own thread."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x0800))
        self._socket.bind(("lo", 0))
        self._socket.settimeout(0.1)
        self._stopped = threading.Event()
        self.bytes = 0
        self.packets = 0
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self._stopped.is_set():
            try:
                frame, address = self._socket.recvfrom(65_535 + 64)
            except TimeoutError:
                continue
            if address[2] != socket.PACKET_OUTGOING:  # each packet once: as it comes in
                self._count(frame[14:])

    def _count(self, packet: bytes) -> None:
        header = (packet[0] & 0x0F) * 4
        (total,) = struct.unpack_from("!H", packet, 2)
        if packet[9] != socket.IPPROTO_TCP:
            return
        source, target = struct.unpack_from("!HH", packet, header)
        if self._port not in (source, target):
            return
        content = total - header - (packet[header + 12] >> 4) * 4
        further = max(0, -(-content // SEGMENT_BYTES) - 1)
        self.bytes += total + further * HEADER_BYTES
        self.packets += 1 + further

    def reset(self) -> None:
        """Begin at nothing."""
        self.bytes = self.packets = 0

    def stop(self) -> None:
        """End the thread."""
        self._stopped.set()
        self._thread.join()
        self._socket.close()


def certificate(
    folder: Path, name: str, authority: tuple[x509.Certificate, ec.EllipticCurvePrivateKey] | None
) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    """Make a key and a certificate and write both; without an authority it is one itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(authority[0].subject if authority else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=2))
        .add_extension(x509.BasicConstraints(ca=authority is None, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
    )
    made = builder.sign(authority[1] if authority else key, hashes.SHA256())
    (folder / f"{name}.crt").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / f"{name}.key").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return made, key


class Stage:
    """A broker with a TLS door for the kiosk and a plain one for the collector's placeholder, and a kiosk's home."""

    def __init__(self, folder: Path) -> None:
        authority = certificate(folder, "ca", None)
        certificate(folder, "localhost", authority)
        certificate(folder, KIOSK, authority)
        self.folder = folder
        self.tls_port, plain_port = free_port(), free_port()
        config = folder / "broker.conf"
        config.write_text(
            "per_listener_settings true\npersistence false\nset_tcp_nodelay true\n"
            + ("user root\n" if os.geteuid() == 0 else "")
            + f"listener {self.tls_port} 127.0.0.1\ncafile {folder}/ca.crt\ncertfile {folder}/localhost.crt\n"
            f"keyfile {folder}/localhost.key\nrequire_certificate true\nuse_identity_as_username true\n"
            f"listener {plain_port} 127.0.0.1\nallow_anonymous true\n"
        )
        program = shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
        if program is None:
            raise SystemExit("mosquitto is not installed")
        self._broker = subprocess.Popen([program, "-c", str(config)], stderr=subprocess.DEVNULL)
        key = Ed25519PrivateKey.generate()
        self.identity = Identity.ephemeral(KIOSK)
        context = multiprocessing.get_context("spawn")
        ready = context.Event()
        time.sleep(0.5)
        self._collector = context.Process(
            target=acknowledge,
            args=(plain_port, key.private_bytes_raw(), self.identity.public_key, ready),
            daemon=True,
        )
        self._collector.start()
        ready.wait(20)
        self._enrolment = Enrolment(
            kiosk=KIOSK,
            public_key=self.identity.public_key,
            collector_key=key.public_key().public_bytes_raw(),
            seal_key=bytes(32),
            collector_url="http://127.0.0.1:1",
            broker=Broker(host="localhost", port=self.tls_port, tls=True),
            unit=Named(code="u", name="U"),
            place=Named(code="p", name="P"),
            agency="",
            timezone="Asia/Jakarta",
        )

    def home(self, name: str) -> Path:
        """Give a fresh home for the kiosk."""
        home = self.folder / name
        broker = home / "uplink" / "broker"
        broker.mkdir(parents=True)
        for source, target in (
            ("ca.crt", "ca.crt"),
            (f"{KIOSK}.crt", "client.crt"),
            (f"{KIOSK}.key", "client.key"),
        ):
            shutil.copy(self.folder / source, broker / target)
        store_enrolment(home, self._enrolment)
        return home

    def stop(self) -> None:
        """Stop what was started."""
        self._collector.kill()
        self._collector.join()
        self._broker.kill()
        self._broker.wait()


def until_confirmed(uplink: Uplink, seq: int) -> None:
    """Step until the receipt is here."""
    deadline = time.monotonic() + 60
    while uplink.confirmed < seq:
        uplink.step()
        if time.monotonic() > deadline:
            raise SystemExit(f"only {uplink.confirmed} of {seq} confirmed")


def rest(uplink: Uplink, seconds: float) -> None:
    """Let so much time pass."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        uplink.step()


def live(stage: Stage, counter: PacketCounter, count: int) -> tuple[float, float]:
    """Give bytes of connecting, and bytes a live response with its receipt."""
    home = stage.home("live")
    journal = Journal.open(home / "journal", stream_key=stage.identity)
    journal.append("boot", {"software": "0.1.0", "hardware": "bench"}, stamp=stamp(0))
    uplink = Uplink(home, UplinkConfig())
    counter.reset()
    until_confirmed(uplink, 1)
    rest(uplink, 1.0)
    connecting = counter.bytes
    counter.reset()
    for number in range(1, count + 1):
        journal.append("response", body(number), stamp=stamp(number))
        until_confirmed(uplink, journal.head.seq)
        rest(uplink, 0.3)
    each = counter.bytes / count
    uplink.close()
    journal.close()
    return connecting, each


def backlog(stage: Stage, counter: PacketCounter, count: int) -> float:
    """Give bytes a response in batches of 100."""
    home = stage.home("backlog")
    journal = Journal.open(home / "journal", stream_key=stage.identity)
    for number in range(1, count + 1):
        journal.append("response", body(number), stamp=stamp(number))
    # The first batch is left out: it belongs to connecting.
    uplink = Uplink(home, UplinkConfig(max_batch_records=100))
    until_confirmed(uplink, 100)
    counter.reset()
    already = uplink.confirmed
    until_confirmed(uplink, count)
    rest(uplink, 0.5)
    each = counter.bytes / (count - already)
    uplink.close()
    journal.close()
    return each


def idle(stage: Stage, counter: PacketCounter) -> float:
    """Give bytes of an idle day."""
    home = stage.home("idle")
    (home / "kiosk").mkdir()
    (home / "kiosk" / "status.json").write_text(KIOSK_STATUS)
    journal = Journal.open(home / "journal", stream_key=stage.identity)
    config = UplinkConfig()
    fast = UplinkConfig(
        keep_alive_seconds=config.keep_alive_seconds // SPEED,
        lazy_seconds=config.lazy_seconds / SPEED,
        report_seconds=config.report_seconds / SPEED,
        patience_seconds=5.0,
    )
    journal.append("boot", {"software": "0.1.0", "hardware": "bench"}, stamp=stamp(0))
    uplink = Uplink(home, fast)
    until_confirmed(uplink, 1)
    rest(uplink, 1.0)
    counter.reset()
    quarter = 900 / SPEED
    for number in range(8):
        up_ms = (number + 1) * 900_000 + number % 3
        alive = {
            "presses": 0,
            "rejected": {},
            "screen": "idle",
            "open": True,
            "visits": 0,
            "asked": 0,
            "answered": 0,
        }
        journal.append(
            ALIVE,
            alive,
            stamp=stamp(0).__class__(boot=1, up_ms=up_ms, at=1_767_225_600_000 + up_ms, sync=True),
        )
        rest(uplink, quarter)
    day = counter.bytes * 12.0
    uplink.close()
    journal.close()
    return day


def plain_json(stage: Stage, counter: PacketCounter, count: int) -> float:
    """Give bytes a response of the usual way: one JSON message, QoS 1, no receipt from the collector."""
    client = Client(CallbackAPIVersion.VERSION2, client_id="plain", protocol=MQTTv5)
    client.tls_set(
        ca_certs=str(stage.folder / "ca.crt"),
        certfile=str(stage.folder / f"{KIOSK}.crt"),
        keyfile=str(stage.folder / f"{KIOSK}.key"),
    )
    client.connect("localhost", stage.tls_port)
    client.loop_start()
    time.sleep(1.0)
    counter.reset()
    for number in range(1, count + 1):
        line = encode(Record(seq=number, kind="response", stamp=stamp(number), body=body(number)))
        padded = line[:-1] + b',"kiosk":"k-0001","id":"5f0c3a52-8d2b-4f5e-9b1e-2f6f6f0f6f0f"}'
        client.publish(f"kiosk/{KIOSK}/response", padded, qos=1).wait_for_publish(5)
        time.sleep(0.3)
    each = counter.bytes / count
    client.disconnect()
    client.loop_stop()
    return each


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--live", type=int, default=40)
    parser.add_argument("--backlog", type=int, default=5_100)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        stage = Stage(Path(name))
        stack.callback(stage.stop)
        try:
            counter = PacketCounter(stage.tls_port)
        except PermissionError:
            raise SystemExit("packets can be counted by root only: run it with sudo") from None
        stack.callback(counter.stop)
        connecting, live_each = live(stage, counter, options.live)
        backlog_each = backlog(stage, counter, options.backlog)
        day = idle(stage, counter)
        plain = plain_json(stage, counter, options.live)
    if not plain:
        raise SystemExit("no packets were seen: this machine's loopback cannot be counted")
    for what, value, goal in (
        ("a live response with its receipt", live_each, 680),
        ("a response in a backlog, batches of 100", backlog_each, 40),
        ("an idle day: alive records, health, keep-alives", day, 80_000),
    ):
        print(f"{what:50} {value:10,.1f} bytes (goal {goal:,}): {'yes' if value <= goal else 'NO'}")
    print(f"{'beside: one plain JSON message, no receipt':50} {plain:10,.1f} bytes")
    print(f"{'connecting: TLS with certificate, birth, first batch':50} {connecting:10,.1f} bytes")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
