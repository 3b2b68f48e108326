"""Retiring a unit, hiding what never was one, and taking either back: who, when and why stands in the trail, and the reason on the unit's page.

**A rated office must not get rid of a bad quarter this way.** A unit ends today at the earliest, and owes every period that has begun by
then: the one that runs, and those before it that nobody reported. Whatever is out stays where it was, in the lists of its period too. What is
out or counted proves that there was a unit: only `openly`, which is for administrators, is it hidden all the same. Who was retired and comes back
owes what lay between. Whoever calls this has made sure that it is an evaluator or an administrator who asks, never the unit's own officer.
"""

from collections.abc import Iterator, Mapping
from datetime import date

from django.db import transaction

from collector import clock
from collector.complaints.models import Ticket
from collector.complaints.waiting import public
from collector.errors import CollectorError
from collector.fleet import lasting
from collector.fleet.models import Assignment, Unit
from collector.local import local_date
from collector.people import trail
from collector.releases import publishing
from collector.releases.models import Release
from collector.releases.states import SHOWN
from collector.scores.models import Response
from collector.words.foreign import in_one_line


def retire(unit: Unit, *, on: date, why: str, who: str, successor: Unit | None = None) -> Unit:
    """End a unit on a day, the first on which it is none any more; gives it as it is kept.

    Raises:
        CollectorError: there is no reason (`unit_why`), it is hidden (`unit_hidden`) or has ended (`unit_ended`), the day has passed
            (`unit_past`), the successor cannot be one (`unit_successor`), or kiosks stand there (`unit_kiosks`).
    """
    reason = _reason(why)
    with transaction.atomic():
        found = _locked(unit)
        today = _today(found)
        if found.hidden_on is not None:
            raise CollectorError("unit_hidden", unit=found.code)
        if lasting.has_ended(found, on=today):
            raise CollectorError("unit_ended", unit=found.code, day=found.retired_on)
        if on < today:
            raise CollectorError("unit_past", today=today)
        if successor is not None and not _may_follow(successor, found):
            raise CollectorError("unit_successor", unit=found.code, successor=successor.code)
        _no_kiosks(found)
        found.retired_on, found.retired_why, found.successor = on, reason, successor
        facts = {"on": on.isoformat(), "successor": successor.code if successor is not None else ""}
        _keep(found, "unit retired", who=who, why=reason, facts=facts)
    return found


def hide(unit: Unit, *, why: str, who: str, openly: bool = False) -> Unit:
    """Say that there never was such a unit; gives it as it is kept.

    `openly`: an administrator hides one of which something is out or counted; its page says what, and why.

    Raises:
        CollectorError: there is no reason (`unit_why`), it is hidden already (`unit_hidden`), kiosks stand there (`unit_kiosks`), or
            something of it is out or counted (`unit_counts`).
    """
    reason = _reason(why)
    with transaction.atomic():
        found = _locked(unit)
        if found.hidden_on is not None:
            raise CollectorError("unit_hidden", unit=found.code)
        _no_kiosks(found)
        what = list(counted(found))
        if what and not openly:
            raise CollectorError("unit_counts", unit=found.code, what=", ".join(what))
        found.hidden_on, found.hidden_why = _today(found), reason
        _keep(found, "unit hidden", who=who, why=reason, facts={"counted": what})
        publishing.relist(found)
    return found


def show(unit: Unit, *, why: str, who: str) -> Unit:
    """Take back that a unit has ended or was hidden: it owes what lay between; gives it as it is kept.

    Raises:
        CollectorError: there is no reason (`unit_why`), or nothing to take back (`unit_not_gone`).
    """
    reason = _reason(why)
    with transaction.atomic():
        found = _locked(unit)
        if found.retired_on is None and found.hidden_on is None:
            raise CollectorError("unit_not_gone", unit=found.code)
        facts = {
            "retired before": found.retired_on.isoformat() if found.retired_on is not None else "",
            "hidden before": found.hidden_on.isoformat() if found.hidden_on is not None else "",
        }
        # One after the other: a unit that had ended before it was hidden has still ended.
        if found.hidden_on is not None:
            found.hidden_on, found.hidden_why = None, ""
        else:
            found.retired_on, found.retired_why, found.successor = None, "", None
        _keep(found, "unit shown", who=who, why=reason, facts=facts)
        publishing.relist(found)
    return found


def counted(unit: Unit, *, whole: bool = True) -> Iterator[str]:
    """Name what proves that a unit was one: what everybody has read of it, answers, complaints, and kiosks: theirs may be on the way still.

    Without `whole` nothing follows from a complaint that is kept from the unit's desk.
    """
    if Release.objects.filter(unit=unit, state__in=SHOWN).exists():
        yield "releases"
    if Response.objects.filter(series__unit=unit).exists():
        yield "answers"
    if (Ticket.objects.filter(unit=unit) if whole else public(unit)).exists():
        yield "complaints"
    if Assignment.objects.filter(unit=unit).exists():
        yield "kiosks"


def _may_follow(successor: Unit, unit: Unit) -> bool:
    return successor.pk != unit.pk and successor.hidden_on is None and successor.retired_on is None


def _no_kiosks(unit: Unit) -> None:
    """Insist that no kiosk stands there: its next answer would be one that no period counts."""
    if kiosks := lasting.kiosks_at(unit):
        raise CollectorError("unit_kiosks", unit=unit.code, kiosks=", ".join(kiosks))


def _locked(unit: Unit) -> Unit:
    return Unit.objects.select_for_update(no_key=True).get(pk=unit.pk)


def _today(unit: Unit) -> date:
    return local_date(clock.now(), unit.time_zone)


def _keep(unit: Unit, action: str, *, who: str, why: str, facts: Mapping[str, object]) -> None:
    unit.save(update_fields=["retired_on", "retired_why", "successor", "hidden_on", "hidden_why"])
    trail.note(who=who, action=action, subject=unit.code, why=why, facts=facts)


def _reason(why: str) -> str:
    """Insist on a reason, in one line.

    Raises:
        CollectorError: there is none (`unit_why`).
    """
    text = in_one_line(why)[:300]
    if not text:
        raise CollectorError("unit_why")
    return text
