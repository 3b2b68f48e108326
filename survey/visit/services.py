"""Which service a visit was about: one list; where several units serve under one roof, first who served and then with what, before all questions."""

from collections.abc import Sequence
from datetime import date

from survey.instrument.instrument import Instrument
from survey.visit.action import Word, name_of
from survey.visit.plan import OfferedService, Plan
from survey.visit.state import State


def is_asked_first(plan: Plan) -> bool:
    """Tell whether the service is asked before the questions: where several units serve, the answers are for one of them."""
    return any(service.unit for service in plan.services)


def forms_of(plan: Plan, state: State) -> tuple[Instrument, ...]:
    """Give what is asked in this visit: the questionnaire of the service it is about, where that has one of its own, else the kiosk's."""
    own = next((one.form for one in plan.services if one.code == state.service), None)
    return (own,) if own is not None else plan.forms


def about(plan: Plan, state: State, service: str | None) -> State:
    """Have a visit be about a service; answers to other questions than are asked then are taken back."""
    changed = state._replace(service=service)
    return changed if forms_of(plan, changed) == forms_of(plan, state) else changed._replace(answers=())


def on_day(services: Sequence[OfferedService], day: date | None) -> tuple[OfferedService, ...]:
    """Give the services that are offered on a day; where nobody knows what day it is, those alone that always are."""
    text = day.isoformat() if day is not None else ""
    return tuple(
        one
        for one in services
        if not (one.first or one.last) or (text and (one.first or text) <= text <= (one.last or text))
    )


def of_units(plan: Plan) -> tuple[tuple[OfferedService, ...], ...]:
    """Give the services unit by unit, in the order in which the units come up first."""
    units: dict[str, list[OfferedService]] = {}
    for service in plan.services:
        units.setdefault(service.unit, []).append(service)
    return tuple(map(tuple, units.values()))


def listed(plan: Plan, state: State) -> tuple[str, ...]:
    """Give the actions of the list: services, or units whose services come next; `place` is the unit's number, 0 while none is chosen."""
    if not is_asked_first(plan):
        return tuple(name_of(Word.SERVICE, service.code) for service in plan.services)
    groups = of_units(plan)
    if not state.place:
        tickets = tuple(name_of(Word.CALLED, number) for number in range(1, len(plan.called) + 1))
        return (*tickets, *(name_of(Word.WITHIN, number) for number in range(1, len(groups) + 1)))
    return tuple(name_of(Word.SERVICE, service.code) for service in groups[state.place - 1])


def unit_called(plan: Plan, number: int) -> int:
    """Give the number of the unit to which a ticket was called; the plan names tickets of units alone that serve here."""
    units = [group[0].unit for group in of_units(plan)]
    return units.index(plan.called[number - 1].unit) + 1


def unit_name(plan: Plan, number: int) -> str:
    """Give what the unit of a group is called."""
    first = of_units(plan)[number - 1][0]
    return first.unit_name or first.unit or first.name
