"""When responses came last: which period a page opens with."""

from datetime import date

from collector.scores.ask.queries import DEFAULT_INSTRUMENT
from collector.scores.models import Form
from collector.scores.tallies.keys import UNIT_STEP, month_date, split_unit_key, unit_key
from collector.servers import reading

_LAST_MONTH = (1 << 12) - 1
_SELECT = (
    "SELECT (SELECT t.id FROM scores_unittally t"  # noqa: S608 - numbers of our own
    f" WHERE t.id BETWEEN u.id * {UNIT_STEP} + %s AND u.id * {UNIT_STEP} + %s ORDER BY t.id DESC LIMIT 1)"
    " FROM fleet_unit u"
)


def month(*, unit: int | None = None, instrument: str = DEFAULT_INSTRUMENT) -> date | None:
    """Give the first day of the latest month with responses, of a unit or of all; None where there are none."""
    form = Form.objects.filter(instrument=instrument).order_by("-pk").values_list("pk", flat=True).first()
    if form is None:
        return None
    low, high = unit_key(0, form, 0, flagged=False), unit_key(0, form, _LAST_MONTH, flagged=True)
    with reading.connection().cursor() as cursor:
        if unit is None:
            cursor.execute(_SELECT, [low, high])
        else:
            cursor.execute(f"{_SELECT} WHERE u.id = %s", [low, high, unit])
        months = [split_unit_key(key).time for (key,) in cursor.fetchall() if key is not None]
    return month_date(max(months)) if months else None
