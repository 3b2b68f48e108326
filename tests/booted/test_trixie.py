"""The same on the next Debian, as a long test."""

import os
import subprocess
import sys

import pytest

from tests.booted.box import ROOT, why_not


@pytest.mark.long
def test_all_of_it_on_trixie() -> None:
    if reason := why_not():
        pytest.skip(reason)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-m", "booted", "tests/booted"],
        cwd=ROOT,
        env=os.environ | {"SUITE": "trixie"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=5400,
    )
    assert done.returncode == 0, done.stdout[-8000:]
