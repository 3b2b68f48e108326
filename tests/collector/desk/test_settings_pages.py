"""Settings at the desk: where each value comes from, set and cleared by administrators, and seen by nobody out of reach."""

import pytest
from django.core.cache import cache
from django.test import Client

from collector.accounts import roles
from collector.desk import setting_words
from collector.fleet import layers, setting
from collector.fleet.layers import KIOSK, REGION, UNIT, Layer
from collector.fleet.models import Kiosk, SetValue, Unit
from collector.fleet.publication import SETTABLE
from collector.headers import PAGE
from tests.collector.accounts_of import person
from tests.collector.desk.test_desk import administrator, browser, seen
from tests.collector.fake_kiosk import FakeKiosk
from tests.collector.fleet.test_setting_layers import crowd, held
from tests.collector.scores.village import add_unit

pytestmark = pytest.mark.django_db
REGENCY = "/meja/setelan/wilayah/18.01/"
VILLAGE = "/meja/setelan/unit/sukamaju/"


@pytest.fixture(autouse=True)
def _no_cache() -> None:
    cache.clear()


@pytest.fixture
def rina(kiosk: FakeKiosk) -> Client:
    return browser(administrator())


def test_what_can_be_set_can_be_set_at_the_desk() -> None:
    assert set(SETTABLE) == set(setting_words.KINDS)


def test_a_value_is_set_for_a_regency_seen_below_and_cleared_again(rina: Client, kiosk: FakeKiosk) -> None:
    own = f"/meja/setelan/kios/{kiosk.name}/"
    answer = rina.post(f"{REGENCY}volume_percent/", {"value": "70"}, follow=True)
    assert answer.redirect_chain == [(REGENCY, 302)]
    assert answer["Content-Security-Policy"] == PAGE
    assert "Disimpan dan ditandatangani untuk 1 kios" in answer.content.decode()
    assert held(kiosk.name) == 70
    assert "Volume suara 70 % wilayah (18.01) Ubah" in seen(rina, own)
    assert "Volume suara 70 % diatur di sini" in seen(rina, REGENCY)
    rina.post(f"{own}volume_percent/", {"value": "20"})
    assert "20 % diatur di sini" in seen(rina, own)
    assert f"Kios {kiosk.name} Volume suara: 20 %" in seen(rina, REGENCY), "the nearer one is named"
    assert "versi 3 menunggu dikirim" in seen(rina, own)
    rina.post(f"{own}volume_percent/", {"clear": "1"})
    assert held(kiosk.name) == 70


@pytest.mark.parametrize(
    "key, given, value",
    [
        (
            "opening_hours",
            {"mon": "8.00-12.00, 13:00–15:30"},
            {"mon": [["08:00", "12:00"], ["13:00", "15:30"]]},
        ),
        ("languages", {"value": "id, en"}, ["id", "en"]),
        ("sunlight", {"value": "ya"}, True),
        ("hours_by_staff", {"value": "tidak"}, False),
        ("texts", {"value": '{"idle.title": {"id": "Halo"}}'}, {"idle.title": {"id": "Halo"}}),
    ],
)
def test_each_kind_of_value_has_its_field(
    rina: Client, kiosk: FakeKiosk, key: str, given: dict[str, str], value: object
) -> None:
    path = f"{VILLAGE}{key}/"
    assert rina.get(path).status_code == 200
    assert rina.post(path, given).status_code == 302
    assert held(kiosk.name, key) == value
    assert rina.get(VILLAGE).status_code == rina.get(path).status_code == 200


@pytest.mark.parametrize(
    "key, given, words",
    [
        ("opening_hours", {"mon": "pagi"}, "Senin: pagi bukan jam"),
        ("opening_hours", {"mon": "12.00-08.00"}, "must rise"),
        ("volume_percent", {"value": "101"}, "100"),
        ("texts", {"value": "{"}, "bukan JSON"),
        ("instruments", {"value": "warung@1"}, "warung@1"),
    ],
)
def test_a_bad_value_is_refused_with_words_and_nothing_is_set(
    rina: Client, key: str, given: dict[str, str], words: str
) -> None:
    answer = rina.post(f"{VILLAGE}{key}/", given)
    assert answer.status_code == 400
    assert words in answer.content.decode()
    assert not SetValue.objects.exists()


def test_settings_of_many_are_promised_and_counted_down(
    rina: Client, kiosk: FakeKiosk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(setting, "STEP", 2)
    crowd(Unit.objects.get(), setting.STEP + 1)
    told = rina.post(f"{REGENCY}volume_percent/", {"value": "70"}, follow=True).content.decode()
    number = setting.STEP + 2
    assert f"{number} kios mendapat setelannya sedikit demi sedikit" in told
    assert f"{number} kios menunggu setelannya ditandatangani" in " ".join(told.split())
    Kiosk.objects.filter(name="banyak-0001").update(due=False, unsigned_why="instrument is unknown")
    assert "banyak-0001 : instrument is unknown" in seen(rina, "/meja/setelan/")


def test_a_page_leads_to_any_layer_by_its_code(rina: Client, kiosk: FakeKiosk) -> None:
    for words, path in (
        ("18.01", REGENCY),
        ("sukamaju", VILLAGE),
        (kiosk.name, f"/meja/setelan/kios/{kiosk.name}/"),
    ):
        assert rina.get("/meja/setelan/", {"di": words})["Location"] == path
    assert (
        "Tidak ada wilayah, unit, atau kios &lt;b&gt;"
        in rina.get("/meja/setelan/", {"di": "<b>"}).content.decode()
    )


def test_each_role_sees_its_own_layers_and_only_administrators_change(unit: Unit, kiosk: FakeKiosk) -> None:
    other = add_unit("medan", region="12.71.01.1001", name="Kantor Medan")
    setting.change(Layer(UNIT, "medan"), {"volume_percent": 33}, who="x")
    setting.change(Layer(UNIT, "sukamaju"), {"volume_percent": 44}, who="x")
    own = (REGENCY, VILLAGE, f"/meja/setelan/kios/{kiosk.name}/")
    far = (
        "/meja/setelan/wilayah/12.71/",
        "/meja/setelan/unit/medan/",
        "/meja/setelan/wilayah/18/",
        "/meja/setelan/semua/",
    )
    assert Client().get("/meja/setelan/").status_code == 302
    for number, role in enumerate((None, roles.VIEWER, roles.AUDITOR)):
        client = browser(person(f"orang-{number}", role))
        assert {client.get(path).status_code for path in ("/meja/setelan/", *own)} == {403}
    wati = browser(person("wati", roles.EVALUATOR, region=layers.Region.objects.get(pk="18.01")))
    assert {wati.get(path).status_code for path in own} == {200}
    assert {wati.get(path).status_code for path in far} == {404}
    listed = wati.get("/meja/setelan/").content.decode()
    assert ("44 %" in listed, "33 %" in listed, other.name in listed) == (True, False, False)
    assert "Ubah" not in wati.get(VILLAGE).content.decode()
    for path in own:
        assert wati.post(f"{path}volume_percent/", {"value": "1"}).status_code == 403
    for path in far:
        assert wati.post(f"{path}volume_percent/", {"value": "1"}).status_code == 404
    budi = browser(person("budi", roles.UNIT_OFFICER, unit))
    assert [budi.get(path).status_code for path in own] == [404, 200, 200]
    assert budi.post(f"{VILLAGE}volume_percent/", {"value": "1"}).status_code == 403
    assert not SetValue.objects.filter(value=1).exists()
    assert not SetValue.objects.filter(layer__in=(REGION, KIOSK)).exists()
