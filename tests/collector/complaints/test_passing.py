"""Between levels: somebody holds each complaint at every moment, and what is left lying is seen one level up the day after."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.contrib.auth.models import User

from collector.accounts import roles
from collector.accounts.models import Office
from collector.complaints import accounted, levels, life, passing, sight
from collector.complaints.levels import ALL, LAPOR, Holder
from collector.complaints.life import Words
from collector.complaints.models import Level, Stop, Ticket, TicketStatus
from collector.errors import CollectorError
from collector.fleet import tree
from collector.fleet.models import Unit
from tests.collector.complaints.test_life import refused
from tests.collector.complaints.tickets import Regency, a_ticket

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 9, 2, tzinfo=UTC)
MONDAY = date(2026, 11, 2)
HERE, FIRST, REGENCY = Holder("unit", "sukamaju"), Holder("region", "18.01.05"), Holder("region", "18.01")


@pytest.fixture
def office(unit: Unit) -> Regency:
    return Regency(unit)


@pytest.fixture
def neighbour(unit: Unit) -> Unit:
    return tree.add_unit(
        code="mekarsari",
        name="Mekar Sari",
        region=tree.add_region("18.01.06.2001"),
        agency=None,
        time_zone="Asia/Jakarta",
    )


def passed(ticket: Ticket, to: Holder, user: User, now: datetime = NOW) -> Ticket:
    passing.pass_on(ticket, to, user=user, why="salah alamat", now=now)
    return ticket


def test_each_level_stands_below_the_next_one_where_somebody_is(office: Regency, unit: Unit) -> None:
    assert levels.above(HERE, unit) == FIRST, "the village itself has no evaluator"
    assert levels.above(FIRST, unit) == REGENCY
    assert levels.above(Holder("region", "18"), unit) == ALL
    assert levels.above(ALL, unit) == ALL
    office.evaluators["18.01.05"].offices.update(until=NOW)
    assert levels.above(HERE, unit) == REGENCY


def test_an_agency_stands_between_its_units_and_the_regions(unit: Unit) -> None:
    unit.agency = tree.add_agency("desa", name="Desa")
    unit.save()
    assert [one.key for one in levels.chain_of(unit)] == [
        "unit:sukamaju", "agency:desa", "region:18.01.05.2003", "region:18.01.05", "region:18.01", "region:18", "all:",
    ]  # fmt: skip


def test_what_is_passed_on_is_held_at_once_and_acknowledged_by_a_date(
    office: Regency, unit: Unit, neighbour: Unit
) -> None:
    ticket = a_ticket(unit, day=MONDAY)
    made = passing.pass_on(
        ticket, Holder("unit", "mekarsari"), user=office.officer, why="bukan di sini", now=NOW
    )
    assert (ticket.holder_unit, ticket.status, made.acknowledge_by) == (
        neighbour,
        "diteruskan",
        date(2026, 11, 12),
    )
    assert ticket.due_on == date(2026, 11, 20), "the citizen's date stays"
    assert [step.answer for step in ticket.steps.all()] == ["", "Diteruskan ke Mekar Sari."]
    assert not sight.may_work_on(office.officer, ticket)
    assert sight.may_see(office.officer, ticket)


def test_who_acts_on_it_has_acknowledged_it(office: Regency, unit: Unit) -> None:
    ticket = passed(a_ticket(unit), FIRST, office.officer)
    refused("not_allowed", passing.acknowledge, ticket, user=office.officer, now=NOW)
    life.move(ticket, TicketStatus.VERIFIED, user=office.evaluators["18.01.05"], now=NOW)
    assert ticket.passes.get().acknowledged_by == "penilai-18-01-05"
    refused("pass_none", passing.acknowledge, ticket, user=office.evaluators["18.01.05"], now=NOW)


@pytest.mark.parametrize(
    "to, word",
    [
        (HERE, "pass_same"),
        (Holder("unit", "nowhere"), "unit_not_here"),
        (Holder("region", "99"), "holder_unknown"),
        (Holder("agency", "none"), "holder_unknown"),
        (Holder("moon"), "holder_unknown"),
        (Holder("region", "18.01.05.2003"), "pass_empty"),
    ],
)
def test_it_is_passed_on_to_somebody_who_is_there(office: Regency, unit: Unit, to: Holder, word: str) -> None:
    ticket = a_ticket(unit)
    refused(word, passing.pass_on, ticket, to, user=office.officer, why="x", now=NOW)
    refused("pass_why", passing.pass_on, ticket, FIRST, user=office.officer, why=" ", now=NOW)
    ticket.refresh_from_db()
    assert (levels.holder_of(ticket), ticket.passes.count(), ticket.status) == (HERE, 0, "diterima")


def test_what_goes_to_lapor_stays_held_here_and_its_clock_stands_until_it_is_worked_on(
    office: Regency, unit: Unit
) -> None:
    ticket = passed(a_ticket(unit, day=MONDAY), Holder(LAPOR), office.officer)
    assert (levels.holder_of(ticket), ticket.stopped_why) == (HERE, Stop.AGENCY)
    refused("pass_number", passing.acknowledge, ticket, user=office.officer, now=NOW)
    passing.acknowledge(ticket, user=office.officer, now=NOW, lapor_number="8812345")
    assert ticket.passes.get().lapor_number == "8812345"
    assert ticket.stopped_on is not None, "LAPOR! has it; the answer has not come"
    answer = Words(answer="LAPOR! menjawab.")
    life.move(ticket, TicketStatus.ANSWERED, user=office.officer, now=NOW + timedelta(days=7), words=answer)
    assert ticket.due_on == date(2026, 11, 27)


@pytest.mark.parametrize("late", [0, 1])
def test_what_is_not_acknowledged_is_seen_above_from_the_day_after(
    office: Regency, unit: Unit, neighbour: Unit, late: int
) -> None:
    ticket = passed(a_ticket(unit, day=MONDAY), Holder("unit", "mekarsari"), office.officer)
    moment = datetime(2026, 11, 12, 10, tzinfo=UTC) + timedelta(days=late)
    seen = {code: list(passing.overdue_above(user, moment)) for code, user in office.evaluators.items()}
    expected = [ticket] if late else []
    assert seen["18.01"] == expected, "the first who stands above the neighbour"
    assert list(passing.overdue_above(office.officer, moment)) == []


def test_what_is_overdue_is_seen_by_whoever_stands_above_and_by_nobody_below(
    office: Regency, unit: Unit
) -> None:
    ticket = a_ticket(unit, day=MONDAY)
    on_the_day, after = datetime(2026, 11, 20, 10, tzinfo=UTC), datetime(2026, 11, 20, 18, tzinfo=UTC)
    first = office.evaluators["18.01.05"]
    assert list(passing.overdue_above(first, on_the_day)) == []
    assert list(passing.overdue_above(first, after)) == [ticket], "it is the 21st in Jakarta"
    passed(ticket, REGENCY, office.officer, after)
    assert list(passing.overdue_above(first, after)) == [], "what is held higher is none of its business"
    assert list(passing.overdue_above(office.evaluators["18.01"], after)) == [], "it is its own work"
    assert list(passing.overdue_above(office.evaluators["18"], after)) == [ticket]
    assert list(passing.overdue_above(office.centre, after)) == [ticket]


def test_a_clock_that_stands_for_long_is_seen_above_too(office: Regency, unit: Unit) -> None:
    ticket = a_ticket(unit, day=MONDAY)
    passing.stop_clock(ticket, Stop.CITIZEN, user=office.officer, now=NOW)
    refused("clock_stands", passing.stop_clock, ticket, Stop.CITIZEN, user=office.officer, now=NOW)
    first = office.evaluators["18.01.05"]
    assert list(passing.overdue_above(first, NOW + timedelta(days=14))) == []
    assert list(passing.overdue_above(first, NOW + timedelta(days=15))) == [ticket]
    passing.run_clock(ticket, user=office.officer, now=NOW + timedelta(days=15))
    assert ticket.due_on == date(2026, 12, 7)
    refused("clock_runs", passing.run_clock, ticket, user=office.officer, now=NOW)


def test_the_month_names_what_each_level_left_lying(office: Regency, unit: Unit, neighbour: Unit) -> None:
    late = a_ticket(unit, day=MONDAY)
    moved = passed(a_ticket(unit, day=date(2026, 11, 6)), Holder("unit", "mekarsari"), office.officer)
    month = (date(2026, 11, 1), date(2026, 11, 30))
    found = accounted.lapses(sight.visible(office.centre), *month, datetime(2026, 12, 1, tzinfo=UTC))
    assert [(one.number, one.holder.key, one.what, one.by, one.done) for one in found] == [
        (moved.number, "unit:mekarsari", "unacknowledged", date(2026, 11, 12), None),
        (moved.number, "unit:mekarsari", "unanswered", date(2026, 11, 26), None),
        (late.number, "unit:sukamaju", "unanswered", date(2026, 11, 20), None),
    ]
    life.move(late, TicketStatus.VERIFIED, user=office.officer, now=datetime(2026, 11, 24, 3, tzinfo=UTC))
    answer = Words(answer="Sudah.")
    life.move(
        late,
        TicketStatus.ANSWERED,
        user=office.officer,
        now=datetime(2026, 11, 24, 3, tzinfo=UTC),
        words=answer,
    )
    again = accounted.lapses(sight.visible(office.centre), *month, datetime(2026, 12, 1, tzinfo=UTC))
    assert [one.done for one in again if one.number == late.number] == [date(2026, 11, 24)]


def test_what_is_kept_from_a_desk_comes_to_no_unit(office: Regency, unit: Unit, neighbour: Unit) -> None:
    ticket = a_ticket(unit, "pungli")
    assert levels.holder_of(ticket) == FIRST
    for code in ("sukamaju", "mekarsari"):
        refused(
            "pass_guarded", passing.pass_on, ticket, Holder("unit", code), user=office.first, why="x", now=NOW
        )
    passed(ticket, ALL, office.evaluators["18.01.05"])
    assert ticket.level == Level.ALL


def test_an_evaluator_who_sat_at_the_desk_stands_above_nothing_that_is_kept_from_it(
    office: Regency, unit: Unit
) -> None:
    first = office.evaluators["18.01.05"]
    Office.objects.create(user=first, role=roles.UNIT_OFFICER, unit=unit, since=NOW, given_by="test")
    ticket = a_ticket(unit, "pungli")
    assert levels.holder_of(ticket) == REGENCY
    assert not sight.may_see(first, ticket)
    Office.objects.filter(user=first, role=roles.UNIT_OFFICER).update(until=NOW + timedelta(hours=1))
    assert not sight.may_see(first, ticket), "it was made while the account sat there"
    later = a_ticket(unit, "pungli", day=date(2026, 11, 20))
    assert sight.may_see(first, later)


def test_a_complaint_that_turns_out_to_be_about_an_officer_goes_up(office: Regency, unit: Unit) -> None:
    ticket = a_ticket(unit)
    assert sight.may_see(office.officer, ticket)
    life.guard(ticket, NOW)
    assert (levels.holder_of(ticket), sight.may_see(office.officer, ticket)) == (FIRST, False)
    with pytest.raises(CollectorError) as error:
        life.move(ticket, TicketStatus.VERIFIED, user=office.officer, now=NOW)
    unknown = refused("ticket_unknown", life.find, "999999")
    assert error.value.word == unknown.word, "hidden and missing are told alike"
