"""A kiosk that ended without a word may have written more than anything shows: that is said in words, and never as a number."""

import json
from pathlib import Path

import pytest
from django.core.management import call_command

from collector.evidence.proof import verify_command
from collector.evidence.proof.remarks import RemarkCode
from collector.fleet.models import Unit
from survey.index.periods import parse
from tests.collector.conftest import Arrive
from tests.collector.fake_kiosk import FakeKiosk
from tests.collector.judged import Judged, judge

pytestmark = pytest.mark.django_db

PERIOD = parse("2026-11")


def values(found: Judged, stream: str, code: RemarkCode) -> list[dict[str, object]]:
    (one,) = (one for one in found.audit.streams if one.uid == stream)
    return [dict(said.values) for said in one.remarks if said.code is code]


def test_a_run_that_ended_without_a_word_is_named_where_it_ended_and_breaks_nothing(
    unit: Unit, kiosk: FakeKiosk, arrive: Arrive, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kiosk.start()
    kiosk.responses(3, 3)
    kiosk.start(uncertain=True)
    kiosk.responses(3)
    kiosk.start()
    kiosk.start(uncertain=True)
    arrive(kiosk.batch())
    found = judge(unit, PERIOD, tmp_path)
    assert found.audit.holds
    assert values(found, kiosk.stream, RemarkCode.UNCERTAIN_ENDS) == [
        {"times": 2, "last": 6, "after": [3, 6]}
    ]
    assert "uncertain: the kiosk ended 2 times without a word, the last time behind record 6" in found.text
    assert verify_command.main([str(tmp_path / "judged.zip")]) == 4, "no key is given"
    assert "uncertain: the kiosk ended 2 times without a word" in capsys.readouterr().out
    call_command("audit", "--unit", "sukamaju", "--period", "2026-11", "--json")
    (stream,) = json.loads(capsys.readouterr().out)["streams"]
    assert [one["after"] for one in stream["remarks"]] == [[3, 6]]


@pytest.mark.parametrize("came", [0, 5])
def test_a_stream_whose_end_its_successor_does_not_know_for_certain_is_named_once(
    unit: Unit, kiosk: FakeKiosk, arrive: Arrive, tmp_path: Path, came: int
) -> None:
    kiosk.start()
    kiosk.responses(3, 3, 3, 3)
    second = kiosk.successor(exact=False)
    second.responses(3)
    third = second.successor()
    if came:
        arrive(kiosk.batch(1, came))
        arrive(second.batch())
    arrive(third.batch())
    found = judge(unit, PERIOD, tmp_path)
    teller = second if came else third
    assert values(found, kiosk.stream, RemarkCode.UNCERTAIN_END) == [{"seq": 5, "stream": teller.stream[:8]}]
    assert values(found, second.stream, RemarkCode.UNCERTAIN_END) == [], "its end is exact"
    assert found.audit.completeness == bool(came)
    assert "its end is uncertain: what was written behind record 5" in found.text
