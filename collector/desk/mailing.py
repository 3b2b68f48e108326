"""The week by e-mail: one a person and week, whatever is restarted in between."""

from collections.abc import Iterator
from datetime import date

from django.conf import settings
from django.contrib.auth.models import User
from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from collector import clock
from collector.accounts import roles
from collector.desk import periods
from collector.desk.models import WeekMail
from collector.desk.week import Week, monday_of, week_of
from collector.language import INDONESIAN

_READERS = (roles.UNIT_OFFICER, *roles.EVALUATORS)


def as_text(user: User, week: Week) -> str:
    """Give a week as a mail says it."""
    desk = settings.IKM_PUBLIC_URL + reverse("desk-week")
    context = {"week": week, "name": user.get_full_name() or user.get_username(), "desk": desk}
    return render_to_string("desk/week.txt", context | {"site": settings.IKM_PUBLIC_URL})


def readers() -> Iterator[User]:
    """Give the active accounts with an address and an office that has a week."""
    found = User.objects.filter(is_active=True, offices__until=None, offices__role__in=_READERS)
    yield from found.exclude(email="").distinct().order_by("pk")


def send_to(user: User) -> bool:
    """Send an account the running week; False where that one has been sent.

    The row comes first: a crash in between loses one mail and sends none twice. A server that refuses gets it again at the next run.

    Raises:
        OSError: the server does not take it; smtplib's errors are of that kind.
    """
    monday = monday_of(periods.today())
    if not _claim(user, monday):
        return False
    with translation.override(INDONESIAN):  # whoever asks for it, and in whatever language
        week = week_of(user)
        text = as_text(user, week)
    subject = (
        f"IKM minggu ini: {len(week.entries)} hal"
        if week.entries
        else "IKM minggu ini: tidak ada yang menunggu"
    )
    message = EmailMessage(subject, text, settings.DEFAULT_FROM_EMAIL, [user.email])
    try:
        message.send()
    except OSError:
        WeekMail.objects.filter(user=user, week=monday).delete()
        raise
    return True


def _claim(user: User, monday: date) -> bool:
    try:
        with transaction.atomic():
            WeekMail.objects.create(user=user, week=monday, sent_at=clock.now())
    except IntegrityError:
        return False
    return True
