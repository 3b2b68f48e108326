"""A finger for the visit's table: plays events at their moments and keeps what came out."""

from dataclasses import dataclass, field

from kiosk.config import Config
from kiosk.remote.plan import make_plan
from survey.record.ticket import new_code
from survey.record.visit_code import VisitCode
from survey.visit.coded import DeclareTest, KeptCode, MakeCode
from survey.visit.effects import Effect, LookUp, SaveAddition, SaveComplaint, SaveResponse
from survey.visit.machine import advance, begin, due
from survey.visit.offer import offer, tiles
from survey.visit.plan import OfferedService, Plan, Standard
from survey.visit.speech import NotRecorded, Recorded, Replay, Replayed, StopRecording
from survey.visit.state import (
    Coded,
    Event,
    Found,
    FoundCode,
    Hold,
    Press,
    Release,
    Saved,
    SaveFailed,
    State,
    Step,
    Tick,
    Touch,
)
from survey.wire.ticket_states import TicketState

CODE = new_code(lambda _below: 3)
STANDARDS = (
    Standard("ktp", "KTP", (("persyaratan", "Kartu keluarga. " * 30), ("biaya", "Rp0"))),
    Standard("kk", "KK", (("waktu", "Satu hari"),)),
)
SERVICES = tuple(OfferedService(code, code.upper()) for code in ("ktp", "kk", "akta", "sku", "nikah"))


def full_plan(**changes: object) -> Plan:
    """The plan of a kiosk with its default settings, which reads aloud and has a microphone; with changes."""
    return make_plan(Config(), services=SERVICES)._replace(
        **({"speech": True, "microphone": True, "standards": STANDARDS} | changes)
    )  # type: ignore[arg-type]


@dataclass
class Walk:
    """One kiosk's visits, driven by hand; the journal answers at once unless told otherwise."""

    plan: Plan = field(default_factory=full_plan)
    now: float = 100.0
    journal: str = "prompt"
    """`prompt`, `silent` or `broken`."""
    tickets: dict[str, TicketState] = field(default_factory=dict)
    """What this kiosk has heard of complaints, by their codes."""
    answers_look_ups: bool = True
    visits: dict[str, KeptCode] = field(default_factory=dict)
    """What this kiosk knows of visits, by their letters."""
    makes_codes: bool = True
    hears: int = 12
    """So many seconds the microphone records; 0 where it fails."""
    state: State = field(init=False)
    effects: list[Effect] = field(default_factory=list)
    presses: int = 0

    def __post_init__(self) -> None:
        self.state = begin(self.plan, now=self.now)

    def give(self, event: Event) -> None:
        self.state, effects = advance(self.plan, self.state, event, self.now)
        self.effects += effects
        for effect in effects:
            if (
                isinstance(effect, SaveResponse | SaveComplaint | SaveAddition | DeclareTest)
                and self.journal != "silent"
            ):
                self.answer(effect.token, complaint=isinstance(effect, SaveComplaint))
            if isinstance(effect, StopRecording):
                self.give(Recorded(self.hears) if self.hears else NotRecorded())
            if isinstance(effect, Replay):
                self.give(Replayed())
            if isinstance(effect, MakeCode) and self.makes_codes:
                self.give(Coded(effect.visit, VisitCode("k-0001", 10 + effect.visit, CODE[:8])))
            if isinstance(effect, LookUp) and len(effect.code) == 8:
                self.give(FoundCode(effect.code, self.visits.get(effect.code)))
            elif isinstance(effect, LookUp) and self.answers_look_ups:
                self.give(Found(effect.code, self.tickets.get(effect.code)))

    def answer(self, token: str, *, complaint: bool = False) -> None:
        if self.journal == "broken":
            self.give(SaveFailed(token))
        else:
            self.give(Saved(token, CODE if complaint else None))

    def wait(self, seconds: float) -> None:
        until = self.now + seconds
        while (moment := due(self.plan, self.state)) is not None and moment <= until:
            self.now = max(self.now, moment)
            self.give(Tick())
        self.now = until

    def press(self, place: int, *, seconds: float = 0.1) -> None:
        """Press one button (0 to 3) when the screen is ready, and wait until it has acted."""
        self.presses += 1
        self.wait(1.0)
        self.give(Press(place))
        self.wait(seconds)
        self.give(Release())
        self.wait(1.0)

    def hold(self) -> None:
        """Hold a button until the menu opens, or what else a held one does here."""
        self.presses += 1
        self.wait(1.0)
        self.give(Press(0))
        self.wait(1.5)
        self.give(Hold(0))
        self.give(Release())
        self.wait(0.5)

    def touch(self, action: str) -> None:
        self.wait(1.0)
        self.give(Touch(action))
        self.wait(1.0)

    def choose(self, action: str) -> None:
        """Press the button that means an action, going to its page or its run of a list first."""
        for _ in range(40):
            options, extras = offer(self.plan, self.state)
            if action in options:
                self.press(options.index(action))
                return
            if action in extras and self.state.step in (Step.SERVICE, Step.PROFILE):
                self.hold()
                continue
            if self.state.step is Step.TOPICS:
                self._steer_to(action)
                if action == tiles(self.plan, self.state)[self.state.focus]:
                    self.press(options.index("pick"))
                    return
                continue
            self.press(options.index("more") if "more" in options else self._run_of(action))
        raise AssertionError(f"no page offers {action}")

    def _steer_to(self, tile: str) -> None:
        """Move by one tile towards the wanted one; from the last page of all the way leads round to the first."""
        options, shown = offer(self.plan, self.state).options, tiles(self.plan, self.state)
        wanted = tile if tile in shown else "more"
        if shown[self.state.focus] != wanted:
            self.press(options.index("following"))
        elif wanted == "more":
            self.press(options.index("pick"))

    def spell(self, text: str) -> None:
        """Type by the buttons alone, pressing towards each character."""
        for character in text:
            for _ in range(4):
                options = offer(self.plan, self.state).options
                if f"key:{character}" in options:
                    self.press(options.index(f"key:{character}"))
                    break
                groups = [
                    place for place, name in enumerate(options) if character in name.removeprefix("group:")
                ]
                self.press(groups[0])

    def _run_of(self, action: str) -> int:
        value = action.partition(":")[2]
        runs = self.plan.profile[self.state.place].steps if self.state.step is Step.PROFILE else ()
        return next(place for place, run in enumerate(runs) if value in run)

    def type(self, text: str) -> None:
        for character in text:
            self.give(Touch(f"key:{character}"))

    def to_questions(self) -> None:
        self.choose("answer:3")
        self.choose("accept")

    def past_profile(self) -> None:
        """Pass what is asked after the questions."""
        while self.state.step in (Step.SERVICE, Step.PROFILE):
            self.choose("skip")

    @property
    def responses(self) -> list[SaveResponse]:
        return [effect for effect in self.effects if isinstance(effect, SaveResponse)]

    @property
    def additions(self) -> list[SaveAddition]:
        return [effect for effect in self.effects if isinstance(effect, SaveAddition)]

    @property
    def complaints(self) -> list[SaveComplaint]:
        return [effect for effect in self.effects if isinstance(effect, SaveComplaint)]
