"""A short fault campaign; `python -m tests.campaign --seconds 900` is the long one."""

from pathlib import Path

import pytest

from tests.campaign.campaign import Campaign

pytestmark = pytest.mark.integration


def test_a_minute_of_everything_going_wrong_loses_nothing(tmp_path: Path) -> None:
    outcome = Campaign(tmp_path, seed=20_261_122, seconds=45.0, say=lambda line: None).run()
    report = "\n".join(outcome.lines())
    assert outcome.missing == [], report
    assert outcome.survived, report
    assert outcome.kills >= 15, report
    assert outcome.thanked > 0, report
