"""Codes that a form offers: those of whoever fills it in, and of a list that nobody would read none."""

import re

import pytest
from django.test import Client

from collector.accounts import roles
from collector.desk import suggesting
from collector.fleet.models import Agency, Unit
from tests.collector.accounts_of import person
from tests.collector.desk.test_desk import administrator, browser
from tests.collector.scores.village import add_unit

pytestmark = pytest.mark.django_db

INVITE, ENDS = "/meja/akun/undang/", "/meja/unit/sukamaju/keadaan/"


@pytest.fixture
def here() -> Unit:
    add_unit("mekarsari", region="18.01.05.2004", name="Balai <Desa> Mekarsari")
    add_unit("medan", region="12.71.01.1001", name="Kantor Medan")
    return add_unit("sukamaju", region="18.01.05.2003", name="Balai Desa Sukamaju", agency="desa")


def page(client: Client, path: str) -> str:
    return client.get(path).content.decode()


def offered(page: str, field: str) -> dict[str, str]:
    """What the page offers for a field: the names by their codes."""
    named = re.search(rf'<input[^>]* name="{field}"[^>]*>', page)
    assert named is not None
    listed = re.search(r' list="([^"]+)"', named[0])
    if listed is None:
        return {}
    inside = page.partition(f'<datalist id="{listed[1]}"')[2].partition("</datalist>")[0]
    return dict(re.findall(r'<option value="([^"]*)">([^<]*)</option>', inside))


def test_an_evaluator_is_offered_the_own_units_and_no_others(here: Unit) -> None:
    kecamatan = here.region
    Unit.objects.filter(code="mekarsari").update(region=kecamatan)
    evaluator = browser(person("wati", roles.EVALUATOR, region=kecamatan))
    mine = {"sukamaju": "Balai Desa Sukamaju", "mekarsari": "Balai &lt;Desa&gt; Mekarsari"}
    assert offered(page(evaluator, INVITE), "where") == mine
    del mine["sukamaju"]
    assert offered(page(evaluator, ENDS), "akhiri-successor") == mine, "no unit follows itself"


def test_an_administrator_is_offered_agencies_too_and_no_unit_that_has_ended(here: Unit) -> None:
    Unit.objects.filter(code="medan").update(retired_on="2026-01-01")
    found = offered(page(browser(administrator()), INVITE), "where")
    assert set(found) == {"sukamaju", "mekarsari", *Agency.objects.values_list("code", flat=True)}


def test_of_too_many_none_is_offered_and_any_code_can_be_typed(
    here: Unit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(suggesting, "MOST", 2)
    said = page(browser(administrator()), INVITE)
    assert set(offered(said, "where")) == set(Agency.objects.values_list("code", flat=True))
    assert 'maxlength="40"' in re.findall(r'<input[^>]* name="where"[^>]*>', said)[0]
