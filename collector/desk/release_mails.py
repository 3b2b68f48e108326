"""Releases by e-mail: who wants them and how often, and one mail a person with what came out since the last one.

A row of the database comes before each mail and says from which moment to which it speaks; the next one begins where it ended. So nothing is
told twice and nothing is left out, whatever is restarted: a crash between row and mail loses that one mail.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from enum import StrEnum

from django.conf import settings
from django.contrib.auth.models import User
from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction
from django.template.loader import render_to_string
from django.urls import reverse

from collector import clock
from collector.accounts import roles
from collector.desk.models import ReleaseMail, ReleaseSubscription
from collector.desk.told import READERS, News, news_of
from collector.errors import CollectorError
from collector.local import local_date
from collector.papers import kept, registry
from collector.papers.registry import Audience
from collector.people import trail
from collector.releases.states import State

SETTLES = timedelta(minutes=15)
"""A step is dated before its transaction commits; what is older than this has."""
_POSTER = "poster-a4"


class Often(StrEnum):
    """How often somebody wants releases by mail."""

    NEVER = ""
    EACH = "segera"
    """As they come out: each run of the command."""
    MONTHLY = "bulanan"


def wanted_by(user: User) -> Often:
    """Give how often an account wants releases by mail."""
    found = ReleaseSubscription.objects.filter(user=user).first()
    return Often(found.often) if found is not None else Often.NEVER


def subscribe(user: User, often: Often) -> None:
    """Keep how often an account wants them; the first mail speaks of what comes out from now on.

    Raises:
        CollectorError: the account holds no office whose releases could come (`mail_no_office`).
    """
    if often and not roles.has_role(user, READERS):
        raise CollectorError("mail_no_office")
    if often == wanted_by(user):
        return
    who = user.get_username()
    with transaction.atomic():
        if not often:
            ReleaseSubscription.objects.filter(user=user).delete()
        else:
            ReleaseSubscription.objects.update_or_create(
                user=user,
                defaults={"often": often.value},
                create_defaults={"often": often.value, "since": clock.now()},
            )
        trail.note(who=who, action="releases by mail", subject=who, facts={"often": often.value or "never"})


def readers() -> Iterator[ReleaseSubscription]:
    """Give the subscriptions of active accounts with an address and an office; whoever lost the last one gets none."""
    found = ReleaseSubscription.objects.filter(
        user__is_active=True, user__offices__until=None, user__offices__role__in=READERS
    )
    yield from found.exclude(user__email="").select_related("user").distinct().order_by("user")


def waiting(subscription: ReleaseSubscription) -> News:
    """Give what the next mail of somebody says, as it stands."""
    since = _since(subscription)
    return news_of(subscription.user, since=since, until=max(since, clock.now() - SETTLES))


def send_to(subscription: ReleaseSubscription) -> bool:
    """Send somebody what came out since the last mail; False where nothing did, or it is not time yet.

    A server that refuses gets it again at the next run.

    Raises:
        OSError: the server does not take it; smtplib's errors are of that kind.
    """
    news = waiting(subscription)
    if not _is_due(subscription, news):
        return False
    if not news.told:
        # Looked through: the next time begins here. Never backwards, where two look at once.
        ReleaseSubscription.objects.filter(pk=subscription.pk, since__lt=news.until).update(since=news.until)
        return False
    user = subscription.user
    if not _claim(user, news):
        return False
    number = f"{news.total} rilis"
    message = EmailMessage(f"IKM: {number}", as_text(user, news), settings.DEFAULT_FROM_EMAIL, [user.email])
    for name, data in _attached(news):
        message.attach(name, data, "application/pdf")
    try:
        message.send()
    except OSError:
        ReleaseMail.objects.filter(user=user, since=news.since).delete()
        raise
    return True


def as_text(user: User, news: News) -> str:
    """Give news as a mail says them."""
    context = {
        "news": news,
        "name": user.get_full_name() or user.get_username(),
        "more": news.total - len(news.told),
    }
    own = settings.IKM_PUBLIC_URL + reverse("release-mails")
    return render_to_string("desk/releases.txt", context | {"own": own, "site": settings.IKM_PUBLIC_URL})


def _attached(news: News) -> Iterator[tuple[str, bytes]]:
    """Give the public poster where one release alone is told, and has one."""
    if news.total != 1 or news.told[0].release.state != State.PUBLISHED or news.told[0].release.n is None:
        return
    release = news.told[0].release
    one = next((one for one in registry.formats_of(release) if one.name == _POSTER), None)
    if one is None or one.audience is not Audience.EVERYBODY:
        return
    try:
        yield (
            f"ikm-{release.period}-{release.address}-{one.file}",
            kept.paper(release, one, kept.stamp_of(release)),
        )
    except CollectorError:  # the page has it as soon as it can be made; the news do not wait for it
        return


def _since(subscription: ReleaseSubscription) -> datetime:
    last = ReleaseMail.objects.filter(user=subscription.user).order_by("-until").first()
    return max(subscription.since, last.until) if last is not None else subscription.since


def _is_due(subscription: ReleaseSubscription, news: News) -> bool:
    """Tell whether a mail may go out: at once, or when another month has begun where the collector stands."""
    if subscription.often == Often.EACH:
        return True
    began, ended = (local_date(one, settings.IKM_TIME_ZONE) for one in (news.since, news.until))
    return (began.year, began.month) != (ended.year, ended.month)


def _claim(user: User, news: News) -> bool:
    try:
        with transaction.atomic():
            ReleaseMail.objects.create(
                user=user, since=news.since, until=news.until, releases=news.total, sent_at=clock.now()
            )
    except IntegrityError:
        return False
    return True
