"""The newest settings that the collector has signed for this kiosk, and the addresses that the uplink found to be good."""

import json
import logging
from pathlib import Path
from typing import NamedTuple

from survey.record.errors import Malformed
from survey.settings.addresses import BrokerAddress, read_broker, read_collector
from survey.wire.messages import Settings, unpack_settings
from uplink.journal.enrolment import Enrolment, verifier
from uplink.journal.home import KioskHome
from uplink.journal.segments.disk import REAL_DISK, Disk
from uplink.journal.segments.files import replace_file

log = logging.getLogger(__name__)


class Addresses(NamedTuple):
    """Where this kiosk's messages go, as `survey.settings.addresses` writes it."""

    broker: str
    collector: str


def signed_settings(home: Path, enrolment: Enrolment) -> list[Settings]:
    """Give what lies here of settings that the collector has signed for this kiosk, the newest first.

    The uplink's inbox and what the kiosk has applied are both looked at: whoever puts an older message into the one brings
    nothing old back.
    """
    verify = verifier(enrolment.collector_key)
    found = []
    for path in (KioskHome(home).settings, KioskHome(home).settings_good):
        try:
            settings = unpack_settings(path.read_bytes(), verify)
        except (OSError, Malformed):
            continue
        if settings.kiosk == enrolment.kiosk:
            found.append(settings)
    return sorted(found, key=lambda one: -one.version)


def newest_settings(home: Path, enrolment: Enrolment) -> Settings | None:
    """Give the newest of them, or None where there are none."""
    return next(iter(signed_settings(home, enrolment)), None)


def enrolled_at(enrolment: Enrolment) -> Addresses:
    """Give the addresses that the kiosk was enrolled with."""
    broker = BrokerAddress(enrolment.broker.host, enrolment.broker.port, enrolment.broker.tls)
    return Addresses(str(broker), enrolment.collector_url)


def addresses_in_use(home: Path, enrolment: Enrolment) -> Addresses:
    """Give the addresses that were good last; those of the enrolment where none was ever moved, or the file makes no sense."""
    first = enrolled_at(enrolment)
    try:
        fields = json.loads(KioskHome(home).addresses.read_bytes())
        return Addresses(str(read_broker(fields["broker"])), read_collector(fields["collector"]))
    except FileNotFoundError:
        return first
    except (OSError, ValueError, KeyError, TypeError) as error:
        log.warning(
            "the addresses of broker and collector cannot be read: %s; those of the enrolment are used", error
        )
        return first


def keep_addresses(home: Path, addresses: Addresses, *, disk: Disk = REAL_DISK) -> None:
    """Keep addresses that were found to be good.

    Raises:
        OSError: they cannot be written.
    """
    replace_file(KioskHome(home).addresses, json.dumps(addresses._asdict()).encode(), disk=disk)
