"""Villages without a clock: what a kiosk that knows no time sends is dated between its enrolment and its arrival."""

from datetime import UTC, datetime

import pytest

from collector.complaints.models import Ticket
from collector.evidence.intake import timing
from collector.evidence.intake.accept import accept
from collector.evidence.intake.arrivals import Arrival
from collector.evidence.models import Door, Stream
from collector.fleet.models import Unit
from tests.collector.clocks import stopped
from tests.collector.fake_kiosk import FakeKiosk

pytestmark = pytest.mark.django_db

DAY_MS = 86_400_000
ENROLLED = datetime(2026, 9, 2, 2, 0, tzinfo=UTC)
ENROLLED_MS = round(ENROLLED.timestamp() * 1000)
RECEIVED_MS = ENROLLED_MS + 60 * DAY_MS


@pytest.fixture
def village(unit: Unit) -> FakeKiosk:
    """A kiosk that was enrolled two months before anything of it came in, and never knew the time."""
    with stopped(ENROLLED):
        kiosk = FakeKiosk.enrolled(unit)
    kiosk.clock_ms = None
    return kiosk


def dated(kiosk: FakeKiosk) -> int:
    """When the collector takes a complaint of this kiosk to have been made."""
    kiosk.record("complaint", {"lookup": "ab" * 16, "visit": 1}, after_ms=0)
    accept([Arrival(payload=kiosk.batch(), door=Door.MQTT, received_ms=RECEIVED_MS)])
    return Ticket.objects.get().at_ms


def test_a_first_boot_without_a_clock_is_not_before_the_enrolment(village: FakeKiosk) -> None:
    assert dated(village) == pytest.approx((ENROLLED_MS + RECEIVED_MS) / 2, abs=1_000)
    assert timing.load(bytes(Stream.objects.get().clock)).end.floor_ms == pytest.approx(
        ENROLLED_MS, abs=1_000
    )


@pytest.mark.parametrize("ahead_ms, trusted", [(299_000, True), (301_000, False), (400 * DAY_MS, False)])
def test_a_clock_more_than_five_minutes_ahead_of_the_collector_is_not_trusted(
    village: FakeKiosk, ahead_ms: int, trusted: bool
) -> None:
    village.clock_ms = RECEIVED_MS + ahead_ms
    middle = (ENROLLED_MS + RECEIVED_MS) / 2
    assert dated(village) == pytest.approx(RECEIVED_MS + ahead_ms if trusted else middle, abs=1_000)
