"""System checks: settings under which times or receipts would be wrong stop every command."""

from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from collector.words.catalogue import LANGUAGES


@register("ikm")
def check_times(app_configs: Any, **_: Any) -> Sequence[CheckMessage]:  # noqa: ARG001 - Django's signature
    """Refuse settings that would store local times, and a zone that does not exist."""
    problems: list[CheckMessage] = []
    if not settings.USE_TZ or settings.TIME_ZONE != "UTC":
        problems.append(
            Error(
                "Times must be stored in UTC: USE_TZ is True and TIME_ZONE is 'UTC'.",
                hint="Set the zone pages show with IKM_TIME_ZONE.",
                id="fleet.E001",
            )
        )
    try:
        ZoneInfo(settings.IKM_TIME_ZONE)
    except (ZoneInfoNotFoundError, ValueError):
        problems.append(
            Error(
                f"IKM_TIME_ZONE = {settings.IKM_TIME_ZONE!r} is no time zone.",
                hint="Use Asia/Jakarta, Asia/Makassar or Asia/Jayapura.",
                id="fleet.E002",
            )
        )
    return problems


@register("ikm")
def check_language(app_configs: Any, **_: Any) -> Sequence[CheckMessage]:  # noqa: ARG001 - Django's signature
    """Refuse a language without a catalogue."""
    if settings.IKM_LANGUAGE in LANGUAGES:
        return []
    return [
        Error(
            f"IKM_LANGUAGE = {settings.IKM_LANGUAGE!r} is none of our languages.",
            hint=f"Use {' or '.join(LANGUAGES)}.",
            id="fleet.E004",
        )
    ]


@register("ikm")
def check_sqlite(app_configs: Any, **_: Any) -> Sequence[CheckMessage]:  # noqa: ARG001 - Django's signature
    """Refuse an SQLite that would lose committed records at a power cut."""
    default = settings.DATABASES["default"]
    if default["ENGINE"] != "django.db.backends.sqlite3":
        return []
    options = default.get("OPTIONS", {})
    if options.get("transaction_mode") == "IMMEDIATE" and "synchronous=FULL" in options.get(
        "init_command", ""
    ):
        return []
    return [
        Error(
            "SQLite must run with synchronous=FULL and IMMEDIATE transactions: a receipt promises that nothing is lost.",
            hint="Make the database's settings with collector.database.database().",
            id="fleet.E003",
        )
    ]
