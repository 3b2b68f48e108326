"""Words that an office begins its answers with, of a unit or of an agency for all its units."""

from django.db import transaction
from django.db.models import Q, QuerySet

from collector import clock
from collector.complaints.models import AnswerTemplate
from collector.errors import CollectorError
from collector.fleet.models import Agency, Unit
from collector.people import trail
from collector.words.foreign import in_one_line

LONGEST_NAME, LONGEST_TEXT = 80, 2_000


def of_unit(unit: Unit) -> QuerySet[AnswerTemplate]:
    """Give what is there for a unit: its own, and its agency's."""
    found = Q(unit=unit) if unit.agency_id is None else Q(unit=unit) | Q(agency=unit.agency_id)
    return AnswerTemplate.objects.filter(found).select_related("unit", "agency")


def put(owner: Unit | Agency, name: str, text: str, *, who: str, number: int | None = None) -> AnswerTemplate:
    """Add words, or change those with a number.

    Raises:
        CollectorError: they have no name or no text, or too much of it (`template_empty`), or there are none with this number (`template_unknown`).
    """
    said = in_one_line(name)
    if not said or not text.strip() or len(said) > LONGEST_NAME or len(text) > LONGEST_TEXT:
        raise CollectorError("template_empty", most=LONGEST_TEXT)
    given = {"name": said, "text": text.strip(), "changed_at": clock.now(), "changed_by": who}
    with transaction.atomic():
        if number is None:
            made = AnswerTemplate.objects.create(**_of(owner), **given)
        else:
            made = _find(owner, number)
            AnswerTemplate.objects.filter(pk=made.pk).update(**given)
            made.refresh_from_db()
        trail.note(who=who, action="answer template kept", subject=owner.code, facts={"name": said})
    return made


def remove(owner: Unit | Agency, number: int, *, who: str) -> None:
    """Take words out; what was answered with them stays.

    Raises:
        CollectorError: there are none with this number (`template_unknown`).
    """
    with transaction.atomic():
        found = _find(owner, number)
        trail.note(who=who, action="answer template removed", subject=owner.code, facts={"name": found.name})
        found.delete()


def _find(owner: Unit | Agency, number: int) -> AnswerTemplate:
    found = AnswerTemplate.objects.filter(pk=number, **_of(owner)).first()
    if found is None:
        raise CollectorError("template_unknown", number=number)
    return found


def _of(owner: Unit | Agency) -> dict[str, Unit | Agency]:
    return {"unit": owner} if isinstance(owner, Unit) else {"agency": owner}
