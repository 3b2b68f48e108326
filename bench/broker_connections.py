"""What a connected kiosk costs the broker in memory, and what it costs to come back: a Mosquitto and kiosks that say nothing more.

    python -m bench.broker_connections [--kiosks 4000] [--plain]

Every kiosk has a connection of its own with a session that is kept, over TLS with a client's certificate as `ikm-collector broker-files` configures it (`--plain`:
without), subscribes to its own topics and leaves its `state` retained; the collector's settings and last receipt lie retained for it. Memory is what the
broker's process holds then, less what it held before; the processor's time is that of the broker alone. The kiosks are one program on the same machine.
"""

import argparse
import os
import pwd
import shutil
import socket
import ssl
import struct
import subprocess
import tempfile
import time
from pathlib import Path

from bench.broker import packet, publishing
from bench.spent import processor_seconds
from survey.wire import topics
from tests.uplink.certificates import Authority

_CONFIG = """\
user {user}
listener {port} 127.0.0.1
allow_anonymous true
persistence false
max_packet_size 1048576
max_inflight_messages 0
max_queued_messages 100000
persistent_client_expiration 1d
"""
_TLS = """\
cafile {ca}
certfile {certificate}
keyfile {key}
require_certificate true
use_identity_as_username true
"""
STATE_BYTES, SETTINGS_BYTES, RECEIPT_BYTES = 900, 2_000, 200


def main() -> None:
    """Connect and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--kiosks", type=int, default=4_000)
    parser.add_argument("--plain", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ikm-broker-") as folder:
        measure(Path(folder), options.kiosks, encrypted=not options.plain)


def measure(folder: Path, kiosks: int, *, encrypted: bool) -> None:
    """Start a broker, connect, and print what was held and spent."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    text, context = _CONFIG.format(port=port, user=pwd.getpwuid(os.geteuid()).pw_name), None
    if encrypted:
        authority = Authority(folder)
        certificate, key = authority.issue("localhost")
        text += _TLS.format(ca=authority.path, certificate=certificate, key=key)
        context = ssl.create_default_context(cafile=str(authority.path))
        context.check_hostname = False
        context.load_cert_chain(*authority.issue("k-00001"))
    (folder / "broker.conf").write_text(text)
    program = shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if program is None:
        raise SystemExit("mosquitto is not installed; install it with: sudo apt-get install mosquitto")
    broker = subprocess.Popen([program, "-c", folder / "broker.conf"], stderr=subprocess.DEVNULL)
    try:
        time.sleep(1)
        held, spent = resident(broker.pid), processor_seconds(broker.pid)
        open_ones = [connected(port, number, context) for number in range(kiosks)]
        time.sleep(1)
        more = resident(broker.pid) - held
        print(f"{kiosks:,} kiosks, {'TLS' if encrypted else 'plain'}; load average {os.getloadavg()[0]:.1f}")
        print(
            f"memory: {held / 1e6:.1f} MB without any; {more / kiosks / 1e3:.1f} kB more a kiosk, {more / 1e6:.0f} MB for all"
        )
        print(
            f"to connect, subscribe and report: {1e3 * (processor_seconds(broker.pid) - spent) / kiosks:.2f} ms of the broker's processor a kiosk"
        )
        for one in open_ones:
            one.close()
    finally:
        broker.terminate()
        broker.wait()


def connected(port: int, number: int, context: ssl.SSLContext | None) -> socket.socket:
    """Connect as a kiosk, subscribe, and leave what is retained of one; nothing is read beyond the broker's greetings."""
    name = f"k-{number:05}"
    one: socket.socket = socket.create_connection(("127.0.0.1", port))
    if context is not None:
        one = context.wrap_socket(one)
    client = name.encode()
    # Version 5, a session of a day, a minute and a half between signs of life.
    hello = b"\x00\x04MQTT\x05\x00\x00\x5a\x05\x11\x00\x01\x51\x80" + struct.pack(">H", len(client)) + client
    one.sendall(packet(0x10, hello))
    one.recv(64)
    wanted = [topics.down(name), topics.settings(name), topics.tickets(name), topics.log(name)]
    asked = b"".join(struct.pack(">H", len(topic)) + topic.encode() + b"\x01" for topic in wanted)
    one.sendall(packet(0x82, b"\x00\x01\x00" + asked))
    one.recv(64)
    for topic, size in (
        (topics.state(name), STATE_BYTES), (topics.settings(name), SETTINGS_BYTES), (topics.down(name), RECEIPT_BYTES),
    ):  # fmt: skip
        one.sendall(publishing_5(topic, b"x" * size))
    return one


def publishing_5(topic: str, payload: bytes) -> bytes:
    """Give a retained PUBLISH packet of version 5, without properties."""
    return publishing(topic, b"\x00" + payload, retain=True)


def resident(pid: int) -> int:
    """Give the bytes of memory that a process holds."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmRSS:"))


if __name__ == "__main__":
    main()
