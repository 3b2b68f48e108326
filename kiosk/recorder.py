"""Between the visit and the journal: makes record bodies, hands them to the writer, and tells what became durable.

Belongs to the frame loop; the writer's thread is met only through its two queues.
"""

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple, Protocol, TextIO

from kiosk.remote.tickets import Tickets
from kiosk.show.complaint.making import CONSENT_VERSION
from kiosk.times import Times
from survey.record.attachment import Attachment, attach
from survey.record.complaint import (
    ADDED,
    CONTACT,
    FILING,
    TEXT,
    Added,
    Addition,
    AdditionKind,
    Complaint,
    Consent,
    Filing,
    SpokenPart,
    written_bytes,
)
from survey.record.officers import speaks_of_officer
from survey.record.record import ADDITION, COMPLAINT, RESPONSE, STAFF, Stamp
from survey.record.response import new_salt
from survey.record.spoken import VOICE, new_speech
from survey.record.staff import STORAGE_RESTORED, Staff
from survey.record.ticket import TicketSecrets
from survey.visit.effects import LookUp, SaveAddition, SaveComplaint, SaveResponse
from survey.visit.state import Found, Saved, SaveFailed
from survey.wire.sealing import ROUTED, WRITTEN
from survey.wire.trouble import Trouble
from uplink.journal.writer import JournalWriter
from uplink.journal.written import WriteFailed, WriterState, Written

log = logging.getLogger(__name__)


class Seal(Protocol):
    """Seals what a citizen wrote so that this kiosk cannot read it back, nor whoever carries it."""

    def __call__(self, content: bytes, *, info: bytes) -> bytes:
        """Give it sealed; `info` says what it is."""


class _Note(NamedTuple):
    """The token of a record that no visitor waits for."""

    number: int
    kind: str


class _Part(NamedTuple):
    """The token of one of several records that a visitor waits for together."""

    token: str
    is_last: bool


class ThankedLog:
    """Appends one JSON line for every record a visitor was thanked for, so that a test can hold us to it."""

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def add(self, *, stream: str, seq: int, token: str) -> None:
        """Write one line and push it to the operating system: it survives the death of this process."""
        visit, _, what = token.partition("/")
        line = {"stream": stream, "seq": seq, "visit": int(visit), "what": what}
        self._file.write(json.dumps(line) + "\n")
        self._file.flush()


class Recorder:
    """The loop's way to the journal."""

    def __init__(
        self,
        writer: JournalWriter,
        times: Times,
        *,
        seal: Seal,
        tickets: Tickets,
        place: Callable[[], str],
        thanked_log: ThankedLog | None = None,
    ) -> None:
        self._writer = writer
        self._times = times
        self._seal = seal
        self._thanked_log = thanked_log
        self._tickets = tickets
        self._place = place
        """At which place of its unit the kiosk stands; nothing where the collector knows."""
        self._codes: dict[str, str] = {}
        self._filed = ""
        """The code of the complaint that was handed over last, until its visit is over."""
        self._places: dict[str, list[tuple[str, int]]] = {}
        self._notes = 0
        self._probe: _Note | None = None
        self._probed = False
        self.channel = ""
        """By which channel answers come in where nobody presses for themselves: `petugas`; empty where somebody does."""
        self.practising = False
        """Staff trains: nothing of what is pressed is written, and all of it is answered for as if it were."""
        self._practised: list[tuple[str, bool]] = []
        self.waiting = 0
        """How many records were submitted and not yet answered for."""
        self.thanked = 0
        """How many records visitors were thanked for."""
        self.trouble: Trouble | None = None
        """Why the latest record was not kept; None since one was."""

    def save_response(self, effect: SaveResponse, *, outside_hours: bool) -> None:
        """Hand a response over."""
        response = replace(effect.response, outside_hours=outside_hours, salt=new_salt(), place=self._place())
        if self.channel:
            response = replace(response, channel=self.channel, duration_s=0)
        self._submit(effect.token, RESPONSE, response.to_body())

    def perform(
        self, effect: SaveComplaint | SaveAddition | LookUp, spoken: Callable[[], Sequence[bytes]]
    ) -> None:
        """Hand over what a visitor complains of or adds, or begin to look a ticket up; `spoken` gives what was recorded."""
        match effect:
            case SaveComplaint():
                self.save_complaint(effect)
            case SaveAddition(kind=AdditionKind.SPOKEN):
                self.save_spoken(effect, spoken())
            case SaveAddition():
                self.save_addition(effect)
            case LookUp():
                self._tickets.look_up(effect.code)

    def save_complaint(self, effect: SaveComplaint) -> None:
        """Hand a complaint over; what it is about and what was written lie beside its record, sealed: neither is ever written in clear."""
        ticket = self._tickets.take()
        self._filed = ticket.code
        filing = Filing(
            topics=tuple(effect.topics),
            about_officer=effect.about_officer,
            names_officer=effect.spoken or speaks_of_officer(effect.text),
            language=effect.language,
            key=ticket.secrets.key,
        )
        attachments = [self._sealed(FILING, filing.to_bytes(), info=ROUTED)]
        if effect.text:
            attachments.append(self._sealed(TEXT, written_bytes(effect.text)))
        complaint = Complaint(
            visit=effect.visit,
            lookup=ticket.secrets.lookup,
            service=effect.service,
            attached={one.name: one.digest for one in attachments},
        )
        self._codes[effect.token] = ticket.code
        self._submit(effect.token, COMPLAINT, complaint.to_body(), attachments=attachments)

    def save_addition(self, effect: SaveAddition) -> None:
        """Hand over what a visitor adds to a complaint, sealed like that."""
        secrets = self._secrets(effect)
        stamp = self._times.stamp()
        attachments = [
            self._sealed(
                ADDED, Added(effect.kind, secrets.key, speaks_of_officer(effect.text)).to_bytes(), info=ROUTED
            )
        ]
        if effect.text:
            attachments.append(self._sealed(TEXT, written_bytes(effect.text)))
        if effect.phone:
            attachments.append(self._sealed(CONTACT, written_bytes(effect.phone)))
        addition = Addition(
            visit=effect.visit,
            lookup=secrets.lookup,
            consent=Consent(CONSENT_VERSION, stamp.at) if effect.phone else None,
            attached={one.name: one.digest for one in attachments},
        )
        self._submit(effect.token, ADDITION, addition.to_body(), stamp=stamp, attachments=attachments)

    def save_spoken(self, effect: SaveAddition, parts: Sequence[bytes]) -> None:
        """Hand over what a visitor said, each part as a record of its own; `results` tells when the last of them is durable."""
        secrets, speech = self._secrets(effect), new_speech()
        for part, content in enumerate(parts, start=1):
            added = Added(
                effect.kind, secrets.key, names_officer=True, spoken=SpokenPart(speech, part, len(parts))
            )
            attachments = [self._sealed(ADDED, added.to_bytes(), info=ROUTED), self._sealed(VOICE, content)]
            addition = Addition(
                visit=effect.visit,
                lookup=secrets.lookup,
                attached={one.name: one.digest for one in attachments},
            )
            token = _Part(effect.token, is_last=part == len(parts))
            self._submit(token, ADDITION, addition.to_body(), attachments=attachments)

    def note(self, kind: str, body: Mapping[str, object]) -> None:
        """Hand over a record that no visitor waits for."""
        self._notes += 1
        self._submit(_Note(self._notes, kind), kind, body)

    def results(self) -> list[Saved | SaveFailed | Found]:
        """Give what became of the visitors' records, and what was found of tickets, since the last call."""
        events: list[Saved | SaveFailed | Found] = [self._still_asked(one) for one in self._tickets.results()]
        practised, self._practised = self._practised, []
        events += [saved for token in practised if (saved := self._saved(*token)) is not None]
        while not self._writer.results.empty():
            result = self._writer.results.get_nowait()
            self.waiting -= 1
            event = self._event(result)
            if event is not None:
                events.append(event)
        return events

    def thank(self, tokens: frozenset[str]) -> None:
        """Take note that the visitor was thanked for these records."""
        for token in sorted(tokens):
            for stream, seq in self._places.pop(token, ()):
                self.thanked += 1
                if self._thanked_log is not None:
                    self._thanked_log.add(stream=stream, seq=seq, token=token)

    def forget_unthanked(self) -> None:
        """Forget the tickets, and numbers of records whose visitor left before the thanks; the records are kept all the same."""
        self._places.clear()
        self._filed = ""
        self._tickets.forget()

    def probe(self) -> None:
        """Prove that the disk keeps records again, by writing one."""
        self._notes += 1
        self._probe = _Note(self._notes, STAFF)
        self._probed = False
        self._submit(self._probe, STAFF, Staff(STORAGE_RESTORED).to_body())

    def probe_pending(self) -> bool:
        """Tell whether the writer has not yet answered for the probe."""
        return self._probe is not None

    def probe_succeeded(self) -> bool:
        """Tell once whether the probe is durable."""
        probed, self._probed = self._probed, False
        return probed

    def state(self) -> WriterState:
        """Give how writing goes."""
        return self._writer.state()

    def _still_asked(self, found: Found) -> Found:
        """Leave out what its citizen may say no more: the message may be older than that day."""
        today = self._times.local()
        if found.state is None or not found.state.until or today is None:
            return found
        late = found.state.until < today.date().isoformat()
        return Found(found.code, found.state._replace(until="")) if late else found

    @property
    def busy(self) -> bool:
        """Whether a visitor waits for a record or for news of a ticket."""
        return bool(self.waiting or self._tickets.waiting)

    def _secrets(self, effect: SaveAddition) -> TicketSecrets:
        return self._tickets.secrets(effect.code or self._filed)

    def _sealed(self, name: str, content: bytes, *, info: bytes = WRITTEN) -> Attachment:
        return attach(name, self._seal(content, info=info))

    def _submit(
        self,
        token: "str | _Note | _Part",
        kind: str,
        body: Mapping[str, object],
        *,
        stamp: Stamp | None = None,
        attachments: list[Attachment] | None = None,
    ) -> None:
        if self.practising and not isinstance(token, _Note):
            self._practised.append(_last(token))
            return
        self.waiting += 1
        self._writer.submit(token, kind, body, stamp or self._times.stamp(), tuple(attachments or ()))

    def _event(self, result: Written | WriteFailed) -> Saved | SaveFailed | None:
        part = result.token
        token, is_last = _last(part) if isinstance(part, str | _Part) else (part, False)
        if token == self._probe:
            self._probe = None
            self._probed = isinstance(result, Written)
        if isinstance(result, Written):
            self.trouble = None
        if isinstance(result, WriteFailed):
            self.trouble = result.trouble
            log.error("a record could not be written: %s", result.reason)
            return SaveFailed(token) if isinstance(token, str) else None
        if not isinstance(token, str):
            return None
        self._places.setdefault(token, []).append((result.stream, result.seq))
        return self._saved(token, is_last)

    def _saved(self, token: str, is_last: bool) -> Saved | None:
        """Give the event that what a visitor waits for is kept, once its last part is."""
        return Saved(token, self._codes.pop(token, None)) if is_last else None


def _last(token: "str | _Part") -> tuple[str, bool]:
    """Give what a visitor waits for, and whether nothing of it comes after this."""
    return (token.token, token.is_last) if isinstance(token, _Part) else (token, True)
