"""A kiosk as the collector sees it: it enrols, keeps a real signed chain, and packs batches of it."""

import base64
import json
import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from survey.record.attachment import Attachment
from survey.record.chain import first_link, head_message, next_link
from survey.record.errors import Malformed
from survey.record.predecessors import MOST_PREDECESSORS
from survey.record.record import TALLY, Record, Stamp, decode, encode
from survey.record.tally import TallyTold
from survey.record.totals import RunningTotals
from survey.wire.messages import Batch, link_text, pack_batch

ELEMENTS = (
    "persyaratan", "prosedur", "waktu", "biaya", "produk", "kompetensi", "perilaku", "pengaduan", "sarpras",
)  # fmt: skip
MORNING_MS = round(datetime(2026, 11, 2, 2, 0, tzinfo=UTC).timestamp() * 1000)
"""A Monday, 09:00 in Jakarta."""


def csr() -> str:
    """Give a certificate request as a kiosk makes it."""
    key = ec.generate_private_key(ec.SECP256R1())
    request = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([])).sign(key, hashes.SHA256())
    return request.public_bytes(serialization.Encoding.PEM).decode()


def skm(*values: int, visit: int = 1, **more: object) -> dict[str, object]:
    """Give the body of an SKM response; one value stands for all nine."""
    values = values * 9 if len(values) == 1 else values
    answers = dict(zip(ELEMENTS, values, strict=False))
    return {
        "answers": answers,
        "channel": "button",
        "complete": len(answers) == len(ELEMENTS),
        "duration_s": 40,
        "ended": "finished",
        "instrument": "skm-2017",
        "language": "id",
        "version": "1",
        "visit": visit,
    } | more


def pulse(value: int, *, visit: int = 1, **more: object) -> dict[str, object]:
    """Give the body of one smiley."""
    body = skm(visit=visit, **more) | {"answers": {"kepuasan": value}, "instrument": "pulse", "duration_s": 1}
    return body | {"complete": True}


class FakeKiosk:
    """One card of one kiosk: a key, a stream, and the records in it."""

    def __init__(self, name: str, key: Ed25519PrivateKey) -> None:
        self.name = name
        self.key = key
        self.public_key = key.public_key().public_bytes_raw()
        self.stream = secrets.token_hex(16)
        self.boot = 1
        self.up_ms = 0
        self.clock_ms: int | None = MORNING_MS
        """What a trusted clock would show when this boot began; None for a boot that knows no time."""
        self.lines: list[bytes] = []
        self.links = [first_link(stream=self.stream, public_key=self.public_key)]
        self.attachments: dict[int, list[Attachment]] = {}
        self.predecessors: list[dict[str, object]] = []
        """What its boots say of the streams before it, the nearest first."""
        self._anchored = False

    @classmethod
    def with_key(cls, name: str, private_key: bytes) -> "FakeKiosk":
        """Give a kiosk that was enrolled in another process."""
        return cls(name, Ed25519PrivateKey.from_private_bytes(private_key))

    @classmethod
    def enrolled(cls, unit: object, *, name: str = "", place: object | None = None) -> "FakeKiosk":
        """Enrol a kiosk for a unit through the collector's own functions."""
        from collector.fleet import enrolment, tree  # noqa: PLC0415 - needs Django, which benches set up late

        key = Ed25519PrivateKey.generate()
        code = enrolment.new_code(unit, place=place or tree.place_of(unit), kiosk=name)
        public_key = key.public_key().public_bytes_raw()
        answer = enrolment.enrol(enrolment.Request(code=code, public_key=public_key, csr=csr()))
        return cls(str(answer["kiosk"]), key)

    @property
    def last(self) -> int:
        return len(self.lines)

    def reboot(self, *, clock_ms: int | None = None) -> None:
        """Begin the next boot; without `clock_ms` it knows no time."""
        self.boot += 1
        self.up_ms = 0
        self.clock_ms = clock_ms
        self._anchored = False

    def record(
        self,
        kind: str,
        body: Mapping[str, object],
        *,
        after_ms: int = 60_000,
        attachments: Sequence[Attachment] = (),
        at: int | None = None,
        sync: bool | None = None,
    ) -> int:
        """Write a record; its number. The first of a boot with a clock carries `at`, as the real journal does."""
        self.up_ms += after_ms
        if at is None and self.clock_ms is not None and not self._anchored:
            at, self._anchored = self.clock_ms + self.up_ms, True
        stamp = Stamp(
            boot=self.boot, up_ms=self.up_ms, at=at, sync=self.clock_ms is not None if sync is None else sync
        )
        if attachments:
            body = {**body, "attached": {one.name: one.digest for one in attachments}}
            self.attachments[self.last + 1] = list(attachments)
        return self.line(encode(Record(seq=self.last + 1, kind=kind, stamp=stamp, body=body)))

    def line(self, line: bytes) -> int:
        """Write any bytes as the next record."""
        self.lines.append(line)
        self.links.append(next_link(self.links[-1], line))
        return self.last

    def responses(self, *values: int) -> None:
        """Write one SKM response for each value."""
        for value in values:
            self.record("response", skm(value, visit=self.last + 1))

    def totals(self) -> RunningTotals:
        """Give what its records come to so far."""
        totals = RunningTotals()
        self.count(totals)
        return totals

    def count(self, totals: RunningTotals) -> None:
        """Count what was written behind the last record that was."""
        for seq in range(totals.through + 1, self.last + 1):
            line = self.lines[seq - 1]
            try:
                record = decode(line)
            except Malformed:  # a placeholder, or what a test has put there
                totals.through = seq
                continue
            totals.take(seq, record.kind, record.body)

    def tell(self, day: str = "2026-11-03", *, closes: bool = False) -> TallyTold:
        """Write the tally that an honest kiosk would write now."""
        told = self.totals().told(self.stream, day=day, closes=closes)
        self.record(TALLY, told.to_body())
        return told

    def batch(
        self, first: int = 1, last: int | None = None, *, prev: bool = False, receipt: bytes | None = None
    ) -> bytes:
        """Pack records `first` to `last`."""
        last = self.last if last is None else last
        attachments = [(seq, one) for seq in range(first, last + 1) for one in self.attachments.get(seq, ())]
        return pack_batch(
            Batch(
                kiosk=self.name,
                stream=self.stream,
                first=first,
                lines=tuple(self.lines[first - 1 : last]),
                signature=self.key.sign(head_message(stream=self.stream, seq=last, link=self.links[last])),
                prev=self.links[first - 1] if prev else None,
                attachments=tuple(attachments),
                receipt=receipt,
            )
        )

    def state(self, seq: int, *, online: bool = True, changes: Mapping[str, object] | None = None) -> bytes:
        """Give a heartbeat that proves record `seq`, with `changes` made to its head."""
        head = {
            "stream": self.stream,
            "seq": seq,
            "link": link_text(self.links[seq]),
            "signature": base64.b64encode(
                self.key.sign(head_message(stream=self.stream, seq=seq, link=self.links[seq]))
            ).decode(),
        }
        return json.dumps(
            {"online": online, "head": head | dict(changes or {}), "health": {"disk": "ok"}}
        ).encode()

    def successor(
        self,
        *,
        seq: int | None = None,
        link: bytes | None = None,
        why: str = "deleted",
        own: "FakeKiosk | None" = None,
        exact: bool = True,
        alone: bool = False,
    ) -> "FakeKiosk":
        """Give the stream that follows this one under the same key, its first record written; `own` went another way in this one.

        It goes on to name those before this one, as the kiosk does; `alone`: it does not, as anybody with the key may. `exact`: it
        is certain that nothing was written behind `seq`.
        """
        seq = self.last if seq is None else seq
        link = link or self.links[min(seq, self.last)]
        after = FakeKiosk(self.name, self.key)
        if self.clock_ms is not None:
            after.clock_ms = self.clock_ms + self.up_ms + 60_000
        before: dict[str, object] = {
            "stream": self.stream,
            "seq": seq,
            "link": link_text(link),
            "why": why,
            **({"exact": True} if exact else {}),
        }
        if own is not None:
            before |= {"own_seq": own.last, "own_link": link_text(own.links[own.last])}
        chain = [before, *([] if alone else self.predecessors)]
        after.predecessors = chain if len(chain) <= MOST_PREDECESSORS else [*chain[:7], chain[-1]]
        after.start()
        return after

    def start(self, *, uncertain: bool = False) -> None:
        """Write the first record of a boot; `uncertain`: the run before ended without a word."""
        boot = {"software": "1", "hardware": "", "predecessors": self.predecessors}
        self.record("boot", boot | {"uncertain": True} if uncertain else boot)

    def copy(self) -> "FakeKiosk":
        """Give a copied card: the same key, stream and records, and from here on another story."""
        twin = FakeKiosk(self.name, self.key)
        twin.stream, twin.boot, twin.up_ms, twin.clock_ms = self.stream, self.boot, self.up_ms, self.clock_ms
        twin.lines, twin.links = list(self.lines), list(self.links)
        twin._anchored, twin.predecessors = self._anchored, list(self.predecessors)
        return twin
