"""Which of Django's apps a command does without.

A listener runs for months beside broker and database on a small machine. It serves no page and knows nobody's account, so what belongs to
pages alone is not loaded into it. What hangs on units, kiosks and records stays: it registers projections, and what kiosks are to be told.
"""

from collections.abc import Sequence

PAGES_ALONE = (
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "collector.desk",
    "collector.api",
)
_WITHOUT_PAGES = frozenset({"listen"})


def apps_for(command: str, installed: Sequence[str]) -> list[str]:
    """Give those of the installed apps that a command loads, in their order."""
    left_out = PAGES_ALONE if command in _WITHOUT_PAGES else ()
    return [app for app in installed if app not in left_out]
