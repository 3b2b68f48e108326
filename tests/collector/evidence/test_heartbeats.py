"""Many kiosks speak of themselves at once: each is heard, whatever the others say, and strangers cost nothing."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from collector.evidence.doors import heartbeat
from collector.evidence.models import Refusal
from collector.fleet import present
from collector.fleet.models import KioskState, Unit
from collector.fleet.present import Alarm
from tests.collector.fake_kiosk import MORNING_MS, FakeKiosk

pytestmark = pytest.mark.django_db

NOW_MS = MORNING_MS + 8 * 86_400_000


def statements(states: dict[str, bytes]) -> int:
    with CaptureQueriesContext(connection) as asked:
        heartbeat.hear_all(states, NOW_MS)
    return len(asked)


def test_names_that_nobody_enrolled_cost_no_statement_each(kiosk: FakeKiosk) -> None:
    invented = {f"x-{number}": b'{"online":true}' for number in range(200)}
    few = statements({"x-0": b'{"online":true}'})
    assert statements(invented) == few
    refused = Refusal.objects.get()
    assert (refused.code, refused.kiosk_name, refused.count) == ("kiosk_unknown", "", 201)


def test_each_is_heard_whatever_the_others_say(unit: Unit, monkeypatch: pytest.MonkeyPatch) -> None:
    kiosks = [FakeKiosk.enrolled(unit) for _ in range(5)]
    for one in kiosks:
        one.responses(1)
    good, lies, noise, large, breaks = kiosks
    forged = good.state(1)
    really = present.alarms_of

    def alarms_of(report: object) -> Alarm:
        if isinstance(report, dict) and report.get("breaks"):
            raise ArithmeticError("invented")
        return really(report)

    monkeypatch.setattr(present, "alarms_of", alarms_of)
    heard = heartbeat.hear_all(
        {
            breaks.name: b'{"online":true,"health":{"breaks":true}}',
            lies.name: forged,
            noise.name: b"IKM1",
            large.name: b" " * 20_000,
            "x-1": b'{"online":true}',
            good.name: good.state(1),
        },
        NOW_MS,
    )
    codes = heard.refused
    assert codes == {
        breaks.name: "unexpected",
        lies.name: "state_head",
        noise.name: "state_json",
        large.name: "state_size",
        "x-1": "kiosk_unknown",
    }
    assert list(heard.reports.values()) == [{"disk": "ok"}]
    assert [one.kiosk.name for one in KioskState.objects.select_related("kiosk")] == [good.name]
    assert sorted((one.code, one.kiosk_name) for one in Refusal.objects.all()) == sorted(
        (code, name if name != "x-1" else "") for name, code in codes.items()
    )
