"""The drawn graph is the one of the table."""

from pathlib import Path

from kiosk.commands.visit_graph import example_plan
from survey.visit.graph import Transition, document, walk
from survey.visit.state import Step

EDGES = walk(example_plan())
DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "visit-graph.md"


def test_the_document_is_drawn_from_the_table_as_it_is() -> None:
    assert DOCUMENT.read_text() == document(example_plan()), (
        "run: ikm-kiosk visit-graph --out docs/visit-graph.md"
    )


def test_every_screen_is_reached_and_left() -> None:
    screens = {step.value for step in Step} | {"menu", "faces"}
    assert {edge.source for edge in EDGES if edge.source != edge.target} == screens
    assert {edge.target for edge in EDGES if edge.source != edge.target} == screens


def test_the_way_of_a_whole_visit_is_in_it() -> None:
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
    assert {Transition(*step) for step in way} <= EDGES


def test_the_way_of_a_test_visit_and_of_a_code_that_comes_back_is_in_it() -> None:
    way = [
        ("thanks", "test", "code"),
        ("code", "back", "thanks"),
        ("code", "key", "saving"),
        ("saving", "saved", "tested"),
        ("tested", "close", "idle"),
        ("code", "letters", "code"),
        ("code", "found", "standing"),
    ]
    assert {Transition(*step) for step in way} <= EDGES


def test_the_way_of_an_earlier_complaint_is_in_it() -> None:
    way = [
        ("complaints", "look", "code"),
        ("code", "key", "looking"),
        ("looking", "found", "standing"),
        ("standing", "unsettled", "saving"),
        ("saving", "saved", "kept"),
        ("kept", "close", "idle"),
    ]
    assert {Transition(*step) for step in way} <= EDGES
