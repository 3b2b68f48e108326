"""Wi-Fi at the desk: the networks in reach, and the password of the one that was picked, typed here."""

from functools import partial

from hardware.wifi import Network, Wifi, WifiError
from kiosk.desk.sheet import Note, Tile, Tiles
from kiosk.desk.spelling import Spelling
from kiosk.desk.work import Work
from kiosk.show.texts import Texts
from kiosk.show.troubles import trouble_words
from kiosk.show.views import Action, Bar, MessageView, Plain
from survey.record.staff import WIFI_JOINED, Staff
from survey.visit.action import Word
from survey.wire.trouble import Trouble, trouble

_MOST, _LEAST = 63, 8


class WifiSheet:
    """Looks around at once; whatever takes time goes on beside the frame loop."""

    def __init__(self, wifi: Wifi, note: Note) -> None:
        self._wifi = wifi
        self._note = note
        self._tiles = Tiles()
        self._networks: list[Network] = []
        self._picked: Network | None = None
        self._typing: Spelling | None = None
        self._trouble: Trouble | None = None
        self._joined = False
        self._joining: Work[None] | None = None
        self._looking: Work[list[Network]] | None = self._look()

    @property
    def working(self) -> bool:
        """Whether a network is joined or looked for now."""
        return self._looking is not None or self._joining is not None

    def options(self) -> tuple[str, ...]:
        """Name the actions of the buttons."""
        if self.working:
            return ()
        if self._typing is not None:
            return self._typing.options()
        if self._trouble is not None or self._joined or not self._networks:
            return (Word.AGAIN, Word.BACK)
        return self._tiles.options()

    def act(self, action: str, now: float) -> bool:  # noqa: ARG002 - a sheet is told the time
        """Pick a network, type, join."""
        if self.working:
            return True
        if self._typing is not None:
            self._type(self._typing, action)
        elif action == Word.BACK:
            return False
        elif action == Word.AGAIN:
            self._trouble, self._joined = None, False
            self._looking = self._look()
        elif (place := self._tiles.take(action, len(self._networks))) is not None:
            self._picked = self._networks[place]
            if self._picked.open:
                self._join(self._picked, "")
            else:
                self._typing = Spelling(most=_MOST)
        return True

    def tick(self, now: float) -> None:  # noqa: ARG002 - a sheet is told the time
        """Look for what was found, or what came of joining."""
        if self._looking is not None and self._looking.done:
            self._networks, self._trouble = self._looking.made or [], self._looking.trouble
            self._looking = None
        if self._joining is not None and self._joining.done:
            self._trouble = self._joining.trouble
            self._joining = None
            self._joined = self._trouble is None
            if self._joined:
                self._note(Staff(WIFI_JOINED))  # which one is nobody's business at the centre

    def _look(self) -> Work[list[Network]]:
        return Work("wifi", self._wifi.networks, fails=_trouble)

    def _type(self, typing: Spelling, action: str) -> None:
        if action == Word.BACK:
            self._typing = None
        elif action == Word.NEXT:
            if self._picked is not None and len(typing.text) >= _LEAST:
                self._join(self._picked, typing.text)
        else:
            typing.take(action)

    def _join(self, network: Network, password: str) -> None:
        self._typing = None
        self._joining = Work("wifi", partial(self._wifi.join, network, password), fails=_trouble)

    def view(self, texts: Texts, bar: Bar) -> Plain:
        """Show the networks, the keyboard, or what came of it."""
        get = texts.get
        name = self._picked.name if self._picked is not None else ""
        if self._typing is not None:
            hint = get("desk.wifi_password", least=_LEAST)
            return self._typing.view(
                texts, bar, title=get("desk.wifi_title", name=name), hint=hint, secret=True
            )
        if self.working:
            key = "desk.wifi_joining" if self._joining is not None else "desk.wifi_looking"
            return MessageView(bar=bar, title=get("desk.wifi"), text=get(key, name=name), icon="wait")
        if self.options() == self._tiles.options():
            tiles = [
                Tile(f"{one.name}\n{get('desk.percent', percent=one.percent)}", "wifi", chosen=one.joined)
                for one in self._networks
            ]
            return self._tiles.view(texts, bar, tiles, title=get("desk.wifi"), subtitle=get("desk.wifi_text"))
        told = get("desk.wifi_joined", name=name) if self._joined else get("desk.wifi_none")
        if self._trouble is not None:
            told = trouble_words(self._trouble, texts)
        labels = {Word.AGAIN: "desk.wifi_again", Word.BACK: "action.back"}
        return MessageView(
            bar=bar,
            title=get("desk.wifi"),
            text=told,
            icon="check" if self._joined else "warning",
            options=tuple(
                Action(word, get(label), button=place)
                for place, (word, label) in enumerate(labels.items(), start=1)
            ),
        )


def _trouble(error: Exception) -> Trouble:
    match error.code if isinstance(error, WifiError) else "":
        case "missing":
            return trouble("wifi_missing")
        case "no_device":
            return trouble("wifi_no_device")
        case "password":
            return trouble("wifi_password")
        case "kind":
            return trouble("wifi_kind")
        case _:
            return trouble("wifi_fails")
