"""The desk's list of kiosks over a whole country: what a page of it takes on the server.

    python -m bench.kiosks [--kiosks 84000] [--responses 10000000] [--turns 15] [--postgres] [--folder KEPT]

Makes an SQLite database with so many units in the regions of a country, each with a kiosk that has moved once, one stream, a health report and two
versions of its settings. One in eight has been silent for more than three days, one in five had weak power, one in a hundred each refused its settings or
has a full disk, one in five hundred each tells two stories, waits for a decision or has lost records; one in a thousand never sent anything. With `--responses` they have counted so many answers together. Then it asks for
pages as an evaluator who sees them all, as one of a province, and as the officer of one unit, as `bench.overview` does.
"""

import argparse
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bench.overview import ask, villages
from bench.own_collector import country

LIST = "/meja/kios/"
PATHS = (
    ("kiosks of a country", LIST),
    ("the same, in the middle", f"{LIST}?page=1000"),
    ("the same, the last page", f"{LIST}?page=99999"),
    ("those that are silent", f"{LIST}?perlu=diam"),
    ("those that refused their settings", f"{LIST}?perlu=setelan"),
    ("those with weak power, far down", f"{LIST}?perlu=listrik&page=300"),
    ("a kiosk looked for", f"{LIST}?q=k-4711"),
    ("a village looked for", f"{LIST}?q=desa+4711"),
    ("a province looked for", f"{LIST}?q=18."),
    ("a word that all have", f"{LIST}?q=desa"),
    ("one of them", f"{LIST}k-4711/"),
)
IN_REGION = (
    ("kiosks of a province", LIST),
    ("a page far down", f"{LIST}?page=50"),
    ("those that are silent", f"{LIST}?perlu=diam"),
    ("a word that all have", f"{LIST}?q=desa"),
)
EVALUATOR, OF_REGION, OFFICER = "bench-evaluator", "bench-region", "bench-officer"


def main() -> None:
    """Fill, ask and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument(
        "--kiosks",
        type=int,
        default=84_000,
        help="at least 16,000: one is called k-4711, and region 18 is the eighth",
    )
    parser.add_argument("--responses", type=int, default=0)
    parser.add_argument("--postgres", action="store_true", help="on a private PostgreSQL")
    parser.add_argument("--turns", type=int, default=15)
    parser.add_argument("--folder", type=Path, help="make the database there, or use the one that is there")
    options = parser.parse_args()
    with country(
        options.folder, options.kiosks, fill, responses=options.responses, postgres=options.postgres
    ):
        everywhere, region, one = client(EVALUATOR), client(OF_REGION), client(OFFICER)
        for name, path in PATHS:
            ask(name, path, options.turns, everywhere)
        for name, path in IN_REGION:
            ask(name, path, options.turns, region)
        ask("kiosks of one unit", LIST, options.turns, one)
        ask("all as CSV", f"{LIST}?format=csv", 1, everywhere)


def client(name: str) -> Any:
    """Give a client in which an account is logged in."""
    from django.contrib.auth.models import User  # noqa: PLC0415 - after django.setup()
    from django.test import Client  # noqa: PLC0415 - the same

    browser = Client(headers={"host": "localhost"})
    browser.force_login(User.objects.get(username=name))
    return browser


def fill(number: int) -> int:
    """Make the country with its kiosks; gives how many releases there are: none."""
    from django.db import connection, transaction  # noqa: PLC0415 - after django.setup()

    from collector.evidence.intake import last_hours  # noqa: PLC0415 - the same
    from collector.fleet import present  # noqa: PLC0415 - the same

    with transaction.atomic():
        told(stood(number))
        present.keep_every()
        last_hours.keep_every()
        accounts()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return 0


def stood(number: int) -> list[Any]:
    """Make units, and kiosks that moved there once; gives their keys."""
    from collector.fleet import models  # noqa: PLC0415 - after django.setup()

    now = datetime.now(UTC)
    codes, regions = villages(number)
    models.Region.objects.bulk_create(
        [models.Region(code=code, name=name) for code, name in regions.items()], ignore_conflicts=True
    )
    units = models.Unit.objects.bulk_create(
        models.Unit(code=f"u{place}", name=f"Balai Desa {place}", region_id=code)
        for place, code in enumerate(codes)
    )
    places = models.Place.objects.bulk_create(
        models.Place(code=one.code, name=one.name, region_id=one.region_id) for one in units
    )
    kiosks = models.Kiosk.objects.bulk_create(models.Kiosk(name=f"k-{place:04}") for place in range(number))
    for days in (90, 30):
        models.Assignment.objects.bulk_create(
            models.Assignment(
                kiosk=kiosks[one], unit=units[at], place=places[at], since=now - timedelta(days=days)
            )
            for one in range(number)
            for at in [one if days == 30 else one - 1]
        )
    since = now - timedelta(days=99)
    return models.KioskKey.objects.bulk_create(
        models.KioskKey(kiosk=one, public_key=one.name.encode().ljust(32), enrolled_at=since)
        for one in kiosks
    )


def told(keys: list[Any]) -> None:
    """Have the kiosks sent records, reports and settings."""
    from collector.evidence.models import Conflict, LostHere, Stream  # noqa: PLC0415 - after django.setup()
    from collector.evidence.standing import StreamStanding  # noqa: PLC0415 - the same
    from collector.fleet import models  # noqa: PLC0415 - the same
    from survey.wire.health import KioskHealth, UplinkHealth  # noqa: PLC0415 - the same

    now = datetime.now(UTC)
    streams = Stream.objects.bulk_create(
        Stream(
            kiosk=key.kiosk, key=key, uid=key.kiosk.name.ljust(32, "0"), through=9, link=b"l" * 32, opened_ms=0, clock=b"",
            received_ms=round((now.timestamp() - (place % 9_000 if place % 8 else 600_000 + place)) * 1000),
            standing=StreamStanding.FOREIGN if place % 500 == 3 else StreamStanding.COUNTED,
        )
        for place, key in enumerate(keys)
        if place % 1_000 != 7
    )  # fmt: skip
    Conflict.objects.bulk_create(
        Conflict(stream=one, first=1, count=1, seq=1, digest=b"d" * 32, door=1, received_ms=0, payload=b"x" * 900)
        for one in streams[::500]
    )  # fmt: skip
    LostHere.objects.bulk_create(
        LostHere(stream=one, first=1, last=2, before=b"b" * 32, after=b"a" * 32, receipt=b"r", noticed_ms=0)
        for one in streams[5::500]
    )
    models.KioskState.objects.bulk_create(
        models.KioskState(
            kiosk=key.kiosk, online=True, changed_at=now, heard_at=now,
            health=UplinkHealth("1", "mqtt", sync=True, kiosk=KioskHealth(
                "1", disk_used_percent=95 if place % 100 == 1 else 30, was_under_voltage=place % 5 == 0
            )).to_fields(),
        )
        for place, key in enumerate(keys)
    )  # fmt: skip
    for version in (1, 2):
        models.KioskSettings.objects.bulk_create(
            models.KioskSettings(kiosk=key.kiosk, version=version, content={}, message=b"m") for key in keys
        )
    models.SettingsReport.objects.bulk_create(
        models.SettingsReport(
            kiosk=key.kiosk, stream_id=place, seq=1, version=2, at_ms=1, applied=place % 100 != 2
        )
        for place, key in enumerate(keys)
    )


def accounts() -> None:
    """Have somebody who sees all kiosks, somebody who sees those of a province, and somebody who sees one."""
    from django.contrib.auth.models import User  # noqa: PLC0415 - after django.setup()

    from collector.accounts import roles  # noqa: PLC0415 - the same
    from collector.accounts.models import Office  # noqa: PLC0415 - the same
    from collector.fleet.models import Region, Unit  # noqa: PLC0415 - the same

    offices: tuple[tuple[str, str, Region | None, Unit | None], ...] = (
        (EVALUATOR, roles.EVALUATOR, None, None),
        (OF_REGION, roles.EVALUATOR, Region.objects.get(pk="18"), None),
        (OFFICER, roles.UNIT_OFFICER, None, Unit.objects.get(code="u7")),
    )
    now = datetime.now(UTC)
    for name, role, region, unit in offices:
        user = User.objects.create_user(name)
        Office.objects.create(user=user, role=role, region=region, unit=unit, since=now, given_by="bench")


if __name__ == "__main__":
    main()
