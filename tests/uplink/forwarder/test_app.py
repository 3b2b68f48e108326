"""The uplink as a process: from the journal over a real broker to a collector, and the acknowledged position back."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from survey.wire.messages import Settings, pack_settings
from survey.wire.ticket_states import TicketStates, pack_ticket_states
from tests.uplink.fakes import KIOSK, Home, fill
from tests.uplink.services import Broker, HttpCollector, MqttCollector, free_port, until
from uplink.errors import IdentityError
from uplink.forwarder.app import Uplink
from uplink.forwarder.config import UplinkConfig

pytestmark = pytest.mark.integration

PROGRAM = """
import logging, sys
from pathlib import Path
from uplink.forwarder.app import main
from uplink.forwarder.config import UplinkConfig
logging.basicConfig(level=logging.INFO)
sys.exit(main(Path(sys.argv[1]), UplinkConfig(reconnect_first_seconds=0.2, reconnect_cap_seconds=0.5,
    patience_seconds=1.0, mqtt_failures_before_https=2)))
"""


@contextmanager
def uplink(home: Home) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([sys.executable, "-c", PROGRAM, str(home.folder)])
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def status(home: Home) -> dict[str, object]:
    path = home.paths.uplink_status
    return json.loads(path.read_bytes()) if path.exists() else {}


def test_records_travel_and_only_a_receipt_frees_them(tmp_path: Path) -> None:
    home = Home(tmp_path)
    journal = home.journal(segment_bytes=2_000)
    fill(journal, 50)
    with Broker(tmp_path) as broker, MqttCollector(home.collector, port=broker.port) as collector:
        home.enrol(port=broker.port)
        with uplink(home) as process:
            until(lambda: home.collector.held() == 50)
            until(lambda: journal.release() is not None, what="the acknowledged position")
            until(lambda: journal.release() is None and journal.waiting == 0)
            assert len(list(home.paths.journal.glob("*.journal"))) == 1
            fill(journal, 1)
            until(lambda: home.collector.held() == 51, seconds=2.0, what="a live answer")
            until(lambda: status(home).get("confirmed") == 51 and status(home).get("backlog") == 0)
            until(lambda: bool(collector.states))
            head = collector.states[0]["head"]
            assert isinstance(head, dict)
            assert head["stream"] == journal.stream
            process.send_signal(signal.SIGTERM)
            assert process.wait(5) == 0
            until(lambda: collector.states[-1]["online"] is False)
    assert home.collector.refused == []
    journal.close()


def test_it_outlives_its_broker_and_falls_back_to_https(tmp_path: Path) -> None:
    home = Home(tmp_path)
    journal = home.journal()
    with Broker(tmp_path) as broker, HttpCollector(home.collector) as door:
        home.enrol(port=broker.port, url=door.url)
        door.settings = pack_settings(
            Settings(kiosk=KIOSK, version=4, content={"volume_percent": 30}), home.collector.key.sign
        )
        door.tickets = pack_ticket_states(
            TicketStates(KIOSK, 7, {"ab" * 16: bytes(40)}), home.collector.key.sign
        )
        with MqttCollector(home.collector, port=broker.port) as collector, uplink(home):
            fill(journal, 2)
            until(lambda: home.collector.held() == 2)
            until(lambda: bool(collector.states), what="the state")
            broker.kill()
            fill(journal, 3)
            until(lambda: home.collector.held() == 5, seconds=20.0, what="HTTPS taking over")
            until(lambda: status(home).get("transport") == "https", seconds=5.0)
            assert home.paths.settings.read_bytes() == door.settings
            assert home.paths.tickets.read_bytes() == door.tickets
    journal.close()


def test_a_kiosk_that_is_not_enrolled_says_so(tmp_path: Path) -> None:
    with pytest.raises(IdentityError, match="ikm-kiosk enrol"):
        Uplink(tmp_path, UplinkConfig())


def test_it_waits_for_a_journal_that_is_not_there_yet(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.enrol(port=free_port())
    process = Uplink(home.folder, UplinkConfig())
    for _ in range(3):
        process.step()
    assert status(home)["connected"] is False
