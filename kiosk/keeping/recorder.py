"""Between the visit and the journal: makes record bodies, hands them to the writer, and tells what became durable.

Belongs to the frame loop; the writer's thread is met only through its two queues.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from kiosk.keeping.thanked import ThankedLog
from kiosk.keeping.tokens import Note, Part, last_of
from kiosk.remote.tickets import Tickets
from kiosk.remote.visit_codes import Declared, Place, VisitCodes
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
from survey.record.record import ADDITION, COMPLAINT, RESPONSE, STAFF, TEST, Stamp
from survey.record.response import new_salt
from survey.record.spoken import VOICE, new_speech
from survey.record.staff import STORAGE_RESTORED, Staff
from survey.record.ticket import TicketSecrets
from survey.record.visit_code import read_letters
from survey.record.visit_test import VisitTest
from survey.visit.coded import DeclareTest, MakeCode
from survey.visit.effects import LookUp, SaveAddition, SaveComplaint, SaveResponse
from survey.visit.state import Coded, Found, FoundCode, Saved, SaveFailed
from survey.wire.sealing import ROUTED, WRITTEN
from survey.wire.trouble import Trouble
from uplink.journal.writer import JournalWriter
from uplink.journal.written import WriteFailed, WriterState, Written

log = logging.getLogger(__name__)


class Seal(Protocol):
    """Seals what a citizen wrote so that this kiosk cannot read it back, nor whoever carries it."""

    def __call__(self, content: bytes, *, info: bytes) -> bytes:
        """Give it sealed; `info` says what it is."""


class Recorder:
    """The loop's way to the journal."""

    def __init__(
        self,
        writer: JournalWriter,
        times: Times,
        *,
        seal: Seal,
        tickets: Tickets,
        codes: VisitCodes | None,
        place: Callable[[], str],
        thanked_log: ThankedLog | None = None,
    ) -> None:
        self._writer = writer
        self._times = times
        self._seal = seal
        self._thanked_log = thanked_log
        self._tickets = tickets
        self._visit_codes = codes
        """None where nobody reads a code: in a rehearsal."""
        self._responses: dict[str, Place] = {}
        """Where responses stand whose visitor is still there, by their tokens; the last one is what a code is of."""
        self._uncoded: list[Coded] = []
        self._unanswered: set[str] = set()
        """Tokens of responses that the writer has not answered for."""
        self._place = place
        """At which place of its unit the kiosk stands; nothing where the collector knows."""
        self._codes: dict[str, str] = {}
        self._filed = ""
        """The code of the complaint that was handed over last, until its visit is over."""
        self._places: dict[str, list[tuple[str, int]]] = {}
        self._notes = 0
        self._probe: Note | None = None
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
        if not self.practising:
            self._unanswered.add(effect.token)
        self._submit(effect.token, RESPONSE, response.to_body())

    def perform(
        self,
        effect: SaveComplaint | SaveAddition | LookUp | MakeCode | DeclareTest,
        spoken: Callable[[], Sequence[bytes]],
    ) -> None:
        """Hand over what a visitor complains of or adds, or begin what takes a slow hash; `spoken` gives what was recorded."""
        match effect:
            case SaveComplaint():
                self.save_complaint(effect)
            case SaveAddition(kind=AdditionKind.SPOKEN):
                self.save_spoken(effect, spoken())
            case SaveAddition():
                self.save_addition(effect)
            case LookUp(code) if read_letters(code) and self._visit_codes is not None:
                self._visit_codes.look_up(code)
            case LookUp():
                self._tickets.look_up(effect.code)
            case MakeCode(visit):
                self._make_code(visit)
            case DeclareTest():
                if self._visit_codes is not None:  # else no code was shown, and nobody could declare anything
                    self._visit_codes.open_card(effect)

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
            token = Part(effect.token, is_last=part == len(parts))
            self._submit(token, ADDITION, addition.to_body(), attachments=attachments)

    def note(self, kind: str, body: Mapping[str, object]) -> None:
        """Hand over a record that no visitor waits for."""
        self._notes += 1
        self._submit(Note(self._notes, kind), kind, body)

    def results(self) -> list[Saved | SaveFailed | Found | FoundCode | Coded]:
        """Give what became of the visitors' records, and what was made or found of codes, since the last call."""
        events: list[Saved | SaveFailed | Found | FoundCode | Coded]
        events = [self._still_asked(one) for one in self._tickets.results()]
        events += self._code_results()
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
        self._responses.clear()
        self._filed = ""
        self._tickets.forget()

    def probe(self) -> None:
        """Prove that the disk keeps records again, by writing one."""
        self._notes += 1
        self._probe = Note(self._notes, STAFF)
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
        codes = self._visit_codes.waiting if self._visit_codes is not None else 0
        return bool(self.waiting or self._tickets.waiting or codes or self._uncoded)

    def _make_code(self, visit: int) -> None:
        """Begin to make the code of a visit, by the last response that it left."""
        place = next(
            (place for token, place in reversed(self._responses.items()) if token.startswith(f"{visit}/")),
            None,
        )
        if place is None or self._visit_codes is None:
            self._uncoded.append(Coded(visit, None))
            return
        today = self._times.local()
        self._visit_codes.make(visit, place, today.date() if today is not None else None)

    def _code_results(self) -> list[Coded | FoundCode]:
        events: list[Coded | FoundCode] = list(self._uncoded)
        self._uncoded.clear()
        for result in self._visit_codes.results() if self._visit_codes is not None else ():
            if isinstance(result, Declared):
                self._declare(result)
            else:
                events.append(result)
        return events

    def _declare(self, card: Declared) -> None:
        """Record that a visit was a test; only while its visitor is there, whose last response it names."""
        effect = card.effect
        places = [place for token, place in self._responses.items() if token.startswith(f"{effect.visit}/")]
        links = {place.number: place.link for place in places if place.stream == places[-1].stream}
        test = VisitTest(effect.visit, max(links, default=0), card.secret, links, card.log)
        self._submit(effect.token, TEST, test.to_body())

    def _secrets(self, effect: SaveAddition) -> TicketSecrets:
        return self._tickets.secrets(effect.code or self._filed)

    def _sealed(self, name: str, content: bytes, *, info: bytes = WRITTEN) -> Attachment:
        return attach(name, self._seal(content, info=info))

    def _submit(
        self,
        token: str | Note | Part,
        kind: str,
        body: Mapping[str, object],
        *,
        stamp: Stamp | None = None,
        attachments: list[Attachment] | None = None,
    ) -> None:
        if self.practising and not isinstance(token, Note):
            self._practised.append(last_of(token))
            return
        self.waiting += 1
        self._writer.submit(token, kind, body, stamp or self._times.stamp(), tuple(attachments or ()))

    def _event(self, result: Written | WriteFailed) -> Saved | SaveFailed | None:
        part = result.token
        token, is_last = last_of(part) if isinstance(part, str | Part) else (part, False)
        if token == self._probe:
            self._probe = None
            self._probed = isinstance(result, Written)
        if isinstance(result, Written):
            self.trouble = None
        if isinstance(result, WriteFailed):
            self.trouble = result.trouble
            self._forget_failed(token)
            log.error("a record could not be written: %s", result.reason)
            return SaveFailed(token) if isinstance(token, str) else None
        if not isinstance(token, str):
            return None
        self._places.setdefault(token, []).append((result.stream, result.seq))
        if token in self._unanswered:
            self._unanswered.discard(token)
            self._responses[token] = Place(result.stream, result.seq, result.link)
        return self._saved(token, is_last)

    def _forget_failed(self, token: object) -> None:
        """Nobody waits for it any more, and the code of a complaint that is not kept is nobody's."""
        if isinstance(token, str):
            self._unanswered.discard(token)
            self._codes.pop(token, None)

    def _saved(self, token: str, is_last: bool) -> Saved | None:
        """Give the event that what a visitor waits for is kept, once its last part is."""
        return Saved(token, self._codes.pop(token, None)) if is_last else None
