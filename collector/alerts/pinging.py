"""That the collector itself lives, told outwards: a watch elsewhere alarms when these words stop.

Nobody else can tell that this machine is gone. The word goes out only while the looking goes on, so one who hangs is silent as well.
"""

import logging
from datetime import timedelta
from threading import Event

from django.conf import settings
from django.db import connection

from collector import clock
from collector.alerts import sending
from collector.alerts.models import Turn

log = logging.getLogger(__name__)
EACH_S = 60.0
STALE = timedelta(minutes=2)


def ping() -> bool:
    """Tell the watch outside that we look; False where nobody looked lately, or no watch is named.

    Raises:
        OSError: it was not told.
    """
    url = settings.IKM_ALERT_PING_URL
    if not url:
        return False
    looked = Turn.objects.filter(pk=1).values_list("at", flat=True).first()
    if looked is None or clock.now() - looked > STALE:
        return False
    sending.post(url, b"", {})
    return True


def run(stop: Event) -> None:
    """Tell it each minute until stopped; what fails is told of once, and tried again."""
    failed = False
    try:
        while not stop.wait(EACH_S):
            try:
                ping()
                failed = False
            except (OSError, ValueError) as error:  # an address that is none is told of, and ends nobody
                if not failed:
                    log.warning("the watch outside was not told: %s", type(error).__name__)
                failed = True
    finally:
        connection.close()
