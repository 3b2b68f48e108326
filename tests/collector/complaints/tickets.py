"""Complaints as they stand once their records have been opened: for tests that begin at the office."""

import itertools
import secrets
from collections.abc import Sequence
from datetime import date

from collector import clock
from collector.accounts import roles
from collector.complaints import life
from collector.complaints.models import Ticket
from collector.fleet import tree
from collector.fleet.models import Unit
from collector.local import moment_of
from tests.collector.accounts_of import person
from tests.collector.scores.village import at

_numbers = itertools.count(1)


def a_ticket(
    unit: Unit,
    *topics: str,
    day: date | None = None,
    received: date | None = None,
    about_officer: bool = False,
    names_officer: bool = False,
    has_arrived: bool = True,
    number: int | None = None,
) -> Ticket:
    """A routed complaint, filed on a day and received on it or later; its clock runs from there."""
    filed = at(day) if day is not None else clock.now_ms()
    came = at(received) if received is not None else filed
    ticket = Ticket.objects.create(
        pk=number,
        stream_id=1,
        seq=next(_numbers),
        lookup=secrets.token_hex(16),
        unit=unit,
        place=tree.add_place(code=f"tempat-{unit.code}", name="Balai", region=unit.region),
        at_ms=filed,
        received_ms=came,
        routed_at=moment_of(came),
        topics=list(topics or ("lama",)),
        about_officer=about_officer,
        names_officer=names_officer,
        key=bytes(32),
        language="id",
        changed_at=moment_of(came),
    )
    if has_arrived:
        life.arrived(ticket, moment_of(came))
    return ticket


class Regency:
    """A regency's offices: a village's officers, the sub-district's and the regency's evaluators, the province's, and the centre's."""

    def __init__(self, unit: Unit, *, staffed: Sequence[str] = ("18.01.05", "18.01", "18")) -> None:
        self.unit = unit
        self.officer = person("budi", roles.UNIT_OFFICER, unit)
        self.colleague = person("rudi", roles.UNIT_OFFICER, unit)
        self.evaluators = {
            code: person(f"penilai-{code.replace('.', '-')}", roles.EVALUATOR, region=tree.add_region(code))
            for code in staffed
        }
        self.centre = person("rina", roles.ADMINISTRATOR)
        self.auditor = person("ombudsman", roles.AUDITOR)
        self.viewer = person("tamu", roles.VIEWER)

    @property
    def first(self) -> object:
        """The evaluator right above the unit."""
        return self.evaluators["18.01.05"]
