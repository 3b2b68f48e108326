"""The IPP of a unit: worked out by one function, shown in the house at any time, and to everybody once an evaluator publishes it.

Whose number it is: the evaluator's. It follows from his marks and from the users' F-03, and nobody else may put it out; before that only the console and an
auditor see it. It is published like a release, under an address of its own. What the users' part adds is out already: only an F-03 that was released
enters, so nothing follows of anybody that the F-03's own release does not say.

No rule at hand says what becomes of an IPP of which a part is missing. So there is none: without F-02 or without a number of F-03 it is refused, and what is
missing is named. One agency counts F-03 as 0 where too few answered; that is done on request alone, and is always said.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from django.db import transaction

from collector import clock
from collector.errors import CollectorError
from collector.fleet.models import Unit
from collector.local import date_text
from collector.people import trail
from collector.releases import address, content, publishing
from collector.releases.content import Head
from collector.releases.evaluation.form import aspect_of
from collector.releases.evaluation.keeping import Round, newest, scores
from collector.releases.models import Evaluation, Release
from collector.releases.people import unpack_basis
from collector.releases.policy import KINDS
from collector.releases.states import State
from collector.releases.sums import added, opened
from collector.scores.ask.lookups import find_form
from collector.scores.ask.queries import IndexQuestion, indices
from collector.scores.ask.scope import Scope
from collector.scores.show.formats import decimal
from survey.index import pekppp
from survey.index.indices import Index, index
from survey.index.pekppp import Ipp
from survey.index.periods import Period
from survey.index.tally import Tally

F03 = "f03a"
SUBJECT = "ipp"
"""What the subject of a published result is called among releases."""
_DIGITS = 4
_LARGEST_QUOTA = 100_000


@dataclass(frozen=True, slots=True)
class Quota:
    """How many respondents of F-03 an evaluator asks for, and by which word."""

    number: int | None = None
    source: str = ""
    zero_below: bool = False
    """Count F-03 as 0 where fewer answered, as one agency does."""


NO_QUOTA = Quota()


@dataclass(frozen=True, slots=True)
class Found:
    """An IPP with what it follows from."""

    ipp: Ipp
    evaluation: Evaluation
    release: Release | None
    """Of the users' part; None where it is what stands in the house now."""
    quota: Quota


def quota_of(number: int | None, source: str = "", *, zero_below: bool = False) -> Quota:
    """Give a quota as somebody asks for it.

    Raises:
        CollectorError: it is no number of respondents (`ipp_quota_number`), or F-03 is to count as 0 below none (`ipp_zero_without`).
    """
    if zero_below and number is None:
        raise CollectorError("ipp_zero_without")
    if number is not None and not 1 <= number <= _LARGEST_QUOTA:
        raise CollectorError("ipp_quota_number", quota=number)
    return Quota(number, source[:200], zero_below)


def live(
    unit: Unit, period: Period, rnd: Round, quota: Quota = NO_QUOTA, *, who: str, smallest: int = 1
) -> Found:
    """Give the IPP as it stands now, from the users' answers of this moment; the question stands in the trail.

    Raises:
        CollectorError: a part is missing (`ipp_no_f02`, `ipp_no_f03`), or fewer than `smallest` answered F-03 (`ipp_few_f03`).
    """
    evaluation = _evaluation(unit, period, rnd)
    asked = IndexQuestion(scope=Scope(unit=unit.code), period=period, instrument=F03, smallest_group=smallest)
    users = indices(asked).whole.index
    if users is None:
        if smallest > 1:
            raise CollectorError("ipp_few_f03", unit=unit.code, period=period.identifier, smallest=smallest)
        raise CollectorError("ipp_no_f03", unit=unit.code, period=period.identifier)
    trail.note(
        who=who,
        action="IPP asked",
        subject=f"unit {unit.code}",
        facts={"period": period.identifier, "round": rnd.value, "n": users.n},
    )
    return _found(evaluation, users, None, quota)


def released(unit: Unit, period: Period, rnd: Round, quota: Quota = NO_QUOTA) -> Found:
    """Give the IPP from what is out of the users' part.

    Raises:
        CollectorError: a part is missing (`ipp_no_f02`), or no number of F-03 is out (`ipp_f03_not_out`).
    """
    evaluation = _evaluation(unit, period, rnd)
    out = Release.objects.filter(
        subject="unit", unit=unit, period=period.identifier, instrument=F03, state=State.PUBLISHED
    )
    release = out.exclude(n=None).first()
    if release is None:
        raise CollectorError("ipp_f03_not_out", unit=unit.code, period=period.identifier)
    return _found(evaluation, _users(release), release, quota)


def publish(
    unit: Unit, period: Period, rnd: Round, quota: Quota = NO_QUOTA, *, who: str, why: str = ""
) -> Release:
    """Publish the result; where one is out already, that one is withdrawn in favour of the new one, with the reason.

    Raises:
        CollectorError: a part is missing or not out, the period is no calendar period (`release_period`), a quota has no source
            (`ipp_quota`), nothing has changed (`release_same`), or a correction has no reason (`release_why`).
    """
    if period.kind not in KINDS:
        raise CollectorError("release_period", period=period.identifier)
    if quota.number is not None and not quota.source.strip():
        raise CollectorError("ipp_quota")
    with transaction.atomic():
        Unit.objects.select_for_update().get(pk=unit.pk)
        found = released(unit, period, rnd, quota)
        instrument = f"{SUBJECT}-{rnd.value}"
        editions = Release.objects.filter(
            subject=SUBJECT, code=unit.code, period=period.identifier, instrument=instrument
        )
        before = editions.order_by("number").last()
        corrects = before if before is not None and before.state == State.PUBLISHED else None
        told = as_json(found)
        if corrects is not None:
            if content.opened(corrects)["ipp"] == told:
                raise CollectorError("release_same", address=corrects.address)
            publishing.need_reason(why)
        result = Release(
            subject=SUBJECT,
            code=unit.code,
            period=period.identifier,
            first_day=period.first,
            last_day=period.last,
            instrument=instrument,
            number=before.number + 1 if before is not None else 1,
            address=address.fresh(),
            published_at=clock.now(),
            value=found.ipp.value,
            category=found.ipp.category.letter,
        )
        head = Head(
            subject=content.subject_of(unit) | {"kind": SUBJECT},
            period=period,
            address=result.address,
            number=result.number,
            corrects=corrects.address if corrects is not None else None,
        )
        said = head.fields(published=clock.now()) | {"instrument": instrument, "index_name": "IPP"}
        result.content = content.frozen(said | {"index": None, "n": None, "ipp": told})
        result.save()
        publishing.move(result, State.PUBLISHED, who=who, why=why)
        if corrects is not None:
            corrects.successor = result
            publishing.move(corrects, State.WITHDRAWN, who=who, why=why)
    return result


def as_json(found: Found) -> dict[str, Any]:
    """Give an IPP and its parts as JSON's values: what is frozen, and what the console prints. Notes and names stay in the house."""
    ipp, marks = found.ipp, scores(found.evaluation)
    values = pekppp.aspect_values(marks)
    return {
        "round": found.evaluation.round,
        "value": float(ipp.value),
        "category": ipp.category.letter,
        "meaning": ipp.category.name,
        "rule": pekppp.RULE,
        "categories": pekppp.CATEGORIES.version,
        "f02": {
            "value": _number(ipp.f02),
            "weight": float(pekppp.F02_WEIGHT),
            "version": found.evaluation.number,
            "entered": date_text(found.evaluation.entered_at, found.evaluation.unit.time_zone),
            "aspects": [
                {
                    "code": code,
                    "name": pekppp.ASPECT_NAMES[code],
                    "weight_percent": weight,
                    "value": _number(values[code]),
                }
                for code, (weight, _) in pekppp.ASPECTS.items()
            ],
            "indicators": [
                {
                    "number": number,
                    "aspect": aspect_of(number),
                    "weight_percent": pekppp.ASPECTS[aspect_of(number)][1][number],
                    "mark": marks[number],
                }
                for number in pekppp.INDICATORS
            ],
        },
        "f03": {
            "value": _number(ipp.users.exact),
            "counted": _number(ipp.f03),
            "weight": float(pekppp.F03_WEIGHT),
            "n": ipp.users.n,
            "address": found.release.address if found.release is not None else None,
            "own_words": ipp.users.own_words,
            "quota": ipp.quota,
            "quota_source": found.quota.source or None,
            "quota_met": ipp.quota_is_met,
            "zeroed": ipp.zeroed,
        },
    }


def _found(evaluation: Evaluation, users: Index, release: Release | None, quota: Quota) -> Found:
    ipp = pekppp.ipp(
        f02=pekppp.f02(scores(evaluation)),
        users=users,
        quota=quota.number,
        zero_below_quota=quota.zero_below,
    )
    return Found(ipp, evaluation, release, quota)


def _evaluation(unit: Unit, period: Period, rnd: Round) -> Evaluation:
    found = newest(unit, period, rnd)
    if found is None:
        raise CollectorError("ipp_no_f02", unit=unit.code, period=period.identifier, round=rnd.value)
    return found


def _users(release: Release) -> Index:
    """Give the exact index of a release: from its own counts, or of those it is added up from."""
    _, form = find_form(content.opened(release)["instrument"])
    basis: Mapping[str, Any] = unpack_basis(bytes(release.basis))
    tally: Tally
    if "atoms" in basis:
        atoms = Release.objects.filter(address__in=basis["atoms"])
        tally, clusters = added(form.instrument, atoms)
    else:
        tally, clusters = opened(form.instrument, basis["counts"])
    return index(form.instrument, tally, clusters=clusters)


def exact(value: float) -> Fraction:
    """Give a printed number as the fraction it stands for."""
    return Fraction(str(value))


def _number(value: Fraction) -> float:
    return float(decimal(value, _DIGITS))
