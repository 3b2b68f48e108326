"""A complaint: what stands in its record, and what lies beside it, sealed to the collector.

The record says that a complaint was filed, when, and for which service; `lookup` names it. What it is about, whether it is about an
officer, the words and the telephone number lie beside it, sealed: neither the kiosk's card nor a stick nor a bundle shows them.
What is sealed is padded, so that its length tells little.

The topics are a closed list in the citizen's words, so that they can be picked and counted; each names the service element (*unsur*) it
speaks of.
"""

import json
import re
from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from survey.record.errors import Malformed
from survey.record.fields import Fields
from survey.record.record import ADDITION, COMPLAINT, canonical
from survey.record.ticket import KEY_BYTES, LOOKUP_BYTES

MAX_TEXT_CHARACTERS = 500
MAX_SPOKEN_PARTS = 8
PADDED_TO = 256
"""What is sealed has a multiple of so many bytes."""

_SPEECH = r"[0-9a-f]{16}"
_LOOKUP = rf"[0-9a-f]{{{2 * LOOKUP_BYTES}}}"
_MAX_TOPICS = 64


class Topic(NamedTuple):
    """One thing that people complain about."""

    code: str
    element: str | None
    """The element (*unsur*) it speaks of; None for what no counter answers for."""
    maladministration: tuple[str, ...] = ()
    """Kinds of maladministration it may hint at; a hint for the person who verifies it, never a verdict."""
    bypass_officer: bool = False
    """It must not be routed to the officer complained of."""


TOPICS = (
    Topic("pungli", "biaya", ("permintaan_imbalan",), bypass_officer=True),
    Topic("tidak_dilayani", "waktu", ("tidak_memberikan_pelayanan",)),
    Topic("lama", "waktu", ("penundaan_berlarut",)),
    Topic("pilih_kasih", "perilaku", ("diskriminasi", "berpihak"), bypass_officer=True),
    Topic("petugas_tidak_ramah", "perilaku", ("tidak_patut",), bypass_officer=True),
    Topic("hasil_salah", "produk", ("tidak_kompeten",)),
    Topic("syarat", "persyaratan", ("penyimpangan_prosedur",)),
    Topic("prosedur", "prosedur", ("penyimpangan_prosedur",)),
    Topic("petugas_tidak_paham", "kompetensi", ("tidak_kompeten",), bypass_officer=True),
    Topic("fasilitas", "sarpras"),
    Topic("pengaduan_diabaikan", "pengaduan", ("tidak_memberikan_pelayanan",)),
    Topic("bansos", "produk"),
    Topic("infrastruktur", None),
    Topic("lainnya", None),
)
"""In the order shown; the codes stand in records and never change."""
WEIGHTY = 6
"""So many of them stand on the first screen; the rest behind *Lainnya*."""

BY_CODE: Mapping[str, Topic] = {topic.code: topic for topic in TOPICS}


# Names of what lies beside the records.
FILING = "filing"
TEXT = "text"
CONTACT = "contact"
ADDED = "added"
CONTACT_KEPT_DAYS = 90
"""A contact is erased this many days after its complaint was closed: promised on the consent screen, kept by the collector."""


class Consent(NamedTuple):
    """That the visitor agreed to leave a contact, and to which words."""

    version: str
    """Version of the consent's text."""
    at: int | None = None
    """When, by the wall clock as it showed, in milliseconds since 1970 UTC; the record's own time is the repaired one."""


class Complaint(NamedTuple):
    """`complaint`: that a visitor complained."""

    visit: int
    """Number of the visit in its boot."""
    lookup: str
    """Names the ticket: see `survey.record.ticket`."""
    service: str | None = None
    attached: Mapping[str, str] = MappingProxyType({})
    """Digest of each attachment by its name: `FILING`, and `TEXT` where something was written."""

    def to_body(self) -> dict[str, object]:
        """Give the record's body."""
        body: dict[str, object] = {
            "visit": self.visit,
            "lookup": self.lookup,
            "attached": dict(self.attached),
        }
        if self.service is not None:
            body["service"] = self.service
        return body

    @classmethod
    def from_body(cls, body: Mapping[str, object]) -> "Complaint":
        """Read it.

        Raises:
            Malformed: a field is missing or of another type (`complaint_field`).
        """
        fields = Fields(COMPLAINT, body)
        return cls(
            visit=fields.whole_or("visit", 0),
            lookup=_lookup(fields),
            service=fields.optional_text("service"),
            attached=fields.words("attached", most=8),
        )


class Filing(NamedTuple):
    """What a complaint is about; sealed beside its record as `FILING`."""

    topics: tuple[str, ...]
    """Codes of `TOPICS`."""
    about_officer: bool
    """Whether the visitor said that it is about an officer."""
    names_officer: bool
    """Whether the visitor's words speak of one: looked for where they were written, so that nobody has to open them for that."""
    language: str
    key: bytes
    """The ticket's: 32 bytes that only the code gives."""

    def to_bytes(self) -> bytes:
        """Give what is sealed."""
        return padded(
            {
                "topics": list(self.topics),
                "about_officer": self.about_officer,
                "names_officer": self.names_officer,
                "language": self.language,
                "key": self.key.hex(),
            }
        )

    @classmethod
    def from_bytes(cls, content: bytes) -> "Filing":
        """Read what was sealed.

        Raises:
            Malformed: it is no filing (`complaint_field`).
        """
        fields = _sealed(COMPLAINT, content)
        return cls(
            topics=fields.texts("topics", most=_MAX_TOPICS),
            about_officer=fields.flag("about_officer"),
            names_officer=fields.flag("names_officer"),
            language=fields.text_or("language", "id", limit=8),
            key=_key(fields),
        )


class AdditionKind(StrEnum):
    """What a visitor adds to a complaint that was filed."""

    NUMBER = "number"
    """A telephone number, or another in its place."""
    WORD = "word"
    """A word more."""
    SETTLED = "settled"
    """*Sudah beres.*"""
    UNSETTLED = "unsettled"
    """*Belum beres.*"""
    SPOKEN = "spoken"
    """A part of what was said instead of written."""
    WITHDRAWN = "withdrawn"
    """The complaint is taken back: number, words and voice are destroyed."""


class Addition(NamedTuple):
    """`addition`: that a visitor added something to a complaint."""

    visit: int
    lookup: str
    """The ticket's."""
    consent: Consent | None = None
    """Present where a number was left."""
    attached: Mapping[str, str] = MappingProxyType({})
    """Digest of each attachment by its name: `ADDED`, and `TEXT`, `CONTACT` or `survey.record.spoken.VOICE`."""

    def to_body(self) -> dict[str, object]:
        """Give the record's body."""
        body: dict[str, object] = {
            "visit": self.visit,
            "lookup": self.lookup,
            "attached": dict(self.attached),
        }
        if self.consent is not None:
            body["consent"] = {"version": self.consent.version, "at": self.consent.at}
        return body

    @classmethod
    def from_body(cls, body: Mapping[str, object]) -> "Addition":
        """Read it.

        Raises:
            Malformed: a field is missing or of another type (`addition_field`).
        """
        fields = Fields(ADDITION, body)
        consent = fields.inner("consent")
        return cls(
            visit=fields.whole_or("visit", 0),
            lookup=_lookup(fields),
            consent=Consent(version=consent.text("version"), at=consent.optional_whole("at", lowest=-(2**53)))
            if consent is not None
            else None,
            attached=fields.words("attached", most=8),
        )


class SpokenPart(NamedTuple):
    """Which part of a recording a record of the kind `SPOKEN` holds."""

    speech: str
    """Names the recording: 16 hexadecimal digits, drawn by chance."""
    part: int
    """From 1 on."""
    of: int


class Added(NamedTuple):
    """What was added; sealed beside the record as `ADDED`, words, number and voice apart from it."""

    kind: AdditionKind
    key: bytes
    """The ticket's: it proves that whoever adds has the code."""
    names_officer: bool = False
    """Whether the words that are added speak of an officer, as with a filing."""
    spoken: SpokenPart | None = None
    """Of `SPOKEN` alone."""

    def to_bytes(self) -> bytes:
        """Give what is sealed."""
        return padded(
            {
                "kind": str(self.kind),
                "key": self.key.hex(),
                "names_officer": self.names_officer,
                **(self.spoken._asdict() if self.spoken is not None else {}),
            }
        )

    @classmethod
    def from_bytes(cls, content: bytes) -> "Added":
        """Read what was sealed.

        Raises:
            Malformed: it is nothing that can be added (`addition_field`).
        """
        fields = _sealed(ADDITION, content)
        try:
            kind = AdditionKind(fields.text("kind"))
        except ValueError as error:
            raise fields.bad(f"kind is one of {', '.join(AdditionKind)}") from error
        return cls(
            kind=kind,
            key=_key(fields),
            names_officer=fields.flag("names_officer"),
            spoken=_spoken_part(fields) if kind is AdditionKind.SPOKEN else None,
        )


def written_bytes(words: str) -> bytes:
    """Give what is sealed of a visitor's words, or of a telephone number."""
    return padded({"words": words})


def written_words(content: bytes) -> str:
    """Read a visitor's words or telephone number out of what was sealed.

    Raises:
        Malformed: there are none (`complaint_field`).
    """
    return _sealed(COMPLAINT, content).text("words", limit=MAX_TEXT_CHARACTERS)


def padded(content: Mapping[str, object]) -> bytes:
    """Give content as JSON, filled up with spaces to a multiple of `PADDED_TO` bytes."""
    line = canonical(content)
    return line + b" " * (-len(line) % PADDED_TO)


def _sealed(kind: str, content: bytes) -> Fields:
    try:
        body = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise Malformed(f"{kind}_field", "what is sealed is no JSON object") from error
    if not isinstance(body, dict):
        raise Malformed(f"{kind}_field", "what is sealed is no JSON object")
    return Fields(kind, body)


def _lookup(fields: Fields) -> str:
    lookup = fields.text("lookup")
    if not re.fullmatch(_LOOKUP, lookup):
        raise fields.bad(f"lookup is {2 * LOOKUP_BYTES} hexadecimal digits")
    return lookup


def _spoken_part(fields: Fields) -> SpokenPart:
    speech = fields.text("speech")
    part, of = fields.whole_or("part", 0), fields.whole_or("of", 0)
    if not re.fullmatch(_SPEECH, speech):
        raise fields.bad("speech is 16 hexadecimal digits")
    if not 1 <= part <= of <= MAX_SPOKEN_PARTS:
        raise fields.bad(f"part and of are 1 to {MAX_SPOKEN_PARTS}, the first not above the second")
    return SpokenPart(speech, part, of)


def _key(fields: Fields) -> bytes:
    try:
        key = bytes.fromhex(fields.text("key", limit=2 * KEY_BYTES))
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise fields.bad(f"key is {2 * KEY_BYTES} hexadecimal digits")
    return key
