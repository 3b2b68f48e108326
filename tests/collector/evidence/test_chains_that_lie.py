"""A chain of predecessors that is forged, makes no sense, or was taken out of a bundle brings nobody in, and nothing past an audit."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from collector.evidence.intake.rebuild import rebuild
from collector.evidence.models import Stream
from collector.evidence.proof import verify_command
from collector.evidence.proof.verify_bundle import verify
from collector.fleet.models import Unit
from collector.local import moment_of
from survey.index.periods import parse
from survey.wire.messages import link_text
from tests.collector.clocks import stopped
from tests.collector.conftest import Arrive
from tests.collector.evidence.test_bundle import Files, tamper
from tests.collector.evidence.test_lineage import standings
from tests.collector.fake_kiosk import MORNING_MS, FakeKiosk
from tests.collector.judged import judge
from tests.collector.losses import Losses, count

pytestmark = pytest.mark.django_db

PERIOD = parse("2026-11")


# Whoever holds a copy of the key.


def forged(losses: Losses, predecessors: list[dict[str, object]]) -> FakeKiosk:
    """A stream under the kiosk's key that says what it likes of those before it."""
    odd = FakeKiosk(losses.a.name, losses.a.key)
    odd.clock_ms, odd.predecessors = losses.c.clock_ms, predecessors
    odd.start()
    odd.responses(4, 4)
    return odd


def named(kiosk: FakeKiosk, seq: int, *, link: bytes | None = None) -> dict[str, object]:
    text = link_text(kiosk.links[seq] if link is None else link)
    return {"stream": kiosk.stream, "seq": seq, "link": text, "why": "deleted"}


def test_a_chain_that_names_the_end_with_another_link_is_foreign(losses: Losses, arrive: Arrive) -> None:
    for seq in (41, 30):
        arrive(forged(losses, [named(losses.b, 5), named(losses.a, seq, link=bytes(32))]).batch())
    assert standings() == ["counted", "foreign", "foreign"]
    arrive(forged(losses, [named(losses.b, 5), named(losses.a, 30)]).batch())
    assert standings()[-1] == "counted"


def test_a_chain_does_not_reach_past_a_stream_that_has_a_follower(
    unit: Unit, losses: Losses, arrive: Arrive, tmp_path: Path
) -> None:
    arrive(losses.c.batch())
    invented = FakeKiosk(losses.a.name, losses.a.key)
    thief = forged(losses, [named(invented, 0), named(losses.a, 41)])
    arrive(thief.batch())
    behind = forged(losses, [named(losses.b, 5), named(losses.a, 41)])
    arrive(behind.batch())
    assert standings() == ["counted", "counted", "foreign", "foreign"]
    before = count(unit)
    Stream.objects.filter(uid=thief.stream).update(standing="counted")
    rebuild(lambda _line: None)
    assert count(unit) != before
    found = judge(unit, PERIOD, tmp_path)
    assert found.remarks(thief.stream) == ["foreign_counted"], "set by hand in the database"


def test_a_stream_that_is_awaited_between_two_comes_between_these_two_or_not_at_all(
    unit: Unit, losses: Losses, arrive: Arrive, tmp_path: Path
) -> None:
    """Whoever knows the lost stream's id could open it with another story."""
    a, b, c = losses.a, losses.b, losses.c
    arrive(c.batch())
    before = count(unit)
    for predecessors in ([], [named(c, 3)], [named(a, 30, link=bytes(32))]):
        liar = forged(losses, predecessors)
        twin = FakeKiosk(b.name, b.key)
        twin.stream, twin.clock_ms, twin.predecessors = b.stream, liar.clock_ms, predecessors
        twin.links = b.links[:1]
        twin.start()
        arrive(twin.batch())
        assert (standings(), count(unit)) == (["counted", "counted", "foreign"], before)
        found = judge(unit, PERIOD, tmp_path)
        assert found.remarks(c.stream) == ["follows"], "what counted before is not made worse by it"
        assert found.remarks(b.stream) == ["foreign_stream"]
        Stream.objects.get(uid=b.stream).named.all().delete()
        Stream.objects.get(uid=b.stream).batches.all().delete()
        Stream.objects.get(uid=b.stream).delete()


def test_two_streams_that_name_each_other_make_no_circle(
    unit: Unit, kiosk: FakeKiosk, arrive: Arrive, tmp_path: Path
) -> None:
    one, other = FakeKiosk(kiosk.name, kiosk.key), FakeKiosk(kiosk.name, kiosk.key)
    one.predecessors = [named(other, 0) | {"seq": 2}]
    one.start()
    one.responses(4)
    other.predecessors = [named(one, 2)]
    other.start()
    other.responses(3)
    arrive(one.batch())
    arrive(other.batch())
    assert standings() == ["counted", "foreign"]
    after = one.successor()
    arrive(after.batch())
    assert standings() == ["counted", "foreign", "counted"], "the lineage goes on"
    Stream.objects.update(standing="counted")
    rebuild(lambda _line: None)
    assert not judge(unit, PERIOD, tmp_path).holds, "counted by hand, and nothing hangs"


@pytest.mark.parametrize(
    "what", ["too long", "twice", "itself", "garbage behind", "no list", "numbers", "deep"]
)
def test_a_chain_that_makes_no_sense_names_nobody(
    unit: Unit, losses: Losses, arrive: Arrive, tmp_path: Path, what: str
) -> None:
    end, lost = named(losses.a, 41), named(losses.b, 5)
    odd = FakeKiosk(losses.a.name, losses.a.key)
    odd.clock_ms = losses.c.clock_ms
    deep: object = "x"
    for _ in range(400):
        deep = [deep]
    chains: dict[str, object] = {
        "too long": [*(lost | {"stream": f"{one:032x}"} for one in range(8)), end],
        "twice": [end, lost, end],
        "itself": [lost | {"stream": odd.stream}, end],
        "garbage behind": [end, lost | {"link": "not base64!"}],
        "no list": end,
        "numbers": [1, 2],
        "deep": deep,
    }
    odd.record("boot", {"software": "1", "predecessors": chains[what]})
    (outcome,) = arrive(odd.batch())
    assert outcome.new == 1, "kept, as evidence"  # type: ignore[attr-defined]
    assert standings() == ["counted", "foreign"]
    assert judge(unit, PERIOD, tmp_path).remarks(odd.stream) == ["foreign_stream"]
    arrive(losses.c.batch())
    assert standings() == ["counted", "foreign", "counted"], "and stands in nobody's way"


def test_a_first_stream_whose_chain_makes_no_sense_begins_a_lineage(
    unit: Unit, kiosk: FakeKiosk, arrive: Arrive, tmp_path: Path
) -> None:
    kiosk.predecessors = [named(kiosk, 0)]
    kiosk.start()
    arrive(kiosk.batch())
    assert standings() == ["counted"]
    assert judge(unit, PERIOD, tmp_path).holds


def test_what_one_kiosk_says_of_anothers_stream_is_nothing_to_it(
    unit: Unit, losses: Losses, arrive: Arrive, tmp_path: Path
) -> None:
    with stopped(moment_of(MORNING_MS) - timedelta(hours=1)):
        other = FakeKiosk.enrolled(unit)
    other.predecessors = [named(losses.a, 41) | {"seq": 9_000}]
    other.start()
    arrive(other.batch())
    found = judge(unit, PERIOD, tmp_path)
    kept = next(one for one in found.audit.streams if one.received_ms and one.uid == losses.a.stream)
    assert str(kept.verdict) == "1..41: 41 received, 0 missing"


# Whoever holds the collector's own key, and hands a bundle over.


def without_chain(files: Files, stream: str) -> None:
    name = f"streams/{stream}.lines"
    first, rest = files[name].split(b"\n", 1)
    body = json.loads(first)
    body["body"]["predecessors"] = []
    files[name] = json.dumps(body, separators=(",", ":"), sort_keys=True).encode() + b"\n" + rest


def without_first(files: Files, stream: str) -> None:
    name, proof = f"streams/{stream}.lines", f"streams/{stream}.proof"
    files[name] = files[name].split(b"\n", 1)[1]
    batches = json.loads(files[proof])
    batches[0][0] += 1
    batches[0][1] -= 1
    batches[0][4] = batches[0][4][1:]
    files[proof] = json.dumps(batches).encode()


def _first_lost(files: Files, stream: str) -> None:
    without_first(files, stream)
    _entry(files, stream, lost_here=[[1, 1]])


def _entry(files: Files, stream: str, **changes: object) -> None:
    manifest = json.loads(files["manifest.json"])
    next(one for one in manifest["streams"] if one["uid"] == stream).update(changes)
    files["manifest.json"] = json.dumps(manifest).encode()


@pytest.mark.parametrize("how", [without_chain, without_first, _first_lost])
def test_a_bundle_from_which_the_chain_was_taken_does_not_verify_as_complete(
    unit: Unit, losses: Losses, arrive: Arrive, tmp_path: Path, how: Callable[[Files, str], None]
) -> None:
    """Everything came in but one stream, and that one is to be forgotten."""
    a, c = losses.a, losses.c
    arrive(a.batch(42))
    arrive(c.batch())
    found = judge(unit, PERIOD, tmp_path)
    assert found.faults(losses.b.stream) == [("cut", 1, 5)]
    changed = tamper(tmp_path / "judged.zip", lambda files: how(files, c.stream), resign=True)
    said = [one for one in verify(changed).problems if c.stream[:8] in one]
    wanted = {
        without_chain: "record 1: altered after it was signed",
        without_first: "record 1: missing",
        _first_lost: "record 1: lost at the collector, which had receipted it",
    }
    assert f"k-0001, stream {c.stream[:8]}: {wanted[how]}" in said
    assert verify_command.main([str(changed)]) == 3


def test_a_bundle_that_calls_the_lost_stream_refused_does_not_verify_as_complete(
    unit: Unit, losses: Losses, arrive: Arrive, tmp_path: Path
) -> None:
    arrive(losses.a.batch(42))
    arrive(losses.c.batch())
    judge(unit, PERIOD, tmp_path)

    def change(files: Files) -> None:
        manifest = json.loads(files["manifest.json"])
        entry = dict(manifest["streams"][-1])
        entry |= {"uid": losses.b.stream, "standing": "refused", "through": 0, "link": "", "decided_by": "x"}
        manifest["streams"].append(entry)
        files["manifest.json"] = json.dumps(manifest).encode()

    said = verify(tamper(tmp_path / "judged.zip", change, resign=True)).problems
    assert any("cut off" in one and losses.b.stream[:8] in one for one in said)
