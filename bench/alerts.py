"""How long a turn of the alerts takes, with how many queries and messages: 84,000 kiosks that are well, 2,651 of them gone, all gone.

python -m bench.alerts [--kiosks 84000] [--gone 2651]
"""

import argparse
import os
import tempfile
import time
from datetime import UTC, datetime, timedelta

NOON = datetime(2026, 11, 9, 5, 0, tzinfo=UTC)
PER_REGENCY = 2_651


def main() -> None:
    """Fill a collector and measure."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--kiosks", type=int, default=84_000)
    parser.add_argument("--gone", type=int, default=PER_REGENCY)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"IKM_DATA": folder, "DJANGO_SETTINGS_MODULE": "collector.settings"}
        _measure(options.kiosks, options.gone)


def _measure(number: int, gone: int) -> None:
    import django  # noqa: PLC0415 - the settings read the environment that was just set

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415 - needs Django
    from django.db import connection  # noqa: PLC0415 - needs Django
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415 - needs Django

    from collector.alerts import changing  # noqa: PLC0415 - needs Django
    from collector.alerts.models import Message, Receiver  # noqa: PLC0415 - needs Django
    from collector.fleet.models import Kiosk, KioskState, Region, Unit  # noqa: PLC0415 - needs Django

    call_command("migrate", verbosity=0)
    Receiver.objects.create(name="all", way="mail", address="a@example.org", reminded_at=NOON, remind_hours=0)
    codes = sorted({f"{11 + one // PER_REGENCY}.01.01.2001" for one in range(number)})
    Region.objects.bulk_create([Region(code=one) for one in codes])
    units = Unit.objects.bulk_create([Unit(code=one, name=one, region_id=one) for one in codes])
    kiosks = Kiosk.objects.bulk_create(
        [
            Kiosk(name=f"k-{one}", stands=units[one // PER_REGENCY], in_use=True, last_hour_ms=0)
            for one in range(number)
        ],
        batch_size=1_000,
    )
    Kiosk.objects.update(created_at=NOON - timedelta(days=90))
    KioskState.objects.bulk_create(
        [KioskState(kiosk=one, online=True, changed_at=NOON, heard_at=NOON) for one in kiosks],
        batch_size=1_000,
    )

    def turn(name: str, now: datetime) -> None:
        before = Message.objects.count()
        with CaptureQueriesContext(connection) as queries:
            began, busy = time.monotonic(), time.process_time()
            made = changing.turn(now)
            took, busy = time.monotonic() - began, time.process_time() - busy
        written = [one for one in queries if "INSERT" in one["sql"]]
        messages = Message.objects.count() - before
        print(
            f"{name}: {took:.2f} s ({busy:.2f} s of a core), {made} changes, {messages} messages, {len(queries) - len(written)} queries, {len(written)} inserts"
        )

    turn("all well", NOON + timedelta(minutes=30))
    KioskState.objects.filter(kiosk__in=[one.pk for one in kiosks[:gone]]).update(
        heard_at=NOON - timedelta(hours=2)
    )
    turn("many gone at once", NOON + timedelta(minutes=1))
    turn("the turn after", NOON + timedelta(minutes=2))
    KioskState.objects.update(heard_at=NOON + timedelta(minutes=3))
    turn("they are back", NOON + timedelta(minutes=3))
    turn("and stay", NOON + timedelta(minutes=9))
    KioskState.objects.update(heard_at=NOON - timedelta(minutes=1))
    turn("every kiosk quiet for 81 minutes", NOON + timedelta(minutes=80))
    turn("every kiosk gone", NOON + timedelta(minutes=90))
    turn("the turn after that", NOON + timedelta(minutes=91))


if __name__ == "__main__":
    main()
