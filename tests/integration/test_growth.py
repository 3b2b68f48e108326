"""Where one machine is not enough: several listeners on one database, a broker of three nodes; killed in a backlog, nothing is lost or doubled."""

import os
import random
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.cluster import RabbitCluster
from tests.collector.fake_kiosk import FakeKiosk, skm
from tests.integration.listening import Centre, Sender, counted
from tests.postgres import PrivatePostgres
from tests.world import COLLECTOR

pytestmark = [pytest.mark.integration, pytest.mark.long]

BACKLOG = int(os.environ.get("IKM_BACKLOG", "100000"))
KIOSKS = 10
OVER = object()


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'c.sqlite3'}"
        return
    with PrivatePostgres() as cluster:
        yield cluster.url()


def with_backlog(centre: Centre, records: int) -> list[FakeKiosk]:
    chance = random.Random(7)
    kiosks = [centre.enrol() for _ in range(KIOSKS)]
    for kiosk in kiosks:
        for number in range(records // KIOSKS):
            kiosk.record("response", skm(chance.randint(1, 4), visit=number))
    return kiosks


def drain(
    senders: list[Sender], kiosks: list[FakeKiosk], meanwhile: Iterator[None], *, seconds: float
) -> None:
    """Send until everything is receipted. As long as `meanwhile` goes on, a step of it each time, more is written."""
    over, deadline, goes_on = threading.Event(), time.monotonic() + seconds, True
    try:
        while [sender.step() for sender in senders] != [True] * len(senders) or goes_on:
            assert time.monotonic() < deadline, [sender.mark for sender in senders]
            goes_on = next(meanwhile, OVER) is not OVER
            for kiosk in kiosks if goes_on else ():
                kiosk.record("response", skm(3, visit=kiosk.last))
            over.wait(0.05)
    finally:
        for sender in senders:
            sender.close()


def is_complete(centre: Centre, kiosks: list[FakeKiosk]) -> None:
    number = sum(kiosk.last for kiosk in kiosks)
    assert counted(centre) == [(number, number)]
    report = centre.ask(str(COLLECTOR), "audit", "--unit", "u", "--period", "2026")
    for kiosk in kiosks:
        assert f"{kiosk.stream[:8]}  1..{kiosk.last}: {kiosk.last} received, 0 missing" in report


def test_listeners_killed_in_a_backlog_of_a_hundred_thousand_lose_and_double_nothing(
    url: str, tmp_path: Path
) -> None:
    from collector.trust.keys import verifier  # noqa: PLC0415 - keeps Django out of the collection of tests

    centre = Centre(tmp_path, url)
    names = ["first", "second"] if url.startswith("postgresql") else ["first"]

    def start(name: str) -> None:
        centre.start("--name", f"ikm-{name}", *(("--share", "all") if len(names) > 1 else ()), name=name)

    def killing() -> Iterator[None]:
        chance, kills, due = random.Random(5), 0, time.monotonic() + 2
        while kills < 8:
            if time.monotonic() >= due:
                name = names[kills % len(names)]
                centre.kill(name)
                start(name)
                kills, due = kills + 1, time.monotonic() + chance.uniform(1.5, 3)
            yield

    try:
        kiosks = with_backlog(centre, BACKLOG)
        verify = verifier(centre.collector_key())
        for name in names:
            start(name)
        senders = [Sender(kiosk, centre.port, verify, batch=100) for kiosk in kiosks]
        drain(senders, kiosks, killing(), seconds=900)
        is_complete(centre, kiosks)
    finally:
        centre.stop()


def test_a_cluster_whose_nodes_are_killed_loses_nothing(tmp_path: Path) -> None:
    """RabbitMQ with quorum queues: first the node goes that the listener is connected to, then the one that leads its queue."""
    from collector.trust.keys import verifier  # noqa: PLC0415 - keeps Django out of the collection of tests

    with RabbitCluster() as cluster:
        centre = Centre(tmp_path, f"sqlite:///{tmp_path / 'c.sqlite3'}", ports=cluster.ports, version="3.1.1")
        leaders: list[str] = []

        def killing() -> Iterator[None]:
            due = time.monotonic() + 4
            while time.monotonic() < due:
                yield
            cluster.kill(0)
            due = time.monotonic() + 20
            while time.monotonic() < due:
                yield
            cluster.start(0)
            due = time.monotonic() + 60
            while time.monotonic() < due:
                yield
            leaders.append(cluster.leader("mqtt-subscription-ikm-collectorqos1"))
            number = int(leaders[0][3]) - 1
            cluster.kill(number)
            due = time.monotonic() + 20
            while time.monotonic() < due:
                yield
            cluster.start(number)

        try:
            kiosks = with_backlog(centre, BACKLOG // 5)
            verify = verifier(centre.collector_key())
            centre.start()
            centre.wait_until_it_listens("127.0.0.1")
            senders = [
                Sender(kiosk, cluster.ports[1 + place % 2], verify, version="3.1.1")
                for place, kiosk in enumerate(kiosks)
            ]
            drain(senders, kiosks, killing(), seconds=900)
            is_complete(centre, kiosks)
            assert leaders
        finally:
            centre.stop()
