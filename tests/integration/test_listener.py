"""The listener as a real process at a real broker with its default limits: killed in a backlog, nothing is lost or doubled."""

import random
import secrets
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from paho.mqtt.client import Client, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion

from survey.wire import topics
from tests.collector.fake_kiosk import skm
from tests.integration.listening import Centre, Sender, counted
from tests.set_up import postgres_set_up
from tests.world import COLLECTOR, free_port, mosquitto

pytestmark = pytest.mark.integration

KIOSKS, RECORDS = 3, 1_500


@pytest.fixture(params=["sqlite", "postgres"])
def centre(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Centre]:
    if request.param == "sqlite":
        centre = Centre(tmp_path, f"sqlite:///{tmp_path / 'c.sqlite3'}")
        yield centre
        centre.stop()
        return
    with postgres_set_up() as cluster:
        centre = Centre(tmp_path, cluster.url())
        yield centre
        centre.stop()


@pytest.mark.sampled(2)
def test_killed_in_a_backlog_nothing_is_lost_or_doubled(centre: Centre) -> None:
    from collector.trust.keys import verifier  # noqa: PLC0415 - keeps Django out of the collection of tests

    chance = random.Random(7)
    kiosks = [centre.enrol() for _ in range(KIOSKS)]
    for kiosk in kiosks:
        for number in range(RECORDS):
            kiosk.record("response", skm(chance.randint(1, 4), visit=number))
    verify = verifier(centre.collector_key())
    centre.start()
    senders = [Sender(kiosk, centre.port, verify) for kiosk in kiosks]
    over = threading.Event()
    kills = 0
    try:
        deadline = time.monotonic() + 120
        next_kill = time.monotonic() + 2.5
        while [sender.step() for sender in senders] != [True] * KIOSKS:
            assert time.monotonic() < deadline, [sender.mark for sender in senders]
            if kills < 3 and time.monotonic() > next_kill:
                centre.kill()
                kills += 1
                centre.start()
                next_kill = time.monotonic() + chance.uniform(1.8, 2.6)
            over.wait(0.02)
    finally:
        for sender in senders:
            sender.close()
    assert counted(centre) == [(KIOSKS * RECORDS, KIOSKS * RECORDS)]
    for kiosk in kiosks:
        report = centre.ask(str(COLLECTOR), "audit", "--unit", "u", "--period", "2026")
        assert f"{kiosk.stream[:8]}  1..{RECORDS}: {RECORDS} received, 0 missing" in report


@pytest.mark.sampled(2)
def test_hostile_messages_do_not_stop_the_listener(centre: Centre) -> None:
    from collector.trust.keys import verifier  # noqa: PLC0415 - keeps Django out of the collection of tests

    kiosk = centre.enrol()
    kiosk.record("response", skm(4))
    centre.start()
    centre.wait_until_it_listens("127.0.0.1")
    stranger = Client(CallbackAPIVersion.VERSION2, client_id=secrets.token_hex(4), protocol=MQTTv5)
    stranger.connect("127.0.0.1", centre.port)
    stranger.loop_start()
    chance = random.Random(3)
    good = kiosk.batch()
    hostile_topics = (
        topics.up(kiosk.name),
        topics.up("k-9999"),
        topics.state(kiosk.name),
        topics.up("é"),
    )
    for number in range(250):
        noise = chance.randbytes(chance.choice((0, 1, 70, 5_000)))
        bent = bytearray(good)
        bent[chance.randrange(len(bent))] ^= 1 << chance.randrange(8)
        topic = chance.choice(hostile_topics)
        told = stranger.publish(topic, chance.choice((noise, bytes(bent), b"IKM1" + noise)), qos=number % 2)
    # Once the broker has the last it has them all, and the listener gets them before the true one.
    told.wait_for_publish(60)
    assert told.is_published()
    sender = Sender(kiosk, centre.port, verifier(centre.collector_key()))
    try:
        deadline = time.monotonic() + 60
        while not sender.step():
            assert time.monotonic() < deadline
            time.sleep(0.05)
    finally:
        sender.close()
        stranger.disconnect()
        stranger.loop_stop()
    assert centre.listeners["only"].poll() is None
    assert counted(centre) == [(1, 1)]
    assert "refused" in centre.ask(str(COLLECTOR), "refusals")


@pytest.mark.parametrize("centre", ["sqlite"], indirect=True)
def test_over_tls_with_the_certificates_the_collector_made(centre: Centre) -> None:
    """The configuration that `broker-files` writes is one that Mosquitto takes, and the listener gets in."""
    folder = centre.folder / "broker"
    centre.ask(str(COLLECTOR), "broker-files", str(folder), "--host", "localhost")
    port = free_port()
    config = (folder / "mosquitto.conf").read_text().replace("listener 8883", f"listener {port} 127.0.0.1")
    # As root, Mosquitto gives up its rights and cannot read a test's folder.
    (folder / "mosquitto.conf").write_text(config + "user root\n")
    broker = subprocess.Popen([mosquitto(), "-c", folder / "mosquitto.conf"], stderr=subprocess.DEVNULL)
    centre.environment["IKM_BROKER_URL"] = f"mqtts://localhost:{port}"
    centre.start()
    try:
        centre.wait_until_it_listens("localhost")
    finally:
        broker.terminate()
        broker.wait(timeout=10)
    shutil.rmtree(folder)
