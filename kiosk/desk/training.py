"""Training at the desk: for some minutes nothing that is pressed is written down, and every screen says so."""

from typing import Protocol

from kiosk.desk.pages import Deed
from kiosk.desk.sheet import Note
from kiosk.show.texts import Texts
from kiosk.show.views import Action, Bar, MessageView, Plain
from survey.record.staff import TRAINING, TRAINING_ENDED, Staff
from survey.visit.action import Word

_BEGIN, _END = "training-begin", "training-end"


class Trains(Protocol):
    """What training needs of the kiosk: `kiosk.keeping.service.Service`, or a picture's."""

    @property
    def training(self) -> bool:
        """Whether it goes on."""
        ...

    def train(self, until: float) -> None:
        """Begin it."""
        ...

    def end_training(self) -> None:
        """End it."""
        ...


class TrainingSheet:
    """Says what training means before it begins."""

    def __init__(self, service: Trains, note: Note, *, minutes: int) -> None:
        self._service = service
        self._note = note
        self._minutes = minutes

    @property
    def working(self) -> bool:
        """Nothing goes on here."""
        return False

    def tick(self, now: float) -> None:
        """Nothing is waited for."""

    def options(self) -> tuple[str, ...]:
        """Name the actions of the buttons."""
        return (Deed.CLOSE, _END) if self._service.training else (_BEGIN, Word.BACK)

    def act(self, action: str, now: float) -> bool:
        """Begin, or end it sooner."""
        if action == _BEGIN:
            self._service.train(now + self._minutes * 60)
            self._note(Staff(TRAINING))
        elif action == _END:
            self._service.end_training()
            self._note(Staff(TRAINING_ENDED))
        return action != Word.BACK

    def view(self, texts: Texts, bar: Bar) -> Plain:
        """Say what it means, or that it goes on."""
        labels = {
            _BEGIN: "training.begin",
            _END: "training.end",
            Word.BACK: "action.cancel",
            Deed.CLOSE: "action.done",
        }
        key = "running" if self._service.training else "ask"
        return MessageView(
            bar=bar,
            title=texts.get(f"training.{key}"),
            text=texts.get(f"training.{key}_text", minutes=self._minutes),
            icon="training",
            options=tuple(
                Action(name, texts.get(labels[name]), button=place, strong=place == 1)
                for place, name in enumerate(self.options(), start=1)
            ),
        )
