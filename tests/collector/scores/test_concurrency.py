"""Several listeners at once: every response is counted once, whoever writes which tally at the same moment."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from collector.evidence.intake.accepted import AcceptedRecord
from collector.scores.ask.queries import IndexQuestion, indices
from collector.scores.ask.scope import Dimension, Scope
from collector.scores.models import DayTally, Series, UnitTally
from collector.scores.tallies import flagging
from collector.scores.tallies.projection import project, unproject
from survey.index.periods import parse
from tests.collector.scores.village import MONDAY, Post, add_unit, answers, at


@pytest.mark.django_db(transaction=True)
def test_writers_at_the_same_moment_lose_nothing_and_wait_for_nobody_in_a_ring() -> None:
    unit = add_unit("u1", region="18.01.05.2003")
    posts = [Post(unit, name=f"k{number}", stream=number) for number in range(1, 5)]
    ktp = posts[0].service("ktp")
    batches: list[list[AcceptedRecord]] = []
    for turn in range(6):
        for post in posts:
            responses = [
                post.response(
                    answers(1 + (turn + number) % 4),
                    at(MONDAY, "09:00", seconds=3600 * turn + 300 * number),
                    service=ktp if number % 2 else None,
                    profile={"sex": "L" if number % 2 else "P"},
                )
                for number in range(4)
            ]
            batches.append([*responses, post.alive(at(MONDAY, "09:00", seconds=3600 * turn + 900))])

    def write(turn: int) -> None:
        try:
            with transaction.atomic():
                project([record for batch in batches[turn::8] for record in batch])
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(8)))
    flagging.settle()
    answer = indices(IndexQuestion(Scope(unit="u1"), parse("2026"), (Dimension.KIOSK,)))
    assert answer.whole.n == 96
    assert [group.n for group in answer.groups] == [24, 24, 24, 24]
    assert Series.objects.count() == 8
    with transaction.atomic():
        for batch in batches:
            unproject(batch)
    assert (DayTally.objects.count(), UnitTally.objects.count()) == (0, 0)
