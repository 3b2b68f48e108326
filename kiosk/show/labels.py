"""Small texts made of facts: dates, ages, the published index."""

from datetime import date, datetime

from kiosk.show.surroundings import StaffMark
from kiosk.show.texts import Texts
from survey.instrument.ages import age_band


def age_label(texts: Texts, band: str) -> str:
    """Give an age band in words."""
    read = age_band(band)
    if read is None:
        return band
    if read.low is None and read.high is not None:
        return texts.get("profile.age.under", years=read.high + 1)
    if read.high is None:
        return texts.get("profile.age.over", years=read.low)
    return texts.get("profile.age.between", low=read.low, high=read.high)


def month_day(texts: Texts, moment: datetime) -> str:
    """Give weekday, day, month and time for the head of a screen."""
    return texts.get(
        "date.header",
        weekday=texts.weekday(moment.weekday()),
        day=moment.day,
        month=texts.month(moment.month),
        hour=f"{moment:%H}",
        minute=f"{moment:%M}",
    )


def long_date(texts: Texts, day: date) -> str:
    """Give a whole date in words: `Selasa, 15 Desember 2026`."""
    return texts.get(
        "date.long",
        weekday=texts.weekday(day.weekday()),
        day=day.day,
        month=texts.get("date.long_months").split()[day.month - 1],
        year=day.year,
    )


def staff_mark_note(texts: Texts, mark: StaffMark) -> str:
    """Give the word to staff on the idle screen, short and calm: nothing is lost."""
    if mark.log:
        return texts.get(f"idle.log_{mark.log}")
    if mark.assisting:
        return texts.get("idle.assisting")
    if not mark.offline:
        return texts.get("idle.clock_unknown")
    if mark.since is None:
        return texts.get("idle.offline")
    return texts.get("idle.offline_since", day=mark.since.day, month=texts.month(mark.since.month))


def period_label(texts: Texts, period: str) -> str:
    """Give a period such as `2026-TW3`, `2026-S1` or `2026` in words; others as they are."""
    year, _, part = period.partition("-")
    if part.startswith("TW"):
        return texts.get(
            "period.quarter",
            number={"1": "I", "2": "II", "3": "III", "4": "IV"}.get(part[2:], part[2:]),
            year=year,
        )
    if part.startswith("S"):
        return texts.get("period.semester", number={"1": "I", "2": "II"}.get(part[1:], part[1:]), year=year)
    if len(part) == 2 and part.isdigit() and 1 <= int(part) <= 12:
        return f"{texts.month(int(part))} {year}"
    return period
