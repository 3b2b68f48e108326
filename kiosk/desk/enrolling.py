"""A new kiosk's enrolment at its own screen: the collector's address, the code, a PIN for staff, and what came of it.

What was typed is in memory here and nowhere else on the kiosk; nobody who touches nothing for a while leaves it there.
"""

from enum import StrEnum
from functools import partial

from kiosk.desk import pin
from kiosk.desk.spelling import WORDS, Script, Spelling
from kiosk.desk.work import Work
from kiosk.errors import Obstacle, Tried
from kiosk.show.texts import Texts
from kiosk.show.views import Action, Bar, MessageView, Plain
from kiosk.watch.typed import Enrol, Wish, is_address
from survey.visit.action import Word
from survey.wire.enrolment_code import ALPHABET, WHOLE, SheetLine, grouped, meant, parse
from survey.wire.trouble import Trouble, trouble

CODE = Script((ALPHABET[:11], ALPHABET[11:22], ALPHABET[22:]), "enrolment", meant, grouped)
PIN = Script(("123", "456", "7890"), "pin", lambda typed: typed if typed in tuple("0123456789") else "")
_SCHEME = "https://"
_ADDRESS_MOST = 120
TYPING_SECONDS, FAILED_SECONDS = 180.0, 600.0
"""So long what was typed stays without input: longer after a try that failed, because a network may have to be mended first."""
_AGAIN, _ADDRESS, _CODE = "enrol-again", "enrol-address", "enrol-code"


class Step(StrEnum):
    """What is asked; the values name the words."""

    ADDRESS = "address"
    CODE = "code"
    PIN = "pin"
    REPEAT = "repeat"
    WAIT = "wait"
    FAILED = "failed"
    DONE = "done"


class EnrolSheet:
    """Asks for one thing after another, and has it tried beside the frame loop."""

    def __init__(self, enrol: Enrol, *, address: str = "", scanned: SheetLine | None = None) -> None:
        self._enrol = enrol
        self._step = Step.ADDRESS
        self._address = address or _SCHEME
        self._code = ""
        self._pin = ""
        """As it was typed twice."""
        self._first = ""
        self._wrong = ""
        """The key of what is wrong with what was typed."""
        self._tried: Tried | None = None
        self._trying: Work[Tried | None] | None = None
        self._typing = Spelling(most=_ADDRESS_MOST, text=self._address)
        if scanned is not None:
            self.scan(scanned)

    @property
    def working(self) -> bool:
        """Whether it is being tried, or done: nobody is asked for anything."""
        return self._step in (Step.WAIT, Step.DONE)

    @property
    def trying(self) -> bool:
        """Whether it is being tried now."""
        return self._step is Step.WAIT

    @property
    def address(self) -> str:
        """Give the collector's address as far as it was typed: it is no secret, and long."""
        return self._address

    @property
    def patience(self) -> float:
        """Give how long it waits for input."""
        return FAILED_SECONDS if self._step is Step.FAILED else TYPING_SECONDS

    def options(self) -> tuple[str, ...]:
        """Name the actions of the buttons."""
        if self.working:
            return ()
        if self._step is not Step.FAILED:
            return self._typing.options()
        return (_AGAIN if self._code else _CODE, _ADDRESS, *((_CODE,) if self._code else ()), Word.BACK)

    def scan(self, line: SheetLine) -> None:
        """Take what a reader typed of a sheet's QR code."""
        if self.working:
            return
        self._address = line.collector
        self._ask(Step.CODE)
        self._typing.text = "".join(map(meant, line.code))[:WHOLE]
        self._go_on()

    def act(self, action: str, now: float) -> bool:  # noqa: ARG002 - a sheet is told the time
        """Type, go on, try again; False when staff has given up."""
        if self.working:
            return True
        if self._step is Step.FAILED:
            return self._after_failing(action)
        if action == Word.BACK:
            return self._back()
        if action == Word.NEXT:
            self._go_on()
        else:
            self._wrong = ""
            self._typing.take(action)
            if self._step is Step.ADDRESS:
                self._address = self._typing.text
        return True

    def tick(self, now: float) -> None:  # noqa: ARG002 - a sheet is told the time
        """Look for what came of the try."""
        if self._trying is None or not self._trying.done:
            return
        failed = Tried(Obstacle.ENROLMENT_FAILS, "") if self._trying.trouble is not None else None
        self._tried, self._trying = self._trying.made or failed, None
        if self._tried is None:
            self._step, self._code, self._pin, self._first = Step.DONE, "", "", ""
            return
        self._step = Step.FAILED
        if self._tried.obstacle in (Obstacle.WRONG_CODE, Obstacle.CODE_REFUSED):
            self._code = ""

    def _back(self) -> bool:
        match self._step:
            case Step.ADDRESS:
                return False
            case Step.CODE:
                self._ask(Step.ADDRESS)
            case _:
                self._ask(Step.CODE)
        return True

    def _ask(self, step: Step, wrong: str = "") -> None:
        self._step, self._wrong = step, wrong
        match step:
            case Step.ADDRESS:
                self._typing = Spelling(most=_ADDRESS_MOST, text=self._address)
            case Step.CODE:
                self._typing = Spelling(most=WHOLE, text=self._code, script=CODE)
            case _:
                self._typing = Spelling(most=pin.MAX_DIGITS, script=PIN)

    def _go_on(self) -> None:
        typed = self._typing.text.strip()
        match self._step:
            case Step.ADDRESS:
                self._take_address(typed)
            case Step.CODE:
                self._take_code(typed)
            case Step.PIN if pin.objection(typed):
                few = len(typed) < pin.MIN_DIGITS
                self._ask(Step.PIN, "enrol.pin_short" if few else "enrol.pin_weak")
            case Step.PIN:
                self._first = typed
                self._ask(Step.REPEAT)
            case Step.REPEAT if typed == self._first:
                self._pin = typed
                self._try()
            case Step.REPEAT:
                self._ask(Step.PIN, "enrol.pin_differs")

    def _take_address(self, typed: str) -> None:
        whole = typed if "://" in typed else _SCHEME + typed
        if not is_address(whole):
            self._wrong = "enrol.address_wrong"
            return
        self._address = whole
        self._ask(Step.CODE)

    def _take_code(self, typed: str) -> None:
        try:
            parse(typed)
        except ValueError:
            self._wrong = "enrol.code_short"
            return
        self._code = typed
        if self._pin:
            self._try()
        else:
            self._ask(Step.PIN)

    def _try(self) -> None:
        wish = Wish(self._address, self._code, self._pin)
        self._step, self._tried = Step.WAIT, None
        self._typing = Spelling(most=1, script=WORDS)
        self._trying = Work("enrol", partial(self._enrol, wish), fails=_trouble)

    def _after_failing(self, action: str) -> bool:
        if action == Word.BACK:
            return False
        if action == _AGAIN and self._code and self._pin:
            self._try()
        elif action in (_ADDRESS, _CODE):
            self._ask(Step.ADDRESS if action == _ADDRESS else Step.CODE)
        return True

    def view(self, texts: Texts, bar: Bar) -> Plain:
        """Show what is asked, or what came of it."""
        get = texts.get
        if self._step in (Step.WAIT, Step.DONE):
            done = self._step is Step.DONE
            return MessageView(
                bar=bar,
                title=get("enrol.done" if done else "enrol.wait"),
                text=get("enrol.done_text" if done else "enrol.wait_text", address=self._address),
                icon="check" if done else "wait",
            )
        if self._step is Step.FAILED and self._tried is not None:
            return self._failed(self._tried, texts, bar)
        title = get(self._wrong or f"enrol.{self._step}", count=len(self._typing.text), whole=WHOLE)
        return self._typing.view(
            texts,
            bar,
            title=title,
            hint=get(f"enrol.{self._step}_hint"),
            secret=self._step in (Step.PIN, Step.REPEAT),
        )

    def _failed(self, tried: Tried, texts: Texts, bar: Bar) -> MessageView:
        get = texts.get
        key = f"enrol.{tried.obstacle}"
        labels = {
            _AGAIN: get("enrol.again"),
            _ADDRESS: get("enrol.change_address"),
            _CODE: get("enrol.change_code"),
            Word.BACK: get("action.cancel"),
        }
        return MessageView(
            bar=bar,
            title=get(f"standby.{tried.obstacle}.title"),
            text=get(
                key if texts.has(key) else "enrol.enrolment_fails", message=tried.message.replace("**", "")
            ),
            icon="warning",
            options=tuple(
                Action(name, labels[name], button=place, strong=place == 1)
                for place, name in enumerate(self.options(), start=1)
            ),
        )


def _trouble(_error: Exception) -> Trouble:
    return trouble("disk_fails")
