"""Sealing keys are made anew and destroyed; nothing that must still be readable is lost by that, unless somebody insists."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from collector.accounts import roles
from collector.complaints import arrivals, opening
from collector.complaints.models import Ticket
from collector.evidence.doors.usb import carry_in
from collector.evidence.intake.attachments import sealed_to
from collector.fleet.models import KioskSettings
from collector.fleet.sealing import may_still_seal_to
from collector.local import moment_of
from collector.people.models import TrailEntry
from collector.trust import ca, keys, public
from survey.wire.carriage import SEALED
from survey.wire.sealing import CARRIED
from tests.collector.accounts_of import person
from tests.collector.clocks import stopped
from tests.collector.fake_kiosk import MORNING_MS, FakeKiosk
from tests.collector.filing import SETTLED, file_complaint
from uplink.journal.sealing import seal

Arrive = Callable[..., list[object]]


@pytest.fixture(autouse=True)
def own_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys of this test's own: others need theirs."""
    folder = tmp_path / "keys"
    with stopped(moment_of(MORNING_MS) - timedelta(days=30)):
        keys.ensure(folder)
        ca.ensure(folder)
    monkeypatch.setattr(settings, "IKM_KEYS", folder)


@pytest.fixture
def rina(db: None) -> object:
    return person("rina", roles.EVALUATOR)


def complain(kiosk: FakeKiosk, arrive: Arrive, key: bytes) -> Ticket:
    filed = file_complaint(kiosk, "lama", text="antre lama", key=key)
    arrive(kiosk.batch(filed.seq, filed.seq))
    arrivals.settle(SETTLED)
    return Ticket.objects.get(lookup=filed.secrets.lookup)


def say_applied(kiosk: FakeKiosk, arrive: Arrive) -> None:
    version = KioskSettings.objects.filter(kiosk__name=kiosk.name).order_by("-version")[0].version
    seq = kiosk.record("settings", {"version": version, "applied": True})
    arrive(kiosk.batch(seq, seq))


def current() -> public.SealingKey:
    return public.read(settings.IKM_KEYS).sealing[-1]


def run(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    call_command("keys", *words)
    return capsys.readouterr().out


def test_a_new_key_goes_out_with_the_settings_and_the_old_one_still_opens(
    kiosk: FakeKiosk, arrive: Arrive, rina: object, capsys: pytest.CaptureFixture[str]
) -> None:
    old = current()
    before = complain(kiosk, arrive, bytes.fromhex(old.public_key))
    said = run(capsys, "rotate-sealing", "--why", "every year")
    new = current()
    assert said == f"{new.id} is sealed to from now on; 1 kiosks get it with their settings\n"
    latest = KioskSettings.objects.filter(kiosk__name=kiosk.name).order_by("-version")[0]
    assert (latest.content["seal_key"], latest.published_at) == (new.public_key, None)
    after = complain(kiosk, arrive, bytes.fromhex(new.public_key))
    for ticket in (before, after):
        assert opening.text_of(ticket, user=rina, why="to answer").words == ("antre lama",)
    assert sealed_to() == {old.id: 2, new.id: 2}
    entry = TrailEntry.objects.get(action="sealing key made")
    assert (entry.subject, entry.why) == (new.id, "every year")


def test_a_key_that_is_needed_is_not_destroyed(
    kiosk: FakeKiosk, arrive: Arrive, capsys: pytest.CaptureFixture[str]
) -> None:
    old = current()
    complain(kiosk, arrive, bytes.fromhex(old.public_key))
    with pytest.raises(CommandError, match="is what kiosks seal to"):
        call_command("keys", "destroy-sealing", old.id, "--why", "x", "--force")
    with pytest.raises(CommandError, match="there is no sealing key"):
        call_command("keys", "destroy-sealing", "00000000", "--why", "x")
    run(capsys, "rotate-sealing", "--why", "x")
    with pytest.raises(CommandError, match=f"2 texts and contacts.*these kiosks.*: {kiosk.name}"):
        call_command("keys", "destroy-sealing", old.id, "--why", "x")
    say_applied(kiosk, arrive)
    with pytest.raises(CommandError, match=r"2 texts and contacts.*these kiosks.*: -"):
        call_command("keys", "destroy-sealing", old.id, "--why", "x")
    assert not TrailEntry.objects.filter(action="sealing key destroyed").exists()
    assert len(list((settings.IKM_KEYS / "private").glob("sealing-*"))) == 2


def test_a_sticks_content_is_destroyed_with_its_key(
    kiosk: FakeKiosk, arrive: Arrive, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old = current()
    kiosk.responses(4, 3)
    (tmp_path / "stick").mkdir()
    file = tmp_path / "stick" / "a.ikm"
    file.write_bytes(SEALED + seal(kiosk.batch(1, 2), bytes.fromhex(old.public_key), info=CARRIED))
    assert carry_in(tmp_path / "stick", who="rina").records == 2
    run(capsys, "rotate-sealing", "--why", "x")
    assert may_still_seal_to(old.id) == [kiosk.name]
    say_applied(kiosk, arrive)
    assert may_still_seal_to(old.id) == []
    said = run(capsys, "destroy-sealing", old.id, "--why", "sticks were lost")
    assert said.startswith(f"{old.id} is destroyed")
    assert [why.code for _, why in carry_in(tmp_path / "stick", who="rina").refused] == ["carried_shut"]
    assert [path.name for path in (settings.IKM_KEYS / "private").glob("sealing-*")] == [
        f"sealing-{current().id}.key"
    ]
    entry = TrailEntry.objects.get(action="sealing key destroyed")
    assert (entry.subject, entry.why, entry.facts) == (
        old.id, "sticks were lost", {"forced": False, "held": 0, "kiosks": 0},
    )  # fmt: skip
    listed = run(capsys, "list").splitlines()
    assert [line.split()[0] for line in listed] == [current().id, old.id]
    assert "destroyed 2026-11-09" in listed[1]


def test_who_insists_loses_what_was_sealed_to_it(
    kiosk: FakeKiosk, arrive: Arrive, rina: object, capsys: pytest.CaptureFixture[str]
) -> None:
    old = current()
    ticket = complain(kiosk, arrive, bytes.fromhex(old.public_key))
    run(capsys, "rotate-sealing", "--why", "x")
    run(capsys, "destroy-sealing", old.id, "--why", "by order", "--force")
    assert opening.text_of(ticket, user=rina, why="to answer").shut == 1
    facts = TrailEntry.objects.get(action="sealing key destroyed").facts
    assert facts == {"forced": True, "held": 2, "kiosks": 1}


def test_a_kiosk_enrolled_afterwards_gets_the_new_key_at_once(
    unit: object, capsys: pytest.CaptureFixture[str]
) -> None:
    old = current()
    run(capsys, "rotate-sealing", "--why", "x")
    kiosk = FakeKiosk.enrolled(unit)
    assert may_still_seal_to(old.id) == []
    latest = KioskSettings.objects.get(kiosk__name=kiosk.name)
    assert latest.content["seal_key"] == current().public_key


def test_an_older_kiosks_report_of_older_settings_lets_go_of_nothing(
    kiosk: FakeKiosk, arrive: Arrive, capsys: pytest.CaptureFixture[str]
) -> None:
    old = current()
    say_applied(kiosk, arrive)
    run(capsys, "rotate-sealing", "--why", "x")
    assert may_still_seal_to(old.id) == [kiosk.name]
    assert "1 kiosks may still seal to it" in run(capsys, "list")
