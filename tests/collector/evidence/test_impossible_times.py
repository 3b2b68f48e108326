"""A time that no page could show is no reason to lose a record, nor to end a list."""

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client

from collector.accounts import roles
from collector.complaints import arrivals
from collector.complaints.models import Ticket
from collector.evidence.intake.rebuild import rebuild
from collector.evidence.models import SetAside, Stream
from collector.scores.models import Response
from tests.collector.accounts_of import person
from tests.collector.fake_kiosk import MORNING_MS, FakeKiosk, skm
from tests.collector.filing import SETTLED

pytestmark = pytest.mark.django_db

FAR_MS = 2_253_557_890_123_456
"""In the year 73,382."""


def set_aside() -> list[tuple[int, str]]:
    return list(SetAside.objects.order_by("seq").values_list("seq", "code"))


def test_a_record_of_the_year_73382_is_receipted_and_set_aside(
    kiosk: FakeKiosk, arrive: Callable[..., list[object]]
) -> None:
    kiosk.record("complaint", {"lookup": "ab" * 16, "visit": 1})
    kiosk.record("complaint", {"lookup": "cd" * 16, "visit": 2}, after_ms=FAR_MS)
    arrive(kiosk.batch())
    assert Stream.objects.get().through == 2
    assert set_aside() == [(2, "time_impossible")]
    assert Ticket.objects.count() == 1
    rebuild(lambda _line: None)
    assert set_aside() == [(2, "time_impossible")]
    assert Ticket.objects.get().at_ms < FAR_MS


def test_a_complaint_of_a_time_beyond_all_dates_is_due_as_any_other(
    kiosk: FakeKiosk, arrive: Callable[..., list[object]], client: Client
) -> None:
    kiosk.record("complaint", {"lookup": "ab" * 16, "visit": 1})
    arrive(kiosk.batch())
    Ticket.objects.update(at_ms=FAR_MS)
    assert arrivals.settle(SETTLED) == 1
    assert Ticket.objects.get().due_on == date(2026, 11, 27)
    client.force_login(person("rina", roles.EVALUATOR))
    assert Ticket.objects.get().number in client.get("/meja/pengaduan/?tampil=semua").content.decode()


def test_an_anchor_can_find_an_earlier_time_impossible_and_a_later_one_mends_nothing_else(
    kiosk: FakeKiosk, arrive: Callable[..., list[object]]
) -> None:
    kiosk.reboot(clock_ms=None)
    kiosk.record("response", skm(4))
    kiosk.record("response", skm(3, visit=2), after_ms=FAR_MS)
    arrive(kiosk.batch())
    first = set_aside()
    kiosk.record("clock", {"source": "ntp", "reason": "sync"}, at=MORNING_MS, sync=True)
    arrive(kiosk.batch(3, 3))
    after = set_aside()
    rows = Response.objects.count()
    rebuild(lambda _line: None)
    assert set_aside() == after
    assert Response.objects.count() == rows
    assert (first, after, rows) == ([(2, "time_impossible")], [(1, "time_impossible")], 1)
