"""What the idle screen tells of its unit, page after page, and the slow pulse by which it is seen from afar.

Nothing of it is live: the index is the last release's, and what was done about it is published too. The moment alone decides which
page is shown and how far the faces shine, so that a redraw is due only when one of them changes.
"""

from itertools import groupby

from kiosk.show.labels import period_label
from kiosk.show.surroundings import Surroundings
from kiosk.show.texts import Texts
from kiosk.show.views import GLOW, Page, Told
from survey.settings.hours import DAYS, Hours
from survey.visit.plan import Plan
from survey.visit.state import State

TURN_SECONDS = 10.0
PULSE_SECONDS = 5.0
_STEP_SECONDS = 0.25
_SHINE = (*range(1, GLOW + 1), *[GLOW] * 2, *range(GLOW - 1, 0, -1))
"""The pulse, a step each quarter of a second; before it the faces are still."""
_STILL_SECONDS = PULSE_SECONDS - len(_SHINE) * _STEP_SECONDS
_GLIMPSE = 34
"""Letters of a time or a cost that can be told beside its service's name."""
_GLIMPSES = 3


def told(plan: Plan, state: State, around: Surroundings, texts: Texts, now: float) -> Told:
    """Give what stands beneath the faces at a moment."""
    pages = _pages(plan, around, texts)
    moment = now if state.still_at is None else state.still_at
    shown = int(moment // TURN_SECONDS) % len(pages) if pages and not state.aids.aloud else 0
    return _index(around, texts)._replace(pages=pages, page=shown)


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
    mended = [
        Page(
            get("idle.mended", problem=one.problem.rstrip(".")),
            one.result,
            get(
                "idle.done", day=one.done_on.day, month=texts.month(one.done_on.month), year=one.done_on.year
            ),
        )
        for one in around.mended
    ]
    glimpses = [
        Page(
            one.name,
            get("idle.glimpse", time=_bare(facts["waktu"]), cost=_bare(facts["biaya"])),
            get("idle.glimpse_more"),
        )
        for one in plan.standards
        if (facts := dict(one.texts)).keys() >= {"waktu", "biaya"}
        and max(len(facts["waktu"]), len(facts["biaya"])) <= _GLIMPSE
    ]
    hours = [Page(get("idle.hours"), _opening(around, texts))] if around.hours else []
    return (*mended, *glimpses[:_GLIMPSES], *hours)


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
