"""The one-page index of a unit's folder: each indicator with its level and why, the rounds, and what is nearest to a higher level."""

from collections.abc import Mapping
from dataclasses import asdict

from collector.papers import dress
from collector.papers.cleaning import clean
from collector.papers.drawing import A4
from collector.papers.press import PDF, Press
from collector.papers.signature import with_field
from collector.pekppp.facts import Facts
from collector.pekppp.finding import Finding
from collector.pekppp.findings import nearest
from collector.pekppp.rounds import rounds_of
from collector.releases.content import subject_of
from collector.scores.show.formats import comma, decimal
from survey.index.pekppp import RULE
from survey.index.periods import long_date

_STEPS = 5
_LONGEST = 300
_FIELD = (330, 46, 540, 96)


def summary(facts: Facts, found: tuple[Finding, ...], folders: Mapping[int, str], press: Press) -> bytes:
    """Give the index as PDF/A-1b with an empty signature field; `folders` names where each indicator's files lie."""
    worn = dress.worn_by(subject_of(facts.unit))
    data = {
        "name": clean(facts.unit.name),
        "period": f"Tahun {facts.year}",
        "first": f"1 Januari {facts.year}",
        "last": f"31 Desember {facts.year}",
        "day": [facts.today.year, facts.today.month, facts.today.day],
        "made": long_date(facts.today),
        "rule": RULE,
        "width": A4[0],
        "height": A4[1],
        "letterhead": worn.letterhead,
        "logo": list(worn.logo),
        "rows": [
            {
                "number": one.number,
                "title": one.title,
                "level": "-" if one.level is None else str(one.level),
                "why": clean(one.why, longest=_LONGEST),
                "folder": folders.get(one.number, "-"),
            }
            for one in found
        ],
        "steps": [
            {
                "number": one.number,
                "words": clean(one.step.words),
                "level": one.step.level,
                "gain": comma(decimal(one.gain, 3)),
            }
            for one in nearest(found)[:_STEPS]
            if one.step is not None
        ],
        "rounds": [asdict(one) for one in rounds_of(facts)],
    }
    return with_field(press("pekppp.typ", data, form=PDF), _FIELD)
