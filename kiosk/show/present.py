"""From the visit's state to what a screen shows: the only place that knows both the visit and the texts.

Pure: the same state, surroundings and moment give the same view, so the loop draws only when the view has changed.
"""

from typing import assert_never

from kiosk.show.complaint import making, speaking, standing, visited
from kiosk.show.idle import told
from kiosk.show.labels import staff_mark_note
from kiosk.show.length import visit_length
from kiosk.show.screen import Screen
from kiosk.show.surroundings import Surroundings
from kiosk.show.texts import Texts
from kiosk.show.troubles import trouble_words
from kiosk.show.views import Bar, LetterView, MessageView, Plain, Screenful
from kiosk.show.warning import warned, what_becomes
from survey.instrument.instrument import in_language
from survey.visit.action import Word
from survey.visit.informed import READ
from survey.visit.lists import pages
from survey.visit.offer import is_invited, question_key
from survey.visit.plan import Plan
from survey.visit.promised import promised
from survey.visit.reading import has_fewer, is_whole, page_count, page_number
from survey.visit.services import forms_of, is_asked_first, listed, unit_name
from survey.visit.state import State, Step
from survey.visit.waits import warns_at

_PATIENCE_SECONDS = 0.5
"""What is done sooner shows no waiting screen: the highlighted answer simply stays."""
_LONG_SENTENCE = 110
"""Characters that fit above four answers in large text on the smallest panel."""
_WAITING = (Step.SAVING, Step.LOOKING)


def present(plan: Plan, state: State, around: Surroundings, texts: Texts, now: float) -> Plain | None:
    """Give the view of a state; None while what is on the screen may stay. The staff screen is not made here."""
    if state.step in _WAITING and (_is_coded(state) or now < state.since + _PATIENCE_SECONDS):
        return None
    view = _Presenter(plan, state, around, texts, now).view()
    if view is None:
        return None
    if (count := page_count(state)) > 1:
        number = texts.get("page.number", number=page_number(state) + 1, count=count)
        view = view._replace(bar=view.bar._replace(right=number))
    return warned(plan, state, texts, view, now)


def next_change(plan: Plan, state: State, now: float) -> float | None:
    """Give the next moment at which time alone changes the view, or None."""
    if state.step in _WAITING:
        if _is_coded(state):
            return None
        return state.since + _PATIENCE_SECONDS if now < state.since + _PATIENCE_SECONDS else None
    if state.step is Step.IDLE and told.moves(state):
        return told.next_change(now)
    start = state.since if state.step is Step.RECORDING else warns_at(plan, state)
    if start is None:
        return None
    return start if now < start else now + 1 - (now - start) % 1


def _is_coded(state: State) -> bool:
    """Tell whether all is saved and only the visit's code is awaited: a moment in which nothing new is to be said."""
    return state.step is Step.SAVING and not state.unsaved and state.back_to is Step.THANKS


class _Presenter(Screen):
    def __init__(self, plan: Plan, state: State, around: Surroundings, texts: Texts, now: float) -> None:
        super().__init__(plan, state, around, texts)
        self.now = now

    def view(self) -> Screenful | None:  # noqa: C901, PLR0911, PLR0912 - one branch a screen
        if self.state.menu:
            return self._menu()
        if self.state.faces:
            return self._faces()
        match self.state.step:
            case Step.IDLE:
                return self._idle()
            case Step.INVITATION:
                return self._invitation()
            case Step.PREFERENCES:
                return self.message("preferences")
            case Step.ABOUT:
                return self.message("about")
            case Step.NEWS:
                return told.news(self)
            case Step.COUNTERS:
                return told.counters(self)
            case Step.STANDARDS:
                return self._standards()
            case Step.STANDARD:
                return self._standard()
            case Step.SERVICE:
                return self._service()
            case Step.PROFILE:
                return self._profile()
            case Step.QUESTION:
                return self._question()
            case Step.OFFER:
                return self.message("offer")
            case Step.COMPLAINTS:
                return self.message("complaints", icon="complaint")
            case Step.TOPICS:
                return making.topics(self)
            case Step.TEXT:
                return making.text(self)
            case Step.SPEAK:
                return speaking.speak(self)
            case Step.RECORDING:
                return speaking.recording(self, self.now)
            case Step.HEARD:
                return speaking.heard(self)
            case Step.TICKET:
                return making.ticket(self)
            case Step.CONSENT:
                return making.consent(self)
            case Step.PHONE:
                return making.phone(self)
            case Step.CODE:
                return visited.card(self) if self.state.testing else standing.code(self)
            case Step.LOOKING:
                return self.message("looking", icon="wait")
            case Step.STANDING if self.state.found_code is not None:
                return visited.returned(self, self.state.found_code)
            case Step.STANDING:
                return standing.standing(self)
            case Step.WORD:
                return standing.word(self)
            case Step.WITHDRAW:
                return self.message("withdraw", icon="warning")
            case Step.KEPT:
                return standing.kept(self)
            case Step.TESTED:
                return visited.tested(self)
            case Step.SAVING:
                return self.message("wait")
            case Step.THANKS:
                return visited.thanks(self)
            case Step.FAILED:
                return self._failed()
            case Step.STAFF:
                return None  # the desk makes its own
            case step:
                assert_never(step)

    # -- screens

    def _menu(self) -> Screenful:
        get = self.texts.get
        return MessageView(bar=Bar(), title=get("menu.title"), text=get("menu.text"), options=self.options())

    def _idle(self) -> Screenful:
        bar = self.place_bar()
        if self.around.log_words:
            # Small and beside the place: whoever knows what they are compares them with another kiosk's.
            words = self.texts.get("idle.log_words", words=self.around.log_words)
            bar = bar._replace(left=" · ".join(filter(None, (bar.left, words))))
        if self.around.mark is not None:
            # In the name's place: a long name would leave it no room.
            note = staff_mark_note(self.texts, self.around.mark)
            bar = bar._replace(sign="warning", left_strong="", left=note)
        if self.around.closed:
            return self._closed(bar)
        get = self.texts.get
        view = self.choice(title=get("idle.title"), subtitle=get("idle.subtitle"), bar=bar)
        if self.state.large_text:  # where it could only be small, the answers have its room
            return view
        beneath = told.told(self.plan, self.state, self.around, self.texts, self.now)
        pause = self.action(Word.PAUSE) if Word.PAUSE in self.offer.extras else None
        return view._replace(told=beneath._replace(pause=pause), glow=told.glow(self.state, self.now))

    def _invitation(self) -> Screenful:
        length = visit_length(self.plan)
        key = "text_profile" if self.plan.profile or self.plan.services else "text"
        text = self.texts.get(f"invitation.{key}", **length._asdict())
        return self.message("invitation", text=text, icon="check")

    def _faces(self) -> Screenful:
        get = self.texts.get
        here = get("invitation.faces") if is_invited(self.state) else self._not_finished()
        if self.state.step is Step.THANKS:
            here = visited.thanked(self)
        return self.choice(title=get("idle.title"), subtitle=here, bar=self.place_bar())

    def _not_finished(self) -> str:
        """Say to the last visitor what becomes of what was given, and how to go on."""
        says = [self.texts.get(f"still_there.{key}") for key in what_becomes(self.state)]
        return " ".join([*says, self.texts.get("still_there.faces")])

    def _closed(self, bar: Bar) -> Screenful:
        opens = self.around.opens
        text = self.texts.get("closed.text_unknown")
        if opens is not None:
            text = self.texts.get(
                "closed.text",
                weekday=self.texts.weekday(opens.weekday()),
                time=self.texts.get("date.time", hour=f"{opens:%H}", minute=f"{opens:%M}"),
            )
        # Large words need the room; the menu of the buttons has what is left out.
        left_out = (Word.ABOUT, *READ) if self.state.large_text else ()
        return MessageView(
            bar=bar._replace(
                actions=tuple(action for action in self.extras() if action.name not in left_out)
            ),
            title=self.texts.get("closed.title"),
            text=text,
            options=self.options(),
            dimmed=True,
        )

    def _standards(self) -> Screenful:
        get = self.texts.get
        return self.choice(
            title=get("standards.title"),
            subtitle=self._hint("standards.subtitle"),
            bar=self._paged_bar(len(self.plan.standards))._replace(note=""),
        )

    def _standard(self) -> Screenful:
        get, pages = self.texts.get, promised(self.plan, self.state)
        page = pages[min(self.state.page, len(pages) - 1)]
        number = get("page.number", number=pages.index(page) + 1, count=len(pages))
        return LetterView(
            bar=Bar(left_strong=self.plan.standards[self.state.place].name, right=number),
            title=get(f"standards.{page.component}"),
            paragraphs=page.lines,
            options=self.options(),
        )

    def _service(self) -> Screenful:
        get, place = self.texts.get, self.state.place
        first = is_asked_first(self.plan)
        bar = self._paged_bar(len(listed(self.plan, self.state)))
        return self.choice(
            title=get("service.title" if place or not first else "service.whose"),
            subtitle=self._hint("service.subtitle"),
            # In large text the name of an office would be cut: who has just chosen it knows it.
            bar=bar._replace(left_strong=unit_name(self.plan, place))
            if first and place and not self.state.large_text
            else bar,
        )

    def _profile(self) -> Screenful:
        attribute = self.plan.profile[self.state.place]
        number = self.state.place + 1
        left = self.texts.get("profile.progress", number=number, count=len(self.plan.profile))
        bar = self._paged_bar(0 if attribute.steps else len(attribute.values))._replace(left=left)
        return self.choice(
            title=self.texts.get(f"profile.{attribute.key}.title"),
            subtitle=self._hint("profile.subtitle"),
            bar=bar,
        )

    def _hint(self, key: str) -> str:
        """Give words that help but are no question: large text has no room for them."""
        return "" if self.state.large_text else self.texts.get(key)

    def _paged_bar(self, count: int) -> Bar:
        bar = Bar(note=self._hint("menu.hint"))
        whole = pages(count, fewer=has_fewer(self.state))
        if whole == 1:
            return bar
        number = self.state.page % whole + 1
        return bar._replace(right=self.texts.get("page.number", number=number, count=whole))

    def _question(self) -> Screenful:
        form = forms_of(self.plan, self.state)[self.state.form]
        key = question_key(self.plan, self.state)
        question = form.question(key)
        language = self.state.language
        official, plain = in_language(question.wording, language), in_language(question.plain, language)
        # In large text the short sentence is the heading, and the official one stands whole on a page of its own.
        large = self.state.large_text
        title, subtitle = official, plain
        if large:
            short = (
                official if len(official) <= _LONG_SENTENCE else in_language(form.element(key).name, language)
            )
            title, subtitle = plain or short, ""
        number, count = self.state.place + 1, len(form.questions)
        bar = Bar(
            left=self.texts.get("question.progress", number=number, count=count),
            right=in_language(form.element(key).name, language),
            progress=(number, count),
        )
        if is_whole(self.state):
            return MessageView(
                bar=bar._replace(actions=self.extras()), title=official, text="", options=self.options()
            )
        return self.choice(
            title=title,
            subtitle=subtitle,
            bar=bar if large else bar._replace(note=self.texts.get("menu.hint")),
        )

    def _failed(self) -> Screenful:
        get = self.texts.get
        text = f"{get('failed.not_kept')} {get('failed.text')}" if self.state.not_kept else get("failed.text")
        bar = self.place_bar()
        if (told := self.around.out_of_service) is not None:
            bar = bar._replace(note=get("failed.staff", reason=trouble_words(told, self.texts)))
        return MessageView(bar=bar, title=get("failed.title"), text=text, icon="warning")
