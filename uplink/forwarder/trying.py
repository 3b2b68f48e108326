"""Trying a new broker or collector with a connection of its own, beside the one in use."""

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from survey.record.chain import Verify
from survey.record.errors import Malformed
from survey.settings.addresses import read_broker
from survey.wire.messages import unpack_receipt, unpack_settings
from survey.wire.trouble import Trouble, trouble
from uplink.errors import Unreachable
from uplink.forwarder.moving import NoProofYet
from uplink.forwarder.notify import notify
from uplink.forwarder.outbox import Outbox
from uplink.forwarder.senders.http import HttpSender, HttpTransport
from uplink.forwarder.senders.mqtt import MqttSender, MqttTransport
from uplink.forwarder.senders.sender import (
    NOBODY_LISTENS,
    ReceiptArrived,
    SendRefused,
    SettingsArrived,
)
from uplink.journal.reader import JournalReader

_TURN_SECONDS = 0.5


class BrokerTrial:
    """Sends the oldest record that is not confirmed, or the newest, through another broker, and waits for a fresh receipt."""

    def __init__(
        self,
        where: MqttTransport,
        journal: Path,
        *,
        verify: Verify,
        confirmed: Callable[[], tuple[int, int]],
        state: Callable[[], bytes],
        wait_seconds: float,
    ) -> None:
        """Take the road in use, and what the trial needs to know.

        `confirmed` gives how far the collector has confirmed, and its clock then; `state` is left as the last will, so that the
        end of the trial does not look as if the kiosk were gone.
        """
        self._where = where
        self._reader = JournalReader(journal)
        self._verify = verify
        self._confirmed = confirmed
        self._state = state
        self._wait_seconds = wait_seconds

    def __call__(self, address: str) -> Trouble | None:
        """Try it.

        Raises:
            NoProofYet: there is no record to send.
            Unreachable: it does not answer, or refuses us.
            JournalError: the journal cannot be read.
        """
        stream, batch = self._probe()
        sender = MqttSender(aimed_at(self._where, address), last_will=self._state())
        try:
            sender.open()
            sender.send(batch)
            ends_at = time.monotonic() + self._wait_seconds
            while time.monotonic() < ends_at:
                notify("WATCHDOG=1")
                for event in sender.poll(_TURN_SECONDS):
                    if (
                        isinstance(event, ReceiptArrived)
                        and event.fresh
                        and self._proves(event.payload, stream)
                    ):
                        return None
                    if isinstance(event, SendRefused):
                        nobody = event.code == NOBODY_LISTENS
                        return (
                            trouble("nobody_listens")
                            if nobody
                            else trouble("message_refused", code=event.code)
                        )
            return trouble("no_receipts")
        finally:
            sender.close()

    def _probe(self) -> tuple[str, bytes]:
        header = self._reader.header()
        if header is None:
            raise NoProofYet
        self._reader.stream = header.stream
        head, (confirmed, _) = self._reader.head(), self._confirmed()
        if head is None:
            raise NoProofYet
        outbox = Outbox(
            self._reader, kiosk=self._where.kiosk, stream=header.stream, max_records=1, lazy_seconds=0.0
        )
        outbox.go_to(min(confirmed + 1, head.seq), hurry=True)
        parcel = outbox.next_parcel(0.0, max_bytes=self._where.max_bytes)
        if parcel is None:
            raise NoProofYet
        return header.stream, parcel.payload

    def _proves(self, payload: bytes, stream: str) -> bool:
        """Tell whether the collector has just signed this: a receipt that somebody kept for later is older than ours."""
        try:
            receipt = unpack_receipt(payload, self._verify)
        except Malformed:
            return False
        _, at_ms = self._confirmed()
        return (receipt.kiosk, receipt.stream) == (self._where.kiosk, stream) and receipt.at > at_ms


class CollectorTrial:
    """Asks another address for this kiosk's settings."""

    def __init__(
        self, where: HttpTransport, *, verify: Verify, held: Callable[[], int], now: Callable[[], float]
    ) -> None:
        self._where = where
        self._verify = verify
        self._held = held
        self._now = now

    def __call__(self, address: str) -> Trouble | None:
        """Try it.

        Raises:
            Unreachable: it does not answer.
        """
        sender = HttpSender(replace(self._where, collector_url=address), now=self._now)
        try:
            sender.open()
            notify("WATCHDOG=1")
            told = [one for one in sender.poll(0.0) if isinstance(one, SettingsArrived)]
        finally:
            sender.close()
        if any(self._proves(one.payload) for one in told):
            return None
        raise Unreachable(f"{address} has no settings for this kiosk", trouble("collector_no_answer"))

    def _proves(self, payload: bytes) -> bool:
        try:
            settings = unpack_settings(payload, self._verify)
        except Malformed:
            return False
        return settings.kiosk == self._where.kiosk and settings.version >= self._held()


def aimed_at(where: MqttTransport, address: str) -> MqttTransport:
    """Give a road to another broker, with the same certificate; without one where there is no encryption."""
    broker = read_broker(address)
    credentials = where.credentials if broker.tls else None
    return replace(where, host=broker.host, port=broker.port, credentials=credentials)
