"""Units that have ended, at the desk: who may end, hide and show one, and that nobody is asked for what it does not owe."""

from datetime import UTC, datetime

import pytest
from django.core.cache import cache
from django.test import Client

from collector.accounts import roles
from collector.desk import periods, reminders
from collector.desk.week import week_of
from collector.fleet import tree
from collector.fleet.models import Assignment, Unit
from collector.headers import PAGE
from collector.people.models import TrailEntry
from collector.releases import endings, publishing
from survey.index.periods import parse
from tests.collector.accounts_of import person
from tests.collector.conftest import OwnClock
from tests.collector.desk.test_desk import administrator, browser, seen
from tests.collector.desk.visitors import STRANGERS, visitor
from tests.collector.fake_kiosk import FakeKiosk
from tests.collector.releases.test_endings import TODAY, WHO, WHY, july
from tests.collector.releases.test_publishing import refused
from tests.collector.scores.village import Post

pytestmark = pytest.mark.django_db

ROOT = "/meja/unit/sukamaju/keadaan/"
RETIRE = {"akhiri-on": "2027-01-05", "akhiri-why": WHY}
HIDE = {"sembunyikan-why": "percobaan"}
SHOW = {"kembalikan-why": "batal"}
LAST, NOW, NEXT = parse("2026-TW4"), parse("2027-TW1"), parse("2027-TW2")


@pytest.fixture(autouse=True)
def _january(own_clock: OwnClock) -> None:
    own_clock.moment = datetime(2027, 1, 5, 3, tzinfo=UTC)
    cache.clear()


@pytest.mark.parametrize(
    "role, read, write",
    [
        *STRANGERS,
        (roles.UNIT_OFFICER, 200, 403),
        (roles.EVALUATOR, 200, 302),
        (roles.ADMINISTRATOR, 200, 302),
    ],
)
def test_only_evaluators_and_administrators_end_a_unit_and_never_its_own_officer(
    unit: Unit, role: str | None, read: int, write: int
) -> None:
    client = visitor(role, unit)
    answer = client.get(ROOT)
    assert (answer.status_code, answer["Content-Security-Policy"]) == (read, PAGE)
    if read == 200:
        assert ("<form" in answer.content.decode().partition("<main")[2]) == (write == 302)
    does = (("akhiri", RETIRE), ("kembalikan", SHOW), ("sembunyikan", HIDE), ("kembalikan", SHOW))
    for name, fields in does:
        assert client.post(f"{ROOT}{name}/", fields).status_code == write, name
    found = [one.action for one in TrailEntry.objects.filter(subject="sukamaju").order_by("pk")]
    does_it = role in (roles.EVALUATOR, roles.ADMINISTRATOR)
    assert found == (["unit retired", "unit shown", "unit hidden", "unit shown"] if does_it else [])


def test_the_page_says_how_it_is_and_what_was_wrong_with_a_form(unit: Unit) -> None:
    client = visitor(roles.EVALUATOR, unit)
    assert "Unit ini melayani dan melapor." in seen(client, ROOT)
    answer = client.post(f"{ROOT}akhiri/", RETIRE | {"akhiri-on": "2027-01-04"})
    assert answer.status_code == 400
    assert "Unit berakhir hari ini (2027-01-05) atau sesudahnya" in answer.content.decode()
    answer = client.post(f"{ROOT}akhiri/", RETIRE | {"akhiri-successor": "entah"})
    assert "entah" in answer.content.decode()
    tree.add_unit(code="baru", name="Desa <b>Baru</b>", region=unit.region, agency=None, time_zone=unit.time_zone)  # fmt: skip
    assert client.post(f"{ROOT}akhiri/", RETIRE | {"akhiri-on": "2027-02-01", "akhiri-successor": "baru"}).status_code == 302  # fmt: skip
    page = seen(client, ROOT)
    assert "Akan berakhir pada 1 Februari 2027" in page
    assert "<b>Baru" not in client.get(ROOT).content.decode()
    assert Unit.objects.get(code="sukamaju").successor == Unit.objects.get(code="baru")


def test_kiosks_that_stand_there_are_named(unit: Unit, kiosk: FakeKiosk) -> None:
    client = visitor(roles.ADMINISTRATOR, unit)
    assert f"Kios yang berdiri di sini: {kiosk.name}" in seen(client, ROOT)
    answer = client.post(f"{ROOT}akhiri/", RETIRE)
    assert (answer.status_code, kiosk.name in answer.content.decode()) == (400, True)
    assert Unit.objects.get(code="sukamaju").retired_on is None


def test_what_counted_is_hidden_by_administrators_alone(unit: Unit) -> None:
    Post(unit)
    evaluator, admin = visitor(roles.EVALUATOR, unit), browser(administrator())
    assert "Unit ini pernah ada: pernah ada kios" in seen(evaluator, ROOT)
    assert evaluator.post(f"{ROOT}sembunyikan/", HIDE).status_code == 400
    assert Unit.objects.get(code="sukamaju").hidden_on is None
    assert "Alasan Anda terbaca semua orang." in seen(admin, ROOT)
    assert admin.post(f"{ROOT}sembunyikan/", HIDE).status_code == 302
    assert "percobaan" in seen(Client(), "/unit/sukamaju/")


def test_an_ended_unit_is_asked_for_its_last_quarter_and_for_none_after(
    unit: Unit, own_clock: OwnClock
) -> None:
    officer = person("budi", roles.UNIT_OFFICER, unit)
    client = browser(officer)
    endings.retire(unit, on=TODAY, why=WHY, who=WHO)
    assert "ajukan rilis Triwulan IV Tahun 2026" in seen(client, "/meja/minggu-ini/")
    assert "Triwulan I Tahun 2027 sedang berjalan" in seen(client, "/meja/minggu-ini/")
    july(own_clock)
    client = browser(officer)
    for path in ("/meja/minggu-ini/", "/meja/"):
        page = seen(client, path)
        assert "Triwulan I Tahun 2027" in page, "the quarter in which it ended"
        assert "Triwulan II Tahun 2027" not in page
    assert "sedang berjalan" not in seen(client, "/meja/minggu-ini/")
    now = Unit.objects.get(pk=unit.pk)
    refused("remind_nothing", reminders.remind, now, NEXT, who=WHO)
    reminders.remind(now, NOW, who=WHO)
    assert (periods.standing(now, NEXT).state, periods.standing(now, NEXT).is_open) == (
        "tidak ditagih",
        False,
    )
    page = seen(client, "/meja/unit/sukamaju/2027-TW2/")
    assert "Periode ini tidak ditagih" in page
    assert "Ajukan" not in page
    publishing.publish(now, NOW, who=WHO)
    assert [one.title for one in week_of(officer).entries] == []


def test_an_evaluators_lists_leave_it_out_unless_asked(unit: Unit, own_clock: OwnClock) -> None:
    slip = tree.add_unit(code="salah", name="Salah Ketik", region=unit.region, agency=None, time_zone=unit.time_zone)  # fmt: skip
    endings.hide(slip, why="salah ketik", who=WHO)
    endings.retire(unit, on=TODAY, why=WHY, who=WHO)
    july(own_clock)
    client = visitor(roles.EVALUATOR, unit)
    listed = "/meja/rilis/?period="
    page = seen(client, f"{listed}2027-TW1")
    assert "Sukamaju" in page, "it owes the quarter in which it ended"
    assert "Salah Ketik" not in page
    assert "Sukamaju" not in seen(client, f"{listed}2027-TW2")
    page = seen(client, f"{listed}2027-TW2&berakhir=ya")
    assert "berakhir 5 Januari 2027" in page
    assert "Salah Ketik" in page
    assert "tidak ditagih" in page
    publishing.mark_overdue(Unit.objects.get(pk=unit.pk), NOW, who=WHO)
    assert "Sukamaju" in seen(client, "/meja/belum-melapor/?period=2027-TW1")
    Assignment.objects.all().delete()
    endings.hide(unit, why="latihan", who=WHO, openly=True)
    assert "Sukamaju" not in seen(client, "/meja/belum-melapor/?period=2027-TW1")
