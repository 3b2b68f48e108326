"""One machine for all tests of a run; each leaves it in service. SUITE=trixie in the environment takes another Debian."""

import os
from collections.abc import Iterator

import pytest

from tests.booted.box import boxed, why_not
from tests.booted.machine import Machine, set_up


@pytest.fixture(scope="session")
def machine() -> Iterator[Machine]:
    if reason := why_not():
        pytest.skip(reason)
    with boxed(os.environ.get("SUITE") or "bookworm") as box:
        yield set_up(box)
