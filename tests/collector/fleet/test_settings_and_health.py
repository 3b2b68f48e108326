"""Settings are checked before they are signed; what each kiosk did with them, and how it is, is shown."""

import json
from collections.abc import Callable

import pytest
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command
from django.test import Client

from collector.console.management.commands import listen
from collector.evidence.intake.rebuild import rebuild
from collector.fleet import publication
from collector.fleet.models import Kiosk, KioskSettings, SettingsReport
from collector.trust import public
from collector.trust.keys import verifier
from survey.record.bodies import Alive, SettingsTold
from survey.wire import topics
from survey.wire.health import KioskHealth, UplinkHealth
from survey.wire.messages import unpack_settings
from survey.wire.trouble import trouble
from tests.collector.conftest import Arrive
from tests.collector.fake_kiosk import MORNING_MS, FakeKiosk
from tests.collector.hearing import hear

pytestmark = pytest.mark.django_db


@pytest.fixture
def take(arrive: Arrive) -> Callable[[FakeKiosk], None]:
    """Send in what a kiosk has written since the last time."""
    sent: dict[str, int] = {}

    def send(kiosk: FakeKiosk) -> None:
        arrive(kiosk.batch(sent.get(kiosk.name, 0) + 1, kiosk.last))
        sent[kiosk.name] = kiosk.last

    return send


def settings(kiosk: FakeKiosk, *changes: str) -> None:
    call_command("kiosk", "settings", kiosk.name, *(word for one in changes for word in ("--set", one)))


@pytest.mark.parametrize(
    "change, reason",
    [
        ('opening_hours={"mon":[["08.00","16.00"]]}', "08:00"),
        ('opening_hours={"mon":[["08:00"]]}', "08:00"),
        ("volume_percent=600", "0 to 100"),
        ("volum_percent=60", "volume_percent"),
        ('instruments=["skm-2017@1"]', "smiley"),
    ],
)
def test_what_a_kiosk_would_refuse_is_not_signed(
    kiosk: FakeKiosk, client: Client, change: str, reason: str
) -> None:
    before = KioskSettings.objects.count()
    with pytest.raises(CommandError, match=reason):
        settings(kiosk, change)
    assert KioskSettings.objects.count() == before


def test_a_units_page_survives_every_setting_that_can_be_signed(
    kiosk: FakeKiosk, client: Client, take: Callable[[FakeKiosk], None]
) -> None:
    settings(kiosk, 'opening_hours={"mon":[["08:00","12:00"],["13:00","16:00"]]}')
    kiosk.record("boot", {"software": "1"})
    kiosk.record("alive", Alive("idle").to_body())
    take(kiosk)
    assert client.get("/unit/sukamaju/").status_code == 200


def shown(kiosk: FakeKiosk, capsys: pytest.CaptureFixture[str], *words: str) -> str:
    capsys.readouterr()
    call_command("kiosk", *(words or ("show", kiosk.name)))
    return capsys.readouterr().out


def test_settings_are_shown_as_sent_applied_or_refused_and_why(
    kiosk: FakeKiosk, capsys: pytest.CaptureFixture[str], take: Callable[[FakeKiosk], None]
) -> None:
    assert "settings 1 sent" in shown(kiosk, capsys, "list")
    kiosk.record("boot", {"software": "1"})
    kiosk.record("settings", SettingsTold(1, applied=True, unknown=("colour",)).to_body())
    take(kiosk)
    assert "settings 1 applied" in shown(kiosk, capsys, "list")
    assert "does not know colour" in shown(kiosk, capsys)
    settings(kiosk, "volume_percent=60")
    assert "settings 2 sent, 1 applied" in shown(kiosk, capsys, "list")
    told = SettingsTold(2, applied=False, key="volume_percent", refused="this kiosk is mute")
    kiosk.record("settings", told.to_body())
    take(kiosk)
    assert "settings 2 REFUSED (volume_percent)" in shown(kiosk, capsys, "list")
    assert "this kiosk is mute" in shown(kiosk, capsys)


def test_a_rebuild_gives_the_same_reports(kiosk: FakeKiosk, take: Callable[[FakeKiosk], None]) -> None:
    kiosk.record("boot", {"software": "1"})
    kiosk.record("settings", SettingsTold(1, applied=True).to_body())
    kiosk.record("settings", {"version": "one"})
    take(kiosk)
    before = list(
        SettingsReport.objects.order_by("seq").values(
            "kiosk", "stream_id", "seq", "version", "at_ms", "applied"
        )
    )
    assert len(before) == 1
    rebuild(lambda _text: None)
    after = SettingsReport.objects.order_by("seq").values(
        "kiosk", "stream_id", "seq", "version", "at_ms", "applied"
    )
    assert list(after) == before


def test_a_kiosks_health_is_shown(kiosk: FakeKiosk, capsys: pytest.CaptureFixture[str]) -> None:
    assert "has told nothing" in shown(kiosk, capsys)
    panel = KioskHealth(
        version="0.2.0",
        screen="failed",
        accepting=False,
        stuck=(2,),
        troubles=(trouble("buttons_stuck", buttons="2"),),
    )
    health = UplinkHealth(
        version="0.2.0", transport="mqtt", backlog=12, oldest_s=3700, damaged=1, kiosk=panel
    )
    state = json.dumps({"online": True, "health": health.to_fields()})
    assert hear(kiosk.name, state.encode(), now_ms=MORNING_MS) is None
    text = shown(kiosk, capsys)
    for fact in (
        "12 records wait, the oldest for 1 h 1 min",
        "TAKES NO RECORDS",
        "2 stuck",
        "buttons_stuck (buttons 2)",
    ):
        assert fact in text
    assert "TROUBLE buttons_stuck" in shown(kiosk, capsys, "list")


@pytest.mark.parametrize(
    "health", [{}, {"backlog": "many", "kiosk": [1]}, {"kiosk": {"troubles": {"a": 1}, "stuck": 5}}]
)
def test_health_that_makes_no_sense_breaks_no_list(
    kiosk: FakeKiosk, capsys: pytest.CaptureFixture[str], health: dict[str, object]
) -> None:
    assert (
        hear(kiosk.name, json.dumps({"online": True, "health": health}).encode(), now_ms=MORNING_MS) is None
    )
    assert kiosk.name in shown(kiosk, capsys)
    assert kiosk.name in shown(kiosk, capsys, "list")
    assert Kiosk.objects.filter(name=kiosk.name).exists()


def reports(kiosk: FakeKiosk, **held: int) -> None:
    state = {"online": True, "health": UplinkHealth(**held).to_fields()}
    listen.hear({kiosk.name: json.dumps(state).encode()}, MORNING_MS)


def test_what_a_broker_lost_is_published_again_once_the_kiosk_says_what_it_holds(kiosk: FakeKiosk) -> None:
    settings(kiosk, "volume_percent=60")
    ((_, version),) = KioskSettings.objects.order_by("-version").values_list("kiosk", "version")[:1]
    listen.to_publish()
    assert publication.unpublished() == []
    reports(kiosk)  # a program that does not say
    reports(kiosk, settings_held=version)
    reports(kiosk, settings_held=version + 1)  # it will say what it likes
    assert publication.unpublished() == []
    reports(kiosk, settings_held=version - 1)
    (waiting,) = publication.unpublished()
    assert (
        unpack_settings(waiting[2], verifier(public.read(django_settings.IKM_KEYS).signing)).version
        == version
    )
    assert [one.topic for one in listen.to_publish()] == [topics.settings(kiosk.name)]
    assert publication.unpublished() == []
