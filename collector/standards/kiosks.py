"""What a unit's kiosks show of its standards: the six components that everybody is to read, of the versions in force."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.conf import settings

from collector.fleet import publication
from collector.fleet.models import Unit
from collector.local import local_date
from collector.standards.components import PUBLIC
from collector.standards.models import Standard
from collector.standards.reading import services_of, today_of
from survey.settings.shown import MAX_COMPONENT, MAX_STANDARDS, STANDARDS, shortened


def standards_of(unit: Unit) -> Mapping[str, object]:
    """Give a kiosk's setting of what is promised of each service; of None where nothing is. A long text is cut: its page has it whole."""
    shown = []
    for one in services_of(unit, today_of(unit)):
        texts = {
            part.key: shortened(text, MAX_COMPONENT)
            for part in PUBLIC
            if (text := one.texts.get(part.key, "").strip())
        }
        if texts:
            shown.append({"code": one.service.code, "name": one.service.name, "texts": texts})
    return {STANDARDS: shown[:MAX_STANDARDS] or None}


def come_into_force(now: datetime) -> None:
    """Tell the kiosks of standards whose day has come since the night before, wherever it is that day already."""
    day, near = local_date(now, settings.IKM_TIME_ZONE), timedelta(days=1)
    due = Standard.objects.filter(in_force_from__range=(day - near, day + near))
    for unit in Unit.objects.filter(pk__in=due.values("unit")):
        publication.retell(unit)
