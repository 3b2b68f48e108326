"""A fork shown to a few of many kiosks, each with the kiosk's own code: a sample of `python -m bench.fork`."""

import random
from pathlib import Path

from bench.fork import run


def test_every_kiosk_that_is_shown_a_fork_refuses_it_and_says_so(tmp_path: Path) -> None:
    failed, lines = run(tmp_path, 30, 0.2, random.Random(7))
    assert failed == 0
    assert [line.rpartition(": ")[2] for line in lines] == [
        "2 log_fork",
        "2 log_uncosigned",
        "2 log_fork",
        "24 followed",
    ]
