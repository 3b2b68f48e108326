"""What the idle screen tells of its unit, page after page, and the slow pulse by which it is seen from afar.

Nothing of it is live: the index is the last release's, and what was done about it is published too. The moment alone decides which
page is shown and how far the faces shine, so that a redraw is due only when one of them changes.
"""

from itertools import groupby

from kiosk.show.labels import period_label
from kiosk.show.screen import Screen
from kiosk.show.surroundings import Surroundings
from kiosk.show.texts import Texts
from kiosk.show.views import GLOW, Bar, LetterView, Page, PlanView, Told
from survey.settings.hours import DAYS, Hours
from survey.settings.shown import Mended
from survey.visit.action import Word
from survey.visit.informed import Floor, counter_pages, floor_at, information_pages
from survey.visit.plan import Counter, Plan
from survey.visit.state import State

TURN_SECONDS = 10.0
PULSE_SECONDS = 5.0
_STEP_SECONDS = 0.25
_SHINE = (*range(1, GLOW + 1), *[GLOW] * 2, *range(GLOW - 1, 0, -1))
"""The pulse, a step each quarter of a second; before it the faces are still."""
_STILL_SECONDS = PULSE_SECONDS - len(_SHINE) * _STEP_SECONDS
_HEADING = 42
"""Letters of a heading beside the index on the smallest panel."""
_GLIMPSE = 34
"""Letters of a time or a cost that can be told beside its service's name."""
_GLIMPSES = 3


def told(plan: Plan, state: State, around: Surroundings, texts: Texts, now: float) -> Told:
    """Give what stands beneath the faces at a moment."""
    pages = _pages(plan, around, texts)
    moment = now if state.still_at is None else state.still_at
    shown = int(moment // TURN_SECONDS) % len(pages) if pages and not state.aids.aloud else 0
    return _index(around, texts)._replace(pages=pages, page=shown)


def news(screen: Screen) -> LetterView:
    """Give the same one below another, a thing a page, for whoever wants large text."""
    index = _index(screen.around, screen.texts)
    value = Page(index.value, index.caption, index.doubt) if index.value else Page("", index.caption)
    pages = (value, *_pages(screen.plan, screen.around, screen.texts))
    place = screen.state.page % len(pages)
    page = pages[place]
    options = screen.options()
    if len(pages) == 1:
        options = tuple(option for option in options if option.name != Word.MORE)
    return LetterView(
        bar=_page_bar(screen, place, len(pages)),
        title=page.heading,
        paragraphs=tuple(text.replace("\u00a0", " ") for text in (page.text, page.note) if text),
        options=options,
    )


def counters(screen: Screen) -> LetterView | PlanView:
    """Say where which counter is, and which one this is: floor by floor on a plan where there is one, then in a list."""
    floor, count = floor_at(screen.plan, screen.state), information_pages(screen.plan, screen.state)
    if floor is not None:
        return _drawn(screen, floor, count)
    pages = counter_pages(screen.plan, screen.state)
    place = min(screen.state.page - count + len(pages), len(pages) - 1)
    return LetterView(
        bar=_page_bar(screen, count - len(pages) + place, count),
        title=screen.texts.get("counters.title"),
        paragraphs=tuple(_counter(one, screen) for one in pages[place]),
        options=screen.options(),
    )


def _drawn(screen: Screen, floor: Floor, count: int) -> PlanView:
    get, all_of_them = screen.texts.get, screen.plan.counters
    found = [all_of_them[place] for place in floor.counters]
    focus = min(screen.state.focus, len(found) - 1)
    chosen = found[focus]
    return PlanView(
        bar=_page_bar(screen, screen.state.page, count)._replace(
            actions=(screen.action(Word.CLOSE)._replace(strong=False),)
        ),
        title=floor.name if screen.state.large_text else f"{get('counters.title')}: {floor.name}",
        rooms=tuple(
            screen.action(name)._replace(chosen=place == focus) for place, name in enumerate(floor.actions)
        ),
        boxes=tuple(one.box for one in found if one.box is not None),
        mark=next((place for place, one in enumerate(found) if one.here), None),
        name=_named(chosen),
        # In large text the way is read in the list: beside it the plan would be small.
        way="" if screen.state.large_text else chosen.way,
        here=get("counters.here").rstrip(".") if any(one.here for one in found) else "",
        read=tuple(_counter(one, screen) for one in found),
        options=screen.options(),
    )


def _named(counter: Counter) -> str:
    return f"{counter.number} · {counter.name}" if counter.number else counter.name


def _counter(counter: Counter, screen: Screen) -> str:
    texts = screen.texts
    way = f"{counter.floor}, {counter.way}" if counter.way else counter.floor
    mark = f"**{texts.get('counters.here')}** " if counter.here else ""
    band = dict(screen.plan.waiting).get(counter.key)
    waiting = f". {texts.get(f'counters.waiting_{band}')}" if band is not None else ""
    return f"**{_named(counter)}**: {mark}{way}{waiting}"


def _page_bar(screen: Screen, place: int, count: int) -> Bar:
    number = screen.texts.get("page.number", number=place + 1, count=count) if count > 1 else ""
    return Bar(left_strong=screen.around.unit, right=number)


def glow(state: State, now: float) -> int:
    """Give how far the faces shine at a moment."""
    into = now % PULSE_SECONDS - _STILL_SECONDS
    return _SHINE[int(into / _STEP_SECONDS)] if into >= 0 and moves(state) else 0


def moves(state: State) -> bool:
    """Tell whether anything turns and shines: not for whoever stopped it, wants large text, listens, or is just pressing."""
    given = state.still_at is not None or state.large_text or state.aids.aloud or state.menu
    return not given and state.pressed is None


def next_change(now: float) -> float:
    """Give the next moment at which the page or the pulse changes; a page turns as a pulse ends."""
    begun = now // PULSE_SECONDS * PULSE_SECONDS
    into = now - begun - _STILL_SECONDS
    return begun + _STILL_SECONDS + (0.0 if into < 0 else (int(into / _STEP_SECONDS) + 1) * _STEP_SECONDS)


def _index(around: Surroundings, texts: Texts) -> Told:
    get, index = texts.get, around.published
    if index is None:
        return Told(caption=get("idle.index_none"))
    archived = f" {get('idle.index_archived')}" if index.archived else ""
    return Told(
        caption=get("idle.told_caption", period=period_label(texts, index.period)) + archived,
        value=f"{texts.decimal(index.value)} {get(f'performance.{index.category}')}",
        doubt=get(
            "idle.told_doubt",
            low=texts.decimal(index.low),
            high=texts.decimal(index.high),
            count=texts.number(index.n),
            address=index.address,
        ),
    )


def _pages(plan: Plan, around: Surroundings, texts: Texts) -> tuple[Page, ...]:
    get = texts.get
    mended = [page for one in around.mended for page in _mended(one, texts)]
    glimpses = [
        Page(
            one.name,
            get("idle.glimpse", time=_bare(facts["waktu"]), cost=_bare(facts["biaya"])),
            get("idle.glimpse_more", name=get("about.name" if plan.counters else "standards.name")),
        )
        for one in plan.standards
        if (facts := dict(one.texts)).keys() >= {"waktu", "biaya"}
        and max(len(facts["waktu"]), len(facts["biaya"])) <= _GLIMPSE
    ]
    hours = [Page(get("idle.hours"), _opening(around, texts))] if around.hours else []
    return (*mended, *glimpses[:_GLIMPSES], *hours)


def _mended(one: Mended, texts: Texts) -> tuple[Page, ...]:
    """Say what was wrong and what was done; where both are long, one after the other."""
    get, problem = texts.get, one.problem.rstrip(".")
    done = get("idle.done", day=one.done_on.day, month=texts.month(one.done_on.month), year=one.done_on.year)
    heading = get("idle.mended", problem=problem)
    if len(heading) <= _HEADING:
        return (Page(heading, one.result, done),)
    return Page(get("idle.was_wrong"), problem), Page(get("idle.was_mended"), one.result, done)


def _bare(text: str) -> str:
    return " ".join(text.split()).rstrip(".")


def _opening(around: Surroundings, texts: Texts) -> str:
    """Say the opening hours, days of the same hours together: `Senin–Kamis 08.00–15.00 · Jumat 08.00–11.30`."""
    days = [(place, around.hours.get(day, ())) for place, day in enumerate(DAYS)]
    said = []
    for spans, group in groupby(days, key=lambda one: one[1]):
        places = [place for place, _ in group]
        if not spans:
            continue
        first, last = texts.weekday(places[0]), texts.weekday(places[-1])
        name = first if len(places) == 1 else f"{first}–{last}"
        said.append(f"{name}\u00a0{_spans(spans, texts)}")
    return " · ".join(said)


def _spans(spans: Hours, texts: Texts) -> str:
    def clock(hour: int, minute: int) -> str:
        return texts.get("date.time", hour=f"{hour:02}", minute=f"{minute:02}")

    return ", ".join(
        f"{clock(start.hour, start.minute)}–{clock(end.hour, end.minute)}" for start, end in spans
    )
