"""A bug in a projection never refuses evidence: the record is receipted, set aside, named, and counted later."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import pytest
from django.core.management import call_command

from collector.evidence.intake.accepted import AcceptedRecord, NotUnderstood
from collector.evidence.intake.arrivals import Accepted
from collector.evidence.intake.projections import Projection, register, registered
from collector.evidence.models import SetAside, Stream
from collector.scores.models import Response
from tests.collector.fake_kiosk import MORNING_MS, FakeKiosk, skm

pytestmark = pytest.mark.django_db


class Failing:
    """A bug that is shipped and mended: the scores' projection fails on records of some numbers."""

    def __init__(self, real: Projection) -> None:
        self.real = real
        self.taking_in: set[int] = set()
        self.taking_out: set[int] = set()

    def project(self, records: Sequence[AcceptedRecord]) -> Sequence[NotUnderstood]:
        found = self.real.project(records)
        if any(one.seq in self.taking_in for one in records):
            raise TypeError("unhashable type: 'list'")
        return found

    def unproject(self, records: Sequence[AcceptedRecord]) -> None:
        self.real.unproject(records)
        if any(one.seq in self.taking_out for one in records):
            raise ZeroDivisionError("division by zero")


@pytest.fixture
def bug() -> Iterator[Failing]:
    (real,) = (one for one in registered() if one.name == "scores")
    failing = Failing(real)
    register(replace(real, project=failing.project, unproject=failing.unproject))
    yield failing
    register(real)


def set_aside() -> list[tuple[int, str]]:
    return list(SetAside.objects.order_by("seq").values_list("seq", "code"))


def test_a_record_a_projection_fails_on_is_receipted_named_and_counted_after_the_mend(
    kiosk: FakeKiosk,
    arrive: Callable[..., list[object]],
    bug: Failing,
    capsys: pytest.CaptureFixture[str],
) -> None:
    bug.taking_in = {2}
    kiosk.responses(4, 3, 2, 1)
    (outcome,) = arrive(kiosk.batch())
    assert isinstance(outcome, Accepted)
    assert (Stream.objects.get().through, outcome.new) == (4, 4)
    assert set_aside() == [(2, "projection_failed")]
    assert Response.objects.count() == 3
    audit = ("audit", "--unit", "sukamaju", "--period", "2026-TW4")
    call_command(*audit)
    said = capsys.readouterr().out
    assert "Held but not counted: 1 records, this program failed to count them" in said
    assert "integrity: holds   completeness: holds" in said
    bug.taking_in = set()
    call_command("rebuild")
    assert set_aside() == []
    assert Response.objects.count() == 4
    capsys.readouterr()
    call_command(*audit)
    assert "not counted" not in capsys.readouterr().out


def test_a_staff_record_with_a_list_for_its_action_blocks_nothing(
    kiosk: FakeKiosk, arrive: Callable[..., list[object]]
) -> None:
    kiosk.responses(4)
    kiosk.record("staff", {"action": ["test"]})
    kiosk.responses(3)
    (outcome,) = arrive(kiosk.batch())
    assert isinstance(outcome, Accepted)
    assert Stream.objects.get().through == 3
    assert Response.objects.count() == 2
    assert set_aside() == [(2, "staff_field")]


def test_what_cannot_be_taken_out_stays_as_it_is_and_is_named(
    kiosk: FakeKiosk, arrive: Callable[..., list[object]], bug: Failing
) -> None:
    kiosk.reboot(clock_ms=None)
    kiosk.record("response", skm(4))
    kiosk.record("response", skm(3, visit=2))
    arrive(kiosk.batch(), received_ms=MORNING_MS + 60 * 86_400_000)
    bug.taking_out = {1}
    kiosk.record("clock", {"source": "ntp", "reason": "sync"}, at=MORNING_MS + kiosk.up_ms, sync=True)
    (outcome,) = arrive(kiosk.batch(3, 3), received_ms=MORNING_MS + 60 * 86_400_000)
    assert isinstance(outcome, Accepted)
    assert Stream.objects.get().through == 3
    assert set_aside() == [(1, "projection_failed")]
    assert Response.objects.count() == 2
    bug.taking_out = set()
    call_command("rebuild")
    assert set_aside() == []
    days = set(Response.objects.values_list("day", flat=True))
    assert (Response.objects.count(), len(days)) == (2, 1)


def test_no_kind_of_record_has_two_projections(bug: Failing) -> None:
    with pytest.raises(ValueError, match="are projected by scores already"):
        register(replace(bug.real, name="another"))
