"""The bench that fills a country by statements fills it with what the collector itself would have stored."""

import pytest

from bench import many_responses
from collector.scores.ask.queries import IndexQuestion, facts_of
from collector.scores.ask.scope import Dimension, Scope
from collector.scores.models import DayTally, Response, UnitDay, UnitTally
from survey.index.periods import parse
from tests.collector.scores.village import MONDAY, add_unit

pytestmark = pytest.mark.django_db

UNITS = many_responses.SAMPLES + 3
EACH = 40


def counted(unit: str, period: str, *by: Dimension) -> object:
    return facts_of(IndexQuestion(Scope(unit=unit), parse(period), by=by)).counted


def test_every_unit_has_rows_and_sums_of_its_sample_to_the_last_digit() -> None:
    for number in range(UNITS):
        add_unit(f"u{number}", region="18.01.05.2003")
    assert many_responses.spread(UNITS * EACH, MONDAY) == UNITS
    assert Response.objects.count() == EACH * (UNITS + many_responses.SAMPLES)
    for number in (0, 1, many_responses.SAMPLES, UNITS - 1):
        sample, unit = f"sample-{number % many_responses.SAMPLES}", f"u{number}"
        for by in ((), (Dimension.HOUR,), (Dimension.SEX,)):  # months and groups, then days and rows
            for period in ("2026-TW3", "2026-07-11..2026-10-10"):
                assert counted(unit, period, *by) == counted(sample, period, *by), (unit, period, by)
    shares = {model: model.objects.count() for model in (DayTally, UnitDay, UnitTally)}
    assert all(number > UNITS for number in shares.values()), shares
