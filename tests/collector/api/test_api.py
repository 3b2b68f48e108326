"""The door for programs: what a token opens and what it never does, by making exist what must not be seen."""

import json
import re
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.test import Client

from collector import clock
from collector.accounts import offices, roles
from collector.accounts.models import Office
from collector.api import limits, tokens
from collector.api.models import Token
from collector.fleet.models import Unit
from collector.people.models import TrailEntry
from tests.collector.accounts_of import person
from tests.collector.complaints.tickets import a_ticket
from tests.collector.conftest import OwnClock
from tests.collector.scores.village import Post, add_unit

pytestmark = pytest.mark.django_db

LISTS = ("units", "kiosks", "complaints")


@pytest.fixture
def villages() -> tuple[Unit, Unit]:
    """Two units, each with a kiosk and a complaint."""
    found = add_unit("alpha", region="18.01.05.2003"), add_unit("beta", region="18.01.05.2004")
    for number, unit in enumerate(found, start=1):
        Post(unit, name=f"kios-{unit.code}", stream=number)
        ticket = a_ticket(unit=unit)
        ticket.guarded = False
        ticket.save()
    return found


def a_token(office: Office, *scopes: str, days: int = 30) -> tuple[Token, str]:
    return tokens.make(
        office, name="test", scopes=scopes or tokens.SCOPES, days=days, who="test", now=clock.now()
    )


def officer(unit: Unit) -> Office:
    return Office.objects.get(user=person(f"officer-{unit.code}", roles.UNIT_OFFICER, unit))


def asked(path: str, text: str = "", **headers: str) -> object:
    given = {"Authorization": f"Bearer {text}"} if text else {}
    return Client().get(f"/api/v1/{path}", headers={**given, **headers})


@pytest.mark.parametrize("place", LISTS)
def test_a_token_of_one_unit_sees_its_own_and_nothing_of_the_other(
    villages: tuple[Unit, Unit], place: str
) -> None:
    for mine, other in (villages, villages[::-1]):
        _, text = a_token(officer(mine))
        said = asked(place, text).content.decode()
        assert mine.code in said
        assert other.code not in said


@pytest.mark.parametrize("place", [*LISTS, "me"])
def test_without_a_token_there_is_nothing_but_what_is_published(
    villages: tuple[Unit, Unit], place: str
) -> None:
    answer = asked(place)
    assert (answer.status_code, answer.json()["code"]) == (401, "token")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_token_opens_what_its_scopes_name_alone(villages: tuple[Unit, Unit]) -> None:
    office = officer(villages[0])
    _, fleet = a_token(office, "fleet")
    _, complaints = a_token(office, "complaints")
    assert [asked(place, fleet).status_code for place in LISTS] == [200, 200, 403]
    assert [asked(place, complaints).status_code for place in LISTS] == [403, 403, 200]
    assert asked("indices?period=2026-TW3", fleet).json()["code"] == "scope"


def test_a_token_acts_with_its_own_office_though_the_account_holds_more(villages: tuple[Unit, Unit]) -> None:
    office = officer(villages[0])
    auditor = offices.give(office.user, roles.AUDITOR, who="test")
    offices.give(office.user, roles.EVALUATOR, who="test")
    _, text = a_token(office)
    assert [one["code"] for one in asked("units", text).json()["units"]] == ["alpha"]
    assert asked("indices?period=2026-TW4", text).json()["code"] == "live_not_yours"
    _, text = a_token(auditor)
    assert asked("indices?period=2026-TW4", text).status_code == 200
    assert asked("complaints", text).json()["complaints"] == []


def test_a_token_ends_with_its_office_its_account_its_date_and_its_revocation(
    villages: tuple[Unit, Unit], own_clock: OwnClock
) -> None:
    office, other = officer(villages[0]), officer(villages[1])
    revoked, text = a_token(office)
    _, ended = a_token(office)
    _, inactive = a_token(other)
    _, late = a_token(other, days=1)
    assert {asked("me", one).status_code for one in (text, ended, inactive, late)} == {200}
    tokens.revoke(revoked.pk, who="test", now=clock.now())
    assert [asked("me", one).status_code for one in (text, ended)] == [401, 200]
    offices.end(office, who="test", why="moved")
    assert asked("me", ended).status_code == 401
    own_clock.moment += timedelta(days=2)
    assert [asked("me", one).status_code for one in (late, inactive)] == [401, 200]
    other.user.is_active = False
    other.user.save()
    assert asked("me", inactive).status_code == 401


def test_only_a_digest_is_kept_and_what_looks_like_a_token_is_none(villages: tuple[Unit, Unit]) -> None:
    token, text = a_token(officer(villages[0]))
    secret = text.split("_", 2)[2]
    assert secret not in str(Token.objects.values_list()) + str(
        list(TrailEntry.objects.values_list("facts", "subject"))
    )
    for wrong in (
        text[:-1],
        f"{text}x",
        f"ikm_{token.pk + 1}_{secret}",
        "ikm__",
        "ikm_1",
        "\u0661",
        f"ikm_{'9' * 40}_x",
        "",
    ):
        assert asked("me", wrong or " ").status_code == 401, wrong
    assert Client().get("/api/v1/me", headers={"Authorization": f"Basic {text}"}).status_code == 401
    assert Client().get("/meja/", headers={"Authorization": f"Bearer {text}"}).status_code == 302


def test_the_console_makes_lists_and_revokes(
    villages: tuple[Unit, Unit], caplog: pytest.LogCaptureFixture
) -> None:
    office = officer(villages[0])
    out = StringIO()
    call_command("token", "add", office.user.username, "--name", "situs desa", "--scope", "fleet", stdout=out)
    text = out.getvalue().splitlines()[0]
    assert asked("me", text).json() == {"account": "officer-alpha", "offices": ["unit officer: Balai alpha"]}
    listed = StringIO()
    call_command("token", "list", stdout=listed)
    assert "situs desa" in listed.getvalue()
    assert "used 2026-11-09" in listed.getvalue()
    assert text.split("_", 2)[2] not in listed.getvalue() + caplog.text
    call_command("token", "revoke", str(Token.objects.get().pk), stdout=StringIO())
    assert asked("me", text).status_code == 401
    assert {"token made", "token revoked"} <= set(TrailEntry.objects.values_list("action", flat=True))


def test_every_refusal_has_one_form(villages: tuple[Unit, Unit]) -> None:
    _, text = a_token(officer(villages[0]))
    told = [
        (asked("units", text + "x"), 401, "token"),
        (asked("units?limit=0", text), 422, "parameters"),
        (asked("units?limit=%00", text), 422, "parameters"),
        (asked("units?after=12:forged", text), 400, "cursor"),
        (asked("nothing"), 404, "unknown"),
        (asked("releases/NNNNNNNN.json"), 404, "release_unknown"),
        (asked("releases?nonsense=1"), 400, "parameter_unknown"),
        (asked("breakdowns?unit=beta&period=2026-TW3&by=service", text), 403, "breakdown_not_yours"),
        (Client().post("/api/v1/units"), 405, "method"),
    ]
    for answer, status, code in told:
        said = answer.json()
        assert (answer.status_code, said["code"]) == (status, code), said
        assert said["message"]
        assert said["remedy"]
        assert answer.headers["Content-Type"] == "application/json"
    assert told[-1][0].headers["Allow"] == "GET"


def test_a_kiosk_s_door_has_that_form_too_where_it_is_not_asked_as_it_is_meant(db: None) -> None:
    told = [
        (asked("batches"), 405, "method"),
        (asked("enrol"), 405, "method"),
        (Client().post("/api/v1/settings/k1"), 405, "method"),
        (asked("settings/a/b"), 404, "unknown"),
        (asked("log/k1"), 404, "kiosk_unknown"),
        (asked("settings/k1"), 404, "kiosk_unknown"),
        (asked("settings/%00"), 404, "unknown"),
        (asked("verdicts/%00"), 404, "unknown"),
        (asked("verdicts/alpha?period=%00"), 404, "verdict_unknown"),
    ]
    for answer, status, code in told:
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert answer.headers["Content-Type"] == "application/json"
    assert told[0][0].headers["Allow"] == "POST"


def test_pages_of_a_list_hold_every_row_once_though_rows_come_in_between(villages: tuple[Unit, Unit]) -> None:
    office = Office.objects.get(user=person("evaluator", roles.EVALUATOR))
    _, text = a_token(office)
    first = asked("units?limit=1", text).json()
    add_unit("aaa", region="18.01.05.2005")
    second = asked(f"units?limit=1&after={first['next']}", text).json()
    third = asked(f"units?limit=1&after={second['next']}", text).json()
    assert [one["units"][0]["code"] for one in (first, second, third)] == ["alpha", "beta", "aaa"]
    assert third["next"] is None
    assert asked(f"kiosks?after={first['next']}", text).json()["code"] == "cursor"


def test_what_did_not_change_is_not_sent_again_and_a_head_has_no_body(villages: tuple[Unit, Unit]) -> None:
    _, text = a_token(officer(villages[0]))
    first = asked("units", text)
    assert first.headers["Cache-Control"] == "private, no-cache"
    assert "Authorization" in first.headers["Vary"]
    again = asked("units", text, **{"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert asked("releases", **{"If-None-Match": asked("releases").headers["ETag"]}).status_code == 304
    head = Client().head("/api/v1/units", headers={"Authorization": f"Bearer {text}"})
    assert (head.status_code, head.content) == (200, b"")


def test_who_asks_too_often_waits_for_the_next_minute(
    villages: tuple[Unit, Unit], own_clock: OwnClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "OF_TOKEN", 2)
    monkeypatch.setattr(limits, "WRONG", 2)
    _, text = a_token(officer(villages[0]))
    _, other = a_token(officer(villages[1]))
    for given, good in ((text, 200), ("ikm_1_guessed", 401)):
        assert [asked("me", given).status_code for _ in range(3)] == [good, good, 429]
    turned = asked("me", text)
    assert 1 <= int(turned.headers["Retry-After"]) <= 60
    assert asked("me", other).status_code == 200
    own_clock.moment += timedelta(minutes=1)
    assert asked("me", text).status_code == 200


def test_nobody_else_s_page_reads_with_a_visitor_s_browser(villages: tuple[Unit, Unit]) -> None:
    answer = asked("releases", Origin="https://evil.example")
    assert not [name for name in answer.headers if name.startswith("Access-Control")]


def test_scripts_of_a_named_site_read_what_is_published_and_nothing_else(
    villages: tuple[Unit, Unit], settings: object
) -> None:
    site = "https://sukamaju.desa.id"
    settings.IKM_API_ORIGINS = [site]
    for place in ("/api/v1/releases", "/api/v1/releases/NNNNNNNN.json", "/data/katalog.json"):
        answer = Client().get(place, headers={"Origin": site})
        assert answer.headers["Access-Control-Allow-Origin"] == site, place
        assert "Origin" in answer.headers["Vary"]
        assert "Access-Control-Allow-Credentials" not in answer.headers
        for other in (
            "https://evil.example",
            f"{site}.evil.example",
            "null",
            "*",
            site.replace("https", "http"),
        ):
            answer = Client().get(place, headers={"Origin": other})
            assert "Access-Control-Allow-Origin" not in answer.headers, other
            assert "Origin" in answer.headers["Vary"]
    _, text = a_token(officer(villages[0]))
    for place in ("units", "me", "releases/../me", "openapi.json", "indices"):
        assert "Access-Control-Allow-Origin" not in asked(place, text, Origin=site).headers, place
    for place in ("/data/", "/api/v1/releases"):
        asking = Client().options(place, headers={"Origin": site, "Access-Control-Request-Method": "PUT"})
        assert not [name for name in asking.headers if name.startswith("Access-Control")]


def test_the_contract_names_every_address_and_its_page_loads_nothing_foreign(db: None) -> None:
    document = asked("openapi.json").json()
    paths = set(document["paths"])
    assert {f"/api/v1/{one}" for one in (*LISTS, "me", "releases", "indices", "batches", "enrol")} <= paths
    assert document["paths"]["/api/v1/units"]["get"]["security"]
    page = asked("docs")
    policy = page.headers["Content-Security-Policy"]
    assert "'unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert not re.search(r"(src|href)=\"(https?:)?//", page.content.decode())
    assert json.dumps(document).count("cdn") == 0
