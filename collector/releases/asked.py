"""Who may ask for what: the one function behind every door and format.

Everybody gets what was published, and of a running period a band. An evaluator also gets the breakdowns of what was published, and
bands, of the region or agency of the account; a unit officer the band of any period of the unit. Live numbers are for an auditor. All but
what everybody gets stands in the trail; the operator at the console may everything, and that stands there too.
"""

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser

from collector.accounts import roles
from collector.errors import CollectorError
from collector.fleet.models import Unit
from collector.people import trail
from collector.releases.cells import asking
from collector.releases.cells.asking import BreakdownAnswer, BreakdownQuestion
from collector.releases.evaluation import result
from collector.releases.evaluation.keeping import Round
from collector.releases.evaluation.result import NO_QUOTA, Found, Quota
from collector.scores.ask.queries import IndexQuestion, indices
from collector.scores.ask.results import IndexAnswer
from survey.index.periods import Period
from survey.index.sampling import SMALLEST_GROUP

Asker = AbstractBaseUser | AnonymousUser | str
"""An account, or the console's user."""


def live(question: IndexQuestion, *, who: Asker, why: str = "") -> IndexAnswer:
    """Answer a question about numbers as they stand now, and note in the trail who asked for what.

    Raises:
        CollectorError: that account may not see live numbers (`live_not_yours`).
        QuestionError: it cannot be asked.
    """
    if not isinstance(who, str) and not roles.has_role(who, (roles.AUDITOR,)):
        raise CollectorError("live_not_yours")
    answer = indices(question)
    trail.note(
        who=_name(who),
        action="index asked",
        subject=_subject(question),
        why=why,
        facts={
            "period": question.period.identifier,
            "by": [dimension.value for dimension in question.by],
            "instrument": question.instrument,
            "n": answer.whole.n,
        },
    )
    return answer


def breakdown(question: BreakdownQuestion, *, who: Asker, why: str = "") -> BreakdownAnswer:
    """Answer a question about the groups of a period as far as whoever asks may know, and note in the trail who asked for what.

    Raises:
        CollectorError: that account may not ask (`breakdown_not_yours`), or nothing is called so.
    """
    if _sees_groups(question, who):
        answer = asking.answer(question)
    elif not isinstance(who, str) and _is_officer(question, who):
        answer = asking.only_band(question)
    else:
        raise CollectorError("breakdown_not_yours")
    trail.note(
        who=_name(who),
        action="breakdown asked",
        subject=f"{question.kind} {question.code}",
        why=why,
        facts={
            "period": question.period.identifier,
            "by": list(question.by),
            "instrument": question.instrument,
            "cells": len(answer.cells or ()),
        },
    )
    return answer


def evaluation(
    unit: Unit, period: Period, rnd: Round, quota: Quota = NO_QUOTA, *, who: AbstractBaseUser | AnonymousUser
) -> Found:
    """Give an auditor the IPP as it stands, before anybody publishes it; the question stands in the trail.

    Raises:
        CollectorError: that account may not see it (`live_not_yours`), a part is missing (`ipp_no_f02`), or too few answered F-03
            (`ipp_few_f03`).
    """
    if not roles.has_role(who, (roles.AUDITOR,)):
        raise CollectorError("live_not_yours")
    return result.live(unit, period, rnd, quota, who=_name(who), smallest=SMALLEST_GROUP)


def _sees_groups(question: BreakdownQuestion, who: Asker) -> bool:
    if isinstance(who, str) or roles.has_role(who, (roles.AUDITOR,)):
        return True
    return roles.reaches(who, (roles.EVALUATOR,), kind=question.kind, code=question.code)


def _is_officer(question: BreakdownQuestion, who: AbstractBaseUser | AnonymousUser) -> bool:
    return roles.reaches(who, (roles.UNIT_OFFICER,), kind=question.kind, code=question.code)


def _name(who: Asker) -> str:
    if isinstance(who, str):
        return who
    return roles.named(who) if isinstance(who, AbstractBaseUser) else who.get_username()


def _subject(question: IndexQuestion) -> str:
    scope = question.scope
    named = {
        "unit": scope.unit, "region": scope.region, "agency": scope.agency,
        "service": scope.service, "place": scope.place, "kiosk": scope.kiosk,
    }  # fmt: skip
    return ", ".join(f"{what} {code}" for what, code in named.items() if code) or "everything"
