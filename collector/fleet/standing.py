"""Where a kiosk stood at a time, and whose a response is: what projections need to know of the fleet."""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field


def full_code(unit: str, service: str) -> str:
    """Give a service's code with its unit's before it: two units under one roof may call different services alike."""
    return f"{unit}.{service}"


def named_code(unit: str, service: str) -> str:
    """Give what a service of a unit is found by where both are named; no code can be written so that it is another one's."""
    return f"{unit}\0{service}"


@dataclass(frozen=True, slots=True)
class Standing:
    """A kiosk's assignments, and the services people could name there."""

    since_ms: tuple[int, ...]
    """When each assignment began; the first also covers all time before it."""
    stands: tuple[tuple[int, int], ...]
    """`(unit_id, place_id)` of each."""
    services: Mapping[tuple[int, str], tuple[int, int]]
    """`(service_id, unit_id)` by `(place_id, code)`; for each also under its full code (`full_code`), and under what names it with its unit (`named_code`)."""
    places: Mapping[str, int] = field(default_factory=dict)
    """`place_id` by code, of those where its staff may have said that it stands."""

    zones: Mapping[int, str] = field(default_factory=dict)
    """The time zone of each unit."""

    def at(self, at_ms: int) -> tuple[int, int]:
        """Give unit and place at a time."""
        if len(self.since_ms) == 1:
            return self.stands[0]
        return self.stands[max(0, bisect_right(self.since_ms, at_ms) - 1)]

    def service(self, *, unit: int, place: int, code: str, of_unit: str = "") -> tuple[int, int] | None:
        """Give `(service_id, unit_id)` of the service `code`: that of the neighbour named, the unit's own, else one offered at the same place."""
        if of_unit:
            bare = code.removeprefix(full_code(of_unit, ""))
            for one in dict.fromkeys((code, bare)):
                if found := self.services.get((place, named_code(of_unit, one))):
                    return found
        return self.services.get((-unit, code)) or self.services.get((place, code))
