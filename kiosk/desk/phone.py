"""*Kirim lewat HP* at the desk: everything to the centre over a telephone's hotspot, and a word when the telephone may go."""

from collections.abc import Callable
from pathlib import Path

from kiosk.desk.sheet import Note
from kiosk.desk.work import Work
from kiosk.show.texts import Texts
from kiosk.show.troubles import trouble_words
from kiosk.show.views import Action, Bar, MessageView, Plain, StaffRow, StaffView
from kiosk.watch.sending import Sending, Sent
from survey.record.staff import SENT, Staff
from survey.visit.action import Word
from survey.wire.trouble import Trouble, trouble

HOTSPOT = Path("/etc/ikm-kiosk/hotspot")
"""The name and the password that the telephone is given, one a line; made by `phone-road` when the kiosk is installed."""
_LOOK_SECONDS = 1.0
_PATIENCE_SECONDS = 600.0


class PhoneSheet:
    """Asks the uplink as soon as it is opened; looks once a second, beside the frame loop, how far it is."""

    def __init__(self, sending: Callable[[], Sending], note: Note, hotspot: Path = HOTSPOT) -> None:
        self._make = sending
        self._note = note
        self._name, self._password = _hotspot(hotspot)
        self._sending: Sending | None = None
        self._count: int | None = None
        """How many records waited when it was asked for."""
        self._sent: Sent | None = None
        self._trouble: Trouble | None = None
        self._until: float | None = None
        self._look_at = 0.0
        self._gave_up = False
        self._looking: Work[Sent] | None = Work("phone", self._begin, fails=_trouble)

    @property
    def working(self) -> bool:
        """Whether records are on their way: the desk stays open for so long."""
        return not (self._done or self._gave_up)

    @property
    def told(self) -> bool:
        """Whether it is known yet how many records wait."""
        return self._sent is not None

    @property
    def _done(self) -> bool:
        return self._sent is not None and self._sent.done

    def options(self) -> tuple[str, ...]:
        """Name the actions of the buttons."""
        return (Word.AGAIN, Word.BACK) if self._gave_up else (Word.BACK,)

    def act(self, action: str, now: float) -> bool:  # noqa: ARG002 - a sheet is told the time
        """Try again, or leave; the uplink goes on by itself whatever is done here."""
        if action == Word.BACK:
            return False
        if action == Word.AGAIN and self._gave_up:
            self._gave_up, self._until, self._trouble, self._count = False, None, None, None
            self._looking = Work("phone", self._begin, fails=_trouble)
        return True

    def tick(self, now: float) -> None:
        """Take what was seen, and look again when it is time."""
        if self._until is None:
            self._until = now + _PATIENCE_SECONDS
        if self._looking is not None:
            if self._looking.done:
                self._take(self._looking)
                self._looking, self._look_at = None, now + _LOOK_SECONDS
        elif self.working and now >= self._until:
            self._gave_up = True
        elif self.working and self._sending is not None and now >= self._look_at:
            self._looking = Work("phone", self._sending.look, fails=_trouble)

    def _begin(self) -> Sent:
        self._sending = self._make()
        self._sending.ask()
        return self._sending.look()

    def _take(self, looked: "Work[Sent]") -> None:
        if looked.made is None:
            self._trouble, self._gave_up = looked.trouble, True
            return
        self._sent = looked.made
        self._count = self._sent.waiting if self._count is None else self._count
        if self._sent.done:
            self._note(Staff(SENT, records=self._count))

    def view(self, texts: Texts, bar: Bar) -> Plain:
        """Show what to set on the telephone and how far it is, or what came of it."""
        get = texts.get
        if self._done:
            text = get("desk.phone_done", count=texts.number(self._count or 0))
            options = self._actions(texts)
            return MessageView(bar=bar, title=get("desk.phone_all"), text=text, icon="check", options=options)
        if self._gave_up:
            why = trouble_words(self._trouble, texts) if self._trouble is not None else ""
            text = " ".join(filter(None, (get("desk.phone_gave_up"), why)))
            options = self._actions(texts)
            return MessageView(bar=bar, title=get("desk.phone"), text=text, icon="warning", options=options)
        rows = []
        if self._name:
            rows = [
                StaffRow(get("desk.phone_name"), self._name, ""),
                StaffRow(get("desk.phone_password"), self._password, ""),
            ]
        sent = self._sent
        connected = sent is not None and sent.connected
        waiting = texts.number(sent.waiting) if sent is not None else "…"
        state = get("desk.phone_sending" if connected else "desk.phone_looking")
        rows.append(StaffRow(get("desk.phone_waiting"), waiting, "ok" if connected else "warn", state))
        return StaffView(
            bar=bar,
            title=get("desk.phone"),
            rows=tuple(rows),
            messages=(get("desk.phone_how" if self._name else "desk.phone_any"),),
            options=self._actions(texts),
        )

    def _actions(self, texts: Texts) -> tuple[Action, ...]:
        labels = {Word.AGAIN: "desk.phone_again", Word.BACK: "action.back"}
        return tuple(
            Action(word, texts.get(labels[Word(word)]), button=place)
            for place, word in enumerate(self.options(), start=1)
        )


def _hotspot(path: Path) -> tuple[str, str]:
    """Read what the telephone is given; nothing where this kiosk was installed without it."""
    try:
        name, password = path.read_text(encoding="utf-8").split("\n")[:2]
    except (OSError, ValueError):
        return "", ""
    return name, password


def _trouble(error: Exception) -> Trouble:
    del error  # its sentence stands in the log; only the kiosk's own folder can be at fault
    return trouble("disk_fails")
