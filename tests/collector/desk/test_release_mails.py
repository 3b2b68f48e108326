"""Releases by mail: who wants them, what came out since the last one, once each, and nothing that is not public."""

import io
import re
from datetime import UTC, datetime, timedelta

import pikepdf
import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core import mail
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from collector.accounts import roles
from collector.accounts.models import Office
from collector.desk import release_mails, told
from collector.desk.models import ReleaseMail, ReleaseSubscription
from collector.desk.release_mails import Often, subscribe
from collector.fleet.models import Agency
from collector.people.models import TrailEntry
from collector.releases import larger, publishing
from collector.releases.models import Release
from survey.index.periods import parse
from tests.collector.accounts_of import person
from tests.collector.conftest import OwnClock
from tests.collector.desk.test_desk import administrator, browser, seen
from tests.collector.desk.test_week import refuse
from tests.collector.releases.test_publishing import visit
from tests.collector.scores.village import Post, add_unit

pytestmark = pytest.mark.django_db

LAST, BEFORE = parse("2026-TW4"), parse("2026-TW3")
ROOT, KEEP = "/meja/surel/", "/meja/surel/simpan/"
WHO = "console:test"


@pytest.fixture(autouse=True)
def _january(own_clock: OwnClock, monkeypatch: pytest.MonkeyPatch) -> None:
    own_clock.moment = datetime(2027, 1, 5, 3, tzinfo=UTC)
    monkeypatch.setattr(settings, "IKM_MAIL_URL", "smtp://localhost")
    cache.clear()


@pytest.fixture
def post() -> Post:
    return Post(add_unit("sukamaju", region="18.01.05.2003", name="Balai Desa Sukamaju", agency="desa"))


@pytest.fixture
def other() -> Post:
    return Post(add_unit("medan", region="12.71.01.1001", name="Kantor Medan"), name="k2", stream=2)


def wants(user: User, often: Often = Often.EACH) -> User:
    User.objects.filter(pk=user.pk).update(email=f"{user.username}@desa.example")
    user.refresh_from_db()
    subscribe(user, often)
    return user


@pytest.fixture
def officer(post: Post) -> User:
    return wants(person("budi", roles.UNIT_OFFICER, post.unit))


def send(own_clock: OwnClock, capsys: pytest.CaptureFixture[str], *, days: int = 1) -> str:
    own_clock.moment += timedelta(days=days)
    capsys.readouterr()
    call_command("releases_mail")
    return capsys.readouterr().out


def out(post: Post, number: int = 12) -> Release:
    visit(post, number)
    return publishing.publish(post.unit, LAST, who=WHO)


def test_what_came_out_is_told_once_as_its_page_says_it(
    post: Post, other: Post, officer: User, own_clock: OwnClock, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "0 sent" in send(own_clock, capsys)
    release = out(post)
    out(other)
    assert "1 sent" in send(own_clock, capsys)
    assert "0 sent" in send(own_clock, capsys)
    (sent,) = mail.outbox
    assert (sent.to, sent.subject) == (["budi@desa.example"], "IKM: 1 rilis")
    assert "Balai Desa Sukamaju, Triwulan IV Tahun 2026" in sent.body
    assert "IKM 75,00 C (Kurang baik), 12 responden." in sent.body
    page = Client().get(f"/r/{release.address}/").content.decode()
    (doubt,) = re.findall(r"12 responden\. (.*)", sent.body)
    assert doubt
    assert doubt in re.sub(r"\s+", " ", page)
    assert f"http://127.0.0.1:8000/r/{release.address}/" in sent.body
    assert "Medan" not in sent.body
    row = ReleaseMail.objects.get()
    assert (row.user, row.releases) == (officer, 1)


def test_the_poster_comes_with_one_release_alone(
    post: Post, officer: User, own_clock: OwnClock, capsys: pytest.CaptureFixture[str]
) -> None:
    release = out(post)
    send(own_clock, capsys)
    visit(post, 20)
    publishing.correct(release, who=WHO, why="datang terlambat")
    send(own_clock, capsys)
    one, two = mail.outbox
    ((name, data, kind),) = one.attachments
    assert (name, kind) == (f"ikm-2026-TW4-{release.address}-poster-a4.pdf", "application/pdf")
    assert len(pikepdf.open(io.BytesIO(data)).pages) == 1
    public = Client().get(f"/r/{release.address}/poster-a4.pdf")
    assert public.status_code == 200
    assert two.attachments == [], "of two releases, the page gives what somebody wants"


def test_a_withdrawn_release_is_told_with_its_reason_and_its_successor(
    post: Post, officer: User, own_clock: OwnClock, capsys: pytest.CaptureFixture[str]
) -> None:
    release = out(post)
    send(own_clock, capsys)
    visit(post, 20)
    after = publishing.correct(release, who=WHO, why="dua puluh\ndatang terlambat")
    send(own_clock, capsys)
    body = mail.outbox[-1].body
    assert f"Ditarik: dua puluh datang terlambat Penggantinya: {after.address}." in body
    assert f"Menggantikan rilis {release.address}." in body
    assert body.index("Ditarik") < body.index("Menggantikan")
    publishing.withdraw(after, who=WHO, why="salah unit")
    send(own_clock, capsys)
    assert "Ditarik: salah unit" in mail.outbox[-1].body
    assert mail.outbox[-1].attachments == []
    assert len(mail.outbox) == 3


def test_what_was_taken_back_before_anybody_was_told_is_not_announced(
    post: Post, officer: User, own_clock: OwnClock, capsys: pytest.CaptureFixture[str]
) -> None:
    release = out(post)
    publishing.withdraw(release, who=WHO, why="salah unit")
    send(own_clock, capsys)
    (sent,) = mail.outbox
    assert "Ditarik: salah unit" in sent.body
    assert "75,00" not in sent.body


def test_steps_whose_transaction_may_still_run_wait_for_the_next_mail(
    post: Post, officer: User, own_clock: OwnClock, capsys: pytest.CaptureFixture[str]
) -> None:
    own_clock.moment += timedelta(hours=1)
    out(post)
    own_clock.moment += timedelta(minutes=5)
    assert "0 sent" in send(own_clock, capsys, days=0)
    assert "1 sent" in send(own_clock, capsys)


def test_nothing_of_before_is_told_and_nothing_that_is_not_out(
    post: Post, own_clock: OwnClock, capsys: pytest.CaptureFixture[str]
) -> None:
    out(post)
    own_clock.moment += timedelta(days=1)
    wants(person("budi", roles.UNIT_OFFICER, post.unit))
    publishing.submit(publishing.propose(post.unit, BEFORE, who=WHO), who=WHO)
    publishing.send_back(Release.objects.get(period="2026-TW3"), who=WHO, why="rahasia")
    assert "0 sent" in send(own_clock, capsys)
    publishing.mark_overdue(post.unit, BEFORE, who=WHO)
    assert "1 sent" in send(own_clock, capsys)
    (sent,) = mail.outbox
    assert "Triwulan III Tahun 2026" in sent.body
    assert "Tidak melapor" in sent.body
    assert "rahasia" not in sent.body
    assert "Triwulan IV" not in sent.body


def test_few_answers_have_no_number_in_a_mail_either(
    post: Post, officer: User, own_clock: OwnClock, capsys: pytest.CaptureFixture[str]
) -> None:
    out(post, 4)
    send(own_clock, capsys)
    (sent,) = mail.outbox
    assert "Terbit tanpa nilai: kurang dari 5 responden." in sent.body
    assert sent.attachments == []


def test_each_reads_of_what_the_office_reaches(
    post: Post, other: Post, own_clock: OwnClock, capsys: pytest.CaptureFixture[str]
) -> None:
    region = post.unit.region
    assert post.unit.agency is not None
    wants(person("sari", roles.EVALUATOR, region=region))
    wants(person("tini", roles.EVALUATOR, agency=Agency.objects.get(code="desa")))
    wants(person("toni", roles.VIEWER))
    wants(administrator())
    User.objects.create_user("lain", email="lain@desa.example")
    for one in (post, other):
        out(one)
    larger.publish(larger.region("18.01.05.2003"), LAST, who=WHO)
    larger.publish(larger.region("18.01"), LAST, who=WHO)
    larger.publish(larger.agency("desa"), LAST, who=WHO)
    assert "4 sent" in send(own_clock, capsys)
    assert {one.to[0].partition("@")[0]: int(one.subject.split()[1]) for one in mail.outbox} == {
        "sari": 2,  # its unit and its region, not the regency above
        "tini": 2,
        "toni": 5,
        "rina": 5,
    }


def test_whoever_lost_the_office_the_address_or_the_account_gets_nothing(
    post: Post, own_clock: OwnClock, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("a", "b", "c", "d"):
        wants(person(name, roles.UNIT_OFFICER, post.unit))
    out(post)
    Office.objects.filter(user__username="a").update(until=datetime(2027, 1, 5, tzinfo=UTC))
    User.objects.filter(username="b").update(email="")
    User.objects.filter(username="c").update(is_active=False)
    assert "1 sent" in send(own_clock, capsys)
    assert [one.to for one in mail.outbox] == [["d@desa.example"]]


def test_once_a_month_is_when_another_month_has_begun(
    post: Post, own_clock: OwnClock, capsys: pytest.CaptureFixture[str]
) -> None:
    wants(person("budi", roles.UNIT_OFFICER, post.unit), Often.MONTHLY)
    out(post)
    for _ in range(26):
        assert "0 sent" in send(own_clock, capsys)
    own_clock.moment = datetime(2027, 1, 31, 17, 5, tzinfo=UTC)  # 1 February in Jakarta, for five minutes
    assert "0 sent" in send(own_clock, capsys, days=0)
    own_clock.moment = datetime(2027, 1, 31, 23, 45, tzinfo=UTC)
    assert "1 sent" in send(own_clock, capsys, days=0)
    visit(post, 20)
    publishing.correct(Release.objects.get(), who=WHO, why="datang terlambat")
    assert "0 sent" in send(own_clock, capsys, days=20)
    assert "1 sent" in send(own_clock, capsys, days=10)


def test_a_mail_that_the_server_refuses_comes_with_the_next_run(
    post: Post,
    officer: User,
    own_clock: OwnClock,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wants(person("wati", roles.EVALUATOR, region=post.unit.region))
    out(post)
    own_clock.moment += timedelta(days=1)
    with monkeypatch.context() as broken:
        broken.setattr("django.core.mail.EmailMessage.send", refuse)
        with pytest.raises(CommandError, match="did not take the mail for budi, wati"):
            call_command("releases_mail")
    assert not ReleaseMail.objects.exists()
    assert "2 sent" in send(own_clock, capsys)


def test_a_crash_between_row_and_mail_sends_nothing_twice(
    post: Post,
    officer: User,
    own_clock: OwnClock,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    out(post)
    own_clock.moment += timedelta(days=1)

    def killed(_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr("django.core.mail.EmailMessage.send", killed)
        with pytest.raises(KeyboardInterrupt):
            call_command("releases_mail")
    assert ReleaseMail.objects.count() == 1
    assert "0 sent" in send(own_clock, capsys)


def test_two_runs_at_once_send_one_mail(
    post: Post, officer: User, own_clock: OwnClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    out(post)
    own_clock.moment += timedelta(days=1)
    one = ReleaseSubscription.objects.get()
    same = release_mails.waiting(one)
    monkeypatch.setattr(release_mails, "waiting", lambda _: same)
    assert [release_mails.send_to(one), release_mails.send_to(one)] == [True, False]
    assert len(mail.outbox) == 1


def test_many_releases_are_counted_and_asked_for_in_as_many_queries_as_few(
    post: Post, own_clock: OwnClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = wants(person("toni", roles.VIEWER))
    one = ReleaseSubscription.objects.get()
    numbers = []
    for place in range(5):
        publishing.publish(add_unit(f"u{place}", region="18.01.05.2003"), LAST, who=WHO)
        if place in (0, 1, 4):  # the first one reads what the process keeps
            own_clock.moment += timedelta(days=1)
            with CaptureQueriesContext(
                connection,
            ) as asked:
                news = release_mails.waiting(one)
                release_mails.as_text(user, news)
            numbers.append(len(asked))
    assert numbers[1] == numbers[2]
    monkeypatch.setattr(told, "MOST", 2)
    news = release_mails.waiting(one)
    assert (len(news.told), news.total) == (2, 5)
    assert "Dan 3 rilis lain: http://127.0.0.1:8000/" in release_mails.as_text(user, news)


def test_names_and_reasons_make_no_lines_of_ours(post: Post, officer: User, own_clock: OwnClock) -> None:
    post.unit.name = "Balai\n\nhttp://penipu.example/ <b>&"
    post.unit.save()
    out(post)
    own_clock.moment += timedelta(days=1)
    body = release_mails.as_text(officer, release_mails.waiting(ReleaseSubscription.objects.get()))
    assert "\nBalai http://penipu.example/ <b>&, Triwulan IV" in body


def test_the_console_prints_what_waits_and_sends_nothing(
    post: Post,
    officer: User,
    own_clock: OwnClock,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    out(post)
    own_clock.moment += timedelta(days=1)
    for _ in range(2):
        call_command("releases_mail", account="budi")
        assert "IKM 75,00" in capsys.readouterr().out
    with pytest.raises(CommandError, match="wants no releases"):
        call_command("releases_mail", account="nobody")
    monkeypatch.setattr(settings, "IKM_MAIL_URL", "")
    with pytest.raises(CommandError, match="IKM_MAIL_URL"):
        call_command("releases_mail")
    assert mail.outbox == []


def test_an_account_says_how_often_and_it_stands_in_the_trail(post: Post) -> None:
    user = person("budi", roles.UNIT_OFFICER, post.unit)
    client = browser(user)
    assert "/meja/surel/" in client.get("/akun/").content.decode()
    assert "belum mempunyai alamat surel" in seen(client, ROOT)
    for often in ("segera", "segera", "bulanan", "kacau"):
        assert client.post(KEEP, {"often": often}).status_code == 302
    assert not ReleaseSubscription.objects.exists()
    facts = [one.facts for one in TrailEntry.objects.filter(action="releases by mail").order_by("pk")]
    assert facts == [{"often": "segera"}, {"often": "bulanan"}, {"often": "never"}]
    client.post(KEEP, {"often": "bulanan"})
    assert 'value="bulanan" selected' in client.get(ROOT).content.decode()


@pytest.mark.parametrize(
    "role, may",
    [
        (None, False),
        (roles.AUDITOR, False),
        (roles.VIEWER, True),
        (roles.EVALUATOR, True),
        (roles.UNIT_OFFICER, True),
    ],
)
def test_whoever_has_no_units_cannot_have_their_releases(post: Post, role: str | None, may: bool) -> None:
    client = browser(person("sari", role, post.unit if role == roles.UNIT_OFFICER else None))
    assert ("<form class" in client.get(ROOT).content.decode()) == may
    client.post(KEEP, {"often": "segera"})
    assert ReleaseSubscription.objects.exists() == may
    assert Client().get(ROOT).status_code == 302
    assert Client().post(KEEP, {"often": "segera"}).status_code == 302
