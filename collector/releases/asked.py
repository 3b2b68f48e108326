"""Who may ask for what: the one function behind every door and format.

Everybody gets what was published, and of a running period a band. Live numbers are for an auditor, and stand in the trail; the
operator at the console may everything, and that stands there too.
"""

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser

from collector.accounts import roles
from collector.errors import CollectorError
from collector.people import trail
from collector.scores.ask.queries import IndexQuestion, indices
from collector.scores.ask.results import IndexAnswer


def live(
    question: IndexQuestion, *, who: AbstractBaseUser | AnonymousUser | str, why: str = ""
) -> IndexAnswer:
    """Answer a question about numbers as they stand now, and note in the trail who asked for what.

    `who` is an account, or the console's user.

    Raises:
        CollectorError: that account may not see live numbers (`live_not_yours`).
        QuestionError: it cannot be asked.
    """
    if not isinstance(who, str) and not roles.has_role(who, (roles.AUDITOR,)):
        raise CollectorError("live_not_yours")
    answer = indices(question)
    trail.note(
        who=who if isinstance(who, str) else who.get_username(),
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


def _subject(question: IndexQuestion) -> str:
    scope = question.scope
    named = {
        "unit": scope.unit, "region": scope.region, "agency": scope.agency,
        "service": scope.service, "place": scope.place, "kiosk": scope.kiosk,
    }  # fmt: skip
    return ", ".join(f"{what} {code}" for what, code in named.items() if code) or "everything"
