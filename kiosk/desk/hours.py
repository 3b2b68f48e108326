"""Opening hours at the desk: the week as tiles, and a day that is changed by quarters of an hour."""

from collections.abc import Mapping
from datetime import time

from kiosk.desk.sheet import Note, Tile, Tiles
from kiosk.remote.staff_hours import StaffHours
from kiosk.show.texts import Texts
from kiosk.show.views import Action, Bar, MessageView, Plain
from survey.record.staff import HOURS_SET, Staff
from survey.settings.hours import DAYS, Hours, told_hours
from survey.visit.action import Word
from survey.wire.trouble import Trouble, trouble

ALL_DAY: Hours = ((time(0, 0), time(23, 59)),)
_STEP = 15
_LAST = 23 * 60 + 59
_ORDINARY: Hours = ((time(8, 0), time(15, 0)),)
_WITH_BREAK: Hours = ((time(8, 0), time(12, 0)), (time(13, 0), time(15, 0)))
_KINDS: tuple[Hours, ...] = (_ORDINARY, _WITH_BREAK, ())
_LESS, _MORE, _FIELD, _KEEP = "hours-less", "hours-more", "hours-field", "hours-keep"


class HoursSheet:
    """Shows the week, and changes a day of it where the collector lets staff do so."""

    def __init__(self, hours: StaffHours, note: Note) -> None:
        self._hours = hours
        self._note = note
        self._tiles = Tiles()
        self._day: str | None = None
        self._spans: Hours = ()
        self._field = 0
        """0 is what kind of day it is; from 1 on its times, in order."""
        self._trouble: Trouble | None = None

    @property
    def working(self) -> bool:
        """Nothing goes on here."""
        return False

    def tick(self, now: float) -> None:
        """Nothing is waited for."""

    def options(self) -> tuple[str, ...]:
        """Name the actions of the buttons."""
        return self._tiles.options() if self._day is None else (_LESS, _MORE, _FIELD, _KEEP)

    def act(self, action: str, now: float) -> bool:  # noqa: ARG002 - a sheet is told the time
        """Move about the week, or change the day."""
        if self._day is None:
            return self._in_week(action)
        if action in (_LESS, _MORE):
            self._change(1 if action == _MORE else -1)
        elif action == _FIELD:
            self._field = (self._field + 1) % (1 + 2 * len(self._spans))
        elif action == _KEEP:
            self._keep(self._day)
        elif action == Word.BACK:
            self._day = None
        return True

    def _in_week(self, action: str) -> bool:
        if action == Word.BACK:
            return False
        place = self._tiles.take(action, len(DAYS) + self._hours.by_staff)
        if place is None or not self._hours.allowed:
            return True
        self._trouble = None
        if place == len(DAYS):
            self._set(None)
        else:
            self._day, self._field = DAYS[place], 0
            self._spans = self._week()[self._day]
        return True

    def _week(self) -> Mapping[str, Hours]:
        hours = self._hours.in_force
        return {day: hours.get(day, ()) if hours else ALL_DAY for day in DAYS}

    def _change(self, by: int) -> None:
        if self._field == 0:
            at = next((place for place, one in enumerate(_KINDS) if len(one) == len(self._spans)), 0)
            self._spans = _KINDS[(at + by) % len(_KINDS)]
            return
        times = [moment.hour * 60 + moment.minute for span in self._spans for moment in span]
        at = self._field - 1
        low = times[at - 1] + _STEP if at else 0
        high = times[at + 1] - _STEP if at + 1 < len(times) else _LAST
        # On quarters of an hour, but the day's last minute, which is none.
        wanted = _LAST if times[at] == _LAST and by > 0 else (times[at] // _STEP + by) * _STEP
        if times[at] == _LAST and by < 0:
            wanted = 24 * 60 - _STEP
        times[at] = min(max(wanted, low), high)
        read = [time(*divmod(minutes, 60)) for minutes in times]
        self._spans = tuple(zip(read[::2], read[1::2], strict=True))

    def _keep(self, day: str) -> None:
        self._day = None
        if self._spans != self._week()[day]:
            self._set({**self._week(), day: self._spans})

    def _set(self, hours: Mapping[str, Hours] | None) -> None:
        try:
            self._hours.change(self._hours.beneath if hours is None else hours)
        except OSError:
            self._trouble = trouble("disk_fails")
            return
        self._note(Staff(HOURS_SET, hours=told_hours(self._hours.in_force)))

    def view(self, texts: Texts, bar: Bar) -> Plain:
        """Show the week, or the day."""
        return self._view_week(texts, bar) if self._day is None else self._view_day(self._day, texts, bar)

    def _view_week(self, texts: Texts, bar: Bar) -> Plain:
        week = self._week()
        tiles = [Tile(f"{texts.weekday(place)}\n{_said(week[day], texts)}") for place, day in enumerate(DAYS)]
        if self._hours.by_staff:
            tiles.append(Tile(texts.get("desk.hours_undo")))
        key = "desk.hours_by_staff" if self._hours.by_staff else "desk.hours_text"
        subtitle = texts.get(key if self._hours.allowed else "desk.hours_fixed")
        return self._tiles.view(
            texts,
            bar,
            tiles,
            title=texts.get("desk.hours"),
            subtitle=texts.get("trouble.disk_fails") if self._trouble is not None else subtitle,
        )

    def _view_day(self, day: str, texts: Texts, bar: Bar) -> Plain:
        field = _named(self._field, 2 * len(self._spans))
        labels = ("desk.hours_less", "desk.hours_more", "desk.hours_field", "desk.keep")
        options = tuple(
            Action(name, texts.get(label), button=place, strong=name == _KEEP)
            for place, (name, label) in enumerate(zip(self.options(), labels, strict=True), start=1)
        )
        return MessageView(
            bar=bar._replace(actions=(Action(Word.BACK, texts.get("action.cancel"), "back"),)),
            title=f"{texts.weekday(DAYS.index(day))}: {_said(self._spans, texts).replace(chr(10), ', ')}",
            text=texts.get("desk.hours_changes", field=texts.get(f"desk.hours_{field}")),
            options=options,
        )


def _named(field: int, count: int) -> str:
    """Name what the buttons change: the kind of day, or one of its times."""
    if field == 0:
        return "kind"
    if field in (1, count):
        return "opens" if field == 1 else "closes"
    return "resumes" if field % 2 else "pauses"


def _said(spans: Hours, texts: Texts) -> str:
    if not spans:
        return texts.get("desk.hours_closed")
    if spans == ALL_DAY:
        return texts.get("desk.hours_always")
    return "\n".join(f"{_clock(start, texts)}–{_clock(end, texts)}" for start, end in spans)


def _clock(moment: time, texts: Texts) -> str:
    return texts.get("date.time", hour=f"{moment:%H}", minute=f"{moment:%M}")
