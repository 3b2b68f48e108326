"""The number of a mall: of those who agreed, from what is out, and nothing of anybody who did not."""

import contextlib
import random
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction
from django.test import Client

from collector.errors import CollectorError
from collector.fleet import malls, tree
from collector.fleet.models import Agency
from collector.people.models import TrailEntry
from collector.releases import larger, pooling, publishing
from collector.releases.content import opened
from collector.releases.models import PoolingConsent, Release
from collector.scores.tallies.projection import project
from survey.index.periods import parse
from tests.collector.conftest import OwnClock
from tests.collector.releases.attacker import Knowledge
from tests.collector.releases.test_attacker import check
from tests.collector.releases.test_publishing import refused, visit
from tests.collector.scores.village import Post, add_unit, answers, at

pytestmark = pytest.mark.django_db

WHO = "console:test"
QUARTER = parse("2026-TW4")
AGENCIES = ("dukcapil", "samsat", "bpjs", "pajak")
JANUARY = datetime(2027, 1, 5, 3, tzinfo=UTC)
BEFORE = datetime(2026, 10, 5, 3, tzinfo=UTC)


class Mall:
    """Four counters of four agencies, each with a kiosk of its own in the building."""

    def __init__(self, clock: OwnClock) -> None:
        self.clock = clock
        clock.moment = BEFORE
        self.place = tree.add_place(code="mpp", name="Mal Pelayanan", region=tree.add_region("18.01"))
        self.posts: dict[str, Post] = {}
        for number, code in enumerate(AGENCIES, start=1):
            unit = add_unit(f"gerai-{code}", region="18.01", agency=code)
            malls.serve(self.place, unit, who=WHO)
            self.posts[code] = Post(unit, name=f"k{number}", stream=number)
        # The kiosks stand in the building and nowhere else.
        for post in self.posts.values():
            post.kiosk.assignments.update(place=self.place)

    def agree(self, *codes: str, since: date = QUARTER.first, **more: Any) -> list[PoolingConsent]:
        return [
            pooling.give(
                self.place, Agency.objects.get(code=code), since=since, given_by="Bu Sri, kepala dinas",
                document="PKS 12/2026", who="wati", **more,
            )
            for code in codes
        ]  # fmt: skip

    def over(self) -> None:
        """The quarter is over, and each counter's number is out."""
        self.clock.moment = JANUARY
        for post in self.posts.values():
            publishing.publish(post.unit, QUARTER, who=WHO)

    def published(self, period: str = "2026-TW4", *, why: str = "") -> tuple[Release, dict[str, Any]]:
        out = larger.publish(larger.mall("mpp", parse(period)), parse(period), who=WHO, why=why)
        return out, opened(out)


@pytest.fixture
def mall(own_clock: OwnClock) -> Mall:
    made = Mall(own_clock)
    visit(made.posts["dukcapil"], 30, value=4)
    visit(made.posts["samsat"], 10, value=2)
    visit(made.posts["bpjs"], 12, value=1)
    visit(made.posts["pajak"], 3)
    return made


def test_it_is_the_sum_of_those_who_agreed_and_says_of_how_many(mall: Mall, client: Client) -> None:
    mall.agree("dukcapil", "samsat", "pajak")
    mall.over()
    out, said = mall.published()
    # 30 people at 100 and 10 at 50: pooled, and no mean of means.
    assert (out.subject, out.n, out.value) == ("place", 40, Decimal("87.50"))
    assert out.low is not None, "no number without its doubt"
    assert said["agencies"] == {
        "serving": 4, "counted": 2, "without_consent": 1, "elsewhere": 0, "nothing_out": 1,
    }  # fmt: skip
    assert {one["unit"] for one in said["counted"]} == {"gerai-dukcapil", "gerai-samsat"}
    page = client.get("/place/mpp/").content.decode()
    assert "2 dari 4" in " ".join(page.split())
    assert "1 tidak menyetujui nilainya digabung." in " ".join(page.split())
    assert client.get(f"/r/{out.address}/").status_code == 200
    found = client.get("/api/v1/releases?place=mpp").json()["releases"]
    assert [one["address"] for one in found] == [out.address]
    assert "/place/mpp/" in client.get("/unit/gerai-bpjs/").content.decode()
    english = " ".join(client.get("/en/place/mpp/").content.decode().split())
    assert "2 of 4" in english


def test_what_stands_on_the_last_day_of_a_period_holds_for_it(mall: Mall) -> None:
    """Nobody chooses by the number: to agree or to withdraw once it is over changes nothing of it."""
    mall.agree("dukcapil", "samsat")
    mall.clock.moment = datetime(2026, 12, 31, 10, tzinfo=UTC)
    late = mall.agree("bpjs")[0]
    assert pooling.agreed([late], late.agency_id, QUARTER.first, QUARTER.last)
    mall.over()
    pooling.withdraw(late, who="sari", why="nilainya jelek")
    mall.agree("pajak")
    _, said = mall.published()
    assert {one["unit"] for one in said["counted"]} == {
        f"gerai-{one}" for one in ("dukcapil", "samsat", "bpjs")
    }
    following = parse("2027-TW1")
    consents = list(PoolingConsent.objects.all())
    assert [
        pooling.agreed(consents, Agency.objects.get(code=code).pk, following.first, following.last)
        for code in AGENCIES
    ] == [True, True, False, True]


def test_what_is_out_stays_out_and_a_withdrawal_holds_from_then_on(mall: Mall) -> None:
    consents = mall.agree("dukcapil", "samsat", "bpjs")
    mall.clock.moment = datetime(2026, 12, 30, 10, tzinfo=UTC)
    pooling.withdraw(consents[2], who="sari", why="rapat pimpinan")
    refused("consent_withdrawn", pooling.withdraw, consents[2], who="sari", why="lagi")
    mall.over()
    out, said = mall.published()
    assert said["agencies"]["without_consent"] == 2
    before = bytes(out.content)
    pooling.withdraw(consents[0], who="sari", why="juga")
    assert bytes(Release.objects.get(pk=out.pk).content) == before
    refused("release_same", mall.published, why="lagi")
    trail = TrailEntry.objects.filter(subject="mpp", action__startswith="pooling").order_by("pk")
    assert [one.action for one in trail] == ["pooling agreed"] * 3 + ["pooling withdrawn"] * 2


def test_one_agency_alone_is_no_pooled_number(mall: Mall, client: Client) -> None:
    mall.agree("dukcapil")
    mall.over()
    out, said = mall.published()
    assert (out.n, out.value, said["counted"], said["index"]) == (None, None, [], None)
    assert said["agencies"]["counted"] == 1
    page = " ".join(client.get("/place/mpp/").content.decode().split())
    assert "tanpa nilai gedung" in page
    assert "100,00" not in page


def test_a_counter_that_also_served_elsewhere_is_no_number_of_this_building(mall: Mall) -> None:
    mall.agree("dukcapil", "samsat", "bpjs")
    other = Post(mall.posts["bpjs"].unit, name="k-luar", stream=9)
    assert other.place != mall.place
    mall.over()
    _, said = mall.published()
    assert {one["unit"] for one in said["counted"]} == {"gerai-dukcapil", "gerai-samsat"}
    assert (said["agencies"]["elsewhere"], said["agencies"]["without_consent"]) == (1, 1)


def test_a_consent_names_who_gave_it_where_and_for_which_days(mall: Mall) -> None:
    agency = Agency.objects.get(code="dukcapil")
    how: dict[str, Any] = {"since": QUARTER.first, "given_by": "Bu Sri", "document": "PKS 1", "who": WHO}
    refused("consent_said", pooling.give, mall.place, agency, **how | {"given_by": " "})
    refused("consent_said", pooling.give, mall.place, agency, **how | {"document": ""})
    refused("consent_days", pooling.give, mall.place, agency, **how | {"until": date(2026, 9, 30)})
    stranger = tree.add_agency("asing", name="Instansi asing")
    refused("consent_not_there", pooling.give, mall.place, stranger, **how)
    pooling.give(mall.place, agency, **how | {"until": QUARTER.last})
    refused("consent_there", pooling.give, mall.place, agency, **how)
    pooling.give(mall.place, agency, **how | {"since": date(2027, 1, 1)})
    consents = list(PoolingConsent.objects.all())
    year = parse("2026")
    assert pooling.agreed(consents, agency.pk, QUARTER.first, QUARTER.last)
    assert not pooling.agreed(consents, agency.pk, year.first, year.last)


def test_the_commands_say_all_of_it(mall: Mall, capsys: pytest.CaptureFixture[str]) -> None:
    def run(*words: str) -> str:
        call_command(*words)
        return capsys.readouterr().out

    at_mall = ("--place", "mpp")
    said = ("--since", "2026-10-01", "--given-by", "Bu Sri", "--document", "PKS 1")
    assert "dukcapil agreed from 2026-10-01 on: Bu Sri, PKS 1" in run("mall", "consent", *at_mall, "--agency", "dukcapil", *said)  # fmt: skip
    assert "gerai-samsat  of samsat  since 2026-10-05" in run("mall", "show", *at_mall)
    assert "mpp  Mal Pelayanan  18.01" in run("mall", "list")
    run("mall", "consent", *at_mall, "--agency", "samsat", *said)
    assert "samsat is in no number of mpp" in run(
        "mall", "withdraw", *at_mall, "--agency", "samsat", "--why", "x"
    )
    assert "withdrawn by console:" in run("mall", "show", *at_mall)
    assert "no more since 2026-10-05" in run("mall", "leave", *at_mall, "--unit", "gerai-pajak", "--why", "x")
    mall.over()
    assert "place mpp  2026-TW4  terbit  no number" in run(
        "release", "publish", *at_mall, "--period", "2026-TW4"
    )


def test_a_course_has_a_number_of_its_own_with_its_doubt(own_clock: OwnClock) -> None:
    """Its answers are given at the kiosk of whoever holds it, on its days, and are no part of that one's number."""
    own_clock.moment = datetime(2026, 11, 20, 3, tzinfo=UTC)
    host = Post(add_unit("balai", region="18.01", agency="pemdes"))
    course = add_unit("pelatihan-3", region="18.01", agency="pemdes", name="Pelatihan Kepala Desa 3")
    service = tree.add_service(unit=course, code="kades", name="Pelatihan ini")
    malls.serve(host.place, course, who=WHO, since=date(2026, 11, 24), last=date(2026, 11, 26))
    visit(host, 9, value=2)
    owner, host.unit = host.unit, course  # what naming the course's service comes to (`Standing.service`)
    with transaction.atomic():
        project(
            [
                host.response(
                    answers(4, 3, 4, 3, 4, 3, 4, 3, 4),
                    at(date(2026, 11, 24 + one % 3), seconds=one),
                    service=service,
                )
                for one in range(21)
            ]
        )
    own_clock.moment = JANUARY
    out = publishing.publish(course, QUARTER, who=WHO)
    assert (out.n, out.low is not None, opened(out)["index"]["days"]) == (21, True, 3)
    assert publishing.publish(owner, QUARTER, who=WHO).n == 9


def attack(seed: int, mall: Mall, client: Client) -> Knowledge:
    chance, knows = random.Random(seed), Knowledge()
    people(mall, chance)
    mall.agree(*chance.sample(AGENCIES, 3))
    mall.clock.moment = JANUARY
    for turn in range(2):
        for post in mall.posts.values():
            try_(publishing.publish, post.unit, QUARTER)
        try_(larger.publish, larger.mall("mpp", QUARTER), QUARTER, why="lagi")
        try_(larger.publish, larger.region("18.01"), QUARTER, why="lagi")
        knows.learn(numbers(client))
        people(mall, chance, fewest=0)
        for one in Release.objects.filter(subject="unit", state="terbit"):
            if chance.random() < 0.7:
                try_(publishing.correct, one, why=f"terlambat {turn}")
    knows.learn(numbers(client))
    return knows


def numbers(client: Client) -> dict[str, bytes]:
    """Every number that is out; what the pages and files beside them say is attacked in `test_attacker`."""
    found = client.get("/api/v1/releases").json()["releases"]
    paths = [f"/api/v1/releases/{one['address']}.json" for one in found]
    return {path: client.get(path).content for path in paths}


def try_(do: Any, *given: Any, why: str = "") -> None:
    with contextlib.suppress(CollectorError):
        do(*given, **({"who": WHO, "why": why} if why else {"who": WHO}))


def people(mall: Mall, chance: random.Random, *, fewest: int = 3) -> None:
    for post in mall.posts.values():
        records = [
            post.response(
                answers(*chance.choices((1, 2, 3, 4), k=9)),
                at(date(2026, 10, 1) + timedelta(days=chance.randrange(90)), "09:00", seconds=one),
            )
            for one in range(chance.randint(fewest, 14))
        ]
        with transaction.atomic():
            project(records)


def test_nothing_follows_of_anybody_nor_of_an_agency_that_did_not_agree(
    own_clock: OwnClock, client: Client
) -> None:
    mall = Mall(own_clock)
    knows = attack(1, mall, client)
    check(knows, random.Random(1))
    assert Release.objects.filter(subject="place").exclude(n=None).exists(), (
        "the attack reached the building's number"
    )
    everybody = {code: Agency.objects.get(code=code).pk for code in AGENCIES}
    silent = {code for code, pk in everybody.items() if not PoolingConsent.objects.filter(agency=pk).exists()}
    for out in Release.objects.filter(subject="place"):
        counted = {one["unit"] for one in opened(out)["counted"]}
        assert counted.isdisjoint({f"gerai-{code}" for code in silent})


@pytest.mark.long
@pytest.mark.parametrize("seed", range(2, 30))
def test_nothing_follows_in_many_malls(seed: int, own_clock: OwnClock, client: Client) -> None:
    check(attack(seed, Mall(own_clock), client), random.Random(seed))
