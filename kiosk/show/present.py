"""From the visit's state to what a screen shows: the only place that knows both the visit and the texts.

Pure: the same state, surroundings and moment give the same view, so the loop draws only when the view has changed.
"""

from typing import assert_never

from kiosk.show.actions import action_label, is_told
from kiosk.show.labels import month_day, published_note, staff_mark_note
from kiosk.show.surroundings import Surroundings
from kiosk.show.texts import Texts
from kiosk.show.troubles import trouble_words
from kiosk.show.views import (
    Action,
    Bar,
    ChoiceView,
    ConsentView,
    KeyboardView,
    MessageView,
    TicketView,
    View,
)
from survey.instrument.instrument import in_language
from survey.record.complaint import CONTACT_KEPT_DAYS, MAX_PHONE_DIGITS, MAX_TEXT_CHARACTERS, show_code
from survey.visit.action import Choice, Word, parse
from survey.visit.machine import expires_at
from survey.visit.offer import BUTTONS, offer, pages, question_key
from survey.visit.plan import Plan
from survey.visit.state import State, Step

CONSENT_VERSION = "1"
"""Version of the consent texts; it stands in every record that holds a contact."""
_PATIENCE_SECONDS = 0.5
"""A save that is done sooner shows no waiting screen: the highlighted answer simply stays."""

_STRONG = frozenset({Word.ACCEPT, Word.NEXT, Word.RESUME, Word.NOTED, Word.CLOSE})
_LAST_STEP = {Step.TOPICS: 1, Step.TEXT: 2, Step.CONSENT: 3, Step.PHONE: 3}


def present(plan: Plan, state: State, around: Surroundings, texts: Texts, now: float) -> View | None:
    """Give the view of a state; None while what is on the screen may stay. The staff screen is not made here."""
    if state.step is Step.SAVING and now < state.since + _PATIENCE_SECONDS:
        return None
    view = _Presenter(plan, state, around, texts).view()
    if view is None:
        return None
    note = _nudge(plan, state, texts, now)
    return view._replace(bar=view.bar._replace(note=note[1], note_strong=note[0])) if note else view


def next_change(plan: Plan, state: State, now: float) -> float | None:
    """Give the next moment at which time alone changes the view, or None."""
    if state.step is Step.SAVING:
        return state.since + _PATIENCE_SECONDS if now < state.since + _PATIENCE_SECONDS else None
    expires = expires_at(plan, state)
    if expires is None or state.step in (Step.IDLE, Step.THANKS):
        return None
    start = expires - plan.timing.nudge
    return start if now < start else now + 1 - (now - start) % 1


def _nudge(plan: Plan, state: State, texts: Texts, now: float) -> tuple[str, str] | None:
    expires = expires_at(plan, state)
    if expires is None or state.step in (Step.IDLE, Step.SAVING, Step.THANKS):
        return None
    left = expires - now
    if left > plan.timing.nudge:
        return None
    seconds = max(1, round(left))
    return texts.get("still_there.title"), texts.get("still_there.text", seconds=seconds)


class _Presenter:
    def __init__(self, plan: Plan, state: State, around: Surroundings, texts: Texts) -> None:
        self.plan = plan
        self.state = state
        self.around = around
        self.texts = texts
        self.offer = offer(plan, state)

    def view(self) -> View | None:  # noqa: C901, PLR0911, PLR0912 - one branch a screen
        if self.state.menu:
            return self._menu()
        match self.state.step:
            case Step.IDLE:
                return self._idle()
            case Step.INVITATION:
                return self._message("invitation", icon="check")
            case Step.PREFERENCES:
                return self._message("preferences")
            case Step.SERVICE:
                return self._service()
            case Step.PROFILE:
                return self._profile()
            case Step.QUESTION:
                return self._question()
            case Step.OFFER:
                return self._message("offer")
            case Step.TOPICS:
                return self._topics()
            case Step.TEXT:
                return self._text()
            case Step.CONSENT:
                return self._consent()
            case Step.PHONE:
                return self._phone()
            case Step.TICKET:
                return self._ticket()
            case Step.SAVING:
                return self._message("wait")
            case Step.THANKS:
                return self._thanks()
            case Step.FAILED:
                return self._failed()
            case Step.STAFF:
                return None  # the desk makes its own
            case step:
                assert_never(step)

    # -- parts

    def _action(self, name: str, *, button: int | None = None) -> Action:
        choice = parse(name)
        label, icon = action_label(self.plan, self.state, self.texts, name)
        return Action(
            name=name,
            label=label,
            icon=icon,
            button=button,
            strong=choice is not None and choice.word in _STRONG,
            chosen=(choice is not None and self._chosen(choice)) or name == self.state.pressed,
        )

    def _chosen(self, choice: Choice) -> bool:  # noqa: PLR0911 - one line a word
        state = self.state
        argument = choice.argument
        match choice.word:
            case Word.TOPIC:
                return argument in state.topics
            case Word.SERVICE:
                return argument == state.service
            case Word.PROFILE | Word.WITHIN:
                return is_told(self.plan, state, choice)
            case Word.ANSWER if state.step is Step.QUESTION:
                return int(argument) == state.given.get(question_key(self.plan, state))
            case Word.CONTRAST:
                return state.contrast
            case Word.TICK:
                return state.consented
            case _:
                return False

    def _options(self) -> tuple[Action, ...]:
        return tuple(
            self._action(name, button=place) for place, name in enumerate(self.offer.options, start=1)
        )

    def _extras(self) -> tuple[Action, ...]:
        return tuple(self._action(name) for name in self.offer.extras)

    def _choice(self, *, title: str, subtitle: str, bar: Bar) -> ChoiceView:
        pressed = self.state.pressed
        # Where one answer replaces another, only the new one is marked; topics may stand beside each other.
        several = self.state.step is Step.TOPICS
        options = tuple(
            option._replace(chosen=option.chosen and option.name != pressed and (several or pressed is None))
            for option in self._options()
        )
        return ChoiceView(
            bar=bar._replace(actions=self._extras()),
            title=title,
            subtitle=subtitle,
            options=options,
            pressed=self.offer.options.index(pressed) if pressed in self.offer.options else None,
        )

    def _place_bar(self) -> Bar:
        right = month_day(self.texts, self.around.wall) if self.around.wall else ""
        return Bar(left_strong=self.around.unit, left=self.around.place, right=right)

    def _message(self, key: str, *, text: str | None = None, icon: str = "") -> MessageView:
        return MessageView(
            bar=self._place_bar(),
            title=self.texts.get(f"{key}.title"),
            text=self.texts.get(f"{key}.text") if text is None else text,
            icon=icon,
            options=self._options(),
        )

    # -- screens

    def _menu(self) -> View:
        get = self.texts.get
        return MessageView(bar=Bar(), title=get("menu.title"), text=get("menu.text"), options=self._options())

    def _idle(self) -> View:
        bar = self._place_bar()
        if self.around.mark is not None:
            # In the name's place: a long name would leave it no room.
            note = staff_mark_note(self.texts, self.around.mark)
            bar = bar._replace(sign="warning", left_strong="", left=note)
        if self.around.closed:
            return self._closed(bar)
        get, published = self.texts.get, self.around.published
        note = published_note(self.texts, published) if published else get("idle.index_none")
        bar = bar._replace(note=note)
        return self._choice(title=get("idle.title"), subtitle=get("idle.subtitle"), bar=bar)

    def _closed(self, bar: Bar) -> View:
        opens = self.around.opens
        text = self.texts.get("closed.text_unknown")
        if opens is not None:
            text = self.texts.get(
                "closed.text",
                weekday=self.texts.weekday(opens.weekday()),
                time=self.texts.get("date.time", hour=f"{opens:%H}", minute=f"{opens:%M}"),
            )
        return MessageView(
            bar=bar._replace(actions=self._extras()),
            title=self.texts.get("closed.title"),
            text=text,
            options=self._options(),
            dimmed=True,
        )

    def _service(self) -> View:
        get = self.texts.get
        return self._choice(
            title=get("service.title"),
            subtitle=get("service.subtitle"),
            bar=self._paged_bar(len(self.plan.services) + 1),
        )

    def _profile(self) -> View:
        attribute = self.plan.profile[self.state.place]
        number = self.state.place + 1
        left = self.texts.get("profile.progress", number=number, count=len(self.plan.profile))
        bar = self._paged_bar(0 if attribute.steps else len(attribute.values) + 1)._replace(left=left)
        return self._choice(
            title=self.texts.get(f"profile.{attribute.key}.title"),
            subtitle=self.texts.get("profile.subtitle"),
            bar=bar,
        )

    def _paged_bar(self, count: int) -> Bar:
        bar = Bar(note=self.texts.get("menu.hint"))
        if count <= BUTTONS:
            return bar
        number = self.state.page % pages(count) + 1
        return bar._replace(right=self.texts.get("page.number", number=number, count=pages(count)))

    def _question(self) -> View:
        form = self.plan.forms[self.state.form]
        key = question_key(self.plan, self.state)
        question = form.question(key)
        number, count = self.state.place + 1, len(form.questions)
        language = self.state.language
        return self._choice(
            title=in_language(question.wording, language),
            subtitle=in_language(question.plain, language),
            bar=Bar(
                left=self.texts.get("question.progress", number=number, count=count),
                right=in_language(form.element(key).name, language),
                note=self.texts.get("menu.hint"),
                progress=(number, count),
            ),
        )

    def _complaint_bar(self) -> Bar:
        number = _LAST_STEP[self.state.step]
        count = 3 if self.plan.contact else 2
        left = self.texts.get("complaint.step", number=number, count=count)
        return Bar(left=left, progress=(number, count))

    def _topics(self) -> View:
        get = self.texts.get
        bar = self._complaint_bar()._replace(note=get("menu.hint"))
        return self._choice(
            title=get("complaint.topics_title"), subtitle=get("complaint.topics_subtitle"), bar=bar
        )

    def _text(self) -> View:
        typed = len(self.state.text)
        counter = self.texts.get("keyboard.counter", count=typed, limit=MAX_TEXT_CHARACTERS)
        return KeyboardView(
            bar=self._complaint_bar()._replace(right=counter),
            title=self.texts.get("complaint.text_title"),
            text=self.state.text,
            hint=self.texts.get("complaint.text_hint"),
            limit=MAX_TEXT_CHARACTERS,
            layout=self.state.layout,
            options=self._options(),
            space=self.texts.get("keyboard.space"),
        )

    def _consent(self) -> View:
        get = self.texts.get
        return ConsentView(
            bar=self._complaint_bar(),
            title=get("consent.title"),
            paragraphs=(
                get("consent.purpose"),
                get("consent.keeping", days=CONTACT_KEPT_DAYS),
                get("consent.rights"),
                get("consent.children"),
            ),
            box_label=get("consent.box"),
            ticked=self.state.consented,
            options=self._options(),
        )

    def _phone(self) -> View:
        return KeyboardView(
            bar=self._complaint_bar()._replace(right=self.texts.get("complaint.phone_subtitle")),
            title=self.texts.get("complaint.phone_title"),
            text=self.state.phone,
            hint=self.texts.get("complaint.phone_hint"),
            limit=MAX_PHONE_DIGITS,
            layout="digits",
            options=self._options(),
        )

    def _ticket(self) -> View:
        code = self.state.ticket or ""
        address = self.around.status_address
        return TicketView(
            bar=self._place_bar()._replace(left_strong=self.texts.get("complaint.saved"), left=""),
            title=self.texts.get("ticket.title"),
            text=self.texts.get("ticket.text", days=self.around.answer_days),
            code=show_code(code),
            url=f"{address}{code}" if address else "",
            options=self._options(),
            spoken=f"“{self.texts.spell(show_code(code))}”",
            caption=self.texts.get("ticket.caption"),
        )

    def _thanks(self) -> View:
        state = self.state
        key = "partial" if state.partial else "complaint" if state.complained and not state.rated else "text"
        return self._message("thanks", text=self.texts.get(f"thanks.{key}"), icon="check")

    def _failed(self) -> View:
        get = self.texts.get
        text = f"{get('failed.not_kept')} {get('failed.text')}" if self.state.not_kept else get("failed.text")
        bar = self._place_bar()
        if (told := self.around.out_of_service) is not None:
            bar = bar._replace(note=get("failed.staff", reason=trouble_words(told, self.texts)))
        return MessageView(bar=bar, title=get("failed.title"), text=text, icon="warning")
