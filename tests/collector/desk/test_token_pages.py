"""Tokens at the desk: who sees them, what is shown once, and that nobody becomes more by one."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.contrib.auth.models import User
from django.test import Client

from collector import clock
from collector.accounts import offices, roles
from collector.accounts.models import Office
from collector.api import tokens
from collector.api.models import Token
from collector.fleet.models import Unit
from collector.people.models import TrailEntry
from tests.collector.accounts_of import person
from tests.collector.conftest import OwnClock
from tests.collector.desk.test_desk import administrator, browser, seen
from tests.collector.scores.village import add_unit

pytestmark = pytest.mark.django_db
LIST, MAKE = "/meja/akun/token/", "/meja/akun/token/baru/"


@pytest.fixture
def unit() -> Unit:
    return add_unit("sukamaju", region="18.01.05.2003", name="Balai Desa Sukamaju")


@pytest.fixture
def officer(unit: Unit) -> Office:
    return Office.objects.get(user=person("budi", roles.UNIT_OFFICER, unit))


def given(office: Office, *scopes: str, days: int = 30, name: str = "situs desa") -> tuple[Token, str]:
    return tokens.make(office, name=name, scopes=scopes or ("fleet",), days=days, who="rina", now=clock.now())


def made(client: Client, office: Office, **fields: object) -> str:
    """Make a token on the page; gives what is shown once."""
    asked = {"name": "situs desa", "office": office.pk, "scopes": ["fleet"], "days": 30, **fields}
    answer = client.post(MAKE, asked)
    assert answer.status_code == 200, unescape(answer.content.decode())
    found = re.search(r"<textarea[^>]*>(ikm_[^<]+)</textarea>", answer.content.decode())
    assert found is not None
    assert answer.headers["Cache-Control"].find("no-store") >= 0
    return found[1]


def asked(text: str, path: str = "me") -> int:
    return Client().get(f"/api/v1/{path}", headers={"Authorization": f"Bearer {text}"}).status_code


@pytest.mark.parametrize("role", [roles.VIEWER, roles.UNIT_OFFICER, roles.EVALUATOR, roles.AUDITOR])
def test_nobody_but_an_administrator_sees_makes_or_ends_one(unit: Unit, role: str) -> None:
    user = person("sari", role, unit if role == roles.UNIT_OFFICER else None)
    token, text = given(Office.objects.get(user=user))
    client = browser(user)
    for path in (LIST, MAKE):
        assert client.get(path).status_code == 403, path
        assert Client().get(path).status_code == 302, path
    assert (
        client.post(
            MAKE, {"name": "x", "office": token.office_id, "scopes": ["fleet"], "days": 1}
        ).status_code
        == 403
    )
    assert client.post(f"{LIST}{token.pk}/akhiri/").status_code == 403
    assert asked(text) == 200
    assert Token.objects.count() == 1


def test_one_that_is_made_is_shown_once_and_opens_what_its_office_may(officer: Office) -> None:
    rina = browser(administrator())
    text = made(rina, officer, scopes=["fleet", "complaints"])
    assert [asked(text, path) for path in ("me", "units", "complaints", "indices")] == [200, 200, 200, 403]
    said = rina.get(LIST).content.decode()
    assert text.split("_", 2)[2] not in said
    for word in (
        "situs desa",
        "unit dan kios",
        "pengaduan, tanpa isinya",
        "Balai Desa Sukamaju",
        "dibuat oleh rina",
    ):
        assert word in re.sub(r"\s+", " ", said), word
    entry = TrailEntry.objects.get(action="token made")
    assert (entry.who, entry.subject) == ("rina", "budi")


def test_the_list_says_until_when_and_when_last_and_leaves_out_what_has_ended(
    officer: Office, own_clock: OwnClock
) -> None:
    admin = administrator()
    assert "Tidak ada token yang berlaku" in seen(browser(admin), LIST)
    _, used = given(officer, name="dipakai")
    given(officer, name="lewat", days=1)
    ended, _ = given(officer, name="dicabut")
    tokens.revoke(ended.pk, who="rina", now=clock.now())
    asked(used)
    day = own_clock.moment
    own_clock.moment += timedelta(days=2)
    rina = browser(admin)
    said = seen(rina, LIST)
    assert "Token yang berlaku: 1" in said
    assert f"{day.day} Januari 2027" in said
    assert "lewat" not in said
    assert "dicabut" not in said
    everything = seen(rina, f"{LIST}?tampil=semua")
    assert everything.count("tidak berlaku lagi") == 2
    offices.end(officer, who="rina", why="pindah")
    assert "Tidak ada token yang berlaku" in seen(rina, LIST)


@pytest.fixture(autouse=True)
def _january(own_clock: OwnClock) -> None:
    own_clock.moment = own_clock.moment.replace(year=2027, month=1, day=5)


def test_ending_one_shuts_it_at_once_and_a_second_time_says_so(officer: Office) -> None:
    rina = browser(administrator())
    token, text = given(officer)
    path = f"{LIST}{token.pk}/akhiri/"
    assert rina.get(path).status_code == 405
    assert rina.post(path).status_code == 302
    assert asked(text) == 401
    assert "Token situs desa berakhir" in seen(rina, LIST)
    rina.post(path)
    assert f"idak ada token {token.pk} yang masih berlaku" in seen(rina, LIST)
    assert rina.post(f"{LIST}999999/akhiri/").status_code == 404
    assert TrailEntry.objects.get(action="token revoked").who == "rina"


def test_an_administrator_makes_none_for_an_auditor_nor_for_an_office_that_has_ended(officer: Office) -> None:
    """Whoever administers does not see running numbers, and whoever watches over administrators is not acted for by one."""
    auditor = Office.objects.get(user=person("adi", roles.AUDITOR))
    gone = Office.objects.get(user=person("lama", roles.EVALUATOR))
    offices.end(gone, who="rina", why="pindah")
    asleep = person("tidur", roles.EVALUATOR)
    User.objects.filter(pk=asleep.pk).update(is_active=False)
    rina = browser(administrator())
    page = unescape(rina.get(MAKE).content.decode())
    assert f'value="{officer.pk}"' in page
    for office in (auditor, gone, Office.objects.get(user=asleep)):
        assert f'value="{office.pk}"' not in page
        fields = {"name": "x", "office": office.pk, "scopes": ["indices"], "days": 30}
        assert rina.post(MAKE, fields).status_code == 400
    assert not Token.objects.exists()


def test_no_office_is_chosen_for_somebody_and_none_that_sees_nothing_is_offered(officer: Office) -> None:
    viewer = Office.objects.get(user=person("tono", roles.VIEWER))
    page = browser(administrator()).get(MAKE).content.decode()
    assert '<option value="" selected>pilih jabatan</option>' in page
    assert f'value="{viewer.pk}"' not in page


def test_where_offices_are_many_one_is_chosen_among_the_accounts(
    officer: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("collector.desk.show.tokens.MOST_LISTED", 1)
    rina = browser(administrator())
    assert "cari orangnya" in seen(rina, MAKE)
    assert f'href="{MAKE}?jabatan={officer.pk}"' in rina.get("/meja/akun/").content.decode()
    page = rina.get(f"{MAKE}?jabatan={officer.pk}").content.decode()
    assert f'<option value="{officer.pk}" selected>' in page
    assert page.count("<option") == 2
    fields = {"name": "situs", "office": officer.pk, "scopes": ["fleet"], "days": 30}
    assert rina.post(f"{MAKE}?jabatan={officer.pk}", fields).status_code == 200
    assert rina.post(MAKE, fields).status_code == 200
    auditor = Office.objects.get(user=person("adi", roles.AUDITOR))
    assert f'value="{auditor.pk}"' not in rina.get(f"{MAKE}?jabatan={auditor.pk}").content.decode()
    assert rina.post(f"{MAKE}?jabatan={auditor.pk}", fields | {"office": auditor.pk}).status_code == 400


@pytest.mark.parametrize(
    "wrong", [{"scopes": []}, {"scopes": ["everything"]}, {"days": 0}, {"days": 367}, {"days": "x"}, {"name": ""}, {"name": "\x00"}, {"office": "x"}]
)  # fmt: skip
def test_what_makes_no_token_is_said_on_the_page(officer: Office, wrong: dict[str, object]) -> None:
    rina = browser(administrator())
    fields = {"name": "situs", "office": officer.pk, "scopes": ["fleet"], "days": 30, **wrong}
    answer = rina.post(MAKE, fields)
    assert answer.status_code == 400
    assert 'class="wrong"' in answer.content.decode()
    assert not Token.objects.exists()


def test_what_an_administrator_of_a_region_reaches_lies_wholly_in_it(unit: Unit, officer: Office) -> None:
    far = add_unit("medan", region="12.71.01.1001", name="Kantor Medan")
    elsewhere = Office.objects.get(user=person("joko", roles.UNIT_OFFICER, far))
    inside = Office.objects.get(user=person("wati", roles.EVALUATOR, region=unit.region))
    everywhere = Office.objects.get(user=person("pusat", roles.EVALUATOR))
    made_for = {
        office.pk: given(office, name=f"token-{office.user.username}")[0]
        for office in (elsewhere, inside, everywhere, officer)
    }
    admin = administrator()
    Office.objects.filter(user=admin).update(region="18.01.05.2003")
    rina = browser(admin)
    said = seen(rina, LIST)
    assert "token-budi" in said
    assert "token-wati" in said
    assert "token-joko" not in said
    assert "token-pusat" not in said
    for office in (elsewhere, everywhere):
        assert rina.post(f"{LIST}{made_for[office.pk].pk}/akhiri/").status_code == 404
        fields = {"name": "x", "office": office.pk, "scopes": ["fleet"], "days": 30}
        assert rina.post(MAKE, fields).status_code == 400
    assert not Token.objects.exclude(ended_at=None).exists()


def test_what_a_program_asks_stands_in_the_trail_as_the_program_s(unit: Unit) -> None:
    token, text = given(Office.objects.get(user=person("adi", roles.AUDITOR)), "indices")
    assert asked(text, "indices?unit=sukamaju&period=2026-TW4") == 200
    assert TrailEntry.objects.get(action="index asked").who == f"adi (token {token.pk})"
