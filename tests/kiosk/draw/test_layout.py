"""Every screen, in every size, language and text size: everything fits, nothing overlaps, everything can be touched."""

import functools
import itertools
from collections import Counter
from collections.abc import Iterator

import pygame
import pytest

from kiosk.config import Config
from kiosk.draw.screens import PlacedPart, layout, targets, theme_of
from kiosk.draw.screens.controls import AnswerCard
from kiosk.draw.screens.paragraph import Fitted
from kiosk.draw.screens.parts import Pane, not_fitting
from kiosk.draw.screens.warned import Curtain
from kiosk.draw.theme import TARGET
from kiosk.rehearsal.gallery import CONTRAST, LARGE, PLAIN, SIZES, Variant
from kiosk.rehearsal.samples import AROUND, samples
from kiosk.remote.plan import make_plan
from kiosk.show.present import present
from kiosk.show.texts import Texts
from kiosk.show.views import CORNER, KEY, ChoiceView, KeyboardView, Look, View, WarnedView
from survey.instrument.definition import load, shipped
from survey.instrument.instrument import Instrument
from survey.instrument.profile import EXTRA, Attribute
from survey.record.ticket import ALPHABET
from survey.visit.lists import pages
from survey.visit.state import State, Step
from tests.kiosk.draw.looks import LOOK

APART = 8
TARGET_LEAST = 60
LANGUAGES = ("id", "en", "jv")


def looks() -> Iterator[tuple[str, Look]]:
    for size, variant in itertools.product(SIZES, (PLAIN, LARGE, CONTRAST)):
        yield f"{size[0]}x{size[1]} {variant.name}", look_of(size, variant)


def look_of(size: tuple[int, int], variant: Variant) -> Look:
    return variant.look(size)


@functools.cache
def every_screen(look: Look) -> tuple[tuple[str, View, tuple[PlacedPart, ...]], ...]:
    return tuple(
        (f"{language} {name}", view, layout(view, look))
        for language in LANGUAGES
        for name, view in views(language, large=look.text_scale > 1).items()
    )


@functools.cache
def views(language: str, *, large: bool = False) -> dict[str, View]:
    return dict(samples(language, large=large))


every_look = pytest.mark.parametrize("look", [pytest.param(look, id=name) for name, look in looks()])


@pytest.mark.sampled(3)
@every_look
def test_the_longest_texts_fit_at_a_readable_size(look: Look) -> None:
    wrong = [(name, texts) for name, _, parts in every_screen(look) if (texts := not_fitting(parts))]

    assert wrong == []


@pytest.mark.parametrize("size", [(600, 1024), (1280, 800), (1920, 1080)])
def test_the_screens_of_a_complaint_fit_on_every_panel_also_in_large_type(size: tuple[int, int]) -> None:
    of_complaints = ("complaints", "why", "topics", "text", "ticket", "consent", "phone", "code")
    of_earlier = ("looking", "standing", "word", "withdraw", "kept")
    wrong = []
    for language, look in itertools.product(("id", "en"), (look_of(size, PLAIN), look_of(size, LARGE))):
        for name, view in views(language, large=look.text_scale > 1).items():
            if name.startswith(of_complaints + of_earlier):
                parts = layout(view, look)
                wrong += not_fitting(parts)
                wrong += [name for part in parts if not pygame.Rect(0, 0, *size).contains(part.box)]

    assert wrong == []


def words_of(parts: tuple[PlacedPart, ...]) -> Iterator[str]:
    for part in parts:
        yield from words_of(tuple(getattr(part.item, "parts", ())))
        fitted = getattr(part.item, "fitted", None)
        if isinstance(fitted, Fitted):
            yield " ".join("".join(run.text for run in line) for line in fitted.lines)


@every_look
def test_nothing_is_cut(look: Look) -> None:
    """Every ellipsis that is drawn stands in the view already: the drawing makes none of its own."""
    wrong = []
    for name, view, parts in every_screen(look):
        mine = repr(view).count("…")
        drawn = [words for words in words_of(parts) if "…" in words]
        wrong += [(name, words) for words in drawn[mine:]]

    assert wrong == []


@every_look
def test_parts_lie_on_the_screen_and_never_overlap(look: Look) -> None:
    screen = pygame.Rect((0, 0), look.size)
    wrong = []
    for name, _, parts in every_screen(look):
        boxes = [pygame.Rect(part.box) for part in parts]
        wrong += [(name, tuple(box)) for box in boxes if not screen.contains(box)]
        wrong += [
            (name, tuple(one), tuple(other))
            for one, other in itertools.combinations(boxes, 2)
            if one.colliderect(other)
        ]

    assert wrong == []


@every_look
def test_what_is_on_a_card_stays_on_it_without_overlap(look: Look) -> None:
    wrong = []
    for name, _, parts in every_screen(look):
        cards = [part.item.card if isinstance(part.item, Curtain) else part for part in parts]
        for pane in (part for part in cards if isinstance(part.item, Pane)):
            assert isinstance(pane.item, Pane)
            boxes = [pygame.Rect(part.box) for part in pane.item.parts]
            wrong += [(name, tuple(box)) for box in boxes if not pygame.Rect(pane.box).contains(box)]
            wrong += [
                (name, tuple(one), tuple(other))
                for one, other in itertools.combinations(boxes, 2)
                if one.colliderect(other)
            ]

    assert wrong == []


@every_look
def test_targets_are_high_enough_and_apart(look: Look) -> None:
    wrong = []
    for name, _, parts in every_screen(look):
        touched = [(part.action, pygame.Rect(part.box)) for part in parts if part.action]
        # The keys of the keyboard are as large as the panel's width allows, the rows of answers in large text as high as four of them can be.
        low = {part.action for part in parts if isinstance(part.item, AnswerCard) and look.text_scale > 1}
        wrong += [
            (name, action)
            for action, box in touched
            if box.height < TARGET and not action.startswith(KEY) and action not in low
        ]
        wrong += [
            (name, action, other)
            for (action, one), (other, two) in itertools.combinations(touched, 2)
            if one.inflate(2 * APART - 2, 2 * APART - 2).colliderect(two)
        ]

    assert wrong == []


@every_look
def test_the_four_answers_have_the_same_size_and_type(look: Look) -> None:
    for name, view, parts in every_screen(look):
        if isinstance(view, ChoiceView):
            answers = [(part.box, part.item) for part in parts if isinstance(part.item, AnswerCard)]
            # Below one another each is as high as its words need: large text is read, not compared at a glance.
            rows = look.text_scale > 1
            assert len({(box[2], not rows and box[3], item.fitted.size) for box, item in answers}) == 1, name


@pytest.mark.parametrize("size", SIZES)
def test_what_only_some_instruments_ask_of_a_visitor_fits_also_in_large_type(size: tuple[int, int]) -> None:
    plan = make_plan(Config())
    for key, values in EXTRA.items():
        asking = plan._replace(profile=(Attribute(key, values),), speech=True)
        for language in ("id", "en"):
            state = State(step=Step.PROFILE, language=language)
            view = present(asking, state, AROUND, Texts(language), now=1.0)
            assert view is not None
            assert not_fitting(layout(view, Look(size=size, text_scale=LARGE.text_scale))) == []


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("form", [form for form in shipped() if form.id != "pulse"], ids=lambda form: form.id)
def test_every_question_of_every_instrument_fits_also_in_large_type(
    form: Instrument, size: tuple[int, int]
) -> None:
    plan = make_plan(Config(), instruments=(load("pulse"), form))._replace(speech=True)
    wrong = []
    for language, (place, key) in itertools.product(("id", "en"), enumerate(form.question_order)):
        for page in range(pages(len(form.question(key).options))):
            state = State(step=Step.QUESTION, place=place, page=page, language=language, large_text=True)
            view = present(plan, state, AROUND, Texts(language), now=1.0)
            assert view is not None
            wrong += not_fitting(layout(view, Look(size=size, text_scale=LARGE.text_scale)))

    assert wrong == []


@pytest.mark.parametrize("name", ["maladministrasi", "partisipasi"])
def test_yes_not_sure_and_no_stand_above_three_buttons_without_a_ladder(name: str) -> None:
    plan = make_plan(Config(), instruments=(load("pulse"), load(name)))
    view = present(plan, State(step=Step.QUESTION, language="id"), AROUND, Texts("id"), now=1.0)
    assert isinstance(view, ChoiceView)
    assert {option.label for option in view.options} == {"Ya", "Tidak yakin", "Tidak"}
    assert [option.icon for option in view.options] == ["", "", ""]
    ladder = make_plan(Config(), instruments=(load("pulse"), load("skm-2017")))
    view = present(ladder, State(step=Step.QUESTION, language="id"), AROUND, Texts("id"), now=1.0)
    assert isinstance(view, ChoiceView)
    assert all(option.icon for option in view.options)


@pytest.mark.parametrize("size", SIZES)
def test_a_very_long_name_of_a_unit_is_cut_and_leaves_the_question_alone(size: tuple[int, int]) -> None:
    unit = "Dinas Penanaman Modal dan Pelayanan Terpadu Satu Pintu Kabupaten Tulang Bawang Barat"
    view = views("id", large=True)["idle"]
    long = view._replace(bar=view.bar._replace(left_strong=unit, left="Kecamatan Tulang Bawang Udik"))

    parts = layout(long, Look(size=size, text_scale=LARGE.text_scale))

    boxes = [pygame.Rect(part.box) for part in parts]
    assert not_fitting(parts) == []
    assert not any(one.colliderect(other) for one, other in itertools.combinations(boxes, 2))


@every_look
def test_the_question_whether_somebody_is_there_moves_nothing_and_answers_wherever_it_is_touched(
    look: Look,
) -> None:
    warned = [view for view in views("id").values() if isinstance(view, WarnedView)]
    assert len(warned) == 3
    for view in warned:
        (part,) = layout(view, look)
        assert isinstance(part.item, Curtain)
        assert part.item.under == layout(view.under, look)
        assert (part.box, part.action) == ((0, 0, *look.size), "resume")
        assert pygame.Rect(0, 0, *look.size).contains(pygame.Rect(part.item.card.box))


def test_the_keys_of_a_code_are_its_alphabet() -> None:
    for size in SIZES:
        view = views("id")["code"]
        keys = [part.action for part in layout(view, Look(size=size)) if part.action.startswith(KEY)]
        assert sorted(set(keys)) == sorted([*(KEY + one for one in ALPHABET), KEY + "backspace"])


def test_every_option_and_every_bar_action_can_be_touched() -> None:
    look = LOOK
    for name, view in views("id").items():
        offered = {
            action.name
            for action in (*getattr(view, "options", ()), *view.bar.actions, *getattr(view, "tiles", ()))
        }
        touchable = {part.action for part in layout(view, look)}
        assert offered <= touchable, name


def test_the_letters_keyboard_has_all_letters_and_the_way_to_the_other_layouts() -> None:
    view = views("id")["text"]
    keys = {part.action for part in layout(view, LOOK) if part.action.startswith(KEY)}

    assert keys == {
        *(KEY + letter for letter in "abcdefghijklmnopqrstuvwxyz ,.?"),
        KEY + "backspace",
        KEY + "capitals",
        KEY + "symbols",
    }


def test_number_pads_have_the_ten_digits_and_nothing_else() -> None:
    shown = views("id")
    for name in ("phone-empty", "pin"):
        keys = {part.action for part in layout(shown[name], LOOK) if part.action.startswith(KEY)}
        assert keys == {*(KEY + digit for digit in "0123456789"), KEY + "backspace"}, name


def test_the_staff_corner_comes_after_everything_that_is_drawn_there() -> None:
    view = views("id")["idle"]
    look = LOOK

    found = targets(layout(view, look), theme_of(view, look))

    assert [target.action for target in found].index(CORNER) == len(found) - 1
    assert found[-1].rect.topright == (look.size[0], 0)


@every_look
def test_the_keys_of_every_keyboard_stay_inside_the_margins_and_are_large_enough(look: Look) -> None:
    wrong = []
    for name, view, parts in every_screen(look):
        if not isinstance(view, KeyboardView):
            continue
        margin = theme_of(view, look).margin
        keys = [pygame.Rect(part.box) for part in parts if part.action.startswith(KEY)]
        wrong += [
            (name, tuple(box))
            for box in keys
            if box.left < margin or box.right > look.size[0] - margin or min(box.size) < TARGET_LEAST
        ]
        if look.size[1] > look.size[0]:
            rows = Counter(box.top for box in keys)
            wrong += [(name, count) for count in rows.values() if count > 8]
    assert wrong == []


@every_look
def test_every_target_is_at_least_sixty_pixels_both_ways(look: Look) -> None:
    wrong = [
        (name, part.action, part.box)
        for name, _, parts in every_screen(look)
        for part in parts
        if part.action and min(part.box[2:]) < TARGET_LEAST - _below_the_band(name, look)
    ]
    assert wrong == []


def _below_the_band(name: str, look: Look) -> int:
    """On the smallest panel the band of training takes four pixels of each key: only staff types there."""
    return 4 if "training-text" in name and look.size == (800, 480) else 0
