"""Every move of a visit, made once for all tests that look at them: it takes seconds."""

from functools import cache

from kiosk.commands.visit_graph import example_plan
from survey.visit.graph import Edge, edges

PLAN = example_plan()
"""The plan that has every screen."""


@cache
def every_edge() -> tuple[Edge, ...]:
    """Give each move from each kind of state that the plan's visits reach, nearest first."""
    return tuple(edges(PLAN))
