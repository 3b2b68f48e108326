"""A ticket's life at the office: one table of moves, and what each of them needs."""

from datetime import UTC, date, datetime, timedelta

import pytest

from collector.complaints import clockwork, life, sorting
from collector.complaints.life import Words
from collector.complaints.models import Stop, Ticket, TicketStatus
from collector.complaints.moves import MOVES, by_office
from collector.errors import CollectorError
from collector.fleet.models import Unit
from collector.people.models import TrailEntry
from tests.collector.complaints.tickets import Regency, a_ticket

pytestmark = pytest.mark.django_db

MONDAY = date(2026, 11, 2)
NOW = datetime(2026, 11, 9, 2, tzinfo=UTC)
S = TicketStatus
CLOSING = Words(root_cause="Loket kurang", compensation="tidak ada")


@pytest.fixture
def office(unit: Unit) -> Regency:
    return Regency(unit)


def refused(word: str, call: object, *arguments: object, **named: object) -> CollectorError:
    with pytest.raises(CollectorError) as error:
        call(*arguments, **named)  # type: ignore[operator]  # a function of ours
    assert error.value.word == word
    return error.value


def statuses(ticket: Ticket) -> list[str]:
    return list(ticket.steps.values_list("status", flat=True))


def walk(ticket: Ticket, office: Regency, *way: TicketStatus, now: datetime = NOW) -> Ticket:
    for status in way:
        words = CLOSING if status == S.DONE else Words(answer="Loket ditambah.", rejected_as="spam")
        life.move(ticket, status, user=office.officer, now=now, words=words)
    return ticket


def test_what_arrives_has_a_date_a_holder_rules_and_a_step_and_a_second_time_changes_nothing(
    office: Regency, unit: Unit
) -> None:
    ticket = a_ticket(unit, "lama", day=MONDAY)
    assert (ticket.due_on, ticket.holder_unit, ticket.guarded) == (date(2026, 11, 20), unit, False)
    assert ticket.rules is not None
    assert ticket.rules.content["version"] == "2026-11"
    assert statuses(ticket) == ["diterima"]
    life.arrived(ticket, NOW + timedelta(days=40))
    assert (ticket.due_on, statuses(ticket)) == (date(2026, 11, 20), ["diterima"])


def test_a_complaint_goes_its_way_and_each_step_stands_in_the_trail_by_its_number(
    office: Regency, unit: Unit
) -> None:
    ticket = walk(a_ticket(unit), office, S.VERIFIED, S.HANDLED, S.ANSWERED, S.DONE)
    assert statuses(ticket) == ["diterima", "terverifikasi", "ditindaklanjuti", "dijawab", "selesai"]
    assert (ticket.root_cause, ticket.compensation, ticket.closed_at) == ("Loket kurang", "tidak ada", NOW)
    entries = TrailEntry.objects.filter(action="complaint moved")
    assert {entry.subject for entry in entries} == {ticket.number}
    assert [entry.facts["to"] for entry in entries] == statuses(ticket)[1:]
    assert [one for one in entries if ticket.lookup in str(one.facts)] == []


@pytest.mark.parametrize("before", list(S))
def test_anything_that_is_not_in_the_table_is_refused_and_the_error_says_what_is(
    office: Regency, unit: Unit, before: TicketStatus
) -> None:
    ticket = a_ticket(unit)
    Ticket.objects.filter(pk=ticket.pk).update(status=before)
    for wanted in S:
        ticket.refresh_from_db()
        if wanted in by_office(before) or wanted in (S.WITHDRAWN, S.FORWARDED):
            continue
        with pytest.raises(CollectorError) as error:
            life.move(ticket, wanted, user=office.officer, now=NOW, words=CLOSING)
        if MOVES[before]:
            assert error.value.values["possible"] == ", ".join(MOVES[before])
        else:
            assert error.value.word == "ticket_over"
        ticket.refresh_from_db()
        assert ticket.status == before


def test_no_way_leads_back_but_the_one_that_says_so() -> None:
    order = [S.RECEIVED, S.VERIFIED, S.FORWARDED, S.HANDLED, S.ANSWERED, S.DONE]
    back = {
        (before, after)
        for before in order
        for after in MOVES[before]
        if after in order and order.index(after) < order.index(before)
    }
    # Whoever gets what was passed on verifies it, and passing on again is no step back in the citizen's matter.
    assert back == {(S.FORWARDED, S.VERIFIED), (S.HANDLED, S.FORWARDED)}
    assert [before for before in S if S.REOPENED in MOVES[before]] == [S.ANSWERED, S.DONE, S.REJECTED]


@pytest.mark.parametrize("status", [S.WITHDRAWN, S.FORWARDED])
def test_what_others_decide_no_officer_does(office: Regency, unit: Unit, status: TicketStatus) -> None:
    word = "ticket_by_citizen" if status == S.WITHDRAWN else "ticket_by_passing"
    refused(word, life.move, a_ticket(unit), status, user=office.officer, now=NOW)


def test_an_answer_needs_words_a_rejection_a_reason_and_closing_a_cause_and_a_compensation(
    office: Regency, unit: Unit
) -> None:
    ticket = walk(a_ticket(unit), office, S.VERIFIED)
    refused(
        "answer_missing", life.move, ticket, S.ANSWERED, user=office.officer, now=NOW, words=Words(answer=" ")
    )
    refused(
        "rejection_missing",
        life.move,
        ticket,
        S.REJECTED,
        user=office.officer,
        now=NOW,
        words=Words(answer="Bukan kami."),
    )
    walk(ticket, office, S.ANSWERED)
    for words in (Words(), Words(root_cause="x"), Words(compensation="tidak ada")):
        refused("closing_missing", life.move, ticket, S.DONE, user=office.officer, now=NOW, words=words)
    walk(ticket, office, S.DONE)


def test_a_note_is_kept_apart_from_the_answer(office: Regency, unit: Unit) -> None:
    ticket = walk(a_ticket(unit), office, S.VERIFIED)
    words = Words(answer="Sedang dikerjakan.", note="Tanya kasi pelayanan")
    life.move(ticket, S.HANDLED, user=office.officer, now=NOW, words=words)
    last = ticket.steps.last()
    assert last is not None
    assert (last.answer, last.note) == ("Sedang dikerjakan.", "Tanya kasi pelayanan")


def test_four_eyes_see_a_complaint_about_illegal_fees(office: Regency, unit: Unit) -> None:
    ticket = a_ticket(unit, "pungli")
    one, other = office.first, office.evaluators["18.01"]
    life.move(ticket, S.VERIFIED, user=one, now=NOW)  # type: ignore[arg-type]  # an account
    error = refused(
        "four_eyes", life.move, ticket, S.ANSWERED, user=one, now=NOW, words=Words(answer="Uang kembali.")
    )
    assert "orang lain yang menjawab" in error.sentence("id")
    life.move(ticket, S.ANSWERED, user=other, now=NOW, words=Words(answer="Uang dikembalikan."))
    assert ticket.status == S.ANSWERED
    fresh = a_ticket(unit, "pungli")
    Ticket.objects.filter(pk=fresh.pk).update(status=S.FORWARDED)
    refused("four_eyes_first", life.move, fresh, S.ANSWERED, user=other, now=NOW, words=Words(answer="x"))


def test_the_citizen_settles_or_opens_it_again_within_the_days_of_the_rules(
    office: Regency, unit: Unit
) -> None:
    settled = walk(a_ticket(unit), office, S.VERIFIED, S.ANSWERED)
    assert not life.citizen_settled(a_ticket(unit), NOW)
    assert life.citizen_settled(settled, NOW)
    assert (settled.status, settled.root_cause) == (S.DONE, "")
    assert life.citizen_unsettled(settled, NOW + timedelta(days=30))
    assert settled.status == S.REOPENED
    late = walk(a_ticket(unit), office, S.VERIFIED, S.ANSWERED)
    assert not life.citizen_unsettled(late, NOW + timedelta(days=31))
    assert not life.citizen_unsettled(a_ticket(unit), NOW)
    rejected = walk(a_ticket(unit), office, S.REJECTED)
    assert not life.citizen_unsettled(rejected, NOW)


def test_what_was_answered_and_stays_silent_closes_after_ten_working_days(
    office: Regency, unit: Unit
) -> None:
    ticket = walk(a_ticket(unit), office, S.VERIFIED, S.ANSWERED)
    assert life.close_silent(NOW + timedelta(days=14)) == 0, (
        "the tenth working day is the 23rd, and is not over"
    )
    assert life.close_silent(NOW + timedelta(days=15)) == 1
    ticket.refresh_from_db()
    assert (ticket.status, ticket.steps.last().who) == (S.DONE, life.CLOCKWORK)  # type: ignore[union-attr]  # it has steps


def test_a_complaint_that_is_taken_back_is_closed_once(office: Regency, unit: Unit) -> None:
    ticket = a_ticket(unit)
    assert life.withdrawn(ticket, NOW)
    assert (ticket.status, ticket.withdrawn_at, ticket.closed_at) == (S.WITHDRAWN, NOW, NOW)
    assert not life.withdrawn(ticket, NOW + timedelta(days=1))
    assert ticket.withdrawn_at == NOW
    refused("ticket_over", life.move, ticket, S.VERIFIED, user=office.officer, now=NOW)


def test_the_clock_stops_for_the_citizen_and_the_date_moves_by_the_working_days_it_stood(
    office: Regency, unit: Unit
) -> None:
    ticket = walk(a_ticket(unit, day=MONDAY), office, S.VERIFIED)
    assert clockwork.stop(ticket, Stop.CITIZEN, who="budi", now=NOW)
    ticket.save()
    late = NOW + timedelta(days=40)
    assert not clockwork.is_late(ticket, late)
    walk(ticket, office, S.HANDLED, now=NOW + timedelta(days=4))  # Friday: four working days after Monday
    assert ticket.due_on == date(2026, 11, 26)
    stop = ticket.stops.get()
    assert (stop.why, stop.due_before, stop.due_after) == ("warga", date(2026, 11, 20), date(2026, 11, 26))
    assert clockwork.is_late(ticket, late)


def test_a_reopened_complaint_has_the_days_left_that_it_had_when_it_was_answered(
    office: Regency, unit: Unit
) -> None:
    ticket = walk(a_ticket(unit, day=MONDAY), office, S.VERIFIED, S.ANSWERED)
    assert life.citizen_unsettled(ticket, NOW + timedelta(days=7))
    assert ticket.due_on == date(2026, 11, 27)
    assert [stop.why for stop in ticket.stops.all()] == ["dijawab"]


def test_followers_take_the_steps_of_their_leader_and_keep_their_own_dates(
    office: Regency, unit: Unit
) -> None:
    leader, other = a_ticket(unit, day=MONDAY), a_ticket(unit, day=MONDAY + timedelta(days=3))
    sorting.merge(other, leader, user=office.officer, now=NOW)
    refused("ticket_follows", life.move, other, S.VERIFIED, user=office.officer, now=NOW)
    walk(leader, office, S.VERIFIED, S.ANSWERED)
    other.refresh_from_db()
    assert statuses(other) == statuses(leader)
    assert (leader.due_on, other.due_on) == (date(2026, 11, 20), date(2026, 11, 25))
    assert life.citizen_unsettled(other, NOW)
    leader.refresh_from_db()
    assert (other.status, other.leader, leader.status) == (S.REOPENED, None, S.ANSWERED)


def test_only_what_belongs_together_is_merged(office: Regency, unit: Unit) -> None:
    ticket, guarded = a_ticket(unit), a_ticket(unit, "pungli")
    refused("merge_apart", sorting.merge, ticket, ticket, user=office.officer, now=NOW)
    refused("merge_apart", sorting.merge, ticket, guarded, user=office.first, now=NOW)
    refused("ticket_unknown", sorting.merge, ticket, guarded, user=office.officer, now=NOW)
    closed = a_ticket(unit)
    life.withdrawn(closed, NOW)
    refused("merge_closed", sorting.merge, ticket, closed, user=office.officer, now=NOW)


def test_a_class_is_said_and_moves_no_date(office: Regency, unit: Unit) -> None:
    ticket = a_ticket(unit, day=MONDAY)
    sorting.classify(
        ticket, kind="pengaduan", supervision="berkadar", forms=("tidak_patut",), user=office.officer, now=NOW
    )
    assert (ticket.supervision, ticket.maladministration, ticket.due_on) == (
        "berkadar",
        ["tidak_patut"],
        date(2026, 11, 20),
    )
    assert ticket.changed_at == NOW
    for wrong in (
        {"kind": "keluhan"},
        {"kind": "aspirasi", "supervision": "berkadar"},
        {"kind": "pengaduan", "forms": ("x",)},
    ):
        refused("class_unknown", sorting.classify, ticket, user=office.officer, now=NOW, **wrong)
