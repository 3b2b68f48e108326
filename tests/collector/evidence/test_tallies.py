"""What a kiosk told of itself at midnight is held against the records, by an audit and by a stranger alike."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.evidence.intake.rebuild import replay_stream
from collector.evidence.models import RawBatch, Stream
from collector.evidence.proof.audit import audit
from collector.evidence.proof.audit_output import as_html, as_json, as_text
from collector.evidence.proof.recount import recount
from collector.evidence.proof.tallied import TallyCheck, check_tallies
from collector.evidence.proof.verify_bundle import verify
from collector.evidence.standing import StreamStanding
from collector.fleet import tree
from collector.fleet.instruments import find
from collector.fleet.models import Unit
from collector.scores.proof.export import export
from survey.index.periods import parse
from survey.record.bodies import Carried
from survey.record.chain import lost_line
from survey.record.record import ALIVE, CARRIED, RESPONSE, TALLY
from survey.record.response import new_salt
from survey.record.tally import TallyTold
from survey.wire.messages import Batch, link_text, pack_batch, unpack_batch
from tests.collector.conftest import Arrive
from tests.collector.evidence.test_bundle import Files, lines_of, put, tamper
from tests.collector.fake_kiosk import ELEMENTS, FakeKiosk, pulse, skm
from tests.collector.judged import judge

PERIOD = parse("2026-11")


def told_by(kiosk: FakeKiosk, days: int = 3) -> FakeKiosk:
    """Have a kiosk serve ten visitors a day, and tell its totals each midnight."""
    kiosk.record("boot", {"software": "1"})
    for day in range(1, days + 1):
        for visitor in range(5):
            kiosk.record(RESPONSE, pulse(1 + visitor % 4, visit=visitor, salt=new_salt()))
            kiosk.record(RESPONSE, skm(4 - visitor % 4, visit=visitor, salt=new_salt()))
        kiosk.record(ALIVE, {"screen": "idle", "visits": 5, "asked": 5, "answered": 5})
        kiosk.tell(f"2026-11-{day + 1:02}", closes=day == days)
    return kiosk


def check(kiosk: FakeKiosk, lines: list[bytes] | None = None, **more: object) -> TallyCheck:
    found = list(enumerate(kiosk.lines if lines is None else lines, start=1))
    return check_tallies(kiosk.stream, [found[:7], found[7:]], **{"lost": ()} | more)  # type: ignore[arg-type]


@pytest.fixture
def card() -> FakeKiosk:
    """A kiosk that no collector knows."""
    return FakeKiosk.with_key("k-0001", bytes(range(32)))


# The check itself, which needs no database.


def test_honest_tallies_are_opened_and_agree(card: FakeKiosk) -> None:
    assert check(told_by(card)) == TallyCheck(checked=3)


@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("skm"), st.lists(st.integers(1, 4), min_size=1, max_size=9)),
            st.tuples(st.just("pulse"), st.integers(1, 4)),
            st.tuples(st.just("alive"), st.integers(0, 9)),
            st.tuples(st.just("tell"), st.booleans()),
            st.tuples(st.just("junk"), st.binary(max_size=30).filter(lambda line: b"\n" not in line)),
        ),
        max_size=25,
    ),
    st.data(),
)
def test_any_stream_is_counted_as_its_kiosk_counts_it_and_a_dropped_answer_is_missed(
    steps: list[tuple[str, object]], data: st.DataObject
) -> None:
    kiosk = FakeKiosk.with_key("k-0001", bytes(range(32)))
    answers: list[int] = []
    tallies: list[int] = []
    for kind, value in steps:
        if kind == "skm":
            answers.append(kiosk.record(RESPONSE, skm(*value, salt=new_salt()) | {"unit": "u"}))  # type: ignore[misc]
        elif kind == "pulse":
            answers.append(kiosk.record(RESPONSE, pulse(value, salt=new_salt())))  # type: ignore[arg-type]
        elif kind == "alive":
            kiosk.record(ALIVE, {"screen": "idle", "visits": value})
        elif kind == "junk":
            kiosk.line(value)  # type: ignore[arg-type]
        else:
            kiosk.tell(closes=bool(value))
            tallies.append(kiosk.last)
    assert check(kiosk) == TallyCheck(checked=len(tallies))
    if answers:
        gone = data.draw(st.sampled_from(answers))
        missed = [seq for seq in tallies if seq > gone]
        found = list(enumerate(kiosk.lines, start=1))
        held = [one for one in found if one[0] != gone]
        assert check_tallies(kiosk.stream, [held], lost=()).differs[:1] == tuple(missed[:1])


def test_what_only_begins_like_a_lost_record_is_a_record(kiosk: FakeKiosk, arrive: Arrive) -> None:
    """It states no link, so that the chain goes on over its bytes, and nothing was lost."""
    kiosk.line(b"lost ")
    kiosk.line(b"lost of sleep")
    kiosk.tell(closes=False)
    assert check(kiosk) == TallyCheck(checked=1)
    arrive(kiosk.batch())
    stream = Stream.objects.get()
    assert (stream.through, stream.standing) == (kiosk.last, StreamStanding.COUNTED)


def test_a_tally_that_lies_is_found_though_every_signature_holds(card: FakeKiosk) -> None:
    told_by(card, days=1)
    honest = card.totals().told(card.stream, day="2026-11-05", closes=False)
    changes: list[Callable[[TallyTold], TallyTold]] = [
        lambda told: told._replace(sums={}),
        lambda told: told._replace(sums={**told.sums, "/pulse@1": told.sums["/skm-2017@1"]}),
        lambda told: told._replace(sums={**told.sums, "other/pulse@1": told.sums["/"]}),
        lambda told: told._replace(upto=told.upto - 1),
        lambda told: told._replace(since=2),
        lambda told: told._replace(set_since=2),
        lambda told: told._replace(closes=True),
    ]
    for change in changes:
        twin = card.copy()
        twin.record(TALLY, change(honest).to_body())
        assert check(twin).differs == (twin.last,)
    card.record(TALLY, {"upto": "all"})
    assert check(card).differs == (card.last,)


def test_a_record_that_is_known_to_be_lost_shuts_the_tallies_behind_it(card: FakeKiosk) -> None:
    told_by(card)
    lost = [*card.lines]
    lost[3] = lost_line(bytes(32), bytes(64))
    assert check(card, lost) == TallyCheck(checked=0, unopened=3)
    held = [one for one in enumerate(card.lines, start=1) if not 14 <= one[0] <= 16]
    assert check_tallies(card.stream, [held], lost=((14, 16),)) == TallyCheck(checked=1, unopened=2)
    assert check_tallies(card.stream, [held], lost=((2, 13), (17, 40))).differs, (
        "that is here, and that is not it"
    )


def test_a_kiosk_that_begins_anew_is_checked_from_there(card: FakeKiosk) -> None:
    told_by(card, days=1)
    card.line(lost_line(bytes(32), bytes(64)))
    anew = TallyTold(upto=card.last, since=card.last, set_since=card.last)
    card.record(TALLY, anew.to_body())
    card.record(RESPONSE, pulse(4, salt=new_salt()))
    told = card.tell()
    assert (told.since, set(told.sums)) == (anew.upto, {"/", "/pulse@1", "/pulse@1/rest"})
    assert check(card) == TallyCheck(checked=2)


def test_what_a_successor_carries_is_counted_apart(card: FakeKiosk) -> None:
    told_by(card, days=1)
    after = card.successor()
    for seq in (2, 3):
        carried = Carried(
            card.stream, link_text(bytes(32)), link_text(bytes(64)), card.lines[seq - 1].decode()
        )
        after.record(CARRIED, carried.to_body())
    after.record(RESPONSE, pulse(2, salt=new_salt()))
    told = after.tell()
    parts = {"/pulse@1", "/pulse@1/carried", "/skm-2017@1/carried"}
    assert set(told.sums) == {"/", *parts, *(f"{one}/rest" for one in parts)}
    assert check(after) == TallyCheck(checked=1)


def test_a_strangers_tallies_cost_what_they_weigh(card: FakeKiosk) -> None:
    """Many parts and a tally behind each record: opening them all would cost the square of the stream."""
    found: list[tuple[int, bytes]] = []
    answers = {f"e{number}": 1 for number in range(60)}
    for seq in range(1, 4_000, 2):
        body = skm(1, salt=new_salt()) | {"answers": answers, "version": str(seq % 239)}
        card.record(RESPONSE, body)
        card.record(TALLY, TallyTold(upto=seq).to_body())
    found = list(enumerate(card.lines, start=1))
    began = time.process_time()
    result = check_tallies(card.stream, [found], lost=())
    assert result.unopened > 1_000
    assert time.process_time() - began < 20


# Audit and bundle.


@pytest.mark.django_db
def test_audit_and_bundle_count_the_tallies_and_agree(
    kiosk: FakeKiosk, unit: Unit, arrive: Arrive, tmp_path: Path
) -> None:
    arrive(told_by(kiosk).batch())
    judged = judge(unit, PERIOD, tmp_path)
    assert judged.holds
    (stream,) = judged.audit.streams
    assert stream.tallies == TallyCheck(checked=3)
    assert "tallies: 3 opened and compared" in judged.text
    assert '"tallies": {' in as_json(judged.audit)
    assert "3 dibuka dan dibandingkan" in as_html(judged.audit, "id")


@pytest.mark.django_db
def test_the_kiosks_totals_are_the_collectors_own_index(kiosk: FakeKiosk, unit: Unit, arrive: Arrive) -> None:
    told_by(kiosk)
    kiosk.record(RESPONSE, skm(4, 3, 2, salt=new_salt()))
    arrive(kiosk.batch())
    records = [one for part in replay_stream(Stream.objects.get()) for one in part.records]
    counted = recount(records, unit_id=unit.pk, period=PERIOD, zone=unit.time_zone, find=find)
    opened = {one.part: one.totals for one in kiosk.totals().openings(kiosk.stream, closes=False)}
    for name, tally in counted.items():
        sums, totals = opened[f"/{name}"], opened[f"/{name}/rest"]
        assert (sums["n"], totals["partial"]) == (tally.complete, tally.incomplete)
        for kind, incomplete in (("complete", False), ("incomplete", True)):
            counts = totals[kind]
            assert isinstance(counts, dict)
            for key in tally.instrument.element_keys:
                mine = tuple(counts.get(key, {}).get(str(value), 0) for value in tally.instrument.values)
                assert mine == tally.counts(key, incomplete=incomplete)
    assert opened["/"] == {"visits": 15, "asked": 15, "answered": 15}


@pytest.mark.django_db
def test_two_units_at_one_kiosk_are_told_apart(
    kiosk: FakeKiosk, unit: Unit, arrive: Arrive, tmp_path: Path
) -> None:
    other = tree.add_unit(
        code="disdukcapil", name="Disdukcapil", region=unit.region, agency=None, time_zone="Asia/Jakarta"
    )
    tree.add_service(unit=other, code="ktp", name="KTP")
    FakeKiosk.enrolled(other, place=tree.place_of(unit))
    kiosk.record("boot", {"software": "1"})
    kiosk.record(RESPONSE, skm(4, salt=new_salt()))
    kiosk.record(RESPONSE, skm(1, salt=new_salt()) | {"service": "ktp", "unit": "disdukcapil"})
    opened = {one.part: one for one in kiosk.totals().openings(kiosk.stream, closes=False)}
    told = kiosk.tell()
    arrive(kiosk.batch())
    records = [one for part in replay_stream(Stream.objects.get()) for one in part.records]
    for part, found in (("", unit), ("disdukcapil", other)):
        (tally,) = recount(records, unit_id=found.pk, period=PERIOD, zone=unit.time_zone, find=find).values()
        assert tally.complete == 1
        opening = opened[f"{part}/{tally.instrument.name}"]
        assert opening.totals["n"] == 1
        assert opening.commitment() == told.sums[opening.part]
    assert judge(unit, PERIOD, tmp_path).audit.integrity


@pytest.mark.django_db
def test_a_tally_that_differs_breaks_integrity_in_audit_and_bundle(
    kiosk: FakeKiosk, unit: Unit, arrive: Arrive, tmp_path: Path
) -> None:
    told_by(kiosk)
    false = kiosk.totals().told(kiosk.stream, day="2026-11-09", closes=False)
    kiosk.record(TALLY, false._replace(sums={**false.sums, "/": false.sums["/pulse@1"]}).to_body())
    arrive(kiosk.batch())
    judged = judge(unit, PERIOD, tmp_path)
    assert judged.remarks() == ["tally_differs"]
    assert (judged.audit.integrity, judged.audit.completeness, judged.audit.lineage) == (False, True, True)
    assert judged.audit.streams[0].verdict.integrity, "every record is what the kiosk signed"
    assert (
        f"record {kiosk.last}: the kiosk's own tally is not what the records held come to (1 tallies)"
        in judged.text
    )


def _dropped(lines: list[bytes]) -> list[bytes]:
    return lines[:4] + lines[5:]


def _altered(lines: list[bytes]) -> list[bytes]:
    better = lines[4].replace(b'"waktu":3', b'"waktu":4').replace(b'"biaya":3', b'"biaya":4')
    assert better != lines[4]
    return [*lines[:4], better, *lines[5:]]


def _invented(lines: list[bytes]) -> list[bytes]:
    return [*lines[:5], lines[4].replace(b":3", b":4"), *lines[5:]]


@pytest.mark.django_db
@pytest.mark.parametrize("change", [_dropped, _altered, _invented])
def test_a_record_dropped_altered_or_invented_is_named_by_the_tallies_too(
    kiosk: FakeKiosk, unit: Unit, arrive: Arrive, tmp_path: Path, change: Callable[[list[bytes]], list[bytes]]
) -> None:
    arrive(told_by(kiosk).batch())
    assert skm(3)["answers"] == dict.fromkeys(ELEMENTS, 3)
    path = tmp_path / "bundle.zip"
    export(path, unit=unit, period=PERIOD, who="auditor", why="a test")

    def in_bundle(files: Files) -> None:
        name, lines = lines_of(files)
        put(files, name, change(lines))

    report = verify(tamper(path, in_bundle, resign=True))
    assert any("the kiosk's own tally is not what" in one for one in report.problems)
    row = RawBatch.objects.get()
    batch = unpack_batch(bytes(row.payload))
    lines = tuple(change(list(batch.lines)))
    forged = Batch(batch.kiosk, batch.stream, batch.first, lines, batch.signature)
    RawBatch.objects.filter(pk=row.pk).update(payload=pack_batch(forged), count=len(lines))
    found = audit(unit, PERIOD, now=datetime(2026, 12, 1, tzinfo=UTC))
    assert not found.integrity
    assert [one.code.value for one in found.streams[0].remarks] == ["tally_differs"]
    assert "PROBLEM  record" in as_text(found)
