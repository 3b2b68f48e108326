"""The campaign's own instruments: a check that never cries proves nothing."""

import json
import os
import random
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

from survey.record.attachment import attach, encode_attachment
from survey.record.bodies import Carried
from survey.record.record import CARRIED, COMPLAINT, RESPONSE, Record, Stamp, encode
from tests.campaign.foreign import Cause, foreign_streams
from tests.campaign.ledger import Ledger
from tests.campaign.medium import Medium
from tests.campaign.notice import unnoticed, unsaid
from tests.campaign.promises import Promise, stands

if TYPE_CHECKING:
    from tests.campaign.campaign_world import CampaignWorld

STREAM = "ab" * 16


def promise(seq: int, *, boot: int = 1) -> Promise:
    stamp = Stamp(boot=boot, up_ms=seq, at=1_767_225_600_000, sync=True)
    return Promise(STREAM, encode(Record(seq=seq, kind=RESPONSE, stamp=stamp, body={})))


def audit(
    faults: list[tuple[str, int, int]] | None = None,
    remarks: list[dict[str, object]] | None = None,
    **more: str,
) -> dict[str, object]:
    found = [{"finding": finding, "first": first, "last": last} for finding, first, last in faults or []]
    return {"streams": [{"stream": STREAM, "faults": found, "remarks": remarks or []} | more]}


def test_a_loss_is_noticed_by_its_number_and_no_other() -> None:
    lost = [promise(seq) for seq in (4, 5, 9)]
    assert unnoticed(lost, audit()) == lost
    assert unnoticed(lost, audit([("missing", 4, 5)])) == lost[2:]
    assert unnoticed(lost, audit([("cut", 9, 12)])) == lost[:2]
    assert unnoticed(lost, audit([("forked", 5, 5)])) == lost[2:], "up to here it was another history"
    assert unnoticed(lost, {"streams": []}) == lost


def test_whole_streams_are_noticed_where_the_audit_says_that_it_does_not_know_what_was_before() -> None:
    asks = [{"code": "beginning_lost"}]
    assert unnoticed([promise(4)], audit(remarks=asks)) == [promise(4)], (
        "of its own stream it says which numbers"
    )
    other = audit(remarks=asks, stream="cd" * 16)
    assert unnoticed([promise(4)], other) == []
    known = {"stream": STREAM, "faults": [], "remarks": [], "received": 4}
    both = {"streams": [known, *other["streams"]]}  # type: ignore[misc]
    assert unnoticed([promise(4), promise(5)], both) == [promise(4)], "of what it has it says which numbers"


def test_a_loss_is_noticed_by_what_is_said_of_a_stream_that_never_came() -> None:
    lost = [promise(seq) for seq in (4, 9)]
    assert unnoticed(lost, audit(remarks=[{"code": "none_received", "records": 5}])) == lost[1:]
    assert unnoticed(lost, audit(remarks=[{"code": "none_received", "records": 9}], stream="cd" * 16)) == lost


def test_a_loss_is_noticed_by_the_number_of_the_line_that_carried_it_over() -> None:
    lost = [promise(4)]
    places = {lost[0]: {(STREAM, 4), ("cd" * 16, 31)}}
    named = {
        "streams": [
            {"stream": "cd" * 16, "faults": [{"finding": "missing", "first": 30, "last": 31}], "remarks": []}
        ]
    }
    assert unnoticed(lost, named) == lost
    assert unnoticed(lost, named, places) == []
    assert unnoticed(lost, audit([("missing", 4, 4)]), places) == []
    assert unnoticed(lost, audit([("missing", 31, 31)]), places) == lost


def test_a_number_that_was_given_twice_says_of_neither_record_that_it_is_known(tmp_path: Path) -> None:
    world = SimpleNamespace(home=tmp_path / "home", witness=tmp_path / "witness", rows=lambda *_: [])
    ledger = Ledger(cast("CampaignWorld", world))
    heads = {STREAM: 9}
    ledger.known_heads = lambda: heads  # type: ignore[method-assign]
    once, twice, again = promise(3), promise(4), promise(4, boot=2)
    world.witness.write_text(
        "".join(
            json.dumps({"stream": STREAM, "line": one.line.decode(), "at": 0.0}) + "\n"
            for one in (once, twice, again)
        )
    )
    ledger.note_losses("set back")
    assert {one: loss.known for one, loss in ledger.losses.items()} == {
        once: True,
        twice: False,
        again: False,
    }


def test_what_nobody_knows_of_is_said_where_its_stretch_is_called_uncertain_and_nowhere_else() -> None:
    lost = [promise(seq) for seq in (4, 9)]
    assert unsaid(lost, audit()) == lost
    assert unsaid(lost, audit(remarks=[{"code": "uncertain_end", "seq": 8, "stream": "cd"}])) == lost[:1]
    assert unsaid(lost, audit(remarks=[{"code": "uncertain_ends", "after": [8, 12]}])) == lost[:1]
    assert unsaid(lost, audit(remarks=[{"code": "uncertain_end", "seq": 3, "stream": "cd"}])) == []
    assert unsaid(lost, audit([("missing", 9, 9)])) == lost[:1]
    assert unnoticed(lost, audit(remarks=[{"code": "uncertain_end", "seq": 3, "stream": "cd"}])) == lost


def test_a_power_cut_keeps_what_was_flushed_and_only_that_for_certain(tmp_path: Path) -> None:
    home = tmp_path / "home"
    (home / "journal").mkdir(parents=True)
    path, beside = home / "journal" / "file", home / "journal" / "beside"
    seen = set()
    for seed in range(60):
        beside.unlink(missing_ok=True)
        path.write_bytes(b"old " * 200)
        medium = Medium(tmp_path / "medium", home)
        medium.begin()
        with path.open("ab") as file:
            file.write(b"kept" * 200)
            file.flush()
            medium.flushed(file.fileno())
            file.write(b"torn" * 400)
        beside.write_bytes(b"new")
        medium.cut(random.Random(seed))
        content = path.read_bytes()
        assert content[:1_600] == b"old " * 200 + b"kept" * 200
        whole, none = content.count(b"torn") == 400, len(content) == 1_600
        seen.add((whole, none, beside.exists()))
    assert len(seen) > 4, "cuts differ"


def test_a_name_that_was_taken_over_is_the_old_file_or_the_new_one(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    path, seen = home / "file", set()
    for seed in range(40):
        path.write_bytes(b"before")
        medium = Medium(tmp_path / "medium", home)
        medium.begin()
        fresh = home / "fresh"
        fresh.write_bytes(b"after")
        handle = os.open(fresh, os.O_RDONLY)
        medium.flushed(handle)
        os.close(handle)
        fresh.replace(path)
        if seed % 2:
            medium.folder_flushed(home)
        medium.cut(random.Random(seed))
        assert path.read_bytes() == b"after" or not seed % 2
        seen.add(path.read_bytes())
        fresh.unlink(missing_ok=True)
    assert seen == {b"before", b"after"}


def test_a_line_without_its_link_and_signature_is_held_by_nobody() -> None:
    kept = promise(3)
    proof = b"a" * 43 + b"\t" + b"B" * 86 + b"\t"
    assert stands(kept, b"0 1 3\t" + proof + kept.line)
    assert not stands(kept, b"0 1 3\t" + bytes(len(proof)) + kept.line)
    assert not stands(kept, proof + kept.line[:-1])
    body = Carried(STREAM, "a" * 43, "B" * 86, kept.line.decode()).to_body()
    carried = encode(Record(seq=4, kind=CARRIED, stamp=kept.record.stamp, body=body))
    assert stands(kept, b"0 1 4\t" + proof + carried + b"\n")
    assert not stands(kept, b"0 1 4\t" + bytes(len(proof)) + carried + b"\n")
    assert not stands(kept, b"0 1 4\t" + proof + carried[:-3] + bytes(3) + b"\n")


def test_a_complaint_whose_attachment_is_gone_is_held_by_nobody() -> None:
    part = attach("text", b"antre lama")
    stamp = Stamp(boot=1, up_ms=3, at=1_767_225_600_000, sync=True)
    kept = Promise(
        STREAM,
        encode(Record(seq=3, kind=COMPLAINT, stamp=stamp, body={"attached": {part.name: part.digest}})),
    )
    proven = b"0 1 3\t" + b"a" * 43 + b"\t" + b"B" * 86 + b"\t" + kept.line
    line = encode_attachment(3, part)
    assert stands(kept, proven + b"\t" + line + b"\n")
    assert not stands(kept, proven + b"\t" + line[:40] + bytes(60))
    assert not stands(kept, proven + b"\n")


def test_a_record_that_is_promised_after_the_deed_that_destroyed_it_is_charged_to_that_deed(
    tmp_path: Path,
) -> None:
    world = SimpleNamespace(home=tmp_path / "home", witness=tmp_path / "witness", rows=lambda *_: [])
    ledger = Ledger(cast("CampaignWorld", world))
    ledger.known_heads = dict  # type: ignore[method-assign]
    path = world.home / "journal" / "1.journal"
    path.parent.mkdir(parents=True)
    early, in_hand = promise(3), promise(4)
    proof = b"a" * 43 + b"\t" + b"B" * 86 + b"\t"
    promised = [
        json.dumps({"stream": STREAM, "line": one.line.decode(), "at": 0.0}) for one in (early, in_hand)
    ]
    path.write_bytes(b"0 1 3\t" + proof + early.line + b"\n0 1 4\t" + proof + in_hand.line)
    world.witness.write_text(promised[0] + "\n")
    before = ledger.standing()
    path.write_bytes(bytes(len(before)))
    assert [loss.deed for loss in ledger.note_losses("page zeroed", before=before)] == ["page zeroed"]
    world.witness.write_text("\n".join(promised) + "\n")
    ledger.look()
    assert {one: loss.deed for one, loss in ledger.losses.items()} == dict.fromkeys(
        (early, in_hand), "page zeroed"
    )
    assert ledger.note_losses("power cut") == []


class Rows:
    """The collector's rows, as far as they say why a stream is foreign."""

    def __init__(self, streams: Mapping[str, tuple[str, str]]) -> None:
        """Hold some streams: of each its standing and the one that it names before it."""
        self._streams = streams

    def rows(self, query: str, *values: object) -> list[tuple[object, ...]]:
        with closing(sqlite3.connect(":memory:")) as database:
            database.executescript(
                "create table evidence_stream (id, uid, standing, followed_seq);"
                "create table evidence_namedbefore (stream_id, place, uid);"
                "create table evidence_losthere (stream_id, first);"
            )
            for number, (uid, (standing, named)) in enumerate(self._streams.items(), start=1):
                database.execute(
                    "insert into evidence_stream values (?, ?, ?, null)", (number, uid, standing)
                )
                database.execute("insert into evidence_namedbefore values (?, 0, ?)", (number, named))
            return database.execute(query, values).fetchall()


def test_two_cards_that_go_on_from_an_unsent_stream_are_told_from_one_whose_predecessor_was_lost() -> None:
    def cause_of(counted: tuple[str, str]) -> Cause:
        world = Rows({"aa": counted, "bb": ("foreign", "unsent")})
        ((uid, cause),) = foreign_streams(cast("CampaignWorld", world))
        assert uid == "bb"
        return cause

    assert cause_of(("counted", "unsent")) is Cause.SECOND_SUCCESSOR
    assert cause_of(("counted", "another")) is Cause.PREDECESSOR_LOST
