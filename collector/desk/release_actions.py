"""What may be done with a unit's period at the desk, by whom, and what becomes of it in words."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from collector.accounts import roles
from collector.accounts.roles import EVALUATORS, OFFICERS
from collector.desk.periods import NOT_BEGUN, Standing
from collector.errors import CollectorError
from collector.fleet.models import Unit
from collector.language import later
from collector.releases import publishing
from collector.releases.models import Release
from collector.releases.owed import asked_of
from collector.releases.states import State

Act = Callable[[Unit, Standing, str, str], None]


class Action(NamedTuple):
    """Something that may be done with a unit's period."""

    name: str
    words: str
    may: tuple[str, ...]
    states: tuple[str, ...]
    act: Act
    follows: str
    """What becomes of it, said before it is done."""
    done: str
    """What became of it, said after."""
    needs_reason: bool = False


def _submit(unit: Unit, where: Standing, who: str, why: str) -> None:
    release = publishing.propose(unit, where.period, who=who, instrument=asked_of(unit))
    publishing.submit(release, who=who, why=why)


def _publish(unit: Unit, where: Standing, who: str, why: str) -> None:
    publishing.publish(unit, where.period, who=who, why=why, instrument=asked_of(unit))


def _on(do: Callable[..., object]) -> Act:
    """Make an action of something that is done with the newest edition."""

    def act(_: Unit, where: Standing, who: str, why: str) -> None:
        if where.release is None:
            raise CollectorError("release_state", state=NOT_BEGUN, wanted="-", allowed="-")
        do(Release.objects.select_related("unit").get(pk=where.release.pk), who=who, why=why)

    return act


_PENDING = (NOT_BEGUN, State.OPEN, State.RETURNED, State.NOT_REPORTED)
ACTIONS: Mapping[str, Action] = {
    action.name: action
    for action in (
        Action(
            "submit",
            later("desk.act_submit"),
            OFFICERS,
            _PENDING,
            _submit,
            later("desk.follows_submit"),
            later("desk.done_submit"),
        ),
        Action(
            "publish",
            later("desk.act_publish"),
            EVALUATORS,
            (*_PENDING, State.SUBMITTED),
            _publish,
            later("desk.follows_publish"),
            later("desk.done_publish"),
        ),
        Action(
            "return",
            later("desk.act_return"),
            EVALUATORS,
            (State.SUBMITTED,),
            _on(publishing.send_back),
            later("desk.follows_return"),
            later("desk.done_return"),
            needs_reason=True,
        ),
        Action(
            "correct",
            later("desk.act_correct"),
            EVALUATORS,
            (State.PUBLISHED,),
            _on(publishing.correct),
            later("desk.follows_correct"),
            later("desk.done_correct"),
            needs_reason=True,
        ),
        Action(
            "withdraw",
            later("desk.act_withdraw"),
            EVALUATORS,
            (State.PUBLISHED,),
            _on(publishing.withdraw),
            later("desk.follows_withdraw"),
            later("desk.done_withdraw"),
            needs_reason=True,
        ),
    )
}


def offered(user: roles.Account, unit: Unit, where: Standing) -> list[Action]:
    """Give what the page of a period offers an account, what is most likely wanted first.

    Whoever may publish is not asked to hand in as well, unless the account is the unit's own officer too: handing in to oneself leads
    nowhere. It is not refused where it is asked for.
    """
    if where.period.last >= where.today:
        return []
    own = roles.may(user, (roles.UNIT_OFFICER,), unit)
    return [
        one
        for one in ACTIONS.values()
        if where.state in one.states and roles.may(user, one.may, unit) and (own or one.may != OFFICERS)
    ]
