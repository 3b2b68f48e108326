"""Kiosks at the desk: whoever needs somebody comes first, in words, and nobody sees those of other units."""

import csv
import io
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from collector.accounts import roles
from collector.desk import kiosk_table, kiosk_words
from collector.desk.show import kiosks as pages
from collector.evidence.intake import last_hours
from collector.evidence.kiosks import known
from collector.evidence.models import Conflict, Door, LostHere, Stream
from collector.evidence.needs import Need
from collector.evidence.standing import StreamStanding
from collector.fleet.models import Kiosk, KioskKey, Region, SettingsReport, Unit
from collector.headers import PAGE
from survey.record.bodies import SettingsTold
from survey.wire.health import KioskHealth, UplinkHealth
from survey.wire.trouble import trouble
from tests.collector.accounts_of import person
from tests.collector.conftest import Arrive, OwnClock
from tests.collector.desk.test_desk import administrator, browser, seen
from tests.collector.fake_kiosk import MORNING_MS, FakeKiosk
from tests.collector.hearing import hear
from tests.collector.scores.village import add_unit

pytestmark = pytest.mark.django_db
LIST = "/meja/kios/"
NOW_MS = MORNING_MS + 7 * 86_400_000


@pytest.fixture(autouse=True)
def _next_monday(own_clock: OwnClock) -> None:
    own_clock.moment = datetime(2026, 11, 9, 2, 0, tzinfo=UTC)
    cache.clear()


@pytest.fixture
def officer(unit: Unit) -> Client:
    return browser(person("budi", roles.UNIT_OFFICER, unit))


@pytest.fixture
def sent(kiosk: FakeKiosk, arrive: Arrive) -> FakeKiosk:
    """A kiosk of which something came in an hour ago."""
    kiosk.start()
    kiosk.responses(3, 4)
    arrive(kiosk.batch(), received_ms=NOW_MS - 3_600_000)
    return kiosk


def data(client: Client, more: str = "") -> Any:
    """The list as JSON."""
    return json.loads(client.get(f"{LIST}?format=json{more}").getvalue())


def tells(kiosk: FakeKiosk, panel: KioskHealth | None = None, **uplink: object) -> None:
    health = UplinkHealth(**({"version": "0.2.0", "transport": "mqtt", "sync": True} | uplink), kiosk=panel)  # type: ignore[arg-type]
    state = json.dumps({"online": True, "health": health.to_fields()})
    assert hear(kiosk.name, state.encode(), now_ms=NOW_MS) is None


def test_each_role_enters_and_sees_the_kiosks_of_its_own_units_only(unit: Unit, sent: FakeKiosk) -> None:
    other = add_unit("medan", region="12.71.01.1001", name="Kantor Medan")
    far = FakeKiosk.enrolled(other)
    one = f"{LIST}{sent.name}/"
    for path in (LIST, one):
        assert Client().get(path).status_code == 302
    for number, role in enumerate((None, roles.VIEWER, roles.AUDITOR)):
        client = browser(person(f"orang-{number}", role))
        for path in (LIST, one, f"{LIST}?format=json", f"{LIST}?format=csv"):
            assert client.get(path).status_code == 403, (role, path)
        assert LIST not in client.get("/meja/").content.decode()
    elsewhere = (
        person("joko", roles.UNIT_OFFICER, other),
        person("tuti", roles.EVALUATOR, region=other.region),
    )
    for user in elsewhere:
        client = browser(user)
        for path in (LIST, f"{LIST}?format=json", f"{LIST}?format=csv", f"{LIST}?q={sent.name}"):
            answer = client.get(path)
            assert answer.status_code == 200
            if "?q=" not in path:
                told = answer.getvalue().decode()
                assert sent.name not in told, (user.username, path)
                assert "Sukamaju" not in told
        assert client.get(one).status_code == 404
        assert client.get(f"{LIST}{far.name}/").status_code == 200
    own = (
        person("budi", roles.UNIT_OFFICER, unit),
        person("wati", roles.EVALUATOR, region=unit.region),
    )
    for user in own:
        client = browser(user)
        answer = client.get(LIST)
        assert answer["Content-Security-Policy"] == PAGE
        assert sent.name in answer.content.decode()
        assert far.name not in answer.content.decode()
        assert client.get(one).status_code == 200
        assert client.get(f"{LIST}{far.name}/").status_code == 404
        assert client.post(LIST).status_code == 405
    everything = browser(administrator())
    assert all(name in everything.get(LIST).content.decode() for name in (sent.name, far.name))


def test_a_kiosk_that_moved_away_is_seen_where_it_stands_now(
    unit: Unit, sent: FakeKiosk, officer: Client
) -> None:
    other = add_unit("medan", region="12.71.01.1001", name="Kantor Medan")
    call_command("kiosk", "move", sent.name, "--unit", "medan", "--since", "2026-11-05")
    assert officer.get(f"{LIST}{sent.name}/").status_code == 404
    page = seen(browser(person("joko", roles.UNIT_OFFICER, other)), f"{LIST}{sent.name}/")
    assert "5 November 2026 Kantor Medan" in page
    assert "2 November 2026 Balai Desa Sukamaju" in page


def test_a_battery_is_shown_where_one_is_measured_and_a_low_one_is_to_be_looked_at(
    sent: FakeKiosk, officer: Client
) -> None:
    address = f"{LIST}{sent.name}/"
    tells(sent, KioskHealth(version="0.2.0"))
    assert "Baterai" not in seen(officer, address)
    tells(sent, KioskHealth(version="0.2.0", battery_percent=96, battery_used=False))
    assert "96 %, listrik ada" in seen(officer, address)
    low = trouble("battery_low", percent=14)
    tells(sent, KioskHealth(version="0.2.0", battery_percent=14, battery_used=True, troubles=(low,)))
    page = seen(officer, address)
    assert "14 %, sedang dipakai karena listrik padam" in page
    assert "Listrik padam dan baterai tinggal 14 %" in page


def test_a_sound_kiosk_needs_nobody_and_its_health_is_in_words(sent: FakeKiosk, officer: Client) -> None:
    panel = KioskHealth(
        version="0.2.0", disk_used_percent=31, temperature_c=52, was_under_voltage=False, settings=1
    )
    tells(sent, panel, backlog=12, oldest_s=3_700, disk_free_mb=20_480)
    assert "Kiosnya berjalan" in seen(officer, LIST)
    page = seen(officer, f"{LIST}{sent.name}/")
    assert "Yang perlu dilihat" not in page
    for words in (
        "tersambung, terakhir terdengar 9 November 2026 pukul 09.00 WIB",
        "Catatan diterima terakhir 9 November 2026 pukul 08.00 WIB",
        "12 catatan, yang tertua sudah 1 jam 1 menit",
        "Jam tepercaya",
        "terisi 31 %, 20480 MB kosong",
        "52 °C",
        "Listrik cukup",
        "Tombol tidak ada yang macet",
        "versi 1 menunggu dikirim",
        "3 dihitung",
    ):
        assert words in page


def conflict(kiosk: FakeKiosk, arrive: Arrive) -> None:
    stream = Stream.objects.get()
    Conflict.objects.create(
        stream=stream, first=1, count=1, seq=1, digest=b"d" * 32, door=Door.MQTT, received_ms=NOW_MS, payload=b"x"
    )  # fmt: skip


def foreign(kiosk: FakeKiosk, arrive: Arrive) -> None:
    Stream.objects.update(standing=StreamStanding.FOREIGN)


def lost(kiosk: FakeKiosk, arrive: Arrive) -> None:
    stream = Stream.objects.get()
    LostHere.objects.create(
        stream=stream, first=1, last=2, before=b"b" * 32, after=b"a" * 32, receipt=b"r", noticed_ms=NOW_MS
    )


def refused(kiosk: FakeKiosk, arrive: Arrive) -> None:
    told = SettingsTold(1, applied=False, key="volume_percent", refused="<b>bisu</b>")
    seq = kiosk.record("settings", told.to_body())
    arrive(kiosk.batch(seq, seq), received_ms=NOW_MS - 3_600_000)


def silent(kiosk: FakeKiosk, arrive: Arrive) -> None:
    Stream.objects.update(received_ms=MORNING_MS)
    last_hours.keep_every()


Make = Callable[[FakeKiosk, Arrive], None]


def told(panel: KioskHealth, **uplink: object) -> Make:
    return lambda kiosk, _arrive: tells(kiosk, panel, **uplink)


STUCK = KioskHealth(stuck=(2,), troubles=(trouble("buttons_stuck", buttons="2"),))
CASES: dict[Need, tuple[Make, str]] = {
    Need.CONFLICT: (conflict, "dua catatan yang berbeda"),
    Need.FOREIGN: (foreign, "disimpan, tidak dihitung: menunggu keputusan pengelola"),
    Need.CLOSED: (told(KioskHealth(accepting=False)), "Jawaban tidak menerima jawaban"),
    Need.REFUSED: (
        refused,
        "versi 1 ditolak pada 2 November 2026 pukul 09.04 WIB: volume_percent: &lt;b&gt;bisu",
    ),
    Need.SILENT: (silent, "tidak ada sejak 2 November 2026, 7 hari"),
    Need.TROUBLE: (told(STUCK), "Tombol macet: 2. Lepaskan, atau periksa kabelnya."),
    Need.LOST: (lost, "2 catatan hilang di pusat"),
    Need.DAMAGED: (told(KioskHealth(), damaged=2), "2 bagian"),
    Need.BACKLOG: (told(KioskHealth(), backlog=9, oldest_s=7_200), "9 catatan, yang tertua sudah 2 jam"),
    Need.DISK: (told(KioskHealth(disk_used_percent=90)), "terisi 90 %"),
    Need.POWER: (told(KioskHealth(was_under_voltage=True)), "Listrik pernah terlalu lemah sejak dinyalakan"),
    Need.CLOCK: (told(KioskHealth(), sync=False), "Jam belum tepercaya"),
}


@pytest.mark.parametrize("need", list(Need))
def test_each_need_is_named_explained_and_found(
    sent: FakeKiosk, officer: Client, arrive: Arrive, need: Need
) -> None:
    assert "Kiosnya berjalan" in seen(officer, LIST)
    make, words = CASES[need]
    make(sent, arrive)
    page = seen(officer, f"{LIST}{sent.name}/")
    assert kiosk_words.need_sentence(need) in page
    assert words in page
    assert "1 dari 1 kios perlu dilihat" in seen(officer, LIST)
    (row,) = data(officer, f"&perlu={need.value}")["kiosks"]
    assert row["needs"] == need.value
    for other in set(Need) - {need}:
        assert data(officer, f"&perlu={other.value}")["total"] == 0, other


def test_the_gravest_comes_first_then_the_longest_silence_then_the_name(
    unit: Unit, sent: FakeKiosk, officer: Client, own_clock: OwnClock
) -> None:
    own_clock.moment -= timedelta(days=30)
    never, early, late = (FakeKiosk.enrolled(unit) for _ in range(3))
    own_clock.moment += timedelta(days=30)
    fresh = FakeKiosk.enrolled(unit)
    shut = FakeKiosk.enrolled(unit)
    tells(shut, KioskHealth(accepting=False))
    for kiosk, at_ms in ((early, MORNING_MS), (late, MORNING_MS + 86_400_000)):
        key = KioskKey.objects.get(kiosk__name=kiosk.name)
        Stream.objects.create(
            kiosk=key.kiosk, key=key, uid=kiosk.stream, through=1, link=b"l" * 32, opened_ms=0, received_ms=at_ms, clock=b""
        )  # fmt: skip
    last_hours.keep_every()
    found = data(officer)["kiosks"]
    expected = [shut, never, early, late, sent, fresh]
    assert [one["kiosk"] for one in found] == [one.name for one in expected]
    assert f"kios {never.name} belum pernah mengirim" in seen(officer, "/meja/minggu-ini/")
    call_command("kiosk", "revoke", never.name, "--why", "hilang")
    assert data(officer, "&perlu=diam")["total"] == 2, "a revoked one is not waited for"
    assert "kuncinya dicabut" in seen(officer, LIST)


def test_the_table_is_the_same_as_data_and_a_name_is_no_formula(
    unit: Unit, sent: FakeKiosk, officer: Client
) -> None:
    tells(sent, STUCK, backlog=3)
    told = data(officer)
    assert told["total"] == 1
    (row,) = told["kiosks"]
    assert list(row) == [name for name, _ in kiosk_table.COLUMNS]
    assert (row["kiosk"], row["unit"], row["place"], row["needs"]) == (
        sent.name,
        "sukamaju",
        "sukamaju",
        "gangguan",
    )
    assert (row["backlog"], row["stuck"], row["troubles"], row["settings"]) == (
        3,
        "2",
        "buttons_stuck",
        "sent",
    )
    answer = officer.get(f"{LIST}?format=csv")
    assert answer["Content-Disposition"] == 'attachment; filename="kios.csv"'
    (read,) = csv.DictReader(io.StringIO(answer.getvalue().decode()))
    assert list(read) == list(row)
    assert (read["kiosk"], read["backlog"]) == (sent.name, "3")
    assert officer.get(f"{LIST}?format=csv&for=excel").getvalue().startswith(b"\xef\xbb\xbfkiosk;unit")


def test_data_is_the_whole_list_sent_in_parts_and_in_the_order_of_its_pages(
    unit: Unit, sent: FakeKiosk, officer: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "_AT_ONCE", 2)
    monkeypatch.setattr(pages, "ROWS", 3)
    for number in range(6):
        kiosk = FakeKiosk.enrolled(unit, name=f"lain-{number}")
        tells(kiosk, STUCK if number % 2 else KioskHealth(disk_used_percent=95))
    expected = ["lain-1", "lain-3", "lain-5", "lain-0", "lain-2", "lain-4", sent.name]
    assert [one["kiosk"] for one in data(officer)["kiosks"]] == expected
    answer = officer.get(f"{LIST}?format=csv")
    assert answer.streaming
    read = csv.DictReader(io.StringIO(answer.getvalue().decode()))
    assert [one["kiosk"] for one in read] == expected
    listed = [
        re.findall(r'/meja/kios/([^/"]+)/"', officer.get(f"{LIST}?page={page}").content.decode())
        for page in (1, 2, 3)
    ]
    assert listed == [expected[:3], expected[3:6], expected[6:]]
    assert data(officer, "&perlu=penuh")["total"] == 3


@pytest.mark.parametrize("few", [0, 5_000])
def test_a_word_finds_kiosks_units_and_regions_few_and_many(
    unit: Unit, sent: FakeKiosk, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr(pages, "_FEW", few)
    FakeKiosk.enrolled(add_unit("medan", region="12.71.01.1001", name="Kantor Medan"), name="loket-9")
    client = browser(administrator())
    of_region = browser(person("tuti", roles.EVALUATOR, region=Region.objects.get(pk="12.71.01.1001")))
    for word, names in (
        ("LOKET", ["loket-9"]),
        ("kantor", ["loket-9"]),
        ("12.71", ["loket-9"]),
        ("2.71", []),
        ("sukamaju", [sent.name]),
        ("a", [sent.name, "loket-9"]),
    ):
        found = data(client, f"&q={word}")
        assert [one["kiosk"] for one in found["kiosks"]] == names, word
        assert found["total"] == len(names)
        near = data(of_region, f"&q={word}")
        assert [one["kiosk"] for one in near["kiosks"]] == [name for name in names if name == "loket-9"], word


@pytest.mark.parametrize(
    "health", [{"backlog": "many", "kiosk": [1]}, {"kiosk": {"troubles": {"0": 1}, "stuck": 5}}]
)
def test_health_that_makes_no_sense_breaks_no_page(
    sent: FakeKiosk, officer: Client, health: dict[str, object]
) -> None:
    state = json.dumps({"online": True, "health": health})
    assert hear(sent.name, state.encode(), now_ms=NOW_MS) is None
    assert officer.get(LIST).status_code == 200
    assert officer.get(f"{LIST}{sent.name}/").status_code == 200
    assert officer.get(f"{LIST}?format=csv&perlu=bukan&page=x&q=%00").status_code == 200


def test_a_report_from_beyond_the_years_breaks_no_page(
    sent: FakeKiosk, officer: Client, arrive: Arrive
) -> None:
    refused(sent, arrive)
    SettingsReport.objects.update(at_ms=10**16)
    assert "+318857-05-21" in seen(officer, f"{LIST}{sent.name}/")


def test_the_list_asks_as_little_for_many_kiosks_as_for_one_of_a_kind(
    unit: Unit, sent: FakeKiosk, officer: Client, arrive: Arrive
) -> None:
    def asked(path: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            answer = officer.get(path)
            assert answer.status_code == 200
            answer.getvalue()
        return len(queries)

    tells(FakeKiosk.enrolled(unit, name="macet"), STUCK)
    asked(LIST)
    paths = (
        LIST,
        f"{LIST}?format=json",
        f"{LIST}?format=csv",
        f"{LIST}{sent.name}/",
        f"{LIST}?q={unit.code}",
    )
    before = [asked(path) for path in paths]
    assert before[0] == 6, (
        "session, account, its offices; how many need what, who comes first, what is known of them"
    )
    assert before[-1] == 8, "and which units and kiosks are called so"
    for number in range(3):
        tells(FakeKiosk.enrolled(unit, name=f"lain-{number}"), STUCK)
    assert [asked(path) for path in paths] == before
    for need, (make, _) in CASES.items():  # each leaves something that is a group of its own on the page
        if need in (Need.TROUBLE, Need.DISK, Need.POWER):
            make(FakeKiosk.enrolled(unit, name=f"lain-{need.value}"), arrive)
    tells(FakeKiosk.enrolled(unit, name="lain-baik"), KioskHealth())
    assert asked(LIST) == before[0], "however many kinds of need lie on the page"


def test_the_console_says_the_same_facts_of_the_same_kiosk(
    sent: FakeKiosk, officer: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    tells(sent, STUCK, backlog=3)
    call_command("kiosk", "show", sent.name)
    printed = capsys.readouterr().out
    (one,) = known(Kiosk.objects.filter(name=sent.name))
    assert one.health is not None
    for text in (
        f"{one.health.backlog} records wait",
        f"{one.streams[0].uid[:8]}: {one.streams[0].through} records",
    ):
        assert text in printed
    page = seen(officer, f"{LIST}{sent.name}/")
    assert f"{one.health.backlog} catatan" in page
    assert one.streams[0].uid[:8] in page
