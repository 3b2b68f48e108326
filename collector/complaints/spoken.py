"""What a citizen said instead of writing: its parts come together, and it is opened for whoever works on the complaint above the unit.

Nobody can look for names in a voice, and whoever sits at the desk complained of would know it. So a complaint with one is kept from the unit
from its first part on, and what is opened is a file to take along: nothing plays it where everybody hears. Of a recording of which a part is
lost, the rest is given, and what is missing is said.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.http import HttpResponse

from collector.complaints import sight
from collector.complaints.life import NotAllowed, insist_may
from collector.complaints.models import Ticket, TicketAddition
from collector.errors import CollectorError
from collector.evidence.models import HeldAttachment
from collector.people import trail
from collector.trust import keyholder
from collector.trust.kinds import Errand, Sealed
from survey.record import ogg
from survey.record.complaint import AdditionKind
from survey.record.errors import Malformed
from survey.record.spoken import VOICE, voice_piece

_POLICY = "default-src 'none'; sandbox"


@dataclass(frozen=True, slots=True)
class Speech:
    """One recording, opened for somebody who may hear it."""

    sound: bytes
    """Ogg Opus: all parts that are here, in their order; empty where none is."""
    parts: int
    """Of how many parts it is."""
    missing: tuple[int, ...]
    """Parts that have not come, were lost on the kiosk's medium, or cannot be opened."""
    destroyed: tuple[int, ...]

    @property
    def seconds(self) -> int:
        """How long it is, with the gaps of what is missing within it."""
        return ogg.seconds(self.sound)


class Listed(NamedTuple):
    """One recording, before it is opened."""

    number: int
    """The oldest is the first."""
    parts: int
    here: int
    """So many of its parts have come, and are neither lost nor destroyed."""


def listed(ticket: Ticket) -> Sequence[Listed]:
    """Give what there is to hear of a ticket; what was destroyed is not."""
    found = []
    for number, name in enumerate(recordings(ticket), start=1):
        rows = {one.part: one for one in ticket.additions.filter(speech=name)}
        here = sum(one is not None and _is_here(one) for one in map(_voice_of, rows.values()))
        found.append(Listed(number, max(row.parts for row in rows.values()), here))
    return [one for one in found if one.here]


def recordings(ticket: Ticket) -> Sequence[str]:
    """Give the names of a ticket's recordings, the oldest first."""
    found = ticket.additions.filter(kind=AdditionKind.SPOKEN).order_by("at_ms", "pk")
    return tuple(dict.fromkeys(found.values_list("speech", flat=True)))


def may_hear(user: AbstractBaseUser, ticket: Ticket) -> bool:
    """Tell whether an account may hear what was said: it holds the complaint, evaluates the unit, and never sat at its desk."""
    return sight.may_open_contact(user, ticket)


def speech_of(ticket: Ticket, *, user: AbstractBaseUser, why: str, number: int = 1) -> Speech | None:
    """Open one of a ticket's recordings, the oldest is the first; None where there is none of this number.

    Raises:
        NotAllowed: the account may not.
        CollectorError: it gives no reason (`reading_why`), or sees no such ticket.
    """
    insist_may(user, ticket)
    if not may_hear(user, ticket):
        raise NotAllowed("not_allowed", account=user.get_username(), ticket=ticket.number)
    if not why.strip():
        raise CollectorError("reading_why")
    names = recordings(ticket)
    if not 1 <= number <= len(names):
        return None
    rows = {one.part: one for one in ticket.additions.filter(speech=names[number - 1]).order_by("-pk")}
    held = {part: _voice_of(row) for part, row in rows.items()}
    there = {part: one for part, one in sorted(held.items()) if one is not None and _is_here(one)}
    with transaction.atomic():
        trail.note(
            who=user.get_username(),
            action="complaint heard",
            subject=ticket.number,
            why=why,
            facts={"recording": number, "parts": sorted(there)},
        )
    # The note is committed: nothing is opened that does not stand in the trail, whatever happens from here on.
    errand = Errand(user.get_username(), f"complaint {ticket.number}: {why}"[:300])
    plain = keyholder.opened(
        [bytes(one.content) for one in there.values()], kind=Sealed.WRITTEN, errand=errand
    )
    pieces = {part: piece for part, one in zip(there, plain, strict=True) if (piece := _piece(one))}
    whole = max(row.parts for row in rows.values())
    destroyed = tuple(
        part for part, one in sorted(held.items()) if one is not None and one.destroyed_at is not None
    )
    return Speech(
        sound=ogg.joined(tuple(pieces.values())),
        parts=whole,
        missing=tuple(part for part in range(1, whole + 1) if part not in pieces and part not in destroyed),
        destroyed=destroyed,
    )


def as_file(speech: Speech, ticket: Ticket, number: int) -> HttpResponse:
    """Give a recording as a file to take along; no browser plays, guesses at, or keeps it. Its name says what is missing."""
    gone = len(speech.missing) + len(speech.destroyed)
    left = f"-{speech.parts - gone}-dari-{speech.parts}" if gone else ""
    response = HttpResponse(speech.sound, content_type="audio/ogg")
    response["Content-Disposition"] = f'attachment; filename="pengaduan-{ticket.number}-{number}{left}.ogg"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    response["Content-Security-Policy"] = _POLICY
    return response


def _voice_of(row: TicketAddition) -> HeldAttachment | None:
    spot = {"stream_id": row.stream_id, "seq": row.seq}  # both, for nothing is spoken by the page
    return HeldAttachment.objects.filter(name=VOICE, **spot).first()


def _is_here(one: HeldAttachment) -> bool:
    return one.destroyed_at is None and not one.loss


def _piece(plain: bytes | None) -> bytes:
    try:
        piece = voice_piece(plain) if plain is not None else b""
    except Malformed:
        return b""
    return piece if ogg.joined((piece,)) else b""
