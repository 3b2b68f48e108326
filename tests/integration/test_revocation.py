"""A lost kiosk, with the real programs: Mosquitto with TLS from the collector's own files, listener, pages, a kiosk's uplink, SQLite.

Longer than the ordinary run can bear: there `tests/collector/evidence/test_broker_rights.py` tries the broker, and `tests/uplink` the kiosk.
The unit that takes the list to the broker is not here: its program is, and the signal that it has systemd send.
"""

import re
import signal
import socket
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from paho.mqtt.client import Client, MQTTMessage, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.subscribeoptions import SubscribeOptions

from survey.wire import topics
from tests.test_revoked_script import SCRIPT
from tests.world import COLLECTOR, KIOSK, World, free_port, mosquitto
from uplink.errors import Unreachable
from uplink.forwarder.app import mqtt_transport
from uplink.forwarder.config import UplinkConfig
from uplink.forwarder.senders.mqtt import MqttSender
from uplink.forwarder.senders.validity import Validity
from uplink.forwarder.status import last_will
from uplink.journal.enrolment import load_enrolment
from uplink.journal.home import KioskHome

pytestmark = [pytest.mark.integration, pytest.mark.long]

CONFIG = """\
[uplink]
reconnect_first_seconds = 0.2
reconnect_cap_seconds = 1.0
mqtt_failures_before_https = 2
patience_seconds = 2.0
report_seconds = 1.0
"""


class Secured(World):
    """A world whose broker knows everybody by a certificate."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.environment["IKM_BROKER_URL"] = f"mqtts://localhost:{self.broker_port}"
        self.environment["IKM_PUBLIC_BROKER_URL"] = self.environment["IKM_BROKER_URL"]
        self.files, self.plain_port = folder / "ikm", free_port()
        self.config.write_text(CONFIG)

    def start_broker(self) -> None:
        self.ask(COLLECTOR, "broker-files", self.files, "--host", "localhost")
        config = self.files / "mosquitto.conf"
        text = config.read_text().replace("listener 8883", f"listener {self.broker_port} 127.0.0.1")
        # As root, Mosquitto gives up its rights and cannot read a test's folder.
        config.write_text(
            text.replace("allow_anonymous false", "allow_anonymous true")
            + f"user root\nlistener {self.plain_port} 127.0.0.1\n"
        )
        acl = self.files / "acl"
        acl.write_text(f"topic read ikm/v1/#\n\n{acl.read_text()}")  # of whoever comes without a name
        self.start("broker", [mosquitto(), "-c", config])

    def take_to_broker(self) -> None:
        """Do what the unit does as soon as the list has changed."""
        data = Path(self.environment["IKM_DATA"])
        subprocess.run([SCRIPT, data / "revoked", self.files, data / "keys" / "ca.crt"], check=True)
        self.running["broker"].send_signal(signal.SIGHUP)

    def broker_listens(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.plain_port), timeout=1).close()
        except OSError:
            return False
        return True

    def visit(self, visitors: int) -> None:
        where = ("--home", self.home, "--config", self.config)
        self.ask(KIOSK, "simulate", *where, "--visitors", str(visitors), "--seed", "1")

    def enrol_again(self, name: str) -> str:
        code = self.ask(COLLECTOR, "enrol", "--unit", "sukamaju", "--kiosk", name).split()[-1]
        return self.ask(KIOSK, "enrol", code, "--collector", self.address, "--home", self.home)

    def sender(self, home: Path) -> MqttSender:
        """Give the way out of the kiosk in a folder."""
        validity = Validity(lambda: True, lambda: 0)
        where = mqtt_transport(load_enrolment(home), KioskHome(home), UplinkConfig(), validity)
        return MqttSender(replace(where, host="localhost", connect_seconds=3.0), last_will=last_will())

    def trouble(self) -> str:
        words = self.status()["uplink"]
        assert isinstance(words, dict)
        return str((words.get("trouble") or {}).get("code", ""))

    def connected(self) -> bool:
        words = self.status()["uplink"]
        return isinstance(words, dict) and words.get("connected") is True and words.get("transport") == "mqtt"


class Watcher:
    """Whoever runs the broker: sees what it retains, by a door that only this test opens."""

    def __init__(self, port: int) -> None:
        self.retained: set[str] = set()
        self._client = Client(CallbackAPIVersion.VERSION2, client_id="watcher", protocol=MQTTv5)
        self._client.on_connect = lambda client, *_: client.subscribe(
            "ikm/v1/#", options=SubscribeOptions(qos=1, retainAsPublished=True)
        )
        self._client.on_message = self._note
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()

    def _note(self, _client: Client, _data: object, message: MQTTMessage) -> None:
        if message.retain:
            (self.retained.add if message.payload else self.retained.discard)(message.topic)

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


def test_a_lost_kiosk_is_refused_everywhere_says_so_and_goes_on_once_it_is_enrolled_anew(
    tmp_path: Path,
) -> None:
    with Secured(tmp_path / "world") as world:
        world.enrol()
        world.start_broker()
        world.start_listener()
        world.start("work", [COLLECTOR, "work", "--hands", "1"])
        world.until(world.broker_listens, what="the broker")
        watcher = Watcher(world.plain_port)
        try:
            lost_and_found(world, watcher)
        finally:
            watcher.close()


def lost_and_found(world: Secured, watcher: Watcher) -> None:
    name = str(world.status()["kiosk"])
    world.visit(3)
    world.start_uplink()
    world.until(lambda: world.connected() and world.waiting() == 0, what="a kiosk at the broker")
    world.until(lambda: topics.settings(name) in watcher.retained, what="its settings at the broker")

    assert "nothing else" in world.ask(COLLECTOR, "broker", "check"), (
        "beside a listener that wants its place back"
    )

    assert "within a minute" in world.ask(COLLECTOR, "kiosk", "revoke", name, "--why", "hilang")
    world.take_to_broker()

    world.until(lambda: world.trouble() == "kiosk_revoked", what="the kiosk knows")
    assert "REVOKED" in world.ask(KIOSK, "status", "--home", world.home)
    world.until(
        lambda: not watcher.retained - {topics.state(name)}, what="what is retained for it is cleared"
    )
    with pytest.raises(Unreachable):
        world.sender(world.home).open()

    # What it keeps stays, and the machine goes on as the kiosk that it was once somebody enrols it anew.
    kept = sorted(path.name for path in KioskHome(world.home).journal.rglob("*.journal"))
    (former,) = re.findall(r"lies in (\S+)", world.enrol_again(name))
    assert sorted(path.name for path in Path(former).rglob("*.journal")) == kept
    given = Path(world.environment["IKM_DATA"]) / "revoked" / "crl.pem"
    world.until(lambda: "deny" not in given.read_text(), what="the worker lets the name have its rights")
    world.take_to_broker()
    world.until(lambda: world.running["uplink"].poll() is not None, what="the old uplink ends by itself")
    world.visit(2)
    world.start_uplink()
    world.until(lambda: world.connected() and world.waiting() == 0, what="it goes on under its new key")
    assert (world.status()["revoked_ms"], topics.settings(name) in watcher.retained) == (0, True)
    with pytest.raises(Unreachable):  # the old card's certificate stays out, though the name is good again
        world.sender(Path(former)).open()
