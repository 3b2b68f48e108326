"""The courier: carries what the collector has not confirmed, again and again, until it has.

It decides; senders carry and the journal keeps. `step` is one turn of a loop: connect if need be, take in what
arrived, hand over what is due. Only a receipt with the collector's signature and our own link moves the acknowledged position. What
was sent and not confirmed is sent again: after every reconnect, and when no receipt comes.

MQTT is the usual transport. After repeated failure HTTPS takes over, with the same bytes, and MQTT is tried again from
time to time.
"""

import logging
from collections.abc import Callable, Iterable, Mapping

from survey.record.errors import Malformed
from survey.wire.messages import Receipt
from survey.wire.trouble import Trouble, trouble
from uplink.errors import Refused, TooLarge, Unreachable
from uplink.forwarder.config import Pace
from uplink.forwarder.ended import AnyInbox
from uplink.forwarder.outbox import Outbox
from uplink.forwarder.patience import Patience
from uplink.forwarder.roads import Roads
from uplink.forwarder.senders.sender import (
    NOBODY_LISTENS,
    Event,
    ReceiptArrived,
    Sender,
    SendRefused,
    SignedArrived,
)
from uplink.forwarder.status import Progress
from uplink.journal.acknowledged import Acknowledged, Receipts
from uplink.journal.reader import JournalReader

_STALLS_BEFORE_NEW_CONNECTION = 2
_LONG_LAZY = 2.0
"""Records that nobody waits for may wait once as long as they may be held back; twice is a fault."""
_PROBE_RECORDS = 50  # at once while no receipts come: mobile data costs money

log = logging.getLogger(__name__)


class Courier:
    """Carries one journal to one collector. One thread calls `step`."""

    def __init__(
        self,
        *,
        kiosk: str,
        reader: JournalReader,
        acknowledged: Acknowledged,
        ahead: Acknowledged,
        receipts: Receipts,
        transports: tuple[Sender, ...],
        inboxes: Mapping[type[Event], AnyInbox],
        report: Callable[[Progress], bytes],
        now: Callable[[], float],
        wait: Callable[[float], object],
        boot_time_ms: Callable[[], int],
        pace: Pace,
        spread_seconds: float,
    ) -> None:
        self._kiosk = kiosk
        self._reader = reader
        self._acknowledged = acknowledged
        self._ahead = ahead
        self._receipts = receipts
        self._roads = Roads(transports, now=now, pace=pace, spread_seconds=spread_seconds)
        self._inboxes = inboxes
        self._report = report
        self._now = now
        self._wait = wait
        self._boot_time_ms = boot_time_ms
        self._pace = pace
        self.progress = Progress(transport=transports[0].transport)
        self._stream = ""
        self._outbox: Outbox | None = None
        self._report_at = 0.0
        self._stalls = 0
        self._patience = Patience(seconds=pace.patience_seconds, cap_seconds=pace.patience_cap_seconds)
        self._moved = (("", 0), now())
        self._quiet_until = 0.0
        self._went_back_at = float("-inf")

    def step(self, timeout: float) -> None:
        """Take one turn, waiting at most about `timeout` seconds for something to happen.

        Raises:
            JournalBroken: the journal cannot be read, or the acknowledged position not written.
        """
        outbox = self._outbox or self._begin()
        if outbox is None or not self._ensure_open(outbox):
            self._wait(timeout)
            return
        sender = self._roads.sender
        try:
            busy = self._send_due(sender, outbox)
            self._take_in(sender.poll(0.0 if busy else timeout), outbox)
            self._check_progress(outbox)
            self._report_due(sender)
        except Unreachable as error:
            self._lost(error)

    def look_at_acknowledged(self) -> None:
        """Take note of what others did to the disk: receipts from a stick, and a journal that was begun anew.

        Raises:
            JournalBroken: the journal cannot be read.
        """
        if self._outbox is None:
            return
        header = self._reader.header()
        if header is not None and header.stream != self._stream:
            log.warning("the journal was begun anew: stream %s", header.stream)
            self._begin_anew()
            return
        self._tell_waiting()
        receipt = self._receipts.furthest(self._stream)
        if receipt is not None and receipt.through > self.progress.confirmed:
            self.progress.confirmed, self.progress.collector_at_ms = receipt.through, receipt.at
            self._outbox.confirmed(receipt.through, receipt.link)

    def hurry(self, *, anew: bool) -> None:
        """Wait for nothing, and send what could wait too; `anew` on a new connection, for the old network may be gone."""
        if anew or not self._roads.is_open:
            self._roads.begin_anew()
            self.progress.connected = False
        if self._outbox is not None:
            self._outbox.hurry()
        self._quiet_until = self._now()

    def _tell_waiting(self) -> None:
        """Say so where records wait long though there is a road, and nobody has given a reason."""
        head, now = self._reader.head(), self._now()
        moved = (self._stream, self.progress.confirmed)
        if head is None or head.seq <= self.progress.confirmed or self._moved[0] != moved:
            self._moved = (moved, now)
        waits, told = now - self._moved[1], self.progress.trouble
        is_long = self.progress.connected and waits >= _LONG_LAZY * self._pace.lazy_seconds
        if is_long and (told is None or told.code == "records_wait"):
            seq, hours = self.progress.confirmed + 1, round(waits / 3600)
            self._note_trouble(
                trouble("records_wait", seq=seq, hours=hours), f"records from {seq} on wait for {hours} h"
            )

    def _begin_anew(self) -> None:
        """Carry another stream from here on, at once: that the journal was begun anew is no fault of the road."""
        self._outbox, self.progress.confirmed, self.progress.trouble = None, 0, None
        self._roads.begin_anew()
        self.progress.connected = False
        self._stalls = 0
        self._quiet_until = self._now()

    @property
    def stream(self) -> str:
        """The stream that is carried, or nothing before it is known."""
        return self._stream

    def stop(self) -> None:
        """Close the transports; the journal still has everything."""
        self._roads.close()
        self.progress.connected = False

    # Beginning, connecting, and choosing the transport.

    def _begin(self) -> Outbox | None:
        header = self._reader.header()
        if header is None:  # the kiosk has not begun its journal yet
            return None
        self._stream = self._reader.stream = header.stream
        self._outbox = Outbox(
            self._reader,
            kiosk=self._kiosk,
            stream=self._stream,
            max_records=self._pace.max_batch_records,
            lazy_seconds=self._pace.lazy_seconds,
        )
        self.look_at_acknowledged()
        return self._outbox

    def _ensure_open(self, outbox: Outbox) -> bool:
        try:
            opened = self._roads.open()
        except Unreachable as error:
            self._lost(error)
            return False
        if opened:
            self._opened(outbox)
        return self._roads.is_open

    def _opened(self, outbox: Outbox) -> None:
        transport = self._roads.sender.transport
        log.info("connected over %s; confirmed so far: %d", transport, self.progress.confirmed)
        self.progress.connected, self.progress.transport = True, transport
        if not self._stalls:  # else being connected is not yet being heard
            self.progress.trouble = None
        outbox.go_to(self.progress.confirmed + 1, hurry=True)
        self._report_at = self._now()

    def _lost(self, error: Unreachable) -> None:
        if self.progress.connected or not self.progress.trouble:
            log.warning("%s is lost: %s", self._roads.sender.transport, error)
        self._roads.lost(mute=self._stalls > 0)
        self._patience.lost()
        self.progress.connected, self.progress.trouble = False, error.trouble

    # What goes out.

    def _send_due(self, sender: Sender, outbox: Outbox) -> bool:
        """Hand over what is due; tells whether there may be more at once."""
        now = self._now()
        if now < self._quiet_until:
            return False
        while sender.room > 0 and (self._stalls == 0 or outbox.under_way == 0):
            most = _PROBE_RECORDS if self._stalls else None
            parcel = outbox.next_parcel(now, max_bytes=sender.max_bytes, most=most)
            if parcel is None:
                self._tell_undeclared()
                return False
            if outbox.under_way == 1:
                self._patience.sent(now, stalls=self._stalls)
            try:
                sender.send(parcel.payload)
            except TooLarge as refusal:
                if not outbox.shrink():
                    self._note_trouble(
                        trouble("record_too_large", seq=parcel.first),
                        f"record {parcel.first} is too large for this transport: {refusal}",
                    )
                    self._stall(outbox)
                continue
            except Refused as refusal:
                self._note_trouble(
                    trouble("records_refused", seq=parcel.first, code=refusal.code),
                    f"the collector refuses records from {parcel.first} on: {refusal}",
                )
                self._stall(outbox)
                return False
        return False

    def _tell_undeclared(self) -> None:
        """Say why nothing more goes out though records wait: one is damaged, and only the kiosk can declare it lost."""
        if (seq := self._reader.undeclared) is not None:
            self._note_trouble(
                trouble("record_undeclared", seq=seq),
                f"record {seq} is damaged: what is behind it waits until the kiosk declares it lost; restart the kiosk",
            )

    def _check_progress(self, outbox: Outbox) -> None:
        if self._now() < self._patience.until:
            return
        if not outbox.under_way and self._roads.sender.room <= 0:
            # Receipts came for all that went out, and the broker's own acknowledgements did not: nothing may be handed over any
            # more, so no receipt would ever be missed either.
            raise Unreachable("the broker acknowledges nothing on this connection", trouble("no_receipts"))
        if outbox.under_way:
            self._note_trouble(
                trouble("no_receipts"), "the collector gives no receipts; everything is kept and sent again"
            )
            self._stall(outbox)

    def _stall(self, outbox: Outbox) -> None:
        """Go back to the acknowledged position, wait longer each time, and do not trust this connection for ever."""
        self._stalls += 1
        outbox.go_to(self.progress.confirmed + 1, hurry=True)
        self._quiet_until = self._now() + self._roads.backoff.next_wait()
        if self._stalls % _STALLS_BEFORE_NEW_CONNECTION == 0:
            raise Unreachable("nothing gets through on this connection", self.progress.trouble)

    def _note_trouble(self, told: Trouble, message: str) -> None:
        if told != self.progress.trouble:
            log.warning("%s", message)
        self.progress.trouble = told

    def _report_due(self, sender: Sender) -> None:
        if self._now() >= self._report_at:
            self._report_at = self._now() + self._pace.report_seconds
            sender.report(self._report(self.progress))

    # What comes in.

    def _take_in(self, events: Iterable[Event], outbox: Outbox) -> None:
        for event in events:
            if isinstance(event, ReceiptArrived):
                self._take_receipt(event, outbox)
            elif isinstance(event, SignedArrived):
                self._inboxes[type(event)].take(event.payload)
            elif isinstance(event, SendRefused):
                nobody = event.code == NOBODY_LISTENS
                told = trouble("nobody_listens") if nobody else trouble("message_refused", code=event.code)
                self._note_trouble(told, f"nothing gets through: {event.message}")
                self._stall(outbox)

    def _take_receipt(self, event: ReceiptArrived, outbox: Outbox) -> None:
        receipt = self._read(event.payload)
        if receipt is None or receipt.stream != self._stream:
            return  # forged, or of a former life of this kiosk
        if receipt.through <= self.progress.confirmed:
            self._perhaps_go_back(receipt, event, outbox)
            return
        if not outbox.fits(receipt.through, receipt.link):
            self._keep_ahead(receipt, event.payload)
            return
        self._acknowledged.store(event.payload, arrived_up_ms=self._boot_time_ms() if event.fresh else -1)
        if self.progress.trouble:
            log.info("the collector has confirmed up to %d", receipt.through)
        self.progress.confirmed, self.progress.collector_at_ms = receipt.through, receipt.at
        self.progress.trouble = None
        self._stalls = 0
        self._roads.succeeded()
        self._quiet_until = 0.0
        outbox.confirmed(receipt.through, receipt.link)
        self._patience.answered(self._now(), more=outbox.under_way > 0)

    def _keep_ahead(self, receipt: Receipt, payload: bytes) -> None:
        """Keep a receipt for records that are not here: only the kiosk can begin a new stream behind it."""
        self._note_trouble(
            trouble("receipt_ahead", seq=receipt.through),
            f"the collector holds other records through {receipt.through}: the card was set back or copied",
        )
        self._ahead.keep(payload)

    def _perhaps_go_back(self, receipt: Receipt, event: ReceiptArrived, outbox: Outbox) -> None:
        """A collector that repeats itself lacks what we sent last, or has lost what it had confirmed."""
        now = self._now()
        lacks = event.fresh and receipt.at >= self.progress.collector_at_ms
        if not lacks or (receipt.through + 1 >= outbox.first_under_way and outbox.under_way <= 1):
            return
        if now - self._went_back_at < self._pace.patience_seconds / 2:
            return
        self._went_back_at = now
        if receipt.through < self.progress.confirmed:
            self._note_trouble(
                trouble("data_set_back", through=receipt.through, confirmed=self.progress.confirmed),
                f"the collector has only {receipt.through} of {self.progress.confirmed} confirmed records: "
                "its data was set back",
            )
        confirmed = self.progress.confirmed
        outbox.lacks(confirmed + 1)
        proof = self._receipts.proof(self._stream) if receipt.through < confirmed else None
        outbox.go_to(receipt.through + 1, hurry=True, proof=proof, proven=confirmed)

    def _read(self, payload: bytes) -> Receipt | None:
        try:
            return self._receipts.read(payload)
        except Malformed as refusal:
            log.warning("a receipt is refused: %s", refusal)
            return None
