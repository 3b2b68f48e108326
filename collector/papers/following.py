"""From a unit's follow-up to PDF: what its designs are fed with, and where the signature field lies."""

from collections.abc import Mapping
from dataclasses import asdict

from collector.papers.drawing import A4, data_of
from collector.papers.followed import Followed, followed
from collector.papers.press import PDF, Press
from collector.papers.said import Said
from collector.papers.signature import with_field
from survey.index.periods import long_date

LANDSCAPE = (A4[1], A4[0])
_UNIT = A4[0] / 1240
"""What the designs measure by."""


def plans(said: Said, press: Press) -> bytes:
    """Give the plan in both forms, and what became of it."""
    return set_as(said, press, "plans.typ", of_followed(followed(said)), size=LANDSCAPE)


def report(said: Said, press: Press) -> bytes:
    """Give the report on the follow-up."""
    return set_as(said, press, "followup.typ", of_followed(followed(said, pictures=True)), size=A4)


def set_as(
    said: Said, press: Press, template: str, more: Mapping[str, object], *, size: tuple[float, float]
) -> bytes:
    """Give a PDF/A-1b of several pages, with the empty signature field at the bottom of its last one, at the right."""
    data = {**data_of(said, size), **more}
    right, bottom = size[0] - 92 * _UNIT, 110 * _UNIT
    box = (right - 460 * _UNIT, bottom, right, bottom + 110 * _UNIT)
    return with_field(press(template, data, form=PDF), box)


def of_followed(found: Followed) -> Mapping[str, object]:
    """Give what the designs print of a follow-up."""
    standing = found.standing
    return {
        "plans": [asdict(one) for one in found.plans],
        "years": [asdict(one) for one in found.years],
        "planned": standing.planned,
        "done": standing.done,
        "given_up": standing.given_up,
        "percent": standing.percent,
        "share_level": standing.share_level,
        "survey_on": long_date(standing.days.survey),
        "followed_on": long_date(standing.days.followed) if standing.days.followed else "",
        "speed_level": standing.speed_level,
        "all_done": standing.is_all_done,
        "day": [found.day.year, found.day.month, found.day.day],
        "year": str(found.day.year),
    }
