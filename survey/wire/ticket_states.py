"""What the collector tells each kiosk of the complaints at its unit: sealed under keys that only the codes give (`docs/wire-format.md`).

One message a kiosk, retained; a higher version replaces a lower one. It names each ticket by its lookup, and what it says of it is shut with
the ticket's key: whoever reads the kiosk's card learns how many complaints there are, and nothing of any.
"""

import base64
import binascii
import json
from collections.abc import Mapping
from typing import NamedTuple

from survey.named import distinct
from survey.record.chain import Sign, Verify
from survey.record.complaint import padded
from survey.record.errors import Malformed
from survey.record.fields import Fields
from survey.record.record import canonical, parse_object, whole
from survey.wire.envelope import open_text, seal_text
from survey.wire.messages import kiosk_name

_MAGIC = b"IKT1"
TICKETS_PREFIX = b"ikm-tickets-1\x00"
"""What the collector's signature covers begins with it."""
MOST_TICKETS = 200
"""The newest of a unit; what is older is read on the ticket's page."""
MAX_ANSWER_CHARACTERS = 600
MAX_TICKETS_BYTES = 1024 * 1024
STATE_NONCE_BYTES = 12
_CONTEXT = b"ikm-ticket-state-1\x00"
_MAX_SEALED = 8_192


class TicketState(NamedTuple):
    """How a complaint stands, as its citizen reads it."""

    status: str
    """A value of the collector's `TicketStatus`: `diterima`, `terverifikasi` …"""
    at: int
    """When it came to stand so, in milliseconds since 1970 UTC."""
    due: str = ""
    """The date by which it is to be answered, as `2026-12-15`; empty where it is answered, or not known yet."""
    until: str = ""
    """The last day on which its citizen may say that it is not settled, as `2026-12-29`; empty where that is not asked."""
    answer: str = ""
    """The latest public answer, cut to `MAX_ANSWER_CHARACTERS`."""

    def to_bytes(self) -> bytes:
        """Give what is sealed."""
        return padded(
            {
                "status": self.status,
                "at": self.at,
                "due": self.due,
                "until": self.until,
                "answer": self.answer,
            }
        )

    @classmethod
    def from_bytes(cls, content: bytes) -> "TicketState":
        """Read what was sealed.

        Raises:
            Malformed: it is no state (`ticket_field`).
        """
        try:
            body = json.loads(content)
        except (ValueError, RecursionError) as error:
            raise Malformed("ticket_field", "a ticket's state is a JSON object") from error
        if not isinstance(body, dict):
            raise Malformed("ticket_field", "a ticket's state is a JSON object")
        fields = Fields("ticket", body)
        return cls(
            status=fields.text("status"),
            at=fields.whole("at"),
            due=fields.text_or("due", ""),
            until=fields.text_or("until", ""),
            answer=fields.text_or("answer", "", limit=MAX_ANSWER_CHARACTERS),
        )


@distinct
class TicketStates(NamedTuple):
    """The states of a unit's newest tickets, signed for one kiosk."""

    kiosk: str
    version: int
    states: Mapping[str, bytes]
    """What is sealed under the ticket's key, by its lookup; the first 12 bytes are the nonce."""


def state_context(lookup: str) -> bytes:
    """Give what the seal of a state covers besides: a state cannot be shown as another ticket's."""
    return _CONTEXT + lookup.encode()


def pack_ticket_states(told: TicketStates, sign: Sign) -> bytes:
    """Give the message, signed with the collector's key."""
    states = {lookup: base64.b64encode(sealed).decode() for lookup, sealed in told.states.items()}
    text = canonical({"kiosk": told.kiosk, "version": told.version, "states": states})
    return seal_text(_MAGIC, text, sign(TICKETS_PREFIX + text))


def unpack_ticket_states(payload: bytes, verify: Verify) -> TicketStates:
    """Read the message and check the collector's signature.

    Raises:
        Malformed: the envelope's codes, or `tickets_json`, `tickets_size`, `tickets_field`, `tickets_signature`.
    """
    text, signature = open_text(_MAGIC, payload, limit=MAX_TICKETS_BYTES)
    if not verify(signature, TICKETS_PREFIX + text):
        raise Malformed("tickets_signature", "the tickets' states are not signed by this kiosk's collector")
    fields = parse_object(text, what="tickets", limit=MAX_TICKETS_BYTES)
    states = fields.get("states")
    if not isinstance(states, dict) or len(states) > MOST_TICKETS:
        raise Malformed("tickets_field", f"states is an object of at most {MOST_TICKETS} texts")
    return TicketStates(
        kiosk=kiosk_name(fields, code="tickets_field"),
        version=whole(fields, "version", lowest=1, code="tickets_field"),
        states={lookup: _sealed(value) for lookup, value in states.items()},
    )


def _sealed(value: object) -> bytes:
    try:
        sealed = base64.b64decode(value, validate=True) if isinstance(value, str) else b""
    except (binascii.Error, ValueError):
        sealed = b""
    if not STATE_NONCE_BYTES < len(sealed) <= _MAX_SEALED:
        raise Malformed("tickets_field", "a ticket's state is sealed bytes in base64")
    return sealed
