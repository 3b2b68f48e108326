"""A short fault campaign; `python -m tests.campaign --minutes 60` is the long one."""

from pathlib import Path

import pytest

from tests.campaign.campaign import Campaign

pytestmark = pytest.mark.integration


def test_a_round_of_everything_going_wrong_loses_nothing_unnoticed(tmp_path: Path) -> None:
    campaign = Campaign(
        tmp_path, seed=7, seconds=1.0, say=lambda line: None, rounds=1, round_seconds=8.0, grave=3
    )
    outcome = campaign.run()
    report = "\n".join(outcome.lines())
    assert outcome.survived, report
    assert outcome.faults >= 5, report  # fewer where the machine is busy
    assert outcome.kills >= 3, report
    assert outcome.thanked > 0, report
