"""What a unit's kiosks show of its follow-up: the plans that were done last, as everybody reads them on the unit's page."""

from collections.abc import Mapping

from collector.fleet.models import Unit
from collector.followup.models import Item, State
from survey.settings.shown import MAX_MENDED, MAX_PROBLEM, MAX_RESULT, MENDED, shortened


def mended_of(unit: Unit) -> Mapping[str, object]:
    """Give a kiosk's setting of what was mended, the newest first; of None where nothing was."""
    done = Item.objects.filter(unit=unit, state=State.DONE).exclude(done_on=None)
    shown = [
        {
            "problem": shortened(item.problem, MAX_PROBLEM),
            "result": shortened(item.result, MAX_RESULT),
            "done_on": item.done_on.isoformat(),
        }
        for item in done.order_by("-done_on", "-number")[:MAX_MENDED]
        if item.done_on is not None and item.result
    ]
    return {MENDED: shown or None}
