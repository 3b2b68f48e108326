"""One emulated machine for all tests of a run, each of which leaves it in service."""

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.vm.kiosk import EmulatedKiosk, set_up
from tests.vm.pi import pi_with_checkout, why_not
from tests.world import World


@pytest.fixture(scope="session")
def kiosk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmulatedKiosk]:
    if reason := why_not():
        pytest.skip(reason)
    folder: Path = tmp_path_factory.mktemp("vm")
    with pi_with_checkout() as pi, World(folder / "world") as world:
        began = time.monotonic()
        kiosk = set_up(pi, world)
        sys.stdout.write(f"\nset up from packages: {time.monotonic() - began:.0f} s\n")
        yield kiosk
