"""The listener at a real broker, a step at a time: none is long, whatever arrives."""

import secrets
import subprocess
import threading
import time
from collections.abc import Mapping
from pathlib import Path

import pytest
from paho.mqtt.client import Client, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion

from collector.evidence.doors.mqtt import GROUP_STATES, BrokerAddress, Listener
from survey.wire import topics
from tests.world import free_port, mosquitto

pytestmark = pytest.mark.integration


def reach(client: Client, port: int) -> None:
    """Connect to a broker that was only just started."""
    deadline = time.monotonic() + 10
    while True:
        try:
            client.connect("127.0.0.1", port)
        except ConnectionRefusedError:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        else:
            return


def test_a_step_hears_few_states_however_many_wait(tmp_path: Path) -> None:
    """Five thousand invented names must not keep the listener from telling the broker that it lives."""
    port = free_port()
    config = tmp_path / "broker.conf"
    config.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\nmax_queued_messages 0\n")
    broker = subprocess.Popen([mosquitto(), "-c", config], stderr=subprocess.DEVNULL)
    heard: list[int] = []
    names: set[str] = set()

    def hear(states: Mapping[str, bytes], _now_ms: int) -> None:
        heard.append(len(states))
        names.update(states)

    stranger = Client(CallbackAPIVersion.VERSION2, client_id=secrets.token_hex(4), protocol=MQTTv5)
    listener = Listener(
        BrokerAddress.parse_all(f"mqtt://127.0.0.1:{port}", version="5"),
        accept=lambda _: [],
        hear_states=hear,
        housekeep=list,
    )
    running = threading.Thread(target=listener.run)
    try:
        reach(stranger, port)
        stranger.loop_start()
        for number in range(5_000):
            told = stranger.publish(topics.state(f"x-{number}"), b'{"online":true}', qos=1, retain=True)
        told.wait_for_publish(60)
        running.start()
        deadline = time.monotonic() + 60
        while len(names) < 5_000:
            assert time.monotonic() < deadline, len(names)
            time.sleep(0.05)
    finally:
        listener.stop()
        running.join(timeout=10)
        stranger.disconnect()
        stranger.loop_stop()
        broker.terminate()
        broker.wait(timeout=10)
    assert max(heard) <= GROUP_STATES
