"""A night of the log at 84,000 kiosks: what building it costs, and what proofs and the kiosks' news weigh.

    python -m bench.log            84,000 invented kiosks, SQLite, in a folder that is thrown away
    python -m bench.log --kiosks 2651

The alternative beside it: hashing the same leaves into a root and nothing else, which is what no log can do without.
"""

import argparse
import os
import resource
import secrets
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

YEAR = 365
MOST_PROOF, MOST_PROOF_AFTER_A_YEAR, MOST_NEWS, MOST_SECONDS = 640, 1_024, 1_600, 5.0


def main() -> None:
    """Fill, build and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kiosks", type=int, default=84_000)
    number = parser.parse_args().kiosks
    with tempfile.TemporaryDirectory(prefix="ikm-bench-log-") as folder:
        set_up(Path(folder))
        run(number)


def set_up(folder: Path) -> None:
    """Make a collector in a folder."""
    os.environ.update(IKM_DATA=str(folder), DJANGO_SETTINGS_MODULE="collector.settings", DATABASE_URL="")
    import django  # noqa: PLC0415 - after the environment
    from django.conf import settings  # noqa: PLC0415
    from django.core.management import call_command  # noqa: PLC0415

    settings.LOGGING["root"]["level"] = "ERROR"
    django.setup()
    from collector.trust import ca, keys  # noqa: PLC0415

    keys.ensure(settings.IKM_KEYS)
    ca.ensure(settings.IKM_KEYS)
    call_command("migrate", verbosity=0)


def fill(number: int) -> None:
    """Invent kiosks that each have a unit, a key and a stream."""
    from collector.evidence.models import Stream  # noqa: PLC0415
    from collector.fleet import tree  # noqa: PLC0415
    from collector.fleet.models import Assignment, Kiosk, KioskKey, Unit  # noqa: PLC0415

    region = tree.add_region("18.01")
    place = tree.add_place(code="p", name="p", region=region)
    now = datetime(2026, 11, 1, tzinfo=UTC)
    units = Unit.objects.bulk_create(
        [Unit(code=f"u-{at}", name=f"Desa {at}", region=region) for at in range(number)], batch_size=1_000
    )
    kiosks = Kiosk.objects.bulk_create(
        [Kiosk(name=f"k-{at:05}", stands=unit, in_use=True) for at, unit in enumerate(units)],
        batch_size=1_000,
    )
    keys = KioskKey.objects.bulk_create(
        [KioskKey(kiosk=one, public_key=secrets.token_bytes(32), enrolled_at=now) for one in kiosks],
        batch_size=1_000,
    )
    Assignment.objects.bulk_create(
        [
            Assignment(kiosk=one, unit=unit, place=place, since=now)
            for one, unit in zip(kiosks, units, strict=True)
        ],
        batch_size=1_000,
    )
    Stream.objects.bulk_create(
        [
            Stream(
                kiosk=one, key=key, uid=secrets.token_hex(16), through=4_000, link=secrets.token_bytes(32), opened_ms=0,
                received_ms=0, clock=b"",
            )
            for one, key in zip(kiosks, keys, strict=True)
        ],
        batch_size=1_000,
    )  # fmt: skip


def run(number: int) -> None:
    """Measure."""
    from collector import clock  # noqa: PLC0415
    from collector.log import building, keeping, news  # noqa: PLC0415
    from collector.log.models import KioskNews  # noqa: PLC0415
    from survey.log import tree  # noqa: PLC0415
    from survey.log.checkpoint import read_checkpoint  # noqa: PLC0415

    fill(number)
    moment = [datetime(2026, 12, 1, 17, 5, tzinfo=UTC)]
    clock.now = lambda: moment[0]
    began = time.perf_counter()
    first = building.build()
    print(
        f"the first build, every fact of {number:,} kiosks: {first.size:,} leaves, {time.perf_counter() - began:.2f} s"
    )
    times = []
    for _ in range(3):
        moment[0] += timedelta(days=1)
        began = time.perf_counter()
        built = building.build()
        times.append(time.perf_counter() - began)
    print(
        f"a night: {built.facts:,} leaves in {', '.join(f'{one:.2f}' for one in times)} s (goal {MOST_SECONDS:.0f})"
    )
    entries = [keeping.entry(built.size, built.size - 1 - at) for at in range(10)]
    leaves = entries * (number // 10)
    began = time.perf_counter()
    tree.root_of([tree.leaf_hash(one) for one in leaves])
    alone = time.perf_counter() - began
    print(
        f"hashing that many leaves into a root, and nothing else: {alone:.2f} s; a night costs {min(times) / alone:.1f} times that"
    )
    for size, most in ((number, MOST_PROOF), (number * YEAR, MOST_PROOF_AFTER_A_YEAR)):
        longest = max(len(tree.inclusion_path(at, size)) for at in (0, 1, size // 3, size - 1))
        print(f"a proof in a log of {size:,}: {longest * 32} bytes at most (goal {most})")
    began = time.perf_counter()
    subtree = keeping.subtree(built.size)
    hashes = tree.proof(tree.inclusion_path(built.size // 3, built.size), subtree)
    spent = time.perf_counter() - began
    point = read_checkpoint(built.note.encode()).point
    leaf = tree.leaf_hash(keeping.entry(built.size, built.size // 3))
    assert tree.is_included(leaf, built.size // 3, size=built.size, root=point.root, hashes=hashes)
    print(f"one proof from the files: {spent * 1000:.1f} ms, {len(hashes) * 32} bytes")
    began = time.perf_counter()
    told = news.tell_all()
    spent = time.perf_counter() - began
    sizes = [len(bytes(one)) for one in KioskNews.objects.values_list("message", flat=True)[:1_000]]
    print(
        f"news for {told:,} kiosks: {spent:.1f} s, {max(sizes)} bytes at most with no cosignature, 150 more for each (goal {MOST_NEWS} a day)"
    )
    size = sum(path.stat().st_size for path in keeping.folder().rglob("*") if path.is_file())
    print(
        f"files of {built.size:,} leaves: {size / 1e6:.1f} MB; memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB"
    )
    print(f"load average {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
