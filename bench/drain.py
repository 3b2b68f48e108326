"""How fast a backlog drains: the uplink, a real Mosquitto, and a collector that only acknowledges.

Run: python -m bench.drain [--waiting 100000]

The uplink process and the collector's placeholder are separate processes; the placeholder unpacks each batch, follows the
chain and signs a receipt, and stores nothing. The clock runs from the start of the uplink's connection to the acknowledged position at
the last record. Goal: at least 30,000 records/s. Beside it, in the same run: reading and packing alone (the limit of
one process), and one JSON message a record with paho at QoS 1, waiting for the broker's acknowledgement only.
"""

import argparse
import json
import multiprocessing
import os
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from paho.mqtt.client import Client, MQTTMessage, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion

from bench.journal_append import body, stamp
from bench.journal_open import fill
from survey.record.chain import first_link, link_through
from survey.record.record import Record, encode
from survey.wire import topics
from survey.wire.messages import Receipt, pack_receipt, unpack_batch
from uplink.forwarder.app import Uplink
from uplink.forwarder.config import UplinkConfig
from uplink.forwarder.outbox import Outbox
from uplink.journal.enrolment import Broker, Enrolment, Named, store_enrolment
from uplink.journal.identity import Identity
from uplink.journal.reader import JournalReader

KIOSK = "k-0001"


def free_port() -> int:
    """Give a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start_broker(folder: Path, port: int) -> subprocess.Popen[bytes]:
    """Start a private Mosquitto that keeps nothing."""
    program = shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if program is None:
        raise SystemExit("mosquitto is not installed")
    config = folder / "broker.conf"
    config.write_text(
        f"listener {port} 127.0.0.1\nallow_anonymous true\npersistence false\nset_tcp_nodelay true\n"
    )
    broker = subprocess.Popen([program, "-c", str(config)], stderr=subprocess.DEVNULL)
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=0.2).close()
        except OSError:
            time.sleep(0.02)
        else:
            return broker
    broker.kill()
    raise SystemExit("the broker does not start")


def acknowledge(port: int, key: bytes, public_key: bytes, ready: object) -> None:
    """Be a collector that only acknowledges, until killed."""
    signer = Ed25519PrivateKey.from_private_bytes(key)
    links: dict[str, tuple[int, bytes]] = {}

    def on_message(client: Client, userdata: object, message: MQTTMessage) -> None:  # noqa: ARG001
        batch = unpack_batch(bytes(message.payload))
        start = (0, first_link(stream=batch.stream, public_key=public_key))
        through, link = links.get(batch.stream, start)
        if batch.first == 1:  # a new round
            through, link = start
        if batch.first == through + 1:
            through, link = batch.last, link_through(link, batch.lines)
            links[batch.stream] = (through, link)
        receipt = Receipt(
            kiosk=batch.kiosk, stream=batch.stream, through=through, link=link, at=time.time_ns() // 1_000_000
        )
        client.publish(topics.down(batch.kiosk), pack_receipt(receipt, signer.sign), qos=1, retain=True)

    client = Client(CallbackAPIVersion.VERSION2, client_id="collector", protocol=MQTTv5)
    client.on_message = on_message
    client.on_connect = lambda client, *_: client.subscribe("ikm/v1/+/up", qos=1)
    client.on_subscribe = lambda *_: ready.set()  # type: ignore[attr-defined]
    client.connect("127.0.0.1", port)
    client.loop_forever()


def drain(home: Path, waiting: int) -> float:
    """Run the uplink in this process until the acknowledged position is at the last record; gives the seconds."""
    uplink = Uplink(home, UplinkConfig())
    started = time.perf_counter()
    while uplink.confirmed < waiting:
        uplink.step()
        if time.perf_counter() - started > 120:
            raise SystemExit(f"only {uplink.confirmed} confirmed after 120 s")
    seconds = time.perf_counter() - started
    uplink.close()
    return seconds


def pack_only(home: Path) -> float:
    """Read and pack everything, and send nothing."""
    outbox = Outbox(
        JournalReader(home / "journal"), kiosk=KIOSK, stream="0" * 32, max_records=1_000, lazy_seconds=0.0
    )
    started = time.perf_counter()
    for _ in outbox.everything_from(1, max_bytes=200_000):
        pass
    return time.perf_counter() - started


def one_by_one(port: int, count: int) -> float:
    """Publish one JSON message a record and wait for the broker's acknowledgements."""
    client = Client(CallbackAPIVersion.VERSION2, client_id="plain", protocol=MQTTv5)
    acknowledged = 0

    def on_publish(*_: object) -> None:
        nonlocal acknowledged
        acknowledged += 1

    client.on_publish = on_publish
    client.connect("127.0.0.1", port)
    client.loop_start()
    messages = [
        encode(Record(seq=n, kind="response", stamp=stamp(n), body=body(n))) for n in range(1, count + 1)
    ]
    started = time.perf_counter()
    for message in messages:
        client.publish("plain/up", message, qos=1)
    while acknowledged < count:
        time.sleep(0.001)
    seconds = time.perf_counter() - started
    client.disconnect()
    client.loop_stop()
    return seconds


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--waiting", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    key = Ed25519PrivateKey.generate()
    port = free_port()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        home = folder / "home"
        fill(home, options.waiting)
        identity = Identity.load(home)
        store_enrolment(home, _enrolment(identity, key, port))
        broker = start_broker(folder, port)
        context = multiprocessing.get_context("spawn")
        ready = context.Event()
        collector = context.Process(
            target=acknowledge, args=(port, key.private_bytes_raw(), identity.public_key, ready), daemon=True
        )
        collector.start()
        try:
            ready.wait(20)
            results = {"drain": [], "pack": [], "plain": []}
            for _ in range(options.rounds):
                shutil.rmtree(home / "uplink", ignore_errors=True)
                results["drain"].append(options.waiting / drain(home, options.waiting))
                results["pack"].append(options.waiting / pack_only(home))
                results["plain"].append(10_000 / one_by_one(port, 10_000))
                _forget(port)
        finally:
            collector.kill()
            collector.join()
            broker.kill()
            broker.wait()
    middle = {name: sorted(values)[len(values) // 2] for name, values in results.items()}
    print(json.dumps({name: [round(value) for value in values] for name, values in results.items()}))
    print(
        f"drained, receipts checked and acknowledged written: {middle['drain']:,.0f} records/s (goal 30,000)"
    )
    print(f"reading and packing alone, one core:        {middle['pack']:,.0f} records/s")
    print(f"one JSON message a record, broker's ack:    {middle['plain']:,.0f} records/s")
    print(
        f"x plain: {middle['drain'] / middle['plain']:.1f}; goal met: {'yes' if middle['drain'] >= 30_000 else 'NO'}"
    )
    return 0


def _forget(port: int) -> None:
    """Clear the retained receipt: the next round begins from nothing."""
    client = Client(CallbackAPIVersion.VERSION2, client_id="forget", protocol=MQTTv5)
    client.connect("127.0.0.1", port)
    client.loop_start()
    client.publish(topics.down(KIOSK), b"", qos=1, retain=True).wait_for_publish(5)
    client.disconnect()
    client.loop_stop()


def _enrolment(identity: Identity, key: Ed25519PrivateKey, port: int) -> Enrolment:
    return Enrolment(
        kiosk=KIOSK,
        public_key=identity.public_key,
        collector_key=key.public_key().public_bytes_raw(),
        seal_key=bytes(32),
        collector_url="http://127.0.0.1:1",
        broker=Broker(host="127.0.0.1", port=port, tls=False),
        unit=Named(code="u", name="U"),
        place=Named(code="p", name="P"),
        agency="",
        timezone="Asia/Jakarta",
    )


if __name__ == "__main__":
    raise SystemExit(main())
