"""A visitor who sees nothing: knows what was spoken since the last press, four buttons, and the words of the language."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from hardware.simulator import SimulatedPanel
from kiosk.ports import Voice
from kiosk.show.texts import Texts
from survey.record.ticket import ALPHABET

BUTTON = "Tombol "


class LostError(AssertionError):
    """What was heard does not lead on."""


@dataclass
class Ears:
    """The kiosk's voice, as it is heard: what is hushed is not."""

    heard: list[str] = field(default_factory=list)
    tuned: list[tuple[int, int]] = field(default_factory=list)

    def voice(self) -> Voice:
        return Voice(
            say=self._say,
            hush=self.heard.clear,
            release=lambda: None,
            set_volume=lambda _percent: None,
            tune=lambda louder, pace: self.tuned.append((louder, pace)),
            fault=lambda: None,
        )

    def _say(self, pieces: Sequence[str], _language: str) -> None:
        self.heard[:] = list(pieces)


@dataclass
class BlindVisitor:
    """Presses and listens; `wait` lets the kiosk's time pass."""

    panel: SimulatedPanel
    ears: Ears
    now: Callable[[], float]
    wait: Callable[[float], None]
    dice: random.Random
    presses: int = 0

    def __post_init__(self) -> None:
        texts = self.texts = Texts("id")
        self.characters = {texts.get(f"spell.{one}"): one for one in ALPHABET}

    # -- fingers

    def begin(self) -> None:
        """Hold the two inner buttons until the tone is heard."""
        for button in (2, 3):
            self.panel.move(button, down=True, at=self.now())
            self.wait(0.1)
        self.wait(3.2)
        for button in (2, 3):
            self.panel.move(button, down=False, at=self.now())
        self.wait(1.0)
        self.expect("tone")

    def press(self, button: int, *, seconds: float = 0.1) -> None:
        self.presses += 1
        self.wait(self.dice.uniform(0.5, 6.0))  # listens for a while, or interrupts at once
        self.panel.press(button, at=self.now(), seconds=seconds)
        self.wait(seconds + 0.9)

    def menu(self) -> None:
        self.press(self.dice.choice(sorted(self.options())), seconds=1.8)
        self.expect(self.texts.get("menu.title"))

    # -- ears

    def expect(self, piece: str) -> None:
        if piece not in self.ears.heard:
            raise LostError(f"{piece!r} was not heard, but {self.ears.heard}")

    def hears(self, key: str) -> bool:
        return self.texts.get(key) in self.ears.heard

    def options(self) -> dict[int, str]:
        """What the buttons do, as it was read."""
        found = (
            piece.removeprefix(BUTTON).partition(": ")
            for piece in self.ears.heard
            if piece.startswith(BUTTON)
        )
        options = {int(number): label for number, _, label in found}
        if not options:
            raise LostError(f"no button was named in {self.ears.heard}")
        return options

    def take(self, button: int, label: str) -> None:
        """Press once, hear the option, press again."""
        self.press(button)
        if not self.ears.heard[0].startswith(f"{BUTTON}{button}: {label}"):
            raise LostError(f"button {button} was to be {label!r}, and said {self.ears.heard}")
        self.press(button)

    def choose(self, key: str) -> None:
        """Take the option of this name, looking through the pages of a list."""
        wanted, more = self.texts.get(key), self.texts.get("action.more")
        for _ in range(6):
            for button, label in self.options().items():
                if label == wanted:
                    self.take(button, label)
                    return
            button = next((number for number, label in self.options().items() if label == more), 0)
            self.take(button, more)
        raise LostError(f"{wanted!r} is not among {self.ears.heard}")

    # -- what one comes for

    def rate(self, value: int) -> None:
        self.expect(self.texts.get("idle.title"))
        self.take(value, self.options()[value])
        if value in (1, 2):
            self.expect(self.texts.get("complaint.why_title"))
            self.choose("action.skip")
        else:
            self.expect(self.texts.get("invitation.title"))
            self.choose("invitation.yes")

    def answer_everything(self) -> int:
        """Take any answer of every question that is read, until all are done; gives how many were answered."""
        answered = 0
        while not self.hears("offer.title"):
            more = self.texts.get("action.more")
            button, label = self.dice.choice([one for one in self.options().items() if one[1] != more])
            self.take(button, label)
            answered += 1
            if answered > 40:
                raise LostError("the questions do not end")
        return answered

    def complain(self, topic: str) -> str:
        """Make a complaint about a topic, and write the ticket's code down as it is read."""
        self.choose("complaints.new")
        self.pick(topic)
        self.choose("action.next")
        self.choose("complaint.send_bare")
        first = self.ticket()
        self.choose("action.listen")
        if self.ticket() != first:
            raise LostError("the ticket was read otherwise the second time")
        self.choose("action.noted")
        return first

    def pick(self, topic: str) -> None:
        """Move from tile to tile until the wanted one is heard."""
        wanted, more = (
            self.texts.get(f"topic.{topic}"),
            (self.texts.get("tiles.more"), self.texts.get("tiles.first")),
        )
        following = self.texts.get("tiles.following")
        button = next(number for number, label in self.options().items() if label == following)
        here = self.first_tile()
        for _ in range(40):
            if here == wanted:
                self.choose_heard("tiles.pick")
                self.expect(self.texts.get("speech.chosen"))
                return
            if here in more:
                self.choose_heard("tiles.pick")
                here = self.first_tile()
                continue
            self.press(button)
            here = self.ears.heard[0]
        raise LostError(f"the topic {wanted!r} was never heard")

    def first_tile(self) -> str:
        """The tile comes right after what is asked."""
        return self.ears.heard[self.ears.heard.index(self.texts.get("complaint.topics_subtitle")) + 1]

    def choose_heard(self, key: str) -> None:
        """Take an option whose button is known from before: on tiles only the tile is read while one moves."""
        place = {"tiles.pick": 3}[key]
        self.take(place, self.texts.get(key))

    def ticket(self) -> str:
        self.expect(self.texts.get("ticket.title"))
        return "".join(self.characters[piece] for piece in self.ears.heard if piece in self.characters)

    def type_code(self, code: str) -> None:
        """Spell a code, pressing towards each character as the groups are read."""
        for number, character in enumerate(code, start=1):
            word = self.texts.get(f"spell.{character}")
            for _ in range(4):
                button, label = next(
                    (button, label) for button, label in self.options().items() if word in label.split(", ")
                )
                self.take(button, label)
                if label == word:
                    break
            if number < len(code):
                self.expect(word)
