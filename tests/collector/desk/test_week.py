"""The week in words, on its page and by mail; and a word to whoever has not reported."""

import re
from datetime import UTC, date, datetime, timedelta
from smtplib import SMTPException

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core import mail
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import Client

from collector.accounts import roles
from collector.complaints.models import Ticket, TicketStatus
from collector.desk.models import Reminder, WeekMail
from collector.evidence.intake import last_hours
from collector.evidence.models import Stream
from collector.fleet import present
from collector.fleet.models import KioskKey, Unit
from collector.mail import mail_settings
from collector.people.models import TrailEntry
from collector.releases import publishing
from collector.releases.models import Release
from collector.releases.states import State
from collector.scores.models import Population
from collector.scores.tallies.projection import project
from survey.index.periods import parse
from tests.collector.accounts_of import person
from tests.collector.complaints.tickets import a_ticket
from tests.collector.conftest import OwnClock
from tests.collector.desk.test_desk import browser, seen
from tests.collector.scores.village import Post, add_unit, answers, at

pytestmark = pytest.mark.django_db

WEEK, MISSING = "/meja/minggu-ini/", "/meja/belum-melapor/?period=2026-TW4"
REMIND = "/meja/ingatkan/sukamaju/2026-TW4/"


@pytest.fixture(autouse=True)
def _tuesday(own_clock: OwnClock) -> None:
    own_clock.moment = datetime(2027, 1, 5, 3, tzinfo=UTC)


@pytest.fixture
def post() -> Post:
    return Post(add_unit("sukamaju", region="18.01.05.2003", name="Balai Desa Sukamaju", agency="desa"))


@pytest.fixture
def officer(post: Post) -> User:
    return person("budi", roles.UNIT_OFFICER, post.unit)


@pytest.fixture
def evaluator(post: Post) -> User:
    return person("wati", roles.EVALUATOR, region=post.unit.region)


def answered(post: Post, day: date, number: int) -> None:
    with transaction.atomic():
        project(
            [post.response(answers(3), at(day, seconds=60 * place + post.seq)) for place in range(number)]
        )


def complaint(post: Post, day: date, *topics: str) -> Ticket:
    return a_ticket(post.unit, *topics, day=day)


def test_a_release_that_is_due_is_said_with_its_day(officer: User, own_clock: OwnClock) -> None:
    page = seen(browser(officer), WEEK)
    assert "ajukan rilis Triwulan IV Tahun 2026" in page
    assert "Paling lambat 30 Januari 2027, sisa 25 hari" in page
    own_clock.moment = datetime(2027, 2, 2, 3, tzinfo=UTC)
    assert "Batasnya 30 Januari 2027, sudah lewat" in seen(browser(officer), WEEK)


def test_a_running_sample_is_a_band_up_to_last_night(post: Post, officer: User) -> None:
    client = browser(officer)
    answered(post, date(2027, 1, 4), 12)
    assert "Jawaban sampai tadi malam: 10 sampai 29. Jumlah pengguna layanan belum dinyatakan" in seen(
        client, WEEK
    )
    before = seen(client, WEEK)
    answered(post, date(2027, 1, 5), 20)
    assert seen(client, WEEK) == before, "what comes in today is seen tomorrow"
    Population.objects.create(
        unit=post.unit, first_day="2027-01-01", last_day="2027-03-31", users=640, stated_at=datetime(2027, 1, 4, tzinfo=UTC), stated_by="x",
    )  # fmt: skip
    assert "Diperlukan 240: belum cukup, sisa 85 hari" in seen(client, WEEK)
    answered(post, date(2027, 1, 4), 300)
    assert "Diperlukan 240: cukup" in seen(client, WEEK)


def kept_in_its_row() -> None:
    """Behind rows that a test has written itself."""
    present.keep_every()
    last_hours.keep_every()


def test_a_kiosk_of_which_nothing_comes_in_is_named_with_the_day(
    post: Post, officer: User, evaluator: User
) -> None:
    key = KioskKey.objects.create(
        kiosk=post.kiosk, public_key=b"k" * 32, enrolled_at=datetime(2026, 9, 1, tzinfo=UTC)
    )
    stream = Stream.objects.create(
        kiosk=post.kiosk, key=key, uid="a" * 32, received_ms=at(date(2027, 1, 4)), **MORE
    )
    kept_in_its_row()
    for user in (officer, evaluator):
        assert "diam" not in seen(browser(user), WEEK)
    Stream.objects.filter(pk=stream.pk).update(received_ms=at(date(2026, 12, 28)))
    kept_in_its_row()
    for user in (officer, evaluator):
        assert "Balai Desa Sukamaju: kios k1 diam sejak 28 Desember 2026" in seen(browser(user), WEEK)
    elsewhere = person("sari", roles.UNIT_OFFICER, add_unit("medan", region="12.71.01.1001"))
    assert "diam" not in seen(browser(elsewhere), WEEK)


MORE: dict[str, object] = {"through": 1, "link": b"l" * 32, "opened_ms": 0, "clock": b""}


def test_complaints_are_counted_as_of_last_night_and_those_about_officers_for_evaluators_only(
    post: Post, officer: User, evaluator: User
) -> None:
    complaint(post, date(2027, 1, 4), "syarat")
    complaint(post, date(2027, 1, 5), "syarat")
    complaint(post, date(2027, 1, 4), "pungli")
    assert "1 pengaduan terbuka" in seen(browser(officer), WEEK)
    assert "1 pengaduan terbuka" in seen(browser(evaluator), WEEK), "the one that the desk may not see"
    late = complaint(post, date(2026, 11, 5), "syarat")
    assert "1 pengaduan lewat batas Dari 2 pengaduan terbuka yang Anda pegang" in seen(browser(officer), WEEK)
    assert "1 pengaduan terlewat di tingkat bawah" in seen(browser(evaluator), WEEK)
    Ticket.objects.filter(pk=late.pk).update(status=TicketStatus.DONE)
    assert "1 pengaduan terbuka Tidak ada yang lewat batas" in seen(browser(officer), WEEK)
    assert "terlewat" not in seen(browser(evaluator), WEEK)


def test_an_evaluator_reads_what_waits_and_who_has_not_reported(
    post: Post, evaluator: User, own_clock: OwnClock
) -> None:
    client = browser(evaluator)
    assert "tidak ada yang menunggu Anda" in seen(client, WEEK)
    publishing.submit(publishing.propose(post.unit, parse("2026-TW4"), who="test"), who="test")
    assert "1 rilis diajukan dan belum diputuskan" in seen(client, WEEK)
    assert "Semua unit melapor" in seen(client, MISSING)
    own_clock.moment = datetime(2027, 2, 2, 3, tzinfo=UTC)
    Release.objects.update(state=State.OPEN)  # nobody hands it in after all
    publishing.mark_overdue(post.unit, parse("2026-TW4"), who="test")
    client = browser(evaluator)
    assert "1 periode tidak dilaporkan" in seen(client, WEEK)
    assert "1 unit tidak melapor" in seen(client, MISSING)


def test_a_unit_is_reminded_once_a_day_and_sees_it(
    post: Post, officer: User, evaluator: User, own_clock: OwnClock
) -> None:
    own_clock.moment = datetime(2027, 2, 2, 3, tzinfo=UTC)
    publishing.mark_overdue(post.unit, parse("2026-TW4"), who="test")
    client = browser(evaluator)
    assert "Ingatkan Balai Desa Sukamaju" in seen(client, MISSING)
    for _ in range(2):
        assert client.post(REMIND).status_code == 302
    assert Reminder.objects.count() == 1
    page = seen(client, MISSING)
    assert "sudah diingatkan hari ini" in page
    assert "2 Februari 2027, wati" in page
    assert "Ingatkan Balai" not in page
    assert "Penilai mengingatkan pada 2 Februari 2027" in seen(browser(officer), WEEK)
    own_clock.moment += timedelta(days=1)
    browser(evaluator).post(REMIND)
    assert (
        list(TrailEntry.objects.filter(action="reminder").values_list("who", "subject"))
        == [("wati", "unit sukamaju")] * 2
    )


def test_nobody_is_reminded_of_what_is_not_owed(post: Post, evaluator: User) -> None:
    client = browser(evaluator)
    answered(post, date(2026, 11, 2), 12)
    publishing.publish(post.unit, parse("2026-TW4"), who="test")
    client.post(REMIND)
    assert "tidak berutang laporan" in seen(client, MISSING)
    assert client.post("/meja/ingatkan/sukamaju/2026-XX/").status_code == 404
    assert not Reminder.objects.exists()


def test_only_evaluators_of_a_unit_remind_it_and_see_who_is_missing(post: Post, officer: User) -> None:
    other: Unit = add_unit("medan", region="12.71.01.1001", name="Kantor Medan")
    for user in (officer, person("tono", roles.VIEWER), person("rudi", roles.AUDITOR)):
        client = browser(user)
        assert client.get(MISSING).status_code == 403
        assert client.post(REMIND).status_code == 404
        assert client.get(WEEK).status_code == 200
    elsewhere = browser(person("sari", roles.EVALUATOR, region=other.region))
    assert elsewhere.post(REMIND).status_code == 404
    assert "Sukamaju" not in seen(elsewhere, MISSING)
    assert "Sukamaju" not in seen(elsewhere, WEEK)
    for path in (WEEK, MISSING):
        assert Client().get(path).status_code == 302
    assert Client().post(REMIND).status_code == 302
    assert not Reminder.objects.exists()


@pytest.fixture
def _server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "IKM_MAIL_URL", "smtp://localhost")


def send(capsys: pytest.CaptureFixture[str]) -> str:
    capsys.readouterr()
    call_command("week", mail=True)
    return capsys.readouterr().out


@pytest.mark.usefixtures("_server")
def test_each_gets_one_mail_a_week_whatever_is_run_again(
    officer: User, evaluator: User, own_clock: OwnClock, capsys: pytest.CaptureFixture[str]
) -> None:
    User.objects.filter(pk=officer.pk).update(email="budi@desa.example")
    User.objects.create_user("lain", email="lain@desa.example")
    assert "1 sent, 0 had it already" in send(capsys)
    assert "0 sent, 1 had it already" in send(capsys)
    (sent,) = mail.outbox
    assert sent.to == ["budi@desa.example"]
    assert "ajukan rilis Triwulan IV Tahun 2026" in sent.body
    assert "http://127.0.0.1:8000/meja/unit/sukamaju/2026-TW4/" in sent.body
    assert "&" not in sent.body
    own_clock.moment = datetime(2027, 1, 11, 3, tzinfo=UTC)
    assert "1 sent" in send(capsys)
    assert list(WeekMail.objects.values_list("week", flat=True)) == [date(2027, 1, 4), date(2027, 1, 11)]


@pytest.mark.usefixtures("_server")
def test_a_mail_that_the_server_refuses_is_sent_by_the_next_run(
    officer: User, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    User.objects.filter(pk=officer.pk).update(email="budi@desa.example")
    with monkeypatch.context() as broken:
        broken.setattr("django.core.mail.EmailMessage.send", refuse)
        with pytest.raises(CommandError, match="did not take the mail for budi"):
            call_command("week", mail=True)
    assert "1 sent" in send(capsys)
    assert len(mail.outbox) == 1


def refuse(_: object) -> None:
    raise SMTPException("no")


def test_without_a_server_nothing_is_sent_and_the_week_can_be_printed(
    officer: User, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(CommandError, match="IKM_MAIL_URL"):
        call_command("week", mail=True)
    call_command("week", account="budi")
    assert "Balai Desa Sukamaju: ajukan rilis" in capsys.readouterr().out
    with pytest.raises(CommandError, match="no account"):
        call_command("week", account="nobody")


def test_an_account_keeps_its_own_address(officer: User) -> None:
    client = browser(officer)
    client.post("/akun/surel/", {"email": "kacau"})
    assert "bukan alamat surel" in seen(client, "/akun/")
    client.post("/akun/surel/", {"email": "budi@desa.example"})
    assert User.objects.get(pk=officer.pk).email == "budi@desa.example"
    client.post("/akun/surel/", {"email": ""})
    assert User.objects.get(pk=officer.pk).email == ""
    assert [one.facts for one in TrailEntry.objects.filter(action="mail address").order_by("pk")] == [
        {"kept": True},
        {"kept": False},
    ]
    assert "budi@" not in str(TrailEntry.objects.values_list("facts", "subject", "why"))
    assert Client().post("/akun/surel/", {"email": "x@y.example"}).status_code == 302


def test_the_address_of_a_mail_server_is_read_or_refused() -> None:
    found = mail_settings("smtp+tls://ikm:p%40ss@mail.example")
    assert (found["EMAIL_HOST"], found["EMAIL_PORT"], found["EMAIL_HOST_PASSWORD"]) == (
        "mail.example",
        587,
        "p@ss",
    )
    assert (found["EMAIL_USE_TLS"], found["EMAIL_USE_SSL"]) == (True, False)
    assert mail_settings("smtps://mail.example:4650")["EMAIL_PORT"] == 4650
    assert mail_settings("") == {}
    for wrong in ("mail.example", "http://mail.example", "smtp://"):
        with pytest.raises(ImproperlyConfigured):
            mail_settings(wrong)


def test_the_page_is_in_words_and_prints(officer: User) -> None:
    page = browser(officer).get(WEEK).content.decode()
    assert len(re.findall("<h1", page)) == 1
    assert "<script" not in page
