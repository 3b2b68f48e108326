"""How long the morning round of the alerts takes, of a country's units with four days of smileys to judge, and the next one with none.

python -m bench.alerts_morning [--units 84000]
"""

import argparse
import os
import tempfile
import time
from datetime import UTC, datetime, timedelta

MORNING = datetime(2026, 11, 10, 1, 0, tzinfo=UTC)
REGION = "18.01.01.2001"


def main() -> None:
    """Fill a collector and measure."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--units", type=int, default=84_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"IKM_DATA": folder, "DJANGO_SETTINGS_MODULE": "collector.settings"}
        _measure(options.units)


def _measure(number: int) -> None:
    import django  # noqa: PLC0415 - the settings read the environment that was just set

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415 - needs Django

    from collector.alerts.models import Receiver  # noqa: PLC0415 - needs Django
    from collector.alerts.morning import rounds  # noqa: PLC0415 - needs Django

    call_command("migrate", verbosity=0)
    _fill(number)
    Receiver.objects.create(name="all", way="mail", address="a@example.org", reminded_at=MORNING)
    for name, now in (("four days to judge", MORNING), ("the next morning", MORNING + timedelta(days=1))):
        began, busy = time.monotonic(), time.process_time()
        made = rounds.turn(now)
        print(
            f"{name}: {time.monotonic() - began:.1f} s ({time.process_time() - busy:.1f} s of a core), {made} changes"
        )


def _fill(number: int) -> None:
    from collector.fleet.models import Assignment, Kiosk, Place, Region, Unit  # noqa: PLC0415 - needs Django
    from collector.scores.models import DayTally, Form, Series  # noqa: PLC0415 - needs Django
    from collector.scores.tallies.forms import coded  # noqa: PLC0415 - needs Django
    from collector.scores.tallies.keys import day_key, day_number  # noqa: PLC0415 - needs Django
    from collector.scores.tallies.packing import pack  # noqa: PLC0415 - needs Django

    Region.objects.create(code=REGION)
    place = Place.objects.create(code="balai", name="Balai", region_id=REGION)
    units = Unit.objects.bulk_create(
        Unit(code=f"u{one}", name=f"Desa {one}", region_id=REGION) for one in range(number)
    )
    kiosks = Kiosk.objects.bulk_create(
        Kiosk(name=f"k-{place}", stands=one, in_use=True) for place, one in enumerate(units)
    )
    stands = list(zip(units, kiosks, strict=True))
    since = MORNING - timedelta(days=2000)
    Assignment.objects.bulk_create(
        Assignment(kiosk=kiosk, unit=unit, place=place, since=since) for unit, kiosk in stands
    )
    coding = coded("pulse", "1")
    assert coding is not None
    form = Form.objects.create(instrument="pulse", version="1", layout=1)
    series = Series.objects.bulk_create(
        Series(unit=unit, place=place, kiosk=kiosk, form=form) for unit, kiosk in stands
    )
    key = coding.keys[0]
    worst, best = (coding.number(coding.encode({key: one}) or "") for one in (1, 4))
    day = day_number(MORNING.date())
    for back in range(1, 5):
        counts = pack(worst + 9 * best)
        DayTally.objects.bulk_create(
            DayTally(pk=day_key(one.pk, day - back, flagged=False), counts=counts) for one in series
        )


if __name__ == "__main__":
    main()
