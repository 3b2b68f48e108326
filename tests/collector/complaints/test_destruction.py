"""What was written is destroyed everywhere it lies, what is left proves it, and no backup brings it back."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from collector.complaints import destroyed, life, retention
from collector.complaints.additions import act
from collector.complaints.destroyed import Why
from collector.complaints.destruction import Parts, destroy, overwrite, parts_of
from collector.complaints.models import Ticket, TicketAddition, TicketStatus
from collector.complaints.withdrawal import withdraw
from collector.errors import CollectorError
from collector.evidence.models import Conflict, HeldAttachment, RawBatch, Stream
from collector.evidence.proof.checking import check_stream
from collector.fleet import tree
from collector.fleet.models import Unit
from collector.local import moment_of
from collector.people import chain
from collector.people.models import TrailEntry
from collector.trust import public
from survey.record.complaint import Added, AdditionKind, written_bytes
from survey.record.ticket import salt_of, secrets_of
from tests.collector.complaints.filed import RECEIVED_MS, Filed, add, filed
from tests.collector.fake_kiosk import FakeKiosk
from tests.postgres import operator
from uplink.journal.sealing import seal

pytestmark = pytest.mark.django_db

CAME = moment_of(RECEIVED_MS)
NOW = CAME + timedelta(days=1)
PHONE = "081234567890"
YEARS = timedelta(days=731)


@pytest.fixture(autouse=True)
def _log() -> Iterator[None]:
    """Have each test its own file of what was destroyed."""
    path = settings.IKM_DATA / destroyed.FILE
    path.unlink(missing_ok=True)
    yield
    path.unlink(missing_ok=True)


def key_of(code: str) -> bytes:
    return secrets_of(code, salt_of(public.read(settings.IKM_KEYS).signing)).key


def by_page(ticket: Ticket, kind: AdditionKind, written: str = "", *, at: datetime = NOW) -> TicketAddition:
    """Add on the ticket's page."""
    sealed = seal(written_bytes(written), public.read(settings.IKM_KEYS).seal_key) if written else b""
    return TicketAddition.objects.create(
        ticket=ticket,
        lookup=ticket.lookup,
        kind=kind,
        at_ms=round(at.timestamp() * 1000),
        sealed=sealed,
        digest=f"of-{ticket.pk}-{kind}-{at:%H%M%S}" if written else "",
    )


def written_of(ticket: Ticket) -> list[bytes]:
    """Every byte that must be gone: the sealed contents and their salts."""
    held = [part for one in ticket.attachments() for part in (bytes(one.content), bytes(one.salt)) if part]
    return held + [bytes(one.sealed) for one in ticket.additions.all() if one.sealed]


def everywhere() -> bytes:
    """All bytes of the database: SQLite's file with its log, or PostgreSQL's tables as they lie on the disk."""
    if connection.vendor == "sqlite":
        path = Path(str(connection.settings_dict["NAME"]))
        return b"".join(one.read_bytes() for one in path.parent.glob(f"{path.name}*"))
    found = b""
    told = connection.settings_dict
    with psycopg.connect(host=told["HOST"], dbname=told["NAME"], user=operator(), autocommit=True) as disk:
        disk.execute("CHECKPOINT")
        for model in (HeldAttachment, TicketAddition, Ticket):
            parts = disk.execute(
                "SELECT pg_read_binary_file(pg_relation_filepath(c.oid)),"
                " pg_read_binary_file(pg_relation_filepath(nullif(c.reltoastrelid, 0)))"  # what is too long for a row
                " FROM pg_class AS c WHERE c.oid = %s::regclass",
                [model._meta.db_table],
            ).fetchone()
            assert parts is not None
            found += b"".join(bytes(part) for part in parts if part is not None)
    return found


@pytest.mark.django_db(transaction=True)
def test_taking_back_leaves_no_byte_in_the_database_and_proof_in_the_trail(unit: Unit) -> None:
    ticket, _ = filed(unit, phone=PHONE, topics=("pungli",))
    other, _ = filed(unit)
    for addition in (
        by_page(ticket, AdditionKind.WORD, "lagi"),
        by_page(ticket, AdditionKind.NUMBER, "0857"),
    ):
        act(addition, ticket, NOW)
    gone, kept = written_of(ticket), written_of(other)
    assert len(gone) >= 8
    assert len({one for one in gone if one in everywhere()}) >= 2
    withdraw(ticket, NOW)
    if connection.vendor == "sqlite":
        assert [one.hex() for one in gone if one in everywhere()] == [], "at once, the log included"
    assert overwrite(NOW + timedelta(hours=1))
    assert [one.hex() for one in gone if one in everywhere()] == []
    assert [one for one in kept if one not in everywhere()] == []
    assert not overwrite(NOW + timedelta(hours=2)), "nothing was destroyed since"
    ticket.refresh_from_db()
    assert (ticket.topics, ticket.language, ticket.withdrawn_at) == ([], "", NOW)
    assert ticket.about_officer, "it stays none of the unit's officers' business"
    assert Ticket.objects.count() == 2, "it stays counted"
    digests = {one.digest for one in ticket.attachments()} | {
        one.digest for one in ticket.additions.all() if one.digest
    }
    noted = TrailEntry.objects.filter(action="destroyed")
    assert {one.facts["digest"] for one in noted} == digests
    assert {one.who for one in noted} == {"citizen"}
    assert TrailEntry.objects.filter(action="complaint withdrawn").count() == 1
    assert list(chain.faults()) == []
    assert [check_stream(stream).faults for stream in Stream.objects.all()] == [(), ()]


def test_batches_hold_nothing_of_what_was_written(unit: Unit) -> None:
    ticket, _ = filed(unit, phone=PHONE)
    payloads = b"".join(bytes(one.payload) for one in RawBatch.objects.all())
    payloads += b"".join(bytes(other.payload) for other in Conflict.objects.all())
    assert [one for one in written_of(ticket) if one in payloads] == []
    assert "lama" not in payloads.decode("utf-8", "replace")


def test_nothing_is_destroyed_that_cannot_be_written_down_first(
    unit: Unit, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    ticket, _ = filed(unit)
    monkeypatch.setattr(settings, "IKM_DATA", tmp_path / "missing")
    with pytest.raises(CollectorError):
        withdraw(ticket, NOW)
    ticket.refresh_from_db()
    assert ticket.withdrawn_at is None
    assert all(one.content for one in ticket.attachments())


# -- additions


def added(
    unit: Unit, kind: AdditionKind, written: str = "", *, key: bytes | None = None, answered: bool = False
) -> tuple[Filed, TicketAddition, bool]:
    """Add at a kiosk, as the collector finds it when it opens the record; whether it was acted upon."""
    own = filed(unit, phone=PHONE)
    if answered:
        life.step(
            own.ticket, TicketStatus.ANSWERED, who="rina", now=CAME, words=life.Words("Loket ditambah.")
        )
    kiosk = FakeKiosk.enrolled(unit, place=tree.place_of(unit))
    addition = add(kiosk, own.ticket, key_of(own.code), kind, written)
    done = act(addition, own.ticket, NOW, added=Added(kind, key_of(own.code) if key is None else key))
    own.ticket.refresh_from_db()
    return own, addition, done


def test_a_number_from_a_kiosk_takes_the_place_of_the_older_one(unit: Unit) -> None:
    (ticket, _), addition, done = added(unit, AdditionKind.NUMBER, "085711112222")
    contacts = ticket.attachments().filter(name="contact").order_by("pk")
    assert (done, addition.kind) == (True, "number")
    assert [bool(one.content) for one in contacts] == [False, True]
    assert ticket.changed_at == NOW


def test_an_older_number_that_arrives_later_does_not_replace_a_newer_one(unit: Unit) -> None:
    ticket, code = filed(unit)
    newer = by_page(ticket, AdditionKind.NUMBER, "0857")
    act(newer, ticket, NOW)
    kiosk = FakeKiosk.enrolled(unit, place=tree.place_of(unit))
    older = add(kiosk, ticket, key_of(code), AdditionKind.NUMBER, "0812", at_ms=RECEIVED_MS - 5_000)
    act(older, ticket, NOW, added=Added(AdditionKind.NUMBER, key_of(code)))
    newer.refresh_from_db()
    assert newer.sealed
    assert not any(one.content for one in ticket.attachments().filter(name="contact"))


def test_a_kiosk_s_clock_in_the_future_does_not_block_the_next_number(unit: Unit) -> None:
    ticket, code = filed(unit)
    kiosk = FakeKiosk.enrolled(unit, place=tree.place_of(unit))
    future = add(kiosk, ticket, key_of(code), AdditionKind.NUMBER, "0812", at_ms=2**50)
    act(future, ticket, NOW, added=Added(AdditionKind.NUMBER, key_of(code)))
    later = by_page(ticket, AdditionKind.NUMBER, "0857", at=NOW + timedelta(hours=1))
    act(later, ticket, NOW + timedelta(hours=1))
    later.refresh_from_db()
    assert later.sealed
    assert not any(one.content for one in ticket.attachments().filter(name="contact"))


@pytest.mark.parametrize(
    "kind", [AdditionKind.SETTLED, AdditionKind.UNSETTLED, AdditionKind.WORD, AdditionKind.WITHDRAWN]
)
def test_each_kind_is_acted_upon_once(unit: Unit, kind: AdditionKind) -> None:
    (ticket, code), addition, done = added(
        unit, kind, "lagi" if kind is AdditionKind.WORD else "", answered=True
    )
    assert (done, addition.kind, addition.settled_at) == (True, kind, NOW)
    before = Ticket.objects.values().get(pk=ticket.pk)
    assert not act(addition, ticket, NOW + timedelta(days=1), added=Added(kind, key_of(code)))
    assert Ticket.objects.values().get(pk=ticket.pk) == before
    expected = {
        AdditionKind.SETTLED: (TicketStatus.DONE, False),
        AdditionKind.UNSETTLED: (TicketStatus.REOPENED, False),
        AdditionKind.WORD: (TicketStatus.ANSWERED, False),
    }
    if kind in expected:
        assert (ticket.status, ticket.withdrawn_at is not None) == expected[kind]
    else:
        assert ticket.withdrawn_at == NOW


@pytest.mark.parametrize("proof", [b"x" * 32, None])
def test_what_does_not_prove_the_key_is_refused_and_its_words_destroyed(
    unit: Unit, proof: bytes | None
) -> None:
    own = filed(unit, phone=PHONE)
    kiosk = FakeKiosk.enrolled(unit, place=tree.place_of(unit))
    addition = add(kiosk, own.ticket, b"x" * 32, AdditionKind.WITHDRAWN, "0812")
    said = Added(AdditionKind.WITHDRAWN, proof) if proof is not None else None
    assert not act(addition, own.ticket, NOW, added=said)
    own.ticket.refresh_from_db()
    assert (own.ticket.withdrawn_at, addition.kind, addition.settled_at) == (None, "", NOW)
    theirs = HeldAttachment.objects.filter(stream_id=addition.stream_id or 0, seq=addition.seq or 0)
    assert {bytes(one.content) for one in theirs} == {b""}
    assert all(one.content for one in HeldAttachment.objects.exclude(pk__in=theirs))
    assert TrailEntry.objects.get(action="addition refused").why == "it does not prove the ticket's key"


def test_what_is_added_after_taking_back_is_destroyed_on_arrival(unit: Unit) -> None:
    ticket, code = filed(unit)
    withdraw(ticket, NOW)
    kiosk = FakeKiosk.enrolled(unit, place=tree.place_of(unit))
    late = add(kiosk, ticket, key_of(code), AdditionKind.NUMBER, "0812")
    assert not act(late, ticket, NOW, added=Added(AdditionKind.NUMBER, key_of(code)))
    assert not any(one.content for one in HeldAttachment.objects.all())


# -- retention


def names(parts: Parts) -> list[str]:
    held = HeldAttachment.objects.filter(pk__in=parts.held).values_list("name", flat=True)
    return sorted([*held, *TicketAddition.objects.filter(pk__in=parts.added).values_list("kind", flat=True)])


@pytest.mark.django_db(transaction=True)
def test_contacts_go_90_days_after_closing_and_everything_after_two_years(unit: Unit) -> None:
    ticket, _ = filed(unit, phone=PHONE)
    for addition in (
        by_page(ticket, AdditionKind.WORD, "lagi"),
        by_page(ticket, AdditionKind.NUMBER, "0857"),
    ):
        addition.settled_at = NOW
        addition.save()
    Ticket.objects.filter(pk=ticket.pk).update(status=TicketStatus.DONE, closed_at=NOW)
    assert retention.due(NOW + timedelta(days=89)).counts == (0, 0)
    closed = retention.due(NOW + timedelta(days=91))
    assert (names(closed.contacts), names(closed.texts)) == (["contact", "number"], [])
    old = retention.due(CAME + YEARS)
    assert (names(old.contacts), names(old.texts)) == (
        ["contact", "number"],
        ["added", "filing", "text", "word"],
    )
    retention.run(CAME + YEARS, who="console:test")
    assert retention.due(CAME + YEARS).counts == (0, 0)
    ticket.refresh_from_db()
    assert (ticket.topics, ticket.withdrawn_at) == ([], None)


def test_a_contact_of_a_complaint_that_was_opened_again_stays(unit: Unit) -> None:
    ticket, _ = filed(unit, phone=PHONE)
    life.step(ticket, TicketStatus.ANSWERED, who="rina", now=NOW, words=life.Words("Loket ditambah."))
    assert life.citizen_settled(ticket, NOW)
    assert life.citizen_unsettled(ticket, NOW + timedelta(days=1))
    assert retention.due(NOW + timedelta(days=400)).counts == (0, 0)


def test_a_kiosk_s_wrong_clock_neither_hastens_nor_delays(unit: Unit) -> None:
    ticket, _ = filed(unit)
    for at_ms in (0, 2**50):
        Ticket.objects.filter(pk=ticket.pk).update(at_ms=at_ms)
        assert retention.due(NOW).counts == (0, 0)
        assert retention.due(CAME + YEARS).counts == (0, 2)


def test_what_lies_beside_a_record_without_a_ticket_goes_two_years_after_it_came(unit: Unit) -> None:
    filed(unit)
    Ticket.objects.all().delete()
    assert retention.due(CAME + timedelta(days=729)).counts == (0, 0)
    assert retention.due(CAME + YEARS).counts == (0, 2)


def test_open_complaints_whose_text_ends_soon_are_counted(unit: Unit) -> None:
    open_one, _ = filed(unit)
    about, _ = filed(unit)
    done, _ = filed(unit)
    Ticket.objects.filter(pk=done.pk).update(status="selesai", closed_at=NOW)
    every = Ticket.objects.all()
    assert retention.soon(CAME + timedelta(days=699), every) == 0
    then = CAME + timedelta(days=701)
    assert retention.soon(then, every) == 2
    assert retention.soon(then, every.exclude(pk=about.pk)) == 1
    withdraw(open_one, NOW)
    assert retention.soon(then, every) == 1


@pytest.mark.django_db(transaction=True)
def test_the_command_destroys_and_says_how_much(unit: Unit, capsys: pytest.CaptureFixture[str]) -> None:
    filed(unit, phone=PHONE, received_ms=RECEIVED_MS - round(YEARS.total_seconds() * 1000))
    call_command("retention", "--dry-run")
    assert capsys.readouterr().out.strip() == "1 contacts and 3 texts due"
    call_command("retention")
    assert capsys.readouterr().out.strip() == "1 contacts and 3 texts destroyed"
    assert not any(one.content for one in HeldAttachment.objects.all())


# -- backups


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("by", ["setup", "retention"])
def test_an_older_copy_of_the_database_brings_nothing_back(unit: Unit, by: str, tmp_path: Path) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("copies SQLite's file; what is replayed is the same rows")
    taken_back, _ = filed(unit, phone=PHONE, topics=("pungli",))
    stays, _ = filed(unit, phone=PHONE)
    word = by_page(taken_back, AdditionKind.WORD, "lagi")
    act(word, taken_back, NOW)
    gone = written_of(taken_back)
    path = Path(str(connection.settings_dict["NAME"]))
    with closing(sqlite3.connect(path)) as live, closing(sqlite3.connect(tmp_path / "backup")) as copy:
        live.backup(copy)
    withdraw(taken_back, NOW)
    connection.close()
    for end in ("-wal", "-shm"):
        Path(f"{path}{end}").unlink(missing_ok=True)
    shutil.copyfile(tmp_path / "backup", path)
    taken_back.refresh_from_db()
    assert (taken_back.withdrawn_at, taken_back.topics) == (None, ["pungli"])
    assert written_of(taken_back) == gone
    call_command(by)
    taken_back.refresh_from_db()
    assert (taken_back.withdrawn_at is None, taken_back.topics) == (False, [])
    assert written_of(taken_back) == []
    assert len(written_of(stays)) == 8
    assert retention.replay(NOW) == 0
    assert list(chain.faults()) == []


def test_what_a_kiosk_sends_again_after_a_restore_is_destroyed_again(unit: Unit) -> None:
    ticket, _ = filed(unit)
    rows = list(HeldAttachment.objects.all())
    withdraw(ticket, NOW)
    for one in rows:
        one.save()
    assert retention.replay(NOW) == len(rows)
    assert not any(one.content for one in HeldAttachment.objects.all())


def test_a_torn_line_is_none_and_the_next_one_begins_afresh(unit: Unit) -> None:
    path = settings.IKM_DATA / destroyed.FILE
    destroyed.note(["whole"], why=Why.RETENTION, now=NOW)
    with path.open("a") as file:
        file.write("torn 2026-11-09T0")
    destroyed.note(["after"], why=Why.WITHDRAWN, now=NOW)
    assert destroyed.noted() == {"whole": Why.RETENTION, "after": Why.WITHDRAWN}
    assert path.stat().st_mode & 0o007 == 0


def test_where_nothing_was_ever_destroyed_the_database_is_not_even_asked() -> None:
    def refuse(*_: object) -> object:
        raise AssertionError("the database was asked")

    with connection.execute_wrapper(refuse):
        assert retention.replay(datetime(2026, 11, 9, tzinfo=UTC)) == 0


def test_destroying_twice_is_once(unit: Unit) -> None:
    ticket, _ = filed(unit)
    parts = parts_of(ticket)
    assert destroy(parts, who="console:test", why=Why.RETENTION, now=NOW) == 2
    assert destroy(parts, who="console:test", why=Why.RETENTION, now=NOW) == 0
