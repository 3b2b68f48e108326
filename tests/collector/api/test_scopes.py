"""What a scope must not see, address by address: it is there, whoever may see it sees it, and nobody else does.

Every address of the contract stands in one of the tables here; one that is new and stands in none fails the first test.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client

from collector import clock
from collector.accounts import roles
from collector.accounts.models import Office
from collector.api import tokens
from collector.api.door import NEEDS
from collector.fleet.models import Unit
from collector.releases import publishing
from collector.releases.evaluation import keeping
from collector.releases.models import Release
from collector.scores.tallies.projection import project
from survey.index.periods import parse
from tests.collector.accounts_of import person
from tests.collector.complaints.tickets import a_ticket
from tests.collector.conftest import OwnClock
from tests.collector.releases.test_evaluation import OWN, marked
from tests.collector.releases.test_evaluation import asked as asked_f03
from tests.collector.scores.village import Post, add_unit, answers, at
from tests.collector.standards import office

pytestmark = pytest.mark.django_db

OUT, RUNNING = "2026-TW3", "2026-TW4"
OF_SCOPES: Mapping[str, str] = {
    "units": "fleet", "kiosks": "fleet", "complaints": "complaints", "indices": "indices", "ipp": "indices", "breakdowns": "breakdowns",
}  # fmt: skip
OF_ANYBODY_KNOWN = {"me"}
PUBLISHED = {
    "releases", "releases/{address}.json", "releases/{address}.csv", "exports", "explain", "verdicts/{unit}", "followup/{unit}.json",
    "standards/{unit}.json", "standards/{unit}.csv", "trail",
}  # fmt: skip
"""Open to everybody: so a token, whatever it is for, gets the same there as a stranger."""
OF_KIOSKS = {"log/{kiosk}", "batches", "enrol", "ca", "settings/{kiosk}", "tickets/{kiosk}"}
"""Signed or sealed, and open to everybody; no token counts there."""
OFFICER = "officer"
"""Of alpha."""
EVALUATOR = "evaluator"
"""Of alpha's sub-district."""
AUDITOR, VIEWER, STRANGER = "auditor", "viewer", "officer of beta"
QUESTIONS: Mapping[str, str] = {
    "units": "units",
    "kiosks": "kiosks",
    "complaints": "complaints",
    "indices": f"indices?unit=alpha&period={RUNNING}",
    "ipp": "ipp?unit=alpha&period=2026&round=mandiri",
    "breakdowns": f"breakdowns?unit=alpha&period={OUT}&by=sex",
}
"""By address: a question about alpha."""
SEEN_BY: Mapping[str, set[str]] = {
    "units": {OFFICER, EVALUATOR},
    "kiosks": {OFFICER, EVALUATOR},
    "complaints": {OFFICER, EVALUATOR},
    "indices": {AUDITOR},
    "ipp": {AUDITOR},
    "breakdowns": {OFFICER, EVALUATOR, AUDITOR},
}
"""By address: whose token of that scope sees something of alpha."""
TRACES: Mapping[str, str] = {
    "units": "alpha", "kiosks": "kios-alpha", "complaints": "alpha", "indices": '"n": 9', "ipp": '"category"', "breakdowns": OUT,
}  # fmt: skip
"""By address: what shows that it was seen."""


@pytest.fixture
def holders(own_clock: OwnClock) -> Mapping[str, Office]:
    """Two villages, each with all there is to see, and those who hold something there or nothing."""
    own_clock.moment = datetime(2027, 1, 5, 3, tzinfo=UTC)
    alpha, beta = village(1, "alpha", "18.01.05.2003"), village(2, "beta", "18.01.06.2004")
    people = {
        OFFICER: person("sari", roles.UNIT_OFFICER, alpha),
        EVALUATOR: person("wati", roles.EVALUATOR, region=alpha.region),
        AUDITOR: person("adi", roles.AUDITOR),
        VIEWER: person("tono", roles.VIEWER),
        STRANGER: person("joko", roles.UNIT_OFFICER, beta),
    }
    return {name: Office.objects.get(user=user) for name, user in people.items()}


def village(number: int, code: str, region: str) -> Unit:
    post = Post(add_unit(code, region=region, name=f"Balai {code}"), name=f"kios-{code}", stream=number)
    out = [date(2026, 8, 3) + timedelta(days=place) for place in range(12)]
    running = [date(2026, 10, 5) + timedelta(days=place) for place in range(9)]
    with transaction.atomic():
        project([post.response(answers(3), at(day)) for day in (*out, *running)])
    asked_f03(post, 12, 4)
    publishing.publish(post.unit, parse(OUT), who="console:test")
    publishing.propose(post.unit, parse(RUNNING), who="console:test")
    keeping.enter(post.unit, parse("2026"), OWN, marked(), who="console:test")
    publishing.publish(post.unit, parse("2026"), who="console:test", instrument="f03a")
    office.write(office.service(post.unit))
    ticket = a_ticket(unit=post.unit)
    ticket.guarded = False
    ticket.save()
    return post.unit


def shown_by(office_of: Office, *scopes: str) -> str:
    return tokens.make(office_of, name="test", scopes=scopes, days=30, who="test", now=clock.now())[1]


def ask(path: str, text: str = "") -> HttpResponse:
    headers = {"Authorization": f"Bearer {text}"} if text else {}
    return Client().get(f"/api/v1/{path}", headers=headers)  # type: ignore[return-value]  # Django's own


def test_every_address_of_the_contract_stands_in_a_table_here() -> None:
    paths = {one.removeprefix("/api/v1/") for one in ask("openapi.json").json()["paths"]}
    assert paths == {*OF_SCOPES, *OF_ANYBODY_KNOWN, *PUBLISHED, *OF_KIOSKS}
    assert NEEDS == {**OF_SCOPES, "me": ""}, "and the door asks for that very scope"
    assert set(OF_SCOPES.values()) == set(tokens.SCOPES)
    assert set(OF_SCOPES) == set(QUESTIONS) == set(SEEN_BY) == set(TRACES)


@pytest.mark.parametrize("place", OF_SCOPES)
def test_what_is_there_is_seen_by_those_who_may_and_by_nobody_else(
    holders: Mapping[str, Office], place: str
) -> None:
    for name, held in holders.items():
        said = ask(QUESTIONS[place], shown_by(held, OF_SCOPES[place])).content.decode()
        assert (TRACES[place] in said) is (name in SEEN_BY[place]), (name, said)
    assert TRACES[place] not in ask(QUESTIONS[place]).content.decode(), "nobody"
    assert TRACES[place] not in ask(QUESTIONS[place], "ikm_1_guessed").content.decode()


@pytest.mark.parametrize("place", OF_SCOPES)
def test_what_is_as_full_next_door_is_seen_by_nobody_from_here(
    holders: Mapping[str, Office], place: str
) -> None:
    question, trace = QUESTIONS[place].replace("alpha", "beta"), TRACES[place].replace("alpha", "beta")
    may = {STRANGER if name == OFFICER else name for name in SEEN_BY[place] if name in (OFFICER, AUDITOR)}
    assert may, "somebody sees it, so it is there"
    for name, held in holders.items():
        said = ask(question, shown_by(held, OF_SCOPES[place])).content.decode()
        assert (trace in said) is (name in may), (name, said)


@pytest.mark.parametrize("place", OF_SCOPES)
def test_all_other_scopes_together_open_nothing_of_one(holders: Mapping[str, Office], place: str) -> None:
    others = [scope for scope in tokens.SCOPES if scope != OF_SCOPES[place]]
    for name in SEEN_BY[place]:
        answer = ask(QUESTIONS[place], shown_by(holders[name], *others))
        assert (answer.status_code, answer.json()["code"]) == (403, "scope")
        assert TRACES[place] not in answer.content.decode()


def test_what_is_published_is_the_same_for_everybody_whatever_they_hold(
    holders: Mapping[str, Office],
) -> None:
    (line,) = ask("releases?unit=beta&instrument=skm-2017").json()["releases"]
    given = {"address": line["address"], "unit": "beta"}
    texts = [shown_by(held, *tokens.SCOPES) for held in holders.values()]
    for place in PUBLISHED:
        path = place.format(**given)
        if place == "explain":
            path += "?value=81,96"
        said = ask(path).content
        assert {ask(path, text).content for text in texts} == {said}, place
        for inside in (RUNNING, office.INNER_TEXT, "kios-beta", '"lama"'):
            assert inside not in said.decode(), (place, inside)


def test_no_token_counts_at_the_kiosks_doors(holders: Mapping[str, Office]) -> None:
    texts = [shown_by(held, *tokens.SCOPES) for held in holders.values()]
    for place in OF_KIOSKS:
        path = place.format(kiosk="kios-beta")
        answers_given = {
            (one.status_code, one.content) for one in map(ask, [path] * (len(texts) + 1), ["", *texts])
        }
        assert len(answers_given) == 1, place


def test_the_list_of_releases_names_nothing_that_is_not_out(holders: Mapping[str, Office]) -> None:
    hidden = set(Release.objects.filter(period=RUNNING).values_list("address", flat=True))
    assert len(hidden) == 2, "they are there"
    said = ask("releases").content.decode()
    for address in hidden:
        assert address not in said
        assert ask(f"releases/{address}.json").status_code == 404
