"""A file for the broker: the list of ended certificates, signed by our authority, and above it the names of kiosks without any good key.

It lies in the data folder; root takes both from there to the broker, once it has checked them (`/usr/lib/ikm-collector/revoked`).
A certificate in the list comes in no more. A connection that stands is not cut by it: what its name may do is taken away instead.
The list is made anew each week, long before it runs out: with one that has run out a broker lets nobody in.
"""

import hashlib
import json
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from django.conf import settings

from collector import clock
from collector.errors import CollectorError
from collector.fleet import endings
from collector.fleet.models import KioskKey
from collector.trust import ca, keyholder
from collector.trust.keys import replace_public
from collector.trust.kinds import EndedCertificate, Errand

_BEGIN = "-----BEGIN"
_WEEK = timedelta(days=7)


class Revoked(NamedTuple):
    """What the file says."""

    certificates: Sequence[EndedCertificate]
    names: Sequence[str]


def path() -> Path:
    """Give where the file lies: in a folder of its own, which is watched."""
    return Path(settings.IKM_DATA) / "revoked" / "crl.pem"


def keep(*, who: str) -> bool:
    """Write the file where it does not say what the database says, or is a week old; tells whether it did.

    Raises:
        CollectorError: it cannot be written, or the holder of the keys is away.
    """
    revoked = _revoked()
    if _is_kept(revoked):
        return False
    signed = keyholder.held().revoke(
        revoked.certificates, errand=Errand(who, "the list of ended certificates")
    )
    try:
        path().parent.mkdir(parents=True, exist_ok=True)
        # Whatever stands before a PEM block is passed over by its readers.
        replace_public(
            path(), "\n".join((_mark(revoked), *(f"deny {name}" for name in revoked.names), signed))
        )
    except OSError as error:
        raise CollectorError("not_writable", path=path(), reason=error.strerror) from error
    return True


def signed_list(errand: Errand) -> str:
    """Give the list as it is kept, or one without an entry where nothing was revoked yet."""
    with suppress(OSError):
        _, begin, rest = path().read_text().partition(_BEGIN)
        return begin + rest
    return keyholder.held().revoke((), errand=errand)


def _revoked() -> Revoked:
    ended = KioskKey.objects.exclude(revoked_at=None).exclude(serial="").order_by("pk")
    return Revoked(
        [
            EndedCertificate(int(serial, 16), int(moment.timestamp()))
            for serial, moment in ended.values_list("serial", "revoked_at")
            if moment is not None
        ],
        list(endings.without_good_key().order_by("name").values_list("name", flat=True)),
    )


def _is_kept(revoked: Revoked) -> bool:
    try:
        content = path().read_bytes()
        listed = x509.load_pem_x509_crl(content)
        made = listed.last_update_utc
    except (OSError, ValueError):
        return False
    if not ca.has_signed(settings.IKM_KEYS, listed):  # keys may have been made anew
        return False
    return content.startswith(_mark(revoked).encode()) and made > clock.now() - _WEEK


def _mark(revoked: Revoked) -> str:
    """Name what the file says, so that one look tells whether the database still says so."""
    text = json.dumps([[list(one) for one in revoked.certificates], list(revoked.names)])
    return f"of {hashlib.sha256(text.encode()).hexdigest()}"
