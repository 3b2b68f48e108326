"""What every screen's view is made of: one state with its surroundings and texts, and the actions that are offered."""

from kiosk.show.actions import action_label, is_told
from kiosk.show.labels import month_day
from kiosk.show.large.reading import here, is_first
from kiosk.show.surroundings import Surroundings
from kiosk.show.texts import Texts
from kiosk.show.views import Action, Bar, ChoiceView, MessageView
from survey.visit.action import Choice, Word, parse
from survey.visit.offer import offer, question_key
from survey.visit.plan import Plan
from survey.visit.services import of_units
from survey.visit.state import State, Step

_STRONG = frozenset({Word.ACCEPT, Word.NEXT, Word.RESUME, Word.NOTED, Word.CLOSE, Word.START, Word.STOP})


class Screen:
    """One state, ready to be made a view of."""

    def __init__(self, plan: Plan, state: State, around: Surroundings, texts: Texts) -> None:
        self.plan = plan
        self.state = state
        self.around = around
        self.texts = texts
        self.offer = offer(plan, state)

    def action(self, name: str, *, button: int | None = None) -> Action:
        """Give one action as it is drawn."""
        choice = parse(name)
        label, icon = action_label(self.plan, self.state, self.texts, name)
        return Action(
            name=name,
            label=label,
            icon=icon,
            button=button,
            strong=choice is not None and self._strong(choice.word),
            chosen=(choice is not None and self._chosen(choice)) or name == self.state.pressed,
        )

    def _strong(self, word: Word) -> bool:
        if self.state.step is Step.STANDING:  # to answer is as good a way on as to go
            return word is Word.MORE
        return word in _STRONG

    def _chosen(self, choice: Choice) -> bool:  # noqa: PLR0911 - one line a word
        state = self.state
        argument = choice.argument
        match choice.word:
            case Word.TOPIC:
                return argument in state.topics
            case Word.SERVICE:
                return argument == state.service
            case Word.WITHIN if state.step is Step.SERVICE:
                of_unit = of_units(self.plan)[int(argument) - 1]
                return any(service.code == state.service for service in of_unit)
            case Word.PROFILE | Word.WITHIN:
                return is_told(self.plan, state, choice)
            case Word.ANSWER if state.step is Step.QUESTION and not state.faces:
                return int(argument) == state.given.get(question_key(self.plan, state))
            case Word.CONTRAST:
                return state.contrast
            case Word.TICK:
                return state.consented
            case Word.OFFICER:
                return state.about_officer
            case _:
                return False

    def options(self) -> tuple[Action, ...]:
        """Give the actions of the buttons."""
        return tuple(
            self.action(name, button=place)
            for place, name in enumerate(self.offer.options, start=1)
            if name
            not in self.offer.options[place:]  # where two buttons mean the same, the last one is named
        )

    def extras(self) -> tuple[Action, ...]:
        """Give the actions for the finger only, but for the one that stands beside what it stops."""
        return tuple(self.action(name) for name in self.offer.extras if name != Word.PAUSE)

    def choice(self, *, title: str, subtitle: str, bar: Bar) -> ChoiceView:
        """Make a view of at most four answers."""
        pressed = self.state.pressed
        # One answer replaces another: only the new one is marked.
        options = tuple(
            option._replace(chosen=option.chosen and pressed is None) for option in self.options()
        )
        return ChoiceView(
            bar=bar._replace(actions=self.extras()),
            title=title,
            subtitle=subtitle,
            options=options,
            pressed=self.offer.options.index(pressed) if pressed in self.offer.options else None,
        )

    def place_bar(self) -> Bar:
        """Give the bar with the place and the time."""
        right = month_day(self.texts, self.around.wall) if self.around.wall else ""
        return Bar(left_strong=self.around.unit, left=self.around.place, right=right)

    def message(self, key: str, *, text: str | None = None, icon: str = "") -> MessageView:
        """Make the view of a message whose texts begin with `key`."""
        text = self.texts.get(f"{key}.text") if text is None else text
        return MessageView(
            bar=self.place_bar()._replace(actions=self.extras()),
            title=self.texts.get(f"{key}.title") if is_first(self.state) else "",
            text=here(text, self.state),
            icon=icon,
            options=self.options(),
        )
