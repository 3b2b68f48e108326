"""Where the kiosk stands, at the desk: one of the places that the collector names for it."""

from kiosk.desk.sheet import Note, Tile, Tiles
from kiosk.remote.standing import Standing
from kiosk.show.texts import Texts
from kiosk.show.views import Bar, Plain
from survey.record.staff import PLACE_SET, Staff
from survey.visit.action import Word
from survey.wire.trouble import Trouble, trouble


class PlaceSheet:
    """Each answer carries what is picked here, from the next one on."""

    def __init__(self, standing: Standing, note: Note) -> None:
        self._standing = standing
        self._note = note
        self._tiles = Tiles()
        self._trouble: Trouble | None = None

    @property
    def working(self) -> bool:
        """Nothing goes on here."""
        return False

    def tick(self, now: float) -> None:
        """Nothing is waited for."""

    def options(self) -> tuple[str, ...]:
        """Name the actions of the buttons."""
        return self._tiles.options()

    def act(self, action: str, now: float) -> bool:  # noqa: ARG002 - a sheet is told the time
        """Stand where was picked."""
        if action == Word.BACK:
            return False
        choices = self._standing.choices
        place = self._tiles.take(action, len(choices))
        if place is not None and choices[place] != self._standing.here:
            try:
                self._standing.move(choices[place])
            except OSError:
                self._trouble = trouble("disk_fails")
                return True
            self._trouble = None
            self._note(Staff(PLACE_SET, place=choices[place].code))
        return True

    def view(self, texts: Texts, bar: Bar) -> Plain:
        """Show the places; the one where it stands is marked."""
        tiles = [Tile(one.name, "place", chosen=one == self._standing.here) for one in self._standing.choices]
        told = "trouble.disk_fails" if self._trouble is not None else "desk.place_text"
        return self._tiles.view(
            texts, bar, tiles, title=texts.get("desk.place_title"), subtitle=texts.get(told)
        )
