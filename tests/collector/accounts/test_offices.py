"""Offices and the links that lead to them: they work once, for whom they were meant, and everything stands in the trail."""

from collections.abc import Collection
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.test import Client, RequestFactory

from collector import clock
from collector.accounts import invitations, login, offices, roles
from collector.accounts.console import EVERYTHING
from collector.accounts.models import ConsoleCode, Invitation, Office
from collector.accounts.scope import EVERYWHERE, Scope
from collector.console import acting
from collector.errors import CollectorError
from collector.fleet.models import Unit
from collector.people.models import TrailEntry
from collector.releases.models import Release
from tests.collector.accounts_of import person
from tests.collector.conftest import OwnClock
from tests.collector.scores.village import add_unit

pytestmark = pytest.mark.django_db

PASSWORD = "ayam-goreng-kremes-4711"


@pytest.fixture
def sukamaju() -> Unit:
    return add_unit("sukamaju", region="18.01.05.2003", agency="desa")


@pytest.fixture
def elsewhere() -> Unit:
    return add_unit("medan", region="12.71.01.1001", agency="kota")


def refused(code: str, do: object, *given: object, **more: object) -> None:
    with pytest.raises(CollectorError) as caught:
        do(*given, **more)  # type: ignore[operator]
    assert caught.value.word == code


def actions() -> list[str]:
    return list(TrailEntry.objects.order_by("pk").values_list("action", flat=True))


@pytest.mark.parametrize("where", ["unit", "region", "above", "agency", "everywhere"])
def test_an_office_reaches_its_units_and_no_other(sukamaju: Unit, elsewhere: Unit, where: str) -> None:
    scopes = {
        "unit": Scope(unit=sukamaju),
        "region": Scope(region=sukamaju.region),
        "above": Scope(region=type(sukamaju.region).objects.get(pk="18.01")),
        "agency": Scope(agency=sukamaju.agency),
        "everywhere": EVERYWHERE,
    }
    role = roles.UNIT_OFFICER if where == "unit" else roles.EVALUATOR
    user = person("wati")
    office = offices.give(user, role, scopes[where], who="console:test")
    assert roles.may(user, (role,), sukamaju)
    assert roles.may(user, (role,), elsewhere) == (where == "everywhere")
    assert not roles.may(user, (roles.ADMINISTRATOR,), sukamaju)
    assert (elsewhere in roles.units_of([office])) == (where == "everywhere")
    assert sukamaju in roles.units_of([office])
    assert offices.give(user, role, scopes[where], who="console:test") == office, "given twice, held once"


def test_a_region_is_no_beginning_of_anothers_code() -> None:
    one, other = add_unit("a", region="18.01"), add_unit("b", region="18.01.05")
    user = person("wati", roles.EVALUATOR, region=other.region)
    assert roles.may(user, (roles.EVALUATOR,), other)
    assert not roles.may(user, (roles.EVALUATOR,), one)


@pytest.mark.parametrize(
    "role, unit",
    [
        (roles.UNIT_OFFICER, False),
        (roles.EVALUATOR, True),
        (roles.AUDITOR, True),
        (roles.ADMINISTRATOR, True),
    ],
)
def test_a_role_holds_only_where_it_can(sukamaju: Unit, role: str, unit: bool) -> None:
    scope = Scope(unit=sukamaju) if unit else EVERYWHERE
    refused("office_scope", offices.give, person("wati"), role, scope, who="console:test")
    refused("office_scope", invitations.invite, "Wati", role, scope, who="console:test")
    assert not Office.objects.exists()


def test_whoever_is_gone_or_logged_out_holds_nothing(sukamaju: Unit) -> None:
    user = person("wati", roles.UNIT_OFFICER, sukamaju)
    assert roles.has_role(user, (roles.UNIT_OFFICER,))
    offices.end(Office.objects.get(), who="console:test", why="pindah tugas")
    assert not roles.has_role(user, (roles.UNIT_OFFICER,))
    other = person("budi", roles.UNIT_OFFICER, sukamaju)
    other.is_active = False
    other.save()
    assert not roles.may(other, (roles.UNIT_OFFICER,), sukamaju)


def test_an_office_ends_once_with_a_reason_and_never_the_last_administrators(sukamaju: Unit) -> None:
    person("wati", roles.ADMINISTRATOR)
    last = Office.objects.get()
    refused("office_last", offices.end, last, who="console:test", why="pensiun")
    person("budi", roles.ADMINISTRATOR)
    refused("office_why", offices.end, last, who="console:test", why=" ")
    offices.end(last, who="console:test", why="pensiun")
    refused("office_ended", offices.end, last, who="console:test", why="pensiun")
    entry = TrailEntry.objects.get()
    assert (entry.action, entry.subject, entry.why) == ("office ended", "wati", "pensiun")


def test_a_link_makes_one_account_and_works_once(sukamaju: Unit) -> None:
    secret = invitations.invite("Budi Santoso", roles.UNIT_OFFICER, Scope(unit=sukamaju), who="rina")
    assert secret not in str(Invitation.objects.values().get()), "the link itself is kept nowhere"
    user = invitations.join(secret, account="budi", name="Budi Santoso", password=PASSWORD)
    assert roles.may(user, (roles.UNIT_OFFICER,), sukamaju)
    assert user.check_password(PASSWORD)
    refused("invitation_unknown", invitations.join, secret, account="budi2", name="", password=PASSWORD)
    refused("invitation_unknown", invitations.find, "x" * 32)
    assert actions() == ["invited", "office given"]


@pytest.mark.parametrize(
    "account, password, code",
    [
        ("b", PASSWORD, "account_name"),
        ("budi santoso", PASSWORD, "account_name"),
        ("<b>budi", PASSWORD, "account_name"),
        ("Wati", PASSWORD, "account_taken"),
        ("budi", "password1234", "password_weak"),
        ("budi", "pendek", "password_weak"),
    ],
)
def test_a_link_that_was_not_used_right_can_be_used_again(
    sukamaju: Unit, account: str, password: str, code: str
) -> None:
    person("wati")
    secret = invitations.invite("Budi", roles.UNIT_OFFICER, Scope(unit=sukamaju), who="rina")
    refused(code, invitations.join, secret, account=account, name="", password=password)
    assert invitations.join(secret, account="budi", name="", password=PASSWORD).first_name == "Budi"


def test_a_link_ends_after_three_days(sukamaju: Unit, own_clock: OwnClock) -> None:
    secret = invitations.invite("Budi", roles.UNIT_OFFICER, Scope(unit=sukamaju), who="rina")
    own_clock.moment += timedelta(hours=71)
    invitations.find(secret)
    own_clock.moment += timedelta(hours=1)
    refused("invitation_unknown", invitations.find, secret)


def test_handing_over_ends_the_office_of_before_when_the_link_is_taken(sukamaju: Unit) -> None:
    old = person("wati", roles.UNIT_OFFICER, sukamaju)
    office = Office.objects.get()
    first, second = (
        invitations.invite("Budi", office.role, office.scope, who="wati", follows=office) for _ in range(2)
    )
    assert roles.may(old, (roles.UNIT_OFFICER,), sukamaju), (
        "until somebody takes it, nobody is without an officer"
    )
    new = invitations.join(first, account="budi", name="", password=PASSWORD)
    assert roles.may(new, (roles.UNIT_OFFICER,), sukamaju)
    assert not roles.may(old, (roles.UNIT_OFFICER,), sukamaju)
    refused("invitation_unknown", invitations.take, second, person("lain"))
    assert actions() == ["office handed over", "office handed over", "office given", "office ended"]


def test_coming_back_sets_a_password_and_ends_what_was_before(client: Client) -> None:
    user = person("wati", roles.AUDITOR)
    client.force_login(user)
    Authenticator.objects.create(user=user, type="totp", data={"secret": "x"})
    assert Session.objects.count() == 1
    secret = invitations.let_back(user, who="rina")
    refused("invitation_unknown", invitations.join, secret, account="budi", name="", password=PASSWORD)
    refused("invitation_unknown", invitations.take, secret, person("budi"))
    invitations.come_back(secret, password="bebek-panggang-madu-88")
    assert User.objects.get(pk=user.pk).check_password("bebek-panggang-madu-88")
    assert not Authenticator.objects.exists()
    assert not Session.objects.exists()
    refused("invitation_unknown", invitations.come_back, secret, password=PASSWORD)
    assert actions() == ["account let back", "account come back"]


def test_a_link_to_an_office_lets_nobody_into_anothers_account(sukamaju: Unit) -> None:
    secret = invitations.invite("Budi", roles.UNIT_OFFICER, Scope(unit=sukamaju), who="rina")
    refused("invitation_unknown", invitations.come_back, secret, password=PASSWORD)
    invitations.find(secret)


@pytest.mark.parametrize(
    "over, allowed",
    [
        (("unit", "sukamaju"), True),
        (("unit", "medan"), False),
        (("region", "18.01.05"), True),
        (("region", "18.01"), False),
        (("agency", "desa"), False),
        (EVERYTHING, False),
    ],
)
def test_at_the_console_an_office_reaches_as_far_as_in_the_browser(
    sukamaju: Unit, elsewhere: Unit, over: tuple[str, str], allowed: bool
) -> None:
    person("wati", roles.EVALUATOR, region=sukamaju.region.__class__.objects.get(pk="18.01.05"))
    person("rina", roles.ADMINISTRATOR)
    assert acting.acting("rina", (roles.ADMINISTRATOR,), over=over).startswith("rina ")
    if allowed:
        assert acting.acting("wati", (roles.EVALUATOR,), over=over).startswith("wati ")
    else:
        refused("account_may_not", acting.acting, "wati", (roles.EVALUATOR,), over=over)


@pytest.mark.parametrize(
    "words",
    [
        ("publish", "--unit", "medan", "--period", "2026-TW3"),
        ("publish", "--region", "18", "--period", "2026-TW3"),
        ("publish", "--agency", "desa", "--period", "2026-TW3"),
        ("publish", "--all", "--period", "2026-TW3"),
        ("overdue", "--period", "2026-TW3"),
        ("return", "--unit", "medan", "--period", "2026-TW3", "--why", "x"),
    ],
)
def test_an_evaluator_publishes_nothing_of_elsewhere_at_the_console(
    sukamaju: Unit, elsewhere: Unit, words: tuple[str, ...]
) -> None:
    person("wati", roles.EVALUATOR, region=sukamaju.region)
    with pytest.raises(CommandError, match="may not do this"):
        call_command("release", *words, "--as", "wati")
    assert not Release.objects.exists()


def test_an_account_proves_itself_at_the_console_once_and_in_time(
    own_clock: OwnClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    from collector.accounts.console import new_code  # noqa: PLC0415 - beside what it is about

    user = person("wati", roles.EVALUATOR)
    person("budi", roles.EVALUATOR)
    code = new_code(user)
    assert code not in str(ConsoleCode.objects.values().get())
    monkeypatch.setattr(acting, "ask", lambda _: f" {code[:5].lower()}-{code[5:]}\n")
    refused("account_may_not", acting.acting, "wati", (roles.ADMINISTRATOR,))
    refused("account_unproven", acting.acting, "budi", (roles.EVALUATOR,))
    assert acting.acting("wati", (roles.EVALUATOR,)).startswith("wati (console:")
    refused("account_unproven", acting.acting, "wati", (roles.EVALUATOR,))
    late = new_code(user)
    monkeypatch.setattr(acting, "ask", lambda _: late)
    own_clock.moment += timedelta(minutes=10)
    refused("account_unproven", acting.acting, "wati", (roles.EVALUATOR,))
    older, newer = new_code(user), new_code(user)
    monkeypatch.setattr(acting, "ask", lambda _: older)
    refused("account_unproven", acting.acting, "wati", (roles.EVALUATOR,))
    monkeypatch.setattr(acting, "ask", lambda _: newer)
    assert acting.proven("wati") == user
    assert acting.acting(None, ()).startswith("console:")


def test_a_page_reads_the_offices_once_and_the_next_page_anew(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    wati, siti = person("wati"), person("siti")
    office = Office.objects.create(user=wati, role=roles.VIEWER, given_by="root", since=clock.now())
    read: list[str] = []
    real = roles._read

    def counted(user: User, wanted: Collection[str]) -> list[Office]:
        read.append(user.get_username())
        return real(user, wanted)

    monkeypatch.setattr(roles, "_read", counted)
    client.force_login(wati)
    assert client.get("/meja/").status_code == 200
    assert read == ["wati"]
    office.until = office.since
    office.save()
    client.get("/meja/")
    client.force_login(siti)
    client.get("/meja/")
    assert read == ["wati", "wati", "siti"], "nothing is read twice where there is none either"
    assert client.get("/meja/kios/").status_code == 403


def test_whoever_changes_something_is_asked_each_time(rf: RequestFactory) -> None:
    wati = person("wati")
    Office.objects.create(user=wati, role=roles.ADMINISTRATOR, given_by="root", since=clock.now())
    request = rf.post("/meja/")
    request.user, request.COOKIES = wati, {settings.SESSION_COOKIE_NAME: "x"}
    assert login._lacks_one(request)
    Office.objects.all().delete()
    assert not login._lacks_one(request)
