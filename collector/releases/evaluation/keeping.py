"""The marks an evaluator enters: kept as they came, with who and when; a correction is another version."""

from enum import StrEnum

from django.db import transaction

from collector import clock
from collector.errors import CollectorError
from collector.fleet.models import Unit
from collector.people import trail
from collector.releases.evaluation.form import Form
from collector.releases.models import Evaluation
from collector.releases.publishing import need_reason
from survey.index.periods import Period


class Round(StrEnum):
    """Whose evaluation it is; the two are separate and have results of their own."""

    NATIONAL = "nasional"
    OWN = "mandiri"


def enter(unit: Unit, period: Period, rnd: Round, form: Form, *, who: str, why: str = "") -> Evaluation:
    """Keep a form; what was entered before stays beside it.

    Raises:
        CollectorError: it says what the version before says (`evaluation_same`), or corrects one without a reason (`release_why`).
    """
    with transaction.atomic():
        Unit.objects.select_for_update().get(pk=unit.pk)
        before = newest(unit, period, rnd)
        marks = {str(number): mark for number, mark in sorted(form.marks.items())}
        notes = {str(number): note for number, note in sorted(form.notes.items())}
        if before is not None:
            if (before.marks, before.notes) == (marks, notes):
                raise CollectorError("evaluation_same", number=before.number)
            need_reason(why)
        kept = Evaluation.objects.create(
            unit=unit,
            period=period.identifier,
            round=rnd.value,
            number=before.number + 1 if before is not None else 1,
            marks=marks,
            notes=notes,
            entered_at=clock.now(),
            entered_by=who[:150],
            why=why[:300],
        )
        trail.note(
            who=who,
            action="F-02 entered",
            subject=f"unit {unit.code} {period.identifier} {rnd.value} #{kept.number}",
            why=why,
            facts={"marks": marks},
        )
    return kept


def newest(unit: Unit, period: Period, rnd: Round) -> Evaluation | None:
    """Give the version that counts, the last one; None where nothing was entered."""
    found = Evaluation.objects.filter(unit=unit, period=period.identifier, round=rnd.value)
    return found.order_by("number").last()


def scores(evaluation: Evaluation) -> dict[int, int]:
    """Give the marks by indicator number."""
    return {int(number): int(mark) for number, mark in evaluation.marks.items()}
