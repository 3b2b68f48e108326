"""Listener, pages and import as they run beside a keeper: everything is had over the socket, and its absence costs nothing."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from collector.accounts import roles
from collector.complaints import opening
from collector.complaints.models import Ticket
from collector.errors import KeeperAway
from collector.evidence.doors.usb import carry_in
from collector.evidence.models import Stream
from collector.fleet import enrolment, tree
from collector.fleet.models import EnrolmentCode, Kiosk, Unit
from collector.people.models import TrailEntry
from collector.trust import keyholder, keys, public
from collector.trust.at_hand import KeysAtHand
from collector.trust.keeper.client import FarKeys
from collector.trust.keeper.roles import Role
from survey.wire.carriage import SEALED
from survey.wire.messages import unpack_receipt
from survey.wire.sealing import CARRIED
from tests.collector.accounts_of import person
from tests.collector.fake_kiosk import FakeKiosk, csr
from tests.collector.filing import filed_ticket
from tests.collector.trust.keepers import kept
from uplink.journal.sealing import seal

Arrive = Callable[..., list[object]]


@pytest.fixture
def keyless(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who loads a private key here does what its own user could not."""

    def refuse(_folder: Path) -> None:
        raise AssertionError("a private key was read")

    monkeypatch.setattr(keys, "load", refuse)


@pytest.fixture
def ask_keeper(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Role], None]]:
    """Let everything from here on be asked of a keeper, in a role."""
    role = [Role.OPERATOR]

    def become(other: Role) -> None:
        role[0] = other

    held = KeysAtHand(settings.IKM_KEYS)
    held.load()
    monkeypatch.setattr("tests.collector.trust.keepers.KeysAtHand", lambda _folder: held)
    with kept(settings.IKM_KEYS, tmp_path / "socket", role_of=lambda _peer: role[0]):
        monkeypatch.setattr(settings, "IKM_KEEPER", str(tmp_path / "socket"))
        yield become


def test_a_kiosk_is_enrolled_and_its_batches_receipted_by_pages_without_a_key(
    unit: Unit, client: Client, ask_keeper: Callable[[Role], None], keyless: None
) -> None:
    ask_keeper(Role.WEB)
    assert isinstance(keyholder.held(), FarKeys)
    kiosk = FakeKiosk.enrolled(unit)
    kiosk.responses(4, 3)
    answer = client.post("/api/v1/batches", kiosk.batch(), content_type="application/octet-stream")
    receipt = unpack_receipt(answer.content, keys.verifier(public.read(settings.IKM_KEYS).signing))
    assert (answer.status_code, receipt.through) == (200, 2)
    assert TrailEntry.objects.get().action == "kiosk certified"


def test_a_stick_is_opened_by_an_import_without_a_key(
    kiosk: FakeKiosk, tmp_path: Path, ask_keeper: Callable[[Role], None], keyless: None
) -> None:
    ask_keeper(Role.IMPORT)
    kiosk.responses(4, 3, 2)
    mine = public.read(settings.IKM_KEYS).seal_key
    (tmp_path / "stick").mkdir()
    for seq in (1, 2, 3):
        sealed = SEALED + seal(kiosk.batch(seq, seq), mine, info=CARRIED)
        (tmp_path / "stick" / f"{kiosk.name}-{seq}.ikm").write_bytes(sealed)
    taken = carry_in(tmp_path / "stick", who="console:rina")
    assert (taken.records, len(taken.receipts), taken.refused) == (3, 1, [])
    entry = TrailEntry.objects.get(action="stick opened")
    assert (entry.who, entry.subject, entry.why) == (
        "console:rina", str(tmp_path / "stick"), "records carried in",
    )  # fmt: skip


@pytest.fixture
def ticket(kiosk: FakeKiosk, arrive: Arrive) -> Ticket:
    return filed_ticket(kiosk, arrive, "lama", text="antre lama")


@pytest.fixture
def rina(db: None) -> object:
    return person("rina", roles.EVALUATOR)


def test_a_complaint_is_opened_for_an_account_by_who_may(
    ticket: Ticket, rina: object, ask_keeper: Callable[[Role], None], keyless: None
) -> None:
    ask_keeper(Role.WEB)
    assert opening.text_of(ticket, user=rina, why="to answer").words == ("antre lama",)
    ask_keeper(Role.IMPORT)
    with pytest.raises(Exception, match="the keeper does not do ContentKeys"):
        opening.text_of(ticket, user=rina, why="again")
    assert [entry.why for entry in TrailEntry.objects.filter(action="complaint read")] == [
        "to answer", "again",
    ], "it was noted before it was asked for"  # fmt: skip


@pytest.fixture
def away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyholder, "held", lambda: FarKeys(tmp_path / "nowhere", wait_seconds=0.1))


def test_without_a_keeper_a_batch_is_kept_and_receipted_later(
    kiosk: FakeKiosk, client: Client, arrive: Arrive, request: pytest.FixtureRequest
) -> None:
    kiosk.responses(4, 3)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(keyholder, "held", lambda: FarKeys(Path("/nowhere"), wait_seconds=0.1))
        answer = client.post("/api/v1/batches", kiosk.batch(), content_type="application/octet-stream")
        assert (answer.status_code, answer.json()["code"], answer["Retry-After"]) == (503, "keeper", "30")
        with pytest.raises(KeeperAway):
            arrive(kiosk.batch())
    assert Stream.objects.get().through == 2
    (outcome,) = arrive(kiosk.batch())
    assert (outcome.new, bool(outcome.receipt)) == (0, True)


def test_without_a_keeper_an_enrolment_waits_and_its_code_stays_good(
    unit: Unit, client: Client, away: None
) -> None:
    code = enrolment.new_code(unit, place=tree.place_of(unit))
    body = {"code": code, "public_key": "11" * 32, "csr": csr()}
    answer = client.post("/api/v1/enrol", body, content_type="application/json")
    assert (answer.status_code, answer.json()["code"], answer["Retry-After"]) == (503, "keeper", "30")
    assert (EnrolmentCode.objects.get().used_at, Kiosk.objects.count()) == (None, 0)
