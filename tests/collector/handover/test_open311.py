"""What is public of complaints by Open311: the specification's fields, and nothing by which anybody is known."""

import json
from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from lxml import etree

from collector.complaints.models import Ticket, TicketStatus
from collector.errors import CollectorError
from collector.fleet.models import Unit
from collector.handover.models import PublicNotice
from collector.handover.open311 import notices
from tests.collector.conftest import OwnClock
from tests.collector.handover import village
from tests.collector.handover.conftest import NOW

pytestmark = pytest.mark.django_db
REQUEST_FIELDS = (
    "service_request_id", "status", "status_notes", "service_name", "service_code", "description", "agency_responsible",
    "service_notice", "requested_datetime", "updated_datetime", "expected_datetime", "address", "address_id", "zipcode",
    "lat", "long", "media_url",
)  # fmt: skip
"""Of a request, as the specification lists them."""
SERVICE_FIELDS = ("service_code", "service_name", "description", "metadata", "type", "keywords", "group")
DAY = date(2026, 10, 14)
WORDS = "Loket dua ditambah sejak Oktober."


@pytest.fixture
def tickets(unit: Unit) -> list[Ticket]:
    return [village.ticket(unit, DAY, "lama") for _ in range(5)]


@pytest.fixture
def marked(tickets: list[Ticket], officer: User, own_clock: OwnClock) -> Ticket:
    notices.mark(tickets[2], "lama", WORDS, user=officer, now=NOW)
    own_clock.moment = NOW + timedelta(days=2)
    return tickets[2]


def seen(query: str = "") -> list[dict[str, Any]]:
    answer = Client().get(f"/open311/v2/requests.json{query}")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json; charset=utf-8")
    found: list[dict[str, Any]] = answer.json()
    return found


def test_a_request_has_the_fields_of_the_specification_and_only_a_quarter_for_a_time(marked: Ticket) -> None:
    (one,) = seen()
    assert tuple(one) == REQUEST_FIELDS
    assert {name: one[name] for name in ("status", "service_code", "description", "address", "address_id", "lat", "long")} == {
        "status": "open", "service_code": "lama", "description": WORDS, "address": "18.01.05.2003", "address_id": "18.01.05.2003",
        "lat": None, "long": None,
    }  # fmt: skip
    assert one["requested_datetime"] == "2026-10-01T00:00:00+07:00"
    assert one["updated_datetime"] == "2026-11-09T00:00:00+07:00"
    assert marked.number not in json.dumps(one)
    assert marked.lookup not in json.dumps(one)


def test_xml_says_the_same(marked: Ticket) -> None:
    answer = Client().get("/open311/v2/requests.xml")
    assert answer["Content-Type"] == "text/xml; charset=utf-8"
    assert answer.content.lower().startswith(b"<?xml version='1.0' encoding='utf-8'?>")
    root = etree.fromstring(answer.content)
    assert (root.tag, [one.tag for one in root]) == ("service_requests", ["request"])
    (one,) = seen()
    assert {inner.tag: inner.text for inner in root[0]} == one


def test_services_are_topics_that_can_be_public() -> None:
    found = Client().get("/open311/v2/services.json").json()
    assert {tuple(one) for one in found} == {SERVICE_FIELDS}
    codes = [one["service_code"] for one in found]
    assert "lama" in codes
    assert [
        code
        for code in ("pungli", "pilih_kasih", "petugas_tidak_ramah", "petugas_tidak_paham")
        if code in codes
    ] == []
    assert {one["type"] for one in found} <= {"realtime", "batch", "blackbox"}
    root = etree.fromstring(Client().get("/open311/v2/services.xml").content)
    assert (root.tag, root[0].tag, root[0].findtext("metadata")) == ("services", "service", "false")


def test_one_request_by_its_name_and_an_unknown_one_as_the_specification_refuses(marked: Ticket) -> None:
    name = PublicNotice.objects.get().name
    for path in (f"{name}.json", name):
        assert Client().get(f"/open311/v2/requests/{path}").json() == seen()
    gone = Client().get("/open311/v2/requests/0123456789ab.xml")
    assert (gone.status_code, etree.fromstring(gone.content).tag) == (404, "errors")
    assert Client().post("/open311/v2/requests.json", {"service_code": "lama"}).status_code == 405
    found = Client().get("/open311/discovery.json").json()["endpoints"][0]
    assert (found["specification"], found["url"]) == (
        "http://wiki.open311.org/GeoReport_v2",
        "http://127.0.0.1:8000/open311/v2",
    )


def test_it_is_shown_two_days_after_it_was_marked(
    tickets: list[Ticket], officer: User, own_clock: OwnClock
) -> None:
    notices.mark(tickets[0], "lama", WORDS, user=officer, now=NOW)
    for days, number in ((0, 0), (1, 0), (2, 1)):
        own_clock.moment = NOW + timedelta(days=days)
        assert len(seen()) == number, days


def test_a_topic_that_fewer_than_five_complained_of_is_not_shown(
    unit: Unit, officer: User, own_clock: OwnClock
) -> None:
    made = [village.ticket(unit, DAY, "syarat") for _ in range(4)]
    village.ticket(unit, date(2026, 9, 30), "syarat")
    village.ticket(unit, DAY, "syarat", about_officer=True)
    notices.mark(made[0], "syarat", WORDS, user=officer, now=NOW)
    own_clock.moment = NOW + timedelta(days=3)
    assert seen() == [], "the quarter before and what is about an officer do not count"
    village.ticket(unit, date(2026, 12, 31), "syarat")
    assert len(seen()) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"withdrawn_at": NOW},
        {"status": "dicabut"},
        {"guarded": True},
        {"routed_at": None},
    ],
)
def test_what_may_not_be_public_any_more_is_out_at_once(marked: Ticket, change: dict[str, object]) -> None:
    assert len(seen()) == 1
    Ticket.objects.filter(pk=marked.pk).update(**change)
    assert seen() == []


def test_only_who_may_have_it_makes_it_public_in_words_of_its_own(
    tickets: list[Ticket], unit: Unit, officer: User, evaluator: User
) -> None:
    guarded = village.ticket(unit, DAY, "lama", about_officer=True)
    for ticket, topic, words, user in (
        (guarded, "lama", WORDS, officer),
        (guarded, "lama", WORDS, evaluator),
        (tickets[0], "fasilitas", WORDS, officer),
        (tickets[0], "lama", "pendek", officer),
        (tickets[0], "lama", "x" * 301, officer),
    ):
        with pytest.raises(CollectorError):
            notices.mark(ticket, topic, words, user=user, now=NOW)
    assert not PublicNotice.objects.exists()


def test_it_is_taken_back_and_said_otherwise(marked: Ticket, officer: User, own_clock: OwnClock) -> None:
    name = PublicNotice.objects.get().name
    call_command("notice", "remove", marked.number, "--as", "rina", "--why", "salah")
    assert seen() == []
    call_command(
        "notice", "add", marked.number, "--topic", "lama", "--summary", "Sudah ada dua loket.", "--as", "rina"
    )
    own_clock.moment += timedelta(days=3)
    assert [(one["service_request_id"], one["description"]) for one in seen()] == [
        (name, "Sudah ada dua loket.")
    ]


def test_filters_and_pages_are_the_specifications(
    unit: Unit, tickets: list[Ticket], officer: User, own_clock: OwnClock
) -> None:
    other = [village.ticket(unit, date(2026, 8, 3), "bansos", status=TicketStatus.DONE) for _ in range(5)]
    for one in (*tickets, *other):
        notices.mark(one, one.topics[0], WORDS, user=officer, now=NOW)
    own_clock.moment = NOW + timedelta(days=2)
    names = {one["service_request_id"] for one in seen()}
    some = sorted(names)[:2]
    for query, number in (
        ("", 10),
        ("?status=closed", 5),
        ("?status=open,closed", 10),
        ("?status=", 10),
        ("?service_code=bansos,syarat", 5),
        ("?start_date=2026-10-01T00:00:00Z", 5),
        ("?start_date=2026-07-01T00:00:00%2B07:00&end_date=2026-08-01T00:00:00Z", 5),
        ("?start_date=2026-07-01T00:00:00+07:00&end_date=2026-08-01", 5),
        ("?end_date=2026-09-01T00:00:00Z", 5),
        ("?end_date=2026-01-01T00:00:00Z", 0),
        (f"?service_request_id={','.join(some)}&status=closed&service_code=x", 2),
        ("?jurisdiction_id=sukamaju", 10),
        ("?page_size=4", 4),
        ("?page_size=4&page=3", 2),
        ("?page_size=4&page=4", 0),
    ):
        assert len(seen(query)) == number, query
    pages = [one["service_request_id"] for page in (1, 2, 3) for one in seen(f"?page_size=4&page={page}")]
    assert (len(pages), set(pages)) == (10, names)
    for query, status in (
        ("?status=done", 400),
        ("?start_date=x", 400),
        ("?start_date=2026-01-01T00:00:00Z&end_date=2026-06-01T00:00:00Z", 400),
        ("?start_date=2026-06-01T00:00:00Z&end_date=2026-01-01T00:00:00Z", 400),
        ("?page_size=1001", 400),
        ("?page=0", 400),
        ("?page=%C2%B2", 400),
        ("?jurisdiction_id=nowhere", 404),
        ("?jurisdiction_id=%00", 404),
    ):
        answer = Client().get(f"/open311/v2/requests.json{query}")
        assert (answer.status_code, [set(one) for one in answer.json()]) == (
            status,
            [{"code", "description"}],
        ), query


def test_an_answer_that_did_not_change_is_not_sent_again(marked: Ticket) -> None:
    client = Client()
    tag = client.get("/open311/v2/requests.json")["ETag"]
    again = client.get("/open311/v2/requests.json", headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")
    Ticket.objects.filter(pk=marked.pk).update(status=TicketStatus.DONE)
    assert client.get("/open311/v2/requests.json", headers={"If-None-Match": tag}).status_code == 200


def test_a_list_costs_the_same_queries_for_one_and_for_many(
    tickets: list[Ticket], officer: User, own_clock: OwnClock, django_assert_num_queries: Any
) -> None:
    notices.mark(tickets[0], "lama", WORDS, user=officer, now=NOW)
    own_clock.moment = NOW + timedelta(days=2)
    assert len(notices.shown(own_clock.now())) == 1
    with django_assert_num_queries(2):
        assert len(notices.shown(own_clock.now())) == 1
    Ticket.objects.update(status=TicketStatus.DONE, closed_at=NOW)
    for one in tickets[1:]:
        notices.mark(one, "lama", WORDS, user=officer, now=NOW)
    with django_assert_num_queries(2):
        assert len(notices.shown(own_clock.now())) == 5
