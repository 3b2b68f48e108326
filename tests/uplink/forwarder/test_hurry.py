"""Nobody waits with a telephone in his hand: a network that came, or a wish, makes the uplink try at once."""

import os
import time
from pathlib import Path

import pytest

from survey.record.record import ALIVE
from tests.uplink.fakes import FakeTransport, Home, fill
from tests.uplink.forwarder.test_courier import Trip
from tests.uplink.services import Broker, MqttCollector
from uplink.forwarder.app import Uplink
from uplink.forwarder.config import UplinkConfig
from uplink.forwarder.hurry import HurryWatch

HEAD = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n"
LOCAL = "wlan0\t002BA8C0\t00000000\t0001\t0\t0\t600\t00FFFFFF\t0\t0\t0\n"
PHONE = "wlan0\t00000000\t012BA8C0\t0003\t0\t0\t600\t00000000\t0\t0\t0\n"
OFFICE = "eth0\t00000000\t0101A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0\n"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def test_a_way_out_that_was_not_there_is_a_network_that_came(tmp_path: Path) -> None:
    routes = tmp_path / "route"
    routes.write_text(HEAD)
    watch = HurryWatch(tmp_path / "asked", routes=routes)
    came = []
    for text in (
        LOCAL,
        LOCAL + PHONE,
        LOCAL + PHONE,
        LOCAL + PHONE + OFFICE,
        LOCAL + PHONE,
        "",
        LOCAL + PHONE,
    ):
        routes.write_text(HEAD + text)
        came.append(watch.network_came())
    assert came == [False, True, False, True, False, False, True]
    routes.unlink()
    assert not watch.network_came()


def test_a_wish_counts_once_and_an_old_one_not_at_all(tmp_path: Path) -> None:
    asked = tmp_path / "asked"
    asked.touch()
    watch = HurryWatch(asked, routes=tmp_path / "none")
    assert not watch.asked(), "it was asked before this program began"
    os.utime(asked, ns=(1, time.time_ns() + 1_000_000))
    assert [watch.asked(), watch.asked()] == [True, False]
    asked.unlink()
    assert not watch.asked()


def test_what_could_wait_goes_when_somebody_asks(home: Home) -> None:
    journal, transport = home.journal(), FakeTransport(home.collector)
    trip = Trip(home, transport)
    fill(journal, 1)
    trip.go()
    fill(journal, 1, kind=ALIVE)
    trip.go()
    assert home.collector.held() == 1
    trip.courier.hurry(anew=False)
    trip.go(2)
    assert home.collector.held() == 2
    assert transport.opened == 1, "the connection is as good as before"
    journal.close()


def test_a_new_network_is_tried_at_once_however_often_the_old_one_failed(home: Home) -> None:
    journal, transport = home.journal(), FakeTransport(home.collector)
    transport.cut = True
    fill(journal, 3)
    trip = Trip(home, transport, reconnect_first_seconds=10_000.0, reconnect_cap_seconds=10_000.0)
    trip.go(5)
    transport.cut = False
    trip.go(5)
    assert home.collector.held() == 0, "it waits for hours"
    trip.courier.hurry(anew=True)
    trip.go(3)
    assert home.collector.held() == 3
    journal.close()


def test_a_connection_over_a_network_that_is_gone_is_not_waited_for(home: Home) -> None:
    journal, transport = home.journal(), FakeTransport(home.collector)
    trip = Trip(home, transport)
    trip.go()
    opened = transport.opened
    trip.courier.hurry(anew=True)
    trip.go(2)
    assert transport.opened == opened + 1
    journal.close()


@pytest.mark.integration
def test_the_process_hears_the_wish(tmp_path: Path) -> None:
    home = Home(tmp_path)
    broker = Broker(tmp_path)
    home.enrol(port=broker.port)
    journal = home.journal()
    fill(journal, 20)
    uplink = Uplink(tmp_path, UplinkConfig(reconnect_first_seconds=5_000.0, reconnect_cap_seconds=5_000.0))
    home.paths.kiosk_part.mkdir(exist_ok=True)
    for _ in range(3):
        uplink.step()
    with broker, MqttCollector(home.collector, port=broker.port):
        home.paths.send_now.touch()
        end = time.monotonic() + 20
        while uplink.confirmed < 20:
            uplink.step()
            assert time.monotonic() < end, "it did not hear"
    uplink.close()
    journal.close()
