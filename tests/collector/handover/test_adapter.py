"""The adapter in both dialects: each report once, whatever breaks in between, and nobody's contact in any."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from collector.accounts.models import Office
from collector.complaints import life
from collector.complaints.models import Ticket, TicketStatus
from collector.errors import CollectorError
from collector.fleet.models import Unit
from collector.handover import sending
from collector.handover.lapor import dialects, xml_dialect
from collector.handover.lapor import settings as adapter_settings
from collector.handover.lapor.adapter import MaybeTaken
from collector.handover.lapor.courier import FIRST_WAIT, SURELY_OVER, Courier, Done
from collector.handover.lapor.json_dialect import JsonDialect
from collector.handover.lapor.line import Timeouts
from collector.handover.lapor.xml_dialect import XmlDialect
from collector.handover.models import Handover, Stage
from tests.collector.handover.conftest import NOW, WHY, PassedOn
from tests.collector.handover.fake_lapor import TOKEN, FakeLapor, serving

pytestmark = pytest.mark.django_db
UNITS = Unit.objects.all()
LATER = timedelta(hours=13)


@pytest.fixture
def lapor() -> Iterator[FakeLapor]:
    with serving() as fake:
        yield fake


@pytest.fixture(params=["json", "xml"])
def courier(request: pytest.FixtureRequest, lapor: FakeLapor, tmp_path: Path) -> Courier:
    return made(request.param, lapor.url, tmp_path)


def made(dialect: str, url: str, folder: Path, *, can_ask: bool = True, timeout_s: float = 5) -> Courier:
    (folder / "token").write_text(TOKEN + "\n")
    send = "/json/send" if dialect == "json" else "/api/stream/addstream"
    given = adapter_settings.Settings(
        dialect, url + send, f"{url}/{dialect}/poll", folder / "token", Timeouts(5, timeout_s)
    )
    adapter = JsonDialect(given) if dialect == "json" else XmlDialect(given)
    return Courier(adapter, can_ask=can_ask, jitter=lambda: 1.0)


@pytest.fixture
def queued(passed_on: PassedOn, officer: User) -> Ticket:
    ticket = passed_on("lama", text="antre tiga jam & tidak dipanggil <br>", phone="081234567890")
    assert sending.queue(UNITS, user=officer, why=WHY, now=NOW) == (1, 0)
    return ticket


def known() -> Handover:
    return Handover.objects.get()


def test_a_report_goes_out_once_and_its_states_become_steps(
    lapor: FakeLapor, courier: Courier, queued: Ticket
) -> None:
    assert courier.step(NOW) == Done(1, 0, 0)
    (report,) = lapor.reports
    assert "antre tiga jam & tidak dipanggil <br>" in report["isi"]
    assert (report["anonim"], report["rahasia"]) == ("1", "1")
    assert [name for name in ("081234567890", "rina") if name in str(lapor.asked)] == []
    assert (known().stage, known().tracking_id) == (Stage.TAKEN, "7000000")
    assert courier.step(NOW + timedelta(minutes=1)) == Done(0, 0, 0)
    lapor.states["7000000"] = ("dalam proses", "2026-11-09", "Kami teruskan.")
    assert courier.step(NOW + LATER) == Done(0, 1, 0)
    assert courier.step(NOW + 2 * LATER) == Done(0, 0, 0)
    lapor.states["7000000"] = ("selesai", "2026-11-10", "Loket ditambah.")
    assert courier.step(NOW + 3 * LATER).states == 1
    assert [(one.status, one.answer) for one in queued.steps.all()][1:] == [
        ("ditindaklanjuti", "Kami teruskan."),
        ("selesai", "Loket ditambah."),
    ]
    assert known().stage == Stage.RETURNED
    assert (len(lapor.reports), courier.step(NOW + 9 * LATER)) == (1, Done(0, 0, 0))


def test_an_answer_that_is_lost_is_found_by_our_number_and_nothing_is_sent_twice(
    lapor: FakeLapor, courier: Courier, queued: Ticket
) -> None:
    lapor.moods = ["lost"]
    assert courier.step(NOW) == Done(0, 0, 1)
    assert (known().stage, known().tracking_id, len(lapor.reports)) == (Stage.UNSURE, "", 1)
    assert courier.step(NOW + timedelta(hours=1)).states == 1
    assert (known().stage, known().tracking_id, len(lapor.reports)) == (Stage.TAKEN, "7000000", 1)


@pytest.mark.sampled(2)
@pytest.mark.parametrize("mood", ["slow", "nonsense", "huge", "500", "502", "bomb"])
def test_what_may_have_been_taken_is_asked_for_before_it_goes_out_again(
    lapor: FakeLapor, queued: Ticket, tmp_path: Path, mood: str
) -> None:
    courier = made("xml", lapor.url, tmp_path, timeout_s=0.2)
    lapor.moods = [mood]
    courier.step(NOW)
    assert known().stage == Stage.UNSURE
    soon = NOW + timedelta(minutes=8)
    assert soon - NOW < SURELY_OVER
    courier = made("xml", lapor.url, tmp_path)  # the machine that runs this may be slow as well
    courier.step(soon)
    assert (known().stage, lapor.reports) == (Stage.UNSURE, []), "it may still be under way"
    courier.step(NOW + LATER)
    assert (known().stage, lapor.reports) == (Stage.WAITING, []), "the other side knows of none such"
    courier.step(NOW + 2 * LATER)
    assert (known().stage, len(lapor.reports)) == (Stage.TAKEN, 1)


def test_without_a_way_to_ask_it_is_never_sent_again_and_its_number_comes_by_file(
    lapor: FakeLapor, queued: Ticket, tmp_path: Path
) -> None:
    courier = made("json", lapor.url, tmp_path, can_ask=False)
    lapor.moods = ["lost"]
    for hours in range(0, 100, 20):
        courier.step(NOW + timedelta(hours=hours))
    assert (known().stage, len(lapor.reports), len(lapor.asked)) == (Stage.UNSURE, 1, 1)


@pytest.mark.sampled(2)
@pytest.mark.parametrize("mood", ["429", "401", "404", "redirect"])
def test_what_was_certainly_not_taken_is_tried_again_each_time_later(
    lapor: FakeLapor, courier: Courier, queued: Ticket, mood: str
) -> None:
    lapor.moods = [mood, mood]
    courier.step(NOW)
    assert (known().stage, known().due_at) == (Stage.WAITING, NOW + 2 * FIRST_WAIT)
    assert courier.step(NOW + FIRST_WAIT) == Done(0, 0, 0)
    courier.step(NOW + 2 * FIRST_WAIT)
    assert known().due_at == NOW + 6 * FIRST_WAIT
    courier.step(NOW + LATER)
    assert (known().stage, len(lapor.reports), known().tries) == (Stage.TAKEN, 1, 3)
    assert [path for path, _ in lapor.asked if "elsewhere" in path] == [], "the token follows no redirection"


def test_nobody_there_is_no_report_taken(queued: Ticket, tmp_path: Path) -> None:
    made("json", "http://127.0.0.1:9", tmp_path).step(NOW)
    assert (known().stage, known().trouble) == (Stage.WAITING, "no connection")


def test_a_refusal_is_kept_and_the_complaint_is_ours_again(
    lapor: FakeLapor, courier: Courier, queued: Ticket, officer: User
) -> None:
    lapor.moods = ["422"]
    courier.step(NOW)
    courier.step(NOW + LATER)
    assert (known().stage, known().trouble, len(lapor.asked)) == (Stage.REFUSED, "status 422", 1)
    life.move(queued, TicketStatus.HANDLED, user=officer, now=NOW)


def test_a_program_that_dies_while_it_sends_leaves_something_to_ask_for(
    lapor: FakeLapor, courier: Courier, queued: Ticket
) -> None:
    Handover.objects.update(stage=Stage.SENDING, sent_at=NOW, due_at=None, tries=1)
    lapor.take(
        {
            "reference": queued.number,
            "idempotency_key": known().key,
            "isi": f"[Nomor kami {queued.number}-{known().key[:8]}]",
        }
    )
    courier.step(NOW + timedelta(minutes=1))
    assert (known().stage, lapor.asked) == (Stage.SENDING, [])
    courier.step(NOW + timedelta(minutes=11))
    assert (known().stage, known().tracking_id, len(lapor.reports)) == (Stage.TAKEN, "7000000", 1)


def test_two_programs_send_a_report_once(lapor: FakeLapor, queued: Ticket, tmp_path: Path) -> None:
    first = made("json", lapor.url, tmp_path)
    stale = list(Handover.objects.select_related("ticket__unit__region", "ticket__unit__agency"))
    first.step(NOW)
    assert not first._send(stale[0], NOW)
    assert len(lapor.reports) == 1


@pytest.mark.parametrize("how", ["withdrawn", "handled here", "out of office"])
def test_what_is_not_to_go_any_more_does_not(
    lapor: FakeLapor, courier: Courier, queued: Ticket, officer: User, how: str
) -> None:
    if how == "withdrawn":
        Ticket.objects.update(withdrawn_at=NOW)
    elif how == "handled here":
        Ticket.objects.update(status=TicketStatus.HANDLED)
    else:
        Office.objects.update(until=NOW)
    courier.step(NOW)
    assert lapor.asked == []
    assert known().stage == (Stage.REFUSED if how == "out of office" else Stage.RETURNED)


def test_a_state_that_makes_no_sense_is_kept_as_a_trouble_and_moves_nothing(
    lapor: FakeLapor, courier: Courier, queued: Ticket
) -> None:
    courier.step(NOW)
    lapor.states["7000000"] = ("apa saja", "2026-11-09", "")
    courier.step(NOW + LATER)
    queued.refresh_from_db()
    assert (queued.status, known().trouble) == ("diteruskan", "its state cannot be used: status")


def test_xml_with_a_document_type_is_not_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("rahasia")
    given = f'<!DOCTYPE l [<!ENTITY x SYSTEM "file://{secret}">]><l><trackingid>&x;</trackingid></l>'
    with pytest.raises(MaybeTaken):
        xml_dialect.read(given.encode())
    assert xml_dialect.read(b"<l><trackingid>7</trackingid></l>").findtext("trackingid") == "7"


def test_a_token_that_cannot_be_read_sends_nothing(lapor: FakeLapor, queued: Ticket, tmp_path: Path) -> None:
    courier = made("json", lapor.url, tmp_path)
    (tmp_path / "token").unlink()
    with pytest.raises(CollectorError, match="token"):
        courier.step(NOW)
    assert (known().stage, lapor.asked) == (Stage.WAITING, [])


def test_it_is_off_until_it_is_switched_on_whole(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="off"):
        call_command("handover", "run")
    (tmp_path / "token").write_text(TOKEN)
    right = {"URL": "https://lapor.example/", "TOKEN_FILE": str(tmp_path / "token"), "DIALECT": "xml"}
    for name, value in right.items():
        monkeypatch.setattr(settings, f"IKM_LAPOR_{name}", value)
    found = adapter_settings.in_force()
    assert (found.send_url, found.poll_url) == ("https://lapor.example/api/stream/addstream", "")
    dialects.courier()
    wrong = {
        "URL": "http://lapor.example",
        "DIALECT": "soap",
        "SEND_PATH": "x",
        "POLL_PATH": "x",
        "TOKEN_FILE": "",
    }
    for name, value in wrong.items():
        with monkeypatch.context() as patch:
            patch.setattr(settings, f"IKM_LAPOR_{name}", value)
            with pytest.raises(CollectorError, match=f"IKM_LAPOR_{name}"):
                adapter_settings.in_force()
    monkeypatch.setattr(settings, "IKM_LAPOR_DIALECT", "json")
    with pytest.raises(CollectorError, match="IKM_LAPOR_SEND_PATH"):
        adapter_settings.in_force()
