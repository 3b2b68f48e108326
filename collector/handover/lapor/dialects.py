"""The adapter by its dialect's name."""

from collector.handover.lapor.adapter import Adapter
from collector.handover.lapor.courier import Courier
from collector.handover.lapor.json_dialect import JsonDialect
from collector.handover.lapor.settings import JSON, in_force
from collector.handover.lapor.xml_dialect import XmlDialect


def courier() -> Courier:
    """Give the courier for the adapter that is on.

    Raises:
        CollectorError: it is off, or its settings make no sense.
    """
    settings = in_force()
    adapter: Adapter = JsonDialect(settings) if settings.dialect == JSON else XmlDialect(settings)
    return Courier(adapter, can_ask=bool(settings.poll_url))
