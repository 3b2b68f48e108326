"""Pages of the desk that have a state of their own, and the tiles from which staff picks, by finger or by four buttons."""

from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

from kiosk.show.texts import Texts
from kiosk.show.views import Action, Bar, Plain, TilesView
from survey.record.staff import Staff
from survey.visit.action import Word

Note = Callable[[Staff], None]
"""Record what staff did, as the body of a `staff` record."""
ON_A_PAGE = 8
_STEER = (str(Word.PREVIOUS), str(Word.FOLLOWING), str(Word.PICK), str(Word.BACK))
_TILE = "tile:"


class Sheet(Protocol):
    """A page of the desk; belongs to the frame loop."""

    @property
    def working(self) -> bool:
        """Whether something goes on that the desk must not lock itself over."""
        ...

    def options(self) -> tuple[str, ...]:
        """Name the actions of the four buttons."""
        ...

    def act(self, action: str, now: float) -> bool:
        """Do what was touched or pressed; False when staff is done here."""
        ...

    def tick(self, now: float) -> None:
        """Look for what has been found out meanwhile."""
        ...

    def view(self, texts: Texts, bar: Bar) -> Plain:
        """Give what to show."""
        ...


class Tile(NamedTuple):
    """One thing to pick."""

    label: str
    icon: str = ""
    chosen: bool = False


class Tiles:
    """Where the border of the buttons stands among some tiles."""

    def __init__(self) -> None:
        self.focus = 0

    def options(self) -> tuple[str, ...]:
        """Name the actions of the four buttons: back, on, pick, leave."""
        return _STEER

    def take(self, action: str, count: int) -> int | None:
        """Move the border, or give the place of the tile that was picked."""
        if action.startswith(_TILE):
            place = int(action.removeprefix(_TILE))
            return place if place < count else None
        if count == 0:
            return None
        if action == Word.MORE:
            self.focus = (self.focus // ON_A_PAGE + 1) * ON_A_PAGE
            self.focus = self.focus if self.focus < count else 0
        elif action in (Word.PREVIOUS, Word.FOLLOWING):
            self.focus = (self.focus + (1 if action == Word.FOLLOWING else -1)) % count
        elif action == Word.PICK:
            return min(self.focus, count - 1)
        return None

    def view(
        self, texts: Texts, bar: Bar, tiles: Sequence[Tile], *, title: str, subtitle: str = ""
    ) -> TilesView:
        """Give the page of tiles that the border is on."""
        start = self.focus // ON_A_PAGE * ON_A_PAGE
        shown = tiles[start : start + ON_A_PAGE]
        more = (Action(Word.MORE, texts.get("action.more"), "more"),) if len(tiles) > ON_A_PAGE else ()
        return TilesView(
            bar=bar._replace(actions=more),
            title=title,
            subtitle=subtitle,
            tiles=tuple(
                Action(f"{_TILE}{place}", one.label, one.icon, chosen=one.chosen)
                for place, one in enumerate(shown, start=start)
            ),
            focus=self.focus - start,
            options=tuple(
                Action(name, texts.get(key), button=button, strong=name == Word.PICK)
                for button, (name, key) in enumerate(
                    zip(
                        _STEER,
                        ("tiles.previous", "tiles.following", "desk.open", "action.back"),
                        strict=True,
                    ),
                    start=1,
                )
            ),
        )
