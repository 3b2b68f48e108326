"""Invented visitors on the real loop, journal and panel queue."""

import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from kiosk.__main__ import main
from survey.record.attachment import Attachment, belongs
from survey.record.complaint import ADDED, FILING, Added, AdditionKind, Filing, written_words
from survey.record.response import Response
from survey.wire.messages import Settings, pack_settings
from survey.wire.sealing import ROUTED, WRITTEN
from tests.kiosk.journals import records
from uplink.journal.home import KioskHome
from uplink.journal.identity import Identity


def simulate(home: Path, visitors: int, *more: str) -> int:
    return main(["simulate", "--home", str(home), "--visitors", str(visitors), *more])


def test_every_thanked_record_is_in_the_journal_and_logged_once(home: Path, tmp_path: Path) -> None:
    log = tmp_path / "thanked"
    assert simulate(home, 60, "--quiet", "--thanked-log", str(log)) == 0
    thanked = [json.loads(line) for line in log.read_text().splitlines()]
    kept = {record.seq: record for record in records(home)}
    assert len({line["seq"] for line in thanked}) == len(thanked) > 60
    for line in thanked:
        record = kept[line["seq"]]
        assert record.body["visit"] == line["visit"]
        what = line["what"].partition("@")[0]
        assert what in (record.body.get("instrument"), record.kind)


def test_the_same_seed_plays_the_same_visitors(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    simulate(home, 15, "--seed", "7")
    first = capsys.readouterr().out.splitlines()[:15]
    simulate(home, 15, "--seed", "7")
    assert capsys.readouterr().out.splitlines()[:15] == first
    assert len(set(first)) > 5, "the visitors are varied"


def test_every_response_can_be_read_back(home: Path) -> None:
    simulate(home, 60, "--quiet")
    responses = [Response.from_body(record.body) for record in records(home, "response")]
    assert {response.instrument for response in responses} == {"pulse", "skm-2017"}
    assert {response.ended for response in responses} >= {"finished", "timeout"}
    assert {response.channel for response in responses} == {"button", "touch", "mixed"}
    assert all(
        response.complete == (len(response.answers) == 9)
        for response in responses
        if response.instrument == "skm-2017"
    )


def test_complaints_travel_sealed_beside_their_record(home: Path, seal_key: X25519PrivateKey) -> None:
    simulate(home, 50, "--quiet", "--seed", "1")
    complaints, additions = records(home, "complaint"), records(home, "addition")
    assert complaints
    assert additions
    keys = {}
    texts = 0
    for record in complaints:
        assert set(record.body) <= {"visit", "lookup", "service", "attached"}
        assert all(belongs(attachment, record.body) for attachment in record.attachments)
        sealed = {one.name: opened_of(one, seal_key) for one in record.attachments}
        filing = Filing.from_bytes(sealed["filing"])
        assert filing.topics or filing.about_officer
        keys[record.body["lookup"]] = filing.key
        texts += "text" in sealed
    assert texts
    numbers = []
    for record in additions:
        sealed = {one.name: opened_of(one, seal_key) for one in record.attachments}
        told = Added.from_bytes(sealed["added"])
        assert (told.kind, told.key) == (AdditionKind.NUMBER, keys[record.body["lookup"]])
        numbers.append(written_words(sealed["contact"]))
        assert record.body["consent"]["version"] == "2"
    everything = b"".join(path.read_bytes() for path in (home / "journal").iterdir())
    assert not any(number.encode() in everything for number in numbers)


def test_complaints_are_sealed_to_the_key_that_the_settings_name(home: Path, collector: Identity) -> None:
    new = X25519PrivateKey.generate()
    content = {"seal_key": new.public_key().public_bytes_raw().hex()}
    path = KioskHome(home).settings
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(pack_settings(Settings("k-0001", 3, content), collector.sign))
    simulate(home, 50, "--quiet", "--seed", "1")
    attachments = [one for record in records(home, "complaint") for one in record.attachments]
    assert attachments
    assert all(len(opened_of(one, new)) == len(one.content) - 52 for one in attachments)


def opened_of(one: Attachment, key: X25519PrivateKey) -> bytes:
    return opened(one.content, key, info=ROUTED if one.name in (FILING, ADDED) else WRITTEN)


def opened(sealed: bytes, key: X25519PrivateKey, *, info: bytes = WRITTEN) -> bytes:
    """Open what was sealed as the collector does."""
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey  # noqa: PLC0415 - beside its use

    shared = key.exchange(X25519PublicKey.from_public_bytes(sealed[4:36]))
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(shared)
    return ChaCha20Poly1305(derived).decrypt(bytes(12), sealed[36:], None)


def test_the_first_record_of_a_run_is_its_boot(home: Path) -> None:
    simulate(home, 1, "--quiet")
    kinds = [record.kind for record in records(home)]
    assert "boot" in kinds[:2]
    assert kinds.index("boot") < kinds.index("response")


def test_a_second_run_goes_on_with_new_visit_numbers(home: Path) -> None:
    simulate(home, 5, "--quiet")
    simulate(home, 5, "--quiet")
    numbers = [
        (record.fields["boot"], record.body["visit"])
        for record in records(home, "response")
        if record.body["instrument"] == "pulse"
    ]
    assert len(set(numbers)) == 10


def test_who_presses_buttons_and_leaves_a_number_finishes_it_by_finger(home: Path) -> None:
    assert simulate(home, 12, "--seed", "0") == 0  # the eleventh of them


def test_an_unenrolled_machine_says_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert simulate(tmp_path, 1) == 78
    assert "ikm-kiosk enrol CODE" in capsys.readouterr().err


def test_two_kiosks_on_one_journal_are_refused(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from uplink.journal.identity import Identity  # noqa: PLC0415 - beside its use
    from uplink.journal.journal import Journal  # noqa: PLC0415 - as above

    journal = Journal.open(home / "journal", stream_key=Identity.load(home))
    try:
        assert simulate(home, 1) == 1
    finally:
        journal.close()
    assert "nothing was changed" in capsys.readouterr().err
