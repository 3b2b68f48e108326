"""Whatever is wrong is said to staff in their own language: every code has words on every screen that shows it."""

import ast
import string
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import get_args

import pygame
import pytest

from kiosk.desk.pages import DeskState, Page
from kiosk.desk.view import Place, staff_view
from kiosk.draw.screens import layout
from kiosk.draw.screens.parts import not_fitting
from kiosk.rehearsal.samples import AROUND, WELL, samples
from kiosk.show.present import present
from kiosk.show.texts import Texts, catalogue, shipped
from kiosk.show.troubles import trouble_words
from kiosk.show.views import KeyboardView, Look, MessageView, StaffView
from survey.visit.state import State, Step
from survey.wire.trouble import VALUES, Code, Trouble, trouble_of
from tests.survey.visits import full_plan

ROOT = Path(__file__).resolve().parents[3]
CODES: tuple[Code, ...] = get_args(Code)
FINISHED = [language.code for language in shipped() if not language.draft]


def example(code: Code) -> Trouble:
    """A trouble with values that no sentence holds by chance."""
    return Trouble(code, tuple((name, f"<{name}>") for name in VALUES[code]))


@cache
def raised() -> tuple[tuple[str, str, frozenset[str]], ...]:
    """Every trouble the programs make: where, its code, and the names of its values; read once, for it is asked again."""
    return tuple(_raised())


def _raised() -> Iterator[tuple[str, str, frozenset[str]]]:
    for package in ("survey", "uplink", "kiosk"):
        for path in sorted((ROOT / package).rglob("*.py")):
            file = path.relative_to(ROOT)
            for node in ast.walk(ast.parse(path.read_text())):
                where = f"{file}:{getattr(node, 'lineno', 0)}"
                if (
                    isinstance(node, ast.Call)
                    and isinstance(node.func, ast.Name)
                    and node.func.id == "trouble"
                ):
                    (code,) = node.args
                    if isinstance(code, ast.Constant):
                        yield where, code.value, frozenset(word.arg or "" for word in node.keywords)
                target = (
                    node.targets[0]
                    if isinstance(node, ast.Assign)
                    else node.target
                    if isinstance(node, ast.AnnAssign)
                    else None
                )
                if isinstance(target, ast.Name) and target.id == "usually":
                    value = node.value  # type: ignore[attr-defined]
                    assert isinstance(value, ast.Constant)
                    yield where, value.value, frozenset()


def test_every_code_states_its_values() -> None:
    assert set(VALUES) == set(CODES)


def test_every_trouble_comes_with_the_values_of_its_code() -> None:
    wrong = [
        f"{where}: {code} with {sorted(names)}"
        for where, code, names in raised()
        if names != frozenset(VALUES.get(code, ("?",)))  # type: ignore[call-overload]
    ]
    assert wrong == []


def test_every_code_is_one_that_something_can_raise() -> None:
    """The programs, not only the samples: a code that nothing makes is left over."""
    made = {code for where, code, _ in raised() if "rehearsal" not in where}
    assert set(CODES) - made == set()


@pytest.mark.parametrize("language", FINISHED)
def test_every_code_has_words_with_its_values_and_no_others(language: str) -> None:
    texts = catalogue(language)
    found = {
        code: {name for _, name, _, _ in string.Formatter().parse(texts[f"trouble.{code}"]) if name}
        for code in CODES
        if f"trouble.{code}" in texts
    }
    assert found == {code: set(VALUES[code]) for code in CODES}


def test_no_words_are_left_of_a_code_that_is_gone() -> None:
    kept = {key.removeprefix("trouble.") for key in catalogue("id") if key.startswith("trouble.")}
    assert kept == {*CODES, "unknown"}


@pytest.mark.parametrize("code", CODES)
def test_the_staff_desk_says_it_in_indonesian(code: Code) -> None:
    """As the latest error, as what came of the last action, as why the network is down, and at the PIN."""
    told, texts = example(code), Texts("id")
    sentence = trouble_words(told, texts)
    health = WELL._replace(last_error=told)
    offline = WELL._replace(uplink={"connected": False, "trouble": told.to_fields()})
    desk = DeskState(page=Page.FACTS, message=("staff.usb_failed", {}), trouble=told, language="id")
    view = staff_view(desk, health, Place("k-0001"), locks_in=50, now=0.0)

    assert isinstance(view, StaffView)
    assert sentence == texts.get(f"trouble.{code}", **dict(told.values))
    assert sentence != Texts("en").get(f"trouble.{code}", **dict(told.values))
    assert view.messages[:2] == (texts.get("staff.usb_failed", reason=sentence), sentence)
    assert offline.troubles() == health.troubles() == [told]

    asked = staff_view(desk_at_the_pin(told), WELL, Place("k-0001"), locks_in=50, now=0.0)
    assert isinstance(asked, KeyboardView)
    assert asked.hint == sentence


def desk_at_the_pin(told: Trouble) -> DeskState:
    return DeskState(page=Page.PIN, message=("pin.wrong_now", {}), trouble=told, language="id")


@pytest.mark.parametrize("code", CODES)
def test_the_screen_out_of_service_says_it_in_indonesian(code: Code) -> None:
    told, texts = example(code), Texts("id")
    view = present(full_plan(), State(step=Step.FAILED), AROUND._replace(out_of_service=told), texts, now=1.0)

    assert isinstance(view, MessageView)
    assert view.bar.note == texts.get("failed.staff", reason=trouble_words(told, texts))


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("language", FINISHED)
def test_a_sentence_holds_its_values_and_nothing_unfilled(code: Code, language: str) -> None:
    sentence = trouble_words(example(code), Texts(language))
    assert all(f"<{name}>" in sentence for name in VALUES[code])
    assert "{" not in sentence


def test_a_status_file_of_another_version_stops_no_screen() -> None:
    texts = Texts("id")
    assert trouble_of({"code": "moon_fell"}) == Trouble("moon_fell")
    assert "moon_fell" in trouble_words(Trouble("moon_fell"), texts)
    assert trouble_words(Trouble("broker_silent"), texts) == texts.get(
        "trouble.broker_silent", host="?", port="?"
    )
    for nonsense in (None, "", "a sentence", [], {}, {"code": 7}, {"code": ""}):
        assert trouble_of(nonsense) is None
    assert trouble_of({"code": "no_stick", "values": 3}) == Trouble("no_stick")


def test_the_sample_screens_say_what_the_product_says() -> None:
    """The gallery invents no reason: what stands there comes from the codes."""
    texts = Texts("id")
    shown = dict(samples("id"))
    failed, staff = shown["failed"], shown["staff-trouble"]
    assert isinstance(failed, MessageView)
    assert isinstance(staff, StaffView)
    assert failed.bar.note == texts.get("failed.staff", reason=texts.get("trouble.disk_full"))
    assert staff.messages[0] == texts.get("staff.usb_failed", reason=texts.get("trouble.no_stick"))


_LONG = {
    "buttons": "1, 2, 3, 4",
    "host": "broker.lampungselatankab.go.id",
    "port": 8883,
    "code": "kiosk_unknown",
    "confirmed": 123_999,
}
"""Values as long as they get; numbers of records and versions are six digits."""


@pytest.mark.parametrize("size", [(1024, 600), (800, 480), (720, 1280)])
@pytest.mark.parametrize("language", FINISHED)
def test_every_sentence_has_room_on_both_screens(language: str, size: tuple[int, int]) -> None:
    """Three at a time beneath the facts, as many as the desk shows, and one beneath the message."""
    pygame.font.init()
    told = [Trouble(code, tuple((name, _LONG.get(name, 123_456)) for name in VALUES[code])) for code in CODES]
    cut = []
    for place, one in enumerate(told):
        others = (told[place - 1], told[place - 2])
        health = WELL._replace(last_error=one, touch_fault=others[0], speech_fault=others[1])
        desk = DeskState(page=Page.FACTS, message=("staff.usb_failed", {}), trouble=one, language=language)
        around = AROUND._replace(out_of_service=one)
        state = State(step=Step.FAILED, not_kept=True, language=language)
        for view in (
            staff_view(desk, health, Place("sulam-01"), locks_in=50, now=0.0),
            present(full_plan(), state, around, Texts(language), now=1.0),
        ):
            assert view is not None
            cut += [(one.code, text) for text in not_fitting(layout(view, Look(size=size)))]
    assert cut == []
