"""`ikm-collector listen`."""

import gc
import signal
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser
from django.db import transaction

from collector import clock
from collector.complaints import retention
from collector.complaints import states as states_of_tickets
from collector.console.command import CollectorCommand
from collector.evidence.doors import heartbeat
from collector.evidence.doors.mqtt import BrokerAddress, Listener, Publication
from collector.evidence.intake.accept import accept
from collector.fleet import endings, publication, setting
from collector.log import news
from collector.people import trail
from collector.trust import ca, certificates, keyholder
from collector.trust.kinds import COLLECTOR, Errand
from survey.wire import topics
from survey.wire.health import uplink_health_of


class Command(CollectorCommand):
    """Take batches from the broker until stopped."""

    help = "Take batches from the broker (IKM_BROKER_URL), commit them, and publish receipts, until stopped."

    def add_arguments(self, parser: CommandParser) -> None:
        """Describe the options."""
        parser.add_argument(
            "--name", default="ikm-collector", help="client id at the broker; another for each listener"
        )
        parser.add_argument(
            "--share", default="", help="share the load with other listeners under this group name"
        )

    def run(self, options: dict[str, Any]) -> str | None:
        """Listen."""
        retention.replay(clock.now())
        brokers = BrokerAddress.parse_all(settings.IKM_BROKER_URL, version=settings.IKM_MQTT_VERSION)
        if brokers[0].tls:
            certificate, key = own_certificate()
            authority = settings.IKM_KEYS / ca.CERTIFICATE
            brokers = [replace(one, ca=authority, certificate=certificate, key=key) for one in brokers]
        listener = Listener(
            brokers,
            accept=accept,
            hear_states=hear,
            housekeep=to_publish,
            name=options["name"],
            share=options["share"],
        )
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: listener.stop())
        # What is loaded by now stays; looking through it for garbage again and again would cost a tenth of the speed.
        # The listener collects what each group leaves behind instead, so that memory does not grow with the backlog.
        gc.collect()
        gc.freeze()
        gc.disable()
        listener.run()
        return None


def own_certificate() -> tuple[Path, Path]:
    """Give certificate and key with which we meet the broker; that they were made stands in the trail."""
    errand = Errand("the listener", "its own certificate for the broker")
    with transaction.atomic():
        certificate, key, made = certificates.certify_listener(
            keyholder.held(), settings.IKM_OWN, errand=errand
        )
        if made:
            trail.note(who=errand.account, action="certified", subject=COLLECTOR, why=errand.why)
    return certificate, key


def hear(states: Mapping[str, bytes], now_ms: int) -> None:
    """Hear what kiosks say of themselves, and have published again what they should hold and do not."""
    reports = heartbeat.hear_all(states, now_ms).reports
    healths = {kiosk: read for kiosk, told in reports.items() if (read := uplink_health_of(told)) is not None}
    publication.tell_again(
        {kiosk: one.settings_held for kiosk, one in healths.items() if one.settings_held >= 0}
    )
    states_of_tickets.tell_again(
        {kiosk: one.tickets_held for kiosk, one in healths.items() if one.tickets_held >= 0}
    )


def to_publish() -> Sequence[Publication]:
    """Give the settings, tickets' states, news of the log and ends of kiosks that no broker holds yet, and note that it holds them now.

    Of settings that changed for many kiosks at once, some are signed with each call and some sent: arrivals never wait for all. They are noted before they are sent; a kiosk that misses them asks over HTTPS, or says so in its next report.
    """
    setting.sign_some()
    waiting = publication.unpublished()
    if waiting:
        publication.mark_published(pk for pk, _, _ in waiting)
    told = states_of_tickets.unpublished()
    if told:
        states_of_tickets.mark_published([pk for pk, _, _ in told], clock.now())
    logged = news.unpublished()
    if logged:
        news.mark_published(pk for pk, _, _ in logged)
    ended = endings.unpublished()
    if ended:
        endings.mark_published(pk for pk, _, _, _ in ended)
    return [
        *(Publication(topics.settings(kiosk), message) for _, kiosk, message in waiting),
        *(Publication(topics.tickets(kiosk), message) for _, kiosk, message in told),
        *(Publication(topics.log(kiosk), message) for _, kiosk, message in logged),
        *(one for _, kiosk, message, unused in ended for one in _farewell(kiosk, message, unused=unused)),
    ]


def _farewell(kiosk: str, message: bytes, *, unused: bool) -> Iterator[Publication]:
    """Give the last word to a kiosk that may still be connected; and for one without a good key, nothing in the place of what is retained."""
    yield Publication(topics.down(kiosk), message, retain=False)
    for topic in (topics.down, topics.settings, topics.tickets, topics.log, topics.state) if unused else ():
        yield Publication(topic(kiosk), b"")
