"""Alerts as their receivers see them: who is told what, when, how often, and what a killed worker costs."""

import hashlib
import hmac
import json
import os
import signal
import subprocess
import sys
import threading
import time as machine
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import ClassVar

import pytest
from django.conf import settings
from django.core import mail
from django.core.management import call_command
from django.db import connection

from collector.alerts import changing, outbox, pinging, receivers, rules, running, sending
from collector.alerts.models import Alert, Change, Message, MessageState, Receiver
from collector.alerts.receivers import Wish
from collector.errors import CollectorError
from collector.fleet import tree
from collector.fleet.models import Assignment, Kiosk, KioskKey, KioskState, Place, Region, Unit
from collector.fleet.present import Alarm
from collector.jobs import alive
from collector.trust import ca
from tests.collector.clocks import stopped

NOON = datetime(2026, 11, 9, 5, 0, tzinfo=UTC)
"""Monday, twelve in Jakarta."""
WEST = "Asia/Jakarta"
BREAK = {day: ((time(8), time(12)), (time(13), time(15))) for day in ("mon", "tue", "wed", "thu", "fri")}


def wish(name: str, way: str, address: str, **given: object) -> Receiver:
    fields = {"region": "", "kinds": (), "wants": "both", "quiet": None, "remind_hours": 0} | given
    if fields["region"]:
        Region.objects.get_or_create(code=fields["region"])
    return receivers.keep(Wish(name=name, way=way, address=address, **fields), who="Rina")


def town(code: str, number: int, *, heard: datetime) -> list[Kiosk]:
    """Kiosks at one unit of a region, heard last at a moment."""
    region, _ = Region.objects.get_or_create(code=code)
    unit, _ = Unit.objects.get_or_create(code=f"u-{code}", name=f"Desa {code}", region=region)
    first = Kiosk.objects.count()
    with stopped(heard):
        made = Kiosk.objects.bulk_create(
            [Kiosk(name=f"k-{first + one:04}", stands=unit, in_use=True) for one in range(number)]
        )
    KioskState.objects.bulk_create(
        [KioskState(kiosk=one, online=True, changed_at=heard, heard_at=heard) for one in made]
    )
    return made


def heard(moment: datetime) -> None:
    KioskState.objects.update(heard_at=moment)


def texts() -> list[str]:
    return [one.body["text"] for one in Message.objects.order_by("pk")]


def test_breaks_nights_weekends_and_holidays_are_no_silence() -> None:
    def ago(now: datetime, minutes: int, free: frozenset[date] = frozenset()) -> datetime:
        return rules.opening_time_ago(now, timedelta(minutes=minutes), hours=BREAK, zone=WEST, free=free)

    half_past_one = datetime(2026, 11, 9, 6, 30, tzinfo=UTC)
    assert ago(half_past_one, 30) == datetime(2026, 11, 9, 6, 0, tzinfo=UTC)
    assert ago(half_past_one, 60) == datetime(2026, 11, 9, 4, 30, tzinfo=UTC), "the hour of lunch is none"
    early = datetime(2026, 11, 9, 1, 30, tzinfo=UTC)
    friday = datetime(2026, 11, 6, 7, 30, tzinfo=UTC)
    assert ago(early, 60) == friday, "Monday half past eight: half an hour of Friday"
    assert ago(early, 60, frozenset({date(2026, 11, 6)})) == friday - timedelta(days=1)
    sunday = datetime(2026, 11, 8, 5, 0, tzinfo=UTC)
    assert ago(sunday, 60) == ago(sunday + timedelta(hours=5), 60), "while shut nothing comes due"
    east = rules.opening_time_ago(
        NOON, timedelta(hours=1), hours=BREAK, zone="Asia/Jayapura", free=frozenset()
    )
    assert east == NOON - timedelta(hours=1), "fourteen o'clock in the east"


def test_a_silent_kiosk_is_told_late_then_silent_then_well_once_each(db: None) -> None:
    wish("kepala", "mail", "kepala@example.org")
    town("18.01.05.2003", 1, heard=NOON - timedelta(minutes=89))
    town("18.02.01.2001", 9, heard=NOON)
    assert changing.turn(NOON) == 0
    assert changing.turn(NOON + timedelta(minutes=1)) == 1
    assert changing.turn(NOON + timedelta(minutes=2)) == 0
    assert "terlambat" in texts()[0]
    changing.turn(NOON + timedelta(minutes=91))
    KioskState.objects.update(heard_at=NOON + timedelta(minutes=92))
    changing.turn(NOON + timedelta(minutes=92))
    assert len(texts()) >= 2, "nobody is told that it is well before that held"
    before = len(texts())
    changing.turn(NOON + timedelta(minutes=98))
    assert len(texts()) == before + 1
    assert "pulih" in texts()[-1]
    levels = Change.objects.filter(alert__kiosk__name="k-0000").order_by("pk").values_list("was", "level")
    assert list(levels) == [(0, 1), (1, 2), (2, 0)]


def test_a_kiosk_that_comes_and_goes_is_not_told_each_time(db: None) -> None:
    wish("kepala", "mail", "kepala@example.org")
    town("18.01.05.2003", 1, heard=NOON)
    moment = datetime(2026, 11, 9, 1, 0, tzinfo=UTC)
    for _ in range(6):
        for kiosk_heard in (moment - timedelta(days=3), moment):
            Kiosk.objects.update(created_at=moment - timedelta(days=9))
            heard(kiosk_heard)
            changing.turn(moment)
            moment += timedelta(minutes=1)
            changing.turn(moment)
            moment += timedelta(minutes=6)
            changing.turn(moment)
    assert Alert.objects.latest("pk").flaps >= rules.FLAPPING
    assert len(texts()) <= 2 * rules.FLAPPING + 1


def test_many_that_fall_silent_at_once_are_one_message_and_one_when_they_are_back(db: None) -> None:
    wish("provinsi", "mail", "p@example.org")
    wish("kabupaten", "mail", "k@example.org", region="18.01")
    wish("lain", "mail", "l@example.org", region="33.04")
    town("18.01.05.2003", 30, heard=NOON - timedelta(minutes=100))
    for one in range(30):  # their last reports lie up to an hour apart
        last = NOON - timedelta(minutes=40 + 2 * one)
        KioskState.objects.filter(kiosk__name=f"k-{one:04}").update(heard_at=last)
    Kiosk.objects.update(created_at=NOON - timedelta(days=9))
    town("33.04.01.2001", 300, heard=NOON + timedelta(hours=2))
    for minute in range(0, 60, 5):
        changing.turn(NOON + timedelta(minutes=minute))
    told = Counter(Message.objects.values_list("receiver__name", flat=True))
    assert told == {"provinsi": 1, "kabupaten": 1}
    assert Alert.objects.filter(cause__key="regency:18.01").count() >= 20
    back = NOON + timedelta(minutes=60)
    heard(back)
    for minute in range(0, 20, 2):
        changing.turn(back + timedelta(minutes=minute))
    told = Counter(Message.objects.values_list("receiver__name", flat=True))
    assert told == {"provinsi": 2, "kabupaten": 2}
    assert not Alert.objects.filter(ended_at=None).exists()


def test_the_number_of_queries_does_not_grow_with_the_kiosks(
    db: None, django_assert_max_num_queries: object
) -> None:
    town("18.01.05.2003", 300, heard=NOON - timedelta(days=2))
    with django_assert_max_num_queries(40):  # type: ignore[operator]
        changing.turn(NOON)
    assert Alert.objects.count() == 300


def test_messages_wait_for_the_end_of_quiet_hours() -> None:
    night = datetime(2026, 11, 9, 15, 0, tzinfo=UTC)
    assert rules.undisturbed(night, time(21), time(6), zone=WEST) == datetime(2026, 11, 9, 23, 0, tzinfo=UTC)
    assert rules.undisturbed(NOON, time(21), time(6), zone=WEST) == NOON


@pytest.mark.parametrize(
    "given, code",
    [
        ({"way": ""}, "alert_way"),
        ({"way": "pigeon"}, "alert_way"),
        ({"region": "99.99"}, "region_unknown"),
        ({"kinds": ["hujan"]}, "alert_kind"),
        ({"address": "nobody"}, "alert_address"),
        ({"address": "a@b"}, "alert_address"),
        ({"address": "a@example.go.id,b@example.go.id"}, "alert_address"),
        ({"way": "webhook", "address": "http://example.go.id/"}, "alert_address"),
        ({"way": "webhook", "address": "https://example.go.id:99999/"}, "alert_address"),
        ({"way": "webhook", "address": "https://10.1.2.3/"}, "alert_address"),
        ({"way": "webhook", "address": "https://user:pass@example.go.id/"}, "alert_address"),
        ({"way": "webhook", "address": "https://localhost/"}, "alert_address"),
        ({"way": "telegram", "address": "ibu desa"}, "alert_address"),
        ({"way": "apprise", "address": "tgram://token/chat"}, "alert_address"),
        ({"wants": "some"}, "alert_wants"),
        ({"quiet": (time(6), time(21))}, "alert_quiet_day"),
        ({"quiet": (time(21), time(21))}, "alert_quiet"),
        ({"quiet": (time(21, tzinfo=UTC), time(6))}, "alert_quiet"),
        ({"kinds": ["aduan", "jawaban"]}, "alert_reader"),
    ],
)
def test_a_receiver_that_could_never_be_told_is_refused(
    db: None, given: dict[str, object], code: str
) -> None:
    usual = {"way": "mail", "address": "dinas@example.go.id", "region": "", "kinds": (), "wants": "both"}
    with pytest.raises(CollectorError) as refused:
        receivers.keep(Wish(name="dinas", remind_hours=0, **({"quiet": None} | usual | given)), who="Rina")
    assert refused.value.word == code
    assert not Receiver.objects.exists()


def test_who_takes_an_alert_on_is_named_and_nobody_is_reminded_of_it(db: None) -> None:
    wish("kepala", "mail", "kepala@example.org", remind_hours=2)
    town("18.01.05.2003", 1, heard=NOON - timedelta(hours=4))
    changing.turn(NOON)
    changing.turn(NOON + timedelta(minutes=119))
    assert len(texts()) == 1
    changing.turn(NOON + timedelta(minutes=121))
    assert len(texts()) == 2
    call_command("alert", "ack", str(Alert.objects.get().pk))
    assert Alert.objects.get().acknowledged_by
    changing.turn(NOON + timedelta(hours=9))
    assert len(texts()) == 2
    with pytest.raises(CollectorError, match="alert list"):
        receivers.acknowledge(99_999, who="Rina")


def test_a_mail_goes_under_the_same_id_again(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "IKM_MAIL_URL", "smtp://localhost")
    wish("kepala", "mail", "kepala@example.org")
    receivers.test("kepala")
    running.once()
    Message.objects.update(state=MessageState.WAITING)
    running.once()
    assert len(mail.outbox) == 2
    assert len({one.extra_headers["Message-ID"] for one in mail.outbox}) == 1


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/", "https://127.0.0.1/", "https://[::1]/", "https://10.0.0.1/x", "https://169.254.169.254/",
        "https://[::ffff:127.0.0.1]/", "https://0.0.0.0/", "https://user@8.8.8.8/", "file:///etc/passwd", "https://2130706433/",
    ],
)  # fmt: skip
def test_a_webhook_reaches_no_address_within(url: str) -> None:
    with pytest.raises(OSError, match=r"address|https"):
        sending.address_of(url)


class Listening:
    """Somebody's webhook: keeps what came in, and may be slow, refuse, or send elsewhere."""

    def __init__(self) -> None:
        self.came: list[tuple[dict[str, str], bytes]] = []
        self.status, self.slow_s = 200, 0.0
        own = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                content = self.rfile.read(int(self.headers["Content-Length"]))
                own.came.append((dict(self.headers), content))
                machine.sleep(own.slow_s)
                self.send_response(own.status)
                if own.status == 302:
                    self.send_header("Location", "/elsewhere")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def hook(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> Iterator[Listening]:
    one = Listening()
    monkeypatch.setattr(settings, "IKM_ALERT_LOCAL", (f"127.0.0.1:{one.server.server_port}",))
    monkeypatch.setattr(settings, "IKM_OWN", tmp_path)
    (tmp_path / "alerts").mkdir()  # type: ignore[operator]
    (tmp_path / "alerts" / "desa.key").write_text("rahasia")  # type: ignore[operator]
    yield one
    one.server.shutdown()
    one.server.server_close()


def test_a_webhook_is_signed_and_follows_nobody(db: None, hook: Listening) -> None:
    wish("desa", "webhook", hook.url)
    receivers.test("desa")
    hook.status = 302
    running.once()
    assert len(hook.came) == 1, "no redirect is followed"
    assert "302" in Receiver.objects.get().last_error
    hook.status = 204
    Message.objects.update(not_before=NOON - timedelta(days=1))
    running.once()
    assert Receiver.objects.get().last_error == ""
    headers, content = hook.came[-1]
    signed = headers["X-IKM-Timestamp"].encode() + b"." + content
    assert headers["X-IKM-Signature"] == hmac.new(b"rahasia", signed, hashlib.sha256).hexdigest()
    assert {one[0]["Idempotency-Key"] for one in hook.came} == {json.loads(content)["key"]}


class FakeApprise:
    """As much of the library as is used: what it was told, and whether that went."""

    told: ClassVar[list[tuple[str, str]]] = []
    goes: ClassVar[bool] = True

    def add(self, url: str) -> bool:
        self._url = url
        return "://" in url

    def notify(self, *, body: str, title: str) -> bool:
        self.told.append((self._url, f"{title}|{body}"))
        return self.goes


def test_apprise_has_its_address_from_a_file_and_nowhere_else(
    db: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(settings, "IKM_OWN", tmp_path)
    monkeypatch.setitem(sys.modules, "apprise", SimpleNamespace(Apprise=FakeApprise))
    monkeypatch.setattr(FakeApprise, "told", [])
    wish("desa", "apprise", "grup WA desa")
    receivers.test("desa")
    running.once()
    assert "desa.url" in Receiver.objects.get().last_error
    (tmp_path / "alerts").mkdir()
    secret = tmp_path / "alerts" / "desa.url"
    for content, goes in (("nothing", True), ("tgram://s3cret/1", False), ("tgram://s3cret/1", True)):
        secret.write_text(content)
        monkeypatch.setattr(FakeApprise, "goes", goes)
        Message.objects.update(not_before=NOON - timedelta(days=1))
        running.once()
        assert "s3cret" not in Receiver.objects.get().last_error
    assert Message.objects.get().state == MessageState.SENT
    assert FakeApprise.told[-1] == (
        "tgram://s3cret/1", "IKM: ada yang perlu dilihat|(Pesan ini mungkin berulang.)\nIni pesan percobaan.",
    )  # fmt: skip
    monkeypatch.setitem(sys.modules, "apprise", None)
    receivers.test("desa")
    running.once()
    assert "not installed" in Receiver.objects.get().last_error


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of its own imports
def test_the_library_itself_gets_it_through(db: None, hook: Listening) -> None:
    pytest.importorskip("apprise", reason="an extra that few have")
    wish("desa", "apprise", "uji")
    (settings.IKM_OWN / "alerts" / "desa.url").write_text(hook.url.replace("http://", "json://"))
    receivers.test("desa")
    running.once()
    assert Receiver.objects.get().last_error == ""
    assert json.loads(hook.came[-1][1])["message"] == "Ini pesan percobaan."


def test_an_address_that_is_none_ends_no_sender(db: None, hook: Listening) -> None:
    wish("desa", "webhook", "https://example.org/")
    Receiver.objects.update(address="https://example.org:99999/")  # as of before such were refused
    wish("lain", "webhook", hook.url)
    (settings.IKM_OWN / "alerts" / "lain.key").write_text("rahasia")
    receivers.test("desa")
    receivers.test("lain")
    running.once()
    assert len(hook.came) == 1
    assert "desa" in Receiver.objects.get(name="desa").last_error


def test_of_two_workers_one_has_a_message_and_what_the_dead_held_goes_again(db: None) -> None:
    wish("desa", "mail", "desa@example.org")
    receivers.test("desa")
    with alive.living("a"):
        assert outbox.claim("a") is not None
        assert outbox.claim("b") is None
        assert outbox.give_back_of_the_dead() == 0
    assert outbox.give_back_of_the_dead() == 1
    assert outbox.claim("b") is not None


@pytest.mark.integration
@pytest.mark.django_db(transaction=True)
def test_four_workers_killed_again_and_again_lose_no_message(
    hook: Listening, tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "IKM_DATA", tmp_path)
    wish("desa", "webhook", hook.url)
    wanted = {receivers.test("desa").key for _ in range(12)}
    Message.objects.update(not_before=datetime(2020, 1, 1, tzinfo=UTC))
    hook.slow_s = 0.3
    found = connection.settings_dict
    url = f"sqlite:///{found['NAME']}"
    if connection.vendor != "sqlite":
        url = f"postgresql://{found['USER']}@/{found['NAME']}?host={found['HOST']}"
    environment = os.environ | {
        "DATABASE_URL": url, "IKM_DATA": str(tmp_path), "IKM_KEYS": str(settings.IKM_KEYS), "IKM_OWN": str(tmp_path),
        "IKM_ALERT_LOCAL": settings.IKM_ALERT_LOCAL[0],
    }  # fmt: skip
    command = [sys.executable, "-m", "collector.manage", "alert", "run", "--hands", "1"]

    def begin() -> "subprocess.Popen[bytes]":
        return subprocess.Popen(command, env=environment)

    workers = [begin() for _ in range(4)]
    try:
        until = machine.monotonic() + 60
        while not hook.came and machine.monotonic() < until:
            machine.sleep(0.05)
        for one in workers[:2]:  # in the midst of sending
            one.send_signal(signal.SIGKILL)
            one.wait()
        workers += [begin(), begin()]
        while Message.objects.exclude(state=MessageState.SENT).exists() and machine.monotonic() < until:
            machine.sleep(0.2)
    finally:
        for one in workers:
            one.kill()
            one.wait()
    came = Counter(headers["Idempotency-Key"] for headers, _ in hook.came)
    assert came.keys() == wanted
    assert came.total() <= 12 + 2, "only what the killed ones had in hand may come again, under its own key"


def test_a_watch_outside_hears_of_us_only_while_somebody_looks(
    db: None, hook: Listening, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "IKM_ALERT_PING_URL", "")
    with stopped(NOON):
        changing.turn(NOON)
        assert not pinging.ping(), "no watch is named"
        monkeypatch.setattr(settings, "IKM_ALERT_PING_URL", hook.url)
        assert pinging.ping()
        hook.status = 500
        with pytest.raises(OSError, match="500"):
            pinging.ping()
    with stopped(NOON + timedelta(minutes=3)):
        assert not pinging.ping(), "whoever hangs is silent"
    assert [content for _, content in hook.came] == [b"", b""]
    monkeypatch.setattr(settings, "IKM_ALERT_LOCAL", ())
    with stopped(NOON), pytest.raises(OSError, match="https"):
        pinging.ping()


def test_a_kiosk_is_enrolled_anew_before_its_certificate_ends(db: None) -> None:
    wish("kepala", "mail", "kepala@example.org")
    old, renewed, revoked, archive, young = town("18.01.05.2003", 5, heard=NOON)
    ago = NOON - timedelta(days=ca.CERTIFICATE_DAYS - 59)

    def key(kiosk: Kiosk, number: int, enrolled: datetime, **more: datetime) -> None:
        KioskKey.objects.create(kiosk=kiosk, public_key=bytes([number]) * 32, enrolled_at=enrolled, **more)

    key(old, 1, ago)
    key(renewed, 2, ago)
    key(renewed, 3, NOON)
    key(revoked, 4, ago, revoked_at=NOON)
    key(archive, 5, ago, archive_from=ago, archive_until=NOON)
    key(young, 6, ago + timedelta(days=2))
    changing.turn(NOON)
    (said,) = texts()
    assert "k-0000" in said
    assert "sertifikat" in said
    assert said.count("\n") == 0, "and of no other kiosk"
    key(old, 7, NOON)
    changing.turn(NOON + timedelta(minutes=1))
    changing.turn(NOON + timedelta(minutes=7))
    assert "pulih" in texts()[-1]


def test_a_message_calls_a_regency_by_its_name(db: None) -> None:
    wish("kepala", "mail", "kepala@example.org")
    town("18.01.05.2003", 6, heard=NOON - timedelta(minutes=95))
    town("12.71.01.1001", 30, heard=NOON)
    Region.objects.create(code="18.01", name="Lampung\nSelatan")
    changing.turn(NOON)
    assert texts()[0].startswith("Lampung Selatan: ")


def test_what_comes_in_quiet_hours_goes_as_one_message(db: None) -> None:
    wish("kepala", "mail", "kepala@example.org", quiet=(time(11), time(13)))
    kiosks = town("18.01.05.2003", 30, heard=NOON)
    for place, one in enumerate(kiosks[:3]):
        Kiosk.objects.filter(pk=one.pk).update(alarms=Alarm.DISK)
        changing.turn(NOON + timedelta(minutes=place))
    (said,) = texts()
    assert [line.split(",")[0] for line in said.splitlines()] == ["k-0000", "k-0001", "k-0002"]
    Kiosk.objects.filter(pk__in=[one.pk for one in kiosks[3:]]).update(alarms=Alarm.DISK)
    changing.turn(NOON + timedelta(minutes=4))
    Kiosk.objects.filter(pk=kiosks[0].pk).update(alarms=Alarm.DISK | Alarm.CLOCK)
    changing.turn(NOON + timedelta(minutes=5))
    kept = Message.objects.get().body
    assert kept["text"].splitlines()[-1] == "dan 11 lagi"
    assert (len(kept["changes"]), kept["more"], len(kept["text"].splitlines())) == (20, 11, 21)
    Message.objects.update(tries=1)
    receivers.test("kepala")
    assert Message.objects.count() == 2, "what was tried stays as it was"


def test_a_kiosk_that_is_used_no_more_is_not_called_well(db: None) -> None:
    wish("kepala", "mail", "kepala@example.org")
    town("18.01.05.2003", 1, heard=NOON - timedelta(minutes=95))
    town("18.02.01.2001", 9, heard=NOON)
    changing.turn(NOON)
    Kiosk.objects.filter(name="k-0000").update(in_use=False)
    changing.turn(NOON + timedelta(minutes=1))
    changing.turn(NOON + timedelta(minutes=7))
    assert not Alert.objects.filter(ended_at=None).exists()
    assert len(texts()) == 1


def test_an_operator_s_kiosks_of_a_province_are_one_cause_where_the_others_are_well(db: None) -> None:
    wish("pusat", "mail", "p@example.org")
    wish("kabupaten", "mail", "k@example.org", region="18.02")
    wish("lain", "mail", "l@example.org", region="33.04")
    codes = ("18.01.05.2003", "18.02.01.2001", "18.03.01.2001")
    for code in codes:
        for provider in ("Biru", "Merah"):
            place = Place.objects.create(
                code=f"{code}-{provider}", name="Balai", region=Region.objects.get_or_create(code=code)[0]
            )
            made = town(code, 4, heard=NOON - timedelta(minutes=95 if provider == "Biru" else 10))
            for one in made:
                assert one.stands is not None
                Assignment.objects.create(
                    kiosk=one, unit=one.stands, place=place, since=NOON - timedelta(days=9)
                )
    town("33.04.01.2001", 60, heard=NOON)
    Kiosk.objects.update(created_at=NOON - timedelta(days=9))
    for code in codes:
        for provider in ("Biru", "Merah"):
            assert tree.set_provider(provider, place=f"{code}-{provider}") == 1
    Region.objects.create(code="18", name="Lampung")
    changing.turn(NOON)
    told = {one.receiver.name: one.body["text"] for one in Message.objects.select_related("receiver")}
    assert told.keys() == {"pusat", "kabupaten"}
    assert told["pusat"].startswith("Operator Biru, Lampung: banyak kios diam sekaligus (12")
    assert told["pusat"].count("\n") == 0, "and no regency's cause beside it"
    heard(NOON + timedelta(minutes=5))
    for minute in (5, 12):
        changing.turn(NOON + timedelta(minutes=minute))
    assert "kembali terdengar" in texts()[-1]
    with pytest.raises(CollectorError, match="colon"):
        tree.set_provider("a:b", region="18")
    with pytest.raises(CollectorError):
        tree.set_provider("Biru", region="99")


def test_what_all_of_a_province_have_in_common_is_no_operator_s() -> None:
    where = [rules.Where("18.01", "Biru"), rules.Where("18.02", "Merah"), rules.Where("33.04")]
    every = dict(zip(where, (10, 10, 200), strict=True))

    def found(*quiet: int) -> set[str]:
        return set(rules.causes(dict(zip(where, quiet, strict=True)), every, standing=frozenset()))

    assert found(9, 9, 0) == {"regency:18.01", "regency:18.02"}
    assert found(9, 1, 0) == {"provider:18:Biru"}
    assert found(4, 0, 0) == set(), "too few"
    assert found(10, 10, 60) == {rules.ALL}
    lonely = {rules.Where("18.01", "Biru"): 10, rules.Where("33.04"): 200}
    assert rules.causes({rules.Where("18.01", "Biru"): 9}, lonely, standing=frozenset()) == {"regency:18.01"}
