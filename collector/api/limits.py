"""How often somebody may ask: counted a minute, in the database, for all of the pages' processes together."""

from datetime import datetime

from django.db.models import F

from collector.api.models import Asked

OF_TOKEN = 600
OF_NETWORK = 600
"""Of whoever shows no token."""
WRONG = 30
"""Of tokens that open nothing."""
_FORGET = 60


def take(name: str, most: int, now: datetime) -> bool:
    """Count a request; tells whether it is within the limit. The condition is in the update, so that two at once cannot both be the last."""
    window = int(now.timestamp()) // 60
    rows = Asked.objects.filter(name=name)
    if rows.filter(window=window, count__lt=most).update(count=F("count") + 1):
        return True
    if rows.filter(window__lt=window).update(window=window, count=1):
        return True
    _, new = Asked.objects.get_or_create(name=name, defaults={"window": window, "count": 1})
    if new:
        Asked.objects.filter(window__lt=window - _FORGET).delete()
    return new


def seconds_left(now: datetime) -> int:
    """Give after how many seconds the next minute begins."""
    return 60 - int(now.timestamp()) % 60
