"""The uplink process: everything is put together here, and the courier's step is repeated until we are told to stop.

It holds no signing key and writes nothing but its own folder: the acknowledged position, the two inboxes and its status.
"""

import logging
import signal
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from threading import Event

from survey.wire.trouble import trouble
from uplink.errors import IdentityError, JournalError
from uplink.forwarder.config import Pace, UplinkConfig
from uplink.forwarder.courier import Courier
from uplink.forwarder.ended import EndedInbox
from uplink.forwarder.hurry import HurryWatch
from uplink.forwarder.inbox import settings_inbox, tickets_inbox
from uplink.forwarder.log_inbox import LogFiles, LogInbox
from uplink.forwarder.moving import Mover
from uplink.forwarder.notify import notify
from uplink.forwarder.senders.http import HttpSender, HttpTransport
from uplink.forwarder.senders.mqtt import Credentials, MqttSender, MqttTransport
from uplink.forwarder.senders.sender import EndedArrived, LogArrived, SettingsArrived, TicketsArrived
from uplink.forwarder.senders.validity import Validity
from uplink.forwarder.status import Progress, StatusBoard, last_will
from uplink.forwarder.stick import StickWatcher
from uplink.forwarder.trying import BrokerTrial, CollectorTrial, aimed_at
from uplink.journal.acknowledged import Acknowledged
from uplink.journal.enrolment import Enrolment, load_enrolment, verifier
from uplink.journal.home import KioskHome
from uplink.journal.reader import JournalReader
from uplink.journal.stamp import boot_time_ms, is_synchronised
from uplink.journal.told import addresses_in_use, enrolled_at, keep_addresses, newest_settings

_STATUS_SECONDS = 2.0
_TURN_SECONDS = 0.2
_POWER_CUT_UP_MS = 180_000  # started this soon after the machine: the whole district may have
_POWER_CUT_SPREAD_SECONDS = 20.0

log = logging.getLogger(__name__)


class Uplink:
    """The process's objects and its loop."""

    def __init__(self, home: Path, config: UplinkConfig) -> None:
        enrolment = load_enrolment(home)
        verify = verifier(enrolment.collector_key)
        folder = KioskHome(home)
        folder.uplink_part.mkdir(parents=True, exist_ok=True, mode=0o750)
        self._reader = JournalReader(folder.journal)
        self._log = LogInbox(
            LogFiles(
                seen=folder.log,
                fork=folder.log_fork,
                uncosigned=folder.log_uncosigned,
                other_log=folder.log_other,
                policy=folder.log_policy,
                carried=(folder.log_carried, folder.carried_log),
            ),
            kiosk=enrolment.kiosk,
            collector_key=enrolment.collector_key,
            verify=verify,
            check=lambda key, signature, message: verifier(key)(signature, message),
        )
        self._home, self._enrolment = home, enrolment
        self._ended = EndedInbox(home, enrolment, verify=verify)
        used = addresses_in_use(home, enrolment)
        settings = settings_inbox(folder.settings, kiosk=enrolment.kiosk, verify=verify)
        tickets = tickets_inbox(folder.tickets, kiosk=enrolment.kiosk, verify=verify)
        self._board = StatusBoard(
            folder,
            JournalReader(folder.journal),
            version=_version(),
            log_seen=lambda: self._log.seen,
            held=lambda: (settings.version, tickets.version),
            addresses=lambda: self._mover.told,
            certificate_ends_ms=_ends_ms(folder.broker_certificate),
        )
        receipts = folder.receipts(kiosk=enrolment.kiosk, verify=verify)
        validity = Validity(
            is_synchronised, partial(_passed_ms, folder.broker_certificate, receipts.latest_ms)
        )
        self._by_mqtt = aimed_at(mqtt_transport(enrolment, folder, config, validity), used.broker)
        self._by_https = replace(
            http_transport(enrolment, folder, config, validity), collector_url=used.collector
        )
        self._mqtt = MqttSender(self._by_mqtt, last_will=last_will())
        self._https = HttpSender(self._by_https, now=time.monotonic)
        self._stopped = Event()
        acknowledged = Acknowledged(folder.acknowledged)
        self._prepare(acknowledged)
        self._courier = Courier(
            kiosk=enrolment.kiosk,
            reader=self._reader,
            acknowledged=acknowledged,
            ahead=Acknowledged(folder.ahead),
            receipts=receipts,
            transports=(self._mqtt, self._https),
            inboxes={
                SettingsArrived: settings,
                TicketsArrived: tickets,
                LogArrived: self._log,
                EndedArrived: self._ended,
            },
            report=self._state,
            now=time.monotonic,
            wait=self._stopped.wait,
            boot_time_ms=boot_time_ms,
            pace=pace_of(config),
            spread_seconds=_POWER_CUT_SPREAD_SECONDS if boot_time_ms() < _POWER_CUT_UP_MS else 0.0,
        )
        self._sticks = StickWatcher(home, config.usb_folders)
        self._hurry = HurryWatch(folder.send_now)
        self._settings_inbox, self._settings_seen = settings, -1
        self._mover = Mover(
            enrolled=enrolled_at(enrolment),
            used=used,
            settings=partial(newest_settings, home, enrolment),
            try_broker=BrokerTrial(
                mqtt_transport(enrolment, folder, config, validity),
                folder.journal,
                verify=verify,
                confirmed=lambda: (
                    self._courier.progress.confirmed,
                    self._courier.progress.collector_at_ms,
                ),
                state=lambda: self._state(self._courier.progress),
                wait_seconds=2 * config.patience_seconds,
            ),
            try_collector=CollectorTrial(
                self._by_https, verify=verify, held=lambda: settings.version, now=time.monotonic
            ),
            keep=partial(keep_addresses, home),
            now=time.monotonic,
            again_seconds=config.move_again_seconds,
        )
        self._status_at = 0.0

    def run(self) -> None:
        """Repeat the step until `stop` is called."""
        notify("READY=1")
        while not self._stopped.is_set():
            self.step()
        self.close()

    def step(self) -> None:
        """Take one turn."""
        notify("WATCHDOG=1")
        try:
            if self._ended.lets_try(time.monotonic()):
                self._courier.step(_TURN_SECONDS)
            else:
                self._courier.stop()
                self._stopped.wait(_TURN_SECONDS)
        except JournalError as error:
            # The disk is the kiosk's business; we look again, for it may be mounted anew.
            if self._courier.progress.trouble != error.trouble:
                log.warning("%s", error)
            self._courier.progress.trouble = error.trouble
            self._stopped.wait(1.0)
        now = time.monotonic()
        if now - self._status_at >= _STATUS_SECONDS:
            self._status_at = now
            self._sticks.look()
            self._log.look_at_carried()
            self._follow_addresses()
            came = self._hurry.network_came()
            if self._hurry.asked() or came:
                log.info("sending everything now")
                self._courier.hurry(anew=came)
            self._write_status()
            if self._ended.has_come:
                self._look_for_a_new_life()

    def _follow_addresses(self) -> None:
        """Go where signed settings say that broker and collector are, once that was found to be good."""
        if self._settings_seen != self._settings_inbox.version:
            self._settings_seen = self._settings_inbox.version
            self._mover.settings_came()
        progress = self._courier.progress
        serves = progress.connected and progress.transport == self._mqtt.transport
        if self._mover.turn(by_broker=serves):
            self._mqtt.aim(aimed_at(self._by_mqtt, self._mover.told.broker))
            self._https.aim(replace(self._by_https, collector_url=self._mover.told.collector))
            self._courier.hurry(anew=True)

    def stop(self) -> None:
        """Let `run` end after the current turn; safe in a signal handler."""
        self._stopped.set()

    def close(self) -> None:
        """Say goodbye and close all connections."""
        self._mqtt.part(self._state(self._courier.progress, online=False))
        self._courier.stop()

    @property
    def confirmed(self) -> int:
        """The collector has confirmed everything up to here."""
        return self._courier.progress.confirmed

    @staticmethod
    def _prepare(acknowledged: Acknowledged) -> None:
        try:
            acknowledged.prepare()
        except JournalError as error:  # on a full disk records still go out; their receipts come again later
            log.warning("%s", error)

    def _state(self, progress: Progress, *, online: bool = True) -> bytes:
        return self._board.state(progress, stream=self._courier.stream, online=online)

    def _look_for_a_new_life(self) -> None:
        """End where this machine was enrolled anew: whoever started us starts another one, for the kiosk that it is now."""
        try:
            is_ours = load_enrolment(self._home).public_key == self._enrolment.public_key
        except IdentityError:
            is_ours = False
        if not is_ours:
            log.info("this machine is enrolled anew")
            self._stopped.set()

    def _write_status(self) -> None:
        progress = self._courier.progress
        self._ended.heard(progress.collector_at_ms)
        if self._ended.has_come:
            progress.trouble = trouble("kiosk_revoked")
        try:
            self._courier.look_at_acknowledged()
            backlog = self._board.backlog(progress)
        except JournalError as error:
            progress.trouble, backlog = error.trouble, -1
        self._board.write(progress, backlog=backlog, stick=self._sticks.said, now_up_ms=boot_time_ms())


def main(home: Path, config: UplinkConfig) -> int:
    """Run the uplink until SIGTERM or SIGINT; gives the exit code.

    Raises:
        IdentityError: the kiosk is not enrolled.
    """
    uplink = Uplink(home, config)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _stopper(uplink.stop))
    uplink.run()
    return 0


def _stopper(stop: Callable[[], None]) -> Callable[[int, object], None]:
    def stop_now(number: int, frame: object) -> None:  # noqa: ARG001 - the signature is Python's
        stop()

    return stop_now


def _passed_ms(certificate: Path, latest_receipt_ms: Callable[[], int]) -> int:
    """Give the latest moment that has certainly passed: by the clock, by our own certificate's beginning, by the last receipt."""
    from cryptography import x509  # noqa: PLC0415 - few machines have no clock

    try:
        made = x509.load_pem_x509_certificate(certificate.read_bytes()).not_valid_before_utc
        made_ms = round(made.timestamp() * 1000)
    except (OSError, ValueError):
        made_ms = 0
    return max(time.time_ns() // 1_000_000, made_ms, latest_receipt_ms())


def _ends_ms(certificate: Path) -> int:
    """Give when our own certificate ends; 0 where there is none."""
    from cryptography import x509  # noqa: PLC0415 - many kiosks have no certificate of their own

    try:
        ends = x509.load_pem_x509_certificate(certificate.read_bytes()).not_valid_after_utc
    except (OSError, ValueError):
        return 0
    return round(ends.timestamp() * 1000)


def mqtt_transport(
    enrolment: Enrolment, home: KioskHome, config: UplinkConfig, validity: Validity
) -> MqttTransport:
    """Give the way out over MQTT."""
    return MqttTransport(
        kiosk=enrolment.kiosk,
        host=enrolment.broker.host,
        port=enrolment.broker.port,
        credentials=Credentials(ca=home.broker_ca, certificate=home.broker_certificate, key=home.broker_key)
        if enrolment.broker.tls
        else None,
        version=config.mqtt_version,
        keep_alive_seconds=config.keep_alive_seconds,
        window=config.window,
        max_bytes=config.max_message_bytes,
        connect_seconds=config.connect_seconds,
        validity=validity,
    )


def http_transport(
    enrolment: Enrolment, home: KioskHome, config: UplinkConfig, validity: Validity
) -> HttpTransport:
    """Give the way out over HTTPS."""
    return HttpTransport(
        kiosk=enrolment.kiosk,
        collector_url=enrolment.collector_url,
        ca=home.broker_ca if enrolment.private_ca else None,
        connect_seconds=config.connect_seconds,
        read_seconds=config.https_read_seconds,
        deadline_seconds=config.https_deadline_seconds,
        max_bytes=config.https_message_bytes,
        settings_every_seconds=config.https_settings_seconds,
        validity=validity,
    )


def pace_of(config: UplinkConfig) -> Pace:
    """Give the courier's part of the configuration."""
    return Pace(
        max_batch_records=config.max_batch_records,
        patience_seconds=config.patience_seconds,
        patience_cap_seconds=config.patience_cap_seconds,
        lazy_seconds=config.lazy_seconds,
        report_seconds=config.report_seconds,
        failures_before_fallback=config.mqtt_failures_before_https,
        return_seconds=config.mqtt_again_seconds,
        reconnect_first_seconds=config.reconnect_first_seconds,
        reconnect_cap_seconds=config.reconnect_cap_seconds,
    )


def _version() -> str:
    try:
        return version("ikm-kiosk")
    except PackageNotFoundError:
        return "unpackaged"
