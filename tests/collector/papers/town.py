"""A village whose quarter is out, with answers that differ and people who told something of themselves."""

import random
from collections.abc import Mapping
from datetime import date, timedelta

from django.db import transaction

from collector.releases import publishing
from collector.releases.models import Release
from collector.scores.tallies.projection import project
from survey.index.periods import Period, parse
from tests.collector.scores.village import Post, add_unit, answers, at

QUARTER, MONTH = parse("2026-TW4"), parse("2026-11")
WHO = "console:test"
_JOBS = ("petani", "wirausaha", "swasta", "rumah_tangga", "pelajar", "pns")
_SCHOOLS = ("sd", "smp", "sma", "sma", "diploma", "s1")


def post(code: str = "sukamaju", *, name: str = "Balai Desa Sukamaju") -> Post:
    return Post(add_unit(code, region="18.01.05.2003", name=name, agency="desa"))


def profile(luck: random.Random) -> Mapping[str, str]:
    return {
        "sex": luck.choice("LP"),
        "age": luck.choice(("18-25", "26-35", "36-45", "46-55")),
        "education": luck.choice(_SCHOOLS),
        "job": luck.choice(_JOBS),
    }


def visit(
    post: Post,
    number: int,
    *,
    first: date = date(2026, 11, 2),
    seed: int = 1,
    told: Mapping[str, str] | None = None,
) -> None:
    """Let people answer on twenty days; the same seed, the same answers."""
    luck = random.Random(seed)
    records = []
    for place in range(number):
        given = answers(*luck.choices((1, 2, 3, 4), (1, 4, 40, 55), k=9))
        moment = at(first + timedelta(days=place % 20), "09:00", seconds=60 * (place // 20) + post.seq)
        records.append(post.response(given, moment, profile=profile(luck) if told is None else told))
    with transaction.atomic():
        assert project(records) == []


def publish(post: Post, period: Period = QUARTER) -> Release:
    return publishing.publish(post.unit, period, who=WHO)
