"""An administrator of a regency sees and changes what lies in it, and nothing of what lies elsewhere: what must not be seen is made, and every page is walked."""

import itertools
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, reverse

from collector import clock
from collector.accounts import roles
from collector.accounts.models import Invitation, Office
from collector.alerts.models import Alert, Receiver, Way
from collector.api import tokens
from collector.complaints.models import Ticket
from collector.desk import urls
from collector.errors import CollectorError
from collector.fleet import malls, setting, tree
from collector.fleet.layers import REGION, UNIT, Layer
from collector.fleet.models import Agency, Kiosk, Place, Region, Service, SetValue, Unit, WantedKiosk
from collector.fleet.sheets import reading, taking, writing
from collector.releases import publishing
from survey.index.periods import parse
from tests.collector.accounts_of import person
from tests.collector.complaints.filed import filed
from tests.collector.conftest import OwnClock
from tests.collector.desk.test_desk import browser
from tests.collector.fake_kiosk import FakeKiosk
from tests.collector.scores.village import add_unit
from tests.drawn import drawn

pytestmark = pytest.mark.django_db
SECRET = "zamrud"
"""Stands in the name of everything that lies elsewhere."""
PERIOD = "2026-TW3"
READABLE = ("desk-complaint-rules",)


@pytest.fixture(autouse=True)
def _january(own_clock: OwnClock) -> None:
    own_clock.moment = datetime(2027, 1, 5, 3, tzinfo=UTC)
    cache.clear()


def planted(code: str, *, region: str, whole: bool) -> Unit:
    """A unit with what a desk shows of one; its release and a complaint too where it is to be whole."""
    unit = add_unit(code, region=region, name=f"Kantor {code}", agency=f"dinas-{code}")
    Region.objects.filter(pk=region[:5]).update(name=f"Kabupaten {code}")
    tree.add_service(unit=unit, code=f"ktp-{code}", name=f"KTP {code}")
    kiosk = FakeKiosk.enrolled(unit, name=f"k-{code}")
    mall = tree.add_place(code=f"mpp-{code}", name=f"MPP {code}", region=unit.region)
    malls.serve(mall, unit, who=f"z-{code}")
    setting.change(Layer(UNIT, code), {"texts": {"idle.title": {"id": f"Halo {code}"}}}, who=f"x-{code}")
    setting.change(Layer(REGION, region[:5]), {"volume_percent": 33}, who=f"y-{code}")
    person(f"petugas-{code}", roles.UNIT_OFFICER, unit)
    person(f"penilai-{code}", roles.EVALUATOR, region=Region.objects.get(pk=region[:5]))
    person(f"pengelola-{code}", roles.ADMINISTRATOR, region=Region.objects.get(pk=region[:5]))
    Receiver.objects.create(
        name=f"alarm-{code}",
        way=Way.MAIL,
        address=f"{code}@example.com",
        region=region[:5],
        reminded_at=clock.now(),
    )
    stood = Kiosk.objects.get(name=kiosk.name)
    Alert.objects.create(
        kiosk=stood,
        subject=f"kiosk:{stood.pk}",
        kind="diam",
        level=2,
        since=clock.now(),
        opened_at=clock.now(),
    )
    if whole:
        publishing.publish(unit, parse(PERIOD), who=f"penilai-{code}")
        filed(unit)
    return unit


def administrator_of_lampung(*, whole: bool) -> Client:
    """Who administers Lampung Selatan, beside all that lies in Medan."""
    planted("sukma", region="18.01.05.2004", whole=whole)
    planted(SECRET, region="12.71.01.1001", whole=whole)
    Receiver.objects.create(
        name=f"pusat-{SECRET}", way=Way.MAIL, address="pusat@example.com", reminded_at=clock.now()
    )
    user = person("regina", roles.ADMINISTRATOR, region=Region.objects.get(pk="18.01"))
    TOTP.activate(user, "JBSWY3DPEHPK3PXP")
    return browser(user)


@pytest.fixture
def whole(db: None) -> Client:
    return administrator_of_lampung(whole=True)


@pytest.fixture
def regina(db: None) -> Client:
    return administrator_of_lampung(whole=False)


def candidates(parameter: str, code: str) -> list[object]:
    """What a place in an address may hold, for a unit."""
    unit = Unit.objects.get(code=code)
    numbers: list[object] = [*Ticket.objects.filter(unit=unit).values_list("pk", flat=True)]
    numbers += [*Office.objects.filter(unit=unit).values_list("pk", flat=True)]
    numbers += [*Office.objects.filter(region=unit.region_id[:5]).values_list("pk", flat=True)]
    known: dict[str, list[object]] = {
        "code": [code, unit.region_id[:5], f"k-{code}", f"mpp-{code}"],
        "unit": [code],
        "name": [f"k-{code}", "isi", "nomor", "submit", "publish", "withdraw", "akhiri", "sembunyikan", "kembalikan", "armada.xlsx", "unit.csv", "kios.csv"],
        "number": [*numbers, 1],
        "period": [PERIOD, "2026"],
        "text": [unit.releases.get().address],
        "service": [f"ktp-{code}"],
        "kind": ["wilayah", "unit", "kios", "semua"],
        "key": ["volume_percent", "texts"],
        "file": ["1", "rekap.csv"],
        "of": ["2026"],
        "recording": ["1"],
    }  # fmt: skip
    return known[parameter]


def addresses(code: str) -> Iterator[tuple[str, str]]:
    """Every address of the desk, filled with what belongs to a unit."""
    for pattern in (*urls.pages, *urls.urlpatterns):
        assert isinstance(pattern, URLPattern)
        assert pattern.name is not None
        inner = pattern.pattern
        parameters = list(getattr(inner, "converters", {})) or list(
            re.compile(inner.regex.pattern).groupindex
        )  # type: ignore[attr-defined]
        found = False
        for values in itertools.product(*(candidates(one, code) for one in parameters)):
            try:
                yield pattern.name, reverse(pattern.name, kwargs=dict(zip(parameters, values, strict=True)))
                found = True
            except NoReverseMatch:
                continue
        assert found, f"nothing fits {pattern.name}: add a candidate"


def some_of(found: Iterable[tuple[str, str]], one_in: int) -> Iterator[tuple[str, str]]:
    """Give a share of the addresses, of each page one at least."""
    paths = defaultdict[str, list[str]](list)
    for name, path in found:
        paths[name].append(path)
    for name, every in paths.items():
        yield from ((name, path) for path in sorted(drawn(every, one_in)))


def told(answer: object) -> str:
    content = answer.getvalue() if getattr(answer, "streaming", False) else answer.content  # type: ignore[attr-defined]
    return content.decode(errors="replace")


@pytest.mark.heavy
@pytest.mark.parametrize("one_in", [3, pytest.param(1, marks=pytest.mark.long)])
def test_no_page_of_the_desk_tells_of_what_lies_elsewhere(whole: Client, one_in: int) -> None:
    seen = 0
    for code in ("sukma", SECRET):
        for name, path in some_of(addresses(code), one_in):
            answer = whole.get(path)
            assert answer.status_code < 500, path
            if answer.status_code != 200 or name in READABLE:
                continue
            seen += 1
            asked = told(answer).replace(path, "")
            assert SECRET not in asked, (path, asked[max(0, asked.index(SECRET) - 300) :][:600])
    assert seen > 40 / one_in, "most of its own pages are open to it"


@pytest.mark.parametrize("one_in", [3, pytest.param(1, marks=pytest.mark.long)])
def test_nothing_elsewhere_is_changed_through_any_door(whole: Client, one_in: int) -> None:
    def stand() -> list[object]:
        kept = (Unit, Service, SetValue, Receiver, Place, Agency, WantedKiosk, Invitation)
        rows: list[object] = [list(model.objects.order_by("pk").values()) for model in kept]  # type: ignore[attr-defined]
        rows.append(list(Office.objects.order_by("pk").values()))
        rows.append(list(Ticket.objects.order_by("pk").values("status", "holder_unit", "level")))
        rows.append(list(Alert.objects.order_by("pk").values("acknowledged_by")))
        return rows

    before = stand()
    alert = Alert.objects.get(kiosk__name=f"k-{SECRET}").pk
    said = {"why": "saya", "name": f"alarm-{SECRET}", "value": "1", "on": "2027-02-01", "alert": alert, "code": "x",
            "akhiri-on": "2027-02-01", "akhiri-why": "saya", "sembunyikan-why": "saya"}  # fmt: skip
    general = {reverse(name) for name in ("desk-alert-take", "desk-alert-test")}
    elsewhere = Unit.objects.get(code=SECRET)
    offices = Office.objects.filter(user__username__endswith=SECRET).values_list("pk", flat=True)
    own = [
        f"/pengaduan/{Ticket.objects.get(unit=elsewhere).pk}/",
        f"/rilis/{elsewhere.releases.get().address}/",
    ]
    own += [f"/jabatan/{office}/" for office in offices]
    doors = [
        (name, path)
        for name, path in addresses(SECRET)
        if SECRET in path or path in general or any(one in path for one in own)
    ]
    for _, path in some_of(doors, one_in):
        answer = whole.post(path, said)
        assert answer.status_code in (302, 400, 403, 404, 405), (path, answer.status_code)
    assert stand() == before


def test_people_are_invited_and_ended_within_the_region_alone(regina: Client) -> None:
    def invited(role: str, where: str) -> int:
        return int(
            regina.post("/meja/akun/undang/", {"name": "Ani", "role": role, "where": where}).status_code
        )

    for role, where in (
        (roles.UNIT_OFFICER, "sukma"),
        (roles.EVALUATOR, "18.01.05"),
        (roles.ADMINISTRATOR, "18.01"),
    ):
        assert invited(role, where) == 200, (role, where)
    for role, where in (
        (roles.UNIT_OFFICER, SECRET),
        (roles.EVALUATOR, "12.71"),
        (roles.EVALUATOR, ""),
        (roles.EVALUATOR, "18"),
        (roles.ADMINISTRATOR, ""),
        (roles.ADMINISTRATOR, "18"),
        (roles.EVALUATOR, "dinas-sukma"),
        (roles.AUDITOR, ""),
        (roles.VIEWER, ""),
    ):
        assert invited(role, where) == 400, (role, where)
    assert Invitation.objects.count() == 3
    listed = regina.get("/meja/akun/").content.decode()
    assert "pengelola-sukma" in listed
    office = Office.objects.get(user__username="penilai-sukma")
    assert regina.post(f"/meja/akun/jabatan/{office.pk}/akhiri/", {"why": "pindah"}).status_code == 302
    office.refresh_from_db()
    assert office.until is not None


def test_alarms_are_told_and_tried_within_the_region_alone(regina: Client) -> None:
    page = regina.get("/meja/peringatan/penerima/").content.decode()
    assert ("alarm-sukma" in page, f"alarm-{SECRET}" in page, f"pusat-{SECRET}" in page) == (
        True,
        False,
        False,
    )
    for name, good in (("alarm-sukma", True), (f"pusat-{SECRET}", False), ("none", False)):
        answer = regina.post("/meja/peringatan/penerima/coba/", {"name": name}, follow=True).content.decode()
        assert ('class="done"' in answer or "percobaan" in answer) >= good
    assert Receiver.objects.get(name="alarm-sukma").messages.count() == 1
    assert Receiver.objects.get(name=f"pusat-{SECRET}").messages.count() == 0


def test_at_the_console_too(regina: Client) -> None:
    for words in (
        ("alert", "receiver", "baru", "--way", "mail", "--address", "a@example.com", "--as", "regina"),
        ("alert", "receiver", f"alarm-{SECRET}", "--remove", "--as", "regina"),
        ("alert", "receiver", f"alarm-{SECRET}", "--way", "mail", "--address", "a@example.com", "--region", "18.01", "--as", "regina"),
        ("alert", "ack", str(Alert.objects.get(kiosk__name=f"k-{SECRET}").pk), "--as", "regina"),
        ("settings", "set", "volume_percent=5", "--as", "regina"),
        ("settings", "set", "volume_percent=5", "--region", "12.71", "--as", "regina"),
        ("settings", "set", "volume_percent=5", "--kiosk", f"k-{SECRET}", "--as", "regina"),
        ("settings", "set", 'broker="mqtt://evil:1883"', "--region", "18.01", "--as", "regina"),
        ("unit", "hide", SECRET, "--why", "x", "--as", "regina"),
        ("complaint", "calendar", "--fill", "2027", "--as", "regina"),
        ("mall", "add", "--place", "mpp-sukma", "--unit", SECRET, "--as", "regina"),
        ("mall", "add", "--place", f"mpp-{SECRET}", "--unit", "sukma", "--as", "regina"),
        ("card", "make", "--unit", "sukma", "--why", "x", "kartu.pdf", "--as", "regina"),
    ):  # fmt: skip
        with pytest.raises(CommandError, match="regina"):
            call_command(*words)
    call_command("settings", "set", "volume_percent=5", "--region", "18.01", "--as", "regina")
    call_command(
        "alert", "receiver", "baru", "--way", "mail", "--address", "a@example.com", "--region", "18.01.05", "--as", "regina"
    )  # fmt: skip
    assert Receiver.objects.get(name="baru").region == "18.01.05"


def test_a_token_of_hers_reaches_no_further(whole: Client) -> None:
    office = Office.objects.get(user__username="regina")
    _, text = tokens.make(
        office, name="uji", scopes=["fleet", "complaints", "indices"], days=9, who="x", now=clock.now()
    )
    assert whole is not None
    for path in ("units", "kiosks", "complaints"):
        answer = Client().get(f"/api/v1/{path}", headers={"authorization": f"Bearer {text}"})
        assert answer.status_code == 200, path
        assert SECRET not in answer.content.decode(), path
        assert "sukma" in answer.content.decode(), path


def sheet(name: str, *rows: tuple[str, ...]) -> bytes:
    (wanted,) = [one for one in writing.SHEETS if one.name == name]
    return writing.as_csv(wanted, rows)


BEYOND = [
    ("Unit", (SECRET, "Direbut", "18.01.05.2004", "", "Asia/Jakarta")),
    ("Unit", ("baru", "Baru", "12.71.01.1001", "", "Asia/Jakarta")),
    ("Unit", ("sukma", "Pindah", "12.71.01.1001", "", "Asia/Jakarta")),
    ("Instansi", (f"dinas-{SECRET}", "Direbut")),
    ("Tempat", (f"mpp-{SECRET}", "Direbut", "18.01")),
    ("Layanan", (SECRET, "sim", "SIM", "ya")),
    ("Kios", (f"k-{SECRET}", "sukma", "")),
    ("Kios", ("k-9000", SECRET, "")),
    ("Kios", ("k-9000", "sukma", f"mpp-{SECRET}")),
    ("Kios", ("k-9000", "sukma", f"bare-{SECRET}")),
    ("Loket", (f"mpp-{SECRET}", "Loket", "1", "Lantai 1", "", "", "", "ya", "")),
    ("Loket", (f"bare-{SECRET}", "Loket", "1", "Lantai 1", "", "", "", "ya", "")),
    ("Loket", ("mpp-sukma", "Loket", "1", "Lantai 1", "", "", "", "ya", SECRET)),
    ("Gerai", (f"mpp-{SECRET}", "sukma", "2027-01-06", "")),
    ("Gerai", ("mpp-sukma", SECRET, "2027-01-06", "")),
    ("Gerai", (f"bare-{SECRET}", "sukma", "2027-01-06", "")),
]


def test_a_sheet_takes_nothing_from_elsewhere_and_tells_nothing_of_it(regina: Client) -> None:
    # A unit that has no place yet: who names its code as a place would make one there.
    add_unit(f"bare-{SECRET}", region="12.71.01.1001", agency=f"dinas-{SECRET}")
    for name, row in BEYOND:
        with pytest.raises(CollectorError):
            taking.take(reading.read(sheet(name, row)), who="regina", source="x", reach=["18.01"])
        answer = regina.post("/meja/armada/periksa/", {"file": _file(sheet(name, row))})
        assert answer.status_code == 400, row
        assert "di luar wilayah yang Anda kelola" in answer.content.decode(), row
        assert f"Kantor {SECRET}" not in answer.content.decode()
    assert Unit.objects.get(code=SECRET).name == f"Kantor {SECRET}"


def test_a_sheet_takes_what_lies_within(regina: Client) -> None:
    for name, row in (
        ("Instansi", ("dinas-sukma", "Dinas Sukma")),
        ("Instansi", ("dinas-baru", "Dinas Baru")),
        ("Unit", ("sukma", "Kantor Baru", "18.01.05.2004", "dinas-sukma", "Asia/Jakarta")),
        ("Layanan", ("sukma", "sim", "SIM", "ya")),
        ("Kios", ("k-9000", "sukma", "mpp-sukma")),
    ):
        taking.take(reading.read(sheet(name, row)), who="regina", source="x", reach=["18.01"])
    assert WantedKiosk.objects.get().name == "k-9000"
    given = regina.get("/meja/armada/unit.csv").content.decode()
    assert ("Kantor Baru" in given, SECRET in given) == (True, False)


def _file(data: bytes) -> object:
    from django.core.files.uploadedfile import SimpleUploadedFile  # noqa: PLC0415 - here alone

    return SimpleUploadedFile("a.csv", data)
