"""The figures for Prometheus: to whom, in which form, and what never moves them."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from collector.alerts import changing, metrics
from collector.alerts.models import Alert, Judged
from collector.fleet.models import Kiosk, KioskState, Unit
from tests.collector.alerts.test_alerts import NOON, town, wish
from tests.collector.alerts.test_answers import press
from tests.collector.clocks import stopped
from tests.collector.complaints.tickets import a_ticket

pytestmark = pytest.mark.django_db
HERE = "18.01.05.2003"


@pytest.fixture
def own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setattr(settings, "IKM_OWN", tmp_path)
    return tmp_path


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    with stopped(NOON):
        yield


def figures() -> dict[str, int]:
    found = {}
    for line in metrics.text(NOON).splitlines():
        if not line.startswith("#"):
            name, number = line.rsplit(" ", 1)
            assert re.fullmatch(r'ikm_[a-z_]+(\{[a-z]+="[a-z_]+"\})?', name), name
            found[name] = int(number)
    return found


def test_nobody_reads_them_without_the_token_and_none_is_set_at_first(own: Path) -> None:
    client = Client()
    assert client.get("/metrics").status_code == 404
    (own / "metrics.token").write_text("rahasia\n")
    assert client.get("/metrics").status_code == 401
    for wrong in ("Bearer ", "Bearer salah", "Basic rahasia", "Bearer rahasi\u00e0"):
        assert client.get("/metrics", headers={"Authorization": wrong}).status_code == 401, wrong
    answer = client.get("/metrics", headers={"Authorization": "Bearer rahasia"})
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    (own / "metrics.token").write_text("  ")
    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404, (
        "an empty one is none"
    )


def test_they_say_how_the_kiosks_and_the_machinery_are() -> None:
    town(HERE, 4, heard=NOON)
    for kiosk, minutes in (("k-0000", 95), ("k-0001", 300)):
        KioskState.objects.filter(kiosk__name=kiosk).update(heard_at=NOON - timedelta(minutes=minutes))
    Kiosk.objects.update(created_at=NOON - timedelta(days=9))
    wish("kepala", "mail", "k@example.org")
    changing.turn(NOON - timedelta(seconds=20))
    found = figures()
    assert {key: number for key, number in found.items() if "kiosks{" in key} == {
        'ikm_kiosks{state="well"}': 2, 'ikm_kiosks{state="late"}': 1, 'ikm_kiosks{state="silent"}': 1,
    }  # fmt: skip
    assert found['ikm_alerts_open{kind="diam"}'] == 2
    assert found["ikm_messages_waiting"] == 1
    assert found["ikm_alerts_looked_seconds"] == 20
    assert found["ikm_listener_heard_seconds"] == 0
    assert "ikm_release_seconds" not in found, "what never was has no age"
    with CaptureQueriesContext(connection) as queries:
        figures()
    assert len(queries) <= 12


def test_no_answer_and_no_complaint_moves_them() -> None:
    town(HERE, 1, heard=NOON)
    changing.turn(NOON)
    unit = Unit.objects.get()
    before = metrics.text(NOON)
    press(unit, NOON.date(), [1] * 40)
    a_ticket(unit, day=NOON.date())
    Judged.objects.create(unit=unit, through=NOON.date(), is_above=True)
    for kind, subject in (("jawaban", "unit:1"), ("semburan", "kiosk:1"), ("aduan", "ticket:1")):
        Alert.objects.create(kind=kind, subject=subject, level=2, since=NOON, opened_at=NOON, unit=unit)
    assert metrics.text(NOON) == before
