"""Certificates where the machine may not know what day it is: over MQTT and over HTTPS alike."""

import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from survey.wire.trouble import trouble
from tests.uplink.certificates import Authority
from tests.uplink.fakes import KIOSK, FakeCollector
from tests.uplink.forwarder.test_trust import door
from tests.uplink.services import Broker
from uplink.errors import Unreachable
from uplink.forwarder.app import UplinkConfig, _passed_ms, http_transport, mqtt_transport
from uplink.forwarder.senders.http import HttpSender
from uplink.forwarder.senders.mqtt import MqttSender
from uplink.forwarder.senders.sender import Sender
from uplink.forwarder.senders.validity import Validity
from uplink.forwarder.status import last_will
from uplink.journal.enrolment import Broker as BrokerAddress
from uplink.journal.enrolment import Enrolment, Named
from uplink.journal.home import KioskHome
from uplink.journal.identity import Identity

DAY_MS = 86_400_000
pytestmark = pytest.mark.integration


def enrolment(collector_url: str, broker_port: int) -> Enrolment:
    return Enrolment(
        kiosk=KIOSK,
        public_key=bytes(32),
        collector_key=bytes(32),
        seal_key=bytes(32),
        collector_url=collector_url,
        broker=BrokerAddress("localhost", broker_port, tls=True),
        unit=Named("u", "U"),
        place=Named("p", "P"),
        agency="",
        timezone="Asia/Jakarta",
        private_ca=True,
    )


@contextmanager
def sender(road: str, folder: Path, authority: Authority, validity: Validity) -> Iterator[Sender]:
    """A way to a service that shows a certificate of this authority."""
    home = KioskHome(folder / "home")
    home.broker_ca.parent.mkdir(parents=True)
    home.broker_ca.write_bytes(authority.path.read_bytes())
    certificate, key = authority.issue(KIOSK)
    home.broker_certificate.write_bytes(certificate.read_bytes())
    home.broker_key.write_bytes(key.read_bytes())
    shown = authority.issue("localhost")
    if road == "https":
        collector = FakeCollector(Identity.ephemeral(KIOSK).public_key)
        with door(collector, shows=authority, claims=authority) as found:
            made = http_transport(enrolment(found.url, 1), home, UplinkConfig(), validity)
            yield HttpSender(made, now=time.monotonic)
        return
    with Broker(folder, tls=(authority.path, *shown)) as broker:
        made = mqtt_transport(enrolment("https://x.example", broker.port), home, UplinkConfig(), validity)
        yield MqttSender(made, last_will=last_will())


def passed(days: float) -> Validity:
    """A clock that nobody vouches for, of which is only certain that so many days from now have passed."""
    return Validity(lambda: False, lambda: time.time_ns() // 1_000_000 + round(days * DAY_MS))


SYNCHRONISED = Validity(lambda: True, lambda: 0)
FROM_TOMORROW = {"first_day": 1, "days": 9}
"""What a board whose clock stands still sees of every certificate that was made since."""


@pytest.mark.parametrize("road", ["mqtt", "https"])
def test_a_certificate_of_the_future_is_refused_where_the_clock_is_vouched_for(
    road: str, tmp_path: Path
) -> None:
    with sender(road, tmp_path, Authority(tmp_path / "ca", **FROM_TOMORROW), SYNCHRONISED) as ours:
        with pytest.raises(Unreachable) as refused:
            ours.open()
        if road == "mqtt":
            assert refused.value.trouble == trouble("broker_certificate")


def test_a_certificate_of_the_future_counts_where_it_is_not(tmp_path: Path) -> None:
    """Over HTTPS alone: a broker would refuse our own certificate, which its clock says is of tomorrow."""
    with sender("https", tmp_path, Authority(tmp_path / "ca", **FROM_TOMORROW), passed(-400)) as ours:
        ours.open()
        ours.close()


@pytest.mark.parametrize("road", ["mqtt", "https"])
@pytest.mark.parametrize("days", [-400, 1])
def test_a_certificate_counts_until_it_has_certainly_run_out(road: str, days: float, tmp_path: Path) -> None:
    with sender(road, tmp_path, Authority(tmp_path / "ca"), passed(days)) as ours:
        ours.open()
        ours.close()


@pytest.mark.parametrize("road", ["mqtt", "https"])
def test_a_certificate_that_has_certainly_run_out_is_refused(road: str, tmp_path: Path) -> None:
    with sender(road, tmp_path, Authority(tmp_path / "ca"), passed(3)) as ours, pytest.raises(Unreachable):
        ours.open()


@pytest.mark.parametrize("road", ["mqtt", "https"])
def test_a_stranger_is_refused_whatever_the_clock(road: str, tmp_path: Path) -> None:
    theirs = Authority(tmp_path / "theirs", "theirs")
    with sender(road, tmp_path, Authority(tmp_path / "ca"), passed(-400)) as ours:
        (tmp_path / "home" / "uplink" / "broker" / "ca.crt").write_bytes(theirs.path.read_bytes())
        with pytest.raises(Unreachable):
            ours.open()


def test_what_has_certainly_passed(tmp_path: Path) -> None:
    """The clock, the beginning of our own certificate, the last receipt: the latest of them."""
    now = time.time_ns() // 1_000_000
    ahead, _ = Authority(tmp_path, first_day=30).issue(KIOSK)
    behind, _ = Authority(tmp_path / "old", first_day=-30, days=99).issue(KIOSK)
    assert abs(_passed_ms(ahead, lambda: 0) - now - 30 * DAY_MS) < 60_000
    assert abs(_passed_ms(behind, lambda: 0) - now) < 60_000
    assert _passed_ms(behind, lambda: now + DAY_MS) == now + DAY_MS
    assert abs(_passed_ms(tmp_path / "none", lambda: 0) - now) < 60_000


def test_the_flag_is_openssls() -> None:
    """Set to a flag that is another one, the dates would count after all."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    before = context.verify_flags
    passed(0).apply(context)
    assert context.verify_flags ^ before == 0x200000
