"""What goes out in the morning: complaints by office, releases that are due, the week's silent kiosks; and what stands at the centre."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings

from collector.accounts import roles
from collector.accounts.models import Office
from collector.alerts import changing, rules
from collector.alerts.models import Alert, Message
from collector.alerts.morning import rounds
from collector.complaints.models import Ticket
from collector.fleet.models import Assignment, Kiosk, KioskState, Place, Region, Unit
from collector.fleet.present import Alarm
from collector.log.models import KeptCheckpoint
from tests.collector.accounts_of import person
from tests.collector.alerts.test_alerts import NOON, heard, texts, town, wish
from tests.collector.complaints.tickets import a_ticket

pytestmark = pytest.mark.django_db
MORNING = datetime(2026, 11, 10, 1, 0, tzinfo=UTC)
"""Tuesday, eight in Jakarta."""
DAY = timedelta(days=1)
MONDAY = date(2026, 11, 9)
HERE = "18.01.05.2003"


@pytest.fixture
def unit() -> Unit:
    town(HERE, 1, heard=MORNING)
    return Unit.objects.get(region=HERE)


def names() -> list[str]:
    return [one.receiver.name for one in Message.objects.select_related("receiver").order_by("pk")]


def lines() -> list[str]:
    return [line for text in texts() for line in text.splitlines()]


def test_a_new_complaint_is_announced_the_next_working_morning_as_a_number(unit: Unit) -> None:
    wish("pusat", "mail", "p@example.org", reader=person("rina", roles.ADMINISTRATOR), kinds=("aduan",))
    friday = date(2026, 11, 13)
    a_ticket(unit, "bansos", day=friday)
    rounds.turn(MORNING + 3 * DAY)
    assert not lines(), "on its own day nobody is told"
    for days in (4, 5):
        rounds.turn(MORNING + days * DAY)
    assert not lines(), "nor on the weekend"
    rounds.turn(MORNING + 6 * DAY)
    assert lines() == ["Desa 18.01.05.2003: 1 pengaduan baru menunggu verifikasi"]
    rounds.turn(MORNING + 6 * DAY + timedelta(hours=1))
    rounds.turn(MORNING + 7 * DAY)
    assert len(lines()) == 1, "and once"
    a_ticket(unit, day=friday + 4 * DAY)
    rounds.turn(MORNING + 8 * DAY)
    assert lines()[1:] == ["Desa 18.01.05.2003: 2 pengaduan baru menunggu verifikasi"]
    assert Alert.objects.count() == 2, "a row for each"


def test_a_complaint_is_told_before_at_and_after_its_date(unit: Unit) -> None:
    wish("pusat", "mail", "p@example.org", reader=person("rina", roles.ADMINISTRATOR))
    ticket = a_ticket(unit, day=date(2026, 11, 2))
    Ticket.objects.filter(pk=ticket.pk).update(due_on=date(2026, 11, 13), status="terverifikasi")
    said, before = [], 0
    for days in range(8):
        rounds.turn(MORNING + days * DAY)
        said.append(lines()[before:])
        before = len(lines())
    office = "Desa 18.01.05.2003: 1 pengaduan"
    assert said == [
        [f"{office} jatuh tempo dalam 3 hari kerja"], [], [], [f"{office} jatuh tempo hari ini"], [], [], [f"{office} lewat tenggat"], [],
    ]  # fmt: skip
    Ticket.objects.filter(pk=ticket.pk).update(stopped_on=date(2026, 11, 17))
    rounds.turn(MORNING + 8 * DAY)
    assert not Alert.objects.filter(ended_at=None).exists(), "whose clock stands still is not late"


def test_what_is_kept_from_a_desk_is_told_to_nobody_who_sat_there(unit: Unit) -> None:
    region = Region.objects.get(pk=HERE)
    above = person("sri", roles.EVALUATOR, region=region)
    both = person("tuti", roles.EVALUATOR, region=region)
    Office.objects.create(
        user=both, role=roles.UNIT_OFFICER, unit=unit, since=MORNING - 90 * DAY, given_by="test"
    )
    wish("atas", "mail", "a@example.org", reader=above)
    wish("dua", "mail", "d@example.org", reader=both)
    wish("tanpa", "mail", "t@example.org")
    ticket = a_ticket(unit, "pungli", day=MONDAY, about_officer=True)
    assert Ticket.objects.get(pk=ticket.pk).guarded
    rounds.turn(MORNING)
    assert names() == ["atas"]
    assert "pungli" not in texts()[0]
    open_to_the_desk = a_ticket(unit, day=MONDAY + DAY)
    assert not Ticket.objects.get(pk=open_to_the_desk.pk).guarded
    rounds.turn(MORNING + DAY)
    assert names() == ["atas", "atas"], "a new one is announced to nobody of the desk, kept from it or not"


def test_units_that_have_not_handed_in_are_one_line_a_regency(unit: Unit) -> None:
    wish("pusat", "mail", "p@example.org", weekly=False)
    wish("lain", "mail", "l@example.org", region="33.04", weekly=False)
    town("18.01.06.2001", 1, heard=MORNING)
    town("18.01.07.2001", 1, heard=MORNING)
    place = Place.objects.create(code="balai", name="Balai", region=unit.region)
    for kiosk, since in (("k-0000", 2020), ("k-0001", 2020), ("k-0002", 2026)):
        one = Kiosk.objects.get(name=kiosk)
        assert one.stands is not None
        Assignment.objects.create(
            kiosk=one, unit=one.stands, place=place, since=datetime(since, 10, 5, tzinfo=UTC)
        )
    due = datetime(2026, 10, 30, 1, 0, tzinfo=UTC)  # the third quarter and thirty days
    rounds.turn(due - 8 * DAY)
    assert not lines()
    rounds.turn(due - 7 * DAY)
    assert lines() == ["Kabupaten/kota 18.01: 2 unit belum menyerahkan laporan yang jatuh tempo dalam 7 hari"]
    rounds.turn(due)
    assert len(lines()) == 1
    rounds.turn(due + DAY)
    assert lines()[1:] == ["Kabupaten/kota 18.01: 2 unit terlambat menyerahkan laporan"]
    assert set(names()) == {"pusat"}


def test_silent_kiosks_are_listed_once_a_week_and_by_one_message_a_receiver() -> None:
    wish("pusat", "mail", "p@example.org", wants="up")
    wish("lain", "mail", "l@example.org", wants="up", region="33.04")
    wish("tidak", "mail", "t@example.org", wants="up", weekly=False)
    town(HERE, 3, heard=NOON - timedelta(days=9))
    town("18.02.01.2001", 30, heard=NOON)
    changing.turn(NOON)
    monday = MORNING + 6 * DAY
    for hours in range(0, 7 * 24, 9):
        rounds.turn(monday + timedelta(hours=hours))
    assert names() == ["pusat"]
    assert lines()[0] == "Kios yang diam minggu ini: 3, yang terlama lebih dahulu"
    assert len(lines()) == 4
    rounds.turn(monday + 7 * DAY)
    assert names() == ["pusat", "pusat"]


def test_two_who_do_the_round_at_once_do_it_once(unit: Unit) -> None:
    wish("pusat", "mail", "p@example.org", reader=person("rina", roles.ADMINISTRATOR))
    a_ticket(unit, day=MONDAY)
    assert rounds.turn(MORNING - timedelta(hours=1, minutes=1)) == 0, "not before seven"
    assert rounds.turn(MORNING) == 1
    assert rounds.turn(MORNING) == 0
    assert len(texts()) == 1


def test_a_kiosk_that_is_connected_and_gets_nothing_through_is_told_and_one_just_back_is_not(
    unit: Unit,
) -> None:
    wish("kepala", "mail", "k@example.org")
    town("18.02.01.2001", 9, heard=NOON)
    one, back = Kiosk.objects.get(name="k-0000"), Kiosk.objects.get(name="k-0001")
    heard(NOON)
    for kiosk, since in ((one, NOON - timedelta(hours=5)), (back, NOON - timedelta(minutes=5))):
        Kiosk.objects.filter(pk=kiosk.pk).update(alarms=Alarm.BACKLOG)
        KioskState.objects.filter(kiosk=kiosk).update(changed_at=since)
    changing.turn(NOON)
    assert [text.split(",")[0] for text in lines()] == ["k-0000"]
    assert "catatannya tidak terkirim" in lines()[0]


def test_checkpoints_that_nobody_cosigns_are_told_to_those_who_are_told_of_all(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    wish("pusat", "mail", "p@example.org")
    wish("kabupaten", "mail", "k@example.org", region="18.01")
    note = "example.org/log\n7\nAAAA\n\n\u2014 example.org/log AAAAAAAAAAAAAAAA\n"
    KeptCheckpoint.objects.create(size=7, root=b"r" * 32, note=note, made_at=NOON - timedelta(hours=3))
    policy = tmp_path / "policy"
    policy.write_text("quorum none\n")
    monkeypatch.setattr(settings, "IKM_LOG_POLICY", policy)
    changing.turn(NOON)
    assert not texts()
    policy.write_text("rubbish\n")
    changing.turn(NOON)
    assert names() == ["pusat"]
    assert lines() == ["Pusat: catatan fakta belum ditandatangani para saksi, sejak 2026-11-09 09:00 WIB"]
    policy.write_text("quorum none\n")
    changing.turn(NOON + timedelta(minutes=1))
    changing.turn(NOON + timedelta(minutes=7))
    assert lines()[-1].startswith("Pusat: pulih")


def test_each_kind_has_its_time() -> None:
    assert {*rules.LIVE, *rules.MORNING} == set(rules.Kind)
