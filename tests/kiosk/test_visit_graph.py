"""The drawn graph is the one of the table."""

from pathlib import Path

import pytest

from survey.visit.graph import Transition, document, transitions
from survey.visit.state import Step
from tests.kiosk.walked import every_edge

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "visit-graph.md"


@pytest.fixture(scope="module")
def ways() -> frozenset[Transition]:
    """What leads from where to where."""
    return transitions(every_edge())


def test_the_document_is_drawn_from_the_table_as_it_is(ways: frozenset[Transition]) -> None:
    assert DOCUMENT.read_text() == document(ways), "run: ikm-kiosk visit-graph --out docs/visit-graph.md"


def test_every_screen_is_reached_and_left(ways: frozenset[Transition]) -> None:
    screens = {step.value for step in Step} | {"menu", "faces"}
    assert {edge.source for edge in ways if edge.source != edge.target} == screens
    assert {edge.target for edge in ways if edge.source != edge.target} == screens


def test_the_way_of_a_whole_visit_is_in_it(ways: frozenset[Transition]) -> None:
    way = [
        ("idle", "answer", "saving"),
        ("saving", "saved", "invitation"),
        ("invitation", "accept", "question"),
        ("invitation", "time-out", "faces"),
        ("faces", "answer", "saving"),
        ("faces", "held", "question"),
        ("question", "answer", "service"),
        ("service", "service", "profile"),
        ("profile", "profile", "offer"),
        ("offer", "complaint", "complaints"),
        ("complaints", "new", "topics"),
        ("topics", "next", "text"),
        ("text", "next", "saving"),
        ("saving", "saved", "ticket"),
        ("ticket", "number", "consent"),
        ("consent", "next", "phone"),
        ("phone", "next", "saving"),
        ("ticket", "noted", "saving"),
        ("saving", "coded", "thanks"),
        ("thanks", "close", "idle"),
    ]
    assert {Transition(*step) for step in way} <= ways


def test_the_way_of_a_test_visit_and_of_a_code_that_comes_back_is_in_it(ways: frozenset[Transition]) -> None:
    way = [
        ("thanks", "test", "code"),
        ("code", "back", "thanks"),
        ("code", "key", "saving"),
        ("saving", "saved", "tested"),
        ("tested", "close", "idle"),
        ("code", "letters", "code"),
        ("code", "found", "standing"),
    ]
    assert {Transition(*step) for step in way} <= ways


def test_the_way_of_an_earlier_complaint_is_in_it(ways: frozenset[Transition]) -> None:
    way = [
        ("complaints", "look", "code"),
        ("code", "key", "looking"),
        ("looking", "found", "standing"),
        ("standing", "unsettled", "saving"),
        ("saving", "saved", "kept"),
        ("kept", "close", "idle"),
    ]
    assert {Transition(*step) for step in way} <= ways
