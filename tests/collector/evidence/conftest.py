"""What the evidence's tests share: arriving at a door."""

from collections.abc import Callable

import pytest

from tests.collector.fake_kiosk import MORNING_MS, FakeKiosk

Arrive = Callable[..., list[object]]


@pytest.fixture
def arrive() -> Arrive:
    """Send payloads in as one group."""

    def send(*payloads: bytes, received_ms: int = MORNING_MS + 7 * 86_400_000) -> list[object]:
        from collector.evidence.accept import accept  # noqa: PLC0415 - models load after django.setup()
        from collector.evidence.arrivals import Arrival  # noqa: PLC0415
        from collector.evidence.models import Door  # noqa: PLC0415

        return list(
            accept([Arrival(payload=one, door=Door.MQTT, received_ms=received_ms) for one in payloads])
        )

    return send


@pytest.fixture
def busy(kiosk: FakeKiosk, arrive: Arrive) -> FakeKiosk:
    """A kiosk that has sent sixty responses, singly and in batches."""
    kiosk.record("boot", {"software": "1"})
    kiosk.responses(*((4, 3, 3, 2, 3, 4, 1, 3, 3, 4) * 6))
    for first, last in ((1, 1), (2, 2), (3, 20), (21, 40)):
        arrive(kiosk.batch(first, last))
    arrive(*(kiosk.batch(seq, seq) for seq in range(41, 62)))
    return kiosk
