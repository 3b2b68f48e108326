"""A complaint: what stands in its record, what it may be about, and the ticket that a visitor takes along.

The topics are a closed list in the citizen's words, so that they can be picked with four buttons and counted; each names
the service element (*unsur*) it speaks of. A ticket code can be read aloud and copied by hand: its 23 characters exclude
what looks or is written alike (0 O, 1 I L, 2 Z, 5 S, 8 B, U V), and its last character checks the others.
"""

import secrets
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from survey.record.fields import Fields
from survey.record.record import COMPLAINT

MAX_TEXT_CHARACTERS = 500
MAX_PHONE_DIGITS = 15
MIN_PHONE_DIGITS = 8

ALPHABET = "34679ACDEFGHJKMNPQRTWXY"
"""23 characters: a prime number, so that the check character notices every wrong and every swapped one."""
CODE_CHARACTERS = 8


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
    Topic("syarat", "persyaratan", ("penyimpangan_prosedur",)),
    Topic("prosedur", "prosedur", ("penyimpangan_prosedur",)),
    Topic("lama", "waktu", ("penundaan_berlarut",)),
    Topic("tidak_dilayani", "waktu", ("tidak_memberikan_pelayanan",)),
    Topic("pungli", "biaya", ("permintaan_imbalan",), bypass_officer=True),
    Topic("hasil_salah", "produk", ("tidak_kompeten",)),
    Topic("petugas_tidak_paham", "kompetensi", ("tidak_kompeten",)),
    Topic("petugas_tidak_ramah", "perilaku", ("tidak_patut",)),
    Topic("pilih_kasih", "perilaku", ("diskriminasi", "berpihak"), bypass_officer=True),
    Topic("fasilitas", "sarpras"),
    Topic("pengaduan_diabaikan", "pengaduan", ("tidak_memberikan_pelayanan",)),
    Topic("bansos", "produk"),
    Topic("infrastruktur", None),
    Topic("lainnya", None),
)
"""In the order shown; the codes stand in records and never change."""

BY_CODE: Mapping[str, Topic] = {topic.code: topic for topic in TOPICS}


# Names of a complaint's attachments.
TEXT = "text"
CONTACT = "contact"
"""Both are sealed to the collector's key on the kiosk: neither its card nor whoever carries its records can tell."""
CONTACT_KEPT_DAYS = 90
"""A contact is erased this many days after its complaint was closed: promised on the consent screen, kept by the collector."""


class Consent(NamedTuple):
    """That the visitor agreed to leave a contact, and to which words."""

    version: str
    """Version of the consent's text."""
    at: int | None = None
    """When, by the wall clock as it showed, in milliseconds since 1970 UTC; the record's own time is the repaired one."""


class Complaint(NamedTuple):
    """`complaint`: what a visitor complained of; text and contact travel beside the record, as attachments."""

    visit: int
    """Number of the visit in its boot."""
    ticket: str
    """The ticket's code."""
    topics: tuple[str, ...]
    """Codes of `TOPICS`."""
    language: str
    service: str | None = None
    consent: Consent | None = None
    """Present where a contact was left."""
    attached: Mapping[str, str] = MappingProxyType({})
    """Digest of each attachment by its name."""

    def to_body(self) -> dict[str, object]:
        """Give the record's body."""
        body: dict[str, object] = {
            "visit": self.visit,
            "ticket": self.ticket,
            "topics": list(self.topics),
            "language": self.language,
        }
        if self.attached:
            body["attached"] = dict(self.attached)
        if self.consent is not None:
            body["consent"] = {"version": self.consent.version, "at": self.consent.at}
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
        consent = fields.inner("consent")
        return cls(
            visit=fields.whole_or("visit", 0),
            ticket=fields.text("ticket"),
            topics=fields.texts("topics", most=64),
            language=fields.text_or("language", "id"),
            service=fields.optional_text("service"),
            consent=Consent(version=consent.text("version"), at=consent.optional_whole("at", lowest=-(2**53)))
            if consent is not None
            else None,
            attached=fields.words("attached", most=8),
        )


def new_code(below: Callable[[int], int] = secrets.randbelow) -> str:
    """Make a ticket code; `below(n)` gives a random number from 0 to n - 1."""
    body = "".join(ALPHABET[below(len(ALPHABET))] for _ in range(CODE_CHARACTERS - 1))
    return body + _check_character(body)


def show_code(code: str) -> str:
    """Give a code as it is shown and read aloud: two groups of four."""
    return f"{code[:4]} {code[4:]}"


def read_code(text: str) -> str | None:
    """Read a code as somebody typed it, in any case and with any spaces and hyphens; None if it is none."""
    code = text.upper().replace(" ", "").replace("-", "")
    if len(code) != CODE_CHARACTERS or any(character not in ALPHABET for character in code):
        return None
    return code if _check_character(code[:-1]) == code[-1] else None


def is_phone(text: str) -> bool:
    """Tell whether a text can be a telephone number: digits only, of a length that exists."""
    return text.isascii() and text.isdigit() and MIN_PHONE_DIGITS <= len(text) <= MAX_PHONE_DIGITS


def _check_character(body: str) -> str:
    total = sum(weight * ALPHABET.index(character) for weight, character in enumerate(body, start=2))
    return ALPHABET[total % len(ALPHABET)]
