"""How long the desk's list of kiosks takes: looking up what each needs, sorting, and gathering what one page of them tells.

    python -m bench.kiosks [--kiosks 2651]

Fills an SQLite database with so many units, each with a kiosk that has moved once, one stream, a health report and two versions of its
settings; every twentieth part of them was heard half a day earlier than the part before. The best of five.
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from bench.own_collector import set_up


def main() -> None:
    """Fill, look and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--kiosks", type=int, default=2_651)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        set_up(folder)
        now = datetime.now(UTC)
        fill(options.kiosks, now)
        measure(now)


def fill(number: int, now: datetime) -> None:
    """Make units and kiosks."""
    from django.db import connection  # noqa: PLC0415 - after django.setup()

    from collector.evidence.models import Stream  # noqa: PLC0415 - the same
    from collector.fleet import models, tree  # noqa: PLC0415 - the same
    from survey.health import KioskHealth, UplinkHealth  # noqa: PLC0415 - the same

    region = tree.add_region("18.01.05.2003")
    names = [f"u{place}" for place in range(number)]
    units = models.Unit.objects.bulk_create(models.Unit(code=one, name=one, region=region) for one in names)
    places = models.Place.objects.bulk_create(
        models.Place(code=one, name=one, region=region) for one in names
    )
    kiosks = models.Kiosk.objects.bulk_create(models.Kiosk(name=one) for one in names)
    since = now - timedelta(days=99)
    keys = models.KioskKey.objects.bulk_create(
        models.KioskKey(kiosk=one, public_key=one.name.encode().ljust(32), enrolled_at=since)
        for one in kiosks
    )
    for days in (90, 30):
        models.Assignment.objects.bulk_create(
            models.Assignment(kiosk=kiosk, unit=unit, place=place, since=now - timedelta(days=days))
            for kiosk, unit, place in zip(kiosks, units, places, strict=True)
        )
    Stream.objects.bulk_create(
        Stream(
            kiosk=key.kiosk, key=key, uid=key.kiosk.name.ljust(32, "0"), through=9, link=b"l" * 32, opened_ms=0,
            received_ms=round((now.timestamp() - place % 20 * 43_200) * 1000), clock=b"",
        )
        for place, key in enumerate(keys)
    )  # fmt: skip
    health = UplinkHealth("1", "mqtt", sync=True, kiosk=KioskHealth("1", disk_used_percent=30)).to_fields()
    models.KioskState.objects.bulk_create(
        models.KioskState(kiosk=one, online=True, changed_at=now, heard_at=now, health=health)
        for one in kiosks
    )
    for version in (1, 2):
        models.KioskSettings.objects.bulk_create(
            models.KioskSettings(kiosk=one, version=version, content={}, message=b"m") for one in kiosks
        )
    models.SettingsReport.objects.bulk_create(
        models.SettingsReport(kiosk=one, stream_id=place, seq=1, version=2, at_ms=1, applied=place % 100 > 0)
        for place, one in enumerate(kiosks)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def measure(now: datetime) -> None:
    """Look at all of them, at one unit's, and at a page."""
    from collector.evidence import needs  # noqa: PLC0415 - after django.setup()
    from collector.evidence.kiosks import known  # noqa: PLC0415 - the same
    from collector.fleet.models import Kiosk, Unit  # noqa: PLC0415 - the same

    wanted = needs.conditions(now.replace(hour=0, minute=0))
    every, one = needs.standing_now(Unit.objects.all()), needs.standing_now(Unit.objects.filter(code="u7"))
    for what, do in (
        (f"all {Kiosk.objects.count()} kiosks", lambda: needs.look(every, wanted)),
        ("those of one unit", lambda: needs.look(one, wanted)),
        ("what 40 of them tell", lambda: known(Kiosk.objects.order_by("name")[:40])),
    ):
        print(f"{what}: {best(do):.0f} ms")


def best(do: Callable[[], object]) -> float:
    """Give the shortest of five, in milliseconds."""
    taken = []
    for _ in range(5):
        began = time.perf_counter()
        do()
        taken.append((time.perf_counter() - began) * 1000)
    return min(taken)


if __name__ == "__main__":
    main()
