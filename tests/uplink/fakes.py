"""Small real things for the uplink's tests: a collector that keeps what it accepts, a transport to it, a kiosk's folder."""

import errno
import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from survey.record.chain import first_link, head_message, link_through, next_link
from survey.record.errors import Malformed
from survey.record.record import RESPONSE, Stamp
from survey.wire.carriage import SEALED
from survey.wire.messages import Batch, Receipt, pack_receipt, unpack_batch
from survey.wire.sealing import CARRIED, key_id, parts
from uplink.errors import TooLarge, Unreachable
from uplink.forwarder.senders.sender import Event, ReceiptArrived, SlotFreed
from uplink.journal.enrolment import Broker, Enrolment, Named, store_enrolment, verifier
from uplink.journal.home import KioskHome
from uplink.journal.identity import Identity
from uplink.journal.journal import Journal
from uplink.journal.segments.disk import Disk

KIOSK = "k-0001"
START_MS = 1_767_225_600_000


class FakeCollector:
    """Checks chain and signature, keeps every record once, and signs receipts; it knows one kiosk."""

    def __init__(self, public_key: bytes, *, kiosk: str = KIOSK) -> None:
        self.key = Ed25519PrivateKey.generate()
        self.sealing = X25519PrivateKey.generate()
        self.verify = verifier(self.key.public_key().public_bytes_raw())
        self.kiosk = kiosk
        self._kiosk_key = public_key
        self._check = verifier(public_key)
        self.lines: dict[str, list[bytes]] = {}
        self.links: dict[str, list[bytes]] = {}
        self.attachments: dict[tuple[str, int], list[str]] = {}
        self.batches: list[Batch] = []
        self.refused: list[str] = []
        self.conflicts = 0
        self.at_ms = START_MS
        self._lock = threading.Lock()

    @property
    def public_key(self) -> bytes:
        return self.key.public_key().public_bytes_raw()

    def opened(self, carried: bytes) -> bytes:
        """Open a batch file from a stick."""
        assert carried[: len(SEALED)] == SEALED
        sealed = parts(carried[len(SEALED) :])
        assert sealed is not None
        assert sealed.key_id == key_id(self.sealing.public_key().public_bytes_raw())
        shared = self.sealing.exchange(X25519PublicKey.from_public_bytes(sealed.once))
        derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=CARRIED).derive(shared)
        return ChaCha20Poly1305(derived).decrypt(bytes(12), sealed.ciphertext, None)

    def accept(self, payload: bytes) -> bytes | None:
        """Take a batch in; gives the receipt, or None for what is not from our kiosk."""
        with self._lock:
            try:
                batch = unpack_batch(payload)
            except Malformed as refusal:
                self.refused.append(refusal.code)
                return None
            self.batches.append(batch)
            self.at_ms += 1_000
            start = first_link(stream=batch.stream, public_key=self._kiosk_key)
            lines = self.lines.setdefault(batch.stream, [])
            links = self.links.setdefault(batch.stream, [start])
            if batch.first <= len(links):
                self._take(batch, lines, links)
            return self.receipt(batch.stream)

    def _take(self, batch: Batch, lines: list[bytes], links: list[bytes]) -> None:
        link = links[batch.first - 1]
        known = len(lines)
        for place, line in enumerate(batch.lines):
            seq = batch.first + place
            if seq <= known and lines[seq - 1] != line:
                self.conflicts += 1
                return
            link = next_link(link, line)
        if not self._check(batch.signature, head_message(stream=batch.stream, seq=batch.last, link=link)):
            self.refused.append("signature")
            return
        for line in batch.lines[known + 1 - batch.first :] if known >= batch.first else batch.lines:
            links.append(next_link(links[-1], line))
            lines.append(line)
        for seq, attachment in batch.attachments:
            self.attachments.setdefault((batch.stream, seq), []).append(attachment.name)

    def receipt(self, stream: str, *, through: int | None = None, link: bytes | None = None) -> bytes:
        links = self.links.get(stream)
        known = len(links) - 1 if links else 0
        number = known if through is None else through
        return pack_receipt(
            Receipt(
                kiosk=self.kiosk,
                stream=stream,
                through=number,
                link=link if link is not None else (links[number] if links else bytes(32)),
                at=self.at_ms,
            ),
            self.key.sign,
        )

    def held(self) -> int:
        return sum(len(lines) for lines in self.lines.values())


class FakeTransport:
    """A sender straight to a `FakeCollector`; it can be cut, deaf, small, lossy and slow to answer."""

    def __init__(self, collector: FakeCollector, *, transport: str = "mqtt", window: int = 4) -> None:
        self.transport = transport
        self.collector = collector
        self.max_bytes = 200_000
        self.cut = False
        self.deaf = False
        """Batches vanish behind the broker's acknowledgement."""
        self.drop: set[int] = set()
        """Which of the batches sent, by count from 1, are lost."""
        self.window = window
        self.sent: list[bytes] = []
        self.states: list[bytes] = []
        self.opened = 0
        self.tried = 0
        self.events: deque[Event] = deque()
        self.retained: bytes | None = None
        self._open = False

    @property
    def room(self) -> int:
        return self.window if self._open else 0

    def open(self) -> None:
        self.tried += 1
        if self.cut:
            raise Unreachable("the cable is out")
        if not self._open:
            self._open = True
            self.opened += 1
            if self.retained is not None:
                self.events.append(ReceiptArrived(self.retained, fresh=False))

    def send(self, batch: bytes) -> None:
        if self.cut:
            raise Unreachable("the cable is out")
        if len(batch) > self.max_bytes:
            raise TooLarge("too large")
        self.sent.append(batch)
        self.events.append(SlotFreed())
        if self.deaf or len(self.sent) in self.drop:
            return
        receipt = self.collector.accept(batch)
        if receipt is not None:
            self.retained = receipt
            self.events.append(ReceiptArrived(receipt, fresh=True))

    def report(self, state: bytes) -> None:
        self.states.append(state)

    def poll(self, timeout: float) -> Sequence[Event]:
        if self.cut:
            raise Unreachable("the cable is out")
        events = tuple(self.events)
        self.events.clear()
        return events

    def close(self) -> None:
        self._open = False
        self.events.clear()


class FaultyDisk(Disk):
    """A disk that fails on demand: each list holds what the next calls raise, None for a call that works."""

    def __init__(self) -> None:
        self.append_faults: deque[OSError | None] = deque()
        self.sync_faults: deque[OSError | None] = deque()
        self.partial_bytes = 0
        """How many bytes a failing append writes before it fails."""
        self.syncs = 0

    def append(self, handle: int, content: bytes) -> None:
        fault = self.append_faults.popleft() if self.append_faults else None
        if fault is not None:
            super().append(handle, content[: self.partial_bytes])
            raise fault
        super().append(handle, content)

    def sync(self, handle: int) -> None:
        self.syncs += 1
        fault = self.sync_faults.popleft() if self.sync_faults else None
        if fault is not None:
            raise fault
        super().sync(handle)


class HastyDisk(Disk):
    """A disk that never flushes: for tests about bytes, not about power."""

    def sync(self, handle: int) -> None:
        pass


class MortalDisk(Disk):
    """A disk whose power can be cut: contents and names that were not flushed are gone then."""

    def __init__(self) -> None:
        self._contents: dict[int, bytes] = {}
        """What is on the medium, by inode."""
        self._names: dict[Path, dict[str, int]] = {}
        """Which names each flushed folder has on the medium."""
        self.before_sync: Callable[[], None] = lambda: None

    def sync(self, handle: int) -> None:
        self.before_sync()
        # The handle may be for writing only; the same file is read by another way.
        self._contents[os.fstat(handle).st_ino] = Path(f"/proc/self/fd/{handle}").read_bytes()

    def sync_folder(self, folder: Path) -> None:
        self._names[folder] = {path.name: path.stat().st_ino for path in folder.iterdir() if path.is_file()}

    def holds(self, path: Path) -> bool:
        """Whether all that `path` shows is on the medium."""
        return self._contents.get(path.stat().st_ino) == path.read_bytes()

    def cut_power(self, folder: Path) -> None:
        """Leave of `folder` and the folders below it what is on the medium."""
        for path in [path for path in folder.rglob("*") if path.is_file()]:
            path.unlink()
        for place, names in self._names.items():
            for name, inode in names.items():
                (place / name).write_bytes(self._contents.get(inode, b""))
        self._contents = {
            path.stat().st_ino: path.read_bytes()
            for place in self._names
            for path in place.iterdir()
            if path.is_file()
        }
        for place in self._names:
            self.sync_folder(place)


def full() -> OSError:
    return OSError(errno.ENOSPC, "No space left on device")


def failing() -> OSError:
    return OSError(errno.EIO, "Input/output error")


def read_only() -> OSError:
    return OSError(errno.EROFS, "Read-only file system")


class Home:
    """A kiosk's folder with an identity, a journal and the collector it is enrolled at."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.identity = Identity.create(folder)
        self.identity.kiosk = KIOSK
        self.collector = FakeCollector(self.identity.public_key)
        self.paths = KioskHome(folder)
        self.paths.uplink_part.mkdir()
        self.acknowledged = self.paths.acknowledged
        self.carried = self.paths.carried_acknowledged
        self.receipts = self.paths.receipts(kiosk=KIOSK, verify=self.collector.verify)

    def enrol(self, *, port: int = 1883, url: str = "http://127.0.0.1:1", tls: bool = False) -> Enrolment:
        enrolment = Enrolment(
            kiosk=KIOSK,
            public_key=self.identity.public_key,
            collector_key=self.collector.public_key,
            seal_key=self.collector.sealing.public_key().public_bytes_raw(),
            collector_url=url,
            broker=Broker(host="127.0.0.1", port=port, tls=tls),
            unit=Named(code="sukamaju", name="Balai Desa Sukamaju", region="18.01.05.2003"),
            place=Named(code="loket-1", name="Loket 1"),
            agency="Pemerintah Desa",
            timezone="Asia/Jakarta",
        )
        store_enrolment(self.folder, enrolment)
        return enrolment

    def journal(self, **more: object) -> Journal:
        return Journal.open(
            self.paths.journal,
            stream_key=self.identity,
            receipts=self.receipts,
            **{"head": self.paths.head} | more,  # type: ignore[arg-type]
        )


def body(visit: int = 1, value: int = 3) -> dict[str, object]:
    return {
        "answers": {"kepuasan": value},
        "channel": "button",
        "complete": True,
        "duration_s": 0,
        "ended": "finished",
        "instrument": "pulse",
        "language": "id",
        "version": "1",
        "visit": visit,
    }


def stamp(count: int = 1, *, boot: int = 1) -> Stamp:
    return Stamp(boot=boot, up_ms=count * 1_000, at=START_MS + count * 1_000, sync=True)


def fill(journal: Journal, count: int, *, kind: str = RESPONSE) -> None:
    for _ in range(count):
        number = journal.next_seq
        journal.append(kind, body(visit=number), stamp=stamp(number))


def chain_is_whole(collector: FakeCollector, stream: str, lines: Iterable[bytes]) -> bool:
    return link_through(collector.links[stream][0], lines) == collector.links[stream][-1]
