"""Settings in layers: the nearest wins, what is cleared falls back, and a regency is signed for in steps."""

import io
from datetime import UTC, datetime
from unittest.mock import patch

import pytest
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from collector.accounts import roles
from collector.console.management.commands import listen
from collector.errors import CollectorError, KeeperAway
from collector.fleet import layers, publication, setting, tree
from collector.fleet.applied import settings_states
from collector.fleet.layers import EVERY, KIOSK, REGION, UNIT, Layer
from collector.fleet.models import Assignment, Kiosk, KioskSettings, SetValue, Unit
from collector.people.models import TrailEntry
from collector.trust import public
from collector.trust.keys import verifier
from survey.wire.messages import unpack_settings
from tests.collector.accounts_of import person
from tests.collector.fake_kiosk import FakeKiosk
from tests.collector.scores.village import add_unit

pytestmark = pytest.mark.django_db
REGENCY = Layer(REGION, "18.01")


@pytest.fixture(autouse=True)
def _short_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(setting, "STEP", 5)
    monkeypatch.setattr(setting, "LISTENER_SECONDS", 0.0)


def held(name: str, key: str = "volume_percent") -> object:
    """What the newest signed message says to a kiosk."""
    message = publication.in_force(name)
    assert message is not None
    return unpack_settings(message, verifier(public.read(django_settings.IKM_KEYS).signing)).content.get(key)


def change(layer: Layer, **values: object) -> setting.Changed:
    return setting.change(layer, values, who="rina")


def crowd(unit: Unit, number: int) -> list[str]:
    """Many kiosks that stand at a unit."""
    place = tree.place_of(unit)
    made = Kiosk.objects.bulk_create(
        Kiosk(name=f"banyak-{place:04}", in_use=True, stands=unit) for place in range(number)
    )
    since = datetime(2026, 11, 1, tzinfo=UTC)
    Assignment.objects.bulk_create(Assignment(kiosk=one, unit=unit, place=place, since=since) for one in made)
    return [one.name for one in made]


def console(*words: str) -> str:
    out = io.StringIO()
    call_command("settings", *words, stdout=out)
    return out.getvalue()


def test_the_nearest_layer_wins_and_what_is_cleared_falls_back(kiosk: FakeKiosk) -> None:
    near = [EVERY, REGENCY, Layer(REGION, "18.01.05.2003"), Layer(UNIT, "sukamaju"), Layer(KIOSK, kiosk.name)]
    for volume, layer in enumerate(near, start=10):
        assert change(layer, volume_percent=volume) == (("volume_percent",), 1, True)
        assert held(kiosk.name) == volume
    for volume, layer in reversed(list(enumerate([None, *near[:-1]], start=9))):
        change(near[volume - 9], volume_percent=None)
        assert held(kiosk.name) == (volume if layer is not None else None)
    assert not SetValue.objects.exists()


def test_a_wider_change_reaches_nobody_who_has_a_nearer_value_and_nobody_elsewhere(kiosk: FakeKiosk) -> None:
    elsewhere = FakeKiosk.enrolled(add_unit("medan", region="12.71.01.1001"))
    beside = FakeKiosk.enrolled(add_unit("lain", region="18.01.06.2001"))
    change(Layer(UNIT, "sukamaju"), volume_percent=20)
    change(REGENCY, volume_percent=70, sunlight=True)
    assert (held(kiosk.name), held(kiosk.name, "sunlight")) == (20, True)
    assert (held(beside.name), held(elsewhere.name)) == (70, None)
    assert KioskSettings.objects.filter(kiosk__name=elsewhere.name).count() == 1, "nothing was signed for it"


def test_each_value_says_where_it_comes_from(kiosk: FakeKiosk) -> None:
    change(REGENCY, volume_percent=70)
    change(Layer(KIOSK, kiosk.name), sunlight=True)
    found = layers.in_force(layers.over(Layer(KIOSK, kiosk.name)))
    assert {key: (one.value, one.layer, one.by) for key, one in found.items()} == {
        "volume_percent": (70, REGENCY, "rina"),
        "sunlight": (True, Layer(KIOSK, kiosk.name), "rina"),
    }


@pytest.mark.parametrize(
    "layer, values, word",
    [
        (REGENCY, {"volume_percent": 600}, "settings_refused"),
        (REGENCY, {"seal_key": "00"}, "setting_made_here"),
        (REGENCY, {"volum": 1}, "setting_unknown"),
        (REGENCY, {"places": ["balai"]}, "setting_of_kiosk"),
        (Layer(UNIT, "sukamaju"), {"instruments": ["warung@1"]}, "settings_refused"),
    ],
)
def test_what_makes_no_sense_is_set_nowhere(
    kiosk: FakeKiosk, layer: Layer, values: dict[str, object], word: str
) -> None:
    with pytest.raises(CollectorError) as refusal:
        setting.change(layer, values, who="rina")
    assert refusal.value.word == word
    assert not SetValue.objects.exists()
    assert not Kiosk.objects.filter(due=True).exists()
    assert not TrailEntry.objects.filter(action="settings").exists()


def test_a_regency_is_signed_for_in_steps_and_the_listener_stays_free(kiosk: FakeKiosk) -> None:
    names = crowd(Unit.objects.get(), 2 * setting.STEP + 3)
    done = change(REGENCY, volume_percent=70)
    assert (done.kiosks, done.signed) == (2 * setting.STEP + 4, False)
    assert held(kiosk.name) is None, "nothing is signed where somebody waits for the answer"
    first = len(listen.to_publish())
    assert first <= setting.STEP + 1, "and one that waited before"
    while Kiosk.objects.filter(due=True).exists():
        assert 0 < len(listen.to_publish()) <= setting.STEP
    assert {held(name) for name in (*names, kiosk.name)} == {70}
    assert len(listen.to_publish()) == 0


def test_a_step_costs_the_same_however_many_are_due(kiosk: FakeKiosk) -> None:
    unit = Unit.objects.get()
    crowd(unit, 3 * setting.STEP)
    change(REGENCY, volume_percent=70)
    with CaptureQueriesContext(connection) as first:
        listen.to_publish()
    with CaptureQueriesContext(connection) as second:
        listen.to_publish()
    assert len(second) <= len(first) <= setting.STEP * 25 + 12


def test_what_waits_for_the_broker_goes_out_in_bounded_groups(kiosk: FakeKiosk) -> None:
    crowd(Unit.objects.get(), 8)
    for one in Kiosk.objects.all():
        publication.publish(one, changes={"volume_percent": 30})
    with patch.object(publication, "MOST_AT_ONCE", 3):
        sent: list[str] = []
        while told := [one.topic for one in listen.to_publish()]:
            assert len(told) <= 3
            sent += told
    assert len(sent) == len(set(sent)) == 9


def test_a_keeper_that_is_away_delays_settings_and_stops_nobody(kiosk: FakeKiosk) -> None:
    crowd(Unit.objects.get(), setting.STEP + 1)
    listen.to_publish()
    change(REGENCY, volume_percent=70)
    with patch.object(
        publication.keyholder, "sign", side_effect=KeeperAway("keeper_away", path="-", seconds=8, reason="-")
    ):
        assert listen.to_publish() == []
    assert Kiosk.objects.filter(due=True).count() == setting.STEP + 2
    listen.to_publish()
    assert held(kiosk.name) == 70


def test_what_does_not_hold_together_for_one_kiosk_is_said_there_and_stops_no_other(
    kiosk: FakeKiosk,
) -> None:
    crowd(Unit.objects.get(), setting.STEP + 1)
    broken = Kiosk.objects.get(name="banyak-0003")
    SetValue.objects.create(
        layer=KIOSK,
        of=broken.name,
        key="instruments",
        value=["warung@1"],
        set_at=datetime(2026, 11, 2, tzinfo=UTC),
    )
    change(REGENCY, volume_percent=70)
    while setting.sign_due():
        pass
    assert held(kiosk.name) == 70
    broken.refresh_from_db()
    assert (broken.due, "warung@1" in broken.unsigned_why) == (False, True)
    assert settings_states([broken.pk])[broken.pk].unsigned_why == broken.unsigned_why
    assert "1 cannot be signed" in console("state", "--region", "18.01")
    change(Layer(KIOSK, broken.name), instruments=None)
    broken.refresh_from_db()
    assert broken.unsigned_why == ""
    assert held(broken.name) == 70


def test_a_kiosk_on_https_gets_what_is_due_when_it_asks(kiosk: FakeKiosk, client: Client) -> None:
    crowd(Unit.objects.get(), setting.STEP + 1)
    tag = client.get(f"/api/v1/settings/{kiosk.name}")["ETag"]
    change(REGENCY, volume_percent=70)
    answer = client.get(f"/api/v1/settings/{kiosk.name}", headers={"if-none-match": tag})
    assert answer.status_code == 200
    assert held(kiosk.name) == 70
    assert Kiosk.objects.filter(due=True).count() == setting.STEP + 1


def test_a_unit_that_moves_to_another_region_gets_what_holds_there(kiosk: FakeKiosk) -> None:
    change(Layer(REGION, "18"), volume_percent=70)
    tree.add_region("12.71.01.1001")
    call_command(
        "unit", "add", "--code", "sukamaju", "--name", "Balai Desa Sukamaju", "--region", "12.71.01.1001"
    )
    assert held(kiosk.name) is None


def test_the_command_sets_shows_and_clears_and_says_how_far_it_came(kiosk: FakeKiosk) -> None:
    assert "region 18.01: volume_percent changed; 1 kiosks, signed" in console(
        "set", "volume_percent=70", "--region", "18.01", "--why", "bising"
    )
    assert "it is so already" in console("set", "volume_percent=70", "--region", "18.01")
    assert "volume_percent = 70  (from region 18.01 by console:" in console("show", "--kiosk", kiosk.name)
    assert "volume_percent is otherwise for region 18.01" in console("show")
    told = console("state")
    assert told.startswith("1 sent\n")
    assert f"{kiosk.name}  sukamaju  settings 2 sent" in told
    console("clear", "volume_percent", "--region", "18.01")
    assert held(kiosk.name) is None
    assert [
        entry.facts["cleared"] for entry in TrailEntry.objects.filter(action="settings").order_by("pk")
    ] == [
        [],
        ["volume_percent"],
    ]
    with pytest.raises(CommandError, match="no region"):
        console("show", "--region", "99")


def test_the_command_signs_what_is_due_where_no_listener_does(kiosk: FakeKiosk) -> None:
    crowd(Unit.objects.get(), setting.STEP + 1)
    assert "to be signed" in console("set", "volume_percent=70")
    assert console("sign") == f"{setting.STEP + 2} kiosks signed\n"
    assert held(kiosk.name) == 70


def test_an_account_sets_nothing_beyond_its_office(kiosk: FakeKiosk) -> None:
    person("wati", roles.EVALUATOR, region=tree.add_region("18.01"))
    person("rina", roles.ADMINISTRATOR)
    with pytest.raises(CommandError):
        console("set", "volume_percent=70", "--region", "18.01", "--as", "wati")
    assert not SetValue.objects.exists()
    console("set", "volume_percent=70", "--region", "18.01", "--as", "rina")
    assert SetValue.objects.get().set_by.startswith("rina (console:")


def test_where_kiosks_send_to_is_moved_by_whoever_administers_everything_and_not_without_encryption(
    kiosk: FakeKiosk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(django_settings, "IKM_PUBLIC_BROKER_URL", "mqtts://old.example")
    monkeypatch.setattr(django_settings, "IKM_PUBLIC_URL", "https://old.example")
    assert setting.office_over(REGENCY, ["broker"]) == setting.office_over(EVERY, []) == layers.EVERYTHING
    assert setting.office_over(REGENCY, ["volume_percent"]) == ("region", "18.01")
    for key, bad in (
        ("broker", "mqtt://new.example"),
        ("collector", "http://new.example"),
        ("broker", "new"),
    ):
        with pytest.raises(CollectorError):
            change(REGENCY, **{key: bad})
    change(REGENCY, broker="mqtts://new.example", collector="https://new.example")
    assert (held(kiosk.name, "broker"), held(kiosk.name, "collector")) == (
        "mqtts://new.example",
        "https://new.example",
    )
