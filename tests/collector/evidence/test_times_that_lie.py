"""Times that cannot be true are counted where the anchors put them, and named in audit and verify."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import call_command

from collector import clock
from collector.evidence.proof import verify_command
from collector.evidence.proof.audit_output import as_html
from collector.fleet.models import Unit
from survey.index.periods import parse
from tests.collector.clocks import stopped
from tests.collector.fake_kiosk import MORNING_MS, FakeKiosk
from tests.collector.judged import judge

pytestmark = pytest.mark.django_db

Arrive = Callable[..., list[object]]
NOVEMBER, SUMMER = parse("2026-11"), parse("2026-08")
DAY = 86_400_000
BOOT = {"software": "1"}


def boot(kiosk: FakeKiosk, clock_ms: int | None, *values: int) -> None:
    kiosk.reboot(clock_ms=clock_ms)
    kiosk.record("boot", BOOT)
    kiosk.responses(*values)


def test_a_record_dated_before_its_key_was_enrolled_is_named(
    unit: Unit, busy: FakeKiosk, arrive: Arrive, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What a router's lying clock makes of a bad day: it goes into another quarter."""
    boot(busy, MORNING_MS - 91 * DAY, 1, 1, 1, 1, 1, 1)
    boot(busy, MORNING_MS + DAY, 3)
    arrive(busy.batch(62))
    found = judge(unit, SUMMER, tmp_path)
    assert (found.audit.streams[0].responses, found.audit.times, found.holds) == (6, False, False)
    assert found.remarks() == ["before_enrolment", "clock_backwards"]
    assert "PROBLEM  records 62 to 68: 7 dated before this kiosk's key was enrolled" in found.text
    assert found.text.endswith("integrity: holds   completeness: holds   lineage: holds   times: BROKEN")
    november = judge(unit, NOVEMBER, tmp_path)
    assert november.remarks() == ["before_enrolment", "clock_backwards"]
    assert "records 62 to 68: 7 dated before what came before them" in november.text
    assert "jam tepercaya berjalan mundur" in as_html(november.audit, "id")
    assert verify_command.main([str(tmp_path / "judged.zip")]) == 3
    assert "a trusted clock ran backwards" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        call_command("audit", "--unit", "sukamaju", "--period", "2026-11", "--json")
    assert json.loads(capsys.readouterr().out)["times"] is False


def test_a_month_that_a_lie_does_not_touch_stays_whole(
    unit: Unit, busy: FakeKiosk, arrive: Arrive, tmp_path: Path
) -> None:
    boot(busy, MORNING_MS - 91 * DAY, 1)
    arrive(busy.batch(62))
    assert judge(unit, parse("2026-10"), tmp_path).holds


def test_a_clock_set_back_within_a_boot_is_named(
    unit: Unit, busy: FakeKiosk, arrive: Arrive, tmp_path: Path
) -> None:
    at = MORNING_MS + busy.up_ms
    busy.record("clock", {"source": "ntp", "reason": "jump"}, at=at - 600_000, sync=True)
    busy.responses(3)
    arrive(busy.batch(62))
    assert judge(unit, NOVEMBER, tmp_path).remarks() == ["clock_backwards"]


def test_a_clock_set_right_by_seconds_accuses_nobody(
    unit: Unit, busy: FakeKiosk, arrive: Arrive, tmp_path: Path
) -> None:
    at = MORNING_MS + busy.up_ms
    busy.record("clock", {"source": "ntp", "reason": "jump"}, at=at, sync=True)
    busy.responses(3)
    arrive(busy.batch(62))
    assert judge(unit, NOVEMBER, tmp_path).holds


def test_boots_that_overlap_are_named(unit: Unit, busy: FakeKiosk, arrive: Arrive, tmp_path: Path) -> None:
    """It had been running for a quarter of an hour when, by its clock, the start before had not ended."""
    ended = MORNING_MS + busy.up_ms
    busy.reboot(clock_ms=ended - 800_000)
    busy.record("boot", BOOT, after_ms=900_000)
    busy.responses(3)
    arrive(busy.batch(62))
    found = judge(unit, NOVEMBER, tmp_path)
    assert found.remarks() == ["boots_overlap"]
    assert "1 starts of the kiosk lie before the end of the one before" in found.text


def test_a_successor_that_begins_before_its_predecessor_ended_is_named(
    unit: Unit, busy: FakeKiosk, arrive: Arrive, tmp_path: Path
) -> None:
    after = busy.successor()
    assert judge(unit, NOVEMBER, tmp_path).holds
    after.reboot(clock_ms=MORNING_MS + 600_000)
    after.record("boot", BOOT)
    after.responses(4, 4)
    arrive(after.batch())
    found = judge(unit, NOVEMBER, tmp_path)
    assert found.remarks(after.stream) == ["follows", "clock_backwards"]
    assert found.remarks(busy.stream) == []


def test_a_new_key_has_a_timeline_of_its_own(
    unit: Unit, busy: FakeKiosk, arrive: Arrive, tmp_path: Path
) -> None:
    with stopped(clock.now() - timedelta(days=6)):
        anew = FakeKiosk.enrolled(unit, name=busy.name)
    anew.clock_ms = MORNING_MS + 2 * DAY
    anew.responses(4)
    arrive(anew.batch())
    assert judge(unit, NOVEMBER, tmp_path).holds


def test_a_boot_without_a_clock_accuses_nobody_and_is_called_redated(
    unit: Unit, busy: FakeKiosk, arrive: Arrive, tmp_path: Path
) -> None:
    boot(busy, None, 3, 3)
    boot(busy, MORNING_MS + DAY, 3)
    arrive(busy.batch(62))
    found = judge(unit, NOVEMBER, tmp_path)
    assert (found.holds, found.audit.streams[0].redated, found.audit.streams[0].late) == (True, 2, 0)
    assert "63 responses in the period (2 re-dated)" in found.text


@pytest.mark.parametrize("days, late", [(29, 0), (31, 61)])
def test_what_took_more_than_thirty_days_is_counted_beside(
    unit: Unit, kiosk: FakeKiosk, arrive: Arrive, tmp_path: Path, days: int, late: int
) -> None:
    kiosk.responses(*[3] * 61)
    arrive(kiosk.batch(), received_ms=MORNING_MS + days * DAY + 4_000_000)
    found = judge(unit, NOVEMBER, tmp_path)
    assert (found.holds, found.audit.streams[0].late) == (True, late)
    assert ("61 more than 30 days late" in found.text) == bool(late)


def test_the_published_verdict_says_it_too(
    unit: Unit, kiosk: FakeKiosk, arrive: Arrive, capsys: pytest.CaptureFixture[str]
) -> None:
    from collector.evidence.models import PublishedVerdict  # noqa: PLC0415 - only here

    kiosk.responses(3)
    arrive(kiosk.batch(), received_ms=MORNING_MS + 40 * DAY)
    call_command("audit", "--unit", "sukamaju", "--period", "2026-11", "--publish")
    facts = json.loads(bytes(PublishedVerdict.objects.get().content))
    assert (facts["lineage"], facts["times"], facts["late"], facts["redated"]) == (True, True, 1, 0)
