"""A setting that changes for a whole regency: how long the change takes, and for how long the listener is held up at once.

    python -m bench.settings_steps [--kiosks 2651]

Makes an SQLite database of its own with so many kiosks in one regency, each at its unit with five services, and sets a value for the regency. Then it does
what the listener does between two groups of arrivals (`collector.console.management.commands.listen.to_publish`) until every kiosk has been sent its settings,
and prints how long the longest of these steps took. The keys are in this process; with a keeper each signature costs a question over a socket more.
"""

import argparse
import os
import statistics
import tempfile
import time
from datetime import UTC, datetime
from itertools import count

from bench.own_collector import set_up

_SERVICES = 5


def main() -> None:
    """Make them, change, step and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--kiosks", type=int, default=2_651)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        set_up(folder)
        made(options.kiosks)
        from collector.console.management.commands import listen  # noqa: PLC0415 - after django.setup()
        from collector.fleet import setting  # noqa: PLC0415 - the same
        from collector.fleet.layers import REGION, Layer  # noqa: PLC0415 - the same

        while setting.sign_due():
            pass
        while listen.to_publish():
            pass
        began = time.monotonic()
        done = setting.change(Layer(REGION, "18.01"), {"volume_percent": 70}, who="bench")
        print(
            f"set for {done.kiosks} kiosks in {time.monotonic() - began:.2f} s, load {os.getloadavg()[0]:.1f}"
        )
        steps, sent = [], 0
        for _ in count():
            began, work = time.monotonic(), time.process_time()
            number = len(listen.to_publish())
            steps.append((time.monotonic() - began, time.process_time() - work))
            sent += number
            if not number:
                break
        longest, by_work = max(one for one, _ in steps), sum(work for _, work in steps)
        print(
            f"{sent} sent in {len(steps)} steps: the longest {longest * 1000:.0f} ms, in the middle "
            f"{statistics.median(one for one, _ in steps) * 1000:.0f} ms; {by_work / max(1, sent) * 1000:.1f} ms of work a kiosk"
        )


def made(number: int) -> None:
    """Make kiosks in one regency."""
    from collector.fleet import layers, models, tree  # noqa: PLC0415 - after django.setup()

    regency = tree.add_region("18.01", name="Lampung Selatan")
    units = models.Unit.objects.bulk_create(
        models.Unit(code=f"u{one}", name=f"Balai Desa {one}", region=regency) for one in range(number)
    )
    places = models.Place.objects.bulk_create(
        models.Place(code=one.code, name=one.name, region=regency) for one in units
    )
    models.Service.objects.bulk_create(
        models.Service(unit=one, code=f"s{kind}", name=f"Layanan {kind}")
        for one in units
        for kind in range(_SERVICES)
    )
    kiosks = models.Kiosk.objects.bulk_create(
        models.Kiosk(name=f"k-{one:04}", in_use=True, stands=units[one]) for one in range(number)
    )
    since = datetime.now(UTC)
    models.Assignment.objects.bulk_create(
        models.Assignment(kiosk=kiosks[one], unit=units[one], place=places[one], since=since)
        for one in range(number)
    )
    layers.mark(models.Kiosk.objects.all())


if __name__ == "__main__":
    main()
