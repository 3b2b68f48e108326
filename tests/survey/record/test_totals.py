"""Totals that nobody can read and everybody with the records can open, part by part and answer by answer."""

import base64
import secrets
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.record.answer_set import EMPTY, is_in, leaf_of, leaf_salt, path_of, root_of, salt_of
from survey.record.bodies import Alive, Carried
from survey.record.record import ALIVE, CARRIED, MAX_LINE_BYTES, RESPONSE, TALLY, Record, Stamp, encode
from survey.record.response import Response, new_salt
from survey.record.tally import MAX_PARTS, REST, VISITS, Opening, TallyTold
from survey.record.totals import RunningTotals

STREAM = "00112233445566778899aabbccddeeff"
OWN, OTHER = "/pulse@1", "disdukcapil/pulse@1"

responses = st.builds(
    Response,
    instrument=st.sampled_from(["pulse", "skm-2017"]),
    version=st.just("1"),
    answers=st.dictionaries(st.sampled_from(["kepuasan", "waktu", "biaya"]), st.integers(1, 4), min_size=1),
    complete=st.booleans(),
    visit=st.just(1),
    unit=st.sampled_from(["", "disdukcapil"]),
    salt=st.binary(min_size=16, max_size=16).map(lambda salt: base64.b64encode(salt).decode().rstrip("=")),
)


def pulse(value: int, *, unit: str = "", salt: str | None = None) -> Response:
    return Response(
        "pulse",
        "1",
        {"kepuasan": value},
        complete=True,
        visit=1,
        unit=unit,
        salt=new_salt() if salt is None else salt,
    )


def counted(given: list[Response]) -> RunningTotals:
    totals = RunningTotals()
    for seq, response in enumerate(given, start=1):
        totals.take(seq, RESPONSE, response.to_body())
    return totals


def opened(totals: RunningTotals, *, closes: bool = False) -> dict[str, Opening]:
    return {one.part: one for one in totals.openings(STREAM, closes=closes)}


@given(st.lists(responses, max_size=12))
def test_a_part_counts_what_a_slow_recount_counts(given: list[Response]) -> None:
    found = opened(counted(given))
    names = {f"{one.unit}/{one.instrument}@1" for one in given}
    assert set(found) == names | {name + REST for name in names} | ({VISITS} if given else set())
    for name in names:
        mine = [one for one in given if f"{one.unit}/{one.instrument}@1" == name]
        for kind, complete in (("complete", True), ("incomplete", False)):
            slow = Counter(
                (key, str(value))
                for one in mine
                if one.complete is complete
                for key, value in one.answers.items()
            )
            counts = found[name + REST].totals[kind]
            assert isinstance(counts, dict)
            assert {(key, value): n for key, values in counts.items() for value, n in values.items()} == slow
        sums: Counter[str] = Counter()
        for one in mine:
            if one.complete:
                sums.update(one.answers)
        assert found[name].totals == {"n": sum(one.complete for one in mine), "sums": sums}
        assert found[name + REST].totals["partial"] == sum(not one.complete for one in mine)


def test_one_agency_opens_and_the_other_stays_shut() -> None:
    totals = counted([pulse(4), pulse(1, unit="disdukcapil"), pulse(3)])
    told, found = totals.told(STREAM, day="2026-12-02", closes=False), opened(totals)
    mine = found[OWN]
    assert mine.commitment() == told.sums[OWN]
    assert mine.totals == {"n": 2, "sums": {"kepuasan": 7}}
    assert found[OWN + REST].totals["complete"] == {"kepuasan": {"4": 1, "3": 1}}
    # With all of the one part, its salt too, each of the four answers is as possible as before in the other.
    for value in "1234":
        guess = found[OTHER]._replace(
            totals={**found[OTHER].totals, "sums": {"kepuasan": int(value)}}, salt=mine.salt
        )
        assert guess.commitment() not in told.sums.values()
    assert found[OTHER].commitment() == told.sums[OTHER]


def test_where_one_part_is_alone_it_opens_without_the_visits_and_without_its_rest() -> None:
    found = opened(counted([pulse(4)]))
    assert len({one.salt for one in found.values()}) == 3


def test_the_sums_of_an_index_open_and_how_often_each_value_was_given_stays_shut() -> None:
    """Five people who sum up to 11 may be 4 4 1 1 1 or 3 3 3 1 1: whoever is shown the sum cannot tell which it was."""
    ways = [(4, 4, 1, 1, 1), (3, 3, 3, 1, 1), (4, 3, 2, 1, 1), (3, 2, 2, 2, 2)]
    salts = [new_salt() for _ in range(5)]
    found = [
        opened(counted([pulse(value, salt=salt) for value, salt in zip(way, salts, strict=True)]))
        for way in ways
    ]
    assert {one[OWN].commitment() for one in found} == {found[0][OWN].commitment()}
    rests = {one[OWN + REST].commitment() for one in found}
    assert len(rests) == len(ways)
    guesses = {one[OWN + REST]._replace(salt=found[0][OWN].salt).commitment() for one in found}
    assert not guesses & rests, "with the salt that opens the sums nothing else can be tried"


def test_a_day_without_a_visitor_looks_like_any_other() -> None:
    totals = counted([pulse(4), pulse(2)])
    first = totals.told(STREAM, day="2026-12-02", closes=False)
    totals.take(3, TALLY, first.to_body())
    second = totals.told(STREAM, day="2026-12-03", closes=False)
    assert set(first.sums) == set(second.sums)
    assert not set(first.sums.values()) & set(second.sums.values())


@pytest.mark.parametrize("visitors", [1, 2, 3, 4])
def test_the_sums_of_a_small_day_cannot_be_guessed(visitors: int) -> None:
    """Every sum that so few visitors can come to is tried, with all that a carrier sees of the record."""
    given = [pulse(4) for _ in range(visitors)]
    told = counted(given).told(STREAM, day="2026-12-02", closes=False)
    assert set(told.to_body()) == {"upto", "day", "sums"}
    line = encode(Record(visitors + 1, TALLY, Stamp(1, 1, None, sync=True), told.to_body()))
    for salt in (bytes(16), given[0].salt.encode()[:16], leaf_salt(bytes(16))):
        for happy in range(visitors + 1):
            counts = {"kepuasan": {"4": happy, "1": visitors - happy}}
            totals = {"partial": 0, "complete": counts, "incomplete": {}}
            sums = {"n": visitors, "sums": {"kepuasan": 3 * happy + visitors}}
            for part, what in ((OWN, sums), (OWN + REST, totals)):
                assert (
                    Opening(STREAM, visitors, 0, 0, part, what, salt).commitment() not in told.sums.values()
                )
    assert b'"n"' not in line
    assert b"kepuasan" not in line


def test_responses_without_random_bytes_hide_nothing_and_are_in_no_tally() -> None:
    totals = counted([pulse(4, salt=""), pulse(4, salt="x" * 22), pulse(4, salt="short")])
    assert totals.told(STREAM, day="2026-12-02", closes=False).sums.keys() <= {OWN, OWN + REST, VISITS}
    assert counted([pulse(4, salt="")]).told(STREAM, day="", closes=False).sums == {}


@given(st.integers(1, 40), st.randoms(use_true_random=False))
def test_an_answer_opens_against_the_root_and_a_forged_one_does_not(number: int, chance: object) -> None:
    leaves = [secrets.token_bytes(32) for _ in range(number)]
    root = root_of(leaves)
    for leaf in leaves:
        path = path_of(leaves, leaf)
        assert is_in(root, leaf, path)
        assert not is_in(root, secrets.token_bytes(32), path)
        assert not path or not is_in(root, leaf, path[:-1])
    chance.shuffle(leaves)  # type: ignore[attr-defined]
    assert root_of(leaves) == root, "the root says nothing of who came when"


def test_what_opens_a_row_of_the_sheet_opens_no_other_answer() -> None:
    given = [pulse(value) for value in (4, 4, 1, 3, 2)]
    totals = counted(given)
    found = opened(totals, closes=True)[OWN + REST]
    assert found.totals["rows"] == 5
    root = base64.b64decode(str(found.totals["root"]) + "=")
    leaves = totals.parts[OWN].set_leaves()
    salt = salt_of(given[2].salt)
    assert salt is not None

    def leaf(value: int) -> bytes:
        return leaf_of(leaf_salt(salt), instrument="pulse@1", answers={"kepuasan": value}, complete=True)

    path = path_of(leaves, leaf(1))
    assert is_in(root, leaf(1), path)
    assert not is_in(root, leaf(4), path), "another answer under the same salt"
    assert leaf_salt(salt) != salt, "the record's own bytes stay hidden"


def test_a_month_that_closes_ends_its_set_and_not_its_sums() -> None:
    totals = counted([pulse(4), pulse(2)])
    closing = totals.told(STREAM, day="2026-12-01", closes=True)
    totals.take(3, TALLY, closing.to_body())
    assert (totals.set_since, opened(totals, closes=True)[OWN + REST].totals["root"]) == (
        2,
        base64.b64encode(EMPTY).decode().rstrip("="),
    )
    totals.take(4, RESPONSE, pulse(1).to_body())
    found = opened(totals, closes=True)
    assert (found[OWN].totals["n"], found[OWN + REST].totals["rows"]) == (3, 1)
    assert found[OWN].set_since == 2


def test_counting_begins_anew_behind_a_tally_that_says_so() -> None:
    totals = counted([pulse(4), pulse(2)])
    totals.take(3, TALLY, TallyTold(upto=2, since=2, set_since=2, day="2026-12-05").to_body())
    assert (totals.since, totals.parts, totals.day) == (2, {}, "2026-12-05")
    assert totals.told(STREAM, day="2026-12-06", closes=False).sums == {}


def test_what_is_carried_over_is_counted_apart_and_visits_are_added_up() -> None:
    totals = RunningTotals()
    inner = encode(Record(9, RESPONSE, Stamp(1, 1, None, sync=True), pulse(1).to_body()))
    totals.take(1, CARRIED, Carried("aa" * 16, "x", "y", inner.decode()).to_body())
    totals.take(2, ALIVE, Alive("idle", visits=3, asked=2, answered=1).to_body())
    totals.take(3, ALIVE, Alive("idle", visits=1, asked=1).to_body())
    found = opened(totals)
    assert set(found) == {f"{OWN}/carried", f"{OWN}/carried{REST}", VISITS}
    assert found[VISITS].totals == {"visits": 4, "asked": 3, "answered": 1}


@given(
    st.dictionaries(st.sampled_from(["instrument", "answers", "salt", "complete"]), st.none() | st.integers())
)
def test_a_record_that_cannot_be_read_changes_nothing(broken: dict[str, object]) -> None:
    totals = RunningTotals()
    for kind in (RESPONSE, CARRIED, TALLY):
        totals.take(1, kind, {"instrument": 5, **broken})
    assert (totals.parts, totals.through) == ({}, 1)


def test_a_tally_of_as_many_parts_as_there_may_be_fits_in_a_record() -> None:
    totals = RunningTotals()
    for seq in range(1, MAX_PARTS + 50):
        totals.take(seq, RESPONSE, pulse(1, unit=f"dinas-yang-namanya-sangat-panjang-{seq:04}").to_body())
    told = totals.told(STREAM, day="2026-12-01", closes=True)
    assert len(told.sums) == MAX_PARTS - 1
    assert (
        len(encode(Record(10**9, TALLY, Stamp(10**6, 10**12, 10**13, sync=True), told.to_body())))
        <= MAX_LINE_BYTES
    )
    assert TallyTold.from_body(told.to_body()) == told
