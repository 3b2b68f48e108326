"""What a successor stream carries over from a card that went back in time counts once, in its own right."""

from pathlib import Path

import pytest

from collector.evidence.intake.rebuild import rebuild
from collector.evidence.models import SetAside
from collector.fleet.models import Unit
from collector.scores.ask.counting import Scope
from collector.scores.ask.queries import IndexQuestion, indices
from collector.scores.models import Response
from survey.index.periods import parse
from survey.record.bodies import Carried
from survey.record.record import Record, Stamp, encode
from survey.wire.messages import link_text
from tests.collector.conftest import Arrive
from tests.collector.fake_kiosk import MORNING_MS, FakeKiosk, skm
from tests.collector.judged import judge

pytestmark = pytest.mark.django_db


PERIOD = parse("2026-11")
DAY = 86_400_000


def repeated(kiosk: FakeKiosk, seq: int) -> dict[str, object]:
    """Give what a successor carries of a record that its kiosk has written before."""
    return Carried(
        stream=kiosk.stream,
        prev=link_text(bytes(32)),
        signature=link_text(bytes(64)),
        line=kiosk.lines[seq - 1].decode(),
    ).to_body()


def carried(kiosk: FakeKiosk, seq: int, value: int, *, at: int | None) -> dict[str, object]:
    stamp = Stamp(boot=1, up_ms=60_000 * seq, at=at, sync=at is not None)
    line = encode(Record(seq=seq, kind="response", stamp=stamp, body=skm(value, visit=seq)))
    return Carried(
        stream=kiosk.stream, prev=link_text(bytes(32)), signature=link_text(bytes(64)), line=line.decode()
    ).to_body()


def test_a_carried_answer_counts_at_its_own_time_and_once(
    kiosk: FakeKiosk, unit: Unit, arrive: Arrive
) -> None:
    kiosk.record("boot", {"software": "1"})
    own = MORNING_MS - 3 * 86_400_000
    kiosk.record("carried", carried(kiosk, 7, 4, at=own))
    kiosk.record("carried", carried(kiosk, 8, 1, at=None))
    arrive(kiosk.batch())
    rows = list(Response.objects.order_by("pk").values_list("at_ms", "error_s"))
    assert rows[0] == (own, 1)
    assert rows[1][1] == 7 * 86_400, "its time is known by the carrying record alone"
    rebuild(lambda _line: None)
    assert list(Response.objects.order_by("pk").values_list("at_ms", "error_s")) == rows


def test_a_carried_record_that_is_no_answer_is_kept_and_disturbs_nobody(
    kiosk: FakeKiosk, unit: Unit, arrive: Arrive
) -> None:
    kiosk.record("boot", {"software": "1"})
    kiosk.record("carried", carried(kiosk, 7, 4, at=None) | {"line": "no line"})
    kiosk.record("carried", {"line": 5})
    kiosk.responses(4)
    arrive(kiosk.batch())
    assert Response.objects.count() == 1


@pytest.fixture
def former(kiosk: FakeKiosk) -> FakeKiosk:
    """A boot and ten answers, of which the collector's receipt for the last eight got lost."""
    kiosk.record("boot", {"software": "1"})
    kiosk.responses(*[3] * 10)
    return kiosk


def successor(former: FakeKiosk, *seqs: int) -> FakeKiosk:
    """The stream after it, which carries some of its records over."""
    after = former.successor()
    for seq in seqs:
        after.record("carried", repeated(former, seq))
    return after


@pytest.mark.parametrize(
    "turn", ["former first", "successor first", "one group", "former late", "on its own"]
)
def test_what_is_carried_and_held_counts_once_whatever_comes_first(
    former: FakeKiosk, unit: Unit, arrive: Arrive, tmp_path: Path, turn: str
) -> None:
    after = successor(former, 4, 5, 6, 7, 8, 9, 10, 11)
    if turn == "former first":
        arrive(former.batch())
        arrive(after.batch())
    elif turn == "successor first":
        arrive(former.batch(1, 3))
        arrive(after.batch())
        assert Response.objects.count() == 10
        arrive(former.batch(4, 6))
        arrive(former.batch(7, 11))
    elif turn == "one group":
        arrive(former.batch(1, 3))
        arrive(after.batch(), former.batch(4, 11))
    elif turn == "former late":
        arrive(after.batch())
        arrive(former.batch())
    else:
        arrive(former.batch(1, 3))
        arrive(after.batch())
    assert (Response.objects.count(), tallied(unit)) == (10, 10)
    found = judge(unit, PERIOD, tmp_path)
    assert found.audit.times, "what a successor repeats says nothing about its clock"
    assert found.audit.completeness is (turn != "on its own")
    before = sorted(SetAside.objects.values_list("seq", "code"))
    assert [code for _, code in before] == ([] if turn == "on its own" else ["carried_twice"] * 8)
    rebuild(lambda _line: None)
    assert (Response.objects.count(), tallied(unit)) == (10, 10)
    assert sorted(SetAside.objects.values_list("seq", "code")) == before


def test_what_is_carried_twice_counts_once(
    former: FakeKiosk, unit: Unit, arrive: Arrive, tmp_path: Path
) -> None:
    """The card went back a second time while it was carrying."""
    arrive(former.batch(1, 3))
    between = successor(former, 4, 5, 6)
    arrive(between.batch())
    last = between.successor()
    for seq in range(4, 12):
        last.record("carried", repeated(former, seq))
    arrive(last.batch())
    assert (Response.objects.count(), tallied(unit)) == (10, 10)
    judge(unit, PERIOD, tmp_path)
    arrive(former.batch(4, 11))
    assert (Response.objects.count(), tallied(unit)) == (10, 10)
    assert judge(unit, PERIOD, tmp_path).audit.completeness


@pytest.mark.parametrize("batches", [((1, 17),), ((1, 9), (10, 17)), ((1, 5), (6, 12), (13, 17))])
def test_what_one_stream_carries_again_counts_once(
    former: FakeKiosk, unit: Unit, arrive: Arrive, tmp_path: Path, batches: tuple[tuple[int, int], ...]
) -> None:
    """Damage took something of what it had carried, so it has carried all of it again."""
    after = successor(former, *range(4, 12), *range(4, 12))
    arrive(former.batch(1, 3))
    for first, last in batches:
        arrive(after.batch(first, last))
    assert (Response.objects.count(), tallied(unit)) == (10, 10)
    judge(unit, PERIOD, tmp_path)
    before = sorted(SetAside.objects.values_list("seq", "code"))
    assert before == [(seq, "carried_twice") for seq in range(10, 18)]
    rebuild(lambda _line: None)
    assert (Response.objects.count(), tallied(unit)) == (10, 10)
    assert sorted(SetAside.objects.values_list("seq", "code")) == before


def test_another_story_under_the_same_number_counts_beside_it(
    former: FakeKiosk, unit: Unit, arrive: Arrive
) -> None:
    arrive(former.batch())
    after = former.successor(seq=3)
    after.record("carried", carried(former, 7, 1, at=None))
    arrive(after.batch())
    assert Response.objects.count() == 11


def tallied(unit: Unit) -> int:
    return indices(IndexQuestion(Scope(unit=unit.code), PERIOD)).whole.n
