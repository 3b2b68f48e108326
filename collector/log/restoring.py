"""Where a collector that was set back learns how far its log had come: its own files, what kiosks have shown, and its witnesses.

Nothing is believed that the log did not sign. A root that the log has signed once, it may sign again: that adds no history.
"""

import hashlib
import logging
import urllib.error
import urllib.request
from collections.abc import Iterator

from django.conf import settings

from collector.errors import CollectorError
from collector.log import keeping, saw, witnesses
from collector.log.models import LogState
from collector.trust import keyholder, public
from survey.log.checkpoint import Checkpoint, SignedCheckpoint, read_checkpoint, sign_checkpoint
from survey.log.note import ED25519, MAX_NOTE_BYTES, VerifierKey, is_signed
from survey.record.errors import Malformed

log = logging.getLogger(__name__)

_SECONDS = 10.0


def newest() -> SignedCheckpoint:
    """Give the newest checkpoint that this collector is known to have signed, signed by the log alone.

    Raises:
        CollectorError: nobody knows of any (`log_none`), or nothing can be signed.
    """
    given = keeping.given_out()
    known = [one for one in (given.point if given is not None else None, saw.newest()) if one is not None]
    state = LogState.objects.filter(pk=1).first()
    origins = {one.origin for one in known} | ({state.origin} if state is not None else set())
    known += _of_witnesses(origins)
    if not known:
        raise CollectorError("log_none")
    point = max(known, key=saw.order_of)
    key = public.read(settings.IKM_KEYS).signing
    return sign_checkpoint(point, public_key=key, sign=keyholder.sign)


def _of_witnesses(origins: set[str]) -> Iterator[Checkpoint]:
    policy = witnesses.policy()
    urls = policy.urls if policy is not None else {}
    for name in policy.witnesses if policy is not None else ():
        for origin in sorted(origins):
            if name in urls and (point := _ask(urls[name], origin)) is not None:
                yield point


def _ask(url: str, origin: str) -> Checkpoint | None:
    """Ask a witness what it cosigned last."""
    address = f"{url.rstrip('/')}/{hashlib.sha256(origin.encode()).hexdigest()}/checkpoint"
    try:
        with urllib.request.urlopen(address, timeout=_SECONDS) as answer:  # noqa: S310 - the operator's own policy file names it
            found = read_checkpoint(answer.read(MAX_NOTE_BYTES))
    except (OSError, ValueError, Malformed) as error:
        log.warning("the witness at %s does not say what it saw: %s", url, error)
        return None
    own = VerifierKey(found.point.origin, ED25519, public.read(settings.IKM_KEYS).signing)
    return found.point if is_signed(found.note, [own], witnesses.check) else None
