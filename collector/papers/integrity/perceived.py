"""What users perceived, as it was published beside a release: the shares of two questionnaires in words of our own, and nothing reckoned of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from collector.papers.said import printed
from collector.releases import content
from collector.releases.models import Release
from collector.releases.states import State
from collector.scores.show.formats import comma

FORMS_ASKED, TAKING_PART = "maladministrasi", "partisipasi"
_YES = {FORMS_ASKED: 1, TAKING_PART: 3}
"""Which answer of the scale is *ya*."""
NOT_TOLD = "tidak ditampilkan"
_BANDS = {"few": "kurang dari 5 orang", "many": "5 orang atau lebih", "nothing": NOT_TOLD}


@dataclass(frozen=True, slots=True)
class Yes:
    """How many said yes to one question, as papers print it."""

    name: str
    share: str
    """In percent, or the band of people that the release tells."""
    interval: str


@dataclass(frozen=True, slots=True)
class Perceived:
    """A published questionnaire of shares."""

    address: str
    n: int
    yes: Mapping[str, Yes]
    """By the questions' keys, in their order."""


def perceived(release: Release, instrument: str) -> Perceived | None:
    """Give what is out of a questionnaire for a release's unit and period; None where nothing with shares is."""
    out = Release.objects.filter(
        unit=release.unit, subject="unit", period=release.period, instrument=instrument, state=State.PUBLISHED
    )
    for found in out:
        said = content.opened(found)
        if said.get("shares"):
            questions = said["shares"]["questions"]
            yes = {one["key"]: _yes(one, _YES[instrument]) for one in questions}
            return Perceived(found.address, said["n"], yes)
    return None


def _yes(question: Mapping[str, Any], value: int) -> Yes:
    answer = next(one for one in question["answers"] if one["value"] == value)
    if answer["told"] != "count":
        return Yes(question["name"], _BANDS[answer["told"]], "–")
    ends = answer["interval"]
    interval = f"{printed(ends['low'])} – {printed(ends['high'])}" if ends else "–"
    return Yes(question["name"], f"{printed(answer['percent'])} % ({comma(answer['count'])} orang)", interval)
