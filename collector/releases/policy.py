"""What counts officially for a unit in a period, and until when it must be out. Fixed before the period begins."""

from collections.abc import Callable
from datetime import date, timedelta

from django.db.models import Q, QuerySet

from collector import clock
from collector.errors import CollectorError
from collector.fleet.models import Unit
from collector.local import local_date
from collector.people import trail
from collector.releases.models import OfficialPolicy
from survey.index.indices import Policy
from survey.index.periods import Period, PeriodKind
from survey.instrument.weights import WeightMode

KINDS = (PeriodKind.MONTH, PeriodKind.QUARTER, PeriodKind.SEMESTER, PeriodKind.YEAR)
"""From the shortest to the longest."""
_DUE_DAYS = 30  # no rule names a day; until an administrator says otherwise


def default() -> OfficialPolicy:
    """Give what counts where nobody has decided anything: each quarter, complete answers, exact weights."""
    return OfficialPolicy(
        unit=None,
        since=date(1970, 1, 1),
        period_kind=PeriodKind.QUARTER.value,
        weight_mode=WeightMode.EXACT.value,
        policy=Policy.COMPLETE.value,
        due_days=_DUE_DAYS,
        decided_by="",
        why="",
    )


def official(unit: Unit | None, period: Period) -> OfficialPolicy:
    """Give what counts for a unit in a period; of no unit, what counts for all that have nothing of their own."""
    found = _newest(_begun(period).filter(Q(unit=unit) | Q(unit=None)))
    return found.get(unit.pk if unit is not None else None) or found.get(None) or default()


def officials(period: Period) -> Callable[[Unit], OfficialPolicy]:
    """Give what counts for every unit in a period, looked up once."""
    found = _newest(_begun(period))
    return lambda unit: found.get(unit.pk) or found.get(None) or default()


def _newest(decided: QuerySet[OfficialPolicy]) -> dict[int | None, OfficialPolicy]:
    """Give the newest decision of each unit, and under None that for all."""
    return {one.unit_id: one for one in decided.order_by("since")}


def _begun(period: Period) -> QuerySet[OfficialPolicy]:
    return OfficialPolicy.objects.filter(since__lte=period.first)


def due(unit: Unit, period: Period) -> date:
    """Give the last day on which a unit's period may come out and not be late."""
    return period.last + timedelta(days=official(unit, period).due_days)


def decide(policy: OfficialPolicy, *, who: str) -> OfficialPolicy:
    """Keep a decision.

    Raises:
        CollectorError: its first period has begun (`policy_too_late`): nobody changes the rules of a race that is being run; it
            does not begin with a period of its kind (`policy_since`), or there is one for that day already (`policy_twice`).
    """
    zone = policy.unit.time_zone if policy.unit is not None else "Asia/Jayapura"  # where a day begins first
    if policy.since <= local_date(clock.now(), zone):
        raise CollectorError("policy_too_late", since=policy.since)
    if policy.since.day != 1 or (policy.since.month - 1) % _months(PeriodKind(policy.period_kind)):
        raise CollectorError("policy_since", since=policy.since, kind=policy.period_kind)
    if OfficialPolicy.objects.filter(unit=policy.unit, since=policy.since).exists():
        raise CollectorError("policy_twice", since=policy.since)
    policy.decided_at, policy.decided_by = clock.now(), who[:150]
    policy.save()
    trail.note(
        who=who,
        action="official policy",
        subject=policy.unit.code if policy.unit is not None else "all units",
        why=policy.why,
        facts={
            "since": policy.since.isoformat(),
            "period": policy.period_kind,
            "weight_mode": policy.weight_mode,
            "policy": policy.policy,
            "due_days": policy.due_days,
        },
    )
    return policy


def _months(kind: PeriodKind) -> int:
    return {PeriodKind.MONTH: 1, PeriodKind.QUARTER: 3, PeriodKind.SEMESTER: 6, PeriodKind.YEAR: 12}[kind]
