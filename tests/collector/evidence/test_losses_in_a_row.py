"""Two streams of one key lost in a row: who comes after them counts, and what is missing of both is named, until it turns up."""

import base64
import json
from datetime import timedelta
from itertools import permutations, product
from pathlib import Path

import pytest
from django.core.management import call_command

from collector.evidence.intake import heads
from collector.evidence.intake.rebuild import rebuild
from collector.evidence.models import Stream
from collector.evidence.proof import verify_command
from collector.fleet.models import Kiosk, Unit
from collector.local import moment_of
from survey.index.periods import parse
from survey.wire.messages import link_text
from tests.collector.clocks import stopped
from tests.collector.conftest import Arrive
from tests.collector.evidence.test_lineage import standings
from tests.collector.fake_kiosk import MORNING_MS, FakeKiosk
from tests.collector.judged import Judged, judge
from tests.collector.losses import Losses, count

pytestmark = pytest.mark.django_db

PERIOD = parse("2026-11")


def told(found: Judged) -> dict[str, str]:
    """What the audit says was received and is missing of each stream; the bundle says the same."""
    return {one.uid: str(one.verdict) for one in found.audit.streams}


def test_the_third_stream_counts_and_what_is_missing_of_the_others_is_named(
    unit: Unit, losses: Losses, arrive: Arrive, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    a, b, c = losses.a, losses.b, losses.c
    arrive(c.batch())
    assert (standings(), count(unit)) == (["counted", "counted"], 42)
    found = judge(unit, PERIOD, tmp_path)
    assert told(found) == {
        a.stream: "1..57: 41 received, 16 missing",
        b.stream: "1..5: 0 received, 5 missing",
        c.stream: "1..3: 3 received, 0 missing",
    }
    assert (found.faults(a.stream), found.faults(b.stream)) == ([("cut", 42, 57)], [("cut", 1, 5)])
    assert (found.audit.integrity, found.audit.completeness, found.audit.lineage) == (True, False, True)
    assert found.remarks(b.stream) == ["follows", "none_received"]
    said = found.text
    for sentence in (
        f"goes on from stream {b.stream[:8]} after record 5 (deleted)",
        f"goes on from stream {a.stream[:8]} after record 57 (deleted)",
        "PROBLEM  5 records written, none received: a signed head, or a stream that follows it,",
    ):
        assert sentence in said
    assert verify_command.main([str(tmp_path / "judged.zip")]) == 3
    assert f"k-0001 {b.stream[:8]}  1..5: 0 received, 5 missing" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        call_command("audit", "--unit", "sukamaju", "--period", "2026-11", "--json")
    entry = next(one for one in json.loads(capsys.readouterr().out)["streams"] if one["stream"] == b.stream)
    assert (entry["kiosk"], entry["standing"], entry["received"], entry["written"]) == (
        "k-0001",
        "awaited",
        0,
        5,
    )
    assert (entry["received_at"], entry["heard_at"], entry["responses_in_period"]) == (None, None, 0)
    call_command("stream", "list", "--all")
    assert f"after {b.stream[:8]} at 5  after {a.stream[:8]} at 57" in capsys.readouterr().out


def test_what_turns_up_later_takes_its_place_and_the_loss_shrinks(
    unit: Unit, losses: Losses, arrive: Arrive, tmp_path: Path
) -> None:
    a, b, c = losses.a, losses.b, losses.c
    arrive(c.batch())
    arrive(b.batch(1, 3))
    assert (standings(), count(unit)) == (["counted"] * 3, 44)
    found = judge(unit, PERIOD, tmp_path)
    assert told(found) == {
        a.stream: "1..57: 41 received, 16 missing",
        b.stream: "1..5: 3 received, 2 missing",
        c.stream: "1..3: 3 received, 0 missing",
    }
    assert found.remarks() == ["follows", "follows"]
    arrive(b.batch(4, 5))
    arrive(a.batch(42))
    assert (judge(unit, PERIOD, tmp_path).holds, count(unit)) == (True, 62)
    links = {one.uid: (one.follows and one.follows.uid, one.followed_seq) for one in Stream.objects.all()}
    assert links == {a.stream: (None, 57), b.stream: (a.stream, 5), c.stream: (b.stream, None)}
    after = c.successor()
    arrive(after.batch())
    assert standings() == ["counted"] * 4
    rebuild(lambda _line: None)
    assert count(unit) == 62


@pytest.mark.parametrize("number", [3, pytest.param(4, marks=pytest.mark.long)])
def test_every_order_of_arrival_ends_in_one_lineage(
    unit: Unit, arrive: Arrive, tmp_path: Path, number: int
) -> None:
    """Whether a stream names all those before it, as kiosks do, or the nearest alone."""
    kiosks = []
    for order in permutations(range(number)):
        for alone in product((False, True), repeat=number - 2):
            with stopped(moment_of(MORNING_MS) - timedelta(hours=1)):
                first = FakeKiosk.enrolled(unit)
            first.start()
            first.responses(4, 3)
            streams = [first]
            for is_alone in (True, *alone):
                streams.append(streams[-1].successor(alone=is_alone))
                streams[-1].responses(4, 3)
            for place in order:
                arrive(streams[place].batch())
            found = Stream.objects.filter(kiosk__name=first.name)
            rows = {one.uid: one for one in found.select_related("follows")}
            assert {one.standing for one in rows.values()} == {"counted"}, (order, alone)
            for before, after in zip((None, *streams), (*streams, None), strict=True):
                if after is not None:
                    follows = rows[after.stream].follows
                    assert (follows and follows.uid) == (before and before.stream), (order, alone)
                if before is not None:
                    assert rows[before.stream].followed_seq == (3 if after is not None else None)
            kiosks.append(first)
    assert count(unit) == 2 * number * len(kiosks)
    found = judge(unit, PERIOD, tmp_path)
    assert (found.audit.integrity, found.audit.completeness, found.audit.lineage) == (True, True, True)


def test_a_stream_that_goes_on_behind_what_follows_a_lost_one_is_a_copied_card(
    unit: Unit, losses: Losses, arrive: Arrive, tmp_path: Path
) -> None:
    """Also once the lost one has turned up, which came in later than that."""
    day = 86_400_000
    arrive(losses.c.batch(), received_ms=MORNING_MS + 7 * day)
    losses.a.responses(1, 1)
    arrive(losses.a.batch(42), received_ms=MORNING_MS + 8 * day)
    assert judge(unit, PERIOD, tmp_path).remarks(losses.a.stream) == ["outlived"]
    arrive(losses.b.batch(), received_ms=MORNING_MS + 9 * day)
    found = judge(unit, PERIOD, tmp_path)
    assert (found.remarks(losses.a.stream), found.audit.lineage) == (["outlived"], False)


def test_a_loss_that_two_streams_tell_of_is_counted_once(
    unit: Unit, losses: Losses, arrive: Arrive, tmp_path: Path
) -> None:
    after = losses.c.successor()
    arrive(losses.c.batch())
    arrive(after.batch())
    assert standings() == ["counted"] * 3
    found = judge(unit, PERIOD, tmp_path)
    assert [one.uid for one in found.audit.streams].count(losses.b.stream) == 1
    assert sum(one.verdict.missing for one in found.audit.streams) == 16 + 5
    assert found.remarks(losses.b.stream) == ["follows", "none_received"]


def test_a_loss_that_a_heartbeat_told_of_too_is_counted_once(
    unit: Unit, losses: Losses, arrive: Arrive, tmp_path: Path
) -> None:
    """The head says 3, the stream after it 5; another link under one number is another history."""
    b = losses.b
    head = json.loads(b.state(3))["head"]
    proof = heads.ToldHead(b.stream, 3, b.links[3], base64.b64decode(head["signature"]))
    assert (
        heads.take_all(
            [(heads.Speaker(*Kiosk.objects.values_list("pk", "name").get()), proof)], now_ms=MORNING_MS
        )
        == set()
    )
    arrive(losses.c.batch())
    found = judge(unit, PERIOD, tmp_path)
    assert told(found)[b.stream] == "1..5: 0 received, 5 missing"
    assert found.remarks(b.stream) == ["follows", "none_received"]
    assert len(found.audit.streams) == 3


def test_two_that_tell_different_stories_of_a_lost_stream_are_found_out(
    unit: Unit, losses: Losses, arrive: Arrive, tmp_path: Path
) -> None:
    after = losses.c.successor()
    after.predecessors[1] = after.predecessors[1] | {"link": link_text(bytes(32))}
    odd = FakeKiosk(after.name, after.key)
    odd.clock_ms, odd.predecessors = after.clock_ms, after.predecessors
    odd.start()
    arrive(losses.c.batch())
    arrive(odd.batch())
    found = judge(unit, PERIOD, tmp_path)
    assert ("forked", 5, 5) in found.faults(losses.b.stream)
    assert not found.audit.integrity


def test_more_streams_are_lost_than_can_be_named(
    unit: Unit, kiosk: FakeKiosk, arrive: Arrive, tmp_path: Path
) -> None:
    """The oldest is the one that the collector holds; of two that the last one leaves out nobody can tell."""
    kiosk.start()
    arrive(kiosk.batch())
    lost = [kiosk]
    for _ in range(9):
        lost.append(lost[-1].successor())
    last = lost[-1].successor()
    arrive(last.batch())
    assert standings() == ["counted", "counted"]
    found = judge(unit, PERIOD, tmp_path)
    assert sum(one.verdict.missing for one in found.audit.streams) == 7
    assert found.remarks(lost[3].stream) == ["none_received"], "whom it followed is not certain"
    assert found.remarks(lost[4].stream) == ["follows", "none_received"]
    arrive(lost[3].batch())
    found = judge(unit, PERIOD, tmp_path)
    assert sum(one.verdict.missing for one in found.audit.streams) == 6 + 2, "it names the two itself"
