"""Large text is large: every text under 40 pixels is 1.4 times its ordinary size, on every screen that a visitor can see so."""

import functools
import math
from collections.abc import Iterator

import pytest

from kiosk.config import Config
from kiosk.draw.screens import PlacedPart, layout
from kiosk.draw.screens.keyboard import Field
from kiosk.rehearsal.gallery import LARGE, PLAIN, SIZES, Variant
from kiosk.rehearsal.samples import AROUND, samples
from kiosk.remote.plan import make_plan
from kiosk.show.large.reading import parted
from kiosk.show.present import present
from kiosk.show.texts import Texts
from kiosk.show.views import LARGE_TEXT, ChoiceView, LetterView, Look, MessageView, TicketView, View
from survey.record.visit_code import VisitCode
from survey.visit.action import Word
from survey.visit.machine import advance, begin
from survey.visit.offer import offer
from survey.visit.reading import LARGE_PAGES, page_count
from survey.visit.state import State, Step, Touch

LARGE_ENOUGH = 40
"""Pixels: what is as large as that need not grow."""


def look_of(size: tuple[int, int], variant: Variant) -> Look:
    return Look(size=size, text_scale=variant.text_scale)


def sizes_of(parts: tuple[PlacedPart, ...]) -> Iterator[tuple[str, int]]:
    """Every text of a screen with its size in pixels, the parts of its cards included."""
    for part in parts:
        yield from sizes_of(tuple(getattr(part.item, "parts", ())))
        if isinstance(part.item, Field):
            yield "typed", part.item.size
        fitted = getattr(part.item, "fitted", None)
        if fitted is not None and fitted.lines:
            words = "".join(run.text for line in fitted.lines for run in line)
            words = "".join(words.replace("·", "").split())
            if words:
                yield words, fitted.size


def names_of(view: View) -> set[str]:
    """What stands in the line at the top of a screen, written as `sizes_of` does."""
    bar = view.bar
    return {"".join(text.replace("·", "").split()) for text in (f"{bar.left_strong}{bar.left}", bar.right)}


@functools.cache
def ordinary(size: tuple[int, int], language: str) -> dict[str, dict[str, int]]:
    return {name: dict(sizes_of(layout(view, look_of(size, PLAIN)))) for name, view in samples(language)}


def usual_size(shown: dict[str, dict[str, int]], screen: str, words: str) -> int | None:
    """The size of a text without large text: on the same screen, or the least on any that has it."""
    if (size := shown.get(screen, {}).get(words)) is not None:
        return size
    head = words.rstrip("…")
    found = [size for texts in shown.values() for text, size in texts.items() if head in text]
    return min(found, default=None)


@pytest.mark.sampled(2)
@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("size", SIZES)
def test_every_text_under_forty_pixels_is_1_4_times_its_ordinary_size(
    size: tuple[int, int], language: str
) -> None:
    shown = ordinary(size, language)
    wrong, only_here = [], set()
    for name, view in samples(language, large=True):
        for words, pixels in sizes_of(layout(view, look_of(size, LARGE))):
            usual = usual_size(shown, name, words)
            if usual is None:
                only_here.add(words)
                continue
            wanted = min(LARGE_ENOUGH, math.ceil(LARGE_TEXT * usual - 1e-9))
            # Rather than cut, a name at the top is set at most a tenth smaller; how wide it is depends on the type's edition.
            if pixels < (wanted * 9 // 10 if words in names_of(view) else wanted):
                wrong.append((name, words, usual, pixels))

    assert wrong == []
    get = Texts(language).get
    own = [
        get(key)
        for key in ("action.smaller_text", "question.whole", "question.answers", "ticket.code", "news.name")
    ]
    pages = {get("page.number", number=1 + n, count=m) for m in range(2, 12) for n in range(m)}
    # What only large text has: pages of its own, and two groups of keys that wrap where they else stand on a line.
    assert {words for words in only_here if "Hapus" not in words and "Erase" not in words} <= {
        text.replace(" ", "").replace("·", "") for text in (*own, *pages)
    }


@pytest.mark.parametrize("language", ["id", "en"])
def test_the_short_question_is_the_heading_and_the_official_sentence_is_whole_on_the_same_screen(
    language: str,
) -> None:
    plan = make_plan(Config())._replace(speech=True)
    for place, question in enumerate(plan.forms[0].questions):
        state = State(step=Step.QUESTION, place=place, language=language)
        usual = present(plan, state, AROUND, Texts(language), now=1.0)
        large = present(plan, state._replace(large_text=True), AROUND, Texts(language), now=1.0)
        whole = state._replace(large_text=True, branch=Word.WHOLE)
        official = present(plan, whole, AROUND, Texts(language), now=1.0)
        assert isinstance(usual, ChoiceView)
        assert isinstance(large, ChoiceView)
        assert isinstance(official, MessageView)
        assert (large.title, official.title) == (usual.subtitle, usual.title), question.key
        assert [one.name for one in large.options] == [one.name for one in usual.options]


def test_the_official_sentence_is_one_touch_away_and_one_touch_back_and_nothing_is_lost() -> None:
    plan = make_plan(Config())
    state = begin(plan, now=0.0)._replace(
        step=Step.QUESTION, place=3, answers=(("waktu", 2),), large_text=True
    )
    away, _ = advance(plan, state, Touch(Word.WHOLE), 10.0)
    assert offer(plan, away).options == (Word.WHOLE,)
    back, _ = advance(plan, away, Touch(Word.WHOLE), 20.0)

    assert (back.step, back.place, back.answers, back.branch) == (Step.QUESTION, 3, (("waktu", 2),), "")
    assert offer(plan, back) == offer(plan, state)


def test_without_large_text_no_screen_has_pages_of_its_own() -> None:
    for step in Step:
        assert page_count(State(step=step)) == 1
        assert Word.WHOLE not in offer(make_plan(Config()), State(step=Step.QUESTION)).actions
    own = VisitCode("k-0001", 11, "TEHYWP3M")
    assert all(page_count(State(step=step, large_text=True, own_code=own)) > 1 for step in LARGE_PAGES)
    assert page_count(State(step=Step.THANKS, large_text=True)) == 1, "thanks without a code"


def test_what_is_read_on_pages_is_the_whole_text_and_the_last_page_asks() -> None:
    plan = make_plan(Config())._replace(speech=True, microphone=True)
    own = VisitCode("k-0001", 11, "TEHYWP3M")
    for step in LARGE_PAGES:
        state = State(
            step=step, language="id", ticket="TEHYWP3MDW4AX", own_code=own, large_text=True, complained=True
        )
        pages = [
            present(plan, state._replace(page=page), AROUND, Texts("id"), now=1.0)
            for page in range(page_count(state))
        ]
        usual = present(plan, state._replace(large_text=False), AROUND, Texts("id"), now=1.0)
        assert usual is not None
        assert words_of(pages) >= words_of([usual]), step
        last = state._replace(page=page_count(state) - 1)
        assert Word.MORE not in offer(plan, last).options or step is Step.TICKET
        usually = offer(plan, state._replace(large_text=False)).options
        assert set(offer(plan, last).options) >= set(usually)


def words_of(views: list[object]) -> set[str]:
    found = set()
    for view in views:
        texts = [getattr(view, "title", ""), getattr(view, "text", ""), *getattr(view, "paragraphs", ())]
        if isinstance(view, TicketView):
            texts += [view.code, view.caption, view.spoken]
        assert isinstance(view, tuple)
        found |= {word for text in texts for word in text.split()}
    return found


def test_a_text_is_parted_between_its_sentences() -> None:
    text = "Satu dua. **Tiga empat.** Lima? Enam tujuh delapan."
    assert parted(text, 2) == ("Satu dua. **Tiga empat.**", "Lima? Enam tujuh delapan.")
    assert parted(text, 1) == (text,)
    assert parted("Hanya satu kalimat.", 3) == ("Hanya satu kalimat.", "", "")
    assert " ".join(parted(text, 3)) == text


def test_an_answer_of_the_office_is_read_after_its_dates_and_before_what_is_asked() -> None:
    views = dict(samples("id", large=True))
    dates, answer, asks = (
        views[name] for name in ("standing-answered", "standing-answered-page-2", "standing-answered-page-3")
    )
    assert isinstance(dates, LetterView)
    assert isinstance(answer, LetterView)
    assert isinstance(asks, LetterView)
    assert "16 November" in dates.paragraphs[0]
    assert answer.paragraphs[0].startswith("“Mulai 30 November")
    assert "settled" in {option.name for option in asks.options}
    assert "settled" not in {option.name for option in answer.options}
