"""Guessing codes is hopeless, and nobody honest is locked out while somebody tries."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from threading import Lock, Thread

import pytest
from django.db import connection
from django.test import Client

from collector.complaints import pages, throttle
from collector.complaints.models import TicketMisses
from collector.complaints.throttle import (
    OF_NETWORK,
    WAIT_SECONDS,
    Place,
    TurnedAway,
    enter,
    hit,
    miss,
    network_of,
)
from collector.fleet.models import Unit
from survey.record import ticket
from survey.record.ticket import ALPHABET, CODE_CHARACTERS, TicketSecrets, new_code, secrets_of
from tests.collector.complaints.filed import filed

pytestmark = pytest.mark.django_db

START = datetime(2026, 11, 9, 2, 0, tzinfo=UTC)
SECRET = b"of the pages"
MOST_A_SECOND = (throttle.FRESH + throttle.KNOWN + throttle.WAITED) / throttle.WINDOW_SECONDS
YEAR_SECONDS = 365.25 * 86_400
HOME, THEIRS = "10.1.2.0/24", "10.9.9.0/24"


def attempt(network: str, now: datetime, code: str = "x", slip: str = "") -> Place | TurnedAway:
    return enter(network, code, slip=slip, now=now, secret=SECRET)


def missed(network: str, now: datetime, code: str = "x") -> bool:
    """Try a code that names no ticket; whether it was looked up."""
    place = attempt(network, now, code)
    if isinstance(place, Place):
        miss(place)
    return isinstance(place, Place)


def test_guessing_takes_more_than_a_thousand_years() -> None:
    codes = len(ALPHABET) ** (CODE_CHARACTERS - 1)
    years = codes / 10_000 / MOST_A_SECOND / YEAR_SECONDS
    assert years > 1_000, years


def seconds(count: int, each: int) -> Iterator[datetime]:
    """So many tries a second, for so many seconds."""
    for second in range(count):
        for one in range(each):
            yield START + timedelta(seconds=second, microseconds=one * 1_000_000 // each)


@pytest.mark.heavy
def test_all_networks_together_are_held_to_the_limit_the_years_are_reckoned_from() -> None:
    """Each try from a network of its own, twice as many as the limit, some with slips: the worst an attacker can do."""
    window = [START + timedelta(milliseconds=10 * number) for number in range(1_000)]
    let_in = sum(missed(f"n{number}", now) for number, now in enumerate(window))
    later = START + timedelta(seconds=WAIT_SECONDS + 2)
    for number, now in enumerate(window[:300]):
        turned = attempt(f"n{number + 700}", now, slip="")
        if isinstance(turned, TurnedAway):
            again = attempt(f"n{number + 700}", later, slip=turned.slip)
            let_in += isinstance(again, Place)
    assert let_in <= 2 * MOST_A_SECOND * throttle.WINDOW_SECONDS
    assert sum(missed(f"m{number}", START) for number in range(50)) == 0


def test_one_network_is_held_to_its_own_limit() -> None:
    let_in = sum(missed(THEIRS, now) for now in seconds(20, 20))
    assert let_in <= 2 * OF_NETWORK + 1


def test_an_honest_citizen_elsewhere_goes_through_at_once_while_the_budget_is_used_up() -> None:
    attackers = [f"172.16.{number}.0/24" for number in range(60)]
    for now in (START, START + timedelta(seconds=10)):
        for _ in range(6):
            for network in attackers:
                missed(network, now)
        assert not missed(attackers[0], now), "the attackers are at their limit"
        place = attempt(HOME, now)
        assert isinstance(place, Place)
        hit(place)


def test_an_honest_citizen_on_the_attackers_network_succeeds_within_a_minute() -> None:
    """The attacker tries twenty codes a second; the citizen tries, is told to wait, waits, and tries again with the page's own button."""
    mine = new_code()
    slip, wait, tries = "", 5.0, 0
    for now in seconds(60, 20):
        missed(THEIRS, now, new_code())
        if (now - START).total_seconds() < wait:
            continue
        tries += 1
        found = attempt(THEIRS, now, mine, slip)
        if isinstance(found, Place):
            break
        slip, wait = found.slip, (now - START).total_seconds() + found.seconds
    assert isinstance(found, Place)
    assert (now - START).total_seconds() < 60
    assert tries > 1, "the attacker was there first"


def test_when_every_network_is_the_attackers_waiting_still_lets_in() -> None:
    for number in range(throttle.FRESH):
        missed(f"n{number}", START)
    turned = attempt(HOME, START, "mine")
    assert isinstance(turned, TurnedAway)
    later = START + timedelta(seconds=WAIT_SECONDS)
    for number in range(throttle.FRESH):
        missed(f"m{number}", later)
    assert isinstance(attempt(HOME, later, "mine"), TurnedAway)
    assert isinstance(attempt(HOME, later, "mine", turned.slip), Place)


@pytest.mark.parametrize(
    "case", ["another code", "another network", "too soon", "too late", "altered", "made up"]
)
def test_a_slip_is_of_one_code_one_network_and_one_time(case: str) -> None:
    for _ in range(OF_NETWORK):
        missed(THEIRS, START)
        missed(HOME, START)
    turned = attempt(THEIRS, START, "mine")
    assert isinstance(turned, TurnedAway)
    network, code, after, slip = THEIRS, "mine", WAIT_SECONDS, turned.slip
    match case:
        case "another code":
            code = "other"
        case "another network":
            network = HOME
        case "too soon":
            after = WAIT_SECONDS - 1
        case "too late":
            after = 601
        case "altered":
            slip = slip[:-1] + ("0" if slip[-1] != "0" else "1")
        case "made up":
            slip = "²3.x"
    now = START + timedelta(seconds=after)
    for _ in range(OF_NETWORK):
        missed(network, now)
    assert isinstance(attempt(network, now, code, slip), TurnedAway)


def test_hits_count_against_nobody() -> None:
    for _ in range(5 * OF_NETWORK):
        place = attempt(HOME, START)
        assert isinstance(place, Place)
        hit(place)
    assert not TicketMisses.objects.filter(count__gt=0).exists()
    assert not TicketMisses.objects.filter(missed__gt=0).exists()


def test_networks_are_forgotten_after_an_hour() -> None:
    missed(HOME, START)
    throttle.forget(START + timedelta(minutes=50))
    assert TicketMisses.objects.filter(network=HOME).exists()
    throttle.forget(START + timedelta(minutes=61))
    assert TicketMisses.objects.count() == 0


@pytest.mark.parametrize(
    "address, network",
    [
        ("10.1.2.3", "10.1.2.0/24"),
        ("2001:db8:1:2:3::4", "2001:db8:1::/48"),
        ("::ffff:10.1.2.3", "10.1.2.0/24"),
        ("unknown", "?"),
        ("", "?"),
    ],
)
def test_an_address_counts_for_its_network(address: str, network: str) -> None:
    assert network_of(address) == network


@pytest.mark.django_db(transaction=True)
def test_processes_that_come_at_once_do_not_share_the_last_place() -> None:
    let_in: list[bool] = []

    def come() -> None:
        let_in.extend(missed(THEIRS, START) for _ in range(OF_NETWORK))
        connection.close()

    threads = [Thread(target=come) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert (len(let_in), sum(let_in)) == (4 * OF_NETWORK, OF_NETWORK)


def test_the_page_says_when_to_come_back_and_lets_in_who_does(
    client: Client, unit: Unit, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, code = filed(unit)
    for _ in range(OF_NETWORK):
        assert client.post("/pengaduan/", {"code": new_code()}).status_code == 404
    with monkeypatch.context() as patch:
        patch.setattr("collector.complaints.pages.secrets_of", refused)
        answer = client.post("/pengaduan/", {"code": code})
    page = answer.content.decode()
    assert (answer.status_code, answer["Retry-After"]) == (429, "10")
    assert "Coba lagi dalam 10 detik" in page
    assert 'name="slip"' in page


def refused(*_: object) -> object:
    raise AssertionError("a code was worked out though there is no place")


def test_no_more_than_two_codes_are_worked_out_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    lock, now, most = Lock(), 0, 0

    def slow(code: str, salt: bytes) -> TicketSecrets:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        made = secrets_of(code, salt)
        with lock:
            now -= 1
        return made

    monkeypatch.setitem(ticket._COST, "n", 2**14)  # as outside of these tests: so slow that two meet
    monkeypatch.setattr(pages, "secrets_of", slow)
    monkeypatch.setattr(pages, "_of_lookup", lambda _: [])
    threads = [Thread(target=pages._found, args=(new_code(),)) for _ in range(12)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert 1 < most <= 2
