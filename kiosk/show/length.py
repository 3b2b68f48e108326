"""How long a questionnaire is: told before anybody begins, and told truly."""

from typing import NamedTuple

from survey.visit.plan import Plan

SECONDS_A_SCREEN = 14.6
"""Measured by `bench/visit_length.py`: whole visits on the visit's own clock, by a reader who takes in 130 words a minute and needs two
seconds to find the button. No person's visit was timed yet."""


class Length(NamedTuple):
    """What the invitation says."""

    questions: int
    about: int
    """Screens about the visitor: the service, and the profile."""
    screens: int
    minutes: int


def visit_length(plan: Plan) -> Length:
    """Give how many screens a questionnaire has, and how many minutes they take."""
    questions = sum(len(form.questions) for form in plan.forms)
    # Whoever attended a course is asked that one's questions instead; who it is shows later, and nobody is told too few.
    questions = max(questions, *(len(one.form.questions) for one in plan.services if one.form), 0)
    about = len(plan.profile) + bool(plan.services)
    screens = questions + about
    return Length(questions, about, screens, max(1, round(screens * SECONDS_A_SCREEN / 60)))
