"""Two streams of one key lost in a row: who comes after them counts, and what is missing of both is named, until it turns up."""

import json
from collections.abc import Callable
from datetime import timedelta
from itertools import permutations, product
from pathlib import Path

import pytest
from django.core.management import call_command

from collector.evidence.intake.rebuild import rebuild
from collector.evidence.models import SetAside, Stream
from collector.evidence.proof import verify_command
from collector.evidence.proof.verify_bundle import verify
from collector.fleet.models import Unit
from collector.local import moment_of
from collector.scores.ask.queries import IndexQuestion, indices
from collector.scores.ask.scope import Scope
from survey.index.periods import parse
from survey.record.bodies import Carried
from survey.record.chain import lost_line, lost_message
from survey.wire.messages import link_text
from tests.collector.clocks import stopped
from tests.collector.evidence.test_bundle import Files, tamper
from tests.collector.evidence.test_lineage import administrator, standings
from tests.collector.fake_kiosk import MORNING_MS, FakeKiosk
from tests.collector.judged import Judged, judge

pytestmark = pytest.mark.django_db

Arrive = Callable[..., list[object]]
PERIOD = parse("2026-11")


def count(unit: Unit) -> int | None:
    return indices(IndexQuestion(Scope(unit=unit.code), parse("2026"), smallest_group=1)).whole.n


def told(found: Judged) -> dict[str, str]:
    """What the audit says was received and is missing of each stream; the bundle says the same."""
    return {one.uid: str(one.verdict) for one in found.audit.streams}


class Losses:
    """A has written 57 records of which 41 came in, B five of which none did, and C goes on after both."""

    def __init__(self, first: FakeKiosk, arrive: Arrive) -> None:
        self.a = first
        self.a.start()
        self.a.responses(*[3] * 56)
        arrive(self.a.batch(1, 41))
        self.b = self.a.successor()
        self.b.responses(4, 4, 4, 4)
        self.c = self.b.successor(heard=False)
        self.c.responses(2, 2)


@pytest.fixture
def losses(kiosk: FakeKiosk, arrive: Arrive) -> Losses:
    return Losses(kiosk, arrive)


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
    """The streams in between may have been heard by the collector, before it was set back, or not."""
    kiosks = []
    for order in permutations(range(number)):
        for heard in product((False, True), repeat=number - 2):
            with stopped(moment_of(MORNING_MS) - timedelta(hours=1)):
                first = FakeKiosk.enrolled(unit)
            first.start()
            first.responses(4, 3)
            streams = [first]
            for was_heard in (True, *heard):
                streams.append(streams[-1].successor(heard=was_heard))
                streams[-1].responses(4, 3)
            for place in order:
                arrive(streams[place].batch())
            found = Stream.objects.filter(kiosk__name=first.name)
            rows = {one.uid: one for one in found.select_related("follows")}
            assert {one.standing for one in rows.values()} == {"counted"}, (order, heard)
            for before, after in zip((None, *streams), (*streams, None), strict=True):
                if after is not None:
                    follows = rows[after.stream].follows
                    assert (follows and follows.uid) == (before and before.stream), (order, heard)
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
    after = losses.c.successor(heard=False)
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
    from collector.evidence.intake import heads  # noqa: PLC0415 - beside its one use
    from collector.fleet.models import Kiosk  # noqa: PLC0415

    b = losses.b
    head = json.loads(b.state(3))["head"]
    signature = heads.ToldHead(b.stream, 3, b.links[3], _bytes(head["signature"]))
    assert heads.take(Kiosk.objects.get(), signature, now_ms=MORNING_MS)
    arrive(losses.c.batch())
    found = judge(unit, PERIOD, tmp_path)
    assert told(found)[b.stream] == "1..5: 0 received, 5 missing"
    assert found.remarks(b.stream) == ["follows", "none_received"]
    assert len(found.audit.streams) == 3


def test_two_that_tell_different_stories_of_a_lost_stream_are_found_out(
    unit: Unit, losses: Losses, arrive: Arrive, tmp_path: Path
) -> None:
    after = losses.c.successor(heard=False)
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
        lost.append(lost[-1].successor(heard=False))
    last = lost[-1].successor(heard=False)
    odd = FakeKiosk(kiosk.name, kiosk.key)
    odd.clock_ms = last.clock_ms
    odd.predecessors = [*last.predecessors[:7], lost[1].predecessors[0]]
    odd.start()
    arrive(odd.batch())
    assert standings() == ["counted", "counted"]
    found = judge(unit, PERIOD, tmp_path)
    assert sum(one.verdict.missing for one in found.audit.streams) == 7
    assert found.remarks(lost[3].stream) == ["none_received"], "whom it followed is not certain"
    assert found.remarks(lost[4].stream) == ["follows", "none_received"]


# What is carried over.


def carried(after: FakeKiosk, former: FakeKiosk, *seqs: int) -> None:
    for seq in seqs:
        body = Carried(
            stream=former.stream,
            prev=link_text(bytes(32)),
            signature=link_text(bytes(64)),
            line=former.lines[seq - 1].decode(),
        )
        after.record("carried", body.to_body())


@pytest.mark.parametrize("turn", ["between last", "between first", "one group"])
def test_what_the_last_stream_carries_over_of_both_counts_once(
    unit: Unit, losses: Losses, arrive: Arrive, turn: str
) -> None:
    a, b, c = losses.a, losses.b, losses.c
    carried(b, a, 50, 51)
    carried(c, a, 49, 50, 51, 52)
    carried(c, b, 2, 3)
    if turn == "one group":
        arrive(c.batch(), b.batch())
    else:
        for one in (c, b) if turn == "between last" else (b, c):
            arrive(one.batch())
    expected = 40 + 4 + 4 + 2
    assert (standings(), count(unit)) == (["counted"] * 3, expected)
    arrive(a.batch(42))
    assert count(unit) == 56 + 4 + 2
    aside = sorted(SetAside.objects.values_list("stream__uid", "seq", "code"))
    rebuild(lambda _line: None)
    assert count(unit) == 56 + 4 + 2
    assert sorted(SetAside.objects.values_list("stream__uid", "seq", "code")) == aside


@pytest.mark.parametrize("let_in", ["by its next boot", "by hand"])
@pytest.mark.parametrize("first", ["it", "its successor"])
def test_what_was_carried_over_of_a_stream_counts_once_when_the_stream_is_let_in_later(
    unit: Unit, losses: Losses, arrive: Arrive, let_in: str, first: str
) -> None:
    """Its first record is lost, so for a while nobody knows where it belongs."""
    a, b, c = losses.a, losses.b, losses.c
    damaged = FakeKiosk(b.name, b.key)
    damaged.stream, damaged.clock_ms, damaged.predecessors = b.stream, b.clock_ms, b.predecessors
    damaged.links = b.links[:1]
    statement = b.key.sign(lost_message(stream=b.stream, seq=1, link=b.links[1]))
    damaged.line(lost_line(b.links[1], statement))
    damaged.links[1] = b.links[1]
    damaged.responses(4, 4)
    carried(damaged, a, 50)
    c = _after(damaged)
    carried(c, damaged, 2, 3)
    carried(c, a, 50, 51)
    c.responses(2, 2)
    if first == "its successor":
        arrive(c.batch())
    arrive(damaged.batch())
    if first == "it":
        arrive(c.batch())
        assert standings() == ["counted", "foreign", "foreign"], "a stream in limbo is not passed over"
    else:
        assert (standings(), count(unit)) == (["counted", "counted", "foreign"], 40 + 2 + 2 + 2)
    if let_in == "by hand":
        call_command("stream", "accept", b.stream, "--as", administrator(), "--why", "same card, seen")
    else:
        damaged.start()
        arrive(damaged.batch(damaged.last))
    counted = set(standings())
    if (let_in, first) == ("by hand", "it"):
        # The stream that was let in by hand is another beginning, and its successor fits it.
        assert counted == {"counted", "accepted"}
    assert "foreign" not in counted
    assert count(unit) == 40 + 2 + 2 + 2
    rebuild(lambda _line: None)
    assert count(unit) == 40 + 2 + 2 + 2


def _after(kiosk: FakeKiosk) -> FakeKiosk:
    return kiosk.successor(heard=False)


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
    assert told(found)[losses.b.stream] == "1..5: 0 received, 5 missing"
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


def _bytes(text: str) -> bytes:
    import base64  # noqa: PLC0415

    return base64.b64decode(text)
