"""Those who cosign the log's checkpoints: what they are shown, and what they give back.

Whom to ask, and who counts, is a file in the form of C2SP's tlog-policy (`IKM_LOG_POLICY`): the same that strangers check with.
"""

import hashlib
import logging
import urllib.error
import urllib.request
from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.conf import settings
from django.db import transaction

from collector.errors import CollectorError
from collector.log import building, keeping
from collector.log.models import KeptCheckpoint, LoggedPolicy
from survey.log.checkpoint import read_checkpoint
from survey.log.cosignature import cosigned_by
from survey.log.note import Line, Note, VerifierKey, read_lines, read_note, with_lines
from survey.log.policy import Policy, read_policy
from survey.log.proof import LogProof
from survey.log.tree import inclusion_path, proof
from survey.log.witnessing import Offer
from survey.record.errors import Malformed

log = logging.getLogger(__name__)

_SECONDS = 10.0
_MAX_ANSWER_BYTES = 64 * 1024
_LOOKED_AT = 20
_SIZE_TYPE = "text/x.tlog.size"


def policy() -> Policy | None:
    """Give the policy; None where nobody cosigns.

    Raises:
        CollectorError: its file cannot be read (`log_policy`).
    """
    if not settings.IKM_LOG_POLICY:
        return None
    try:
        return read_policy(settings.IKM_LOG_POLICY.read_text())
    except (OSError, UnicodeDecodeError, Malformed) as error:
        raise CollectorError("log_policy", path=settings.IKM_LOG_POLICY, reason=error) from error


def check(public_key: bytes, signature: bytes, message: bytes) -> bool:
    """Tell whether an Ed25519 signature holds."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def offer(old: int) -> Offer:
    """Give the newest checkpoint, and what shows that it goes on from `old` leaves.

    Raises:
        CollectorError: there is no log yet (`log_none`), or it never had so many (`log_old`).
    """
    kept = building.latest()
    if kept is None:
        raise CollectorError("log_none")
    if not 0 <= old <= kept.size:
        raise CollectorError("log_old", old=old, size=kept.size)
    return Offer(old, keeping.consistency(old, kept.size), read_checkpoint(kept.note.encode()))


def proof_of(number: int) -> LogProof:
    """Give the proof that a leaf is in the log, the leaf itself within it.

    Raises:
        CollectorError: there is no log yet (`log_none`), or no such leaf (`log_old`).
    """
    kept = building.latest()
    if kept is None:
        raise CollectorError("log_none")
    if not 0 <= number < kept.size:
        raise CollectorError("log_old", old=number, size=kept.size)
    hashes = proof(inclusion_path(number, kept.size), keeping.subtree(kept.size))
    return LogProof(
        number, tuple(hashes), read_checkpoint(kept.note.encode()), keeping.entry(kept.size, number)
    )


def take(text: str) -> list[str]:
    """Take a checkpoint that witnesses have cosigned; gives whose cosignatures it bears.

    Raises:
        CollectorError: it is none of this log's (`log_foreign`), or nobody whom the policy names has cosigned it (`log_uncosigned`).
    """
    known = _asked_of()
    try:
        given = read_note(text.encode())
        point = read_checkpoint(text.encode()).point
    except Malformed as error:
        raise CollectorError("log_foreign", reason=error) from error
    with transaction.atomic():
        kept = KeptCheckpoint.objects.select_for_update().filter(size=point.size).first()
        if kept is None or read_note(kept.note.encode()).text != given.text:
            raise CollectorError("log_foreign", reason=f"{point.origin} {point.size}")
        names = _add(kept, given.lines, known)
    if not names:
        raise CollectorError("log_uncosigned")
    _give_out(kept)
    return names


def ask_all() -> list[str]:
    """Ask every witness that has an address to cosign the newest checkpoint; gives who has. One that is away is asked next time."""
    known, kept = _asked_of(), building.latest()
    if kept is None:
        return []
    note = read_note(kept.note.encode())
    found: list[str] = []
    for name, (key, url) in known.items():
        if not url or cosigned_by(note, key, check) is not None:
            continue
        try:
            lines = _asked(url, kept.size)
        except (OSError, ValueError, Malformed, CollectorError) as error:
            log.warning("the witness %s does not cosign: %s", name, error)
            continue
        with transaction.atomic():
            kept = KeptCheckpoint.objects.select_for_update().get(pk=kept.pk)
            found += _add(kept, lines, known)
    if found:
        _give_out(kept)
    return found


def _asked(url: str, size: int) -> tuple[Line, ...]:
    """Ask a witness; one that has seen another size says so, and is asked again from there."""
    old = 0
    for _ in range(2):
        request = urllib.request.Request(  # noqa: S310 - the operator's own policy file names it
            url.rstrip("/") + "/add-checkpoint", data=offer(old).text().encode(), method="POST"
        )
        try:
            with urllib.request.urlopen(request, timeout=_SECONDS) as answer:  # noqa: S310 - the same
                return read_lines(answer.read(_MAX_ANSWER_BYTES).decode())
        except urllib.error.HTTPError as error:
            if error.code != HTTPStatus.CONFLICT or error.headers.get_content_type() != _SIZE_TYPE:
                raise
            old = int(error.read(32).decode("ascii").strip())
    raise CollectorError("log_old", old=old, size=size)


def uncosigned_since() -> datetime | None:
    """Give since when the newest checkpoints lack the cosignatures that the policy demands; None where they have them, or nobody demands any.

    Where the policy cannot be read nobody can tell, and all that were looked at count as lacking them.
    """
    if not settings.IKM_LOG_POLICY:
        return None
    try:
        wanted = policy()
    except CollectorError:
        wanted = None
    since = None
    for made, text in KeptCheckpoint.objects.order_by("-size").values_list("made_at", "note")[:_LOOKED_AT]:
        if wanted is not None and _is_witnessed(wanted, text):
            break
        since = made
    return since


def _is_witnessed(wanted: Policy, text: str) -> bool:
    try:
        return wanted.judge(read_note(text.encode()), check).is_witnessed
    except Malformed:  # whatever became of it here, nobody has cosigned it so
        return False


def stamp_of(text: str) -> str:
    """Give what tells one policy from another."""
    return hashlib.sha256(text.encode()).hexdigest() if text else ""


def _asked_of() -> Mapping[str, tuple[VerifierKey, str]]:
    """Give who may cosign, with where each is asked: those of the policy, and those whom kiosks know from an earlier one."""
    now = policy()
    known = [
        read_policy(text) for text in LoggedPolicy.objects.order_by("number").values_list("text", flat=True)
    ]
    found: dict[str, tuple[VerifierKey, str]] = {}
    for one in [*known, *([now] if now is not None else [])]:
        for name, key in one.witnesses.items():
            found = {other: kept for other, kept in found.items() if kept[0] != key}
            found[name if name not in found else key.name] = (key, one.urls.get(name, ""))
    return found


def _add(
    kept: KeptCheckpoint, lines: tuple[Line, ...], known: Mapping[str, tuple[VerifierKey, str]]
) -> list[str]:
    """Keep the lines that hold under a key of a policy; gives whose."""
    note = read_note(kept.note.encode())
    fresh: list[Line] = []
    names = []
    for name, (key, _) in known.items():
        mine = [line for line in lines if (line.name, line.key_id) == (key.name, key.key_id)]
        if mine and cosigned_by(Note(note.text, tuple(mine)), key, check) is not None:
            fresh += mine[-1:]
            names.append(name)
    if fresh:
        kept.note = with_lines(note, fresh).message()
        kept.save(update_fields=["note"])
    return names


def _give_out(kept: KeptCheckpoint) -> None:
    newest = building.latest()
    if newest is not None and newest.pk == kept.pk:
        keeping.write_checkpoint(kept.note)
