"""Enrol kiosks for `bench/ingest.py` in the collector the environment names; print each one's name and private key."""

import sys
from datetime import UTC, datetime, timedelta

import django

django.setup()

from collector.fleet import tree  # noqa: E402 - models load after setup
from tests.collector.clocks import stopped  # noqa: E402 - as above
from tests.collector.fake_kiosk import FakeKiosk  # noqa: E402 - as above


def main() -> None:
    """Enrol them two days ago: what they send was answered yesterday, as on any day."""
    unit = tree.add_unit(
        code="sukamaju",
        name="Sukamaju",
        region=tree.add_region("18.01.05.2003"),
        agency=None,
        time_zone="Asia/Jakarta",
    )
    with stopped(datetime.now(UTC) - timedelta(days=2)):
        for _ in range(int(sys.argv[1])):
            kiosk = FakeKiosk.enrolled(unit)
            print(kiosk.name, kiosk.key.private_bytes_raw().hex())


if __name__ == "__main__":
    main()
