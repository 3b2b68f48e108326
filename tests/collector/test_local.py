"""Days are local days, and there is one clock: by example, and by a walk through the code."""

import ast
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from collector import clock
from collector.local import (
    BeyondDates,
    date_text,
    local_date,
    minute_of_day,
    minute_text,
    moment_of,
    stamp_text,
)

COLLECTOR = Path(__file__).resolve().parents[2] / "collector"
ALLOWED = {
    "clock.py": "it is the clock",
    "local.py": "it is the one way from a moment to a date",
    "evidence/intake/accept.py:sleep": "it waits, and asks for no time",
}
NO_CLOCKS = {"now", "utcnow", "today", "time", "time_ns", "fromtimestamp", "utcfromtimestamp"}
NO_DATES = {"strftime", "date", "localtime", "gmtime", "ctime"}

LATE = datetime(2026, 6, 30, 23, 30, tzinfo=UTC)
LATE_MS = round(LATE.timestamp() * 1000)
YEAR_73382_MS = 2_253_557_890_123_456


def violations(text: str) -> list[tuple[int, str]]:
    """Give where a text of Python asks another clock, or makes a date of a moment by itself."""
    found = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FormattedValue) and node.format_spec is not None:
            spec = ast.unparse(node.format_spec)
            if any(f"%{directive}" in spec for directive in "YymdjbBaAHIMSFTDxXc"):
                found.append((node.lineno, f"formats with {spec}"))
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Call):
            called = node.value.func
            if isinstance(called, ast.Attribute) and called.attr == "isoformat":
                found.append((node.lineno, "cuts isoformat()"))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            name, owner = node.func.attr, ast.unparse(node.func.value)
            if name in NO_CLOCKS and owner in {"datetime", "timezone", "date", "time", "datetime.datetime"}:
                found.append((node.lineno, f"{owner}.{name}()"))
            if name in NO_DATES and not (name == "date" and node.args):
                found.append((node.lineno, f".{name}()"))
            if name == "isoformat" and (node.args or node.keywords):
                found.append((node.lineno, "isoformat(…) of a moment"))
    return found


def test_a_moment_becomes_a_date_only_in_local_and_the_time_comes_from_one_clock() -> None:
    wrong = [
        f"collector/{path.relative_to(COLLECTOR)}:{line} {what}"
        for path in sorted(COLLECTOR.rglob("*.py"))
        if "migrations" not in path.parts and str(path.relative_to(COLLECTOR)) not in ALLOWED
        for line, what in violations(path.read_text())
    ]
    assert wrong == []


@pytest.mark.parametrize(
    "text",
    [
        "f'{moment:%Y-%m-%d}'",
        "moment.strftime('%d')",
        "moment.isoformat()[:10]",
        "moment.isoformat(timespec='seconds')",
        "moment.date()",
        "datetime.now(UTC)",
        "timezone.now()",
        "datetime.fromtimestamp(1, UTC)",
        "time.time_ns()",
        "date.today()",
    ],
)
def test_the_walk_sees_dates_made_another_way(text: str) -> None:
    assert len(violations(text)) == 1


def test_a_day_belongs_to_a_zone() -> None:
    assert local_date(LATE, "Asia/Jakarta") == date(2026, 7, 1)
    assert local_date(LATE_MS, "UTC") == date(2026, 6, 30)
    assert date_text(LATE, "Asia/Jakarta") == "2026-07-01"
    assert minute_text(LATE_MS, "Asia/Jakarta") == "2026-07-01 06:30 WIB"
    assert minute_text(LATE, "Asia/Jayapura") == "2026-07-01 08:30 WIT"
    assert minute_of_day(LATE, "Asia/Makassar") == 7 * 60 + 30
    assert stamp_text(LATE_MS) == "2026-06-30T23:30:00+00:00"
    assert moment_of(LATE_MS) == LATE


@pytest.mark.parametrize(
    "at_ms, text",
    [
        (YEAR_73382_MS, "+73382-05-29"),
        (253_402_300_799_999, "+10000-01-01"),
        (253_402_300_799_999 - 86_400_000, "9999-12-31"),
        (-62_135_596_800_000, "0001-01-01"),
        (-62_135_596_800_000 - 86_400_000, "+0000-12-31"),
        (2**53, "+287396-10-12"),
        (-(2**53), "-283457-03-21"),
    ],
)
def test_moments_that_dates_cannot_hold_are_said_in_full(at_ms: int, text: str) -> None:
    assert date_text(at_ms, "Asia/Jakarta") == text
    assert minute_text(at_ms, "Asia/Jakarta").startswith(text)


def test_moments_that_dates_cannot_hold_are_no_dates() -> None:
    with pytest.raises(BeyondDates, match=r"\+73382-05-29"):
        local_date(YEAR_73382_MS, "Asia/Jakarta")
    with pytest.raises(BeyondDates):
        moment_of(-(2**53))


def test_tests_can_stop_the_clock() -> None:
    with clock.stopped(LATE):
        assert clock.now() == LATE
        assert clock.now_ms() == LATE_MS
    assert clock.now() != LATE
    assert abs(clock.now_ms() - clock.now().timestamp() * 1000) < 10_000
