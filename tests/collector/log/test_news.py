"""What every kiosk is told of the log, from the collector's table to the kiosk's folder, over each door."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client

from collector.console.management.commands.listen import to_publish
from collector.fleet.models import Unit
from collector.jobs import working
from collector.log import building, news
from collector.log.models import KioskNews
from survey.log.witnessing import Answer
from tests.collector.conftest import OwnClock
from tests.collector.fake_kiosk import FakeKiosk
from tests.collector.log.remembering import hear, inbox

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "IKM_DATA", tmp_path / "data")


def test_each_night_every_kiosk_is_told_and_takes_it(
    kiosk: FakeKiosk, unit: Unit, own_clock: OwnClock, tmp_path: Path
) -> None:
    other = FakeKiosk.enrolled(unit, name="lain")
    for night in range(4):
        own_clock.moment += timedelta(days=1)
        working.keep_log()
        told = {one.kiosk.name: bytes(one.message) for one in KioskNews.objects.select_related("kiosk")}
        assert set(told) == {kiosk.name, other.name}
        for one in (kiosk, other):
            assert inbox(tmp_path, one.name).take(told[one.name]) is Answer.GOES_ON
            assert len(told[one.name]) < 1_600
            if one is kiosk or night < 1:
                hear(one, inbox(tmp_path, one.name))
            else:  # it was off when it should have said so: it is told from where it said it was, and asks again
                hear(one, inbox(tmp_path, one.name))
    assert news.alarms() == {}


def test_the_broker_and_the_pages_give_the_same_bytes(kiosk: FakeKiosk, client: Client) -> None:
    assert client.get(f"/api/v1/log/{kiosk.name}").status_code == 404
    working.keep_log()
    waiting = {one.topic: one.payload for one in to_publish()}
    answer = client.get(f"/api/v1/log/{kiosk.name}")
    assert waiting[f"ikm/v1/{kiosk.name}/log"] == answer.content
    assert f"ikm/v1/{kiosk.name}/log" not in {one.topic for one in to_publish()}, "the broker holds it now"
    again = client.get(f"/api/v1/log/{kiosk.name}", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


def test_a_fork_shown_to_one_kiosk_is_told_by_it(
    kiosk: FakeKiosk, own_clock: OwnClock, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The operator keeps two logs: one for the village, and one in which another kiosk was never enrolled for everybody else."""
    from collector.log import keeping  # noqa: PLC0415
    from collector.log.models import KeptCheckpoint, LoggedFact, LogState, NightHeads, ThreadLeaf  # noqa: PLC0415

    working.keep_log()
    village = inbox(tmp_path, kiosk.name)
    assert village.take(bytes(KioskNews.objects.get().message)) is Answer.GOES_ON
    hear(kiosk, village)
    for model in (LogState, KeptCheckpoint, LoggedFact, NightHeads, ThreadLeaf, KioskNews):
        model.objects.all().delete()
    keeping.put_aside("desa")
    for _ in range(3):
        own_clock.moment += timedelta(days=1)
        building.build()
    news.tell_all()
    assert village.take(bytes(KioskNews.objects.get().message)) is Answer.FORK
    hear(kiosk, village)
    assert news.alarms() == {"fork": [kiosk.name]}
    call_command("log", "show")
    assert f"FORK: another history was shown to {kiosk.name}" in capsys.readouterr().out
